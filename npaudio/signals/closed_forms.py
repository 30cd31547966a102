"""Sounds from formulas: five test signals whose spectra are known in advance, and ten classes of sound events.

The test signals are those of the article's first exercise: a tone, noise, a sweep, something like speech and
something like music. Each is a closed form, so that a spectrogram of it can be checked against what must come out.
`synthesize` draws recordings of sound events; they are the data set that needs no download.

Conventions: mono, shape (round(sr * duration),), float32 unless `dtype` says float64 (computed in float64 and
rounded once); frequencies in Hz, below sr / 2; `amplitude` is the peak that is never passed, except for noise,
where it is the standard deviation. The sample at index i is at the time i / sr.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from npaudio._core.checks import check_choice, check_positive, check_positive_int
from npaudio.signals.synthesizers import SOUND_CLASSES, synthesize

__all__ = [
    "SOUND_CLASSES",
    "article_signals",
    "music_like",
    "sine",
    "speech_like",
    "sweep",
    "synthesize",
    "white_noise",
]


def sine(
    frequency: float = 440.0,
    *,
    sr: int = 16000,
    duration: float = 2.0,
    amplitude: float = 0.5,
    dtype: DTypeLike = np.float32,
) -> np.ndarray:
    """Pure tone: amplitude * sin(2 pi frequency t).

    Parameters
    ----------
    frequency : float
        Hz, below sr / 2.
    sr : int
        Sampling rate in Hz.
    duration : float
        Seconds.
    amplitude : float
        Peak.
    dtype : DTypeLike
        float32 or float64.

    Returns
    -------
    np.ndarray
        Shape (round(sr * duration),).

    Raises
    ------
    ValueError
        If the frequency is not below sr / 2, or another number is not above 0.

    Examples
    --------
    >>> y = sine(1000.0, sr=8000, duration=1.0)
    >>> int(np.argmax(np.abs(np.fft.rfft(y))))
    1000
    """
    t = _times(sr, duration, caller="sine")
    _check_frequencies([frequency], sr, caller="sine")
    return _finish(np.sin(2 * np.pi * frequency * t), amplitude, dtype, caller="sine")


def white_noise(
    *,
    sr: int = 16000,
    duration: float = 2.0,
    rng: np.random.Generator | int = 42,
    amplitude: float = 0.1,
    dtype: DTypeLike = np.float32,
) -> np.ndarray:
    """Gaussian noise: independent samples, so every frequency is equally strong on average.

    Parameters
    ----------
    sr : int
        Sampling rate in Hz.
    duration : float
        Seconds.
    rng : numpy.random.Generator or int
        Source of the samples; the default is the article's seed (with NumPy's newer generator, so other numbers).
    amplitude : float
        Standard deviation. At the default 0.1 a peak beyond 1 would be ten deviations out.
    dtype : DTypeLike
        float32 or float64.

    Returns
    -------
    np.ndarray
        Shape (round(sr * duration),).

    Raises
    ------
    ValueError
        If a number is not above 0.
    """
    n_samples = len(_times(sr, duration, caller="white_noise"))
    return _finish(np.random.default_rng(rng).normal(size=n_samples), amplitude, dtype, caller="white_noise")


def sweep(
    f_start: float = 200.0,
    f_end: float = 4000.0,
    *,
    sr: int = 16000,
    duration: float = 2.0,
    amplitude: float = 0.5,
    dtype: DTypeLike = np.float32,
) -> np.ndarray:
    """Tone whose frequency moves in a straight line from `f_start` at t = 0 to `f_end` at t = duration.

    The phase is the integral of the frequency: 2 pi (f_start t + (f_end - f_start) t**2 / (2 duration)). Without
    the 2 the tone would run at twice the rate and end at 2 f_end - f_start, a mistake often made.

    Parameters
    ----------
    f_start, f_end : float
        Hz, below sr / 2; the sweep may go down.
    sr : int
        Sampling rate in Hz.
    duration : float
        Seconds.
    amplitude : float
        Peak.
    dtype : DTypeLike
        float32 or float64.

    Returns
    -------
    np.ndarray
        Shape (round(sr * duration),).

    Raises
    ------
    ValueError
        If a frequency is not below sr / 2, or another number is not above 0.
    """
    t = _times(sr, duration, caller="sweep")
    _check_frequencies([f_start, f_end], sr, caller="sweep")
    cycles = f_start * t + (f_end - f_start) * t**2 / (2 * duration)
    return _finish(np.sin(2 * np.pi * cycles), amplitude, dtype, caller="sweep")


def speech_like(
    frequencies: Sequence[float] = (150.0, 300.0, 900.0, 2500.0),
    *,
    modulation_rate: float = 4.0,
    sr: int = 16000,
    duration: float = 2.0,
    amplitude: float = 0.5,
    dtype: DTypeLike = np.float32,
) -> np.ndarray:
    """Tones where a voice has its pitch and formants, swelling and fading as syllables do.

    mean of sin(2 pi f t) over the frequencies, times (1 - cos(2 pi modulation_rate t)) / 2: silent at t = 0, full
    half a period later. The modulation puts two side lines at f ± modulation_rate, each half of the middle one.

    Parameters
    ----------
    frequencies : sequence of float
        Hz, below sr / 2; all equally strong, each of peak amplitude / len(frequencies).
    modulation_rate : float
        Syllables a second, in Hz.
    sr : int
        Sampling rate in Hz.
    duration : float
        Seconds.
    amplitude : float
        Bound of the peak.
    dtype : DTypeLike
        float32 or float64.

    Returns
    -------
    np.ndarray
        Shape (round(sr * duration),).

    Raises
    ------
    ValueError
        If a frequency is not below sr / 2, there is none, or another number is not above 0.
    """
    t = _times(sr, duration, caller="speech_like")
    _check_frequencies(frequencies, sr, caller="speech_like")
    check_positive(modulation_rate, caller="speech_like", name="modulation_rate")
    syllables = (1 - np.cos(2 * np.pi * modulation_rate * t)) / 2
    return _finish(syllables * _chord(frequencies, t), amplitude, dtype, caller="speech_like")


def music_like(
    frequencies: Sequence[float] = (440.0, 554.0, 659.0),
    *,
    vibrato_rate: float = 5.0,
    vibrato_depth: float = 0.01,
    sr: int = 16000,
    duration: float = 2.0,
    amplitude: float = 0.5,
    dtype: DTypeLike = np.float32,
) -> np.ndarray:
    """A chord (A major by default) whose notes tremble together in pitch: true frequency modulation.

    The frequency of a note is f (1 + depth sin(2 pi rate t)); its phase is the integral of that, which is 2 pi f
    times the bent time t + depth (1 - cos(2 pi rate t)) / (2 pi rate). All notes share the bent time.

    Parameters
    ----------
    frequencies : sequence of float
        Hz; with the vibrato added they stay below sr / 2. Each note has the peak amplitude / len(frequencies).
    vibrato_rate : float
        Trembles a second, in Hz.
    vibrato_depth : float
        Largest deviation as a share of the frequency, from 0; 0.01 is 17 cents, a slight vibrato.
    sr : int
        Sampling rate in Hz.
    duration : float
        Seconds.
    amplitude : float
        Bound of the peak.
    dtype : DTypeLike
        float32 or float64.

    Returns
    -------
    np.ndarray
        Shape (round(sr * duration),).

    Raises
    ------
    ValueError
        If a frequency passes sr / 2, there is none, the depth is not in 0 to 1, or another number is not above 0.
    """
    t = _times(sr, duration, caller="music_like")
    check_positive(vibrato_rate, caller="music_like", name="vibrato_rate")
    if not 0 <= vibrato_depth < 1:
        raise ValueError(f"music_like: vibrato_depth must be at least 0 and below 1, got {vibrato_depth!r}; try 0.01")
    _check_frequencies([f * (1 + vibrato_depth) for f in frequencies], sr, caller="music_like")
    angular = 2 * np.pi * vibrato_rate
    bent_time = t + vibrato_depth * (1 - np.cos(angular * t)) / angular
    return _finish(_chord(frequencies, bent_time), amplitude, dtype, caller="music_like")


def article_signals(*, sr: int = 16000, duration: float = 2.0, dtype: DTypeLike = np.float32) -> dict[str, np.ndarray]:
    """The five test signals with their defaults, by the name of their function, in the article's order.

    Parameters
    ----------
    sr : int
        Sampling rate in Hz, above 8000 as the sweep ends at 4000 Hz.
    duration : float
        Seconds.
    dtype : DTypeLike
        float32 or float64.

    Returns
    -------
    dict of str to np.ndarray
        Each of shape (round(sr * duration),).
    """
    makers = (sine, white_noise, sweep, speech_like, music_like)
    return {make.__name__: make(sr=sr, duration=duration, dtype=dtype) for make in makers}


def _times(sr: int, duration: float, *, caller: str) -> np.ndarray:
    """Time of each sample in seconds, (round(sr * duration),)."""
    check_positive_int(sr, caller=caller, name="sr")
    check_positive(duration, caller=caller, name="duration")
    n_samples = round(sr * duration)
    if n_samples < 1:
        raise ValueError(f"{caller}: {duration} s at {sr} Hz holds no sample; ask for at least {1 / sr:.3g} s")
    return np.arange(n_samples) / sr


def _check_frequencies(frequencies: Sequence[float], sr: int, *, caller: str) -> None:
    """Refuse an empty list, and tones that the sampling rate cannot hold."""
    if len(frequencies) == 0:
        raise ValueError(f"{caller}: frequencies is empty; give at least one frequency in Hz")
    for frequency in frequencies:
        check_positive(frequency, caller=caller, name="frequency")
        if frequency >= sr / 2:
            raise ValueError(
                f"{caller}: a frequency of {frequency:g} Hz must be below sr / 2 = {sr / 2:g} Hz, or it aliases; "
                f"lower it, or raise sr above {2 * frequency:g}"
            )


def _chord(frequencies: Sequence[float], t: np.ndarray) -> np.ndarray:
    """Mean of the tones, so that the sum never passes 1."""
    return np.mean([np.sin(2 * np.pi * f * t) for f in frequencies], axis=0)


def _finish(y: np.ndarray, amplitude: float, dtype: DTypeLike, *, caller: str) -> np.ndarray:
    """Scale `y` and round it to the dtype asked for, once."""
    check_positive(amplitude, caller=caller, name="amplitude")
    check_choice(np.dtype(dtype).name, ("float32", "float64"), caller=caller, name="dtype")
    return (amplitude * y).astype(dtype)
