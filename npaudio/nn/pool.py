"""Pooling: fewer pixels, each the maximum or the mean of a window.

In the backward pass the maximum passes the whole gradient to the pixel that was largest; the mean passes an equal share
to each pixel of its window. Where windows overlap, the shares add up.

Conventions: images (B, C, F, T), stored channels-last; sizes are one number or a pair (frequency, time). The code goes
through the windows tap by tap, a tap being one position (i, j) in all windows at once: that takes kh·kw array
operations instead of F'·T'.
"""

import numpy as np

from npaudio._core.threads import for_each
from npaudio._core.types import Images
from npaudio.nn.fast.channels_last import batch_tiles, channels_first, channels_last, empty
from npaudio.nn.fast.im2col import Pair, pad, unpad, window_counts
from npaudio.nn.module import Module


class _WindowPool(Module):
    """What pooling over sliding windows shares: sizes, and views of one tap of every window."""

    def __init__(self, kernel_size: int | Pair, stride: int | Pair | None = None, padding: int | Pair = 0) -> None:
        super().__init__()
        check = self._checks
        self.kernel_size = check.pair(kernel_size, "kernel_size")
        self.stride = self.kernel_size if stride is None else check.pair(stride, "stride")
        self.padding = check.pair(padding, "padding", least=0)
        if 2 * self.padding[0] > self.kernel_size[0] or 2 * self.padding[1] > self.kernel_size[1]:
            raise check.error(
                f"padding must be at most half the kernel size {self.kernel_size}, got {self.padding}; "
                "with more, a window could hold nothing but padding"
            )

    def _padded(self, x: Images, value: float) -> tuple[np.ndarray, tuple[int, int, int, int]]:
        """Checked, channels-last x surrounded by `value`, and the shape (B, F', T', C) of the result."""
        last = channels_last(self._checks.images(x))
        counts = window_counts(last.shape[1:3], self.kernel_size, self.stride, self.padding, check=self._checks)
        return pad(last, self.padding, value), (len(last), *counts, last.shape[3])

    def _taps(self, padded: np.ndarray, counts: Pair) -> list[np.ndarray]:
        """For each position in the window, in reading order, a view (b, F', T', C) of the pixels there."""
        by_row = self._taps_in_frequency(padded, counts[0])
        return [tap for row in by_row for tap in self._taps_in_time(row, counts[1])]

    def _taps_in_frequency(self, padded: np.ndarray, n: int) -> list[np.ndarray]:
        """For each row of the window a view (b, F', T + 2p, C) of the pixel rows there."""
        s = self.stride[0]
        return [padded[:, i : i + (n - 1) * s + 1 : s] for i in range(self.kernel_size[0])]

    def _taps_in_time(self, rows: np.ndarray, n: int) -> list[np.ndarray]:
        """For each column of the window a view (b, ., T', C) of the pixel columns there."""
        s = self.stride[1]
        return [rows[:, :, j : j + (n - 1) * s + 1 : s] for j in range(self.kernel_size[1])]

    def _options(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxPool2d(_WindowPool):
    """The largest number in each window.

    Explained in lesson 03.

    Parameters
    ----------
    kernel_size : int or pair of int
        Size of the window.
    stride : int or pair of int, optional
        Step from window to window; the kernel size by default, so that windows tile the image.
    padding : int or pair of int
        Pixels added on either side, at most half the kernel size. They are minus infinity, so never the largest.

    Raises
    ------
    ValueError
        Sizes that are not whole numbers, or padding of more than half the kernel.

    See Also
    --------
    AvgPool2d : the mean instead.

    Examples
    --------
    >>> x = np.arange(8.0).reshape(1, 1, 2, 4)
    >>> pool = MaxPool2d(2)
    >>> pool(x).ravel(), pool.backward(np.ones((1, 1, 1, 2)))[0, 0]
    (array([5., 7.]), array([[0., 0., 0., 0.],
           [0., 1., 0., 1.]]))
    """

    def forward(self, x: Images) -> Images:  # (B, C, F, T)
        padded, shape = self._padded(x, -np.inf)
        largest = np.empty(shape, padded.dtype)  # (B, F', T', C)

        def find_largest(images: slice) -> None:  # of each column of the window, then of those
            of_columns = _maximum(self._taps_in_frequency(padded[images], shape[1]))  # (b, F', T + 2p, C)
            _maximum(self._taps_in_time(of_columns, shape[2]), out=largest[images])

        for_each(find_largest, batch_tiles(padded))
        self._keep(channels_first(largest).shape, padded, largest)
        return channels_first(largest)

    def backward(self, grad: Images) -> Images:
        """Since y = x[winner], dL/dx is dL/dy at the winner and 0 elsewhere.

        Among equals the first in reading order wins. The winners are found here, not in `forward`, because evaluation
        does not need them.
        """
        padded, largest = self._recall(grad)
        g = grad.transpose(0, 2, 3, 1)  # (B, F', T', C)
        grad_padded = empty(padded.shape, grad.dtype)

        def backward_tile(images: slice) -> None:
            self._zero_what_is_not_overwritten(grad_padded[images], g.shape[1:3])
            winner = _first_equal(self._taps(padded[images], g.shape[1:3]), largest[images])
            for number, tap in enumerate(self._taps(grad_padded[images], g.shape[1:3])):
                if self._windows_tile_the_image:
                    np.multiply(g[images], winner == number, out=tap)
                else:
                    tap += g[images] * (winner == number)

        for_each(backward_tile, batch_tiles(padded))
        return channels_first(unpad(grad_padded, self.padding))

    @property
    def _windows_tile_the_image(self) -> bool:
        return self.stride == self.kernel_size

    def _zero_what_is_not_overwritten(self, grad_padded: np.ndarray, counts: Pair) -> None:
        """Zeros everywhere or, if windows tile the image, only beyond the last window."""
        covered = [n * s if self._windows_tile_the_image else 0 for n, s in zip(counts, self.stride, strict=True)]
        grad_padded[:, covered[0] :] = 0
        grad_padded[:, :, covered[1] :] = 0


class AvgPool2d(_WindowPool):
    """The mean of each window; padding counts as zeros, which is PyTorch's default.

    Goes with lesson 03.

    Parameters
    ----------
    kernel_size, stride, padding : int or pair of int
        As for `MaxPool2d`.

    Raises
    ------
    ValueError
        Sizes that are not whole numbers, or padding of more than half the kernel.

    See Also
    --------
    AdaptiveAvgPool2d : a given number of bins instead of a given window.

    Examples
    --------
    >>> AvgPool2d((2, 4))(np.arange(8.0).reshape(1, 1, 2, 4)).ravel()
    array([3.5])
    """

    def forward(self, x: Images) -> Images:  # (B, C, F, T)
        padded, shape = self._padded(x, 0)
        mean = np.zeros(shape, padded.dtype)  # (B, F', T', C)
        for tile in batch_tiles(padded):
            for tap in self._taps(padded[tile], shape[1:3]):
                mean[tile] += tap
        mean /= self.kernel_size[0] * self.kernel_size[1]
        self._keep(channels_first(mean).shape, padded.shape)
        return channels_first(mean)

    def backward(self, grad: Images) -> Images:
        """Since y = Σ x / (kh·kw) over the window, every pixel of the window receives dL/dy / (kh·kw)."""
        (padded_shape,) = self._recall(grad)
        share = channels_last(grad) / (self.kernel_size[0] * self.kernel_size[1])
        grad_padded = np.zeros(padded_shape, grad.dtype)
        for tile in batch_tiles(grad_padded):
            for tap in self._taps(grad_padded[tile], share.shape[1:3]):
                tap += share[tile]
        return channels_first(unpad(grad_padded, self.padding))


class AdaptiveAvgPool2d(Module):
    """Means over a grid of bins, so that images of any size give the same size.

    Bin k of K over n pixels goes from floor(k·n/K) to ceil((k+1)·n/K), as in PyTorch: neighbors may share a pixel.

    Used in lesson 04.

    Parameters
    ----------
    output_size : int or pair of (int or None)
        Bins along frequency and time; None leaves that axis as it is.

    Raises
    ------
    ValueError
        An `output_size` that is not a positive whole number, a pair of them, or None.

    See Also
    --------
    AvgPool2d : a given window instead of a given number of bins.

    Examples
    --------
    >>> AdaptiveAvgPool2d((1, 2))(np.arange(6.0).reshape(1, 1, 2, 3)).ravel()
    array([2., 3.])
    """

    def __init__(self, output_size: int | tuple[int | None, int | None] | None) -> None:
        super().__init__()
        check = self._checks
        both = output_size if isinstance(output_size, tuple | list) else (output_size, output_size)
        if len(both) != 2:
            raise check.error(f"output_size must be a number or a pair, got {output_size!r}")
        self.output_size = tuple(None if n is None else check.whole_number(n, "output_size") for n in both)

    def forward(self, x: Images) -> Images:  # (B, C, F, T)
        x = self._checks.images(x)
        over_f, over_t = (bin_slices(n, bins) for n, bins in zip(x.shape[2:], self.output_size, strict=True))
        y = channels_last(x)  # (B, F, T, C)
        y = np.stack([y[:, rows].mean(axis=1) for rows in over_f], axis=1)  # (B, F', T, C)
        y = np.stack([y[:, :, times].mean(axis=2) for times in over_t], axis=2)  # (B, F', T', C)
        self._keep(channels_first(y).shape, x.shape, over_f, over_t)
        return channels_first(y)

    def backward(self, grad: Images) -> Images:
        """Since y is the mean of a bin of n pixels, each of them receives dL/dy / n, from every bin that it is in."""
        (n, c, f, t), over_f, over_t = self._recall(grad)
        g = channels_last(grad)  # (B, F', T', C)
        spread = np.zeros((n, len(over_f), t, c), grad.dtype)
        for k, times in enumerate(over_t):
            spread[:, :, times] += g[:, :, k : k + 1] / (times.stop - times.start)
        grad_x = np.zeros((n, f, t, c), grad.dtype)
        for k, rows in enumerate(over_f):
            grad_x[:, rows] += spread[:, k : k + 1] / (rows.stop - rows.start)
        return channels_first(grad_x)

    def _options(self) -> str:
        return f"output_size={self.output_size}"


class Flatten(Module):
    """Join all axes after the batch into one: (B, C, F, T) becomes (B, C·F·T), in that order of the axes.

    As PyTorch's with its defaults. Used in lesson 04.

    See Also
    --------
    AdaptiveAvgPool2d : usually comes before it.

    Examples
    --------
    >>> Flatten()(np.zeros((4, 256, 1, 1))).shape
    (4, 256)
    """

    def forward(self, x: np.ndarray) -> np.ndarray:
        check = self._checks
        x = check.floating(x, "x")
        if x.ndim < 2:
            raise check.error(f"x needs a batch axis and at least one more, got shape {x.shape}; add it with x[None]")
        y = x.reshape(len(x), -1)
        self._keep(y.shape, x.shape)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Nothing is computed, so dL/dx is dL/dy in the shape of x."""
        (shape,) = self._recall(grad)
        return grad.reshape(shape)


def bin_slices(n: int, bins: int | None) -> list[slice]:
    """The pixels of each bin: from floor(k n / bins) to ceil((k + 1) n / bins). One bin a pixel if `bins` is None."""
    bins = n if bins is None else bins
    return [slice(k * n // bins, -(-(k + 1) * n // bins)) for k in range(bins)]


def _maximum(taps: list[np.ndarray], out: np.ndarray | None = None) -> np.ndarray:
    """Maximum over the taps, number by number."""
    if len(taps) == 1:
        return taps[0] if out is None else np.positive(taps[0], out=out)
    out = np.maximum(taps[0], taps[1], out=out)
    for tap in taps[2:]:
        np.maximum(out, tap, out=out)
    return out


def _first_equal(taps: list[np.ndarray], largest: np.ndarray) -> np.ndarray:
    """For every window, the number of the first tap that equals the largest."""
    searching = taps[0] != largest
    winner = searching.astype(np.min_scalar_type(len(taps)))
    for tap in taps[1:-1]:
        searching &= tap != largest
        winner += searching
    return winner
