"""Watch a forward pass from layer to layer: what each one returned, and how long it took.

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

    For the time of the run each layer gets a `forward` of its own that reports; afterwards the model is as before. The
    output is shown before the next layer can overwrite it; keep its shape, not the array.
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
