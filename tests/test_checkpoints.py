"""Checkpoints: what is saved comes back; what is damaged or foreign is refused; the old file survives every failure."""

import errno
import io
import os
import sys
import zipfile

import numpy as np
import pytest

from npaudio import nn
from npaudio.checkpoints import CheckpointError, load_checkpoint, npz, save_checkpoint

ARRAYS = {
    "features.0.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "file": np.array(7, np.int64),
    "allow_pickle": np.array([True, False]),
    "a/b c": np.zeros((0, 4)),
    "text": np.array("Hütte"),
    "turned": np.arange(6.0).reshape(2, 3).T,
}


def test_what_is_saved_comes_back_in_order(tmp_path):
    path = tmp_path / "a.npz"
    save_checkpoint(path, ARRAYS)
    loaded = load_checkpoint(path)
    assert list(loaded) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert loaded[name].dtype == array.dtype
        np.testing.assert_array_equal(loaded[name], array)


def test_the_file_is_a_plain_npz_and_the_same_arrays_give_the_same_bytes(tmp_path):
    for name in ("a.npz", "b.NPZ"):
        save_checkpoint(tmp_path / name, ARRAYS)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.NPZ").read_bytes()
    with np.load(tmp_path / "a.npz") as plain:
        np.testing.assert_array_equal(plain["turned"], ARRAYS["turned"])


def test_numpy_s_own_files_are_read(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", w=np.eye(3))
    np.testing.assert_array_equal(load_checkpoint(tmp_path / "a.npz")["w"], np.eye(3))


def test_a_model_travels(tmp_path):
    model, other = nn.Linear(4, 3, rng=0), nn.Linear(4, 3, rng=1)
    save_checkpoint(tmp_path / "m.npz", model.state_dict())
    other.load_state_dict(load_checkpoint(tmp_path / "m.npz"))
    assert other.weight.data.tobytes() == model.weight.data.tobytes()


@pytest.mark.parametrize("name", ["model.pth", "model.bin", "model", "npz"])
def test_other_suffixes_are_named(tmp_path, name):
    with pytest.raises(ValueError, match=r"save_checkpoint: .* has the suffix '.*', expected \.npz or \.safetensors;"):
        save_checkpoint(tmp_path / name, ARRAYS)
    if not name.endswith(".pth"):
        with pytest.raises(ValueError, match=r"load_checkpoint: .* has the suffix .*\.safetensors or \.pth"):
            load_checkpoint(tmp_path / name)


def test_objects_are_neither_written_nor_read(tmp_path):
    with pytest.raises(ValueError, match="'model' is object, expected numbers, booleans or text"):
        save_checkpoint(tmp_path / "a.npz", {"model": nn.Linear(2, 2)})
    np.savez(tmp_path / "evil.npz", w=np.array([{}], dtype=object))
    with pytest.raises(CheckpointError, match="holds something other than arrays"):
        load_checkpoint(tmp_path / "evil.npz")


def test_a_missing_file_or_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.npz"):
        load_checkpoint(tmp_path / "nothing.npz")
    with pytest.raises(FileNotFoundError, match="folder does not exist"):
        save_checkpoint(tmp_path / "no" / "a.npz", ARRAYS)


def test_damage_anywhere_is_an_error_of_one_kind_or_does_no_harm(tmp_path):
    path = tmp_path / "a.npz"
    save_checkpoint(path, ARRAYS)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(200):
        damaged = bytearray(whole)
        damaged[rng.integers(len(whole))] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        try:
            loaded = load_checkpoint(path)
        except CheckpointError:
            refused += 1
        else:  # a bit in the date of the archive, or in a name
            same = [n for n in ARRAYS if n in loaded]
            assert len(same) >= len(ARRAYS) - 1
            assert all(np.array_equal(loaded[n], ARRAYS[n]) for n in same)
    assert refused > 100


def test_half_a_file_is_refused(tmp_path):
    path = tmp_path / "a.npz"
    save_checkpoint(path, ARRAYS)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(CheckpointError, match="take another copy"):
        load_checkpoint(path)


def test_a_full_disk_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "a.npz"
    save_checkpoint(path, {"w": np.ones(3)})
    room = 500

    class FullDisk(zipfile.ZipFile):
        def __init__(self, file, *args):
            original, written = file.write, 0

            def write(chunk):
                nonlocal written
                written += len(chunk)
                if written > room:
                    raise OSError(errno.ENOSPC, "No space left on device")
                return original(chunk)

            super().__init__(SmallDisk(file, write), *args)

    class SmallDisk(io.RawIOBase):
        def __init__(self, file, write):
            self.file, self.write = file, write

        def __getattribute__(self, name):
            if name in ("file", "write"):
                return object.__getattribute__(self, name)
            return getattr(object.__getattribute__(self, "file"), name)

    monkeypatch.setattr(npz.zipfile, "ZipFile", FullDisk)
    with pytest.raises(OSError, match="No space left") as error:
        save_checkpoint(path, {"w": np.zeros(1000)})
    monkeypatch.undo()
    assert "is unchanged" in error.value.__notes__[0]
    np.testing.assert_array_equal(load_checkpoint(path)["w"], np.ones(3))
    assert os.listdir(tmp_path) == ["a.npz"]


@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_failure_at_the_last_moment_leaves_the_old_file_whole(tmp_path, monkeypatch, function):
    path = tmp_path / "a.npz"
    save_checkpoint(path, {"w": np.ones(3)})

    def fails(*args):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, function, fails)
        with pytest.raises(OSError, match="Input/output error"):
            save_checkpoint(path, {"w": np.zeros(3)})
    np.testing.assert_array_equal(load_checkpoint(path)["w"], np.ones(3))
    assert os.listdir(tmp_path) == ["a.npz"]


def test_an_unwritable_folder_leaves_the_old_file_whole(tmp_path, monkeypatch):
    """By the rights of the folder where they bind us, and by a stand-in for `open` where not (root, Windows)."""
    path = tmp_path / "a.npz"
    save_checkpoint(path, {"w": np.ones(3)})
    tmp_path.chmod(0o500)
    try:
        if sys.platform == "win32" or os.access(tmp_path, os.W_OK):

            def refuses(file, *args):
                raise PermissionError(errno.EACCES, "Permission denied", file)

            monkeypatch.setattr("builtins.open", refuses)
        with pytest.raises(PermissionError):
            save_checkpoint(path, {"w": np.zeros(3)})
    finally:
        monkeypatch.undo()
        tmp_path.chmod(0o700)
    np.testing.assert_array_equal(load_checkpoint(path)["w"], np.ones(3))
    assert os.listdir(tmp_path) == ["a.npz"]
