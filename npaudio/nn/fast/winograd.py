r"""Winograd's convolution: 3 x 3 kernels with 16 multiplications where the definition needs 36.

Begin with one axis, a kernel (g0, g1, g2) and two outputs from four inputs:

    y0 = d0·g0 + d1·g1 + d2·g2            six multiplications
    y1 = d1·g0 + d2·g1 + d3·g2

With sums of inputs and of kernel numbers, four products are enough (multiply out to check):

    m0 = (d0 - d2) · g0                              y0 = m0 + m1 + m2
    m1 = (d1 + d2) · (g0 + g1 + g2)/2                y1 = m1 - m2 - m3
    m2 = (d2 - d1) · (g0 - g1 + g2)/2
    m3 = (d1 - d3) · g2

In matrices, m = (Bᵀd) ⊙ (Gg) and y = Aᵀm, with

         1  0  0  0               1    0    0              1  0
    B =  0  1 -1  1         G =  1/2  1/2  1/2        A =  1  1
        -1  1  1  0              1/2 -1/2  1/2             1 -1
         0  0  0 -1               0    0    1              0 -1

On images this is done along both axes. A patch of 4 x 4 inputs d gives 2 x 2 outputs Y:

    U = G g Gᵀ          V = Bᵀ d B          M = V ⊙ U          Y = Aᵀ M A

The sum over the input channels C belongs to ⊙. So at each of the 16 places, the numbers of all patches and channels are
one matrix product, M = V U: (patches, O) = (patches, C) · (C, O).

Every step is linear in each of its inputs. So the backward pass goes through the transposed steps:

    dM = A dY Aᵀ        at each place dU = Vᵀ dM and dV = dM Uᵀ        dg = Gᵀ dU G        dd = B dV Bᵀ

What is saved in multiplications is partly lost in sums, so this way pays only with many channels. To save memory, the
four rows of places are processed one after the other, in the same work arrays.

Conventions: images are stored channels-last, (b, F, T, C). They are split into four *lattices*: pixels in even or odd
rows and columns. In a lattice, neighboring patches are neighboring pixels, so NumPy adds long runs of numbers.

Source: Lavin and Gray 2016, "Fast algorithms for convolutional neural networks". Results differ from those of the
definition by rounding only: in float32 by less than 1e-6 of the largest output.
"""

import math
from collections.abc import Iterator

import numpy as np

from npaudio._core.threads import for_each
from npaudio.nn.fast.channels_last import parts, tiles

FEWEST_PIXELS = 512  # of all output images together; with fewer, the sums of kernel numbers take longer than they save
FEWEST_CHANNELS = 32  # with fewer, the sums take as long as the products that they save
MOST_KERNELS = 2**20  # C·O; with more, U would take more than 64 MB
PATCH_BYTES = 12 * 1024 * 1024  # the size of all of V and M for one tile; smaller tiles are too many NumPy calls
FEWEST_TILES = 4  # smaller tiles all the same where a batch would be fewer, so that threads can share it

Pair = tuple[int, int]


def suits(shape: tuple[int, ...], channels: int, kernel_size: Pair, stride: Pair, padding: Pair) -> bool:
    """Whether this way is quicker than the definition, for outputs of the shape (B, F', T', O)."""
    possible = kernel_size == (3, 3) and stride == (1, 1) and max(padding) <= 2
    worthwhile = min(channels, shape[3]) >= FEWEST_CHANNELS and math.prod(shape[:3]) >= FEWEST_PIXELS
    return possible and worthwhile and channels * shape[3] <= MOST_KERNELS


def convolve(x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, padding: Pair, y: np.ndarray) -> None:
    """Write the convolution of x (B, F, T, C) with weight (O, C, 3, 3) into y (B, F', T', O)."""
    u = transform_kernel(weight)  # (4, 4, C, O)

    def convolve_tile(tile: tuple[slice, slice]) -> None:
        images, rows = tile
        d = transform_rows(x[images], rows, padding, y.shape[2])  # (4, 2, b, f, t + 1, C)
        shape = (*d.shape[2:4], d.shape[4] - 1)  # (b, f, t)
        half = np.empty((4, 2, *shape, u.shape[-1]), x.dtype)
        v, m = (np.empty((4, *shape, k), x.dtype) for k in u.shape[2:])
        for i in range(4):
            _sums_of_four(d[i, 0], d[i, 1], v, axis=-2)
            np.matmul(_flat(v), u[i], out=_flat(m))
            if bias is not None and i == 1:
                m[1] += bias  # this place is in all four outputs, with the factor 1
            _sums_to_two(m, half[i])
        write_output(half, y[images, rows])

    for_each(convolve_tile, [(images, rows) for images in image_tiles(x, y) for rows in row_tiles(x, y[images])])


def backward(
    grad_y: np.ndarray, x: np.ndarray, weight: np.ndarray, padding: Pair, grad_x: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """The gradients of weight (O, C, 3, 3) and bias (O,) from grad_y = dL/dy; that of x is written into `grad_x`."""
    u = transform_kernel(weight)  # (4, 4, C, O)

    def gradient_of(part: list[slice]) -> tuple[np.ndarray, np.ndarray]:
        grad_u, grad_bias = np.zeros_like(u), np.zeros(grad_y.shape[3], grad_y.dtype)
        for images in part:
            if grad_x is not None:
                grad_x[images] = 0
            for rows in row_tiles(x, grad_y[images]):
                d = transform_rows(x[images], rows, padding, grad_y.shape[2])  # (4, 2, b, f, t + 1, C)
                half = transform_output_backward(grad_y[images, rows])  # (4, 2, b, f, t, O)
                _places_backward(d, half, u, grad_u, grad_bias, with_input=grad_x is not None)
                if grad_x is not None:
                    transform_rows_backward(d, grad_x[images], rows, padding)
        return grad_u, grad_bias

    sums = for_each(gradient_of, parts(image_tiles(x, grad_y)))
    return transform_kernel_backward(sum(u for u, _ in sums)), sum(b for _, b in sums)


def _places_backward(
    d: np.ndarray, half: np.ndarray, u: np.ndarray, grad_u: np.ndarray, grad_bias: np.ndarray, *, with_input: bool
) -> None:
    """Add the gradients of kernels and bias from one tile; `with_input` overwrites d with its gradient."""
    v, grad_m = (np.empty((4, *half.shape[2:5], k), d.dtype) for k in u.shape[2:])
    for i in range(4):
        _sums_of_four(d[i, 0], d[i, 1], v, axis=-2)
        _sums_to_two_backward(half[i], grad_m)
        grad_u[i] += np.matmul(_flat(v).transpose(0, 2, 1), _flat(grad_m))
        if i == 1:
            grad_bias += _flat(grad_m)[1].sum(axis=0)  # the bias was added at the place (1, 1)
        if with_input:
            np.matmul(_flat(grad_m), u[i].transpose(0, 2, 1), out=_flat(v))  # v is now dV
            _sums_of_four_backward(v, d[i, 0], d[i, 1], axis=-2)


# --- The three transforms, and their transposes ---


def transform_kernel(weight: np.ndarray) -> np.ndarray:
    """U = G g Gᵀ for kernels (O, C, 3, 3): (4, 4, C, O)."""
    o, c = weight.shape[:2]
    half = np.empty((4, 3, c, o), weight.dtype)
    _kernel_sums(np.ascontiguousarray(weight.transpose(2, 3, 1, 0)), half)
    u = np.empty((4, 4, c, o), weight.dtype)
    _kernel_sums(half.swapaxes(0, 1), u.swapaxes(0, 1))
    return u


def transform_kernel_backward(grad_u: np.ndarray) -> np.ndarray:
    """The gradient of the kernels, dg = Gᵀ dU G: (O, C, 3, 3)."""
    half = _kernel_sums_backward(grad_u.swapaxes(0, 1)).swapaxes(0, 1)  # (4, 3, C, O)
    return _kernel_sums_backward(half).transpose(3, 2, 0, 1)


def transform_rows(x: np.ndarray, rows: slice, padding: Pair, n_columns: int) -> np.ndarray:
    """Bᵀ d, for the patches of some output rows of images (b, F, T, C): (4, 2, b, f, t + 1, C).

    So far along the frequency axis only; the time axis follows in `_sums_of_four`. The second axis holds even and odd
    columns.
    """
    f, t = -(-(rows.stop - rows.start) // 2), -(-n_columns // 2)
    lattices = np.zeros((2, 2, len(x), f + 1, t + 1, x.shape[3]), x.dtype)
    for lattice, pixels in _lattices_and_pixels(lattices, x, rows, padding):
        lattice[...] = pixels
    sums = np.empty((4, 2, len(x), f, t + 1, x.shape[3]), x.dtype)
    _sums_of_four(lattices[0], lattices[1], sums, axis=-3)
    return sums


def transform_rows_backward(grad: np.ndarray, grad_x: np.ndarray, rows: slice, padding: Pair) -> None:
    """Add B times `grad` to the pixels that the patches came from."""
    _, _, b, f, columns, c = grad.shape
    lattices = np.empty((2, 2, b, f + 1, columns, c), grad.dtype)
    _sums_of_four_backward(grad, lattices[0], lattices[1], axis=-3)
    for lattice, pixels in _lattices_and_pixels(lattices, grad_x, rows, padding):
        pixels += lattice


def write_output(half: np.ndarray, y: np.ndarray) -> None:
    """Y = Aᵀ (M A), written into the output rows y (b, F', T', O); patches may stand out below and on the right."""
    both = np.empty((2, *half.shape[1:]), half.dtype)
    _sums_to_two(half, both)
    for i, j in np.ndindex(2, 2):
        pixels = y[:, i::2, j::2]
        pixels[...] = both[i, j, :, : pixels.shape[1], : pixels.shape[2]]


def transform_output_backward(grad_y: np.ndarray) -> np.ndarray:
    """A dY, for the gradient of some output rows (b, F', T', O): (4, 2, b, f, t, O)."""
    f, t = -(-grad_y.shape[1] // 2), -(-grad_y.shape[2] // 2)
    both = np.empty((2, 2, len(grad_y), f, t, grad_y.shape[3]), grad_y.dtype)
    for i, j in np.ndindex(2, 2):
        pixels = grad_y[:, i::2, j::2]
        both[i, j, :, pixels.shape[1] :] = 0
        both[i, j, :, :, pixels.shape[2] :] = 0
        both[i, j, :, : pixels.shape[1], : pixels.shape[2]] = pixels
    half = np.empty((4, *both.shape[1:]), grad_y.dtype)
    _sums_to_two_backward(both, half)
    return half


def _kernel_sums(g: np.ndarray, sums: np.ndarray) -> None:
    """G along the first axis: g0, (g0 + g1 + g2)/2, (g0 - g1 + g2)/2, g2."""
    sums[0], sums[3] = g[0], g[2]
    outer, middle = (g[0] + g[2]) / 2, g[1] / 2
    np.add(outer, middle, out=sums[1])
    np.subtract(outer, middle, out=sums[2])


def _kernel_sums_backward(grad: np.ndarray) -> np.ndarray:
    """Gᵀ along the first axis."""
    half = (grad[1] + grad[2]) / 2
    return np.stack([grad[0] + half, (grad[1] - grad[2]) / 2, half + grad[3]])


def _sums_of_four(even: np.ndarray, odd: np.ndarray, sums: np.ndarray, axis: int) -> None:
    """Bᵀ along one axis, where d0 and d2 are neighbors in `even`, d1 and d3 in `odd`."""
    d0, d2 = _neighbors(even, axis)
    d1, d3 = _neighbors(odd, axis)
    np.subtract(d0, d2, out=sums[0])
    np.add(d1, d2, out=sums[1])
    np.subtract(d2, d1, out=sums[2])
    np.subtract(d1, d3, out=sums[3])


def _sums_of_four_backward(grad: np.ndarray, even: np.ndarray, odd: np.ndarray, axis: int) -> None:
    """B along one axis: each of d0 to d3 gets the gradients of the sums that it is in, with their signs."""
    even[...] = odd[...] = 0
    d0, d2 = _neighbors(even, axis)
    d1, d3 = _neighbors(odd, axis)
    d0 += grad[0]
    d2 -= grad[0]
    d2 += grad[1]
    d2 += grad[2]
    d1 += grad[1]
    d1 -= grad[2]
    d1 += grad[3]
    d3 -= grad[3]


def _sums_to_two(m: np.ndarray, y: np.ndarray) -> None:
    """Aᵀ along the first axis."""
    np.add(m[0], m[1], out=y[0])
    y[0] += m[2]
    np.subtract(m[1], m[2], out=y[1])
    y[1] -= m[3]


def _sums_to_two_backward(grad: np.ndarray, grad_m: np.ndarray) -> None:
    """A along the first axis."""
    grad_m[0] = grad[0]
    np.add(grad[0], grad[1], out=grad_m[1])
    np.subtract(grad[0], grad[1], out=grad_m[2])
    np.negative(grad[1], out=grad_m[3])


def _flat(patches: np.ndarray) -> np.ndarray:
    """View (4, b, f, t, K) as four matrices with a row for each patch."""
    return patches.reshape(4, -1, patches.shape[-1])


# --- Lattices and tiles ---


def _neighbors(lattice: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """All pixels but the last along an axis, and all but the first."""
    along = np.moveaxis(lattice, axis, 0)
    return np.moveaxis(along[:-1], 0, axis), np.moveaxis(along[1:], 0, axis)


def _lattices_and_pixels(
    lattices: np.ndarray, x: np.ndarray, rows: slice, padding: Pair
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The pixels of x in each lattice, without padding, as pairs of views: (a part of the lattice, pixels of x)."""
    for i, j in np.ndindex(2, 2):
        in_lattice_f, in_x_f = _every_second(i, rows.start - padding[0], lattices.shape[3], x.shape[1])
        in_lattice_t, in_x_t = _every_second(j, -padding[1], lattices.shape[4], x.shape[2])
        yield lattices[i, j][:, in_lattice_f, in_lattice_t], x[:, in_x_f, in_x_t]


def _every_second(parity: int, first: int, n_lattice: int, n: int) -> tuple[slice, slice]:
    """Place k of a lattice is pixel first + parity + 2k: the places whose pixels lie in range(n), and these pixels."""
    start = first + parity
    lowest = max(0, -(start // 2))
    highest = max(lowest, min(n_lattice, -(-(n - start) // 2)))
    return slice(lowest, highest), slice(start + 2 * lowest, max(0, start + 2 * highest), 2)


def image_tiles(x: np.ndarray, y: np.ndarray) -> list[slice]:
    """A few images at a time, but at least one."""
    image_bytes = y[0, ..., 0].size * _pixel_bytes(x, y)
    return list(tiles(len(y), image_bytes, tile_bytes=min(PATCH_BYTES, len(y) * image_bytes // FEWEST_TILES)))


def row_tiles(x: np.ndarray, y: np.ndarray) -> list[slice]:
    """All output rows of a few images (b, F', T', O) at once or, if they are too large, an even number of rows."""
    pairs = tiles(-(-y.shape[1] // 2), 2 * len(y) * y.shape[2] * _pixel_bytes(x, y), tile_bytes=PATCH_BYTES)
    return [slice(2 * pair.start, min(2 * pair.stop, y.shape[1])) for pair in pairs]


def _pixel_bytes(x: np.ndarray, y: np.ndarray) -> int:
    """V and M have four numbers for each pixel and channel."""
    return 4 * (x.shape[-1] + y.shape[-1]) * y.itemsize
