"""load's options and its ways to other formats; to_mono, normalize_peak, fix_length."""

import io
import pickle
import types
from pathlib import Path

import numpy as np
import pytest

from npaudio.audio import AudioFileError, fix_length, formats, load, normalize_peak, resample, save, to_mono

FLAC = b"fLaC" + bytes(60)


@pytest.fixture
def stereo(tmp_path):
    path = tmp_path / "stereo.wav"
    save(path, np.random.default_rng(0).uniform(-1, 1, (2, 4411)), 44100)
    return path


@pytest.fixture
def flac(tmp_path):
    path = tmp_path / "sound.flac"
    path.write_bytes(FLAC)
    return path


class TestLoad:
    def test_mono_is_the_mean_of_the_channels(self, stereo):
        both, sr = load(stereo, mono=False)
        assert (both.shape, sr) == ((2, 4411), 44100)
        np.testing.assert_allclose(load(stereo)[0], both.mean(axis=0), rtol=0, atol=1e-7)

    @pytest.mark.parametrize("mono", [True, False])
    @pytest.mark.parametrize("dtype", [np.float32, np.float64, "float64"])
    def test_sr_resamples(self, stereo, mono, dtype):
        own, _ = load(stereo, mono=mono, dtype=dtype)
        y, sr = load(stereo, sr=16000, mono=mono, dtype=dtype)
        assert (sr, type(sr), y.dtype) == (16000, int, np.dtype(dtype))
        np.testing.assert_array_equal(y, resample(own, orig_sr=44100, target_sr=16000))
        np.testing.assert_array_equal(load(stereo, sr=44100, mono=mono, dtype=dtype)[0], own)

    def test_result_may_be_written_to(self, tmp_path):
        for subtype in ("PCM_16", "FLOAT"):
            save(tmp_path / "a.wav", np.zeros(4), 8000, subtype=subtype)
            y, _ = load(tmp_path / "a.wav")
            y += 1
            assert y.base is None or y.base.flags.writeable

    def test_str_path_and_file_object(self, stereo):
        expected, _ = load(stereo)
        content = stereo.read_bytes()
        at_its_end = io.BytesIO(content)
        at_its_end.seek(0, io.SEEK_END)
        with stereo.open("rb") as opened:
            for source in (str(stereo), io.BytesIO(content), at_its_end, opened, Pipe(content)):
                np.testing.assert_array_equal(load(source)[0], expected)
            assert not opened.closed

    def test_errors_of_a_file_object_name_it(self, tmp_path):
        with pytest.raises(AudioFileError, match=r"^load: 'BytesIO' has a truncated header"):
            load(io.BytesIO(b"RIFF"))
        path = tmp_path / "a.wav"
        path.write_bytes(b"RIFF")
        with path.open("rb") as opened, pytest.raises(AudioFileError, match=r"a\.wav' has a truncated header"):
            load(opened)
        with path.open() as text, pytest.raises(AudioFileError, match="is open as text; open it with mode 'rb'"):
            load(text)

    def test_missing_file_stays_file_not_found(self, tmp_path):
        with pytest.raises(FileNotFoundError) as caught:
            load(tmp_path / "none.wav")
        assert Path(caught.value.filename) == tmp_path / "none.wav"

    def test_permission_error_passes_through(self, stereo, monkeypatch):
        def refuse(*args):
            raise PermissionError(13, "Permission denied", args[0])

        monkeypatch.setattr("builtins.open", refuse)  # the superuser may read everything
        with pytest.raises(PermissionError):
            load(stereo)

    def test_folder(self, tmp_path):
        with pytest.raises(AudioFileError, match="is a folder; pass the path of a sound file"):
            load(tmp_path)

    @pytest.mark.parametrize("dtype", [np.int16, np.float16, np.complex64, ">f4"])
    def test_dtype(self, stereo, dtype):
        with pytest.raises(ValueError, match=r"^load: dtype must be float32 or float64, got"):
            load(stereo, dtype=dtype)

    @pytest.mark.parametrize("sr", [0, -1, 16000.0, "16000", True])
    def test_sr(self, stereo, sr):
        with pytest.raises(ValueError, match=r"^load: sr must be"):
            load(stereo, sr=sr)

    def test_error_is_a_value_error_that_can_be_pickled(self):
        error = pickle.loads(pickle.dumps(AudioFileError("load: 'a' is empty")))
        assert isinstance(error, ValueError)
        assert str(error) == "load: 'a' is empty"


class Pipe(io.BytesIO):
    """Bytes that can be read once, from the front."""

    def seekable(self):
        return False

    def seek(self, *args):
        raise io.UnsupportedOperation("seek")


class SoundFileError(Exception):
    pass


class FakeSoundFile:
    """What `soundfile.SoundFile` does, on a file of three blocks of stereo; `fail` is raised when it is opened."""

    fail = None
    samples = np.arange(2 * 150_000).reshape(-1, 2) / 2**20
    channels, samplerate = 2, 32000

    format = "FLAC"

    def __init__(self, path):
        assert Path(path).read_bytes().startswith(b"fLaC")
        if self.fail is not None:
            raise self.fail
        self.position = 0
        self.frames = len(self.samples)

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return None

    def read(self, frames, dtype, always_2d):
        assert always_2d
        self.position += frames
        return self.samples[self.position - frames : self.position].astype(dtype)


class TestOtherFormats:
    @pytest.fixture
    def soundfile(self, monkeypatch):
        """A stand-in for the package, whether it is installed or not."""
        stub = types.SimpleNamespace(SoundFile=type("Fake", (FakeSoundFile,), {}), SoundFileError=SoundFileError)
        monkeypatch.setattr(formats.importlib, "import_module", {"soundfile": stub}.__getitem__)
        return stub

    @pytest.mark.parametrize("error", [ModuleNotFoundError("soundfile"), OSError("sndfile library not found")])
    def test_without_soundfile_the_error_says_what_to_install(self, flac, monkeypatch, error):
        def missing(name):
            raise error

        monkeypatch.setattr(formats.importlib, "import_module", missing)
        with pytest.raises(AudioFileError, match=r"sound\.flac' is not a RIFF WAV file \(it begins with b'fLaC'\); .*"):
            load(flac)
        with pytest.raises(AudioFileError, match="pip install soundfile"):
            load(io.BytesIO(b"RIFX" + bytes(40)))

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_soundfile_reads_them(self, flac, soundfile, dtype):
        y, sr = load(flac, mono=False, dtype=dtype)
        assert (sr, y.dtype) == (32000, dtype)
        np.testing.assert_array_equal(y, FakeSoundFile.samples.T.astype(dtype))
        np.testing.assert_array_equal(load(flac, dtype=dtype)[0], to_mono(y))

    def test_no_samples(self, flac, soundfile):
        soundfile.SoundFile.samples = np.zeros((0, 2))
        assert load(flac, sr=8000)[0].shape == (0,)

    @pytest.mark.parametrize("error", [SoundFileError("Format not recognised."), TypeError("No format specified")])
    def test_what_soundfile_refuses(self, flac, soundfile, error):
        soundfile.SoundFile.fail = error
        with pytest.raises(AudioFileError, match=f"sound.flac' is not a RIFF WAV file .*soundfile says: {error}"):
            load(flac)

    def test_nan(self, flac, soundfile):
        soundfile.SoundFile.samples = np.full((3, 2), np.nan)
        with pytest.raises(AudioFileError, match="holds 6 samples that are NaN"):
            load(flac)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
class TestWaveforms:
    def test_to_mono(self, dtype):
        y = np.random.default_rng(0).standard_normal((4, 3, 11)).astype(dtype)
        mono = to_mono(y)
        assert mono.dtype == dtype
        np.testing.assert_allclose(mono, y.mean(axis=1), rtol=0, atol=1e-6)
        again = to_mono(mono[0])
        np.testing.assert_array_equal(again, mono[0])
        assert not np.shares_memory(again, mono)

    def test_normalize_peak(self, dtype):
        y = np.array([[0.1, -0.4, 0.2], [0, 0.1, 0]], dtype=dtype)
        out = normalize_peak(y)
        assert out.dtype == dtype
        np.testing.assert_allclose(out, y / 0.4, rtol=1e-6)
        assert np.abs(out).max() == 1
        assert np.abs(normalize_peak(y, peak=0.5)).max() == 0.5

    def test_silence_stays_silence(self, dtype):
        out = normalize_peak(np.zeros((2, 5), dtype=dtype))
        np.testing.assert_array_equal(out, np.zeros((2, 5), dtype=dtype))

    def test_the_smallest_and_the_largest_floats_reach_the_peak(self, dtype):
        for value in (np.finfo(dtype).smallest_subnormal, np.finfo(dtype).max):
            np.testing.assert_array_equal(normalize_peak(np.array([value, -value], dtype=dtype)), [1, -1])

    def test_fix_length(self, dtype):
        y = np.arange(1, 7, dtype=dtype).reshape(2, 3)
        np.testing.assert_array_equal(fix_length(y, size=5), [[1, 2, 3, 0, 0], [4, 5, 6, 0, 0]])
        np.testing.assert_array_equal(fix_length(y, size=2), [[1, 2], [4, 5]])
        same = fix_length(y, size=3)
        np.testing.assert_array_equal(same, y)
        assert same.dtype == dtype
        assert not np.shares_memory(same, y)


@pytest.mark.parametrize("function", [to_mono, normalize_peak, lambda y: fix_length(y, size=4)])
@pytest.mark.parametrize(
    "y", [np.ones(3, dtype=np.int16), np.zeros((2, 0)), np.array([np.inf]), np.float64(1), np.ones(3, dtype=bool)]
)
def test_bad_waveforms(function, y):
    with pytest.raises(ValueError, match=r"^(to_mono|normalize_peak|fix_length): y "):
        function(y)


@pytest.mark.parametrize("size", [0, -3, 2.0, True])
def test_fix_length_size(size):
    with pytest.raises(ValueError, match=r"^fix_length: size must be"):
        fix_length(np.ones(3), size=size)


@pytest.mark.parametrize("peak", [0, -1, np.nan, np.inf])
def test_normalize_peak_peak(peak):
    with pytest.raises(ValueError, match=r"^normalize_peak: peak must be"):
        normalize_peak(np.ones(3), peak=peak)
