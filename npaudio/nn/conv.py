r"""Convolution in two dimensions, forward and backward, as matrix products.

The definition is a sum over the window under the kernel. With s the stride, p the padding, and x zero outside,

    y[b, o, f, t] = bias[o] + Σ_c Σ_i Σ_j  weight[o, c, i, j] · x[b, c, s·f + i - p, s·t + j - p]

For one output pixel that is a scalar product of the kernel with a window of kh·kw·C numbers. So write every window out
as one row of a matrix (im2col); then all pixels and all output channels are a single product:

    columns (B·F'·T', kh·kw·C)  ·  kernel (kh·kw·C, O)  =  y (B·F'·T', O)

Each number of x is copied kh·kw times, and yet this wins: a matrix product runs at the speed of the processor, loops
over windows do not. A last column of ones carries the bias, as in the straight line y = w·x + b·1.

The way back needs only that picture. A product y = columns · kernel has d(kernel) = columnsᵀ · dy and
d(columns) = dy · kernelᵀ. And since im2col copied x to several places, its way back adds up what arrives from them.

For speed: `channels_last` storage turns a window into kh runs of kw·C neighbouring numbers; a few images at a time are
padded, written out and multiplied, so that all of it stays in the cache (`_image_tiles`, `_row_tiles`), and threads
share the tiles (`for_each`). The plain loops stand in tests/oracles.py.
"""

import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from npaudio._core.threads import for_each
from npaudio.nn import _checks
from npaudio.nn.fast.channels_last import channels_first, channels_last, empty, parts, tiles
from npaudio.nn.init import Rng, torch_default
from npaudio.nn.module import Module, Parameter

COLUMNS_BYTES = 3 * 1024 * 1024  # of a tile
LONG_RUN = 8  # channels from which on a pixel is worth copying as a whole


class Conv2d(Module):
    """Slide O kernels of C x kh x kw over images (B, C, F, T); the result is (B, O, F', T'), F' = (F + 2p - kh)//s + 1.

    Parameters
    ----------
    in_channels, out_channels : int
        C and O.
    kernel_size, stride, padding : int or pair of int
        One number for both axes, or (frequency, time). Padding adds that many zeros on either side.
    bias : bool
        Whether each output channel has an offset.
    rng : np.random.Generator or int, optional
        For the initial weights, uniform within 1 / sqrt(C·kh·kw), as PyTorch's.
    dtype : dtype
        Of the parameters; float32 or float64.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        bias: bool = True,
        *,
        rng: Rng = None,
        dtype: np.typing.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        self.in_channels = _checks.size(in_channels, caller="Conv2d", name="in_channels")
        self.out_channels = _checks.size(out_channels, caller="Conv2d", name="out_channels")
        self.kernel_size = _checks.pair(kernel_size, caller="Conv2d", name="kernel_size")
        self.stride = _checks.pair(stride, caller="Conv2d", name="stride")
        self.padding = _checks.pair(padding, caller="Conv2d", name="padding", least=0)
        weight, offset = torch_default((out_channels, in_channels, *self.kernel_size), rng=rng, dtype=dtype)
        self.weight = Parameter(weight)  # (O, C, kh, kw)
        self.bias = Parameter(offset) if bias else None  # (O,)

    def forward(self, x: np.ndarray) -> np.ndarray:  # (B, C, F, T)
        x = channels_last(_checks.images(x, caller="Conv2d", channels=self.in_channels))  # (B, F, T, C)
        dtype = np.result_type(x, self.weight.data)
        kernel = self._kernel().astype(dtype, copy=False)  # (kh kw C + 1, O)
        y = empty((*self._output_size(x), self.out_channels), dtype)  # (B, F', T', O)

        def convolve(tile: tuple[slice, slice]) -> None:
            images, rows = tile
            columns = self._columns(self._under(rows, x[images], dtype))  # (n, kh kw C + 1)
            np.matmul(columns, kernel, out=_pixels(y[images, rows]))  # (n, O)

        for_each(convolve, [(images, rows) for images in self._image_tiles(y) for rows in self._row_tiles(y[images])])
        self._keep(channels_first(y).shape, x)
        return channels_first(y)  # (B, O, F', T')

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """From y = columns · kernel:  d(kernel) = columnsᵀ · g  and  d(columns) = g · kernelᵀ, tile by tile.

        The row of ones in columnsᵀ makes d(bias) the sum of g over all pixels. Each row of d(columns) belongs to the
        window that im2col copied it from, and is added there.
        """
        (x,) = self._recall(grad)
        dtype = np.result_type(x, self.weight.data)
        g = channels_last(grad).astype(dtype, copy=False)  # (B, F', T', O)
        kernel = self._kernel().astype(dtype, copy=False)  # (kh kw C + 1, O)
        grad_x = empty(x.shape, dtype)  # (B, F, T, C)

        def go_back(part: list[slice]) -> np.ndarray:
            grad_kernel = np.zeros_like(kernel)
            for images in part:
                grad_x[images] = 0
                for rows in self._row_tiles(g[images]):
                    g_rows = _pixels(g[images, rows])  # (n, O)
                    padded = self._under(rows, x[images], dtype)  # (b, f, T + 2p, C)
                    grad_kernel += self._columns(padded).T @ g_rows
                    grad_padded = np.zeros_like(padded)
                    self._add_columns(grad_padded, self._grad_columns(g_rows, kernel))
                    self._add_under(rows, grad_x[images], grad_padded)
            return grad_kernel

        self._add_kernel_grad(sum(for_each(go_back, parts(self._image_tiles(g)))))
        return channels_first(grad_x)  # (B, C, F, T)

    def _under(self, rows: slice, x: np.ndarray, dtype: np.dtype) -> np.ndarray:
        """The rows of pixels that lie under the kernel for some rows of output pixels, padded: (b, f, T + 2p, C)."""
        if self.padding == (0, 0):
            return x[:, self._reach(rows)].astype(dtype, copy=False)
        inside, within, times = self._inside(rows, x)
        reach = self._reach(rows)
        padded = np.zeros((len(x), reach.stop - reach.start, x.shape[2] + 2 * self.padding[1], x.shape[3]), dtype)
        padded[:, within, times] = x[:, inside]
        return padded

    def _add_under(self, rows: slice, grad_x: np.ndarray, grad_padded: np.ndarray) -> None:
        """The way back of `_under`: the padding falls away, and rows that were under several tiles add up."""
        inside, within, times = self._inside(rows, grad_x)
        grad_x[:, inside] += grad_padded[:, within, times]

    def _reach(self, rows: slice) -> slice:
        """Rows of the padded image that lie under the kernel for some rows of output pixels."""
        return slice(rows.start * self.stride[0], (rows.stop - 1) * self.stride[0] + self.kernel_size[0])

    def _inside(self, rows: slice, x: np.ndarray) -> tuple[slice, slice, slice]:
        """Of these, the rows that are not padding: where in the image, where in the reach; and which of its times."""
        reach, (ph, pw) = self._reach(rows), self.padding
        start = min(max(reach.start - ph, 0), x.shape[1])
        stop = min(max(reach.stop - ph, start), x.shape[1])
        offset = ph - reach.start
        return slice(start, stop), slice(start + offset, stop + offset), slice(pw, pw + x.shape[2])

    def _columns(self, padded: np.ndarray) -> np.ndarray:
        """im2col: all windows as rows (n, kh kw C), and a column of ones behind them."""
        windows = self._windows(padded)  # (b, f, T', kh, kw, C)
        ones = 0 if self.bias is None else 1
        shape = (math.prod(windows.shape[:3]), self._window_size + ones)
        columns = np.empty(shape, padded.dtype, order="F" if self._few_channels else "C")
        columns[:, self._window_size :] = 1
        copies = columns[:, : self._window_size].reshape(windows.shape)
        for part in self._taps() if self._few_channels else [...]:
            copies[part] = windows[part]
        return columns

    def _grad_columns(self, g_rows: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        """d(columns) = g · kernelᵀ without the bias, (n, kh kw C), in the memory order of the columns."""
        taps = kernel[: self._window_size]  # (kh kw C, O)
        return (taps @ g_rows.T).T if self._few_channels else g_rows @ taps.T

    def _add_columns(self, grad_padded: np.ndarray, grad_columns: np.ndarray) -> None:
        """col2im: add every row of (n, kh kw C) to the window that im2col had read it from.

        Neighbouring windows overlap, and a single `+=` would count only one of them: so one for each disjoint part.
        """
        windows = self._windows(grad_padded)  # (b, f, T', kh, kw, C)
        copies = grad_columns.reshape(windows.shape)
        for part in self._disjoint_parts():
            windows[part] += copies[part]

    def _disjoint_parts(self) -> list[Any]:
        """Indices that together reach all windows (b, f, T', kh, kw, C), and in each of which no pixel comes twice.

        With few channels: one tap of every window, a run of T' pixels. With many: every m-th window as a whole, m the
        kernel size over the stride, rounded up; its runs are kw·C numbers. Long runs are what NumPy is quick at.
        """
        if self._few_channels:
            return self._taps()
        m_f, m_t = (-(-k // s) for k, s in zip(self.kernel_size, self.stride, strict=True))
        return [(slice(None), slice(f, None, m_f), slice(t, None, m_t)) for f, t in np.ndindex(m_f, m_t)]

    def _taps(self) -> list[Any]:
        """For each position (i, j) in the kernel, the index of the numbers that stand there in all windows."""
        return [(slice(None), slice(None), slice(None), i, j) for i, j in np.ndindex(self.kernel_size)]

    def _windows(self, padded: np.ndarray) -> np.ndarray:
        """View of what lies under the kernel for each output pixel, (b, f, T', kh, kw, C)."""
        sh, sw = self.stride
        windows = sliding_window_view(padded, self.kernel_size, axis=(1, 2), writeable=True)  # (b, ., ., C, kh, kw)
        return windows[:, ::sh, ::sw].transpose(0, 1, 2, 4, 5, 3)

    def _kernel(self) -> np.ndarray:
        """The weight (O, C, kh, kw) in the order of the columns, (kh kw C, O), and the bias as the last row."""
        matrix = self.weight.data.transpose(2, 3, 1, 0).reshape(-1, self.out_channels)
        return matrix if self.bias is None else np.concatenate([matrix, self.bias.data[None]])

    def _add_kernel_grad(self, grad_kernel: np.ndarray) -> None:
        """Undo `_kernel`: add its gradient to the gradients of weight and bias."""
        if self.bias is not None:
            self.bias.grad += grad_kernel[-1]
            grad_kernel = grad_kernel[:-1]
        shape = (*self.kernel_size, self.in_channels, self.out_channels)
        self.weight.grad += grad_kernel.reshape(shape).transpose(3, 2, 0, 1)

    def _output_size(self, x: np.ndarray) -> tuple[int, int, int]:
        """B, F' and T' for (B, F, T, C); refuses images that the kernel does not fit into."""
        padded = (x.shape[1] + 2 * self.padding[0], x.shape[2] + 2 * self.padding[1])
        return (len(x), *window_counts(padded, self.kernel_size, self.stride, self.padding, caller="Conv2d"))

    def _image_tiles(self, y: np.ndarray) -> list[slice]:
        """A few images at a time: as many as have their columns in the cache together, at least one."""
        return list(tiles(len(y), y[0, ..., 0].size * self._pixel_bytes(y), tile_bytes=COLUMNS_BYTES))

    def _row_tiles(self, y: np.ndarray) -> list[slice]:
        """All rows of a few images (b, F', T', O) at once; of an image that is too large for that, some at a time."""
        return list(tiles(y.shape[1], len(y) * y.shape[2] * self._pixel_bytes(y), tile_bytes=COLUMNS_BYTES))

    def _pixel_bytes(self, y: np.ndarray) -> int:
        """Room for what belongs to one output pixel, its columns or its channels."""
        return max(self._window_size, self.out_channels) * y.itemsize

    @property
    def _few_channels(self) -> bool:
        """Whether a pixel is too short a run to copy; then columns are stored one after the other, tap by tap."""
        return self.in_channels < LONG_RUN

    @property
    def _window_size(self) -> int:
        """Numbers under the kernel, kh·kw·C."""
        return self.kernel_size[0] * self.kernel_size[1] * self.in_channels

    def _options(self) -> str:
        options = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        return options + f", padding={self.padding}" + ("" if self.bias else ", bias=False")


def window_counts(
    padded_size: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    *,
    caller: str,
) -> tuple[int, int]:
    """How many windows fit along each axis of padded images of (F + 2p) x (T + 2p) pixels; refuses none."""
    counts = [(n - k) // s + 1 for n, k, s in zip(padded_size, kernel, stride, strict=True)]
    if min(counts) < 1:
        size = (padded_size[0] - 2 * padding[0], padded_size[1] - 2 * padding[1])
        least = (max(1, kernel[0] - 2 * padding[0]), max(1, kernel[1] - 2 * padding[1]))
        raise ValueError(
            f"{caller}: an image of {size[0]} x {size[1]} is smaller than the window of {kernel[0]} x {kernel[1]} with "
            f"padding {padding}; at least {least[0]} x {least[1]} (frequency x time) is needed"
        )
    return counts[0], counts[1]


def pad(x: np.ndarray, padding: tuple[int, int], dtype: np.typing.DTypeLike, value: float = 0) -> np.ndarray:
    """Surround (B, F, T, C) with `value`; without padding it is x itself."""
    if padding == (0, 0):
        return x.astype(dtype, copy=False)
    n, f, t, c = x.shape
    padded = np.full((n, f + 2 * padding[0], t + 2 * padding[1], c), value, dtype)
    unpad(padded, padding)[...] = x
    return padded


def unpad(padded: np.ndarray, padding: tuple[int, int]) -> np.ndarray:
    """View of what `pad` surrounded."""
    ph, pw = padding
    return padded[:, ph : padded.shape[1] - ph, pw : padded.shape[2] - pw]


def _pixels(x: np.ndarray) -> np.ndarray:
    """View (b, f, T', K) as (b f T', K), a pixel a row. Tiles are whole images or rows of one, so this never copies."""
    return x.reshape(-1, x.shape[-1])
