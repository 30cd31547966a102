"""The article's five test signals: closed forms, sizes, dtypes, errors. (Sound events: test_synthesizers.)"""

import numpy as np
import pytest

from npaudio import signals
from npaudio.signals import article_signals, fade, music_like, sine, speech_like, sweep, white_noise

FIVE = [sine, white_noise, sweep, speech_like, music_like]


def lines(y: np.ndarray) -> np.ndarray:
    """Amplitude of each frequency that has whole periods in `y`."""
    return 2 * np.abs(np.fft.rfft(y)) / len(y)


def instantaneous_frequency(y: np.ndarray, sr: int) -> np.ndarray:
    """Slope of the analytic signal's phase, in Hz, for a `y` that is periodic in its length."""
    spectrum = np.fft.fft(y)
    spectrum[len(y) // 2 :] = 0
    return np.diff(np.unwrap(np.angle(np.fft.ifft(spectrum)))) * sr / (2 * np.pi)


def test_sine_is_one_line_of_its_amplitude():
    expected = np.zeros(4001)
    expected[440] = 0.3
    np.testing.assert_allclose(
        lines(sine(sr=8000, duration=1.0, amplitude=0.3, dtype=np.float64)), expected, atol=1e-12
    )


def test_sine_starts_at_zero_and_rises():
    np.testing.assert_allclose(sine(1000.0, sr=4000, duration=0.001, dtype=np.float64), [0, 0.5, 0, -0.5], atol=1e-15)


def test_white_noise_is_flat_and_has_its_deviation():
    y = white_noise(duration=20.0, amplitude=0.2, dtype=np.float64)
    power = np.abs(np.fft.rfft(y)[:160000]) ** 2 / len(y)
    np.testing.assert_allclose(power.reshape(8, -1).mean(axis=1), 0.04, rtol=0.03)  # 5 deviations of a band's mean
    assert abs(y.mean()) < 5 * 0.2 / np.sqrt(len(y))


def test_white_noise_takes_its_seed():
    np.testing.assert_array_equal(white_noise(dtype=np.float64), 0.1 * np.random.default_rng(42).normal(size=32000))
    rng = np.random.default_rng(7)
    assert not np.array_equal(white_noise(rng=rng), white_noise(rng=rng))


@pytest.mark.parametrize(("f_start", "f_end"), [(200, 4000), (3000, 500), (1000, 1000)])
def test_sweep_phase_is_the_integral_of_its_frequency(f_start: float, f_end: float):
    y = sweep(f_start, f_end, duration=1.5, amplitude=1.0, dtype=np.float64)
    midpoints = (np.arange(len(y) - 1) + 0.5) / len(y)
    cycles = np.cumsum(f_start + (f_end - f_start) * midpoints) / 16000  # the midpoint rule is exact for a line
    np.testing.assert_allclose(y[1:], np.sin(2 * np.pi * cycles), atol=1e-8)


@pytest.mark.parametrize(("start", "expected"), [(0, 200 + 1900 * 0.016), (32000 - 512, 4000 - 1900 * 0.016)])
def test_sweep_is_heard_at_200_hz_first_and_4000_hz_last(start: int, expected: float):
    piece = sweep(dtype=np.float64)[start : start + 512] * np.hanning(512)
    heard = np.argmax(np.abs(np.fft.rfft(piece, 2**15))) * 16000 / 2**15
    assert abs(heard - expected) < 3


def test_speech_like_has_four_lines_each_with_two_side_lines_4_hz_away():
    expected = np.zeros(16001)  # bins of half a hertz
    for f in (150, 300, 900, 2500):
        expected[2 * f] = 0.8 / 4 / 2
        expected[[2 * f - 8, 2 * f + 8]] = 0.8 / 4 / 4
    np.testing.assert_allclose(lines(speech_like(amplitude=0.8, dtype=np.float64)), expected, atol=1e-12)


def test_speech_like_falls_silent_four_times_a_second():
    y = speech_like(dtype=np.float64)
    np.testing.assert_allclose(y[::4000], 0, atol=1e-12)
    assert np.abs(y[1500:2500]).max() > 0.3


def test_music_like_vibrato_is_frequency_modulation():
    y = music_like([440.0], vibrato_depth=0.02, dtype=np.float64)
    t = (np.arange(len(y) - 1) + 0.5) / 16000
    expected = 440 * (1 + 0.02 * np.sin(2 * np.pi * 5 * t))
    np.testing.assert_allclose(instantaneous_frequency(y, 16000), expected, atol=0.01)
    np.testing.assert_allclose(np.sqrt(np.mean(y.reshape(20, -1) ** 2, axis=1)), 0.5 / np.sqrt(2), rtol=0.02)


def test_music_like_without_vibrato_is_the_chord():
    expected = np.zeros(16001)
    expected[[880, 1108, 1318]] = 0.6 / 3
    found = lines(music_like(vibrato_depth=0.0, amplitude=0.6, dtype=np.float64))
    np.testing.assert_allclose(found, expected, atol=1e-11)


@pytest.mark.parametrize("make", FIVE)
@pytest.mark.parametrize(("sr", "duration", "size"), [(16000, 2.0, 32000), (11025, 0.3333, 3675), (44100, 1e-4, 4)])
def test_length_dtype_and_range(make, sr: int, duration: float, size: int):
    y = make(sr=sr, duration=duration)
    assert y.shape == (size,)
    assert y.dtype == np.float32
    assert np.abs(y).max() <= 0.5 + 1e-7


@pytest.mark.parametrize("make", FIVE)
def test_float32_is_float64_rounded_once(make):
    exact = make(duration=0.2, dtype=np.float64)
    assert exact.dtype == np.float64
    np.testing.assert_array_equal(make(duration=0.2, dtype=np.float32), exact.astype(np.float32))


def test_article_signals_are_the_five_in_order():
    found = article_signals(duration=0.5)
    assert list(found) == ["sine", "white_noise", "sweep", "speech_like", "music_like"]
    for make in FIVE:
        np.testing.assert_array_equal(found[make.__name__], make(duration=0.5))


@pytest.mark.parametrize("make", FIVE)
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sr": 0}, "sr must be at least 1"),
        ({"sr": 16000.5}, "sr must be a whole number"),
        ({"duration": 0.0}, "duration must be a finite number above 0"),
        ({"duration": np.nan}, "duration must be a finite number above 0"),
        ({"duration": 1e-6}, "holds no sample"),
        ({"amplitude": -1.0}, "amplitude must be a finite number above 0"),
        ({"dtype": np.int16}, "choose one of 'float32', 'float64'"),
    ],
)
def test_bad_settings_are_refused_by_name(make, settings: dict, message: str):
    with pytest.raises(ValueError, match=f"^{make.__name__}: .*{message}"):
        make(**settings)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sine(8000.0), "sine: a frequency of 8000 Hz must be below sr / 2 = 8000 Hz"),
        (lambda: sine(-1.0), "sine: frequency must be a finite number above 0"),
        (lambda: sweep(200, 4000, sr=8000), "sweep: a frequency of 4000 Hz must be below sr / 2 = 4000 Hz"),
        (lambda: speech_like([]), "speech_like: frequencies is empty"),
        (lambda: speech_like(modulation_rate=0.0), "speech_like: modulation_rate must be a finite number above 0"),
        (lambda: music_like([7950.0]), "music_like: a frequency of 8029.5 Hz must be below sr / 2"),
        (lambda: music_like(vibrato_depth=1.0), "music_like: vibrato_depth must be at least 0 and below 1"),
        (lambda: music_like(vibrato_rate=-5.0), "music_like: vibrato_rate must be a finite number above 0"),
    ],
)
def test_bad_frequencies_are_refused(call, message: str):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()


def test_module_offers_the_sound_events_too():
    assert set(signals.__all__) == {make.__name__ for make in FIVE} | {
        "article_signals",
        "fade",
        "SOUND_CLASSES",
        "synthesize",
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [1, 2, 5, 400, 16001])
def test_a_faded_sound_begins_and_ends_at_zero_and_keeps_its_middle(n, dtype):
    y = np.full((2, n), 0.5, dtype)
    faded = fade(y, sr=16000, duration=0.01)
    assert faded.dtype == dtype
    assert (y == 0.5).all()
    length = min(160, n // 2)
    np.testing.assert_array_equal(faded[:, length : n - length], 0.5)
    np.testing.assert_array_equal(faded, faded[:, ::-1])
    if length:
        expected = 0.25 * (1 - np.cos(np.pi * np.arange(length) / length))
        np.testing.assert_allclose(faded[0, :length], expected, atol=1e-7)


def test_fading_takes_the_click_out_of_a_sweep():
    y = sweep(2000.0, 3000.0, sr=16000, duration=0.5, dtype=np.float64)
    low = np.fft.rfftfreq(len(y), 1 / 16000) < 500  # far below the sweep there is only the click
    clicking, faded = (np.sum(np.abs(np.fft.rfft(sound)[low]) ** 2) for sound in (y, fade(y, sr=16000)))
    assert faded < 1e-3 * clicking


@pytest.mark.parametrize("settings", [{"sr": 0}, {"sr": np.inf}, {"sr": 8, "duration": np.nan}])
def test_what_fade_refuses(settings):
    with pytest.raises(ValueError, match=r"^fade: (sr|duration) must be a finite number above 0, got"):
        fade(np.ones(10), **settings)


def test_numpys_small_integers_are_settings_like_any_other():
    small = {"sr": np.int16(8000), "duration": np.int8(1)}
    plain = {"sr": 8000, "duration": 1}
    np.testing.assert_array_equal(
        sweep(np.uint16(3000), np.uint16(200), **small), sweep(3000.0, 200.0, **plain)
    )  # unsigned, 200 - 3000 is 62736
    np.testing.assert_array_equal(sweep(duration=np.int8(100)), sweep(duration=100))  # np.int8(100) * 2 overflows
    np.testing.assert_array_equal(sine(np.int8(100), **small), sine(100.0, **plain))
    np.testing.assert_array_equal(music_like(np.array([100, 120], np.int8)), music_like([100.0, 120.0]))
