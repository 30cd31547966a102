"""Two test signals whose amplitude or frequency is modulated, like those of speech and music; and all five together.

Conventions: those of `closed_forms`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from npaudio._core.checks import Check
from npaudio._core.types import Waveform
from npaudio.signals.closed_forms import checked_frequencies, chord, sample_times, scaled, sine, sweep, white_noise


def speech_like(
    frequencies: Sequence[float] = (150.0, 300.0, 900.0, 2500.0),
    *,
    modulation_rate: float = 4.0,
    sr: int = 16000,
    duration: float = 2.0,
    amplitude: float = 0.5,
    dtype: DTypeLike = np.float32,
) -> Waveform:
    """Tones where a voice has its pitch and formants, swelling and fading as syllables do.

    The mean of sin(2 pi f t) over the frequencies, times (1 - cos(2 pi modulation_rate t)) / 2: silent at t = 0, at
    full level half a period later. The modulation adds two side lines at f ± modulation_rate, each half as strong.

    Explained in lesson 02.

    Parameters
    ----------
    frequencies : sequence of float
        Hz, below sr / 2; all equally strong, each of peak amplitude / len(frequencies).
    modulation_rate : float
        Syllables a second, in Hz.
    sr : int
        Sample rate in Hz.
    duration : float
        Seconds.
    amplitude : float
        Bound of the peak.
    dtype : DTypeLike
        float32 or float64.

    Returns
    -------
    np.ndarray (round(sr * duration),)

    Raises
    ------
    ValueError
        If a frequency is not below sr / 2, there is none, or another number is not above 0.

    See Also
    --------
    article_signals : all five.
    """
    check = Check("speech_like")
    t = sample_times(check, sr, duration)
    frequencies = checked_frequencies(check, frequencies, sr)
    modulation_rate = check.positive(modulation_rate, "modulation_rate")
    syllables = (1 - np.cos(2 * np.pi * modulation_rate * t)) / 2
    return scaled(check, syllables * chord(frequencies, t), amplitude, dtype)


def music_like(
    frequencies: Sequence[float] = (440.0, 554.0, 659.0),
    *,
    vibrato_rate: float = 5.0,
    vibrato_depth: float = 0.01,
    sr: int = 16000,
    duration: float = 2.0,
    amplitude: float = 0.5,
    dtype: DTypeLike = np.float32,
) -> Waveform:
    """A chord (A major by default) with vibrato: frequency modulation of all notes together.

    The frequency of a note is f (1 + depth sin(2 pi rate t)). Its phase is the integral of that, which is 2 pi f
    times a bent time, t + depth (1 - cos(2 pi rate t)) / (2 pi rate). All notes share the bent time.

    Explained in lesson 02.

    Parameters
    ----------
    frequencies : sequence of float
        Hz; with the vibrato added they stay below sr / 2. Each note has the peak amplitude / len(frequencies).
    vibrato_rate : float
        Periods of the vibrato a second, in Hz.
    vibrato_depth : float
        Largest deviation as a share of the frequency, from 0; 0.01 is 17 cents, a slight vibrato.
    sr : int
        Sample rate in Hz.
    duration : float
        Seconds.
    amplitude : float
        Bound of the peak.
    dtype : DTypeLike
        float32 or float64.

    Returns
    -------
    np.ndarray (round(sr * duration),)

    Raises
    ------
    ValueError
        If a frequency reaches sr / 2, there is none, the depth is not in 0 to 1, or another number is not above 0.

    See Also
    --------
    article_signals : all five.
    """
    check = Check("music_like")
    t = sample_times(check, sr, duration)
    angular = 2 * np.pi * check.positive(vibrato_rate, "vibrato_rate")
    if not 0 <= vibrato_depth < 1:
        raise check.error(f"vibrato_depth must be at least 0 and below 1, got {vibrato_depth!r}; try 0.01")
    checked_frequencies(check, [f * (1 + vibrato_depth) for f in frequencies], sr)
    bent_time = t + vibrato_depth * (1 - np.cos(angular * t)) / angular
    return scaled(check, chord(frequencies, bent_time), amplitude, dtype)


def article_signals(*, sr: int = 16000, duration: float = 2.0, dtype: DTypeLike = np.float32) -> dict[str, Waveform]:
    """The five test signals with their defaults, by the name of their function, in the article's order.

    Explained in lesson 02.

    Parameters
    ----------
    sr : int
        Sample rate in Hz, above 8000 as the sweep ends at 4000 Hz.
    duration : float
        Seconds.
    dtype : DTypeLike
        float32 or float64.

    Returns
    -------
    dict of str to np.ndarray
        Each of shape (round(sr * duration),).

    See Also
    --------
    sine, white_noise, sweep, speech_like, music_like : the five.
    """
    makers = (sine, white_noise, sweep, speech_like, music_like)
    return {make.__name__: make(sr=sr, duration=duration, dtype=dtype) for make in makers}
