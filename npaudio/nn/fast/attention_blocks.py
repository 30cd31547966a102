"""How the weights of attention are cut into blocks: as large as the cache likes, and enough of them for the threads.

The weights of one block stay in the cache, and are freed as soon as they have been used. The backward pass computes
them again, which costs one more matrix product (Rabe and Staats 2021; Dao et al. 2022).
"""

import math
from itertools import product

BLOCK = 2**19  # weights that are computed at once by a thread, at most: 2 MB of float32
SMALL_BLOCK = 2**16  # fewer are not worth a block of their own
Block = tuple[slice, slice, slice]  # of images, of heads, of queries


def blocks(shape: tuple[int, ...], n_keys: int) -> list[Block]:
    """Cut queries (B, H, n, d) into blocks: several heads or images, or a part of one head."""
    return [block for group in blocks_by_head(shape, n_keys) for block in group]


def blocks_by_head(shape: tuple[int, ...], n_keys: int) -> list[list[Block]]:
    """The same blocks, in one list for each of the groups of heads that share their keys."""
    n_images, n_heads, n = shape[:3]
    size = min(BLOCK, max(SMALL_BLOCK, n_images * n_heads * n * n_keys // 4))  # of a block, in weights
    queries = min(n, max(1, size // n_keys))
    heads = min(n_heads, max(1, size // (n_keys * queries)))
    images = min(n_images, max(1, size // (n_keys * queries * heads)))
    groups = product(_steps(n_images, images), _steps(n_heads, heads))
    return [[(group[0], group[1], rows) for rows in _steps(n, queries)] for group in groups]


def _steps(n: int, most: int) -> list[slice]:
    """Cut range(n) into slices of nearly equal length, at most `most`."""
    step = math.ceil(n / math.ceil(n / most))
    return [slice(start, min(start + step, n)) for start in range(0, n, step)]
