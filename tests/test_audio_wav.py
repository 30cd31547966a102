"""load, on RIFF WAV files: every layout that occurs, and every way in which one can be wrong."""

import struct
import sys
from pathlib import Path

import numpy as np
import pytest

from npaudio.audio import AudioFileError, AudioFileWarning, load
from tests.wav_bytes import chunk, extensible, fmt, pcm16, riff

GOLDEN = Path(__file__).parent / "golden" / "audio_files.npz"
VALUES = np.array([0, 0.5, -1, 32767 / 32768])  # of wav_bytes.pcm16
DATA = chunk(b"data", pcm16())


@pytest.fixture
def wav(tmp_path):
    """Write these bytes as a file and give its path."""

    def write(content):
        path = tmp_path / "sound.wav"
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
def without_soundfile(monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)


def golden_names(prefix):
    with np.load(GOLDEN) as golden:
        names = [name.removesuffix("_bytes") for name in golden if name.endswith("_bytes")]
    return [name for name in names if name.startswith("refused") == (prefix == "refused")]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", golden_names("read"))
def test_equals_soundfile(name, dtype, wav):
    with np.load(GOLDEN) as golden:
        path, expected = wav(golden[f"{name}_bytes"].tobytes()), golden[f"{name}_samples"].astype(dtype)
    y, sr = load(path, mono=False, dtype=dtype)
    assert (sr, y.dtype) == (22050, dtype)
    np.testing.assert_array_equal(y, expected if len(expected) > 1 else expected[0])
    assert y.flags.c_contiguous
    mono, _ = load(path, dtype=dtype)
    np.testing.assert_allclose(mono, expected.mean(axis=0), rtol=0, atol=1e-7)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("refused_IMA_ADPCM", "IMA ADPCM"),
        ("refused_MS_ADPCM", "Microsoft ADPCM"),
        ("refused_GSM610", "GSM 6.10"),
    ],
)
def test_codecs_that_are_not_supported_are_named(name, codec, wav, without_soundfile):
    with np.load(GOLDEN) as golden:
        path = wav(golden[f"{name}_bytes"].tobytes())
    with pytest.raises(AudioFileError, match=f"sound.wav' has a codec that is not supported: {codec}"):
        load(path)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (fmt(0x55, bits=0, block=1), "MP3"),
        (fmt(0x1234), "unknown .0x1234"),
        (extensible(tail=bytes(14)), "GUID 0100"),
        (fmt(0xFFFE), "extensible fmt chunk of 16 bytes"),
        (fmt(bits=64), "PCM samples of 64 bits"),
        (fmt(bits=0), "PCM samples of 0 bits"),
        (fmt(3, bits=16), "float samples of 16 bits"),
        (fmt(channels=0), "damaged fmt chunk: 0 channels"),
        (fmt(sr=0), "at 0 Hz"),
        (chunk(b"fmt ", bytes(14)), "fmt chunk of 14 bytes"),
        (b"", "data chunk before its fmt chunk"),
    ],
)
def test_formats_that_are_refused(header, message, wav):
    with pytest.raises(AudioFileError, match=f"^load: .*sound.wav' has .*{message}"):
        load(wav(riff(header, DATA)))


@pytest.mark.parametrize(
    "parts",
    [
        (fmt(), DATA),
        (extensible(), DATA),
        (extensible(valid_bits=12), DATA),
        (fmt(bits=12), DATA),
        (fmt(extra=b"\0\0"), DATA),
        (chunk(b"JUNK", bytes(28)), fmt(), chunk(b"LIST", b"INFOISFT"), DATA, chunk(b"id3 ", b"tag")),
        (chunk(b"odd ", b"abc"), fmt(), chunk(b"odd2", b"x"), DATA),
        (chunk(b"fact", bytes(4)), fmt(), DATA, chunk(b"data", pcm16([1, 2]))),
    ],
)
def test_layouts(parts, wav):
    y, sr = load(wav(riff(*parts)))
    assert sr == 16000
    np.testing.assert_array_equal(y, VALUES)


def test_the_size_in_the_riff_header_is_not_believed(wav):
    for size in (0, 1, 36, 0x7FFFFFFF, 0xFFFFFFFF):
        np.testing.assert_array_equal(load(wav(riff(fmt(), DATA, size=size)))[0], VALUES)


def test_eight_bits_are_unsigned_and_the_last_pad_byte_may_be_missing(wav):
    samples = bytes([0, 128, 255])
    for pad in (True, False):
        y, _ = load(wav(riff(fmt(bits=8), chunk(b"data", samples, pad=pad))))
        np.testing.assert_array_equal(y, np.array([-1, 0, 127 / 128], dtype=np.float32))


def test_extreme_values_of_24_and_32_bits(wav):
    data = b"".join(value.to_bytes(3, "little", signed=True) for value in (-(2**23), -1, 0, 2**23 - 1))
    y, _ = load(wav(riff(fmt(bits=24), chunk(b"data", data))))
    np.testing.assert_array_equal(y, np.array([-(2**23), -1, 0, 2**23 - 1]) / 2**23)
    data = struct.pack("<3i", -(2**31), -1, 2**31 - 1)
    y, _ = load(wav(riff(fmt(bits=32), chunk(b"data", data))), dtype=np.float64)
    np.testing.assert_array_equal(y, np.array([-(2**31), -1, 2**31 - 1]) / 2**31)


STREAM_SIZES = [0, 0x7FFFF000, 0x7FFFFFDB, 0x7FFFFFFF, 0x80000000, 0x80000024, 0xFFFF0000, 0xFFFFFFD0, 0xFFFFFFFF]


@pytest.mark.parametrize("claimed", STREAM_SIZES)
@pytest.mark.parametrize("rest", [b"", b"\1"])
def test_a_stream_takes_the_rest_of_the_file(claimed, rest, wav):
    y, _ = load(wav(riff(fmt(), chunk(b"data", pcm16() + rest, size=claimed, pad=False))))
    np.testing.assert_array_equal(y, VALUES)


@pytest.mark.parametrize("claimed", [1000, 2**30, 0x7FF00000, 0xC0000000])
def test_other_sizes_beyond_the_end_of_the_file_are_truncated(claimed, wav):
    with pytest.warns(AudioFileWarning, match="truncated data: it breaks off after 0.00 of"):
        y, _ = load(wav(riff(fmt(), chunk(b"data", pcm16(), size=claimed))))
    np.testing.assert_array_equal(y, VALUES)


@pytest.mark.parametrize("header", [fmt(), fmt(bits=24), fmt(channels=2)])
def test_a_size_that_is_no_multiple_of_a_sample_gives_all_whole_samples(header, wav):
    whole = load(wav(riff(header, chunk(b"data", bytes(range(60))))), mono=False)[0]
    for rest in (b"a", b"ab"):
        y, _ = load(wav(riff(header, chunk(b"data", bytes(range(60)) + rest))), mono=False)
        np.testing.assert_array_equal(y[..., : whole.shape[-1]], whole)
    np.testing.assert_array_equal(load(wav(riff(fmt(), chunk(b"data", pcm16() + b"x"))))[0], VALUES)
    assert load(wav(riff(fmt(), chunk(b"data", b"x"))))[0].shape == (0,)


@pytest.mark.parametrize("block", [0, 1, 3, 255])
def test_the_block_size_is_ignored_as_in_libsndfile(block, wav):
    np.testing.assert_array_equal(load(wav(riff(fmt(block=block), DATA)))[0], VALUES)
    y, _ = load(wav(riff(fmt(channels=2, block=block), DATA)), mono=False)
    np.testing.assert_array_equal(y, VALUES.reshape(2, 2).T)


@pytest.mark.parametrize("magic", [b"RF64", b"BW64"])
@pytest.mark.parametrize("n_bytes", [8, 0, 2**64 - 1])
def test_sizes_of_64_bits(magic, n_bytes, wav):
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 100, n_bytes, 4, 0))
    after = chunk(b"LIST", b"abcd") if n_bytes == 8 else b""
    data = chunk(b"data", pcm16(), size=0xFFFFFFFF)
    y, sr = load(wav(riff(ds64, fmt(), data, after, magic=magic, size=0xFFFFFFFF)))
    assert sr == 16000
    np.testing.assert_array_equal(y, VALUES)


def test_a_truncated_file_with_sizes_of_64_bits(wav):
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 0, 10**10, 0, 0))
    with pytest.warns(AudioFileWarning, match="truncated data: it breaks off after 0.00 of 312500.00 s"):
        load(wav(riff(ds64, fmt(), chunk(b"data", pcm16(), size=0xFFFFFFFF), magic=b"RF64")))


def test_mu_law_in_an_extensible_header_and_with_wrong_bits(wav):
    codes = bytes(range(256))
    expected, _ = load(wav(riff(fmt(7, bits=8), chunk(b"data", codes))))
    assert (expected.min(), expected.max()) == (-32124 / 32768, 32124 / 32768)
    for header in (extensible(7, bits=8), fmt(7, bits=16, block=1), fmt(7, bits=0, block=1)):
        np.testing.assert_array_equal(load(wav(riff(header, chunk(b"data", codes))))[0], expected)


@pytest.mark.parametrize(
    "after", [b"", chunk(b"LIST", b"abcd"), chunk(b"LIST", b"abc") + chunk(b"id3 ", b"xyz", pad=False)]
)
def test_an_empty_data_chunk_gives_an_empty_array(after, wav):
    path = wav(riff(fmt(channels=2), chunk(b"data", b""), after))
    y, sr = load(path, sr=8000)
    assert (y.shape, y.dtype, sr) == ((0,), np.float32, 8000)
    assert load(path, mono=False)[0].shape == (2, 0)
    assert load(wav(riff(fmt(), chunk(b"data", b"", size=0xFFFFFFFF))))[0].shape == (0,)


@pytest.mark.parametrize("cut", [1, 2, 3, 5])
def test_truncated_data_is_loaded_with_a_warning(cut, wav):
    path = wav(riff(fmt(), DATA)[:-cut])
    with pytest.warns(AudioFileWarning, match=r"^load: .*sound.wav' has truncated data") as caught:
        y, _ = load(path)
    np.testing.assert_array_equal(y, VALUES[: (8 - cut) // 2])
    assert caught[0].filename == __file__


def test_cut_anywhere_there_is_a_clean_result_or_an_error_with_the_path(wav):
    content = riff(chunk(b"JUNK", b"abc"), extensible(channels=2, bits=24), chunk(b"data", bytes(range(48))))
    start = len(content) - 48
    for length in range(len(content)):
        path = wav(content[:length])
        if length < start + 6:
            with pytest.raises(AudioFileError, match=r"sound\.wav"):
                load(path)
        else:
            with pytest.warns(AudioFileWarning):
                assert load(path)[0].shape == ((length - start) // 6,)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty .0 bytes"),
        (b"RIFF\0\0", "truncated header: 6 bytes"),
        (riff(fmt())[:30], "truncated header: it ends within the fmt chunk, after 30 bytes"),
        (riff(), "ends after 12 bytes without a fmt chunk"),
        (riff(fmt()), "ends after 36 bytes without a data chunk"),
        (riff(fmt(), form=b"AVI "), "holds b'AVI ' instead of b'WAVE'"),
        (riff(*[chunk(b"JUNK", b"")] * 20_000), "more than 10000 chunks"),
        (riff(fmt(), chunk(b"data", b"", size=1000)), "truncated data: not one whole sample"),
    ],
)
def test_what_is_no_wav_file(content, message, wav):
    with pytest.raises(AudioFileError, match=rf"^load: '.*sound\.wav' .*{message}"):
        load(wav(content))


@pytest.mark.parametrize("bad", [np.nan, -np.inf, 1e300, 1.1e12])
def test_float_files_hold_finite_numbers_of_a_reasonable_size(bad, wav):
    data = np.array([0.5, bad, 0.25, bad], dtype="<f8").tobytes()
    path = wav(riff(fmt(3, bits=64), chunk(b"data", data)))
    for dtype in (np.float32, np.float64):
        with pytest.raises(AudioFileError, match=r"sound\.wav' holds 2 samples that are NaN, infinite or beyond"):
            load(path, dtype=dtype)


def test_signalling_nan_is_refused_without_a_warning(wav):
    path = wav(riff(fmt(3, bits=32), chunk(b"data", struct.pack("<2I", 0x7F800001, 0))))
    for dtype in (np.float32, np.float64):
        with pytest.raises(AudioFileError, match="1 samples that are NaN"):
            load(path, dtype=dtype)


def test_a_header_that_says_1_hz_does_not_make_a_giant(wav):
    path = wav(riff(fmt(sr=1), DATA))
    assert load(path)[1] == 1
    with pytest.raises(AudioFileError, match="says that its rate is 1 Hz, and would grow 16000 times"):
        load(path, sr=16000)
