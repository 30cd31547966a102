"""AudioFolder accepts a file exactly when its items can be loaded: random headers, and every format of soundfile."""

import io
import sys
import warnings

import numpy as np
import pytest

import npaudio
from npaudio.datasets import AudioFolder
from tests.test_audio_damage import damaged, originals
from tests.wav_bytes import chunk, extensible, fmt, pcm16, riff

N_HEADERS = 1000
NEEDS_SOUNDFILE = "soundfile is not installed, so only WAV can be read"
SIZES = [0, 1, 2, 7, 8, 9, 200, 2**30, 0x7FFFF000, 0x7FFFFFFF, 0x80000000, 0xC0000000, 0xFFFFFFD0, 0xFFFFFFFF]


@pytest.fixture
def without_soundfile(monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)


def outcome(path, sr):
    """None if the file gives a whole waveform, else what `load` says after the path."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", npaudio.AudioFileWarning)
        try:
            y, _ = npaudio.load(path, sr=sr)
        except (npaudio.AudioFileError, npaudio.AudioFileWarning) as error:
            return str(error).removeprefix(f"load: {str(path)!r} ")
    return None if y.size else "holds no samples"


def assert_agreement(root, files, *, sr=16000):
    """Write the files {name: bytes} as one class, and compare each with what `load` does; {name: reason or None}."""
    folder = root / "sounds"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    npaudio.save(folder / "good.wav", np.ones(100) / 2, 16000)
    dataset = AudioFolder(root, sr=sr, min_per_class=1)
    skipped = {name.removeprefix("sounds/"): reason for name, reason in dataset.skipped}
    outcomes = {name: outcome(folder / name, sr) for name in files}
    found_in_samples = {name for name, reason in outcomes.items() if reason and "that are NaN" in reason}
    assert all("truncated data" in skipped.pop(name) for name in found_in_samples & skipped.keys())
    assert skipped == {name: reason for name, reason in outcomes.items() if reason and name not in found_in_samples}
    return outcomes


def random_header(rng):
    """A WAV file whose fields are each right or wrong."""
    codec = int(rng.choice([1, 1, 1, 3, 6, 7, 2, 0x11, 0x31, 0x55, rng.integers(2**16)]))
    bits = int(rng.choice([0, 4, 8, 16, 24, 32, 64, rng.integers(2**16)]))
    channels = int(rng.choice([0, 1, 1, 2, 3, rng.integers(2**16)]))
    sr = int(rng.choice([0, 1, 100, 8000, 16000, 44100, rng.integers(2**32)]))
    block = int(rng.choice([0, 1, 2, 4, rng.integers(2**16)]))
    header = fmt(codec, channels, sr, bits, block) if rng.random() < 0.7 else extensible(codec, channels, sr, bits)
    size = int(rng.choice([*SIZES, rng.integers(2**32)])) if rng.random() < 0.7 else None
    data = chunk(b"data", rng.bytes(rng.integers(300)), size=size)
    ds64 = chunk(b"ds64", rng.integers(0, 2, 28, dtype=np.uint8).tobytes())
    magic = [b"RIFF", b"RF64", b"BW64"][rng.choice(3, p=[0.8, 0.1, 0.1])]
    parts = [ds64, header, data, chunk(b"LIST", b"INFO")]
    keep = rng.random(4) < [0.3, 0.97, 0.97, 0.5]
    return riff(*(part for part, kept in zip(parts, keep, strict=True) if kept), magic=magic)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_thousand_random_headers_without_soundfile(seed, tmp_path, without_soundfile):
    rng = np.random.default_rng(seed)
    outcomes = assert_agreement(tmp_path, {f"{k}.wav": random_header(rng) for k in range(N_HEADERS)})
    good = sum(reason is None for reason in outcomes.values())
    assert 100 < good < N_HEADERS - 300


def test_a_thousand_random_headers_with_soundfile(tmp_path):
    pytest.importorskip("soundfile", reason=NEEDS_SOUNDFILE)
    rng = np.random.default_rng(2)
    outcomes = assert_agreement(tmp_path, {f"{k}.wav": random_header(rng) for k in range(N_HEADERS)})
    assert 100 < sum(reason is None for reason in outcomes.values()) < N_HEADERS - 300


def test_a_thousand_damaged_files(tmp_path, without_soundfile):
    rng = np.random.default_rng(3)
    good = originals(rng)
    assert_agreement(tmp_path, {f"{k}.wav": damaged(rng, good) for k in range(N_HEADERS)})


@pytest.mark.parametrize("sr", [8000, 16000])
def test_a_rate_that_would_make_a_giant_depends_on_the_rate_of_the_folder(sr, tmp_path, without_soundfile):
    files = {f"{rate}.wav": riff(fmt(sr=rate), chunk(b"data", pcm16())) for rate in (1, 124, 125, 249, 250)}
    outcomes = assert_agreement(tmp_path, files, sr=sr)
    assert [name for name, reason in outcomes.items() if reason is None] == [
        f"{rate}.wav" for rate in (125, 249, 250) if 64 * rate >= sr
    ]


def every_format(soundfile, n_samples=6000):
    """{name: bytes} of a sound in every format and subtype that soundfile can write."""
    y = np.sin(0.05 * np.arange(n_samples)) / 2
    files = {}
    for container in sorted(soundfile.available_formats().keys() - {"SD2"}):  # writes a second file beside the first
        for subtype in soundfile.available_subtypes(container):
            stream = io.BytesIO()
            for sr in (16000, 8000):  # some telephone codecs have one rate only
                try:
                    soundfile.write(stream, y, sr, format=container, subtype=subtype)
                except soundfile.SoundFileError:
                    continue
                files[f"{container}_{subtype}.{container.lower()}"] = stream.getvalue()
                break
    return files


def test_every_format_that_soundfile_can_write(tmp_path):
    soundfile = pytest.importorskip("soundfile", reason=NEEDS_SOUNDFILE)
    files = every_format(soundfile)
    outcomes = assert_agreement(tmp_path, files)
    readable = {name.split(".")[0] for name, reason in outcomes.items() if reason is None}
    wav = {f"WAV_{codec}" for codec in ("PCM_U8", "PCM_16", "FLOAT", "ULAW", "ALAW", "IMA_ADPCM", "MS_ADPCM", "GSM610")}
    others = {"AIFF_PCM_16", "FLAC_PCM_16", "OGG_VORBIS", "W64_PCM_16", "VOC_PCM_16", "IRCAM_PCM_16", "NIST_PCM_16"}
    assert readable >= wav | others | {"RF64_PCM_16", "AU_PCM_16", "CAF_PCM_16"}


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_every_format_cut_short(share, tmp_path):
    soundfile = pytest.importorskip("soundfile", reason=NEEDS_SOUNDFILE)
    files = {name: content[: int(share * len(content))] for name, content in every_format(soundfile).items()}
    outcomes = assert_agreement(tmp_path, files)
    assert outcomes["FLAC_PCM_16.flac"] is not None
    assert outcomes["WAV_PCM_16.wav"] is not None


def test_every_format_with_a_damaged_header(tmp_path):
    soundfile = pytest.importorskip("soundfile", reason=NEEDS_SOUNDFILE)
    rng = np.random.default_rng(4)
    files = {}
    for name, content in every_format(soundfile, n_samples=1000).items():
        for k in range(8):
            spoilt = bytearray(content)
            for _ in range(rng.integers(1, 4)):
                spoilt[rng.integers(min(100, len(spoilt)))] ^= 1 << rng.integers(8)
            files[f"{k}_{name}"] = bytes(spoilt)
    assert len(files) > N_HEADERS
    assert_agreement(tmp_path, files)


def test_codecs_in_wav_are_read_with_soundfile(tmp_path):
    """Against soundfile's own reading."""
    soundfile = pytest.importorskip("soundfile", reason=NEEDS_SOUNDFILE)
    for subtype in ("IMA_ADPCM", "MS_ADPCM", "GSM610", "ULAW", "ALAW"):
        path = tmp_path / f"{subtype}.wav"
        soundfile.write(path, np.sin(0.05 * np.arange(3000)) / 2, 8000, subtype=subtype)
        y, sr = npaudio.load(path, dtype=np.float64)
        assert sr == 8000
        np.testing.assert_array_equal(y, soundfile.read(path)[0])


def test_a_truncated_flac_file_is_an_error_or_a_warning_and_never_silent(tmp_path):
    soundfile = pytest.importorskip("soundfile", reason=NEEDS_SOUNDFILE)
    path = tmp_path / "a.flac"
    soundfile.write(path, np.random.default_rng(0).uniform(-1, 1, 200_000), 16000)
    path.write_bytes(path.read_bytes()[:-50_000])
    assert outcome(path, None) is not None
