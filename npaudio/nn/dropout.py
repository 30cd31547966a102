"""Dropout: a network that cannot rely on any single number learns several reasons for each answer.

Conventions: inverted dropout, as in PyTorch: what is kept is scaled up during training, so evaluation changes nothing.
"""

import numpy as np

from npaudio.nn import _checks
from npaudio.nn.init import Rng, as_rng
from npaudio.nn.module import Module


class Dropout(Module):
    """In training each number is zero with probability p and otherwise divided by 1 - p; in evaluation y = x.

    Parameters
    ----------
    p : float
        Probability of dropping, 0 to 1.
    rng : np.random.Generator or int, optional
        Where the chances come from; pass a seed to repeat a training exactly.

    Notes
    -----
    Srivastava et al. 2014. Dividing by 1 - p keeps the expected value: (1 - p) · x / (1 - p) = x.
    """

    def __init__(self, p: float = 0.5, *, rng: Rng = None) -> None:
        super().__init__()
        self.p = _checks.between(p, 0, 1, caller="Dropout", name="p")
        self.rng = as_rng(rng)

    def forward(self, x: np.ndarray) -> np.ndarray:
        x = _checks.floating(x, caller="Dropout")
        mask = self._draw(x) if self.training and self.p > 0 else None
        self._keep(x.shape, mask)
        return x if mask is None else x * mask

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Since y = x · mask, dL/dx = dL/dy · mask with the mask that forward drew."""
        (mask,) = self._recall(grad)
        return grad if mask is None else grad * mask

    def _draw(self, x: np.ndarray) -> np.ndarray:
        """1 / (1 - p) where x is kept and 0 where it is dropped."""
        if self.p == 1:
            return np.zeros_like(x)
        return (self.rng.random(x.shape, np.float32) >= self.p) / x.dtype.type(1 - self.p)

    def _options(self) -> str:
        return f"p={self.p:g}"
