"""Ends without a click. The public name is `npaudio.signals.fade`."""

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Waveform


def fade(y: Waveform, *, sr: float, duration: float = 0.01) -> Waveform:
    """Fade a sound in and out, so that it neither begins nor ends with a click.

    A sound that stops in the middle of a period jumps to zero, and a jump holds all frequencies. The gain rises as
    half a period of a cosine, (1 - cos(pi t / duration)) / 2, and falls likewise at the end.

    Goes with lesson 01.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Waveform.
    sr : float
        Sample rate in Hz.
    duration : float
        Length of each fade in seconds; in a shorter sound the two fades meet in the middle.

    Returns
    -------
    np.ndarray (..., n_samples)
        A new array; only the ends differ from `y`.

    Raises
    ------
    ValueError
        If `y` is empty, not floating point or not finite, or `sr` or `duration` is not above 0.

    See Also
    --------
    npaudio.sine, npaudio.sweep, npaudio.music_like : sounds that end at full level.

    Examples
    --------
    >>> fade(np.ones(8), sr=4, duration=1.0).round(2)
    array([0.  , 0.15, 0.5 , 0.85, 0.85, 0.5 , 0.15, 0.  ])
    """
    check = Check("fade")
    y = check.waveform(y)
    n = min(round(check.positive(sr, "sr") * check.positive(duration, "duration")), y.shape[-1] // 2)
    rise = ((1 - np.cos(np.pi * np.arange(n) / max(n, 1))) / 2).astype(y.dtype)
    faded = y.copy()
    faded[..., :n] *= rise
    faded[..., y.shape[-1] - n :] *= rise[::-1]
    return faded
