"""BatchNorm's arithmetic on tall matrices: column statistics, scaling and shifting, one tile of rows at a time.

Conventions: `rows` is (N, C), one row for each pixel and one column for each channel. Numbers per channel are (C,) in
float64, whatever the dtype of the rows. Each function reads its matrices from memory once: it does everything with one
tile of rows while that tile is in the cache.

For a row of C numbers the call overhead of NumPy exceeds the arithmetic. Therefore `LongRow` views several rows as one
long row, and repeats the C numbers per channel to the same length.
"""

import numpy as np

from npaudio._core.threads import for_each
from npaudio.nn.fast.channels_last import empty, row_tiles, sum_rows

LONG = 2048  # numbers in a long row, for which the call overhead no longer matters
FAR = 25  # mean² / variance from which digits would be lost; below it gradients over 5,000 rows are within 2e-6


def column_statistics(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and biased variance of every column of (N, C), in float64, combined from the statistics of the tiles.

    Each tile of n rows gives its mean m and its variance v. Around the mean of all tiles, Σ (x - mean)² =
    n · v + n · (m - mean)², so no tile has to be read twice (Chan, Golub and LeVeque 1983).

    v = <x²> - m² loses digits where m is large compared with the deviations, and all of them where x² overflows. In
    such a tile m is only a first guess: it is subtracted, and then the same formula is precise.
    """
    tiles = row_tiles(rows)

    def statistics(tile: slice) -> np.ndarray:
        x = rows[tile]  # (n, C)
        mean, var = _moments(x)
        if not np.all((mean**2 <= FAR * var) & np.isfinite(var)):
            guess = LongRow(mean, x.dtype)
            d, var = _moments(guess.applied(np.subtract, x))
            mean = guess.vector + d
        return np.stack([mean, len(x) * var])  # (2, C)

    means, squares = np.stack(for_each(statistics, tiles), axis=1)  # (tiles, C), (tiles, C)
    lengths = np.array([[tile.stop - tile.start] for tile in tiles])  # (tiles, 1)
    mean = np.sum(lengths * means, axis=0) / len(rows)
    return mean, np.sum(squares + lengths * (means - mean) ** 2, axis=0) / len(rows)


def _moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and <x²> - mean² of every column."""
    mean = sum_rows(x) / len(x)
    return mean, sum_rows(x, x) / len(x) - mean**2


def scale_and_shift(rows: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Compute y = scale · x + shift for (N, C), with one scale and one shift for every column."""
    scales, shifts = LongRow(scale, rows.dtype), LongRow(shift, rows.dtype)
    y = empty(rows.shape, rows.dtype)

    def scale_tile(tile: slice) -> None:
        scales.applied(np.multiply, rows[tile], out=y[tile])
        shifts.applied(np.add, y[tile], out=y[tile])

    for_each(scale_tile, row_tiles(rows))
    return y


def gradient_sums(
    g: np.ndarray, rows: np.ndarray, mean: np.ndarray, inv_std: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Column sums of g and of g · (x - mean) for matrices (N, C), in float64.

    The second is Σ g · x - mean · Σ g; where that would lose digits, most of the mean is subtracted from x before.
    """
    near = bool(np.all((mean * inv_std) ** 2 <= FAR))
    means = LongRow(np.zeros_like(mean) if near else mean, rows.dtype)

    def sums(tile: slice) -> np.ndarray:
        x = rows[tile] if near else means.applied(np.subtract, rows[tile])
        return np.stack([sum_rows(g[tile]), sum_rows(g[tile], x)])  # (2, C)

    sum_g, sum_g_x = np.sum(for_each(sums, row_tiles(rows)), axis=0)  # (C,), (C,)
    return sum_g, sum_g_x - (mean - means.vector) * sum_g


def scale_two_and_shift(g: np.ndarray, a: np.ndarray, rows: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Compute y = a · g + b · x + c for matrices g and x (N, C), with one a, b and c for every column."""
    a_row, b_row, c_row = (LongRow(vector, rows.dtype) for vector in (a, b, c))
    y = empty(rows.shape, rows.dtype)

    def scale_tile(tile: slice) -> None:
        b_x = b_row.applied(np.multiply, rows[tile])
        c_row.applied(np.add, b_x, out=b_x)
        a_row.applied(np.multiply, g[tile], out=y[tile])
        y[tile] += b_x

    for_each(scale_tile, row_tiles(rows))
    return y


class LongRow:
    """A vector (C,), repeated to a row of about `LONG` numbers, to add to or multiply with every row of (n, C)."""

    def __init__(self, vector: np.ndarray, dtype: np.dtype) -> None:
        self.vector = vector.astype(dtype)  # (C,)
        self.n_rows = max(1, LONG // len(vector))
        self.repeated = np.tile(self.vector, self.n_rows)  # (n_rows C,)

    def applied(self, operation: np.ufunc, x: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """Compute operation(row, vector) for each row of a contiguous matrix x (n, C)."""
        out = np.empty_like(x) if out is None else out
        whole = len(x) // self.n_rows * self.n_rows
        long_shape = (-1, len(self.repeated))
        operation(x[:whole].reshape(long_shape), self.repeated, out=out[:whole].reshape(long_shape))
        if whole < len(x):
            operation(x[whole:], self.vector, out=out[whole:])
        return out
