"""Dropout: a network that cannot rely on any single number learns several reasons for each answer.

Conventions: inverted dropout, as in PyTorch: the numbers that are kept are scaled up during training, so that
evaluation needs no change.
"""

import numpy as np

from npaudio.nn.init import Rng, as_rng
from npaudio.nn.module import Module


class Dropout(Module):
    """In training each number is zero with probability p and otherwise divided by 1 - p; in evaluation y = x.

    Used in lesson 03.

    Parameters
    ----------
    p : float
        Probability of dropping, 0 to 1.
    rng : np.random.Generator or int, optional
        The random generator; pass a seed to repeat a training exactly.

    Raises
    ------
    ValueError
        `p` outside 0 to 1.

    See Also
    --------
    npaudio.augment.spec_augment : drops parts of the input.

    Notes
    -----
    Srivastava et al. 2014. Dividing by 1 - p keeps the expected value: (1 - p) · x / (1 - p) = x.

    Examples
    --------
    >>> dropout = Dropout(0.5, rng=0)
    >>> dropout(np.ones(6))
    array([2., 2., 2., 0., 0., 0.])
    >>> dropout.eval()(np.ones(6))
    array([1., 1., 1., 1., 1., 1.])
    """

    def __init__(self, p: float = 0.5, *, rng: Rng = None) -> None:
        super().__init__()
        self.p = self._checks.between(p, 0, 1, "p")
        self.rng = as_rng(rng)

    def forward(self, x: np.ndarray) -> np.ndarray:
        x = self._checks.floating(x, "x")
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
