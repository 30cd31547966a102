"""One array inside a file: where it lies, and how to bring it into memory without holding it twice.

The file is mapped into memory a window at a time. Each window is converted, copied to its place in the result, and
unmapped, so reading a network of 300 MB needs 300 MB and one window, in whichever type the file stores it.

Conventions: numbers are little-endian, rows are read along the first axis. bfloat16 and float16, in which networks are
published but not computed here, become float32, which holds all their values exactly.
"""

import math
import mmap
import zlib
from dataclasses import dataclass
from typing import BinaryIO, Protocol

import numpy as np

WINDOW = 2 * 1024 * 1024  # bytes
MOST_AXES = 32

# How a number is stored, and as what it is read.
STORED: dict[str, tuple[np.dtype, np.dtype]] = {
    "float64": (np.dtype("<f8"), np.dtype(np.float64)),
    "float32": (np.dtype("<f4"), np.dtype(np.float32)),
    "float16": (np.dtype("<f2"), np.dtype(np.float32)),
    "bfloat16": (np.dtype("<u2"), np.dtype(np.float32)),
    "int64": (np.dtype("<i8"), np.dtype(np.int64)),
    "int32": (np.dtype("<i4"), np.dtype(np.int32)),
    "int16": (np.dtype("<i2"), np.dtype(np.int16)),
    "int8": (np.dtype("i1"), np.dtype(np.int8)),
    "uint64": (np.dtype("<u8"), np.dtype(np.uint64)),
    "uint32": (np.dtype("<u4"), np.dtype(np.uint32)),
    "uint16": (np.dtype("<u2"), np.dtype(np.uint16)),
    "uint8": (np.dtype("u1"), np.dtype(np.uint8)),
    "bool": (np.dtype("u1"), np.dtype(np.bool_)),
}


class CheckpointError(ValueError):
    """A file that is damaged, or is not the kind of checkpoint that is needed."""


class Entry(Protocol):
    """What a file format provides for each array."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""

    @property
    def dtype(self) -> np.dtype:
        """Type that it is read as."""

    def read_into(self, out: np.ndarray) -> None:
        """Copy the array into `out`, which has its shape, converting to the type of `out`."""


@dataclass(frozen=True)
class Checksum:
    """CRC-32 that the bytes must complete: its value before the first of them, and after the last."""

    before: int
    after: int


@dataclass(frozen=True)
class StoredArray:
    """An array that lies in one piece in a file, the last index fastest.

    Parameters
    ----------
    file : BinaryIO
        Open for reading.
    offset : int
        Where it begins, in bytes.
    shape : tuple of int
        Its axes.
    kind : str
        A key of `STORED`.
    checksum : Checksum, optional
        If the format has one.
    """

    file: BinaryIO
    offset: int
    shape: tuple[int, ...]
    kind: str
    checksum: Checksum | None = None

    @property
    def dtype(self) -> np.dtype:
        """Type that it is read as."""
        return STORED[self.kind][1]

    def read_into(self, out: np.ndarray) -> None:
        """Copy window by window; each has as many rows of the first axis as fit, at least one."""
        rows = out.reshape(self.shape or (1,))  # a view, or `out` itself
        crc = self.checksum.before if self.checksum else 0
        row_bytes = math.prod(self.shape[1:]) * STORED[self.kind][0].itemsize
        step = max(1, WINDOW // max(1, row_bytes))
        for start in range(0, len(rows), step):
            stop = min(start + step, len(rows))
            raw = read_window(self.file, self.offset + start * row_bytes, (stop - start) * row_bytes)
            crc = zlib.crc32(raw, crc) if self.checksum else 0
            rows[start:stop] = decoded(raw, self.kind).reshape(stop - start, *self.shape[1:])
        if self.checksum and crc != self.checksum.after:
            raise CheckpointError("the checksum of its bytes is wrong")


@dataclass(frozen=True)
class InMemory:
    """An array that is already in memory: a single number, or something small that had to be unpacked."""

    array: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return self.array.shape

    @property
    def dtype(self) -> np.dtype:
        """Type of the array."""
        return self.array.dtype

    def read_into(self, out: np.ndarray) -> None:
        """Copy it."""
        out[...] = self.array


def read_window(file: BinaryIO, offset: int, n_bytes: int) -> bytes:
    """Bytes of a file, read through a memory map that is closed afterwards."""
    if n_bytes == 0:
        return b""
    begin = offset - offset % mmap.ALLOCATIONGRANULARITY  # where a map may begin
    with mmap.mmap(file.fileno(), offset + n_bytes - begin, access=mmap.ACCESS_READ, offset=begin) as view:
        return view[offset - begin :]


def decoded(raw: bytes, kind: str) -> np.ndarray:
    """The numbers of some bytes, in the type that `kind` is read as."""
    stored, read_as = STORED[kind]
    numbers = np.frombuffer(raw, stored)
    if kind == "bfloat16":  # the upper half of a float32
        return (numbers.astype(np.uint32) << 16).view(np.float32)
    if kind == "bool":
        return numbers != 0
    return numbers.astype(read_as, copy=False)


def size_in_bytes(shape: tuple[int, ...], kind: str) -> int:
    """Bytes of an array in the file, in Python's integers, which do not overflow."""
    return math.prod(shape) * STORED[kind][0].itemsize


def checked_shape(shape: object, name: str) -> tuple[int, ...]:
    """A shape from a file: whole numbers of at least 0, and not thousands of them."""
    if not isinstance(shape, list | tuple) or len(shape) > MOST_AXES:
        raise CheckpointError(f"the shape of {name[:100]!r} is not a list of at most {MOST_AXES} whole numbers")
    if not all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n < 2**62 for n in shape):
        raise CheckpointError(f"the shape of {name[:100]!r} holds something other than whole numbers from 0")
    if math.prod(n or 1 for n in shape) >= 2**58:
        raise CheckpointError(f"the shape of {name[:100]!r} is larger than any memory")
    return tuple(shape)
