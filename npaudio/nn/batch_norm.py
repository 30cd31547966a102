"""Batch normalization: each channel gets mean 0 and variance 1 over all pixels of a batch, then a scale and a shift.

Definition and backward pass are derived at the top of `norm.py`. For speed the input is taken as a matrix (N, C), with
one row per pixel and one column per channel, in tiles of rows that stay in the cache (`fast/row_statistics.py`).
"""

from typing import Any, ClassVar

import numpy as np

from npaudio.nn.fast.row_statistics import column_statistics, gradient_sums, scale_and_shift, scale_two_and_shift
from npaudio.nn.module import Module, Parameter


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
        self.running_mean: Any = np.zeros(n, dtype) if track_running_stats else None
        self.running_var: Any = np.ones(n, dtype) if track_running_stats else None
        self.num_batches_tracked: Any = np.zeros((), np.int64) if track_running_stats else None

    def forward(self, x: np.ndarray) -> np.ndarray:  # (B, C, ...)
        x = self._checked(x)
        self._require_more_than_one(x)
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
        sum_g, sum_g_centered = gradient_sums(g, rows, mean, inv_std)  # (C,), (C,)
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
        return self.running_mean.astype(np.float64), self.running_var.astype(np.float64)

    def _update_running_statistics(self, mean: np.ndarray, var: np.ndarray, n: int) -> None:
        """Move towards the batch: running += momentum · (batch - running), where the variance is the unbiased one."""
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
        return self._checks.images(x, channels=self.num_features)


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
        return x
