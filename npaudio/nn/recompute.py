"""Saving memory by computing twice: a part of a network that remembers only its input ("gradient checkpointing").

A layer saves what its backward pass needs, and a stack of layers saves it for all of them. In evaluation that is
mostly wasted, since most evaluations are never followed by a backward pass. So a `Recomputed` module in evaluation
frees everything but its input; if `backward` is called after all, the forward pass is repeated first.

Source: Chen et al. 2016, "Training deep nets with sublinear memory cost".
"""

from typing import Any

import numpy as np

from npaudio.nn.module import Module


class Recomputed(Module):
    """A module that defines `_forward` and `_backward`; in evaluation only its input is kept between the two.

    `_forward` gets all arguments of `forward`, and gets them again if `backward` repeats it.
    """

    def forward(self, *inputs: Any, **options: Any) -> np.ndarray:
        y = self._forward(*inputs, **options)
        self._keep(y.shape, None if self.training else inputs, options)
        if not self.training:
            self._forget()
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """The chain rule through the layers inside, whose forward pass is repeated if they forgot it."""
        inputs, options = self._recall(grad)
        if inputs is not None:
            self._require_evaluation()
            self._forward(*inputs, **options)
        return self._backward(grad)

    def _forward(self, *inputs: Any, **options: Any) -> np.ndarray:
        raise NotImplementedError(f"{type(self).__name__} does not define _forward")

    def _backward(self, grad: np.ndarray) -> np.ndarray:
        raise NotImplementedError(f"{type(self).__name__} does not define _backward")

    def _forget(self) -> None:
        for module in self.modules():
            if module is not self:
                module._kept = None

    def _require_evaluation(self) -> None:
        if any(module.training for module in self.modules()):
            raise ValueError(
                f"{type(self).__name__}.backward: forward ran in evaluation, but the network is in training now; "
                "call forward again, or eval() first"
            )
