r"""Exercise 04: SpecAugment, and noise at a given signal-to-noise ratio.

A network that has seen each recording only as it is learns the recording. Two cures, both cheap:

    SpecAugment       fill random stripes of the mel spectrogram: some bands, some frames (Park et al. 2019)
    noise at an SNR   y + noise, with  10 * log10(mean(y ** 2) / mean(noise ** 2)) = snr_db

All randomness comes from the argument `rng`: the same generator in the same state must give the same result, and the
global state of np.random stays as it is. No function changes its input.

Check:  pytest exercises/test_ex04_spec_augment.py        Hints:  python -m exercises hint 04
Lesson: lessons/04_augmentation.py
"""

import numpy as np


def freq_mask(mel: np.ndarray, start: int, width: int, fill: float = 0.0) -> np.ndarray:
    """A copy in which the bands start ... start + width - 1 are filled.

    Parameters
    ----------
    mel : np.ndarray (n_mels, n_frames)
        Mel spectrogram.
    start, width : int
        First band, and how many; with width 0 nothing is filled.
    fill : float
        What to fill with: 0 for mel that has mean 0, the floor (such as -80) for decibels.

    Returns
    -------
    np.ndarray (n_mels, n_frames)
    """
    # [yours] copy, fill, return
    masked = mel.copy()
    masked[start : start + width] = fill
    return masked


def time_mask(mel: np.ndarray, start: int, width: int, fill: float = 0.0) -> np.ndarray:
    """A copy in which the frames start ... start + width - 1 are filled; otherwise as `freq_mask`."""
    # [yours] the same along the other axis
    masked = mel.copy()
    masked[:, start : start + width] = fill
    return masked


def spec_augment(
    mel: np.ndarray,
    rng: np.random.Generator,
    n_freq: int = 2,
    freq_width: int = 10,
    n_time: int = 2,
    time_width: int = 20,
    fill: float = 0.0,
) -> np.ndarray:
    """Fill n_freq stripes of bands and n_time stripes of frames at random.

    Each stripe has a width of its own, uniform over 0 ... w - 1 with w = freq_width or time_width, but no wider than
    the spectrogram; then a start of its own, uniform over all the places where a stripe of that width fits wholly,
    the last one included. Stripes may overlap.

    Parameters
    ----------
    mel : np.ndarray (n_mels, n_frames)
        Mel spectrogram.
    rng : np.random.Generator
        Source of the widths and starts.
    n_freq, n_time : int
        How many stripes of each kind.
    freq_width, time_width : int
        The width that is never reached, at least 1.
    fill : float
        What to fill with.

    Returns
    -------
    np.ndarray (n_mels, n_frames)
    """
    # [yours] two loops: draw a width, draw a start, mask
    n_mels, n_frames = mel.shape
    masked = mel.copy()
    for _ in range(n_freq):
        width = rng.integers(min(freq_width, n_mels + 1))
        masked = freq_mask(masked, rng.integers(n_mels - width + 1), width, fill)
    for _ in range(n_time):
        width = rng.integers(min(time_width, n_frames + 1))
        masked = time_mask(masked, rng.integers(n_frames - width + 1), width, fill)
    return masked


def add_noise(y: np.ndarray, snr_db: float, rng: np.random.Generator) -> np.ndarray:
    """Signal plus Gaussian noise with mean 0, exactly snr_db below the signal.

    Exactly: scale the noise by the power that the drawn samples have, not by the power that they have on average.

    Parameters
    ----------
    y : np.ndarray (n_samples,)
        Signal, not silent.
    snr_db : float
        10 log10(mean(y ** 2) / mean(noise ** 2)); lower is noisier, 0 is as loud as the signal.
    rng : np.random.Generator
        Source of the noise.

    Returns
    -------
    np.ndarray (n_samples,)
    """
    # [yours] draw, find the factor, add
    noise = rng.normal(size=len(y))
    wanted = np.mean(y**2) / 10 ** (snr_db / 10)
    return y + noise * np.sqrt(wanted / np.mean(noise**2))
