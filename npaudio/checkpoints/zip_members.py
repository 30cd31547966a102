"""Where the members of a zip archive lie in the file, if they are stored as they are, and what they claim to be.

Both `.npz` and `.pth` are zip archives. Their members are usually stored without compression, so an array can be read
straight from its place. A compressed member can unpack to a thousand times its size; archives that claim to do so are
refused before anything is unpacked.
"""

import os
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

from npaudio.checkpoints.stored_array import CheckpointError

LOCAL_HEADER = 30  # bytes, before the name and the extra field
MOST_MEMBERS = 100_000
UNPACKED_FREELY, UNPACKED_TIMES = 16 * 1024 * 1024, 200


@dataclass(frozen=True)
class Member:
    """A member: its place if it is stored as it is, None if it is compressed."""

    info: zipfile.ZipInfo
    offset: int | None

    @property
    def size(self) -> int:
        """Bytes when unpacked."""
        return self.info.file_size


def members(archive: zipfile.ZipFile, file: BinaryIO) -> dict[str, Member]:
    """All members by name, after a check that they are different, apart, and of a reasonable size."""
    infos, file_size = archive.infolist(), os.fstat(file.fileno()).st_size
    unpacked = sum(info.file_size for info in infos)
    if len(infos) > MOST_MEMBERS or unpacked > UNPACKED_FREELY + UNPACKED_TIMES * file_size:
        raise CheckpointError(f"it would unpack {file_size:,} bytes to {unpacked:,}")
    found = {info.filename: Member(info, _offset(info, file, file_size)) for info in infos}
    if len(found) != len(infos):
        raise CheckpointError("a name occurs twice in the archive")
    _require_apart(found)
    return found


def _offset(info: zipfile.ZipInfo, file: BinaryIO, file_size: int) -> int | None:
    """Where the bytes begin, after the member's own header."""
    if info.flag_bits & 0x1:
        raise CheckpointError(f"{info.filename[:100]!r} is encrypted")
    file.seek(info.header_offset)
    header = file.read(LOCAL_HEADER)
    if len(header) < LOCAL_HEADER or header[:4] != b"PK\x03\x04":
        raise CheckpointError(f"there is no member where {info.filename[:100]!r} should begin")
    lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    offset = info.header_offset + LOCAL_HEADER + lengths
    if offset + info.compress_size > file_size:
        raise CheckpointError(f"{info.filename[:100]!r} reaches beyond the end of the file")
    if info.compress_type != zipfile.ZIP_STORED:
        return None
    if info.compress_size != info.file_size:
        raise CheckpointError(f"{info.filename[:100]!r} is stored, yet its two sizes differ")
    return offset


def _require_apart(found: dict[str, Member]) -> None:
    spans = sorted((m.info.header_offset, m.info.header_offset + m.info.compress_size) for m in found.values())
    if any(end > begin for (_, end), (begin, _) in pairwise(spans)):
        raise CheckpointError("two members of the archive overlap")
