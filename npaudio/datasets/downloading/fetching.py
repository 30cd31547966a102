"""Download one file over HTTP, and resume when the connection breaks.

The part that has arrived is kept as `NAME.part`, with the server's ETag or date beside it. When the connection breaks,
the next attempt, now or in a week, asks for the rest only (a range request), if the file on the server is still the
same version. A server that cannot resume sends the whole file again.
"""

import contextlib
import hashlib
import http.client
import os
import socket
import ssl
import time
import urllib.error
import urllib.request
from pathlib import Path

from npaudio._core.terminal import ProgressLine

ATTEMPTS = 5  # in a row without a new byte, before giving up
TIMEOUT = 30.0  # seconds without a byte
BLOCK = 2**18
FIRST_WAIT = 0.2  # seconds, doubled with each failure
NETWORK_ERRORS = (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError, ssl.SSLError)
OVERLOADED = {429, 500, 502, 503, 504}  # status codes after which another attempt may succeed


class DownloadError(OSError):
    """A data set that could not be downloaded: no network, a server that refuses, or unexpected content."""


def fetch(url: str, path: Path, *, checksum: str | None = None) -> None:
    """Download a file, resuming a partial download; `path` appears only when the file is complete and checked."""
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
    _version_file(part).unlink(missing_ok=True)


def _fetch_rest(url: str, part: Path) -> None:
    """One attempt: request the missing bytes and append them; an error of the network if the connection breaks."""
    version = _saved_version(part)
    have = _size(part) if version else 0  # if the version is unknown, the rest might be from another one
    headers = {"Range": f"bytes={have}-", "If-Range": version} if have else {}
    try:
        response = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416 and error.headers.get("Content-Range") == f"bytes */{have}":
            return  # nothing is missing
        if error.code == 416:
            part.unlink()  # the part is longer than the file: start again
        raise
    with response:
        resumed = response.status == 206 and (response.headers["Content-Range"] or "").startswith(f"bytes {have}-")
        if not resumed:
            part.write_bytes(b"")
            _version_file(part).write_text(_version(response), encoding="ascii")
        total = _total(response, have if resumed else 0)
        _append(response, part, total)
    if total is not None and _size(part) < total:
        raise ConnectionError(f"the connection broke after {_size(part)} of {total} bytes")


def _append(response: http.client.HTTPResponse, part: Path, total: int | None) -> None:
    """Append the body of the response to the part, with a progress line."""
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
    """The server's ETag, or its date if there is none; a weak ETag does not promise equal bytes."""
    etag = response.headers["ETag"] or ""
    return response.headers["Last-Modified"] or "" if not etag or etag.startswith("W/") else etag


def _total(response: http.client.HTTPResponse, have: int) -> int | None:
    """Bytes of the whole file, if the server says."""
    rest = response.headers["Content-Length"]
    return have + int(rest) if rest and rest.isdigit() else None


def _version_file(part: Path) -> Path:
    return part.with_name(part.name + ".version")


def _saved_version(part: Path) -> str:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return _version_file(part).read_text(encoding="ascii").strip()
    return ""


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _worth_another_try(error: Exception) -> bool:
    """Connections break and servers are busy, but an unknown name or a missing page will not change."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code in OVERLOADED or error.code == 416
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return not isinstance(reason, socket.gaierror | ssl.SSLCertVerificationError | ConnectionRefusedError)


def _explanation(url: str, path: Path, part: Path, error: Exception) -> str:
    """The message: what happened and what to do."""
    if isinstance(error, urllib.error.HTTPError):
        return f"download: {url} answers {error.code} ({error.reason}); pass another address with url=..."
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    kept = f"{_size(part) / 1e6:.1f} MB are kept, call it again to resume" if _size(part) else "check the network"
    return (
        f"download: {url} could not be downloaded ({reason}); {kept}, "
        f"or download it with another program and save it as {path}"
    )


def _check_content(part: Path, url: str, checksum: str | None) -> None:
    """Refuse and remove a file with the wrong checksum."""
    if problem := other_checksum(part, checksum):
        part.unlink()
        _version_file(part).unlink(missing_ok=True)
        raise DownloadError(
            f"download: the file from {url} {problem}, and was removed; try again, and if it happens again, the file "
            "at that address is a different one"
        )


def other_checksum(path: Path, checksum: str | None) -> str | None:
    """What is wrong with the checksum of a file, as a predicate; None if it is right, or none is known."""
    if checksum is None:
        return None
    kind, _, expected = checksum.partition(":")
    with open(path, "rb") as stream:
        found = hashlib.file_digest(stream, kind).hexdigest()
    return None if found == expected.lower() else f"has {kind} {found} instead of {expected}"
