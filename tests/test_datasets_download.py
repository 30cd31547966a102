import hashlib
import io
import os
import re
import socket
import stat
import subprocess
import sys
import tarfile
import zipfile

import numpy as np
import pytest

from npaudio import datasets
from npaudio.datasets.downloading import archive, fetching
from tests.faulty_server import serving
from tests.sound_folders import esc50, urbansound


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(fetching, "FIRST_WAIT", 0.001)


def zipped(files, outer="ESC-50-master/"):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, content in files.items():
            file.writestr(zipfile.ZipInfo(outer + name) if isinstance(name, str) else name, content)
    return stream.getvalue()


def content_of(root):
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return content_of(esc50(tmp_path_factory.mktemp("esc50")))


@pytest.fixture(scope="module")
def content(files):
    return zipped(files)


def sha256(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def test_a_data_set_is_fetched_unpacked_and_ready(tmp_path, content, files):
    root = tmp_path / "data" / "esc50"
    with serving(content) as server:
        assert datasets.download("esc50", root, url=server.url, checksum=sha256(content)) == root
        assert content_of(root) == files  # no archive, no other remains
        assert len(datasets.ESC50(root)) == 18
        datasets.download("esc50", root, url=server.url)
        assert server.requests == [None]  # the second call finds it there


def test_a_tar_file_will_do_as_well(tmp_path):
    urbansound(tmp_path / "source")
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as file:
        file.add(tmp_path / "source", arcname="UrbanSound8K")
    with serving(stream.getvalue()) as server:
        root = datasets.download("urbansound8k", tmp_path / "data", url=server.url)
    assert len(datasets.UrbanSound8K(root)) == 40


def test_a_broken_line_is_taken_up_where_it_broke(tmp_path, content, files):
    with serving(content) as server:
        server.cuts = [1000, 0, 500, 0, 0, 0, 70_000]
        datasets.download("esc50", tmp_path, url=server.url, checksum=sha256(content))
        assert server.requests == [None, *["bytes=1000-"] * 2, *["bytes=1500-"] * 4, "bytes=71500-"]
    assert content_of(tmp_path) == files


def test_a_line_that_brings_nothing_is_given_up_and_taken_up_by_the_next_call(tmp_path, content, files):
    with serving(content) as server:
        server.cuts = [1000, 0, 0, 0, 0]
        with pytest.raises(
            datasets.DownloadError, match=r"the connection broke after 1000 of .*0\.0 MB are kept, call it again"
        ):
            datasets.download("esc50", tmp_path, url=server.url)
        assert len(server.requests) == 5
        datasets.download("esc50", tmp_path, url=server.url)
        assert server.requests[5:] == ["bytes=1000-"]
    assert content_of(tmp_path) == files


@pytest.mark.parametrize("change", ["ranges", "etag", "weak", "new version"])
def test_without_a_way_to_resume_all_is_fetched_again(tmp_path, content, files, change):
    with serving(b"x" * 5000) as server:
        server.cuts = [2000, 0, 0, 0, 0]
        server.ranges = change != "ranges"
        server.etag = {"etag": None, "weak": 'W/"one"'}.get(change, '"one"')
        with pytest.raises(datasets.DownloadError):
            datasets.download("esc50", tmp_path, url=server.url)
        server.content = content
        server.etag = '"two"' if change == "new version" else server.etag
        server.cuts = []
        datasets.download("esc50", tmp_path, url=server.url, checksum=sha256(content))
    assert content_of(tmp_path) == files


def test_a_server_that_does_not_tell_the_length(tmp_path, content, files):
    with serving(content) as server:
        server.length = False
        datasets.download("esc50", tmp_path, url=server.url)
    assert content_of(tmp_path) == files


def test_what_is_complete_is_not_fetched_again(tmp_path, content, files):
    with serving(content) as server:
        (tmp_path / "ESC-50.zip.part").write_bytes(content)
        (tmp_path / "ESC-50.zip.part.version").write_text('"one"')
        datasets.download("esc50", tmp_path, url=server.url)
        assert server.requests == [f"bytes={len(content)}-"]
    assert content_of(tmp_path) == files


def test_a_part_that_is_too_long_is_fetched_again(tmp_path, content, files):
    with serving(content) as server:
        (tmp_path / "ESC-50.zip.part").write_bytes(content + b"more")
        (tmp_path / "ESC-50.zip.part.version").write_text('"one"')
        datasets.download("esc50", tmp_path, url=server.url)
    assert content_of(tmp_path) == files


def test_a_busy_server_is_asked_again_and_a_missing_page_is_not(tmp_path, content, files):
    with serving(content) as server:
        server.status = [503, 503]
        datasets.download("esc50", tmp_path, url=server.url)
        assert len(server.requests) == 3
        server.status = [404]
        with pytest.raises(datasets.DownloadError, match=r"answers 404 \(Not Found\); pass another address with url="):
            datasets.download("esc50", tmp_path / "other", url=server.url)
        assert len(server.requests) == 4


def test_a_wrong_checksum_is_refused_and_nothing_is_left(tmp_path, content):
    with serving(content) as server:
        with pytest.raises(datasets.DownloadError, match=r"md5 .* instead of 0{32}, and was removed"):
            datasets.download("esc50", tmp_path, url=server.url, checksum="md5:" + "0" * 32)
        assert content_of(tmp_path) == {}
        datasets.download("esc50", tmp_path, url=server.url)


def test_without_a_network_the_message_says_what_to_do(tmp_path, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(
            datasets.DownloadError, match=r"could not be downloaded.*check the network, or download it with another"
        ):
            datasets.download("esc50", tmp_path, url=f"http://127.0.0.1:{port}/x.zip")

    def unknown(*args, **settings):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(
        datasets.DownloadError, match=r"github.com/.*Name or service not known.*save it as .*ESC-50\.zip"
    ):
        datasets.download("esc50", tmp_path)


def test_an_archive_that_was_fetched_by_other_means_is_unpacked(tmp_path, content, files):
    (tmp_path / "ESC-50.zip").write_bytes(content)
    datasets.download("esc50", tmp_path)
    assert content_of(tmp_path) == files


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": "esc51"}, "unknown data set 'esc51'; choose one of 'esc50', 'urbansound8k'"),
        ({"url": "file:///etc/passwd"}, "url must begin with http:// or https://"),
        ({"checksum": "sha1:00"}, "checksum must be 'sha256:' or 'md5:' and its digits"),
        ({"checksum": "md5:" + "z" * 32}, "checksum must be"),
        ({"checksum": ""}, "checksum must be"),
        ({"checksum": 5}, "checksum must be"),
        ({"url": 5}, "url must begin with http:// or https:// and a host"),
        ({"url": "http://"}, "url must begin with http:// or https:// and a host"),
        ({"url": "http://host/ä b.zip"}, "url must be plain ASCII without spaces.*quote it"),
    ],
)
def test_bad_requests_are_refused_before_anything_is_made(tmp_path, settings, message):
    with pytest.raises(ValueError, match=message):
        datasets.download(settings.pop("name", "esc50"), tmp_path / "new", **settings)
    assert not (tmp_path / "new").exists()


def with_kind(name, kind):
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o777) << 16
    return info


BAD_NAMES = ["../evil", "a/../../evil", "/evil", "C:/evil", "a\\..\\evil", "a//b", "./a", "a:stream"]
BAD_NAMES += ["CON", "a/aux.wav", "trailing.", "n" * 256]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    root = tmp_path / "home" / "data"
    root.mkdir(parents=True)
    (root / "ESC-50.zip").write_bytes(zipped({"meta/esc50.csv": b"", name: b"evil"}, outer=""))
    with pytest.raises(datasets.ArchiveError, match=r"was not unpacked, as its member .* (leads out|has a name)"):
        datasets.download("esc50", root)
    assert content_of(tmp_path) == {}


def test_no_link_is_unpacked(tmp_path):
    bad = zipped({with_kind("ESC-50-master/link", stat.S_IFLNK): b"/etc", "meta/esc50.csv": b""})
    (tmp_path / "ESC-50.zip").write_bytes(bad)
    with pytest.raises(datasets.ArchiveError, match="'ESC-50-master/link' is a link or a device"):
        datasets.download("esc50", tmp_path)
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE):
        with tarfile.open(tmp_path / "ESC-50.zip", "w") as file:
            entry = tarfile.TarInfo("x/link")
            entry.type, entry.linkname = kind, "/etc/passwd"
            file.addfile(entry)
        with pytest.raises(datasets.ArchiveError, match="is a link or a device"):
            datasets.download("esc50", tmp_path)
    assert content_of(tmp_path) == {}


def test_a_damaged_archive_is_refused_and_removed(tmp_path, content, files):
    damaged = bytearray(content)
    damaged[content.index(files["audio/1-1000-A-0.wav"]) + 500] ^= 1
    for bad in (bytes(damaged), content[: len(content) // 2], b"<html>not found</html>"):
        (tmp_path / "ESC-50.zip").write_bytes(bad)
        with pytest.raises(datasets.ArchiveError, match=r"in the archive is damaged|not a whole ZIP or tar file"):
            datasets.download("esc50", tmp_path)
        assert not (tmp_path / "ESC-50.zip").exists()
        assert not (tmp_path / "meta" / "esc50.csv").exists()
    (tmp_path / "ESC-50.zip").write_bytes(content)
    datasets.download("esc50", tmp_path)
    assert content_of(tmp_path) == files


def tarred(files, mode):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as file:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"./ESC-50-master/{name}")
            entry.size = len(content)
            file.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def packed_as(kind, files):
    if kind == "encrypted":
        content = bytearray(zipped(files))
        for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            at = -1
            while (at := content.find(signature, at + 1)) >= 0:
                content[at + flags] |= 1
        return bytes(content)
    if kind.startswith("zip"):
        method = {"zip": zipfile.ZIP_DEFLATED, "zip lzma": zipfile.ZIP_LZMA, "zip bz2": zipfile.ZIP_BZIP2}[kind]
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", method) as file:
            for name, content in files.items():
                file.writestr(f"ESC-50-master/{name}", content)
        return stream.getvalue()
    return tarred(files, f"w:{kind.partition('.')[2]}")


@pytest.mark.parametrize("kind", ["zip", "zip lzma", "zip bz2", "tar", "tar.gz", "tar.bz2", "tar.xz", "encrypted"])
def test_damage_of_any_kind_is_told_and_the_archive_removed(tmp_path, files, kind):
    whole = packed_as(kind, files)
    rng = np.random.default_rng(0)
    damaged = [whole[: len(whole) // 2], whole[: -len(whole) // 4]]
    for _ in range(20):  # 4 bytes somewhere become others
        copy = bytearray(whole)
        at = int(rng.integers(len(whole) - 4))
        copy[at : at + 4] = bytes(byte ^ 0x55 for byte in copy[at : at + 4])
        damaged.append(bytes(copy))
    told = []
    for case, bad in enumerate([whole] if kind == "encrypted" else damaged):
        root = tmp_path / str(case)
        root.mkdir()
        (root / "ESC-50.zip").write_bytes(bad)
        try:
            datasets.download("esc50", root)
        except datasets.ArchiveError as error:
            told.append(str(error))
        else:  # harmless, such as a date; the contents of a plain tar file have no checksum
            assert kind == "tar" or content_of(root) == files
        assert not (root / "ESC-50.zip").exists()
    assert all(re.search("download again|get it from the publisher|check the address", text) for text in told)
    assert len(told) >= (1 if kind == "encrypted" else 2 if kind == "tar" else 15)
    (tmp_path / "ESC-50.zip").write_bytes(whole if kind != "encrypted" else zipped(files))
    datasets.download("esc50", tmp_path)
    assert content_of(tmp_path).items() >= files.items()


@pytest.mark.parametrize("damage", ["a wrong bit", "a hole", "no end"])
def test_a_damaged_header_does_not_end_a_tar_file_silently(tmp_path, files, damage):
    """GNU tar and Python's tarfile take a hole in a download, or a cut between two members, for the end."""
    content = bytearray(tarred(files, "w"))
    header = content.index(b"./ESC-50-master/audio/1-1001")
    if damage == "a wrong bit":
        content[header] ^= 1
    elif damage == "a hole":
        content[header : header + 2048] = bytes(2048)
    else:
        del content[header:]
    (tmp_path / "ESC-50.zip").write_bytes(content)
    with pytest.raises(datasets.ArchiveError, match="breaks off or is damaged after its last member"):
        datasets.download("esc50", tmp_path)
    assert content_of(tmp_path) == {}


def test_a_folder_in_place_of_a_file_is_not_the_archives_fault(tmp_path, content):
    (tmp_path / "ESC-50.zip").write_bytes(content)
    (tmp_path / "meta" / "esc50.csv").mkdir(parents=True)
    with pytest.raises(ValueError, match="is a folder or a device") as caught:
        datasets.download("esc50", tmp_path)
    assert not isinstance(caught.value, datasets.ArchiveError)
    assert (tmp_path / "ESC-50.zip").exists()


def test_a_file_that_is_a_folder_too_is_refused(tmp_path):
    (tmp_path / "ESC-50.zip").write_bytes(zipped({"a": b"", "a/b": b"", "meta/esc50.csv": b""}))
    with pytest.raises(datasets.ArchiveError, match=r"member 'ESC-50-master/a' is a file and a folder"):
        datasets.download("esc50", tmp_path)


def test_an_archive_that_is_there_already_is_checked_too(tmp_path, content):
    (tmp_path / "ESC-50.zip").write_bytes(content)
    with pytest.raises(
        datasets.DownloadError, match=r"is there already, but has sha256 .* instead of 0{64}; remove it"
    ):
        datasets.download("esc50", tmp_path, checksum="sha256:" + 64 * "0")
    (tmp_path / "UrbanSound8K.tar.gz").write_bytes(content)
    with pytest.raises(datasets.DownloadError, match=r"is there already, but has md5 .* instead of 9aa69802"):
        datasets.download("urbansound8k", tmp_path)
    assert sorted(content_of(tmp_path)) == ["ESC-50.zip", "UrbanSound8K.tar.gz"]  # it is the user's
    datasets.download("esc50", tmp_path, checksum=sha256(content))


def test_a_second_process_is_told_to_wait_and_a_killed_one_leaves_no_lock(tmp_path, content, files):
    code = (
        "import sys, time; from npaudio._core.file_lock import only_writer\n"
        "from npaudio.datasets.downloading.published_archives import LOCKED\n"
        "with only_writer(f'{sys.argv[1]}/{LOCKED}', caller='download'):\n"
        "    print('locked', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(datasets.DownloadError, match=r"another process is downloading into .*; wait for it"):
            datasets.download("esc50", tmp_path)
        other.kill()
    (tmp_path / "ESC-50.zip").write_bytes(content)
    datasets.download("esc50", tmp_path)
    assert content_of(tmp_path) == files


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "data").write_bytes(b"")
    for root in (tmp_path / "data", tmp_path / "data" / "esc50"):
        with pytest.raises(ValueError, match="is a file, or lies below one; pass a folder"):
            datasets.download("esc50", root)


def test_another_archive_is_refused(tmp_path):
    (tmp_path / "ESC-50.zip").write_bytes(zipped({"README": b"hello", "notes.txt": b"theirs"}, outer=""))
    (tmp_path / "notes.txt").write_bytes(b"mine")
    with pytest.raises(datasets.ArchiveError, match=r"holds no 'meta/esc50\.csv', so it is not the data set"):
        datasets.download("esc50", tmp_path)
    assert content_of(tmp_path) == {"notes.txt": b"mine"}


def test_an_archive_that_does_not_fit_is_refused_and_kept(tmp_path, content, monkeypatch):
    (tmp_path / "ESC-50.zip").write_bytes(content)
    usage = type(archive.shutil.disk_usage(tmp_path))(100, 90, 10)
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(OSError, match="do not fit on the disk"):
        datasets.download("esc50", tmp_path)
    assert (tmp_path / "ESC-50.zip").exists()


def test_the_table_is_unpacked_last(tmp_path, content, monkeypatch):
    (tmp_path / "ESC-50.zip").write_bytes(content)
    written = []
    write = archive._write
    monkeypatch.setattr(archive, "_write", lambda member, path: (written.append(path), write(member, path)))
    datasets.download("esc50", tmp_path)
    assert written[-1] == tmp_path / "meta" / "esc50.csv"
    assert len(written) == 19


def test_nothing_of_the_line_is_printed_without_a_terminal(tmp_path, content, capfd):
    with serving(content) as server:
        datasets.download("esc50", tmp_path, url=server.url)
    assert capfd.readouterr() == ("", "")
    assert os.path.getsize(tmp_path / "meta" / "esc50.csv")
    assert np.all(datasets.ESC50(tmp_path).folds > 0)
