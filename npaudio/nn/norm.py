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

For speed both layers process their input in tiles that stay in the cache: LayerNorm some tokens at a time, BatchNorm
some rows of a matrix (N, C), with one row per pixel and one column per channel (`fast/row_statistics.py`). The plain
loops are in tests/oracles.py.
"""

import math
from typing import ClassVar

import numpy as np

from npaudio._core.threads import for_each
from npaudio.nn.fast.channels_last import row_tiles, sum_rows
from npaudio.nn.fast.row_statistics import column_statistics, gradient_sums, scale_and_shift, scale_two_and_shift
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
            y[tile] = self._scaled(centered)

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
            return sum_rows(rows[tile] * x_hat[tile]), sum_rows(rows[tile])

        for grad_gamma, grad_beta in for_each(backward_tile, row_tiles(rows)):
            if self.weight is not None:
                self.weight.grad += grad_gamma.reshape(self.normalized_shape)
            if self.bias is not None:
                self.bias.grad += grad_beta.reshape(self.normalized_shape)
        return result.reshape(grad.shape)

    def _scaled(self, x_hat: np.ndarray) -> np.ndarray:
        """Gamma · x_hat + beta for some rows."""
        y = x_hat if self.weight is None else self.weight.data.reshape(-1) * x_hat
        return y if self.bias is None else y + self.bias.data.reshape(-1)

    def _rows(self, x: np.ndarray) -> np.ndarray:
        """What is normalized together in a row: (n, D)."""
        return x.reshape(-1, math.prod(self.normalized_shape))

    def _options(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps:g}"


class BatchNorm(Module):
    """What BatchNorm1d and BatchNorm2d share: the columns of a matrix (N, C) are normalized, one for each channel.

    Parameters and source are those of `BatchNorm1d`.
    """

    buffer_names: ClassVar[tuple[str, ...]] = ("running_mean", "running_var", "num_batches_tracked")

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        dtype: np.typing.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        self.num_features = n = self._checks.whole_number(num_features, "num_features")
        self.eps, self.momentum = eps, momentum
        self.weight = Parameter(np.ones(n, dtype)) if affine else None
        self.bias = Parameter(np.zeros(n, dtype)) if affine else None
        self.running_mean = np.zeros(n, dtype) if track_running_stats else None
        self.running_var = np.ones(n, dtype) if track_running_stats else None
        self.num_batches_tracked = np.zeros((), np.int64) if track_running_stats else None

    def forward(self, x: np.ndarray) -> np.ndarray:  # (B, C, ...)
        x = self._checked(x)
        rows = self._to_rows(x)  # (N, C)
        uses_batch = self.training or self.running_mean is None
        mean, var = column_statistics(rows) if uses_batch else self._running_statistics()  # (C,), (C,)
        if self.training and self.running_mean is not None:
            self._update_running_statistics(mean, var, len(rows))
        y = scale_and_shift(rows, *self._scale_and_shift(mean, var))
        self._keep(x.shape, rows, mean, 1 / np.sqrt(var + self.eps), uses_batch)
        return self._from_rows(y, x.shape)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """`input_gradient` with g = gamma · dL/dy, in its fused form.

        With x_hat = inv_std · (x - mean) the three terms become dL/dx = a · dL/dy + b · x + c, with one a, b and c for
        each channel. In evaluation the mean and the variance are constants, so b = c = 0.
        """
        rows, mean, inv_std, uses_batch = self._recall(grad)
        g = self._to_rows(grad)  # (N, C)
        sum_g, sum_g_centered = gradient_sums(g, rows, mean)  # (C,), (C,)
        self._add_parameter_grads(sum_g, sum_g_centered * inv_std)
        a = self._gamma() * inv_std
        if not uses_batch:
            return self._from_rows(scale_and_shift(g, a, np.zeros_like(a)), grad.shape)
        b = -a * inv_std**2 * sum_g_centered / len(rows)
        c = -a * sum_g / len(rows) - b * mean
        return self._from_rows(scale_two_and_shift(g, a, rows, b, c), grad.shape)

    def running_scale_and_shift(self) -> tuple[np.ndarray, np.ndarray]:
        """Scale and shift of each channel in evaluation, where y = scale · x + shift: two arrays (C,) of float64."""
        return self._scale_and_shift(*self._running_statistics())

    def _scale_and_shift(self, mean: np.ndarray, var: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Write gamma · x_hat + beta as scale · x + shift."""
        scale = self._gamma() / np.sqrt(var + self.eps)
        return scale, self._beta() - mean * scale

    def _gamma(self) -> np.ndarray:
        return np.ones(self.num_features) if self.weight is None else self.weight.data.astype(np.float64)

    def _beta(self) -> np.ndarray:
        return np.zeros(self.num_features) if self.bias is None else self.bias.data.astype(np.float64)

    def _add_parameter_grads(self, sum_g: np.ndarray, sum_g_x_hat: np.ndarray) -> None:
        """d(beta) = Σ dL/dy and d(gamma) = Σ dL/dy · x_hat, over all pixels."""
        if self.weight is not None and self.bias is not None:
            self.bias.grad += sum_g
            self.weight.grad += sum_g_x_hat

    def _running_statistics(self) -> tuple[np.ndarray, np.ndarray]:
        assert self.running_mean is not None
        assert self.running_var is not None
        return self.running_mean.astype(np.float64), self.running_var.astype(np.float64)

    def _update_running_statistics(self, mean: np.ndarray, var: np.ndarray, n: int) -> None:
        """Move towards the batch: running += momentum · (batch - running), where the variance is the unbiased one."""
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        self.num_batches_tracked += 1
        rate = 1 / int(self.num_batches_tracked) if self.momentum is None else self.momentum
        self.running_mean += (rate * (mean - self.running_mean)).astype(self.running_mean.dtype)
        self.running_var += (rate * (var * n / (n - 1) - self.running_var)).astype(self.running_var.dtype)

    def _checked(self, x: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def _to_rows(self, x: np.ndarray) -> np.ndarray:
        """View (B, C, ...) as a matrix (N, C); copies only what is not stored channels-last."""
        return np.ascontiguousarray(np.moveaxis(x, 1, -1)).reshape(-1, self.num_features)

    def _from_rows(self, rows: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Undo `_to_rows`."""
        return np.moveaxis(rows.reshape(shape[0], *shape[2:], shape[1]), -1, 1)

    def _options(self) -> str:
        return f"{self.num_features}, eps={self.eps:g}, momentum={self.momentum}"

    def _require_more_than_one(self, x: np.ndarray) -> None:
        """The unbiased variance of a single value would be 0 / 0; PyTorch refuses it too."""
        if self.training and x.size == self.num_features:
            raise self._checks.error(
                f"training needs more than one value per channel, got shape {x.shape}; "
                "use a larger batch, or call eval() first"
            )


class BatchNorm2d(BatchNorm):
    """Normalize each channel of images (B, C, F, T) over batch, frequency and time.

    Parameters, statistics and source are those of `BatchNorm1d`.

    Explained in lesson 03.

    Raises
    ------
    ValueError
        `num_features` is not a positive whole number.

    See Also
    --------
    npaudio.nn.fuse : merges it into the convolution before it, for evaluation.

    Examples
    --------
    >>> norm = BatchNorm2d(1)
    >>> norm(np.arange(4.0).reshape(1, 1, 2, 2)).ravel().round(3)
    array([-1.342, -0.447,  0.447,  1.342])
    >>> norm.running_mean, norm.num_batches_tracked
    (array([0.15], dtype=float32), array(1))
    """

    def _checked(self, x: np.ndarray) -> np.ndarray:
        x = self._checks.images(x, channels=self.num_features)
        self._require_more_than_one(x)
        return x


class BatchNorm1d(BatchNorm):
    """Normalize each feature of vectors (B, C), or each channel of sequences (B, C, T) over batch and time.

    Goes with lesson 03.

    Parameters
    ----------
    num_features : int
        C, the number of channels.
    eps : float
        Added to the variance.
    momentum : float or None
        Weight of the newest batch in the running statistics; None for the plain average over all batches.
    affine : bool
        Whether gamma (`weight`) and beta (`bias`) are learned.
    track_running_stats : bool
        Whether running statistics are kept for evaluation. Without them, evaluation uses the statistics of its batch.
    dtype : dtype
        Of parameters and running statistics; float32 or float64.

    Raises
    ------
    ValueError
        `num_features` is not a positive whole number.

    See Also
    --------
    LayerNorm : the mean over the features instead of the batch.

    Notes
    -----
    Ioffe and Szegedy 2015, algorithm 1. As in PyTorch, the batch is normalized with the biased variance (divided by N),
    while the running variance averages the unbiased one (divided by N - 1).

    Examples
    --------
    >>> BatchNorm1d(2)(np.array([[1.0, 10.0], [3.0, 30.0]])).round(3)
    array([[-1., -1.],
           [ 1.,  1.]])
    """

    def _checked(self, x: np.ndarray) -> np.ndarray:
        x = self._checks.floating(x, "x")
        if x.ndim not in (2, 3) or x.shape[1] != self.num_features or x.size == 0:
            raise self._checks.error(
                f"x has shape {x.shape}, expected (batch, {self.num_features}) or "
                f"(batch, {self.num_features}, time); set num_features to match, or check the order of the axes"
            )
        self._require_more_than_one(x)
        return x
