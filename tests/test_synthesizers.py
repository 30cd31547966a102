"""The ten sound events: their parts against loops and closed forms, then what every class and each class must be."""

import numpy as np
import pytest

from npaudio.signals import SOUND_CLASSES, synthesize
from npaudio.signals.sound_parts import (
    Note,
    band,
    fast_length,
    filtered,
    lay_notes,
    poisson_times,
    resonances,
    ring,
    scatter,
    shaped_noise,
    steady_times,
    wavetable,
)
from tests.oracles import signals_ring_loops, signals_scatter_loops, signals_tone_sum

SR = 16000


def power_spectrogram(y: np.ndarray, n_fft: int = 512) -> np.ndarray:
    frames = np.lib.stride_tricks.sliding_window_view(y, n_fft)[:: n_fft // 2]
    return np.abs(np.fft.rfft(frames * np.hanning(n_fft), axis=1).T) ** 2


def flatness(y: np.ndarray) -> float:
    """Geometric over arithmetic mean of the power spectrum of the loudest frame."""
    power = power_spectrogram(y)
    loudest = power[:, np.argmax(power.sum(axis=0))] + 1e-12
    return float(np.exp(np.log(loudest).mean()) / loudest.mean())


def centroid(y: np.ndarray) -> float:
    power = np.abs(np.fft.rfft(y)) ** 2
    return float(power @ np.fft.rfftfreq(len(y), 1 / SR) / power.sum())


def loudness(y: np.ndarray, block: float = 0.01) -> np.ndarray:
    size = round(block * SR)
    return np.mean(y[: len(y) // size * size].reshape(-1, size) ** 2, axis=1)


def onsets(y: np.ndarray, *, rest: float) -> np.ndarray:
    """Times at which the loudness passes a fiftieth of its peak, at least `rest` seconds apart."""
    loud = np.flatnonzero(loudness(y) > loudness(y).max() / 50) * 0.01
    found = [loud[0]]
    for time in loud:
        if time - found[-1] >= rest:
            found.append(time)
    return np.array(found)


def dry_draws(label: str, count: int = 8, duration: float = 2.0) -> list[np.ndarray]:
    return [synthesize(label, sr=SR, duration=duration, rng=seed, dry=True) for seed in range(count)]


# The parts


@pytest.mark.parametrize(("things", "partials", "n"), [(1, 1, 1), (3, 2, 65), (2, 5, 201)])
def test_ring_equals_its_loops(things: int, partials: int, n: int):
    rng = np.random.default_rng(n)
    modes = (things, partials)
    settings = rng.uniform(50, 5000, modes), rng.uniform(0.001, 0.05, modes), rng.normal(size=modes)
    found = ring(*settings, n=n, sr=8000)
    np.testing.assert_allclose(found, signals_ring_loops(*settings, n=n, sr=8000), atol=1e-5)


def test_ring_of_nothing_and_above_nyquist_is_silent():
    assert ring(np.zeros((0, 1)), np.ones((0, 1)), np.ones((0, 1)), n=7, sr=8000).shape == (0, 7)
    assert not ring(np.array([[3841.0, 5000.0]]), np.ones((1, 2)), np.ones((1, 2)), n=70, sr=8000).any()


def test_scatter_equals_its_loops():
    rng = np.random.default_rng(0)
    grains, times = rng.normal(size=(5, 13)), np.array([0.0, 0.01, 0.0101, 0.039, 0.2])
    found = scatter(grains, times, n=41, sr=1000)
    np.testing.assert_allclose(found, signals_scatter_loops(grains, times, n=41, sr=1000), atol=1e-12)


@pytest.mark.parametrize(
    "f0", [np.full(333, 440.0), np.linspace(300, 900, 501), 500 + 200 * np.sin(np.arange(400) / 40)]
)
def test_wavetable_equals_the_sum_of_its_partials(f0: np.ndarray):
    coefficients = np.array([1.0, 0.5j, -0.3, 0.2 - 0.2j, 0.1, 0.1, 0.1, 0.1])
    np.testing.assert_allclose(wavetable(f0, coefficients, 8000), signals_tone_sum(f0, coefficients, 8000), atol=1e-4)


def test_wavetable_leaves_out_partials_above_nyquist():
    y = wavetable(np.full(8000, 1500.0), np.ones(8), 8000)  # 4500 Hz would come back at 3500, 6000 at 2000
    found = 2 * np.abs(np.fft.rfft(y)) / len(y)
    np.testing.assert_allclose(found[[1500, 3000]], 1, atol=1e-4)
    found[[1500, 3000]] = 0
    assert found.max() < 1e-4


def test_filtered_rings_as_the_closed_form_says():
    impulse = np.zeros(2000)
    impulse[500] = 1
    resonance = [np.array([value]) for value in (4000.0, 100.0, 1.0)]
    y = filtered(impulse, SR, lambda f: resonances(f, *resonance))
    t = np.arange(1500) / SR
    expected = 2 * np.pi * 100 / SR * np.exp(-np.pi * 100 * t) * np.cos(2 * np.pi * 4000 * t)
    np.testing.assert_allclose(y[530:], expected[30:], atol=0.01 * expected.max())  # the edge itself is band-limited
    np.testing.assert_allclose(y[:470], 0, atol=0.01 * expected.max())


def test_shaped_noise_follows_its_response():
    y = shaped_noise(160000, SR, np.random.default_rng(0), lambda f: band(f, 500, 2000))
    assert np.sqrt(np.mean(y**2)) == pytest.approx(1, rel=1e-5)
    f = np.fft.rfftfreq(160000, 1 / SR)
    response = band(f, 500, 2000)[800:40000].reshape(40, -1)
    power = np.abs(np.fft.rfft(y))[800:40000].reshape(40, -1) ** 2
    ratio = power.sum(axis=1) / np.sum(response**2, axis=1)
    np.testing.assert_allclose(ratio / ratio.mean(), 1, atol=0.2)


def test_fast_length_is_enough_and_not_wasteful():
    for n in [*range(1, 300), 32000, 33333, 441000]:
        assert n <= fast_length(n) <= max(1.34 * n, n + 2)
    assert fast_length(40000) == 40960


def test_times_are_steady_or_poisson():
    rng = np.random.default_rng(0)
    steady = steady_times(30.0, rng, interval=0.5, jitter=0.05)
    assert steady[0] == 0
    assert np.all(np.abs(np.diff(steady) - 0.5) <= 0.1 + 1e-9)
    gaps = np.diff(poisson_times(200.0, rng, rate=20.0))
    assert np.mean(gaps) == pytest.approx(1 / 20, rel=0.08)  # 5 deviations of 4,000 gaps
    assert np.std(gaps) == pytest.approx(np.mean(gaps), rel=0.1)  # as exponential gaps have it


def test_notes_are_laid_where_they_belong():
    notes = [Note(0.1, 0.2, lambda u: 100 + 100 * u, attack=0.01, release=0.01), Note(0.45, 1.0, lambda u: 300.0)]
    f0, level = lay_notes(notes, n=500, sr=1000)
    assert not level[:100].any()
    assert not level[300:450].any()
    np.testing.assert_allclose(f0[[100, 200, 299, 400, 450, 499]], [100, 150, 199.5, 199.5, 300, 300])
    np.testing.assert_allclose(level[[100, 105, 200, 295, 470]], [0, 0.5, 1, 0.5, 1])


# All classes


def test_ten_classes():
    expected = "siren dog_bark rain clock_tick bird_chirp engine footsteps glass_break wind alarm"
    assert tuple(expected.split()) == SOUND_CLASSES


@pytest.mark.parametrize("label", SOUND_CLASSES)
@pytest.mark.parametrize(("sr", "duration"), [(8000, 0.1), (8000, 2.0), (22050, 0.77), (48000, 0.5), (16000, 12.0)])
def test_recordings_are_audible_and_of_exact_length(label: str, sr: int, duration: float):
    for seed in range(3):
        y = synthesize(label, sr=sr, duration=duration, rng=seed)
        assert y.shape == (round(sr * duration),)
        assert y.dtype == np.float32
        assert np.isfinite(y).all()
        assert 0.0999 < np.abs(y).max() < 0.9
        assert np.sqrt(np.mean(y**2)) > 0.003


@pytest.mark.parametrize("label", SOUND_CLASSES)
@pytest.mark.parametrize(("sr", "duration"), [(8000, 0.1), (16000, 2.0), (48000, 0.5)])
def test_dry_events_sound_from_the_start_and_peak_at_one(label: str, sr: int, duration: float):
    for seed in range(3):
        y = synthesize(label, sr=sr, duration=duration, rng=seed, dry=True)
        assert np.abs(y).max() == pytest.approx(1, abs=1e-6)
        assert np.abs(y[: round(0.05 * sr)]).max() > 0.02


@pytest.mark.parametrize("label", SOUND_CLASSES)
@pytest.mark.parametrize("dry", [True, False])
def test_same_seed_same_sound_and_no_two_draws_alike(label: str, dry: bool):
    rng = np.random.default_rng(5)
    draws = np.stack([synthesize(label, duration=1.0, rng=rng, dry=dry) for _ in range(12)])
    np.testing.assert_array_equal(draws[0], synthesize(label, duration=1.0, rng=5, dry=dry))
    likeness = np.abs(np.corrcoef(draws)) - np.eye(12)
    assert likeness.max() < 0.8


def test_global_random_state_is_neither_used_nor_moved():
    state = np.random.get_state()  # noqa: NPY002
    first = synthesize("rain", rng=1)
    np.random.seed(3)  # noqa: NPY002
    np.testing.assert_array_equal(first, synthesize("rain", rng=1))
    np.random.set_state(state)  # noqa: NPY002
    for label in SOUND_CLASSES:
        synthesize(label, duration=0.2, rng=1)
    after = np.random.get_state()  # noqa: NPY002
    np.testing.assert_array_equal(after[1], state[1])
    assert after[2] == state[2]


@pytest.mark.parametrize("label", ["siren", "alarm", "bird_chirp"])
def test_nothing_sounds_at_a_low_rate_that_is_not_there_at_a_high_one(label: str):
    for seed in range(6):
        low = synthesize(label, sr=24000, rng=seed, dry=True)
        high = synthesize(label, sr=48000, rng=seed, dry=True)
        below_12_khz = np.fft.irfft(np.fft.rfft(high)[:24001], 48000) / 2
        truth, heard = power_spectrogram(below_12_khz)[:220], power_spectrogram(low)[:220]
        assert heard[truth < 1e-7 * truth.max()].max(initial=0) < 1e-5 * heard.max()


# What each class is


def test_clocks_tick_evenly():
    for y in dry_draws("clock_tick", duration=4.0):
        gaps = np.diff(onsets(y, rest=0.15))
        assert 0.19 < gaps.mean() < 1.02
        assert np.ptp(gaps) < 0.025 + 0.016 * gaps.mean()  # 10 ms blocks, twice; then the jitter


def test_footsteps_keep_the_pace_of_a_walk_or_run():
    for y in dry_draws("footsteps", duration=6.0):
        spectrum = np.fft.rfft(y)
        spectrum[400 * 6 :] = 0
        gaps = np.diff(onsets(np.fft.irfft(spectrum), rest=0.2))
        assert 0.27 < np.median(gaps) < 0.80
        assert gaps.min() >= 0.2


def test_noise_is_flat_and_tones_are_not():
    for label in ("rain", "wind"):
        assert np.median([flatness(y) for y in dry_draws(label)]) > 0.02
    for label in ("siren", "alarm", "bird_chirp"):
        assert np.median([flatness(y) for y in dry_draws(label)]) < 0.001


def test_rain_is_brighter_and_steadier_than_wind():
    rain, wind = dry_draws("rain", count=20), dry_draws("wind", count=20)
    assert np.median([centroid(y) for y in rain]) > 2 * np.median([centroid(y) for y in wind])
    swell_of_rain, swell_of_wind = ([np.std(np.log(loudness(y, 0.2))) for y in ys] for ys in (rain, wind))
    assert np.median(swell_of_wind) > 1.5 * np.median(swell_of_rain)


def test_sirens_never_pause_and_alarms_do():
    for y in dry_draws("siren"):
        assert (loudness(y, 0.02) > 0.001 * loudness(y, 0.02).max()).all()
    for y in dry_draws("alarm"):
        assert 0.02 < np.mean(loudness(y) < 1e-6) < 0.95


def test_siren_pitch_stays_in_the_range_of_sirens():
    for y in dry_draws("siren"):
        pitch = np.argmax(power_spectrogram(y, 1024), axis=0) * SR / 1024
        assert 300 < pitch.min()
        assert pitch.max() < 2500


def test_dogs_bark_one_to_four_times_in_a_bout():
    for y in dry_draws("dog_bark", count=20, duration=0.6):
        assert loudness(y)[:10].max() > 0.05 * loudness(y).max()
    counts = [len(onsets(y, rest=0.18)) for y in dry_draws("dog_bark", count=20)]
    assert min(counts) >= 1
    assert max(counts) <= 10
    assert len(set(counts)) > 2


def test_glass_breaks_at_once_and_brightly():
    for y in dry_draws("glass_break", duration=1.5):
        assert np.sum(y[: SR // 2] ** 2) > 0.8 * np.sum(y**2)
        assert centroid(y) > 1000


def test_engines_repeat_themselves_cycle_by_cycle():
    likeness = []
    for y in dry_draws("engine", count=12):
        spectrum = np.fft.rfft(y[:8000], 16384)
        repeats = np.fft.irfft(np.abs(spectrum) ** 2)
        lags = slice(SR // 60, SR // 5)
        likeness.append(repeats[lags].max() / repeats[0])
    assert np.median(likeness) > 0.5
    assert np.median([centroid(y) for y in dry_draws("engine")]) < 800


def test_birds_whistle_high():
    for y in dry_draws("bird_chirp"):
        assert 1200 < centroid(y) < 7500


# Refusals


def test_unknown_label_lists_the_classes():
    with pytest.raises(
        ValueError, match="synthesize: unknown label 'cat'; choose one of 'alarm', 'bird_chirp'"
    ) as error:
        synthesize("cat", rng=0)
    assert all(label in str(error.value) for label in SOUND_CLASSES)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sr": 0}, "sr must be at least 1"),
        ({"sr": 44100.0}, "sr must be a whole number"),
        ({"sr": 4000}, "sr must be at least 8000 Hz, got 4000; synthesize at 8000 and resample"),
        ({"duration": 0.05}, "duration must be at least 0.1 s, got 0.05"),
        ({"duration": -1.0}, "duration must be a finite number above 0"),
        ({"duration": np.inf}, "duration must be a finite number above 0"),
    ],
)
def test_bad_rate_and_duration_are_refused(settings: dict, message: str):
    with pytest.raises(ValueError, match=f"^synthesize: {message}"):
        synthesize("rain", rng=0, **settings)
