"""Fetch a public data set: over a line that may break, from a server that may have changed, without a half result.

What has arrived is kept as `NAME.part`, beside it the server's mark of the version. When the line breaks, the next
attempt, now or in a week, asks for the rest only, if the version is still the same. A server that cannot resume sends
all of it again.
"""

import contextlib
import hashlib
import http.client
import os
import socket
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from npaudio._core.checks import check_choice
from npaudio._core.terminal import ProgressLine
from npaudio.datasets.downloading.archive import ArchiveError, extract

ATTEMPTS = 5  # in a row that bring nothing, before giving up
TIMEOUT = 30.0  # seconds without a byte
BLOCK = 2**18
FIRST_WAIT = 0.2  # seconds, doubled with each failure
NETWORK_ERRORS = (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError, ssl.SSLError)
LOCK = ".npaudio-download.lock"
OVERLOADED = {429, 500, 502, 503, 504}  # answers after which it is worth asking again


class DownloadError(OSError):
    """A data set that could not be fetched: no network, a server that refuses, or another content than expected."""


@dataclass(frozen=True)
class Published:
    """Where a data set is published, and how to know it.

    GitHub makes the archive of ESC-50 on request, and its bytes may change, so it has no lasting checksum: there, the
    checksums of the files inside, which a ZIP file has, tell damage.
    """

    url: str
    archive: str
    table: str  # a file inside that is unpacked last
    checksum: str | None  # "md5:..." or "sha256:..."


PUBLISHED = {
    "esc50": Published("https://github.com/karoldvl/ESC-50/archive/master.zip", "ESC-50.zip", "meta/esc50.csv", None),
    "urbansound8k": Published(
        "https://zenodo.org/records/1203745/files/UrbanSound8K.tar.gz",
        "UrbanSound8K.tar.gz",
        "metadata/UrbanSound8K.csv",
        "md5:9aa69802bbf37fb986f71ec1483a196e",
    ),
}


def download(name: str, root: str | os.PathLike[str], *, url: str | None = None, checksum: str | None = None) -> Path:
    """Fetch a data set and unpack it into `root`, ready for `ESC50(root)` or `UrbanSound8K(root)`.

    If it is there already, nothing is done. A broken download goes on where it stopped, also when called again. A
    terminal shows a progress line.

    Parameters
    ----------
    name : {"esc50", "urbansound8k"}
        ESC-50 has 0.6 GB, UrbanSound8K 6 GB.
    root : str or path
        Folder to fill; made if it is not there.
    url : str, optional
        Another address (http or https) of the same archive.
    checksum : str, optional
        "sha256:" or "md5:" and the hexadecimal digest of the archive. None: the published one, if there is one and
        `url` is not given.

    Returns
    -------
    pathlib.Path
        `root`.

    Raises
    ------
    ValueError
        If the name or the checksum's form is unknown, the address is not http, or the archive is damaged, unsafe or of
        something else; it is removed then, so that the next call fetches it again.
    DownloadError
        If there is no network, the server refuses, what came, or was there already, has another checksum, or another
        process is downloading into the folder.
    """
    published = PUBLISHED[check_choice(name, PUBLISHED, caller="download", name="data set")]
    root = Path(root)
    if (root / published.table).is_file():
        return root
    if checksum is None and url is None:
        checksum = published.checksum
    url = published.url if url is None else url
    _check_request(url, checksum)
    _make_folder(root)
    with _alone_in(root):
        if not (root / published.table).is_file():  # or another process was quicker
            _fetch_and_unpack(published, root, url, checksum)
    return root


def _fetch_and_unpack(published: Published, root: Path, url: str, checksum: str | None) -> None:
    archive = root / published.archive
    if not archive.is_file():
        fetch(url, archive, checksum=checksum)
    elif problem := _other_checksum(archive, checksum):
        raise DownloadError(f"download: {str(archive)!r} is there already, but {problem}; remove it, and call again")
    try:
        extract(archive, root, last=published.table)
    except ArchiveError:
        archive.unlink()  # so that the next call fetches it again
        raise
    archive.unlink()


@contextlib.contextmanager
def _alone_in(root: Path) -> Iterator[None]:
    """Keep other processes from downloading into the folder meanwhile; the lock ends with the process."""
    path = root / LOCK
    with open(path, "ab") as stream:
        try:
            _lock(stream.fileno())
            if not path.exists() or not os.path.samestat(os.fstat(stream.fileno()), path.stat()):
                raise BlockingIOError("the lock was of a download that has just ended")
        except (BlockingIOError, PermissionError) as error:
            raise DownloadError(
                f"download: another process is downloading into {str(root)!r}; wait for it, and call again"
            ) from error
        except OSError:
            pass  # a file system without locks: go on as if alone
        try:
            yield
        finally:
            stream.close()  # Windows does not remove open files
            with contextlib.suppress(OSError):
                path.unlink()


def _lock(descriptor: int) -> None:
    """Lock an open file, or raise an OSError at once."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def fetch(url: str, path: Path, *, checksum: str | None = None) -> None:
    """Fetch a file to `path`, going on with what is there of it; `path` appears when it is complete and checked."""
    part = path.with_name(path.name + ".part")
    failures = 0
    while True:
        before = _size(part)
        try:
            _fetch_rest(url, part)
            break
        except NETWORK_ERRORS as error:
            failures = failures + 1 if _size(part) <= before else 1
            if failures >= ATTEMPTS or not _worth_another_try(error):
                raise DownloadError(_explanation(url, path, part, error)) from error
            time.sleep(FIRST_WAIT * 2**failures)
    _check_content(part, url, checksum)
    os.replace(part, path)
    _mark_of(part).unlink(missing_ok=True)


def _fetch_rest(url: str, part: Path) -> None:
    """One attempt: ask for what is missing, and append what comes; an error of the network if it breaks off."""
    version = _read_mark(part)
    have = _size(part) if version else 0  # without a mark it cannot be told whether the rest belongs to it
    headers = {"Range": f"bytes={have}-", "If-Range": version} if have else {}
    try:
        response = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416 and error.headers.get("Content-Range") == f"bytes */{have}":
            return  # there is no rest
        if error.code == 416:
            part.unlink()  # it is longer than the file: begin again
        raise
    with response:
        resumed = response.status == 206 and (response.headers["Content-Range"] or "").startswith(f"bytes {have}-")
        if not resumed:
            part.write_bytes(b"")
            _mark_of(part).write_text(_version(response), encoding="ascii")
        total = _total(response, have if resumed else 0)
        _append(response, part, total)
    if total is not None and _size(part) < total:
        raise ConnectionError(f"the line broke after {_size(part)} of {total} bytes")


def _append(response: http.client.HTTPResponse, part: Path, total: int | None) -> None:
    """Write what comes at the end of the part, with a progress line."""
    line = ProgressLine(f"download {part.stem}", total, unit="MB", scale=1e6)
    done = _size(part)
    line.show(done)
    with open(part, "ab") as stream:
        while block := response.read1(BLOCK):
            stream.write(block)
            done += len(block)
            line.show(done)
    line.close(f"{done / 1e6:,.1f} MB")


def _version(response: http.client.HTTPResponse) -> str:
    """What the server calls this version of the file; a weak mark promises less than equal bytes, so it is no use."""
    mark = response.headers["ETag"] or ""
    return response.headers["Last-Modified"] or "" if not mark or mark.startswith("W/") else mark


def _total(response: http.client.HTTPResponse, have: int) -> int | None:
    """Bytes of the whole file, if the server tells."""
    rest = response.headers["Content-Length"]
    return have + int(rest) if rest and rest.isdigit() else None


def _mark_of(part: Path) -> Path:
    return part.with_name(part.name + ".version")


def _read_mark(part: Path) -> str:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return _mark_of(part).read_text(encoding="ascii").strip()
    return ""


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _worth_another_try(error: Exception) -> bool:
    """Lines break and servers are busy; a name that is unknown or a page that is gone stays so."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code in OVERLOADED or error.code == 416
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return not isinstance(reason, socket.gaierror | ssl.SSLCertVerificationError | ConnectionRefusedError)


def _explanation(url: str, path: Path, part: Path, error: Exception) -> str:
    """What happened, and what to do about it."""
    if isinstance(error, urllib.error.HTTPError):
        return f"download: {url} answers {error.code} ({error.reason}); pass another address with url=..."
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    kept = f"{_size(part) / 1e6:.1f} MB are kept, call it again to go on" if _size(part) else "check the network"
    return f"download: {url} could not be fetched ({reason}); {kept}, or fetch it by other means and save it as {path}"


def _check_request(url: str, checksum: str | None) -> None:
    parts = urllib.parse.urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(
            f"download: url must begin with http:// or https:// and a host, got {url!r}; unpack other files by hand"
        )
    if not url.isascii() or " " in url:
        raise ValueError(f"download: url must be plain ASCII without spaces, got {url!r}; quote it: %20 for a space")
    if checksum is None:
        return
    kind, _, digest = checksum.partition(":") if isinstance(checksum, str) else ("", "", "")
    if len(digest) != {"md5": 32, "sha256": 64}.get(kind) or set(digest.lower()) - set("0123456789abcdef"):
        raise ValueError(f"download: checksum must be 'sha256:' or 'md5:' and its digits, got {checksum!r}")


def _make_folder(root: Path) -> None:
    try:
        root.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise ValueError(f"download: root {str(root)!r} is a file, or lies below one; pass a folder") from error


def _check_content(part: Path, url: str, checksum: str | None) -> None:
    """Refuse and remove what has another checksum than it should."""
    if problem := _other_checksum(part, checksum):
        part.unlink()
        _mark_of(part).unlink(missing_ok=True)
        raise DownloadError(
            f"download: what came from {url} {problem}, and was removed; try again, and if it happens again, the file "
            "at that address is another one"
        )


def _other_checksum(path: Path, checksum: str | None) -> str | None:
    """Which checksum a file has instead of the one it should have, as a predicate; None if all is well."""
    if checksum is None:
        return None
    kind, _, expected = checksum.partition(":")
    with open(path, "rb") as stream:
        found = hashlib.file_digest(stream, kind).hexdigest()
    return None if found == expected.lower() else f"has {kind} {found} instead of {expected}"
