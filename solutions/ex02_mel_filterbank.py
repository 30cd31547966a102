r"""Exercise 02: the mel filterbank.

We hear steps in pitch, not in Hz: the mel scale is nearly linear below 1 kHz and logarithmic above. HTK's formula is

    m(f) = 2595 * log10(1 + f / 700)

A mel filterbank has n_mels triangles whose corners are equally spaced in mel between 0 Hz and sr / 2: that makes
n_mels + 2 points p[0] ... p[n_mels + 1] in Hz. Triangle m rises from 0 at p[m] to 1 at p[m + 1] and falls back to
0 at p[m + 2], in straight lines over *Hz*, and is 0 elsewhere. Its value is taken at the exact frequency of each
bin, k * sr / n_fft. Every triangle has the height one: no normalisation by its width.

Write the scale, its inverse, and the filterbank. NumPy is enough.

Check:  pytest exercises/test_ex02_mel_filterbank.py        Hints:  python -m exercises hint 02
Lesson: lessons/01_sound_to_mel.py
"""

import numpy as np


def hz_to_mel(f: np.ndarray | float) -> np.ndarray | float:
    """Frequency on HTK's mel scale, 2595 log10(1 + f / 700).

    Parameters
    ----------
    f : float or np.ndarray
        Hz, at least 0.

    Returns
    -------
    float or np.ndarray
        Mel; 1000 Hz gives 999.99.
    """
    # [yours] one expression
    return 2595 * np.log10(1 + np.asarray(f) / 700)


def mel_to_hz(m: np.ndarray | float) -> np.ndarray | float:
    """The inverse of `hz_to_mel`.

    Parameters
    ----------
    m : float or np.ndarray
        Mel, at least 0.

    Returns
    -------
    float or np.ndarray
        Hz.
    """
    # [yours] solve m = 2595 log10(1 + f / 700) for f
    return 700 * (10 ** (np.asarray(m) / 2595) - 1)


def mel_filterbank(sr: float, n_fft: int, n_mels: int) -> np.ndarray:
    """Triangles of height one, equally spaced in mel from 0 Hz to sr / 2.

    Parameters
    ----------
    sr : float
        Sampling rate in Hz.
    n_fft : int
        Length of the transform; bin k lies at k * sr / n_fft.
    n_mels : int
        Number of triangles.

    Returns
    -------
    np.ndarray (n_mels, n_fft // 2 + 1)
        Weights between 0 and 1; `filterbank @ power` is the mel spectrogram.
    """
    # [yours] n_mels + 2 points, then a rising and a falling side a triangle
    bins = np.arange(n_fft // 2 + 1) * sr / n_fft
    points = np.asarray(mel_to_hz(np.linspace(0, hz_to_mel(sr / 2), n_mels + 2)))
    lower, centre, upper = points[:-2, np.newaxis], points[1:-1, np.newaxis], points[2:, np.newaxis]
    rising = (bins - lower) / (centre - lower)
    falling = (upper - bins) / (upper - centre)
    return np.maximum(0, np.minimum(rising, falling))
