import re
import tracemalloc
import warnings

import numpy as np
import pytest

from npaudio import mel
from npaudio.mel.band_power import BandedFilterbank
from npaudio.mel.filterbank import MelBands, _all_filled
from npaudio.mel.kaldi import emphasized
from tests.oracles import rounded_filterbank_loops, triangle_filterbank_loops

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("scale", ["slaney", "htk"])
def test_scales_undo_each_other_and_agree_with_their_anchors(scale):
    f = np.array([0.0, 20, 999, 1000, 1001, 7999, 22050])
    np.testing.assert_allclose(mel.mel_to_hz(mel.hz_to_mel(f, scale=scale), scale=scale), f, rtol=1e-12, atol=1e-9)
    assert mel.hz_to_mel(1000.0, scale=scale) == pytest.approx({"slaney": 15, "htk": 999.9855}[scale], abs=1e-4)


@pytest.mark.parametrize("n_fft", [256, 301])
@pytest.mark.parametrize("scale", ["slaney", "htk"])
def test_triangles_equal_their_definition(n_fft, scale):
    edges = np.linspace(*mel.hz_to_mel(np.array([40, 3900]), scale=scale), 14)
    corners = mel.mel_to_hz(edges, scale=scale)
    settings = {"sr": 8000, "n_fft": n_fft, "n_mels": 12, "fmin": 40, "fmax": 3900, "scale": scale, "norm": None}
    np.testing.assert_allclose(
        mel.mel_filterbank(**settings), triangle_filterbank_loops(corners, 8000, n_fft), atol=1e-12
    )
    np.testing.assert_allclose(
        mel.mel_filterbank(**settings, triangles="rounded"),
        rounded_filterbank_loops(corners, 8000, n_fft),
        atol=1e-12,
    )


def test_slaney_norm_gives_each_triangle_the_area_of_one():
    filters = mel.mel_filterbank(sr=16000, n_fft=16384, n_mels=20)
    np.testing.assert_allclose(filters.sum(axis=1) * 16000 / 16384, 1, rtol=1e-3)
    assert mel.mel_filterbank(sr=16000, n_fft=16384, n_mels=20, norm=None).max() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(("triangles", "n_fft", "cure"), [("exact", 256, 512), ("rounded", 256, 1024)])
def test_empty_filters_are_counted_and_the_named_cure_works(triangles, n_fft, cure):
    settings = {"sr": 16000, "n_mels": 80, "scale": "htk", "triangles": triangles}
    message = rf"of 80 bands hold no bin at n_fft=256 .* n_fft={cure} would"
    with pytest.warns(mel.EmptyFilterWarning, match=message) as caught:
        filters = mel.mel_filterbank(n_fft=n_fft, **settings)
    empty = np.count_nonzero(filters.max(axis=1) == 0)
    assert str(caught[0].message).startswith(f"mel_filterbank: {empty} of 80")
    assert caught[0].filename == __file__
    assert mel.mel_filterbank(n_fft=cure, **settings).max(axis=1).min() > 0  # and no warning, which would be an error


@pytest.mark.parametrize("given", [{"y": np.ones(1000), "n_fft": 64}, {"S": np.ones((33, 2))}], ids=["y", "S"])
def test_the_warning_points_to_the_line_that_asked(given):
    with pytest.warns(mel.EmptyFilterWarning) as caught:
        mel.melspectrogram(**given, sr=16000, n_mels=80)
    assert caught[0].filename == __file__


@pytest.mark.parametrize("triangles", ["exact", "rounded"])
def test_the_cure_is_the_smallest_power_of_two_that_fills_every_band(triangles):
    settings = {"sr": 16000, "n_mels": 50, "fmin": 30.0, "fmax": 7000.0, "scale": "slaney", "triangles": triangles}
    for n_fft in (64, 100, 128, 256, 512, 1024):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            filters = mel.mel_filterbank(n_fft=n_fft, **settings)
        assert bool(caught) == bool((filters.max(axis=1) == 0).any())


@pytest.mark.parametrize("triangles", ["exact", "rounded"])
def test_the_named_cure_fills_every_band_and_half_of_it_does_not(triangles):
    rng = np.random.default_rng(5)
    for sr, n_mels in zip(rng.integers(4000, 48000, 150), rng.integers(5, 60, 150), strict=True):
        settings = {"sr": sr, "n_mels": n_mels, "scale": "htk", "triangles": triangles}
        with pytest.warns(mel.EmptyFilterWarning) as caught:
            mel.mel_filterbank(n_fft=8, **settings)
        named = int(re.search(r"n_fft=(\d+) would", str(caught[0].message))[1])
        assert mel.mel_filterbank(n_fft=named, **settings).max(axis=1).min() > 0
        with pytest.warns(mel.EmptyFilterWarning):
            mel.mel_filterbank(n_fft=named // 2, **settings)


def test_a_huge_number_of_bands_warns_without_huge_memory():
    tracemalloc.start()
    with pytest.warns(mel.EmptyFilterWarning):
        mel.mel_filterbank(sr=16000, n_fft=64, n_mels=5000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6


@pytest.mark.parametrize("n_mels", [1, 7, 8, 9, 40])
def test_banded_product_equals_the_whole_matrix(n_mels):
    filters = mel.mel_filterbank(sr=8000, n_fft=1024, n_mels=n_mels)
    spectra = RNG.standard_normal((5, 513)) + 1j * RNG.standard_normal((5, 513))
    for power in (1.0, 2.0, 3.0):
        sums = BandedFilterbank(filters, power, np.float64).apply(spectra)
        np.testing.assert_allclose(sums, filters @ (np.abs(spectra) ** power).T, rtol=1e-12)


def test_empty_bands_stay_zero_in_the_banded_product():
    filters = np.zeros((9, 17))
    filters[8, 3] = 2
    sums = BandedFilterbank(filters, 2.0, np.float64).apply(np.full((1, 17), 1 + 1j))
    np.testing.assert_array_equal(sums[:, 0], [0] * 8 + [4])


def test_melspectrogram_of_a_signal_and_of_its_spectrogram_agree():
    from npaudio.spectrum import stft

    y = RNG.standard_normal((2, 3000))
    settings = {"sr": 16000, "n_mels": 20}
    S = np.abs(stft(y, n_fft=512, hop_length=160)) ** 2
    direct = mel.melspectrogram(y, n_fft=512, hop_length=160, **settings)
    np.testing.assert_allclose(mel.melspectrogram(S=S, **settings), direct, rtol=1e-10)
    cubed = mel.melspectrogram(y, n_fft=512, hop_length=160, power=3, **settings)
    np.testing.assert_allclose(mel.melspectrogram(S=S**1.5, **settings), cubed, rtol=1e-10)


def test_the_matrix_that_equal_bands_share_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        MelBands(16000, 512, 10).matrix()[0] = 0


def test_a_band_between_two_neighboring_bins_is_empty_although_its_corners_lie_on_them():
    corners = np.array([1000.0, 1010.0, 1015.625])  # bins 64 and 65 of 1024 at 16 kHz
    assert not _all_filled(corners, 16000, 1024, "exact")
    assert _all_filled(corners + [0, 0, 1e-6], 16000, 1024, "exact")


@pytest.mark.parametrize("triangles", ["exact", "rounded"])
def test_the_corners_alone_tell_whether_every_band_is_filled(triangles):
    for n_fft in range(8, 400):
        bands = MelBands(8000, n_fft, 12, 50, 3800, "htk", norm=None, triangles=triangles)
        filled = bool((bands.matrix().max(axis=1) > 0).all())
        assert _all_filled(bands.corners(), 8000, n_fft, triangles) == filled


def test_liftering_makes_the_middle_coefficients_louder():
    S = RNG.normal(size=(20, 3))
    weights = 1 + 22 / 2 * np.sin(np.pi * np.arange(1, 14) / 22)
    np.testing.assert_allclose(mel.mfcc(S=S, n_mfcc=13, lifter=22), weights[:, None] * mel.mfcc(S=S, n_mfcc=13))


def test_filterbanks_that_were_handed_out_cannot_spoil_later_ones():
    mel.mel_filterbank(sr=16000, n_fft=1024, n_mels=10)[:] = 0
    assert mel.mel_filterbank(sr=16000, n_fft=1024, n_mels=10).max() > 0


def test_log_mel_of_a_frame_does_not_depend_on_the_rest_of_the_clip():
    quiet = 1e-4 * RNG.standard_normal(4096)
    with_bang = np.concatenate([quiet, np.ones(4096)])
    settings = {"sr": 16000, "n_fft": 512, "hop_length": 512, "n_mels": 20, "center": False}
    np.testing.assert_allclose(mel.log_mel(quiet, **settings), mel.log_mel(with_bang, **settings)[:, :8])


def test_mfcc_of_one_cosine_over_the_bands_is_one_coefficient():
    n_mels, k = 16, 3
    S = np.cos(np.pi * k * (2 * np.arange(n_mels) + 1) / (2 * n_mels))[:, np.newaxis]
    coefficients = mel.mfcc(S=S, n_mfcc=8)[:, 0]
    np.testing.assert_allclose(coefficients, np.sqrt(n_mels / 2) * (np.arange(8) == k), atol=1e-12)


def test_kaldi_has_998_frames_for_ten_seconds_and_its_own_silence():
    fbank = mel.kaldi_fbank(np.zeros(160000, np.float32))
    assert fbank.shape == (128, 998)
    np.testing.assert_allclose(fbank, -15.9424, atol=1e-4)


def test_kaldi_takes_the_mean_of_a_frame_away_and_then_a_share_of_the_sample_before():
    frames = np.array([[1.0, 2.0, 6.0], [0.0, 0.0, 3.0]])
    expected = [[-2 * 0.75, -1 + 0.25 * 2, 3 + 0.25 * 1], [-1 * 0.75, -1 + 0.25 * 1, 2 + 0.25 * 1]]
    np.testing.assert_allclose(emphasized(frames, 0.25), expected, atol=1e-15)


def test_an_hour_needs_little_more_memory_than_its_result():
    y = np.zeros(16000 * 3600, np.float32)
    tracemalloc.start()
    result = mel.melspectrogram(y, sr=16000, n_fft=1024, hop_length=512, n_mels=64)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 3 * result.nbytes + 16e6


@pytest.mark.parametrize("n_fft", [400, 401, np.int64(401), np.int16(401)])
def test_the_n_fft_of_a_given_spectrogram_is_used(n_fft):
    S = RNG.random((201, 5))
    expected = mel.mel_filterbank(sr=8000, n_fft=n_fft, n_mels=20) @ S
    np.testing.assert_array_equal(mel.melspectrogram(S=S, sr=8000, n_fft=n_fft, n_mels=20), expected)
    without = mel.melspectrogram(S=S, sr=8000, n_mels=20)  # the even one is taken
    assert (n_fft == 400) == np.array_equal(without, expected)


def test_small_integers_of_numpy_do_not_overflow():
    y = RNG.standard_normal(30000)
    small = {"sr": np.int16(8000), "hop_length": np.int8(100), "n_fft": np.int16(512), "n_mels": np.int8(20)}
    plain = {"sr": 8000, "hop_length": 100, "n_fft": 512, "n_mels": 20}
    np.testing.assert_array_equal(mel.mfcc(y, **small), mel.mfcc(y, **plain))
    kaldi = mel.kaldi_fbank(y, sr=np.int16(8000), n_mels=np.int8(20), frame_length=np.int8(25))
    np.testing.assert_array_equal(kaldi, mel.kaldi_fbank(y, sr=8000, n_mels=20, frame_length=25))


def test_triangles_over_mels_are_those_of_kaldi():
    mels = 1127 * np.log1p(np.arange(257) * 16000 / 512 / 700)
    corners = np.linspace(1127 * np.log1p(20 / 700), 1127 * np.log1p(8000 / 700), 42)
    expected = [
        np.maximum(0, np.minimum((mels - low) / (peak - low), (high - mels) / (high - peak)))
        for low, peak, high in zip(corners, corners[1:], corners[2:], strict=False)
    ]
    bands = {"n_mels": 40, "fmin": 20, "scale": "htk", "norm": None, "triangles": "mel"}
    np.testing.assert_allclose(mel.mel_filterbank(sr=16000, n_fft=512, **bands), expected, atol=1e-12)
