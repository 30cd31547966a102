"""Download a public data set and unpack it, or leave the folder ready to resume.

Only one process at a time downloads into a folder: a lock file tells the others to wait.
"""

import os
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from npaudio._core.checks import Check
from npaudio._core.file_lock import FileInUseError, only_writer
from npaudio.datasets.downloading.archive import ArchiveError, extract
from npaudio.datasets.downloading.fetching import DownloadError, fetch, other_checksum

LOCKED = ".npaudio-download"  # a file name in the folder, which is locked while something is downloaded into it


@dataclass(frozen=True)
class Published:
    """Where a data set is published, and how to recognize it.

    GitHub makes the archive of ESC-50 on request, and its bytes may change, so it has no permanent checksum. The
    checksums inside the ZIP file reveal damage instead.
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
    """Download a data set and unpack it into `root`, ready for `ESC50(root)` or `UrbanSound8K(root)`.

    If the folder has it already, nothing is done. An interrupted download is resumed, also by a later call. A terminal
    shows a progress line.

    Used in lesson 09.

    Parameters
    ----------
    name : {"esc50", "urbansound8k"}
        ESC-50 has 0.6 GB, UrbanSound8K 6 GB.
    root : str or path
        Folder to fill; created if it is not there.
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
        If the name or the form of the checksum is unknown, the address is not http, or the archive is damaged, unsafe
        or not that of the data set; it is removed then, so that the next call downloads it again.
    DownloadError
        If there is no network, the server refuses, the archive (downloaded, or there already) has another checksum, or
        another process is downloading into the folder.

    See Also
    --------
    ESC50, UrbanSound8K : read what it fetched.
    """
    published = PUBLISHED[Check("download").choice(name, PUBLISHED, "data set")]
    root = Path(root)
    if (root / published.table).is_file():
        return root
    if checksum is None and url is None:
        checksum = published.checksum
    url = published.url if url is None else url
    _check_request(url, checksum)
    _make_folder(root)
    try:
        with only_writer(root / LOCKED, caller="download"):
            if not (root / published.table).is_file():  # another process may have been faster
                _fetch_and_unpack(published, root, url, checksum)
    except FileInUseError as error:
        who = "another process is downloading"
        raise DownloadError(f"download: {who} into {str(root)!r}; wait for it, and call again") from error
    return root


def _fetch_and_unpack(published: Published, root: Path, url: str, checksum: str | None) -> None:
    archive = root / published.archive
    if not archive.is_file():
        fetch(url, archive, checksum=checksum)
    elif problem := other_checksum(archive, checksum):
        raise DownloadError(f"download: {str(archive)!r} is there already, but {problem}; remove it, and call again")
    try:
        extract(archive, root, last=published.table)
    except ArchiveError:
        archive.unlink()  # so that the next call downloads it again
        raise
    archive.unlink()


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
