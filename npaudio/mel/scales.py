"""The mel scales, Slaney's and HTK's. The public names are in `npaudio.mel`.

Slaney's scale (Auditory Toolbox, 1998; librosa's default) is linear up to 1 kHz and logarithmic above. HTK's
(O'Shaughnessy 1987; Young et al., The HTK Book) is 2595 log10(1 + f / 700).
"""

from typing import Literal, get_args

import numpy as np

from npaudio._core.checks import Check

MelScale = Literal["slaney", "htk"]

# Slaney: 15 mels to 1000 Hz, in equal steps; above it, 27 steps for each factor of 6.4.
_SLANEY_HZ_PER_MEL = 200 / 3
_SLANEY_CORNER_HZ = 1000.0
_SLANEY_CORNER_MEL = _SLANEY_CORNER_HZ / _SLANEY_HZ_PER_MEL
_SLANEY_LOG_STEP = np.log(6.4) / 27


def hz_to_mel(frequencies: np.ndarray | float, *, scale: MelScale = "slaney") -> np.ndarray:
    """Mels of frequencies in Hz; `scale="slaney"` as librosa by default, `scale="htk"` as its `htk=True`.

    Explained in lesson 01.

    Parameters
    ----------
    frequencies : float or np.ndarray, any shape
        Hz, not negative.
    scale : {"slaney", "htk"}
        Slaney: f / (200/3) below 1 kHz, then 15 + 27 ln(f / 1000) / ln(6.4). HTK: 2595 log10(1 + f / 700).

    Returns
    -------
    np.ndarray
        Mels, the shape of the input.

    Raises
    ------
    ValueError
        Unknown scale, or a negative frequency.

    See Also
    --------
    npaudio.mel_to_hz : the inverse.

    Examples
    --------
    >>> hz_to_mel([0.0, 200.0, 1000.0, 6400.0])
    array([ 0.,  3., 15., 42.])
    """
    check = Check("hz_to_mel")
    check.choice(scale, get_args(MelScale), "scale")
    f = check.array(frequencies, "frequencies").astype(np.float64)
    if np.any(f < 0):
        raise check.error(f"frequencies must not be negative, got {f.min()} Hz")
    if scale == "htk":
        return np.asarray(2595 * np.log10(1 + f / 700))
    octaves = np.log(np.maximum(f, _SLANEY_CORNER_HZ) / _SLANEY_CORNER_HZ)
    return np.minimum(f, _SLANEY_CORNER_HZ) / _SLANEY_HZ_PER_MEL + octaves / _SLANEY_LOG_STEP


def mel_to_hz(mels: np.ndarray | float, *, scale: MelScale = "slaney") -> np.ndarray:
    """Frequencies in Hz of mels: undoes `hz_to_mel`, and differs from librosa in the name of the switch (`htk=True`).

    Explained in lesson 01.

    Parameters
    ----------
    mels : float or np.ndarray, any shape
        Mels.
    scale : {"slaney", "htk"}
        As in `hz_to_mel`.

    Returns
    -------
    np.ndarray
        Hz, the shape of the input.

    Raises
    ------
    ValueError
        Unknown scale.

    See Also
    --------
    npaudio.hz_to_mel : the inverse.

    Examples
    --------
    >>> mel_to_hz([3.0, 15.0, 42.0]).round(6)
    array([ 200., 1000., 6400.])
    """
    check = Check("mel_to_hz")
    check.choice(scale, get_args(MelScale), "scale")
    m = check.array(mels, "mels").astype(np.float64)
    if scale == "htk":
        return np.asarray(700 * (10 ** (m / 2595) - 1))
    growth = np.exp(_SLANEY_LOG_STEP * np.maximum(m - _SLANEY_CORNER_MEL, 0))
    return _SLANEY_HZ_PER_MEL * np.minimum(m, _SLANEY_CORNER_MEL) * growth


def mel_centers(*, n_mels: int, fmin: float, fmax: float, scale: MelScale = "slaney") -> np.ndarray:
    """Center frequencies in Hz of `n_mels` bands, as `librosa.mel_frequencies(n_mels + 2)` without its two ends.

    Used in lesson 01.

    Parameters
    ----------
    n_mels : int
        Number of bands.
    fmin, fmax : float
        Lower edge of the first band and upper edge of the last, in Hz.
    scale : {"slaney", "htk"}
        As in `hz_to_mel`.

    Returns
    -------
    np.ndarray (n_mels,)

    Raises
    ------
    ValueError
        Not a scale.

    See Also
    --------
    npaudio.mel_filterbank : the bands with these centers.

    Examples
    --------
    >>> mel_centers(n_mels=3, fmin=0.0, fmax=800.0).round(6)
    array([200., 400., 600.])
    """
    n_mels = Check("mel_centers").whole_number(n_mels, "n_mels")
    return mel_to_hz(equal_steps(n_mels, fmin, fmax, scale), scale=scale)[1:-1]


def equal_steps(n_mels: int, fmin: float, fmax: float, scale: MelScale) -> np.ndarray:
    """The corners of `n_mels` bands in mels, (n_mels + 2,): band m rises from m, peaks at m + 1, ends at m + 2."""
    low, high = hz_to_mel(np.array([fmin, fmax]), scale=scale)
    return np.linspace(low, high, n_mels + 2)
