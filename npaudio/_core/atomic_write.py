"""Write a file completely or not at all: under a temporary name in the same folder, then in place of the old one."""

import contextlib
import errno
import os
import secrets
import shutil
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

ALL = ".npaudio-"  # the beginning of the names of all temporary files


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str], *, caller: str) -> Iterator[BinaryIO]:
    """A new file that replaces `path` if all goes well, and is removed if not."""
    target = os.path.realpath(path)  # a link is kept, and its target is replaced
    check_target(target, os.fspath(path), caller)
    temporary = os.path.join(os.path.dirname(target), f"{_beginning(target)}{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as stream:
            yield stream
        if os.path.exists(target):
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def remove_leftovers(path: str | os.PathLike[str], *, older_than: float) -> None:
    """Remove the incomplete copies that killed processes left of the file `path`, or of all files in a folder.

    Files that are younger than `older_than` seconds may belong to a running process, and stay.
    """
    target = Path(os.path.realpath(path))
    folder, beginning = (target, ALL) if target.is_dir() else (target.parent, _beginning(str(target)))
    for leftover in folder.glob(f"{beginning}*.tmp"):
        with contextlib.suppress(OSError):  # it is gone already, or may not be removed
            if time.time() - leftover.stat().st_mtime > older_than:
                leftover.unlink()


def _beginning(target: str) -> str:
    """Beginning of the names of its temporary files: a checksum of its name, which may be too long to extend."""
    return f"{ALL}{zlib.crc32(os.fsencode(os.path.basename(target))):08x}-"


def check_target(target: str, path: str, caller: str) -> None:
    """Refuse a missing folder, and targets that os.replace would replace but should not: devices, protected files."""
    folder = os.path.dirname(target)
    if not os.path.isdir(folder):
        raise FileNotFoundError(errno.ENOENT, f"{caller}: the folder does not exist; make it first", folder)
    if os.path.exists(target) and not os.path.isfile(target):
        raise ValueError(f"{caller}: {path!r} is a folder or a device; pass the path of a file")
    if os.path.isfile(target) and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, f"{caller}: the file is write-protected", path)
