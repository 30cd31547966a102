"""Statistics and straight lines over the columns of tall matrices, a tile of rows at a time: BatchNorm's arithmetic.

Conventions: `rows` is (N, C), a pixel a row and a channel a column; one number a channel is (C,) in float64, whatever
the dtype of the rows. Each function goes through memory once: what it does with a tile of rows it does in the cache.

A row of C numbers is over before NumPy has begun, so rows are worked on many at a time, as one long row, beside a long
row in which the numbers of the channels come again and again (`LongRow`).
"""

import numpy as np

from npaudio._core.threads import for_each
from npaudio.nn.fast.channels_last import empty, row_tiles, sum_rows

LONG = 2048  # numbers: so many that to begin a loop over them costs nothing beside it


def column_statistics(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and biased variance of every column of (N, C), in float64: of each tile, then of all tiles together.

    A tile of n rows has its mean m and its sum of squares around it, q = Σ (x - m)². Around the mean of all,
    Σ (x - mean)² = q + n · (m - mean)², so the tiles need not be read again once that is known (Chan, Golub and LeVeque
    1983). Not <x²> - mean², which loses its digits where the mean is large.

    The mean of a tile is first guessed, in the type of the rows; the mean d of x - guess corrects it, with digits that
    a large guess has no room for, and Σ (x - m)² = Σ (x - guess)² - n · d².
    """
    tiles = row_tiles(rows)

    def statistics(tile: slice) -> np.ndarray:
        x = rows[tile]  # (n, C)
        guess = sum_rows(x) / len(x)  # (C,)
        centred = LongRow(guess, x.dtype).applied(np.subtract, x)
        off = sum_rows(centred).astype(np.float64) / len(x)
        squares = sum_rows(np.square(centred, out=centred)) - len(x) * off**2
        return np.stack([guess + off, squares])  # (2, C)

    means, squares = np.stack(for_each(statistics, tiles), axis=1)  # (tiles, C), (tiles, C)
    lengths = np.array([[tile.stop - tile.start] for tile in tiles])  # (tiles, 1)
    mean = np.sum(lengths * means, axis=0) / len(rows)
    return mean, np.sum(squares + lengths * (means - mean) ** 2, axis=0) / len(rows)


def scale_and_shift(rows: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Compute y = scale · x + shift with one number of each for every column of (N, C)."""
    scales, shifts = LongRow(scale, rows.dtype), LongRow(shift, rows.dtype)
    y = empty(rows.shape, rows.dtype)

    def line(tile: slice) -> None:
        scales.applied(np.multiply, rows[tile], out=y[tile])
        shifts.applied(np.add, y[tile], out=y[tile])

    for_each(line, row_tiles(rows))
    return y


def gradient_sums(g: np.ndarray, rows: np.ndarray, mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Column sums of g and of g · (x - mean) for matrices (N, C), in float64."""
    means = LongRow(mean, rows.dtype)

    def sums(tile: slice) -> np.ndarray:
        centred = means.applied(np.subtract, rows[tile])
        centred *= g[tile]
        return np.stack([sum_rows(g[tile]), sum_rows(centred)])  # (2, C)

    both = np.stack(for_each(sums, row_tiles(rows))).sum(axis=0, dtype=np.float64)  # (2, C)
    return both[0], both[1]


def line_in_two(g: np.ndarray, a: np.ndarray, rows: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Compute y = a · g + b · x + c with one number of each for every column of (N, C)."""
    a_row, b_row, c_row = (LongRow(vector, rows.dtype) for vector in (a, b, c))
    y = empty(rows.shape, rows.dtype)

    def line(tile: slice) -> None:
        in_x = b_row.applied(np.multiply, rows[tile])
        c_row.applied(np.add, in_x, out=in_x)
        a_row.applied(np.multiply, g[tile], out=y[tile])
        y[tile] += in_x

    for_each(line, row_tiles(rows))
    return y


class LongRow:
    """One number a column, (C,), repeated to a row of about `LONG`, to be applied to matrices (n, C)."""

    def __init__(self, vector: np.ndarray, dtype: np.dtype) -> None:
        self.vector = vector.astype(dtype)  # (C,)
        self.times = max(1, LONG // len(vector))
        self.repeated = np.tile(self.vector, self.times)  # (times C,)

    def applied(self, operation: np.ufunc, x: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """operation(x, vector) for each row of a contiguous (n, C)."""
        out = np.empty_like(x) if out is None else out
        whole = len(x) // self.times * self.times
        long_shape = (-1, len(self.repeated))
        operation(x[:whole].reshape(long_shape), self.repeated, out=out[:whole].reshape(long_shape))
        if whole < len(x):
            operation(x[whole:], self.vector, out=out[whole:])
        return out
