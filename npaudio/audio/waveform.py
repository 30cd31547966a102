"""First steps with a waveform: mono, peak level, length. Waveforms are (..., n_samples), float32 or float64."""

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Waveform


def to_mono(y: Waveform) -> Waveform:
    """Average the channels.

    Goes with lesson 01.

    Parameters
    ----------
    y : np.ndarray, shape (n_samples,) or (..., channels, n_samples)
        Waveform, float32 or float64.

    Returns
    -------
    np.ndarray, shape (n_samples,) or (..., n_samples)
        A new array of the same dtype; a copy if `y` is mono already.

    Raises
    ------
    ValueError
        If `y` is empty, not floating point or not finite.

    See Also
    --------
    load : Averages the channels unless told otherwise.

    Examples
    --------
    >>> to_mono(np.array([[1.0, 0.0], [0.0, 0.5]]))
    array([0.5 , 0.25])
    """
    return average_channels(Check("to_mono").waveform(y))


def normalize_peak(y: Waveform, *, peak: float = 1.0) -> Waveform:
    """Scale the whole array so that its largest magnitude is `peak`. Silence stays silence.

    All channels get the same factor, so the balance between them stays as it is.

    Used in lesson 01.

    Parameters
    ----------
    y : np.ndarray, shape (..., n_samples)
        Waveform, float32 or float64.
    peak : float
        The largest magnitude of the result.

    Returns
    -------
    np.ndarray
        A new array of the shape and dtype of `y`.

    Raises
    ------
    ValueError
        If `y` is empty, not floating point or not finite, or `peak` is not above 0.

    See Also
    --------
    npaudio.augment.gain : Change the level by a number of decibels.

    Examples
    --------
    >>> normalize_peak(np.array([0.1, -0.2]))
    array([ 0.5, -1. ])
    """
    check = Check("normalize_peak")
    y, peak = check.waveform(y), check.positive(peak, "peak")
    largest = largest_magnitude(y)
    if largest == 0:
        return y.copy()
    # Two steps, because peak / largest is infinite for the smallest floats.
    return y / y.dtype.type(largest) * y.dtype.type(peak)


def fix_length(y: Waveform, *, size: int) -> Waveform:
    """Cut a waveform, or pad it with zeros, at its end.

    Explained in lesson 01.

    Parameters
    ----------
    y : np.ndarray, shape (..., n_samples)
        Waveform, float32 or float64.
    size : int
        Number of samples in the result.

    Returns
    -------
    np.ndarray, shape (..., size)
        A new array of the same dtype.

    Raises
    ------
    ValueError
        If `y` is empty, not floating point or not finite, or `size` is not a whole number of at least 1.

    See Also
    --------
    npaudio.datasets.SoundDataset : its clips may differ in length until this makes them equal.
    npaudio.augment.random_crop : another part of a long recording each time.

    Examples
    --------
    >>> fix_length(np.array([0.5, 0.25]), size=3)
    array([0.5 , 0.25, 0.  ])
    """
    check = Check("fix_length")
    return cut_or_padded(check.waveform(y), check.whole_number(size, "size"))


def cut_or_padded(y: np.ndarray, size: int) -> np.ndarray:
    """A new array with `size` entries along the last axis: the first ones of `y`, and zeros if it has fewer."""
    out = np.zeros((*y.shape[:-1], size), y.dtype)
    kept = min(size, y.shape[-1])
    out[..., :kept] = y[..., :kept]
    return out


def average_channels(y: Waveform) -> Waveform:
    """Mean over the channels of (..., channels, n_samples), channel by channel, which is fast in any memory order."""
    if y.ndim == 1:
        return y.copy()
    total = y[..., 0, :].copy()
    for channel in range(1, y.shape[-2]):
        total += y[..., channel, :]
    total /= y.shape[-2]
    return total


def largest_magnitude(y: Waveform) -> float:
    """The largest |y|, without an array of magnitudes; NaN if `y` holds one."""
    return float(max(y.max(), -y.min()))
