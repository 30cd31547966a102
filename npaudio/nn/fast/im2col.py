"""im2col and col2im: the windows under a sliding kernel, written out as the rows of a matrix and added back.

Conventions: images are stored channels-last, (B, F, T, C). A *window* is the kh x kw x C numbers under the kernel for
one output pixel; a *tap* is one position (i, j) in the kernel, taken in all windows at once. The work is done in tiles
whose columns stay in the cache: all output rows of a few images or, if an image is too large, some of its output rows.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from npaudio._core.checks import Check
from npaudio.nn.fast.channels_last import tiles

COLUMNS_BYTES = 3 * 1024 * 1024  # memory for the columns of one tile
LONG_RUN = 16  # with at least this many numbers in a row of the window, copying row by row is quick enough

Pair = tuple[int, int]


class Im2col:
    """The windows under a kernel: `columns` copies them out of images, `add` adds columns back to where they came from.

    Parameters
    ----------
    channels : int
        C.
    kernel_size, stride, padding : pair of int
        Along (frequency, time); padding adds that many zeros on either side.
    """

    def __init__(self, channels: int, kernel_size: Pair, stride: Pair, padding: Pair) -> None:
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        self.length = math.prod(kernel_size) * channels  # numbers in a window, kh kw C
        self.tap_by_tap = kernel_size[1] * channels < LONG_RUN  # too short a run to copy, so one tap at a time

    def columns(self, x: np.ndarray, rows: slice, *, ones: int = 0) -> np.ndarray:
        """im2col: the windows of some output rows of images (b, F, T, C) as a matrix (n, kh kw C + ones).

        `ones` is the number of columns of ones to append, for a bias: 0 or 1.
        """
        windows = self._windows(self._padded(x, rows))  # (b, f, T', kh, kw, C)
        shape = (math.prod(windows.shape[:3]), self.length + ones)
        columns = np.empty(shape, x.dtype, order="F" if self.tap_by_tap else "C")
        columns[:, self.length :] = 1
        columns[:, : self.length].reshape(windows.shape)[...] = windows
        return columns

    def add(self, columns: np.ndarray, x: np.ndarray, rows: slice) -> None:
        """col2im: add each row of (n, kh kw C) to the window of x (b, F, T, C) that `columns` copies it from.

        Neighboring windows overlap, and where they do, a single `+=` over all windows would keep only one of the
        additions. So the windows are added in parts; within one part no pixel occurs twice.
        """
        inside, within, height = self._rows_under(rows, x.shape[1])
        padded = np.zeros((len(x), height, x.shape[2] + 2 * self.padding[1], x.shape[3]), x.dtype)
        windows = self._windows(padded)  # (b, f, T', kh, kw, C)
        copies = columns.reshape(windows.shape)
        for part in self._disjoint_parts():
            windows[part] += copies[part]
        x[:, inside] += padded[:, within, self.padding[1] : self.padding[1] + x.shape[2]]

    def product(self, taps: np.ndarray, g: np.ndarray) -> np.ndarray:
        """Product g · tapsᵀ for g (n, O) and taps (kh kw C, O), in the memory order in which `add` is quick."""
        return (taps @ g.T).T if self.tap_by_tap else g @ taps.T

    def tiles(self, y: np.ndarray) -> Iterator[tuple[slice, slice]]:
        """Tiles of the output (B, F', T', O), as (images, output rows)."""
        return ((images, rows) for images in self.image_tiles(y) for rows in self.row_tiles(y[images]))

    def image_tiles(self, y: np.ndarray) -> list[slice]:
        """A few images at a time: as many as fit into the cache with their columns, but at least one."""
        return list(tiles(len(y), y[0, ..., 0].size * self._pixel_bytes(y), tile_bytes=COLUMNS_BYTES))

    def row_tiles(self, y: np.ndarray) -> list[slice]:
        """All output rows of a few images (b, F', T', O) at once or, if they are too large, some rows at a time."""
        return list(tiles(y.shape[1], len(y) * y.shape[2] * self._pixel_bytes(y), tile_bytes=COLUMNS_BYTES))

    def _pixel_bytes(self, y: np.ndarray) -> int:
        """Memory for one output pixel: for its window or for its output channels, whichever is more."""
        return max(self.length, y.shape[-1]) * y.itemsize

    def _rows_under(self, rows: slice, n: int) -> tuple[slice, slice, int]:
        """Find the image rows under the kernel for some output rows.

        Returns three things: where these rows are in the image of n rows; where they are in the block of rows that the
        kernel covers, which includes padding; and the height of that block.
        """
        first = rows.start * self.stride[0] - self.padding[0]  # negative in the padding above the image
        stop = (rows.stop - 1) * self.stride[0] + self.kernel_size[0] - self.padding[0]
        inside = slice(min(max(first, 0), n), min(max(stop, 0), n))
        return inside, slice(inside.start - first, inside.stop - first), stop - first

    def _padded(self, x: np.ndarray, rows: slice) -> np.ndarray:
        """The image rows under the kernel for some output rows, padded: (b, f, T + 2p, C)."""
        inside, within, height = self._rows_under(rows, x.shape[1])
        if self.padding == (0, 0):
            return x[:, inside]
        padded = np.zeros((len(x), height, x.shape[2] + 2 * self.padding[1], x.shape[3]), x.dtype)
        padded[:, within, self.padding[1] : self.padding[1] + x.shape[2]] = x[:, inside]
        return padded

    def _windows(self, padded: np.ndarray) -> np.ndarray:
        """View of the window of each output pixel, (b, f, T', kh, kw, C)."""
        sh, sw = self.stride
        windows = sliding_window_view(padded, self.kernel_size, axis=(1, 2), writeable=True)  # (b, ., ., C, kh, kw)
        return windows[:, ::sh, ::sw].transpose(0, 1, 2, 4, 5, 3)

    def _taps(self) -> list[Any]:
        """For each position (i, j) in the kernel, the index of the numbers at that position in all windows."""
        return [(slice(None), slice(None), slice(None), i, j) for i, j in np.ndindex(self.kernel_size)]

    def _disjoint_parts(self) -> list[Any]:
        """Indices into the windows (b, f, T', kh, kw, C): together they cover all; within each no pixel occurs twice.

        NumPy is quick with long runs. With few channels an index is one tap of every window, with runs of T' pixels;
        with many it is every m-th window as a whole, with runs of kw·C numbers. There m is the kernel size divided by
        the stride, rounded up.
        """
        if self.tap_by_tap:
            return self._taps()
        m_f, m_t = (-(-k // s) for k, s in zip(self.kernel_size, self.stride, strict=True))
        return [(slice(None), slice(f, None, m_f), slice(t, None, m_t)) for f, t in np.ndindex(m_f, m_t)]


def window_counts(size: Pair, kernel: Pair, stride: Pair, padding: Pair, *, check: Check) -> Pair:
    """How many windows fit along each axis of images of F x T pixels; an image smaller than one is an error."""
    axes = zip(size, kernel, stride, padding, strict=True)
    n_f, n_t = ((n + 2 * p - k) // s + 1 for n, k, s, p in axes)
    if min(n_f, n_t) < 1:
        least = [max(1, k - 2 * p) for k, p in zip(kernel, padding, strict=True)]
        raise check.error(
            f"an image of {size[0]} x {size[1]} is smaller than the window of {kernel[0]} x {kernel[1]} with padding "
            f"{padding}; at least {least[0]} x {least[1]} (frequency x time) is needed"
        )
    return n_f, n_t


def pad(x: np.ndarray, padding: Pair, value: float = 0) -> np.ndarray:
    """Surround (B, F, T, C) with `value`; without padding it is x itself."""
    if padding == (0, 0):
        return x
    n, f, t, c = x.shape
    padded = np.full((n, f + 2 * padding[0], t + 2 * padding[1], c), value, x.dtype)
    unpad(padded, padding)[...] = x
    return padded


def unpad(padded: np.ndarray, padding: Pair) -> np.ndarray:
    """The view without the padding: undoes `pad`."""
    ph, pw = padding
    return padded[:, ph : padded.shape[1] - ph, pw : padded.shape[2] - pw]
