"""A smooth function of many float32 numbers, from a table: its range is cut into short pieces, each a straight line.

    f(x) = a_i + b_i · x        for x in piece i

NumPy has no error function, and to compute one takes some thirty operations on each number. With a table it takes
eight, whatever the function is. The line through both ends of a piece of length h misses the function by at most
h²/8 · max |f''|. For GELU that is 5e-8, less than float32 rounds a number near 1.
"""

import functools
from collections.abc import Callable

import numpy as np

from npaudio._core.threads import for_each
from npaudio.nn.fast.channels_last import tiles

PIECES = 2**14
TILE = 2**17  # numbers that are looked up at once
Line = tuple[float, float]  # a and b


class Tabulated:
    """A function of each number of an array: as it is defined in float64, from a table in float32.

    Parameters
    ----------
    function : callable
        The definition, from an array of float64 to its values.
    limit : float
        The table covers -limit to limit.
    below, above : (float, float)
        The lines a + b · x that continue it.
    """

    def __init__(self, function: Callable[[np.ndarray], np.ndarray], *, limit: float, below: Line, above: Line) -> None:
        self.function, self.limit, self.below, self.above = function, limit, below, above

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """The values, in the shape, storage order and dtype of x."""
        y = np.empty_like(x)
        numbers, values = (x if x.strides == y.strides else x.copy(order="K")).ravel(order="K"), y.ravel(order="K")
        write = self._look_up if x.dtype == np.float32 else self._compute
        for_each(lambda tile: write(numbers[tile], values[tile]), list(tiles(x.size, 1, tile_bytes=TILE)))
        return y

    def _compute(self, x: np.ndarray, y: np.ndarray) -> None:
        y[:] = self.function(x)

    def _look_up(self, x: np.ndarray, y: np.ndarray) -> None:
        """NaN gives NaN."""
        per_unit = PIECES / (2 * self.limit)
        places = x * np.float32(per_unit)
        places += self.limit * per_unit + 1  # the number of each x's line; line 0 lies below the first piece
        np.clip(places, 0, PIECES + 1, out=places)
        with np.errstate(invalid="ignore"):  # NaN lies in no piece, and 0 · inf is NaN
            lines = self._lines.take(places.astype(np.intp), mode="clip")
            np.multiply(x, lines.imag, out=y)
            y += lines.real

    @functools.cached_property
    def _lines(self) -> np.ndarray:
        """All lines as a + ib, so that one look-up finds both: `below`, those of the pieces, `above`."""
        ends = np.linspace(-self.limit, self.limit, PIECES + 1)
        values = self.function(ends)
        b = np.diff(values) / np.diff(ends)
        a = values[:-1] - b * ends[:-1]
        lines = np.array([self.below, *zip(a, b, strict=True), self.above], np.float32)
        return lines.view(np.complex64)[:, 0]
