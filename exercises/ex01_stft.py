r"""Exercise 01: the short-time Fourier transform.

A spectrogram is made in three steps: cut the signal into overlapping frames, fade each frame in and out with a
window, take the spectrum of each:

    S[k, t] = sum_n  w[n] * y[t * hop_length + n] * exp(-2j * pi * k * n / n_fft),      k = 0 ... n_fft // 2

Write each of the three. NumPy is enough, and `np.fft.rfft` is allowed; no centring, no padding.

Check:  pytest exercises/test_ex01_stft.py        Hints:  python -m exercises hint 01
Lesson: lessons/01_sound_to_mel.py
"""

import numpy as np


def frame_signal(y: np.ndarray, n_fft: int, hop_length: int) -> np.ndarray:
    """Cut a signal into overlapping frames.

    Frame t holds the samples t * hop_length ... t * hop_length + n_fft - 1. Samples behind the last whole frame are
    left out.

    Parameters
    ----------
    y : np.ndarray (n_samples,)
        Signal, at least n_fft samples long.
    n_fft : int
        Length of a frame in samples.
    hop_length : int
        Samples from the start of a frame to the start of the next.

    Returns
    -------
    np.ndarray (n_fft, n_frames)
        A column a frame, with n_frames = 1 + (n_samples - n_fft) // hop_length.
    """
    raise NotImplementedError  # two or three lines; a loop over the frames will do


def hann(n: int) -> np.ndarray:
    """Periodic Hann window, one period of a raised cosine: w[i] = 1/2 - 1/2 cos(2 pi i / n) for i = 0 ... n - 1.

    Parameters
    ----------
    n : int
        Number of samples, at least 2.

    Returns
    -------
    np.ndarray (n,)
        From 0 at i = 0; for even n it is 1 at i = n / 2.
    """
    raise NotImplementedError  # one expression


def stft(y: np.ndarray, n_fft: int, hop_length: int) -> np.ndarray:
    """Short-time Fourier transform without centring.

    Parameters
    ----------
    y : np.ndarray (n_samples,)
        Signal, at least n_fft samples long.
    n_fft : int
        Length of frame, window and transform in samples.
    hop_length : int
        Samples from frame to frame.

    Returns
    -------
    np.ndarray (n_fft // 2 + 1, n_frames)
        Complex; row k belongs to the frequency k * sr / n_fft.
    """
    raise NotImplementedError  # frames, window, np.fft.rfft along the right axis
