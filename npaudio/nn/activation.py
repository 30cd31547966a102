"""Activations: the nonlinear step between two linear layers, without which they would amount to one linear layer.

Conventions: any shape; the result has the storage order and dtype of the input.
"""

import math
from typing import Any

import numpy as np

from npaudio._core.threads import for_each
from npaudio.nn.fast.channels_last import batch_tiles
from npaudio.nn.fast.normal_distribution import normal_cdf
from npaudio.nn.fast.tabulated import Tabulated
from npaudio.nn.module import Module


class ReLU(Module):
    """y = max(x, 0).

    As PyTorch's. Explained in lesson 03.

    Parameters
    ----------
    inplace : bool
        Whether forward overwrites its input, and backward the gradient that it is given. It saves the memory of both,
        and is safe after layers that do not read their output again, such as BatchNorm and Conv2d. As the first layer
        it overwrites the array that the network is called with.

    See Also
    --------
    GELU : without a corner.

    Examples
    --------
    >>> relu = ReLU()
    >>> relu(np.array([-1.0, 2.0])), relu.backward(np.array([5.0, 5.0]))
    (array([0., 2.]), array([0., 5.]))
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, x: np.ndarray) -> np.ndarray:
        x = self._checks.floating(x, "x")
        y = x if self.inplace else np.empty_like(x)
        for_each(lambda tile: np.maximum(x[tile], 0, out=y[tile]), _tiles(y))
        self._keep(y.shape, y)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """dy/dx is 1 where x > 0 and 0 elsewhere (at 0 too); y > 0 exactly where x > 0."""
        (y,) = self._recall(grad)
        result = grad if self.inplace else np.empty_like(grad)
        for_each(lambda tile: np.multiply(grad[tile], y[tile] > 0, out=result[tile]), _tiles(y))
        return result

    def _options(self) -> str:
        return "inplace=True" if self.inplace else ""


class GELU(Module):
    """Each x times the share of a normal distribution that lies below it: y = x · Phi(x).

    Computed from the error function, not by the approximation with tanh. In float32 Phi comes from a table
    (`fast/tabulated.py`); the error of y is below 1.5e-7, for |x| above 1 below 1.5e-7 · |x|.

    Used in lesson 06.

    See Also
    --------
    ReLU : cuts off instead of fading.

    Notes
    -----
    Hendrycks and Gimpel 2016.

    Examples
    --------
    >>> GELU()(np.array([-10.0, 0.0, 1.0])).round(4)
    array([-0.    ,  0.    ,  0.8413])
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        x = self._checks.floating(x, "x")
        self._keep(x.shape, x)
        return NORMAL_CDF(x, times=x)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """dL/dx = dL/dy · dy/dx; see `gelu_slope`."""
        (x,) = self._recall(grad)
        return GELU_SLOPE(x, times=grad)


def gelu_slope(x: np.ndarray) -> np.ndarray:
    """The product rule: dy/dx = Phi(x) + x · phi(x), and the density is phi(x) = exp(-x²/2) / sqrt(2 pi)."""
    return normal_cdf(x) + x * np.exp(-0.5 * x**2) / math.sqrt(2 * math.pi)


NORMAL_CDF = Tabulated(normal_cdf, limit=6, beyond=(0, 1))  # beyond the limit within 1e-9
GELU_SLOPE = Tabulated(gelu_slope, limit=6, beyond=(0, 1))


class Sigmoid(Module):
    """y = 1 / (1 + exp(-x)): any number becomes a probability.

    Explained in lesson 07.

    See Also
    --------
    BCEWithLogitsLoss : includes the sigmoid, and is exact where it saturates.

    Examples
    --------
    >>> Sigmoid()(np.array([-np.inf, 0.0, np.inf]))
    array([0. , 0.5, 1. ])
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        y = sigmoid(self._checks.floating(x, "x"))
        self._keep(y.shape, y)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """With e = exp(-x): dy/dx = e / (1 + e)² = y · (1 - y)."""
        (y,) = self._recall(grad)
        return grad * y * (1 - y)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)) of any array, written with exp(-|x|), which cannot overflow."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


def _tiles(x: np.ndarray) -> list[Any]:
    """Tiles along the first axis; a single number is its own tile."""
    return batch_tiles(x) if x.ndim else [...]
