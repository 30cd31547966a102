"""How images are stored, and how long arrays are processed in tiles: what the fast layers share.

Conventions: images are *logically* (B, C, F, T) and *stored* channels-last, that is as a transposed view of a
contiguous (B, F, T, C) array. Read that way, a pixel is one row of C numbers, a whole batch is a (B·F·T, C) matrix.

An array of 40 MB does not fit into a cache, so every operation on it reads it from memory again. Cut into tiles of
about a megabyte, several operations in a row find their tile still in the cache, and threads can share the tiles.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from npaudio.nn.fast.recycled_memory import empty

__all__ = ["batch_tiles", "channels_first", "channels_last", "empty", "parts", "row_tiles", "sum_rows", "tiles"]

TILE_BYTES = 1024 * 1024
PARTS = 8  # sums of a shared gradient; see `parts`
FOLDS = 64  # rows that are added up at once; see `sum_rows`


def channels_last(x: np.ndarray) -> np.ndarray:
    """View images (B, C, F, T) as a contiguous (B, F, T, C) array; copies only what is stored another way."""
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1))


def channels_first(x: np.ndarray) -> np.ndarray:
    """View an array (B, F, T, C) as images (B, C, F, T); never copies."""
    return x.transpose(0, 3, 1, 2)


def tiles(n: int, item_bytes: int, *, tile_bytes: int | None = None) -> Iterator[slice]:
    """Cut range(n) into slices of nearly equal length whose items together take `tile_bytes`, or `TILE_BYTES`."""
    tile_bytes = TILE_BYTES if tile_bytes is None else tile_bytes
    pieces = max(1, math.ceil(n / max(1, tile_bytes // max(1, item_bytes))))
    step = max(1, math.ceil(n / pieces))
    for start in range(0, n, step):
        yield slice(start, min(start + step, n))


def row_tiles(rows: np.ndarray) -> list[slice]:
    """Tiles of a matrix (N, C), as slices of its rows; each but the last has a multiple of `FOLDS` rows."""
    row_bytes = rows.strides[0] if rows.strides[0] > 0 else rows.itemsize
    folds = tiles(-(-len(rows) // FOLDS), FOLDS * row_bytes)
    return [slice(fold.start * FOLDS, min(fold.stop * FOLDS, len(rows))) for fold in folds]


def parts(pieces: Sequence[Any]) -> list[Any]:
    """Cut a sequence into `PARTS` parts or fewer; each part sums the gradient of a shared weight on its own.

    That is enough parts for as many threads. A sum for every tile would cost too much memory, since a weight may be
    large. (A single image is a single part, so one thread does its backward pass.)
    """
    return [pieces[part] for part in tiles(len(pieces), 1, tile_bytes=-(-len(pieces) // PARTS))]


def batch_tiles(x: np.ndarray) -> list[slice]:
    """Tiles of any array, as slices of its first axis."""
    return list(tiles(len(x), x.nbytes // max(1, len(x))))


def sum_rows(rows: np.ndarray) -> np.ndarray:
    """Column sums of a matrix (n, C), faster than `rows.sum(axis=0)`: FOLDS long rows are added up, then their pieces.

    For rows of C numbers the call overhead exceeds the arithmetic; rows of n·C/FOLDS numbers keep the processor busy.
    (A product with a row of ones is as quick, but wakes all threads of BLAS for a few microseconds of work.)
    """
    n, c = rows.shape
    length = n // FOLDS
    folded = rows[: length * FOLDS].reshape(FOLDS, length * c).sum(axis=0)  # (length C,)
    total = folded.reshape(length, c).sum(axis=0)  # (C,)
    return total if n == length * FOLDS else total + rows[length * FOLDS :].sum(axis=0)
