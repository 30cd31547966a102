"""Only one process at a time may write a file; a second one gets an error that names the first.

The lock is the operating system's own (`flock`; `locking` on Windows), on a file beside the one it protects. The system
releases it whenever its process ends, so a lock file left behind by a killed process blocks no other process.
"""

import contextlib
import errno
import os
import platform
import sys
from collections.abc import Iterator

BUSY = {errno.EACCES, errno.EAGAIN}
LOCKED_BYTE = 2**30  # on Windows, where a locked byte cannot be read; the lock file's text ends long before
_held: set[int] = set()  # descriptors of this process


class FileInUseError(ValueError):
    """Another process writes the file, or another part of this one."""


@contextlib.contextmanager
def only_writer(path: str | os.PathLike[str], *, caller: str) -> Iterator[None]:
    """While this lasts, every other `only_writer` of the same file is refused, in this process too."""
    lock_file = f"{os.path.realpath(path)}.lock"
    descriptor = _acquired(lock_file, os.fspath(path), caller)
    try:
        yield
    finally:
        if descriptor in _held:  # false in a child process that was forked in the meantime
            _release(descriptor, lock_file)


def _acquired(lock_file: str, path: str, caller: str) -> int:
    """Descriptor of the lock file, locked, with this process's name in it."""
    while True:
        descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT, 0o666)
        if not _lock(descriptor):
            holder = os.read(descriptor, 200).decode(errors="replace") or "another process"
            os.close(descriptor)
            cure = "wait until it has ended, or pass another path"
            raise FileInUseError(f"{caller}: {path!r} is in use by {holder}; {cure}")
        if _is_at(descriptor, lock_file):
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"process {os.getpid()} on {platform.node()}".encode())
            _held.add(descriptor)
            return descriptor
        os.close(descriptor)  # its holder has ended and removed it; the next one makes a new file


def _lock(descriptor: int) -> bool:
    """Lock the open file, or return False if somebody else has; where a file system has no locks, do without."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            finally:
                os.lseek(descriptor, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in BUSY
    return True


def _is_at(descriptor: int, path: str) -> bool:
    """Whether the open file still has this path."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    return False


def _release(descriptor: int, lock_file: str) -> None:
    """Remove the lock file while it is locked; on Windows, where open files cannot be removed, right afterwards."""
    _held.discard(descriptor)
    if os.name != "nt":
        with contextlib.suppress(OSError):
            os.unlink(lock_file)
    os.close(descriptor)
    if os.name == "nt":
        with contextlib.suppress(OSError):
            os.unlink(lock_file)


def _forget_in_child() -> None:
    """A forked child must not hold on to its parent's locks."""
    while _held:
        os.close(_held.pop())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
