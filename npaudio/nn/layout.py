"""How images lie in memory, and how long arrays are walked through: the tricks for speed that the layers share.

Conventions: images are *logically* (B, C, F, T) and *stored* channels-last, that is as a transposed view of a
contiguous (B, F, T, C) array. Read that way, a pixel is one row of C numbers, a whole batch is a (B·F·T, C) matrix.

An array of 40 MB does not fit into a cache, so every operation on it fetches it from memory again. Cut into tiles of
about half a megabyte, several operations in a row find their tile still in the cache. And since NumPy lets go of
Python's lock while it computes, tiles can be shared out among the cores (matrix products share themselves).
"""

import contextvars
import functools
import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

TILE_BYTES = 512 * 1024
FOLDS = 64
MOST_THREADS = 4

Tile = TypeVar("Tile")


def channels_last(x: np.ndarray) -> np.ndarray:
    """View images (B, C, F, T) as a contiguous (B, F, T, C) array; copies only what is stored another way."""
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1))


def channels_first(x: np.ndarray) -> np.ndarray:
    """View an array (B, F, T, C) as images (B, C, F, T); never copies."""
    return x.transpose(0, 3, 1, 2)


def tiles(n: int, item_bytes: int, *, tile_bytes: int = TILE_BYTES) -> Iterator[slice]:
    """Cut range(n) into slices of nearly equal length whose items together take about `tile_bytes`."""
    pieces = max(1, math.ceil(n / max(1, tile_bytes // max(1, item_bytes))))
    step = max(1, math.ceil(n / pieces))
    for start in range(0, n, step):
        yield slice(start, min(start + step, n))


def row_tiles(rows: np.ndarray) -> list[slice]:
    """Tiles of a matrix (N, C), as slices of its rows."""
    return list(tiles(len(rows), rows.strides[0] if rows.strides[0] > 0 else rows.itemsize))


def batch_tiles(x: np.ndarray) -> list[slice]:
    """Tiles of any array, as slices of its first axis."""
    return list(tiles(len(x), x.nbytes // max(1, len(x))))


def for_each(tiles: Sequence[Tile], work: Callable[[Tile], object]) -> None:
    """Call `work(tile)` for all tiles, shared out among the cores; the tiles must not write to the same places."""
    n_threads = min(_cores(), len(tiles))

    def share(first: int) -> None:
        for tile in tiles[first::n_threads]:
            work(tile)

    others = [_threads().submit(contextvars.copy_context().run, share, first) for first in range(1, n_threads)]
    if n_threads:
        share(0)
    for other in others:
        other.result()


@functools.cache
def _cores() -> int:
    """Cores that this process may use; more than a few only wait for each other and for memory."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MOST_THREADS)


@functools.cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_cores(), thread_name_prefix="npaudio")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_threads.cache_clear)  # a child process has none of its parent's threads


def sum_rows(rows: np.ndarray) -> np.ndarray:
    """Column sums of a matrix (n, C), faster than `rows.sum(axis=0)`: FOLDS long rows are added up, then their pieces.

    Adding two rows of C numbers is over before it has begun; rows of n·C/FOLDS numbers keep the processor busy. (A
    product with a row of ones is as quick, but wakes all threads for a few microseconds of work.)
    """
    n, c = rows.shape
    length = n // FOLDS
    folded = rows[: length * FOLDS].reshape(FOLDS, length * c).sum(axis=0)  # (length C,)
    return folded.reshape(length, c).sum(axis=0) + rows[length * FOLDS :].sum(axis=0)  # (C,)


def repeated(vector: np.ndarray, n_rows: int, dtype: np.dtype) -> np.ndarray:
    """Write out (C,) as (n_rows, C): adding two equal shapes is one long loop, broadcasting is one short loop a row."""
    return np.broadcast_to(vector.astype(dtype), (n_rows, len(vector))).copy()
