"""Unpack an archive from the internet without trusting it.

A ZIP or tar file may name members `../../.bashrc` or `C:/Windows/...`, or hold links that lead out of the folder. All
members are checked before the first is written, and a single bad one is enough to refuse the archive. If all members
are in one outer folder, it is removed: `ESC-50-master/audio/1.wav` becomes `root/audio/1.wav`.

Checksums reveal damage: a ZIP file has one for each member, a compressed tar file one for the whole stream, which is
read once before anything is written. A plain tar file has none for its contents.
"""

import itertools
import lzma
import os
import re
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from npaudio._core.atomic_write import replacing
from npaudio._core.terminal import ProgressLine

FORBIDDEN = set('<>:"|?*\\') | {chr(code) for code in range(32)}  # in names on Windows; backslashes everywhere
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?|.*[. ]", re.IGNORECASE)  # names on Windows
LONGEST_NAME = 255  # bytes of a file or folder name, on most file systems
BLOCK = 2**20
# Raised for archives that are damaged, encrypted, or compressed in an unknown way.
DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, RuntimeError, ValueError)


class ArchiveError(ValueError):
    """An archive that is damaged, or that would write outside of its folder."""


@dataclass(frozen=True)
class Member:
    """An entry of an archive: its name, its size in bytes, whether it is a plain file, and how to open it."""

    name: str
    size: int
    plain: bool
    open: Callable[[], Any]


def extract(archive: Path, root: Path, *, last: str) -> None:
    """Unpack all files of a ZIP or tar archive into `root`, the file `last` at the end.

    Each file is complete or missing, and `last` is there only if all others are, so it marks a complete data set.
    """
    with _opened(archive) as source:
        with _damage_reported(repr(archive.name)):
            members = list(_members(source))
        _check_members(members, archive.name)
        names = _without_outer_folder([member.name for member in members])
        if last not in names:
            raise ArchiveError(
                f"download: {archive.name!r} holds no {last!r}, so it is not the data set; check the address"
            )
        _check_space(root, sum(member.size for member in members))
        line = ProgressLine("unpack", len(members), unit="files")
        for done, (name, member) in enumerate(sorted(zip(names, members, strict=True), key=lambda m: m[0] == last)):
            _write(member, root / name)
            line.show(done)
        line.close(f"{len(members)} files in {root}")


def _write(member: Member, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        replacing(path, caller="download") as stream,
        _damage_reported(f"{member.name!r} in the archive"),
        member.open() as content,
    ):
        shutil.copyfileobj(content, stream)


@contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile | tarfile.TarFile]:
    """The archive; its type is recognized by its content."""
    is_zip = zipfile.is_zipfile(archive)
    with _damage_reported(repr(archive.name)):
        if not is_zip and not tarfile.is_tarfile(archive):
            with open(archive, "rb") as stream:
                found = stream.read(16)
            raise ArchiveError(
                f"download: {archive.name!r} is not a whole ZIP or tar file (it begins with {found!r}); download again"
            )
        source = (zipfile.ZipFile if is_zip else tarfile.open)(archive)
    with source:
        yield source


@contextmanager
def _damage_reported(what: str) -> Iterator[None]:
    """Turn the errors of a bad archive into an ArchiveError; errors of the disk stay as they are."""
    try:
        yield
    except ArchiveError:
        raise
    except (*DAMAGE, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise ArchiveError(f"download: {what} is damaged or cannot be read ({error}); download again") from error


def _members(source: zipfile.ZipFile | tarfile.TarFile) -> Iterator[Member]:
    """Everything but folders."""
    if isinstance(source, zipfile.ZipFile):
        for info in source.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)
            if not info.is_dir():
                yield Member(info.orig_filename, info.file_size, kind in (0, stat.S_IFREG), partial(source.open, info))
    else:
        for entry in source.getmembers():
            if not entry.isdir():
                name = entry.name.removeprefix("./")
                yield Member(name, entry.size, entry.isreg(), partial(source.extractfile, entry))
        _check_rest_of_tar(source)


def _check_rest_of_tar(source: tarfile.TarFile) -> None:
    """Refuse a truncated tar file: after the last member there must be blocks of zeros.

    Python's tarfile also accepts a damaged header or the end of a truncated file as the end of the archive. Like GNU
    tar, it ignores what follows the zeros; here that is refused, since a hole in a download leaves members there.
    Reading a compressed file to its end compares its checksum too.
    """
    stream = source.fileobj
    assert stream is not None
    ended = stream.tell() > source.offset  # a block was read that is not a member's
    while block := stream.read(BLOCK):
        ended = ended and not any(block)
    if not ended:
        raise ArchiveError("download: the tar file breaks off or is damaged after its last member; download again")


def _check_members(members: Sequence[Member], archive: str) -> None:
    """Refuse the archive if a member has a bad name or is not a plain file, or has the name of a folder."""
    folders = {parent for member in members for parent in _folders_of(member.name)}
    for member in members:
        problem = None if member.plain else "is a link or a device"
        if member.name in folders:
            problem = "is a file and a folder"
        if problem := problem or _problem_of_name(member.name):
            raise ArchiveError(
                f"download: {archive!r} was not unpacked, as its member {member.name!r} {problem}; "
                "get it from the publisher of the data set"
            )


def _folders_of(name: str) -> Iterator[str]:
    """The folders that a file lies in: a and a/b for a/b/c."""
    return itertools.accumulate(name.split("/")[:-1], "{}/{}".format)


def _problem_of_name(name: str) -> str | None:
    """Why a file of this name must not be written, or None; the rules of all platforms apply on each."""
    parts = name.split("/")
    if name.startswith("/") or ".." in parts:
        return "leads out of the folder"
    if any(_is_bad(part) for part in parts):
        return "has a name that some systems do not allow"
    return None


def _is_bad(part: str) -> bool:
    too_long = len(os.fsencode(part)) > LONGEST_NAME
    return not part or too_long or bool(FORBIDDEN & set(part)) or RESERVED.fullmatch(part) is not None


def _without_outer_folder(names: list[str]) -> list[str]:
    outer = {name.split("/")[0] for name in names}
    if len(outer) == 1 and all("/" in name for name in names):
        return [name.split("/", 1)[1] for name in names]
    return names


def _check_space(root: Path, n_bytes: int) -> None:
    """Refuse an archive that does not fit before it fills the disk."""
    free = shutil.disk_usage(root).free
    if n_bytes > free:
        raise OSError(f"download: {n_bytes / 1e9:.1f} GB do not fit on the disk of {os.fspath(root)!r}; make room")
