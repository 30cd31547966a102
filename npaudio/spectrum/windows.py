"""Window functions, which fade each frame in and out. The public name is `npaudio.get_window`."""

from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from npaudio._core.checks import Check

Window = Literal["hann", "hamming", "blackman", "rectangular"]

# Each window is a sum of a few cosines: w[n] = a0 - a1 cos(2 pi n / N) + a2 cos(4 pi n / N).
COSINES = {
    "hann": (0.5, 0.5, 0.0),
    "hamming": (0.54, 0.46, 0.0),
    "blackman": (0.42, 0.5, 0.08),
    "rectangular": (1.0, 0.0, 0.0),
}


def get_window(window: Window, n: int, *, periodic: bool = True, dtype: type = np.float64) -> np.ndarray:
    """Window function of `n` samples, periodic unless asked otherwise, as in `librosa.filters.get_window`.

    librosa and scipy call the switch `fftbins`. A *periodic* window is one period of the cosine: overlapping copies of
    it add up to a constant, which is what a spectrum and its inverse need. A *symmetric* one (`np.hanning`, the
    article) repeats its first sample as its last, and is meant for designing filters.

    Explained in lesson 01.

    Parameters
    ----------
    window : {"hann", "hamming", "blackman", "rectangular"}
        Shape of the window.
    n : int
        Number of samples. One sample gives [1.].
    periodic : bool
        Periodic (divide by n) or symmetric (divide by n - 1).
    dtype : numpy type
        Type of the result.

    Returns
    -------
    np.ndarray (n,)

    Raises
    ------
    ValueError
        Unknown name, or n < 1.

    See Also
    --------
    npaudio.stft : takes the name of a window, or its samples.

    Examples
    --------
    >>> get_window("hann", 4)
    array([0. , 0.5, 1. , 0.5])
    """
    check = Check("get_window")
    check.choice(window, get_args(Window), "window")
    n = check.whole_number(n, "n")
    if n == 1:
        return np.ones(1, dtype)
    a0, a1, a2 = COSINES[window]
    angle = 2 * np.pi * np.arange(n) / (n if periodic else n - 1)
    return (a0 - a1 * np.cos(angle) + a2 * np.cos(2 * angle)).astype(dtype)


def window_in_frame(window: Window | np.ndarray, win_length: int, n_fft: int, check: Check) -> np.ndarray:
    """The window's samples in the middle of n_fft, zeros beside them: (n_fft,)."""
    if isinstance(window, str):
        check.choice(window, get_args(Window), "window")
        return _named_in_frame(window, win_length, n_fft)
    samples = check.finite(check.array(window, "window").astype(np.float64), "window")
    if samples.shape != (win_length,):
        raise check.error(f"window must have shape ({win_length},) as win_length says, got {samples.shape}")
    return _in_frame(samples, n_fft)


@lru_cache(maxsize=32)
def _named_in_frame(window: Window, win_length: int, n_fft: int) -> np.ndarray:
    """The window of this name, made once."""
    return _in_frame(get_window(window, win_length), n_fft)


def _in_frame(samples: np.ndarray, n_fft: int) -> np.ndarray:
    left = (n_fft - len(samples)) // 2
    padded = np.pad(samples, (left, n_fft - len(samples) - left))
    padded.flags.writeable = False
    return padded
