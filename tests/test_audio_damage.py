"""Ten thousand damaged WAV files: each gives a clean result or AudioFileError, and never more than it holds."""

import io
import tracemalloc
import warnings

import numpy as np
import pytest

from npaudio.audio import AudioFileError, AudioFileWarning, formats, load
from tests.wav_bytes import chunk, extensible, fmt, riff

N_FILES = 10_000
EXTREMES = [0, 1, 2, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF]


def originals(rng):
    """Good files of every format, with other chunks before and after the samples."""
    formats = [
        make(codec, channels, sr=16000, bits=bits)
        for make in (fmt, extensible)
        for codec, bits in ((1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64))
        for channels in (1, 2)
    ]
    noise = rng.uniform(-1, 1, 96).astype("<f4").tobytes()
    return [riff(chunk(b"JUNK", b"odd"), header, chunk(b"data", noise), chunk(b"LIST", b"INFO")) for header in formats]


def flip_bits(content, rng):
    for _ in range(rng.integers(1, 9)):
        content[rng.integers(len(content))] ^= 1 << rng.integers(8)


def flip_header_bits(content, rng):
    for _ in range(rng.integers(1, 4)):
        content[rng.integers(min(100, len(content)))] ^= 1 << rng.integers(8)


def cut(content, rng):
    start = rng.integers(len(content))
    del content[start : start + rng.integers(1, len(content))]


def insert(content, rng):
    position = rng.integers(len(content))
    content[position:position] = rng.bytes(rng.integers(1, 64))


def set_an_extreme(content, rng):
    """Overwrite a length or another header field with a value at the end of its range."""
    width = int(rng.choice([2, 4]))
    position = 2 * rng.integers(2, 50)
    content[position : position + width] = (int(rng.choice(EXTREMES)) % 256**width).to_bytes(width, "little")


DAMAGES = [flip_bits, flip_header_bits, cut, insert, set_an_extreme, set_an_extreme]


def damaged(rng, good):
    content = bytearray(good[rng.integers(len(good))])
    for _ in range(rng.integers(1, 4)):
        DAMAGES[rng.integers(len(DAMAGES))](content, rng)
        if not content:
            break
    return bytes(content)


@pytest.fixture
def without_soundfile(monkeypatch):
    """So that the outcome does not depend on what is installed."""

    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(formats.importlib, "import_module", missing)


class InMemory(io.BytesIO):
    """A file that is not written to disk, which takes ten times as long as to load it."""

    def __init__(self, content, path):
        super().__init__(content)
        self.name = str(path)


def outcome(source, path, **options):
    """The array, or None for an AudioFileError with the path in it; a warning other than ours is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AudioFileWarning)
        try:
            return load(source, **options)[0]
        except AudioFileError as caught:
            error = caught
    assert str(error).startswith(f"load: {str(path)!r} ")
    return None


@pytest.mark.usefixtures("without_soundfile")
def test_ten_thousand_damaged_files(tmp_path):
    rng = np.random.default_rng(20240229)
    good = originals(rng)
    path = tmp_path / "damaged.wav"
    loaded = 0
    for number in range(N_FILES):
        content = damaged(rng, good)
        if number % 25 == 0:
            path.write_bytes(content)
        source = path if number % 25 == 0 else InMemory(content, path)
        y = outcome(source, path, mono=bool(number % 2))
        if y is not None:
            loaded += 1
            assert y.dtype == np.float32
            assert y.ndim in (1, 2)
            assert y.size <= len(content)
            assert np.isfinite(y).all()
    assert N_FILES // 5 < loaded < N_FILES * 4 // 5  # both outcomes were met often


@pytest.mark.usefixtures("without_soundfile")
def test_damaged_files_do_not_allocate_what_they_claim(tmp_path):
    rng = np.random.default_rng(7)
    good = originals(rng)
    path = tmp_path / "damaged.wav"
    for _ in range(300):
        content = damaged(rng, good)
        path.write_bytes(content)
        tracemalloc.start()
        try:
            outcome(path, path, sr=16000)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 256 * len(content) + 6 * 2**20  # 64 times as long in float32, and the weights


@pytest.mark.parametrize("claimed", [0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF])
@pytest.mark.parametrize("header", [fmt(bits=8), fmt(), fmt(3, bits=64), fmt(bits=24, channels=2)])
def test_a_claimed_length_costs_no_memory(claimed, header, tmp_path):
    content = riff(header, chunk(b"data", bytes(48_000), size=claimed))
    path = tmp_path / "claim.wav"
    path.write_bytes(content)
    tracemalloc.start()
    try:
        outcome(path, path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * len(content) + 50_000  # an 8-bit sample becomes four bytes
