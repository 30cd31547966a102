"""Decibels: power on a logarithmic scale, as loudness is heard, and back. Public names are in `npaudio.spectrum`."""

from collections.abc import Callable

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Spectrogram


def power_to_db(
    S: Spectrogram,
    *,
    ref: float | Callable[[np.ndarray], float] = 1.0,
    amin: float = 1e-10,
    top_db: float | None = 80.0,
) -> Spectrogram:
    """Decibels of a power spectrogram, 10 log10(max(amin, S) / max(amin, ref)), as `librosa.power_to_db`.

    It differs from librosa in one point: `top_db` and a callable `ref` consider one spectrogram at a time, the last
    two axes, so that a clip has the same levels alone and in a batch. librosa takes the maximum of the whole array.

    Explained in lesson 01.

    Parameters
    ----------
    S : np.ndarray (..., n_freq, n_frames)
        Power (not magnitude), real and not negative.
    ref : float or callable
        Power of 0 dB, or a function of each spectrogram that returns it, for example `np.max`.
    amin : float
        Floor under S and ref; keeps silence finite.
    top_db : float or None
        Nothing lies more than this many dB below the maximum of its spectrogram; None for no such floor.

    Returns
    -------
    np.ndarray
        Same shape and type; silence is 10 log10(amin / ref).

    Raises
    ------
    ValueError
        Complex input, amin not above 0, or top_db negative.

    See Also
    --------
    npaudio.db_to_power : the inverse.
    npaudio.log_mel : a mel spectrogram in dB.

    Examples
    --------
    >>> power_to_db(np.array([1.0, 0.1, 0.0]))
    array([  0., -10., -80.])
    """
    check = Check("power_to_db")
    S = _check_power(check, S)
    amin = check.positive(amin, "amin")
    top_db = checked_top_db(check, top_db)
    reference = _reference_power(check, S, ref)
    power = np.maximum(S, S.dtype.type(amin))
    if top_db is not None:
        raise_to_range(power, top_db)
    decibels = np.log10(power, out=power)
    decibels *= 10
    decibels -= (10 * np.log10(np.maximum(amin, np.abs(reference)))).astype(S.dtype)
    return decibels


def raise_to_range(S: Spectrogram, top_db: float, *, db_per_decade: float = 10.0) -> None:
    """In place: raise everything that lies more than `top_db` below the maximum of its spectrogram, to that limit.

    A factor of ten is 10 dB in power, and 20 dB in amplitude.
    """
    if S.size:
        axes = tuple(range(-min(S.ndim, 2), 0))  # of one spectrogram: the last two, or all there are
        loudest = S.max(axis=axes, keepdims=True)
        np.maximum(S, loudest * S.dtype.type(10 ** (-top_db / db_per_decade)), out=S)


def checked_top_db(check: Check, top_db: float | None) -> float | None:
    """Return a range as a float, and no range as None; refuse a negative one, which would lie above the maximum."""
    if top_db is not None and check.number(top_db, "top_db") < 0:
        raise check.error(f"top_db must be at least 0, got {top_db!r}; use None for no floor")
    return None if top_db is None else float(top_db)


def db_to_power(S_db: Spectrogram, *, ref: float = 1.0) -> Spectrogram:
    """Power of decibels, ref * 10 ** (S_db / 10), as in librosa: the inverse of `power_to_db` above its floors.

    Explained in lesson 01.

    Parameters
    ----------
    S_db : np.ndarray
        Decibels, any shape.
    ref : float
        Power of 0 dB.

    Returns
    -------
    np.ndarray
        Same shape and type.

    Raises
    ------
    ValueError
        Not floating point, or a `ref` that is not a number.

    See Also
    --------
    npaudio.power_to_db : the inverse.

    Examples
    --------
    >>> db_to_power(np.array([0.0, 10.0, -20.0]))
    array([ 1.  , 10.  ,  0.01])
    """
    check = Check("db_to_power")
    S_db = check.floating(S_db, "S_db")
    return S_db.dtype.type(check.number(ref, "ref")) * 10 ** (S_db / 10)


def _check_power(check: Check, S: Spectrogram) -> Spectrogram:
    S = check.array(S, "S")
    if np.iscomplexobj(S):
        raise check.error(f"S must be power, got complex numbers of shape {S.shape}; pass np.abs(S) ** 2")
    return check.finite(check.floating(S, "S"), "S")


def _reference_power(check: Check, S: Spectrogram, ref: float | Callable[[np.ndarray], float]) -> np.ndarray:
    """The power of 0 dB: one for all spectrograms or, from a callable, one for each (..., 1, 1)."""
    if not callable(ref):
        return np.asarray(check.number(ref, "ref"))
    if S.ndim <= 2:
        return np.asarray(ref(S), np.float64)
    each = [ref(S[item]) for item in np.ndindex(S.shape[:-2])]
    return np.array(each, np.float64).reshape(*S.shape[:-2], 1, 1)
