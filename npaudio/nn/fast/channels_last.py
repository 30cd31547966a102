"""What the fast layers share: how images are stored, and how large arrays are processed tile by tile.

Conventions: images are *logically* (B, C, F, T) and *stored* channels-last, that is as a transposed view of a
contiguous (B, F, T, C) array. In this order a pixel is one row of C numbers, and a whole batch is a (B·F·T, C) matrix.

An array of 40 MB does not fit into a cache, so every operation on it reads it from memory again. If the operations run
one after the other on a tile of about a megabyte, then on the next, each finds its tile still in the cache. And threads
can share the tiles.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from npaudio.nn.fast.recycled_memory import empty

__all__ = ["batch_tiles", "channels_first", "channels_last", "empty", "parts", "row_tiles", "sum_rows", "tiles"]

TILE_BYTES = 1024 * 1024
PARTS = 8  # partial sums of the gradient of a weight; see `parts`
FOLDS = 32  # long rows into which a matrix is folded; see `sum_rows`


def channels_last(x: np.ndarray) -> np.ndarray:
    """View images (B, C, F, T) as a contiguous (B, F, T, C) array; copies only if they are not stored that way."""
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
    """Cut a sequence of tiles into at most `PARTS` parts, each with its own partial sum of the gradient of a weight.

    Threads can then share the parts. A sum for every tile would take too much memory, since a weight may be large.
    (A single image is a single part, so one thread does its backward pass.)
    """
    return [pieces[part] for part in tiles(len(pieces), 1, tile_bytes=-(-len(pieces) // PARTS))]


def batch_tiles(x: np.ndarray) -> list[slice]:
    """Tiles of any array, as slices of its first axis."""
    return list(tiles(len(x), x.nbytes // max(1, len(x))))


def sum_rows(rows: np.ndarray, times: np.ndarray | None = None) -> np.ndarray:
    """Column sums of a matrix (n, C), or of its product with another one, number by number; (C,) in float64.

    For rows of C numbers the call overhead exceeds the arithmetic. So the matrix is folded into `FOLDS` long rows of
    n·C/FOLDS numbers; they are added up first, and then the pieces of their sum, C numbers each. (A product with a row
    of ones is as quick, but wakes all threads of BLAS for a few microseconds of work.)
    """
    n, c = rows.shape
    whole = n // FOLDS * FOLDS
    folded = [x[:whole].reshape(FOLDS, -1) for x in (rows, times) if x is not None]  # (FOLDS, n C / FOLDS)
    total = _sum(*folded).reshape(-1, c).sum(axis=0, dtype=np.float64)  # (C,)
    return total if n == whole else total + _sum(*(x[whole:] for x in (rows, times) if x is not None))


def _sum(x: np.ndarray, times: np.ndarray | None = None) -> np.ndarray:
    """Sum over the first axis of x, or of x · times, which einsum adds up without storing the products."""
    return x.sum(axis=0) if times is None else np.einsum("nc,nc->c", x, times)
