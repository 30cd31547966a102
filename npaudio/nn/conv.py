r"""Convolution in two dimensions, forward and backward, as matrix products.

The definition is a sum over the window under the kernel. With s the stride, p the padding, and x zero outside,

    y[b, o, f, t] = bias[o] + Σ_c Σ_i Σ_j  weight[o, c, i, j] · x[b, c, s·f + i - p, s·t + j - p]

For one output pixel this is the scalar product of the kernel with a window of kh·kw·C numbers. So write every window
out as one row of a matrix (im2col); then all pixels and all output channels are a single product:

    columns (B·F'·T', kh·kw·C)  ·  kernel (kh·kw·C, O)  =  y (B·F'·T', O)

Each number of x is copied up to kh·kw times. That is still quicker, because a matrix product runs at the full speed of
the processor, and loops over windows do not. One more column of ones is for the bias, as in y = w·x + b·1.

The backward pass follows from the same product. y = columns · kernel has d(kernel) = columnsᵀ · dy and d(columns) =
dy · kernelᵀ. And since im2col copied each number of x to several places, its gradient is the sum over those places
(col2im).

For speed the work is cut into tiles that stay in the cache, and threads share the tiles. `fast/im2col.py` copies the
windows and adds them up; the plain loops are in tests/oracles.py. For many channels, 3 x 3 kernels with stride 1 need
fewer multiplications than the definition has: `fast/winograd.py` says how.
"""

import numpy as np

from npaudio._core.threads import for_each
from npaudio._core.types import Images
from npaudio.nn.fast import winograd
from npaudio.nn.fast.channels_last import channels_first, channels_last, empty, parts
from npaudio.nn.fast.im2col import Im2col, Pair, window_counts
from npaudio.nn.init import Rng, torch_default
from npaudio.nn.module import Module, Parameter


class Conv2d(Module):
    """Slide O kernels of C x kh x kw over images (B, C, F, T); the result is (B, O, F', T'), F' = (F + 2p - kh)//s + 1.

    Explained in lesson 03.

    Parameters
    ----------
    in_channels, out_channels : int
        C and O.
    kernel_size, stride, padding : int or pair of int
        One number for both axes, or (frequency, time). Padding adds that many zeros on either side.
    bias : bool
        Whether each output channel has a bias.
    rng : np.random.Generator or int, optional
        For the initial weights, uniform within ±1 / sqrt(C·kh·kw), as in PyTorch.
    dtype : dtype
        Of the parameters; float32 or float64.

    Raises
    ------
    ValueError
        Sizes that are not positive whole numbers.

    See Also
    --------
    BatchNorm2d : usually comes next, and makes the bias superfluous.
    npaudio.nn.init : other initial weights.

    Examples
    --------
    >>> conv = Conv2d(1, 2, kernel_size=3, padding=1, rng=0)
    >>> y = conv(np.ones((1, 1, 4, 5), np.float32))
    >>> y.shape
    (1, 2, 4, 5)
    >>> conv.backward(np.ones_like(y)).shape
    (1, 1, 4, 5)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Pair,
        stride: int | Pair = 1,
        padding: int | Pair = 0,
        bias: bool = True,
        *,
        rng: Rng = None,
        dtype: np.typing.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        self.in_channels = self._checks.whole_number(in_channels, "in_channels")
        self.out_channels = self._checks.whole_number(out_channels, "out_channels")
        self.kernel_size = self._checks.pair(kernel_size, "kernel_size")
        self.stride = self._checks.pair(stride, "stride")
        self.padding = self._checks.pair(padding, "padding", least=0)
        shape = (self.out_channels, self.in_channels, *self.kernel_size)
        weight, bias_values = torch_default(shape, rng=rng, dtype=dtype)
        self.weight = Parameter(weight)  # (O, C, kh, kw)
        self.bias = Parameter(bias_values) if bias else None  # (O,)

    def forward(self, x: Images) -> Images:  # (B, C, F, T)
        x = self._checks.images(x, channels=self.in_channels)
        x = channels_last(x).astype(np.result_type(x, self.weight.data), copy=False)  # (B, F, T, C)
        y = empty((len(x), *self._output_size(x), self.out_channels), x.dtype)  # (B, F', T', O)
        self._keep(channels_first(y).shape, x)
        if self._winograd(y):
            winograd.convolve(x, *self._parameters(x.dtype), self.padding, y)
            return channels_first(y)
        kernel, windows = self._kernel(x.dtype), self._windows()  # (kh kw C + 1, O)

        def convolve(tile: tuple[slice, slice]) -> None:
            images, rows = tile
            columns = windows.columns(x[images], rows, ones=self._ones)  # (n, kh kw C + 1)
            np.matmul(columns, kernel, out=_pixels(y[images, rows]))  # (n, O)

        for_each(convolve, list(windows.tiles(y)))
        return channels_first(y)  # (B, O, F', T')

    def backward(self, grad: Images) -> Images:
        """From y = columns · kernel:  d(kernel) = columnsᵀ · g  and  d(columns) = g · kernelᵀ, tile by tile.

        The row of ones in columnsᵀ makes d(bias) the sum of g over all pixels. Each row of d(columns) is the gradient
        of one window, and is added at the place that im2col copied the window from.
        """
        (x,) = self._recall(grad)  # (B, F, T, C)
        grad_x = empty(x.shape, x.dtype)
        self._backward(grad, x, grad_x)
        return channels_first(grad_x)  # (B, C, F, T)

    def backward_to_parameters(self, grad: Images) -> None:
        """Compute only d(kernel) = columnsᵀ · g; with the large images of a first layer, a third of the work."""
        (x,) = self._recall(grad)
        self._backward(grad, x, None)

    def _backward(self, grad: Images, x: np.ndarray, grad_x: np.ndarray | None) -> None:
        """Add to the gradients of weight and bias, and write dL/dx into `grad_x` if it is not None."""
        g = channels_last(grad).astype(x.dtype, copy=False)  # (B, F', T', O)
        if self._winograd(g):
            weight, _ = self._parameters(x.dtype)
            self._add_grads(*winograd.backward(g, x, weight, self.padding, grad_x))
            return
        kernel, windows = self._kernel(x.dtype), self._windows()  # (kh kw C + 1, O)

        def gradient_of(part: list[slice]) -> np.ndarray:
            grad_kernel = np.zeros_like(kernel)
            for images in part:
                if grad_x is not None:
                    grad_x[images] = 0
                for rows in windows.row_tiles(g[images]):
                    g_rows = _pixels(g[images, rows])  # (n, O)
                    grad_kernel += windows.columns(x[images], rows, ones=self._ones).T @ g_rows
                    if grad_x is not None:
                        windows.add(windows.product(kernel[: windows.length], g_rows), grad_x[images], rows)
            return grad_kernel

        self._add_kernel_grad(sum(for_each(gradient_of, parts(windows.image_tiles(g)))))

    def _winograd(self, y: np.ndarray) -> bool:
        """Whether `fast/winograd.py` is quicker for outputs of the shape of y (B, F', T', O)."""
        return winograd.suits(y.shape, self.in_channels, self.kernel_size, self.stride, self.padding)

    def _parameters(self, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray | None]:
        bias = None if self.bias is None else self.bias.data.astype(dtype, copy=False)
        return self.weight.data.astype(dtype, copy=False), bias

    def _windows(self) -> Im2col:
        return Im2col(self.in_channels, self.kernel_size, self.stride, self.padding)

    def _output_size(self, x: np.ndarray) -> Pair:
        return window_counts(x.shape[1:3], self.kernel_size, self.stride, self.padding, check=self._checks)

    @property
    def _ones(self) -> int:
        return 0 if self.bias is None else 1

    def _kernel(self, dtype: np.dtype) -> np.ndarray:
        """The weight (O, C, kh, kw) in the order of the columns, (kh kw C, O), and the bias as the last row."""
        matrix = self.weight.data.transpose(2, 3, 1, 0).reshape(-1, self.out_channels)
        matrix = matrix if self.bias is None else np.concatenate([matrix, self.bias.data[None]])
        return matrix.astype(dtype, copy=False)

    def _add_kernel_grad(self, grad_kernel: np.ndarray) -> None:
        """Undo `_kernel`: add its gradient to the gradients of weight and bias."""
        n = self._windows().length
        shape = (*self.kernel_size, self.in_channels, self.out_channels)
        self._add_grads(grad_kernel[:n].reshape(shape).transpose(3, 2, 0, 1), grad_kernel[n:].sum(axis=0))

    def _add_grads(self, grad_weight: np.ndarray, grad_bias: np.ndarray) -> None:
        self.weight.grad += grad_weight
        if self.bias is not None:
            self.bias.grad += grad_bias

    def _options(self) -> str:
        options = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        return options + f", padding={self.padding}" + ("" if self.bias else ", bias=False")


def _pixels(x: np.ndarray) -> np.ndarray:
    """View (b, f, T', K) as (b f T', K), one row per pixel.

    A tile is several whole images or some rows of one image, hence contiguous, so this never copies.
    """
    return x.reshape(-1, x.shape[-1])
