r"""Normalization: each channel (BatchNorm) or token (LayerNorm) gets mean 0 and variance 1, then a scale and a shift.

The definition, with the mean and the (biased) variance taken over all N pixels of a channel, or all D features of a
token:

    x_hat = (x - mean) / sqrt(var + eps)            y = gamma · x_hat + beta

The backward pass is the same for both. Write inv_std = 1 / sqrt(var + eps), g = dL/dx_hat = gamma · dL/dy, and <.> for
the mean over the numbers that are normalized together. Each x acts in three ways: directly on its own x_hat, and on all
of them through the mean and through the variance. The three terms add up to `input_gradient` below,

    dL/dx = inv_std · (g - <g> - x_hat · <g · x_hat>)

In words: subtract from g what would shift all x alike and what would stretch them, because the normalization undoes
both. To check with a pencil: the result sums to zero, and so does its product with x_hat (but for the small eps).

For speed LayerNorm processes some tokens at a time, which stay in the cache; BatchNorm is in `batch_norm.py`. The plain
loops of both are in tests/oracles.py.
"""

import math

import numpy as np

from npaudio._core.threads import for_each
from npaudio.nn.fast.channels_last import row_tiles, sum_rows
from npaudio.nn.module import Module, Parameter


def input_gradient(g: np.ndarray, x_hat: np.ndarray, inv_std: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """dL/dx = inv_std · (g - <g> - x_hat · <g · x_hat>), the means taken over `axes`; see the top of the module."""
    mean_g = g.mean(axis=axes, keepdims=True)
    mean_g_x_hat = (g * x_hat).mean(axis=axes, keepdims=True)
    return inv_std * (g - mean_g - x_hat * mean_g_x_hat)


class LayerNorm(Module):
    """Normalize each token over its last axes (usually one, of D features): y = gamma · x_hat + beta.

    Used in lesson 06.

    Parameters
    ----------
    normalized_shape : int or tuple of int
        D, or the lengths of all trailing axes that are normalized together.
    eps : float
        Added to the (biased) variance; Ba et al. 2016, eq. 4.
    elementwise_affine, bias : bool
        Whether gamma (`weight`) and beta (`bias`) are learned.
    dtype : dtype
        Of the parameters; float32 or float64.

    Raises
    ------
    ValueError
        Sizes that are not positive whole numbers.

    See Also
    --------
    BatchNorm1d : the mean over the batch instead of the features.

    Examples
    --------
    >>> LayerNorm(4)(np.array([[1.0, 2.0, 3.0, 4.0]])).round(3)
    array([[-1.342, -0.447,  0.447,  1.342]])
    """

    def __init__(
        self,
        normalized_shape: int | tuple[int, ...],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        dtype: np.typing.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int | np.integer) else normalized_shape
        self.normalized_shape = tuple(self._checks.whole_number(n, "normalized_shape") for n in shape)
        self.eps = eps
        self.weight = Parameter(np.ones(self.normalized_shape, dtype)) if elementwise_affine else None
        self.bias = Parameter(np.zeros(self.normalized_shape, dtype)) if elementwise_affine and bias else None

    def forward(self, x: np.ndarray) -> np.ndarray:  # (..., D)
        x = self._checks.features(x, *self.normalized_shape)
        rows = self._rows(x)  # (n, D)
        x_hat, y = np.empty_like(rows), np.empty_like(rows)
        inv_std = np.empty((len(rows), 1), rows.dtype)
        average = np.full((rows.shape[1], 1), 1 / rows.shape[1], rows.dtype)  # rows @ average is the mean of each row

        def normalize(tile: slice) -> None:
            centered = np.subtract(rows[tile], rows[tile] @ average, out=x_hat[tile])
            variance = np.einsum("nd,nd->n", centered, centered)[:, None] / rows.dtype.type(rows.shape[1])
            inv_std[tile] = 1 / np.sqrt(variance + rows.dtype.type(self.eps))
            centered *= inv_std[tile]
            self._scale(centered, y[tile])

        for_each(normalize, row_tiles(rows))
        self._keep(x.shape, x_hat, inv_std)
        return y.reshape(x.shape)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """`input_gradient` with g = gamma · dL/dy.

        gamma and beta are shared by all tokens: d(gamma) = Σ dL/dy · x_hat, d(beta) = Σ dL/dy.
        """
        x_hat, inv_std = self._recall(grad)
        rows, result = self._rows(grad), np.empty_like(x_hat)

        def backward_tile(tile: slice) -> tuple[np.ndarray, np.ndarray]:
            g = rows[tile] if self.weight is None else rows[tile] * self.weight.data.reshape(-1)
            result[tile] = input_gradient(g, x_hat[tile], inv_std[tile], axes=(1,))
            return sum_rows(rows[tile], x_hat[tile]), sum_rows(rows[tile])

        for grad_gamma, grad_beta in for_each(backward_tile, row_tiles(rows)):
            if self.weight is not None:
                self.weight.grad += grad_gamma.reshape(self.normalized_shape)
            if self.bias is not None:
                self.bias.grad += grad_beta.reshape(self.normalized_shape)
        return result.reshape(grad.shape)

    def _scale(self, x_hat: np.ndarray, y: np.ndarray) -> None:
        """Write gamma · x_hat + beta, for some rows, into y."""
        np.multiply(x_hat, 1 if self.weight is None else self.weight.data.reshape(-1), out=y)
        if self.bias is not None:
            y += self.bias.data.reshape(-1)

    def _rows(self, x: np.ndarray) -> np.ndarray:
        """What is normalized together in a row: (n, D)."""
        return x.reshape(-1, math.prod(self.normalized_shape))

    def _options(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps:g}"
