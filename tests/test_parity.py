"""The signal-processing floor against librosa, torchaudio and scipy (tests/golden/make_signal.py)."""

import numpy as np
import pytest

import npaudio
from npaudio import features, mel, spectrum
from tests.golden_values import load, relative_error

GOLDEN = load("signal")
SR = 16000
TOLERANCE = {np.float64: 1e-6, np.float32: 1e-4}

SHORT = {"sr": SR, "n_fft": 512, "hop_length": 160, "n_mels": 32}
FRAMES = {"n_fft": 512, "hop_length": 128}


def magnitudes(y, **settings):
    return np.abs(npaudio.stft(y, **FRAMES, **settings))


CASES = {
    "stft/default": lambda y: spectrum.stft(y, n_fft=256, hop_length=300),
    "stft/short_window": lambda y: spectrum.stft(
        y, n_fft=200, hop_length=301, win_length=151, window="hamming", center=False
    ),
    "stft/odd_reflect": lambda y: spectrum.stft(y, n_fft=255, hop_length=303, window="blackman", pad_mode="reflect"),
    "mel/power": lambda y: mel.melspectrogram(y, **SHORT),
    "mel/magnitude": lambda y: mel.melspectrogram(y, **SHORT, power=1.0, scale="htk", norm=None),
    "db/default": lambda y: spectrum.power_to_db(mel.melspectrogram(y, **SHORT)),
    "db/top_30": lambda y: spectrum.power_to_db(mel.melspectrogram(y, **SHORT), top_db=30),
    "db/no_top": lambda y: mel.log_mel(y, **SHORT, amin=1e-6),
    "db/ref_max": lambda y: spectrum.power_to_db(mel.melspectrogram(y, **SHORT), ref=np.max),
    "mfcc/default": lambda y: mel.mfcc(y, n_mfcc=13, **SHORT),
    "mfcc/liftered": lambda y: mel.mfcc(y, n_mfcc=13, lifter=22, norm=None, **SHORT),
    "centroid": lambda y: features.spectral_centroid(y, sr=SR, **FRAMES),
    "bandwidth": lambda y: features.spectral_bandwidth(y, sr=SR, **FRAMES),
    "bandwidth/p3": lambda y: features.spectral_bandwidth(S=magnitudes(y), sr=SR, p=3),
    "rolloff": lambda y: features.spectral_rolloff(y, sr=SR, **FRAMES),
    "rolloff/50": lambda y: features.spectral_rolloff(y, sr=SR, roll_percent=0.5, **FRAMES),
    "flatness": lambda y: features.spectral_flatness(y, **FRAMES),
    "flatness/magnitude": lambda y: features.spectral_flatness(S=magnitudes(y), power=1),
    "zcr": lambda y: features.zero_crossing_rate(y, frame_length=400, hop_length=160),
    "zcr/not_centred": lambda y: features.zero_crossing_rate(y, frame_length=401, hop_length=160, center=False),
    "rms": lambda y: features.rms(y, frame_length=400, hop_length=160),
    "rms/S": lambda y: features.rms(S=magnitudes(y, window="rectangular"), frame_length=512),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", CASES)
def test_equals_librosa(case, dtype):
    ours = CASES[case](GOLDEN["y"].astype(dtype))
    assert ours.dtype in (dtype, np.result_type(dtype, np.complex64))
    assert relative_error(ours, GOLDEN[case]) <= TOLERANCE[dtype]


@pytest.mark.parametrize("scale", ["slaney", "htk"])
@pytest.mark.parametrize("norm", ["slaney", None])
def test_filterbank_equals_librosa(scale, norm):
    ours = mel.mel_filterbank(sr=SR, n_fft=512, n_mels=40, fmin=50, fmax=7000, scale=scale, norm=norm)
    assert relative_error(ours, GOLDEN[f"filterbank/{scale}/{norm}"]) <= 1e-12


def test_default_filterbank_equals_librosa():
    assert relative_error(mel.mel_filterbank(sr=22050, n_fft=2048), GOLDEN["filterbank/default"]) <= 1e-12


@pytest.mark.parametrize("kind", ["periodic", "symmetric"])
@pytest.mark.parametrize(
    ("ours", "scipys"), [("hann", "hann"), ("hamming", "hamming"), ("blackman", "blackman"), ("rectangular", "boxcar")]
)
def test_window_equals_scipy(ours, scipys, kind):
    window = spectrum.get_window(ours, 25, periodic=kind == "periodic")
    assert np.max(np.abs(window - GOLDEN[f"window/{scipys}/{kind}"])) <= 1e-15


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_kaldi_fbank_equals_torchaudio(dtype):
    ours = mel.kaldi_fbank(GOLDEN["y"].astype(dtype))
    assert ours.dtype == dtype
    assert np.max(np.abs(ours - GOLDEN["kaldi"])) <= 1e-3
