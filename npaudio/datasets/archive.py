"""Unpack an archive from the internet without trusting it.

A ZIP or tar file may name members `../../.bashrc` or `C:/Windows/...`, or hold links that lead out of the folder. All
members are looked at before the first is written, and one bad one is enough to refuse the archive. The outermost
folder, if all members share it, is left away: `ESC-50-master/audio/1.wav` becomes `root/audio/1.wav`.
"""

import os
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from npaudio._replacing import replacing
from npaudio.datasets.progress import ProgressLine

FORBIDDEN = set('<>:"|?*\\') | {chr(code) for code in range(32)}  # in names on Windows, and backslashes everywhere


class ArchiveError(ValueError):
    """An archive that is damaged, or that would write outside of its folder."""


@dataclass(frozen=True)
class Member:
    """A file in an archive: its name, its size in bytes, and the archive's own record of it."""

    name: str
    size: int
    record: Any


def extract(archive: Path, root: Path, *, last: str) -> None:
    """Unpack all files of a ZIP or tar archive into `root`, the one called `last` at the end.

    Each file is whole or not there, and `last` is there only if all others are, so it tells a complete data set.
    """
    with _opened(archive) as source:
        members = _checked_members(source, archive.name)
        names = _without_outer_folder([member.name for member in members])
        _check_space(root, sum(member.size for member in members))
        line = ProgressLine("unpack", len(members), unit="files")
        for done, (name, member) in enumerate(sorted(zip(names, members, strict=True), key=lambda m: m[0] == last)):
            _write(source, member, root / name)
            line.show(done)
        line.close(f"{len(members)} files in {root}")
    if last not in names:
        raise ArchiveError(
            f"download: {archive.name!r} holds no {last!r}, so it is not the data set; check the address"
        )


def _write(source: zipfile.ZipFile | tarfile.TarFile, member: Member, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with _reading(source, member) as content, replacing(path, caller="download") as stream:
        try:
            shutil.copyfileobj(content, stream)
        except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError) as error:
            if isinstance(error, OSError) and error.errno:
                raise  # of the disk, not of the archive
            raise ArchiveError(
                f"download: {member.name!r} is damaged in the archive ({error}); download again"
            ) from error


@contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile | tarfile.TarFile]:
    """The archive, told by its content."""
    try:
        source = (zipfile.ZipFile if zipfile.is_zipfile(archive) else tarfile.open)(archive)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise ArchiveError(
            f"download: {archive.name!r} is not a whole ZIP or tar file ({error}); download again"
        ) from error
    with source:
        yield source


def _checked_members(source: zipfile.ZipFile | tarfile.TarFile, archive: str) -> list[Member]:
    """All files, folders left out; refuse the archive if one has a bad name or is no plain file."""
    members = list(_members(source))
    for member, plain in members:
        problem = None if plain else "is a link or a device"
        if problem := problem or _problem_of_name(member.name):
            raise ArchiveError(
                f"download: {archive!r} was not unpacked, as its member {member.name!r} {problem}; "
                "get it from the publisher of the data set"
            )
    return [member for member, _ in members]


def _members(source: zipfile.ZipFile | tarfile.TarFile) -> Iterator[tuple[Member, bool]]:
    """Everything but folders, and whether it is a plain file."""
    if isinstance(source, zipfile.ZipFile):
        for info in source.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)
            if not info.is_dir():
                yield Member(info.orig_filename, info.file_size, info), kind in (0, stat.S_IFREG)
    else:
        for entry in source.getmembers():
            if not entry.isdir():
                yield Member(entry.name, entry.size, entry), entry.isreg()


def _problem_of_name(name: str) -> str | None:
    """Why a file of this name must not be written, or None. Names are judged for all platforms alike."""
    parts = name.split("/")
    if name.startswith("/") or ".." in parts:
        return "leads out of the folder"
    if "" in parts or "." in parts or FORBIDDEN & set(name):
        return "has a name that not every system can hold"
    return None


def _without_outer_folder(names: list[str]) -> list[str]:
    outer = {name.split("/")[0] for name in names}
    if len(outer) == 1 and all("/" in name for name in names):
        return [name.split("/", 1)[1] for name in names]
    return names


def _check_space(root: Path, n_bytes: int) -> None:
    """An archive that does not fit is refused before it fills the disk."""
    free = shutil.disk_usage(root).free
    if n_bytes > free:
        raise OSError(f"download: {n_bytes / 1e9:.1f} GB do not fit on the disk of {os.fspath(root)!r}; make room")


def _reading(source: zipfile.ZipFile | tarfile.TarFile, member: Member) -> IO[bytes]:
    stream = source.open(member.record) if isinstance(source, zipfile.ZipFile) else source.extractfile(member.record)
    assert stream is not None  # plain files have a content
    return stream
