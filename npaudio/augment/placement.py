"""The simplest changes of a waveform: its level, its polarity, its place in time, the part that is taken.

None of them combines two samples, so a NaN stays a single NaN.
"""

from typing import Literal, get_args

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.generators import Rng, needed_generator
from npaudio._core.types import Waveform
from npaudio.augment.draws import DB_LIMITS, Strength, draw_strength

ShiftMode = Literal["circular", "padded"]


def gain(y: Waveform, *, db: Strength = (-6.0, 6.0), rng: Rng | None = None) -> Waveform:
    """Make a waveform louder or quieter: y * 10**(db / 20).

    Explained in lesson 04.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Waveform; all channels get the same gain.
    db : float or (float, float)
        Gain in dB, or the range to draw it from. 6 nearly doubles the amplitude, -6 nearly halves it; nothing clips.
    rng : numpy.random.Generator, int or tuple of int, optional
        Needed if `db` is a range.

    Returns
    -------
    np.ndarray (..., n_samples)

    Raises
    ------
    ValueError
        If `y` is empty or not floating point, or `db` lies beyond ±200 dB.

    See Also
    --------
    npaudio.normalize_peak : a given peak instead of a given change.

    Examples
    --------
    >>> gain(np.array([0.1, -0.2]), db=20.0)
    array([ 1., -2.])
    """
    check = Check("gain")
    y = check.samples(y)
    db = draw_strength(check, db, rng, "db", limits=DB_LIMITS)
    return y * 10 ** (db / 20)


def polarity(y: Waveform) -> Waveform:
    """Turn a waveform upside down: -y, as a microphone with swapped wires does. The difference is inaudible.

    Spectrograms do not show it either; a network on samples learns to ignore it. As a step it needs a probability:
    Step(polarity, p=0.5).

    Used in lesson 04.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Waveform.

    Returns
    -------
    np.ndarray (..., n_samples)

    Raises
    ------
    ValueError
        If `y` is empty or not floating point.

    See Also
    --------
    npaudio.augment.gain : changes the level.
    """
    return -Check("polarity").samples(y)


def time_shift(
    y: Waveform, *, shift: Strength = (-0.1, 0.1), mode: ShiftMode = "circular", rng: Rng | None = None
) -> Waveform:
    """Move a waveform in time by round(shift * n_samples) samples; its length stays.

    Explained in lesson 04.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Waveform; all channels move together.
    shift : float or (float, float)
        Share of the length, from -1 (earlier) to 1 (later), or the range to draw it from. A shift by s seconds is
        s * sr / n_samples.
    mode : {"circular", "padded"}
        What fills the gap: the samples that left at the other end (`np.roll`, the article), or zeros.
    rng : numpy.random.Generator, int or tuple of int, optional
        Needed if `shift` is a range.

    Returns
    -------
    np.ndarray (..., n_samples)

    Raises
    ------
    ValueError
        If `y` is empty or not floating point, `shift` is beyond ±1, or `mode` is unknown.

    See Also
    --------
    npaudio.augment.random_crop : for recordings that are longer than a clip.

    Examples
    --------
    >>> time_shift(np.array([1.0, 2.0, 3.0, 4.0]), shift=0.25)
    array([4., 1., 2., 3.])
    >>> time_shift(np.array([1.0, 2.0, 3.0, 4.0]), shift=-0.25, mode="padded")
    array([2., 3., 4., 0.])
    """
    check = Check("time_shift")
    y = check.samples(y)
    check.choice(mode, get_args(ShiftMode), "mode")
    share = draw_strength(check, shift, rng, "shift", limits=(-1.0, 1.0))
    n = y.shape[-1]
    later = round(share * n)
    turn = later % n  # so many samples wrap around; the n - turn others follow them
    out = np.empty_like(y)
    out[..., turn:] = y[..., : n - turn]
    out[..., :turn] = y[..., n - turn :]
    if mode == "padded":
        out[..., : max(later, 0)] = 0
        out[..., n + min(later, 0) :] = 0
    return out


def random_crop(y: Waveform, *, size: int, rng: Rng | None = None) -> Waveform:
    """Take `size` samples from a random place; put a shorter signal at a random place among zeros.

    Every place where it fits is equally likely, the ends included. On a spectrogram it crops frames.

    Explained in lesson 04.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Waveform, or any other array with time as its last axis.
    size : int
        Samples wanted.
    rng : numpy.random.Generator, int or tuple of int, optional
        Needed unless n_samples == size.

    Returns
    -------
    np.ndarray (..., size)
        A view of `y` if it is long enough, so cutting costs nothing; otherwise a new array.

    Raises
    ------
    ValueError
        If `y` is empty or not floating point, or `size` is not a whole number of at least 1.

    See Also
    --------
    npaudio.fix_length : the beginning, or zeros at the end.
    npaudio.augment.time_shift : keeps the length.
    """
    check = Check("random_crop")
    y = check.samples(y)
    size = check.whole_number(size, "size")
    spare = y.shape[-1] - size
    if spare == 0:
        return y
    place = int(needed_generator(check, rng).integers(abs(spare) + 1))
    if spare > 0:
        return y[..., place : place + size]
    out = np.zeros((*y.shape[:-1], size), y.dtype)
    out[..., place : place + y.shape[-1]] = y
    return out
