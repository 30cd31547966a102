"""The plainest changes of a waveform: how loud it is, which way up, where it lies in time, which part is taken.

None of them computes a new value from two samples, so a NaN among them stays where it was.
"""

import numpy as np

from npaudio._core.checks import check_choice, check_floating, check_positive_int
from npaudio.augment.draws import DB_LIMITS, Rng, Strength, draw_strength, needed_generator

SHIFT_MODES = ("circular", "padded")


def gain(y: np.ndarray, *, db: Strength = (-6.0, 6.0), rng: Rng | None = None) -> np.ndarray:
    """Make a waveform louder or quieter: y * 10**(db / 20).

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Waveform; all channels get the same gain.
    db : float or (float, float)
        Gain in dB, or the range to draw it from. 6 doubles the amplitude (almost), -6 halves it. Nothing is clipped.
    rng : numpy.random.Generator, int or tuple of int, optional
        Needed if `db` is a range.

    Returns
    -------
    np.ndarray (..., n_samples)

    Raises
    ------
    ValueError
        If `y` is empty or not floating point, or `db` lies beyond ±200 dB.

    Examples
    --------
    >>> gain(np.array([0.1, -0.2]), db=20.0)
    array([ 1., -2.])
    """
    y = check_samples(y, caller="gain")
    db = draw_strength(db, rng, caller="gain", name="db", limits=DB_LIMITS)
    return y * np.array(10 ** (db / 20), y.dtype)  # of y's own type, which NumPy takes faster than a Python float


def polarity(y: np.ndarray) -> np.ndarray:
    """Turn a waveform upside down: -y, as a microphone with its wires swapped would. Nobody hears the difference.

    A network on spectrograms sees none either; one on samples learns that there is none. As a step it wants a
    probability: Step(polarity, p=0.5).

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
    """
    return -check_samples(y, caller="polarity")


def time_shift(
    y: np.ndarray, *, shift: Strength = (-0.1, 0.1), mode: str = "circular", rng: Rng | None = None
) -> np.ndarray:
    """Move a waveform in time by round(shift * n_samples) samples; its length stays.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Waveform; all channels move together.
    shift : float or (float, float)
        Share of the length, from -1 (earlier) to 1 (later), or the range to draw it from. For s seconds at the rate
        sr it is s * sr / n_samples.
    mode : {"circular", "padded"}
        What comes in where the signal has left: what went out at the other end (`np.roll`, the article), or zeros.
    rng : numpy.random.Generator, int or tuple of int, optional
        Needed if `shift` is a range.

    Returns
    -------
    np.ndarray (..., n_samples)

    Raises
    ------
    ValueError
        If `y` is empty or not floating point, `shift` is beyond ±1, or `mode` is unknown.

    Examples
    --------
    >>> time_shift(np.array([1.0, 2.0, 3.0, 4.0]), shift=0.25)
    array([4., 1., 2., 3.])
    >>> time_shift(np.array([1.0, 2.0, 3.0, 4.0]), shift=-0.25, mode="padded")
    array([2., 3., 4., 0.])
    """
    y = check_samples(y, caller="time_shift")
    check_choice(mode, SHIFT_MODES, caller="time_shift", name="mode")
    share = draw_strength(shift, rng, caller="time_shift", name="shift", limits=(-1.0, 1.0))
    n = y.shape[-1]
    later = round(share * n)
    turn = later % n  # n - turn samples stay in one piece, behind those that wrap around
    out = np.empty_like(y)
    out[..., turn:] = y[..., : n - turn]
    out[..., :turn] = y[..., n - turn :]
    if mode == "padded":
        out[..., : max(later, 0)] = 0
        out[..., n + min(later, 0) :] = 0
    return out


def random_crop(y: np.ndarray, *, size: int, rng: Rng | None = None) -> np.ndarray:
    """Take `size` samples from a random place; lay a shorter signal at a random place among zeros.

    Every place where it fits is equally likely, the ends included. On a spectrogram it crops frames.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Waveform, or anything else with time as its last axis.
    size : int
        Samples wanted.
    rng : numpy.random.Generator, int or tuple of int, optional
        Needed unless n_samples == size.

    Returns
    -------
    np.ndarray (..., size)
        A view into `y` where that is long enough, so cutting costs nothing; else a new array.

    Raises
    ------
    ValueError
        If `y` is empty or not floating point, or `size` is not a whole number of at least 1.
    """
    y = check_samples(y, caller="random_crop")
    size = check_positive_int(size, caller="random_crop", name="size")
    spare = y.shape[-1] - size
    if spare == 0:
        return y
    place = int(needed_generator(rng, caller="random_crop").integers(abs(spare) + 1))
    if spare > 0:
        return y[..., place : place + size]
    out = np.zeros((*y.shape[:-1], size), y.dtype)
    out[..., place : place + y.shape[-1]] = y
    return out


def check_samples(y: np.ndarray, *, caller: str) -> np.ndarray:
    """Return `y` as a float array with at least one sample on its last axis."""
    y = check_floating(y, caller=caller)
    if not (y.ndim and y.size):
        raise ValueError(f"{caller}: y holds no samples along a time axis, got shape {y.shape}; pass at least one")
    return y
