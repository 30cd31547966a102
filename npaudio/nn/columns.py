"""Statistics and straight lines over the columns of tall matrices, a tile of rows at a time: BatchNorm's arithmetic.

Conventions: `rows` is (N, C), a pixel a row and a channel a column; one number a channel is (C,) in float64, whatever
the dtype of the rows. Each function goes through memory once (the statistics twice), and what it does with a tile of
rows it does in the cache, with offsets and factors written out to the shape of the tile.
"""

from collections.abc import Callable

import numpy as np

from npaudio.nn.layout import empty, repeated, row_tiles, sum_rows


def column_statistics(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and biased variance of every column of (N, C), in float64: sums within a tile, then over the tiles.

    The variance is the mean of (x - mean)², not <x²> - mean², which loses its digits where the mean is large.
    """
    mean = _sum_over_tiles(rows, lambda tile: sum_rows(rows[tile])) / len(rows)  # (C,)
    means = repeated(mean, _tile_length(rows), rows.dtype)  # (n, C)

    def squares(tile: slice) -> np.ndarray:
        centred = rows[tile] - means[: tile.stop - tile.start]
        return sum_rows(np.square(centred, out=centred))

    return mean, _sum_over_tiles(rows, squares) / len(rows)


def scale_and_shift(rows: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Compute y = scale · x + shift with one number of each for every column of (N, C)."""
    scales, shifts = (repeated(v, _tile_length(rows), rows.dtype) for v in (scale, shift))
    y = empty(rows.shape, rows.dtype)
    for tile in row_tiles(rows):
        n = tile.stop - tile.start
        np.multiply(rows[tile], scales[:n], out=y[tile])
        y[tile] += shifts[:n]
    return y


def gradient_sums(g: np.ndarray, rows: np.ndarray, mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Column sums of g and of g · (x - mean) for matrices (N, C), in float64."""
    means = repeated(mean, _tile_length(rows), rows.dtype)

    def both(tile: slice) -> np.ndarray:
        centred = rows[tile] - means[: tile.stop - tile.start]
        centred *= g[tile]
        return np.stack([sum_rows(g[tile]), sum_rows(centred)])  # (2, C)

    sum_g, sum_g_centred = _sum_over_tiles(rows, both)
    return sum_g, sum_g_centred


def line_in_two(g: np.ndarray, a: np.ndarray, rows: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Compute y = a · g + b · x + c with one number of each for every column of (N, C)."""
    a_rows, b_rows, c_rows = (repeated(v, _tile_length(rows), rows.dtype) for v in (a, b, c))
    y = empty(rows.shape, rows.dtype)
    for tile in row_tiles(rows):
        n = tile.stop - tile.start
        in_x = rows[tile] * b_rows[:n]
        in_x += c_rows[:n]
        np.multiply(g[tile], a_rows[:n], out=y[tile])
        y[tile] += in_x
    return y


def _tile_length(rows: np.ndarray) -> int:
    """Rows of the longest tile, the first one."""
    return row_tiles(rows)[0].stop


def _sum_over_tiles(rows: np.ndarray, of_tile: Callable[[slice], np.ndarray]) -> np.ndarray:
    """Add up what `of_tile` returns for each tile, in float64."""
    return np.stack([of_tile(tile) for tile in row_tiles(rows)]).sum(axis=0, dtype=np.float64)
