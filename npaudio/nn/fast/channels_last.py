"""How images lie in memory, and how long arrays are walked through: the tricks for speed that the layers share.

Conventions: images are *logically* (B, C, F, T) and *stored* channels-last, that is as a transposed view of a
contiguous (B, F, T, C) array. Read that way, a pixel is one row of C numbers, a whole batch is a (B·F·T, C) matrix.

An array of 40 MB does not fit into a cache, so every operation on it fetches it from memory again. Cut into tiles of
about a megabyte, several operations in a row find their tile still in the cache, and threads can share them.
"""

import math
import threading
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import numpy as np

TILE_BYTES = 1024 * 1024
PARTS = 8  # sums of a shared gradient; see `parts`
FOLDS = 64  # rows that are added up at once; see `sum_rows`
LARGE_BYTES = 16 * 1024 * 1024


def channels_last(x: np.ndarray) -> np.ndarray:
    """View images (B, C, F, T) as a contiguous (B, F, T, C) array; copies only what is stored another way."""
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1))


def channels_first(x: np.ndarray) -> np.ndarray:
    """View an array (B, F, T, C) as images (B, C, F, T); never copies."""
    return x.transpose(0, 3, 1, 2)


class _Block:
    """A large piece of memory; when the last array in it is gone, it is free for the next one."""

    free: ClassVar[list[np.ndarray]] = []
    most_free = 4
    lock = threading.RLock()

    def __init__(self, n_bytes: int) -> None:
        with self.lock:
            fitting = [memory for memory in self.free if n_bytes <= memory.nbytes <= 2 * n_bytes]
            self.memory = min(fitting, key=len) if fitting else np.empty(n_bytes, np.uint8)
            self.free[:] = [memory for memory in self.free if memory is not self.memory]
        self.__array_interface__ = self.memory.__array_interface__

    def __del__(self) -> None:
        with self.lock:
            self.free[:] = [*self.free, self.memory][-self.most_free :]


def empty(shape: tuple[int, ...], dtype: np.typing.DTypeLike) -> np.ndarray:
    """`np.empty`, but large arrays use the memory of large arrays that are gone.

    The operating system hands out fresh memory page by page, each cleared first: for 40 MB that takes as long as an
    operation on them. A training step asks for the same sizes again and again.
    """
    n_bytes = math.prod(shape) * np.dtype(dtype).itemsize
    if n_bytes < LARGE_BYTES:
        return np.empty(shape, dtype)
    return np.asarray(_Block(n_bytes))[:n_bytes].view(dtype).reshape(shape)


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
    """A sequence in `PARTS` parts or fewer, each of which adds up the gradient of a shared weight for itself.

    Enough for as many threads; and not one for each tile, because a weight may be large. (A single image is one tile,
    so it goes back in one thread.)
    """
    return [pieces[part] for part in tiles(len(pieces), 1, tile_bytes=-(-len(pieces) // PARTS))]


def batch_tiles(x: np.ndarray) -> list[slice]:
    """Tiles of any array, as slices of its first axis."""
    return list(tiles(len(x), x.nbytes // max(1, len(x))))


def sum_rows(rows: np.ndarray) -> np.ndarray:
    """Column sums of a matrix (n, C), faster than `rows.sum(axis=0)`: FOLDS long rows are added up, then their pieces.

    Adding two rows of C numbers is over before it has begun; rows of n·C/FOLDS numbers keep the processor busy. (A
    product with a row of ones is as quick, but wakes all threads for a few microseconds of work.)
    """
    n, c = rows.shape
    length = n // FOLDS
    folded = rows[: length * FOLDS].reshape(FOLDS, length * c).sum(axis=0)  # (length C,)
    total = folded.reshape(length, c).sum(axis=0)  # (C,)
    return total if n == length * FOLDS else total + rows[length * FOLDS :].sum(axis=0)
