"""A smooth function of many float32 numbers, from a table: its range is cut into short pieces, each a straight line.

    f(x) = a_i + b_i · x        for x in piece i

NumPy has no error function, and to compute one takes some thirty operations on each number. With a table it takes
seven, whatever the function is. The line through both ends of a piece of length h misses the function by at most
h²/8 · max |f''|. For the normal distribution function Phi that is 2e-8, less than float32 rounds a number near 1.
"""

import functools
from collections.abc import Callable

import numpy as np

from npaudio._core.threads import for_each
from npaudio.nn.fast.channels_last import tiles

PIECES = 2**14
TILE = 2**17  # numbers that are looked up at once


class Tabulated:
    """A function of each number of an array: as it is defined in float64, from a table in float32.

    Parameters
    ----------
    function : callable
        The definition, from an array of float64 to its values.
    limit : float
        The table covers -limit to limit.
    beyond : (float, float)
        The value below and the value above; the first and the last piece have them, too.
    """

    def __init__(
        self, function: Callable[[np.ndarray], np.ndarray], *, limit: float, beyond: tuple[float, float]
    ) -> None:
        self.function, self.limit, self.beyond = function, limit, beyond

    def __call__(self, x: np.ndarray, *, times: np.ndarray) -> np.ndarray:
        """The values f(x) · times, in the shape, storage order and dtype of x."""
        y = np.empty_like(x)
        write = self._look_up if x.dtype == np.float32 else self._compute
        numbers, factors, values = (_in_order_of(y, a).ravel(order="K") for a in (x, times, y))

        def write_tile(tile: slice) -> None:
            write(numbers[tile], values[tile])
            values[tile] *= factors[tile]

        with np.errstate(invalid="ignore"):  # 0 · inf is NaN, as in PyTorch, and NaN lies in no piece
            for_each(write_tile, list(tiles(x.size, 1, tile_bytes=TILE)))
        return y

    def _compute(self, x: np.ndarray, y: np.ndarray) -> None:
        y[:] = self.function(x)

    def _look_up(self, x: np.ndarray, y: np.ndarray) -> None:
        """NaN gives NaN."""
        per_unit = PIECES / (2 * self.limit)
        inside = np.clip(x, -self.limit, self.limit)
        places = np.multiply(inside, np.float32(per_unit), out=y)
        places += PIECES / 2
        lines = self._lines.take(places.astype(np.intp), mode="clip")
        np.multiply(inside, lines.imag, out=y)
        y += lines.real

    @functools.cached_property
    def _lines(self) -> np.ndarray:
        """The lines of all pieces as a + ib, so that one look-up finds both."""
        ends = np.linspace(-self.limit, self.limit, PIECES + 1)
        values = self.function(ends)
        b = np.diff(values) / np.diff(ends)
        lines = values[:-1] - b * ends[:-1] + 1j * b
        lines[[0, -1]] = self.beyond
        return lines.astype(np.complex64)


def _in_order_of(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The numbers of x with the strides of y, copied only if it has others."""
    if x.strides == y.strides:
        return x
    copy = np.empty_like(y)
    copy[:] = x
    return copy
