"""Observe a forward pass layer by layer: what each layer returned, and how long it took.

Conventions: layers are the modules without children, named by their path (`features.0`), in the order of their calls.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from npaudio.nn.module import Module


@dataclass(frozen=True)
class LayerCall:
    """One call of one layer: its name, the layer, what it returned, and the seconds that it took."""

    name: str
    layer: Module
    output: np.ndarray
    seconds: float


def trace(model: Module, x: np.ndarray, visit: Callable[[LayerCall], None]) -> np.ndarray:
    """Run `model(x)` and call `visit` after every layer; returns the output of the model.

    During the run each layer's `forward` is replaced by one that reports; afterwards the model is as before. The next
    layer may overwrite the output that `visit` is given, so keep its shape, not the array.

    Examples
    --------
    >>> from npaudio.nn import Linear, ReLU, Sequential
    >>> model = Sequential(Linear(3, 2), ReLU())
    >>> _ = trace(model, np.ones((1, 3)), lambda call: print(call.name, call.layer, call.output.shape))
    0 Linear(3, 2) (1, 2)
    1 ReLU() (1, 2)
    """
    layers = [(name, module) for name, module in model.named_modules() if not any(module.named_children())]
    try:
        for name, layer in layers:
            vars(layer)["forward"] = _reporting(name, layer, visit)
        return model(x)
    finally:
        for _, layer in layers:
            vars(layer).pop("forward", None)


def _reporting(name: str, layer: Module, visit: Callable[[LayerCall], None]) -> Callable[..., np.ndarray]:
    original = layer.forward

    def forward(x: np.ndarray, *more: Any) -> np.ndarray:
        start = time.perf_counter()
        output = original(x, *more)
        visit(LayerCall(name, layer, output, time.perf_counter() - start))
        return output

    return forward
