"""Silence, one sample, one frame, a constant: each function has one documented result for each."""

import numpy as np
import pytest

import npaudio
from npaudio.frontend import Frontend

SR = 16000
N_FFT, HOP = 64, 16
FRAMES = {"n_fft": N_FFT, "hop_length": HOP}
MEL = {"sr": SR, "n_mels": 5, **FRAMES}
INNER = slice(2, -2)  # frames that reach no end of a centred signal

SOUNDS = {
    "silence": np.zeros(640),
    "one sample": np.array([0.5]),
    "one frame": 0.25 * np.cos(2 * np.pi * 8 * np.arange(N_FFT) / N_FFT),  # on bin 8
    "constant": np.full(640, 0.25),
}
HANN_SUM = N_FFT / 2  # of the window's samples, which is its response at 0 Hz
REFUSED = "refused"
ANY = "any"  # finite, right shape: nothing simpler can be said of the values


def ast_of(log_energy):
    return (log_energy + 4.2677393) / (2 * 4.5689974)


# function: {sound: documented result: a number that every entry has, an array to broadcast, REFUSED, or ANY}
RESULTS = {
    "stft": (
        lambda y: np.abs(npaudio.stft(y, **FRAMES)),
        {"silence": 0, "one sample": 0.5, "one frame": ANY, "constant": ANY},
    ),
    "stft, not centred": (
        lambda y: np.abs(npaudio.stft(y, center=False, **FRAMES)),
        {
            "silence": 0,
            "one sample": REFUSED,
            "one frame": 0.125 * HANN_SUM * np.array([[0] * 7 + [0.5, 1, 0.5] + [0] * 23]).T,
            "constant": 0.25 * HANN_SUM * np.array([[1, 0.5] + [0] * 31]).T,
        },
    ),
    "istft of stft": (
        lambda y: npaudio.istft(npaudio.stft(y, **FRAMES), hop_length=HOP, length=len(y)) - y,
        {"silence": 0, "one sample": 0, "one frame": 0, "constant": 0},
    ),
    "frame": (
        lambda y: npaudio.frame(y, frame_length=N_FFT, hop_length=HOP),
        {"silence": 0, "one sample": REFUSED, "one frame": ANY, "constant": 0.25},
    ),
    "melspectrogram": (
        lambda y: npaudio.melspectrogram(y, norm=None, **MEL),
        {"silence": 0, "one sample": ANY, "one frame": ANY, "constant": ANY},
    ),
    "log_mel": (
        lambda y: npaudio.log_mel(y, **MEL),
        {"silence": -100, "one sample": ANY, "one frame": ANY, "constant": ANY},
    ),
    "power_to_db": (
        lambda y: npaudio.power_to_db(y**2),
        {"silence": -100, "one sample": 20 * np.log10(0.5), "one frame": ANY, "constant": 20 * np.log10(0.25)},
    ),
    "db_to_power": (
        npaudio.db_to_power,
        {"silence": 1, "one sample": 10**0.05, "one frame": ANY, "constant": 10**0.025},
    ),
    "mfcc": (
        lambda y: npaudio.mfcc(y, n_mfcc=3, **MEL),
        {"silence": [[-100 * np.sqrt(5)], [0], [0]], "one sample": ANY, "one frame": ANY, "constant": ANY},
    ),
    "kaldi_fbank": (
        npaudio.kaldi_fbank,
        {"silence": -15.942385, "one sample": REFUSED, "one frame": REFUSED, "constant": -15.942385},
    ),
    "spectral_centroid": (
        lambda y: npaudio.spectral_centroid(y, sr=SR, **FRAMES)[..., INNER],
        # One sample has a flat spectrum, whose mean is SR / 4; it has one frame, which INNER leaves out.
        {"silence": 0, "one sample": SR / 4, "one frame": SR / 8, "constant": SR / N_FFT / 3},
    ),
    "spectral_bandwidth": (
        lambda y: npaudio.spectral_bandwidth(y, sr=SR, **FRAMES)[..., INNER],
        {"silence": 0, "one sample": ANY, "one frame": ANY, "constant": np.sqrt(2) / 3 * SR / N_FFT},
    ),
    "spectral_rolloff": (
        lambda y: npaudio.spectral_rolloff(y, sr=SR, **FRAMES)[..., INNER],
        {"silence": 0, "one sample": ANY, "one frame": ANY, "constant": SR / N_FFT},
    ),
    "spectral_flatness": (
        lambda y: npaudio.spectral_flatness(y, **FRAMES)[..., INNER],
        {"silence": 1, "one sample": 1, "one frame": ANY, "constant": ANY},
    ),
    "zero_crossing_rate": (
        lambda y: npaudio.zero_crossing_rate(y, frame_length=N_FFT, hop_length=HOP),
        {"silence": 0, "one sample": 0, "one frame": ANY, "constant": 0},
    ),
    "rms": (
        lambda y: npaudio.rms(y, frame_length=N_FFT, hop_length=HOP)[..., INNER],
        {"silence": 0, "one sample": 0.5 / np.sqrt(N_FFT), "one frame": 0.25 / np.sqrt(2), "constant": 0.25},
    ),
    "temporal_variation": (
        lambda y: npaudio.temporal_variation(npaudio.melspectrogram(y, center=False, **MEL)),
        {"silence": 0, "one sample": REFUSED, "one frame": 0, "constant": 0},
    ),
    "resample": (
        lambda y: npaudio.resample(y, orig_sr=44100, target_sr=16000)[100:-100],
        {"silence": 0, "one sample": ANY, "one frame": ANY, "constant": 0.25},
    ),
    "normalize_peak": (
        npaudio.normalize_peak,
        {"silence": 0, "one sample": 1, "one frame": ANY, "constant": 1},
    ),
    "fix_length": (
        lambda y: npaudio.fix_length(y, size=3),
        {"silence": 0, "one sample": [0.5, 0, 0], "one frame": ANY, "constant": 0.25},
    ),
    "to_mono": (
        npaudio.to_mono,
        {"silence": 0, "one sample": 0.5, "one frame": ANY, "constant": 0.25},
    ),
    "Frontend.article": (
        Frontend.article(),
        {"silence": REFUSED, "one sample": REFUSED, "one frame": REFUSED, "constant": REFUSED},
    ),
    "Frontend.librosa": (
        Frontend.librosa(),
        {"silence": -100, "one sample": ANY, "one frame": ANY, "constant": ANY},
    ),
    "Frontend.panns": (
        Frontend.panns(),
        {"silence": -100, "one sample": ANY, "one frame": ANY, "constant": ANY},
    ),
    "Frontend.ast": (
        lambda y: Frontend.ast()(y)[:, :2],
        {"silence": ast_of(-15.942385), "one sample": REFUSED, "one frame": REFUSED, "constant": ast_of(-15.942385)},
    ),
    "Frontend.desed": (
        Frontend.desed(),
        {"silence": -50, "one sample": ANY, "one frame": ANY, "constant": ANY},
    ),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sound", SOUNDS)
@pytest.mark.parametrize("function", RESULTS)
def test_documented_result(function, sound, dtype):
    call, results = RESULTS[function]
    y = SOUNDS[sound].astype(dtype)
    if results[sound] is REFUSED:
        with pytest.raises(ValueError, match=r"needed|shorter"):
            call(y)
        return
    result = call(y)
    assert result.dtype == dtype
    assert np.isfinite(result).all()
    if results[sound] is not ANY:
        expected = np.broadcast_to(results[sound], result.shape)
        np.testing.assert_allclose(result, expected, atol=2e-5 if dtype == np.float32 else 1e-6, rtol=1e-4)


def test_the_articles_silence_is_at_its_floor():
    np.testing.assert_allclose(Frontend.article()(np.zeros(64000)), -100)


def test_one_sample_alone_has_a_flat_spectrum():
    y = np.array([0.5])
    assert npaudio.spectral_centroid(y, sr=SR, **FRAMES)[0, 0] == pytest.approx(SR / 4)
    assert npaudio.spectral_flatness(y, **FRAMES)[0, 0] == pytest.approx(1)
    assert npaudio.rms(y, frame_length=N_FFT)[0, 0] == pytest.approx(0.5 / np.sqrt(N_FFT))


def test_one_point_of_a_window():
    assert npaudio.get_window("hann", 1) == 1
