"""resample: equal to its definition, flat where it should be, silent where it should be, and small in memory."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from npaudio.audio import resample, resampling
from tests.oracles import resample_loops

GOLDEN = Path(__file__).parent / "golden" / "audio_resample.npz"
COMMON = [(44100, 16000), (16000, 44100), (48000, 44100), (22050, 16000), (16000, 8000), (8000, 16000)]
COPRIME = [(44100, 16001), (16000, 17159)]


# The kernel ends with a small step, which interpolation between phases draws as a slope.
END_STEP = abs(float(resampling.kernel(np.array(np.nextafter(resampling.HALF_WIDTH, 0)))))


def tone(frequency, sr, seconds=0.5, phase=0.3, dtype=np.float64):
    return np.sin(2 * np.pi * frequency * np.arange(round(sr * seconds)) / sr + phase).astype(dtype)


def fit_tone(y, frequency, sr):
    """Complex amplitude of one frequency in the middle of `y` (1 for `tone`), and what else is there."""
    margin = len(y) // 5
    times = np.arange(len(y))[margin:-margin] / sr
    middle = y[margin:-margin]
    base = np.stack([np.sin(2 * np.pi * frequency * times + 0.3), np.cos(2 * np.pi * frequency * times + 0.3)], axis=1)
    in_phase, quadrature = np.linalg.lstsq(base, middle, rcond=None)[0]
    rest = middle - base @ [in_phase, quadrature]
    return in_phase + 1j * quadrature, np.sqrt(2 * np.mean(rest**2))


@pytest.mark.parametrize("rates", [(44100, 16000), (3, 2), (2, 3), (7, 5), (1, 3), (5, 1), (147, 160), (997, 1009)])
@pytest.mark.parametrize("n", [1, 2, 61])
def test_matrices_equal_the_loops(rates, n):
    y = np.random.default_rng(n).standard_normal(n)
    ours = resample(y, orig_sr=rates[0], target_sr=rates[1])
    np.testing.assert_allclose(ours, resample_loops(y, *rates), rtol=0, atol=1e-13)


@pytest.mark.parametrize("rates", [(44100, 16001), (4999, 5003), (5003, 4999), (100_003, 3000), (100_003, 1), (1, 199)])
@pytest.mark.parametrize("n", [1, 2, 53])
def test_interpolated_phases_equal_the_loops(rates, n):
    y = np.random.default_rng(n).standard_normal(n)[: 3 if rates[0] == 1 else None]
    ours = np.empty(-(-len(y) * rates[1] // rates[0]))
    resampling._by_interpolated_phases(y, ours, rates[1], rates[0])
    np.testing.assert_allclose(ours, resample_loops(y, *rates), rtol=0, atol=1e-5 + END_STEP * np.abs(y).max())


def test_both_ways_agree_on_a_long_signal():
    y = np.random.default_rng(0).standard_normal(30_001)
    by_phases = np.empty(-(-len(y) * 160 // 441))
    resampling._by_interpolated_phases(y, by_phases, 160, 441)
    tolerance = 1e-5 + END_STEP * np.abs(y).max()
    np.testing.assert_allclose(resample(y, orig_sr=441, target_sr=160), by_phases, rtol=0, atol=tolerance)


@pytest.mark.parametrize("rates", [*COMMON, *COPRIME])
def test_tiles_leave_no_seam(rates, monkeypatch):
    y = np.random.default_rng(1).standard_normal(5003)
    whole = resample(y, orig_sr=rates[0], target_sr=rates[1])
    monkeypatch.setattr(resampling, "TILE_SAMPLES", 700)
    np.testing.assert_allclose(resample(y, orig_sr=rates[0], target_sr=rates[1]), whole, rtol=0, atol=1e-12)


@pytest.mark.parametrize("rates", [*COMMON, *COPRIME])
def test_pass_band_is_flat_without_delay_and_without_images(rates):
    nyquist = min(rates) / 2
    for share in (0.01, 0.3, 0.6, 0.85, 0.86):
        y = resample(tone(share * nyquist, rates[0]), orig_sr=rates[0], target_sr=rates[1])
        amplitude, rest = fit_tone(y, share * nyquist, rates[1])
        assert abs(20 * np.log10(abs(amplitude))) < 0.01
        assert abs(np.angle(amplitude)) < 1e-5
        assert 20 * np.log10(rest) < -67


@pytest.mark.parametrize("rates", [(44100, 16000), (16000, 8000), (44100, 16001)])
def test_what_lies_above_the_new_nyquist_frequency_is_gone(rates):
    for share in (1.002, 1.1, 1.5, 1.97):
        y = resample(tone(share * rates[1] / 2, rates[0]), orig_sr=rates[0], target_sr=rates[1])
        middle = y[len(y) // 5 : -len(y) // 5]
        assert 20 * np.log10(np.sqrt(2 * np.mean(middle**2))) < -67


def test_images_of_a_tone_at_nine_tenths_stay_below_60_db():
    y = resample(tone(7200, 16000), orig_sr=16000, target_sr=44100)
    assert 20 * np.log10(fit_tone(y, 7200, 44100)[1]) < -60


@pytest.mark.parametrize("rates", [(3, 2), (1, 4), (44100, 16001)])
def test_an_impulse_stays_in_its_place(rates):
    y = np.zeros(2 * rates[0] + 1 if rates[0] > 100 else 601)
    centre = len(y) // 2 // rates[0] * rates[0]
    y[centre] = 1
    out = resample(y, orig_sr=rates[0], target_sr=rates[1])
    peak = centre * rates[1] // rates[0]
    assert np.argmax(out) == peak
    np.testing.assert_allclose(out[peak - 40 : peak], out[peak + 1 : peak + 41][::-1], rtol=0, atol=1e-7)


@pytest.mark.parametrize("name", ["44100_16000", "16000_44100", "44100_16001"])
def test_equals_soxr_on_a_band_limited_signal(name):
    with np.load(GOLDEN) as golden:
        y, expected = golden[f"{name}_in"], golden[f"{name}_soxr"]
    orig_sr, target_sr = map(int, name.split("_"))
    ours = resample(y, orig_sr=orig_sr, target_sr=target_sr)
    assert ours.shape == expected.shape
    assert np.max(np.abs(ours - expected)) < 2e-4 * np.max(np.abs(expected))


@pytest.mark.parametrize("rates", [*COMMON, *COPRIME, (1, 3), (3, 1), (7, 1000), (1_000_003, 999_983), (192_000, 1)])
@pytest.mark.parametrize("n", [1, 2, 441, 1000])
def test_length_is_the_ceiling(rates, n):
    out = resample(np.ones(n, dtype=np.float32), orig_sr=rates[0], target_sr=rates[1])
    assert len(out) == -(-n * rates[1] // rates[0])
    assert np.isfinite(out).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rates", [(44100, 16000), (44100, 16001)])
def test_dtype_batches_and_memory_order(dtype, rates):
    y = np.random.default_rng(2).standard_normal((1000, 2, 3)).astype(dtype).transpose(1, 2, 0)
    out = resample(y, orig_sr=rates[0], target_sr=rates[1])
    assert out.dtype == dtype
    for index in np.ndindex(2, 3):
        np.testing.assert_array_equal(out[index], resample(y[index], orig_sr=rates[0], target_sr=rates[1]))
    exact = resample(y.astype(np.float64), orig_sr=rates[0], target_sr=rates[1])
    np.testing.assert_allclose(out, exact, rtol=0, atol=4e-6)


def test_equal_rates_give_a_copy():
    y = np.random.default_rng(3).standard_normal(100).astype(np.float32)
    out = resample(y, orig_sr=16000, target_sr=16000)
    np.testing.assert_array_equal(out, y)
    assert not np.shares_memory(out, y)


@pytest.mark.parametrize("rates", [*COMMON, *COPRIME])
def test_constant_and_silence(rates):
    out = resample(np.full(4000, 0.5), orig_sr=rates[0], target_sr=rates[1])
    margin = -(-32 * rates[1] // min(rates))
    np.testing.assert_allclose(out[margin:-margin], 0.5, rtol=1e-4)
    assert not resample(np.zeros(4000), orig_sr=rates[0], target_sr=rates[1]).any()


@pytest.mark.parametrize(
    ("rates", "seconds", "extra_megabytes"),
    [((44100, 16000), 60, 8), ((44100, 16001), 10, 12), ((16001, 44100), 5, 12), ((100_003, 99_991), 3, 12)],
)
def test_memory_beyond_the_result_is_bounded(rates, seconds, extra_megabytes):
    y = np.ones(seconds * rates[0], dtype=np.float32)
    tracemalloc.start()
    try:
        out = resample(y, orig_sr=rates[0], target_sr=rates[1])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - out.nbytes < extra_megabytes * 2**20


@pytest.mark.parametrize(("orig_sr", "target_sr"), [(0, 16000), (16000, -1), (44100.0, 16000), (16000, True)])
def test_bad_rates(orig_sr, target_sr):
    with pytest.raises(ValueError, match=r"^resample: (orig|target)_sr must be"):
        resample(np.ones(10), orig_sr=orig_sr, target_sr=target_sr)


@pytest.mark.parametrize("y", [np.ones(9, dtype=np.int16), np.array([]), np.array([1.0, np.nan]), np.array(0.5)])
def test_bad_signals(y):
    with pytest.raises(ValueError, match=r"^resample: y "):
        resample(y, orig_sr=16000, target_sr=8000)
