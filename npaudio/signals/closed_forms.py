"""Five test signals whose spectra are known in advance, because each is a formula.

They are those of the article's first exercise: a tone, noise, a sweep, something like speech and something like music.
They begin and end at full level, as their formulas do, which clicks in a loudspeaker: `fade` them before listening.

Conventions: mono, shape (round(sr * duration),), float32 unless `dtype` says float64 (computed in float64 and
rounded once); frequencies in Hz, below sr / 2; no sample exceeds `amplitude`, except for noise, where it is the
standard deviation. The sample at index i is at the time i / sr.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from npaudio._core.checks import Check
from npaudio._core.types import Waveform


def sine(
    frequency: float = 440.0,
    *,
    sr: int = 16000,
    duration: float = 2.0,
    amplitude: float = 0.5,
    dtype: DTypeLike = np.float32,
) -> Waveform:
    """Pure tone: amplitude * sin(2 pi frequency t).

    Explained in lesson 02.

    Parameters
    ----------
    frequency : float
        Hz, below sr / 2.
    sr : int
        Sample rate in Hz.
    duration : float
        Seconds.
    amplitude : float
        Peak.
    dtype : DTypeLike
        float32 or float64.

    Returns
    -------
    np.ndarray (round(sr * duration),)

    Raises
    ------
    ValueError
        If the frequency is not below sr / 2, or another number is not above 0.

    See Also
    --------
    npaudio.signals.fade : removes the click at its end.
    npaudio.sweep : a tone whose frequency moves.

    Examples
    --------
    >>> y = sine(1000.0, sr=8000, duration=1.0)
    >>> int(np.argmax(np.abs(np.fft.rfft(y))))
    1000
    """
    check = Check("sine")
    t = sample_times(check, sr, duration)
    (frequency,) = checked_frequencies(check, [frequency], sr)
    return scaled(check, np.sin(2 * np.pi * frequency * t), amplitude, dtype)


def white_noise(
    *,
    sr: int = 16000,
    duration: float = 2.0,
    rng: np.random.Generator | int = 42,
    amplitude: float = 0.1,
    dtype: DTypeLike = np.float32,
) -> Waveform:
    """Gaussian noise: independent samples, so every frequency is equally strong on average.

    Explained in lesson 02.

    Parameters
    ----------
    sr : int
        Sample rate in Hz.
    duration : float
        Seconds.
    rng : numpy.random.Generator or int
        Source of the samples; the default is the article's seed (NumPy's newer generator draws other numbers from it).
    amplitude : float
        Standard deviation. At the default 0.1 a sample beyond ±1 would be ten deviations out.
    dtype : DTypeLike
        float32 or float64.

    Returns
    -------
    np.ndarray (round(sr * duration),)

    Raises
    ------
    ValueError
        If a number is not above 0.

    See Also
    --------
    article_signals : all five.
    """
    check = Check("white_noise")
    n_samples = len(sample_times(check, sr, duration))
    return scaled(check, np.random.default_rng(rng).normal(size=n_samples), amplitude, dtype)


def sweep(
    f_start: float = 200.0,
    f_end: float = 4000.0,
    *,
    sr: int = 16000,
    duration: float = 2.0,
    amplitude: float = 0.5,
    dtype: DTypeLike = np.float32,
) -> Waveform:
    """Tone whose frequency moves in a straight line from `f_start` at t = 0 to `f_end` at t = duration.

    The phase is the integral of the frequency: 2 pi (f_start t + (f_end - f_start) t**2 / (2 duration)). Without
    the 2, a common mistake, the frequency would rise twice as fast and end at 2 f_end - f_start.

    Explained in lesson 02.

    Parameters
    ----------
    f_start, f_end : float
        Hz, below sr / 2; the sweep may go down.
    sr : int
        Sample rate in Hz.
    duration : float
        Seconds.
    amplitude : float
        Peak.
    dtype : DTypeLike
        float32 or float64.

    Returns
    -------
    np.ndarray (round(sr * duration),)

    Raises
    ------
    ValueError
        If a frequency is not below sr / 2, or another number is not above 0.

    See Also
    --------
    article_signals : all five.
    """
    check = Check("sweep")
    t, duration = sample_times(check, sr, duration), float(duration)
    f_start, f_end = checked_frequencies(check, [f_start, f_end], sr)
    cycles = f_start * t + (f_end - f_start) * t**2 / (2 * duration)
    return scaled(check, np.sin(2 * np.pi * cycles), amplitude, dtype)


def sample_times(check: Check, sr: int, duration: float) -> np.ndarray:
    """Time of each sample in seconds, (round(sr * duration),)."""
    sr, duration = check.whole_number(sr, "sr"), check.positive(duration, "duration")
    n_samples = round(sr * duration)
    if n_samples < 1:
        raise check.error(f"{duration} s at {sr} Hz holds no sample; ask for at least {1 / sr:.3g} s")
    return np.arange(n_samples) / sr


def checked_frequencies(check: Check, frequencies: Sequence[float], sr: int) -> list[float]:
    """Return frequencies as floats; refuse an empty list, and tones that the sample rate cannot hold."""
    if len(frequencies) == 0:
        raise check.error("frequencies is empty; give at least one frequency in Hz")
    checked = [check.positive(frequency, "frequency") for frequency in frequencies]
    if max(checked) >= sr / 2:
        raise check.error(
            f"a frequency of {max(checked):g} Hz must be below sr / 2 = {sr / 2:g} Hz, or it aliases; "
            f"lower it, or raise sr above {2 * max(checked):g}"
        )
    return checked


def chord(frequencies: Sequence[float], t: np.ndarray) -> np.ndarray:
    """Mean of the tones, so that the sum never exceeds 1."""
    return np.mean([np.sin(2 * np.pi * f * t) for f in frequencies], axis=0)


def scaled(check: Check, y: np.ndarray, amplitude: float, dtype: DTypeLike) -> Waveform:
    """`y` times the amplitude, rounded once to the type asked for."""
    check.choice(np.dtype(dtype).name, ("float32", "float64"), "dtype")
    return (check.positive(amplitude, "amplitude") * y).astype(dtype)
