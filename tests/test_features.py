import numpy as np
import pytest

from npaudio import features

SR = 16000
T = np.arange(SR) / SR
FRAMES = {"n_fft": 1024, "hop_length": 256}
RNG = np.random.default_rng(0)


def test_a_tone_has_its_frequency_as_centroid_and_rolloff():
    tone = np.sin(2 * np.pi * 1000 * T)  # bin 64 of 1024 at 16 kHz
    inner = slice(4, -4)
    settings = {"sr": SR, **FRAMES}
    np.testing.assert_allclose(features.spectral_centroid(tone, **settings)[0, inner], 1000, atol=1)
    np.testing.assert_allclose(features.spectral_rolloff(tone, **settings)[0, inner], 1015.625)  # of Hann's 3 bins
    # |f - c| of Hann's three bins: 15.625 Hz with shares 1/4, 1/2, 1/4.
    bandwidth = features.spectral_bandwidth(tone, **settings)[0, inner]
    np.testing.assert_allclose(bandwidth, 15.625 / np.sqrt(2), rtol=0.05)


def test_two_bins_by_hand():
    S = np.zeros((5, 1))
    S[[1, 3], 0] = 3, 1  # 1 kHz and 3 kHz at sr = 8 kHz
    assert features.spectral_centroid(S=S, sr=8000) == pytest.approx(1500)
    assert features.spectral_bandwidth(S=S, sr=8000) == pytest.approx(np.sqrt(0.75 * 500**2 + 0.25 * 1500**2))
    assert features.spectral_rolloff(S=S, sr=8000, roll_percent=0.75) == pytest.approx(1000)
    assert features.spectral_rolloff(S=S, sr=8000, roll_percent=0.76) == pytest.approx(3000)


def test_an_odd_transform_has_no_bin_at_nyquist():
    S = np.zeros((3, 1))
    S[2] = 1
    assert features.spectral_centroid(S=S, sr=1000, n_fft=5) == pytest.approx(400)
    assert features.spectral_centroid(S=S, sr=1000) == pytest.approx(500)


def test_flatness_of_equal_and_of_unequal_magnitudes():
    assert features.spectral_flatness(S=np.full((9, 1), 0.3)) == pytest.approx(1)
    S = np.array([[1.0], [4.0]])
    assert features.spectral_flatness(S=S, power=1) == pytest.approx(2 / 2.5)
    assert features.spectral_flatness(S=S) == pytest.approx(4 / 8.5)


def test_zero_crossings_of_a_square_wave():
    square = np.tile([1.0, 1, -1, -1], 100)
    rate = features.zero_crossing_rate(square, frame_length=40, hop_length=40, center=False)
    np.testing.assert_allclose(rate, 19 / 40)


def test_rms_of_a_sine_and_parseval():
    sine = 0.5 * np.sin(2 * np.pi * 1000 * T)
    np.testing.assert_allclose(features.rms(sine, frame_length=1024, center=False), 0.5 / np.sqrt(2), rtol=1e-10)
    from npaudio.spectrum import stft

    for n in (64, 63):
        noise = RNG.standard_normal(1000)
        S = np.abs(stft(noise, n_fft=n, hop_length=20, window="rectangular"))
        of_samples = features.rms(noise, frame_length=n, hop_length=20)
        np.testing.assert_allclose(features.rms(S=S, frame_length=n), of_samples, rtol=1e-10)


def test_temporal_variation_by_hand():
    M = np.array([[0.0, 1.0, 1.0], [2.0, 0.0, 4.0]])
    assert features.temporal_variation(M) == pytest.approx((1 + 0 + 2 + 4) / 4)
    np.testing.assert_allclose(features.temporal_variation(np.stack([M, 2 * M])), [1.75, 3.5])


def test_batches_equal_their_items():
    y = RNG.standard_normal((2, 3, 5000))
    for function in (
        features.spectral_centroid,
        features.spectral_bandwidth,
        features.spectral_rolloff,
        features.spectral_flatness,
        features.zero_crossing_rate,
        features.rms,
    ):
        together = function(y)
        assert together.shape == (2, 3, 1, 10)
        np.testing.assert_array_equal(together[1, 2], function(y[1, 2]))


def test_an_unknown_frame_setting_is_named():
    with pytest.raises(TypeError, match="spectral_centroid: unknown argument 'hop'; the frame settings are n_fft"):
        features.spectral_centroid(np.ones(100), hop=3)


OF_SPECTRA = [features.spectral_centroid, features.spectral_bandwidth, features.spectral_rolloff]


@pytest.mark.parametrize("function", OF_SPECTRA)
@pytest.mark.parametrize("integer", [np.int64, np.int16, np.uint16])
def test_numpys_integers_are_used_as_n_fft(function, integer):
    S = RNG.random((201, 4))
    np.testing.assert_array_equal(function(S=S, n_fft=integer(401)), function(S=S, n_fft=401))
    assert not np.array_equal(function(S=S, n_fft=401), function(S=S))


@pytest.mark.parametrize("function", [*OF_SPECTRA, features.spectral_flatness])
def test_what_has_no_effect_on_a_given_spectrogram_is_refused(function):
    S = np.ones((201, 4))
    with pytest.raises(ValueError, match=f"{function.__name__}: hop_length has no effect on a spectrogram S"):
        function(S=S, hop_length=100)
    with pytest.raises(ValueError, match=r"n_fft=512 belongs to 257 frequencies, but S has 201; pass n_fft=400 or 401"):
        function(S=S, n_fft=512)


@pytest.mark.parametrize("n_freq", [2, 9, 129, 1025])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("level", [0.0, 1e-3, 0.3, 1.0, 7.0])
def test_flatness_is_at_most_1(n_freq, dtype, level):
    flatness = features.spectral_flatness(S=np.full((n_freq, 3), level, dtype))
    assert flatness.dtype == dtype
    assert flatness.max() <= 1
    np.testing.assert_allclose(flatness, 1, rtol={np.float32: 1e-4, np.float64: 1e-12}[dtype])


def test_small_integers_of_numpy_do_not_overflow():
    y = RNG.standard_normal(3000)
    small = {"frame_length": np.int8(100), "hop_length": np.int8(50)}
    plain = {"frame_length": 100, "hop_length": 50}
    np.testing.assert_array_equal(features.rms(y, **small), features.rms(y, **plain))
    np.testing.assert_array_equal(features.zero_crossing_rate(y, **small), features.zero_crossing_rate(y, **plain))
