"""save: what is read back, what is refused, and that a file is never half there."""

import os
import stat
import struct
import sys

import numpy as np
import pytest

from npaudio._core import atomic_write
from npaudio._core.checks import Check
from npaudio.audio import AudioFileWarning, files, load, save
from npaudio.audio.wav_encoding import check_wav_limits

PCM_BITS = {"PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32}
SUBTYPES = [*PCM_BITS, "FLOAT", "DOUBLE"]


def noise(shape, dtype=np.float64):
    return np.random.default_rng(0).uniform(-1, 1, shape).astype(dtype)


@pytest.mark.parametrize("shape", [(1,), (101,), (1, 7), (2, 101), (7, 33), (2, 70_001)])
@pytest.mark.parametrize("subtype", SUBTYPES)
def test_round_trip_is_exact_after_one_quantisation(subtype, shape, tmp_path):
    y = noise(shape)
    save(tmp_path / "a.wav", y, 44100, subtype=subtype)
    once, sr = load(tmp_path / "a.wav", mono=False, dtype=np.float64)
    assert sr == 44100
    assert once.shape == (shape if shape[0] > 1 or len(shape) == 1 else shape[1:])
    step = 2.0 ** (1 - PCM_BITS[subtype]) if subtype in PCM_BITS else {"FLOAT": 2**-24, "DOUBLE": 0}[subtype]
    full = np.minimum(y, 1 - step) if subtype in PCM_BITS else y
    assert np.max(np.abs(once - full)) <= step / 2
    save(tmp_path / "b.wav", once, 44100, subtype=subtype)
    assert (tmp_path / "b.wav").read_bytes() == (tmp_path / "a.wav").read_bytes()


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24"])
def test_float32_holds_up_to_24_bits_exactly(subtype, tmp_path):
    save(tmp_path / "a.wav", noise(5000), 8000, subtype=subtype)
    y, _ = load(tmp_path / "a.wav")
    save(tmp_path / "b.wav", y, 8000, subtype=subtype)
    assert (tmp_path / "b.wav").read_bytes() == (tmp_path / "a.wav").read_bytes()


def test_every_16_bit_value_survives(tmp_path):
    y = (np.arange(-32768, 32768) / 32768).astype(np.float32)
    save(tmp_path / "all.wav", y, 16000)
    np.testing.assert_array_equal(load(tmp_path / "all.wav")[0], y)


def test_rounding_is_to_the_nearest_with_ties_to_even(tmp_path):
    save(tmp_path / "a.wav", np.array([0.5, 1.5, 2.5, -0.5, -1.5, 0.49, 0.51]) / 32768, 16000)
    np.testing.assert_array_equal(load(tmp_path / "a.wav")[0] * 32768, [0, 2, 2, 0, -2, 0, 1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("subtype", PCM_BITS)
def test_beyond_one_saturates_with_a_warning_and_one_itself_does_not_warn(subtype, dtype, tmp_path):
    top = 1 - 2.0 ** (1 - PCM_BITS[subtype])
    save(tmp_path / "a.wav", np.array([1, -1], dtype=dtype), 16000, subtype=subtype)
    np.testing.assert_array_equal(load(tmp_path / "a.wav", dtype=np.float64)[0], [top, -1])
    with pytest.warns(AudioFileWarning, match=r"^save: 2 of 3 samples are beyond ±1 and were clipped") as caught:
        save(tmp_path / "a.wav", np.array([1e9, -1.5, 0], dtype=dtype), 16000, subtype=subtype)
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(load(tmp_path / "a.wav", dtype=np.float64)[0], [top, -1, 0])


def test_float_keeps_what_is_beyond_one(tmp_path):
    y = np.array([2.5, -3.75], dtype=np.float32)
    save(tmp_path / "a.wav", y, 16000, subtype="FLOAT")
    np.testing.assert_array_equal(load(tmp_path / "a.wav")[0], y)


def test_the_bytes_of_a_file(tmp_path):
    save(tmp_path / "a.wav", np.array([0.5, -0.5, 0]), 8000, subtype="PCM_U8")
    expected = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 40, b"WAVE", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8, b"data", 3)
    assert (tmp_path / "a.wav").read_bytes() == expected + bytes([192, 64, 128, 0])
    save(str(tmp_path / "b.wav"), np.array([0.5]), 8000, subtype="FLOAT")
    content = (tmp_path / "b.wav").read_bytes()
    assert content[12:50] == struct.pack("<4sIHHIIHHH4sII", b"fmt ", 18, 3, 1, 8000, 32000, 4, 32, 0, b"fact", 4, 1)
    assert len(content) == 8 + struct.unpack_from("<I", content, 4)[0]


@pytest.mark.parametrize(
    ("y", "options", "message"),
    [
        (np.zeros(3, dtype=np.int16), {}, "y must be floating point, got int16"),
        (np.array([]), {}, "y is empty"),
        (np.array([0, np.nan]), {}, "1 values that are NaN or infinite"),
        (np.zeros((1, 2, 3)), {}, "y must be .n_samples,. or .channels, n_samples., got .1, 2, 3."),
        (np.array([1e13]), {"subtype": "FLOAT"}, r"y reaches 1e\+13"),
        (np.zeros((40_000, 2)), {}, "40000 channels as PCM_16 do not fit into WAV; .* transpose"),
        (np.zeros((3000, 2)), {}, r"3000 channels as PCM_16 are more than its 2 samples; .* got .3000, 2.: transpose"),
        (np.zeros((3, 2)), {}, "3 channels as PCM_16 are more than its 2 samples"),
        (np.zeros(3), {"sr": 0}, "sr must be at least 1"),
        (np.zeros(3), {"sr": 44100.0}, "sr must be a whole number"),
        (np.zeros(3), {"sr": 2**32}, r"sr must be below 2\*\*32"),
        (np.zeros(3), {"subtype": "PCM_12"}, "unknown subtype 'PCM_12'; choose one of 'DOUBLE', 'FLOAT'"),
    ],
)
def test_what_is_refused_leaves_no_file(y, options, message, tmp_path):
    with pytest.raises(ValueError, match=f"^save: .*{message}"):
        save(tmp_path / "a.wav", y, options.get("sr", 16000), subtype=options.get("subtype", "PCM_16"))
    assert not list(tmp_path.iterdir())


def test_wav_ends_at_4_gigabytes():
    check_wav_limits(Check("save"), (2, 2**30 - 100), 44100, "PCM_16")
    with pytest.raises(ValueError, match=r"^save: 4294967296 bytes do not fit into WAV"):
        check_wav_limits(Check("save"), (2, 2**30), 44100, "PCM_16")


@pytest.mark.parametrize("failing", ["encode", "replace"])
@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file_whole_and_no_other(failing, error, tmp_path, monkeypatch):
    path = tmp_path / "a.wav"
    save(path, noise(100), 16000)
    before = path.read_bytes()

    def fail(*args):
        raise error

    monkeypatch.setattr(*((files, "encode") if failing == "encode" else (atomic_write.os, "replace")), fail)
    with pytest.raises(type(error)):
        save(path, noise(200), 16000)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_is_not_touched_before_the_new_one_is_complete(tmp_path, monkeypatch):
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")
    seen = []
    replace = os.replace

    def spy(source, target):
        seen.append((os.path.dirname(source), path.read_bytes(), load(source)[0].size))
        replace(source, target)

    monkeypatch.setattr(atomic_write.os, "replace", spy)
    save(path, noise(100), 16000)
    assert seen == [(str(tmp_path.resolve()), b"old", 100)]
    assert load(path)[0].size == 100


def test_paths_that_cannot_be_written(tmp_path):
    with pytest.raises(ValueError, match="is a folder or a device"):
        save(tmp_path, noise(3), 16000)
    with pytest.raises(FileNotFoundError, match="save: the folder does not exist; make it first") as caught:
        save(tmp_path / "no" / "a.wav", noise(3), 16000)
    assert caught.value.filename == str((tmp_path / "no").resolve())
    with pytest.raises(ValueError, match="is a folder or a device"):
        save(os.devnull if sys.platform != "win32" else tmp_path, noise(3), 16000)
    assert not list(tmp_path.iterdir())


def test_a_write_protected_file_is_kept(tmp_path, monkeypatch):
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")
    monkeypatch.setattr(atomic_write.os, "access", lambda path, mode: False)  # the superuser may write everything
    with pytest.raises(PermissionError, match="write-protected"):
        save(path, noise(3), 16000)
    assert path.read_bytes() == b"old"


def test_permissions_are_those_of_an_ordinary_new_file_or_of_the_old_one(tmp_path):
    path, ordinary = tmp_path / "a.wav", tmp_path / "ordinary"
    ordinary.write_bytes(b"")
    save(path, noise(3), 16000)
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(ordinary.stat().st_mode)
    path.chmod(0o600)
    before = stat.S_IMODE(path.stat().st_mode)
    save(path, noise(3), 16000)
    assert stat.S_IMODE(path.stat().st_mode) == before


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse names that are no text")
def test_a_name_that_is_no_text_is_a_name(tmp_path):
    path = os.path.join(tmp_path, os.fsdecode(b"caf\xe9.wav"))
    save(path, np.array([0.5, -0.5]), 8000)
    np.testing.assert_array_equal(load(path)[0], [0.5, -0.5])
    assert len(os.listdir(tmp_path)) == 1
