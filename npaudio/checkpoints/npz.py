"""NumPy's own format: a zip archive with one `.npy` file an array.

Only numbers, booleans and text are written and read, never pickled objects.
"""

import math
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from npaudio.checkpoints.stored_array import STORED, CheckpointError, Checksum, Entry, InMemory, StoredArray
from npaudio.checkpoints.zip_members import Member, members

HEADER_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def read_npz(file: BinaryIO) -> dict[str, Entry]:
    """The arrays of a file, in the order in which they were saved."""
    archive = zipfile.ZipFile(file)
    return {name.removesuffix(".npy"): _entry(archive, file, m) for name, m in members(archive, file).items()}


def write_npz(file: BinaryIO, arrays: Mapping[str, np.ndarray]) -> None:
    """The same as np.savez, but for names that are its own arguments, and for the date in the archive."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def _entry(archive: zipfile.ZipFile, file: BinaryIO, member: Member) -> Entry:
    """A place in the file if the numbers lie there as they do in memory; everything else is unpacked now."""
    with archive.open(member.info) as stream:
        shape, fortran_order, dtype = _header(stream, member)
        header_size = stream.tell()
        stream.seek(0)
        raw_header = stream.read(header_size)
        kind = dtype.name if dtype.name in STORED and dtype == STORED[dtype.name][0] else None
        if member.offset is None or kind in (None, "float16", "bool") or fortran_order or not shape:
            return InMemory(_unpacked(archive, member))
    checksum = Checksum(zlib.crc32(raw_header), member.info.CRC)
    return StoredArray(file, member.offset + header_size, shape, str(kind), checksum)


def _header(stream: Any, member: Member) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, order and type that a `.npy` file claims, if its size agrees."""
    name = member.info.filename[:100]
    version = np.lib.format.read_magic(stream)
    if version not in HEADER_READERS:
        raise CheckpointError(f"{name!r} has the .npy version {version}, which is not that of plain arrays")
    shape, fortran_order, dtype = HEADER_READERS[version](stream)
    if dtype.kind not in "biufcUS":
        raise CheckpointError(f"{name!r} holds something other than arrays of numbers or text: {dtype}")
    expected = stream.tell() + dtype.itemsize * math.prod(shape)
    if expected != member.size or any(n < 0 for n in shape):
        raise CheckpointError(f"{name!r} should have {expected:,} bytes for shape {shape}, it has {member.size:,}")
    return shape, fortran_order, dtype


def _unpacked(archive: zipfile.ZipFile, member: Member) -> np.ndarray:
    with archive.open(member.info) as stream:
        array = np.lib.format.read_array(stream, allow_pickle=False)
        if stream.read(1):  # reading to the end is what makes zipfile compare the checksum
            raise CheckpointError(f"{member.info.filename[:100]!r} is longer than its array")
    return array
