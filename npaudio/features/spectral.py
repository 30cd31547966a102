"""Descriptors of spectra: one number per frame that says where the energy lies, how it is spread, how tonal it is.

Conventions
-----------
The functions take a signal `y` (..., n_samples) or a magnitude spectrogram `S` (..., n_freq, n_frames) and return
(..., 1, n_frames), as librosa does; the frame settings are those of `npaudio.stft`. Frequencies are in Hz. In silence,
where a mean frequency has no meaning, centroid, bandwidth and rolloff are 0 and flatness is 1. float32 in, float32 out.
"""

from typing import Unpack

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import PerFrame, Spectrogram, Waveform
from npaudio.features.per_frame import bin_frequencies, of_spectra
from npaudio.spectrum.framing import FrameSettings


def spectral_centroid(
    y: Waveform | None = None, *, sr: float = 22050, S: Spectrogram | None = None, **frames: Unpack[FrameSettings]
) -> PerFrame:
    """Mean frequency of each frame, weighted by magnitude: sum f |S| / sum |S|, as `librosa.feature.spectral_centroid`.

    Explained in lesson 02.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Signal; or give `S` instead.
    sr : float
        Sample rate in Hz.
    S : np.ndarray (..., n_freq, n_frames), optional
        Magnitude spectrogram. With power instead, loud frequencies weigh more; the article says "energy-weighted".
    **frames
        n_fft, hop_length, win_length, window, center, pad_mode as in `npaudio.stft`, with hop_length=512 by default.

    Returns
    -------
    np.ndarray (..., 1, n_frames)
        Hz; 0 for silence.

    Raises
    ------
    ValueError
        As `stft`; a complex or negative `S`; neither or both of y and S; a frame setting that `S` makes useless.

    See Also
    --------
    npaudio.spectral_bandwidth : the spread of the frequencies around it.
    npaudio.spectral_rolloff : the frequency below which most of the energy lies.

    Examples
    --------
    Magnitudes 3 at 1 kHz and 1 at 3 kHz:

    >>> spectral_centroid(S=np.array([[0.0], [3], [0], [1], [0]]), sr=8000)
    array([[1500.]])
    """
    check = Check("spectral_centroid")
    sr = check.positive(sr, "sr")

    def describe(S: Spectrogram, n_fft: int) -> PerFrame:
        return np.sum(bin_frequencies(S, sr, n_fft) * _shares(S), axis=-2, keepdims=True)

    return of_spectra(describe, y, S, frames, check)


def spectral_bandwidth(
    y: Waveform | None = None,
    *,
    sr: float = 22050,
    S: Spectrogram | None = None,
    p: float = 2,
    **frames: Unpack[FrameSettings],
) -> PerFrame:
    """Spread of each frame around its centroid: (sum |f - centroid| ** p |S| / sum |S|) ** (1 / p), as in librosa.

    Goes with lesson 02.

    Parameters
    ----------
    y, sr, S, **frames
        As in `spectral_centroid`.
    p : float
        Exponent; 2 makes it the standard deviation of the frequency.

    Returns
    -------
    np.ndarray (..., 1, n_frames)
        Hz; 0 for silence, and for a tone that fills one bin.

    Raises
    ------
    ValueError
        As `spectral_centroid`; p not above 0.

    See Also
    --------
    npaudio.spectral_centroid : the mean around which it is measured.

    Examples
    --------
    >>> spectral_bandwidth(S=np.array([[0.0], [1], [0], [1], [0]]), sr=8000)
    array([[1000.]])
    """
    check = Check("spectral_bandwidth")
    sr = check.positive(sr, "sr")
    p = check.positive(p, "p")

    def describe(S: Spectrogram, n_fft: int) -> PerFrame:
        f, shares = bin_frequencies(S, sr, n_fft), _shares(S)
        centroid = np.sum(f * shares, axis=-2, keepdims=True)
        return np.sum(np.abs(f - centroid) ** p * shares, axis=-2, keepdims=True) ** (1 / p)

    return of_spectra(describe, y, S, frames, check)


def spectral_rolloff(
    y: Waveform | None = None,
    *,
    sr: float = 22050,
    S: Spectrogram | None = None,
    roll_percent: float = 0.85,
    **frames: Unpack[FrameSettings],
) -> PerFrame:
    """Frequency below which the given share of each frame's magnitude lies, as `librosa.feature.spectral_rolloff`.

    Goes with lesson 02.

    Parameters
    ----------
    y, sr, S, **frames
        As in `spectral_centroid`.
    roll_percent : float
        The share, between 0 and 1.

    Returns
    -------
    np.ndarray (..., 1, n_frames)
        Hz, the frequency of a bin; 0 for silence.

    Raises
    ------
    ValueError
        As `spectral_centroid`; a share outside of 0 to 1.

    See Also
    --------
    npaudio.spectral_centroid : a mean instead of a share.

    Examples
    --------
    >>> spectral_rolloff(S=np.array([[0.0], [9], [0], [1], [0]]), sr=8000)
    array([[1000.]])
    """
    check = Check("spectral_rolloff")
    sr = check.positive(sr, "sr")
    if not 0 < roll_percent < 1:
        raise check.error(f"roll_percent must lie between 0 and 1, got {roll_percent!r}; 0.85 is usual")

    def describe(S: Spectrogram, n_fft: int) -> PerFrame:
        below = np.cumsum(S, axis=-2)  # (..., n_freq, n_frames)
        reached = below >= S.dtype.type(roll_percent) * below[..., -1:, :]
        first = np.argmax(reached, axis=-2)  # (..., n_frames)
        return bin_frequencies(S, sr, n_fft)[first, 0][..., np.newaxis, :]

    return of_spectra(describe, y, S, frames, check)


def spectral_flatness(
    y: Waveform | None = None,
    *,
    S: Spectrogram | None = None,
    amin: float = 1e-10,
    power: float = 2.0,
    **frames: Unpack[FrameSettings],
) -> PerFrame:
    """Geometric mean of each frame's |S| ** power over its arithmetic mean, as `librosa.feature.spectral_flatness`.

    For noise it is near 1, for a tone near 0. The article takes magnitudes (`power=1`), which gives larger values;
    window and floor decide how low the value of a pure tone is.

    Explained in lesson 02.

    Parameters
    ----------
    y, S, **frames
        As in `spectral_centroid`.
    amin : float
        Floor under |S| ** power.
    power : float
        2 for power, 1 for magnitude.

    Returns
    -------
    np.ndarray (..., 1, n_frames)
        From 0 to 1; 1 for silence.

    Raises
    ------
    ValueError
        As `spectral_centroid`; amin or power not above 0.

    See Also
    --------
    npaudio.stft : the spectrogram that it is taken from.

    Examples
    --------
    >>> spectral_flatness(S=np.array([[1.0], [4.0]]), power=1)
    array([[0.8]])
    """
    check = Check("spectral_flatness")
    amin, power = check.positive(amin, "amin"), check.positive(power, "power")

    def describe(S: Spectrogram, n_fft: int) -> PerFrame:
        floored = np.maximum(S**power, S.dtype.type(amin))
        geometric = np.exp(np.mean(np.log(floored), axis=-2, keepdims=True))
        arithmetic = np.mean(floored, axis=-2, keepdims=True)
        return np.minimum(geometric / arithmetic, 1)  # rounding would put the ratio of equal means above 1

    return of_spectra(describe, y, S, frames, check)


def _shares(S: Spectrogram) -> Spectrogram:
    """Each frame divided by its sum; a silent frame stays zero."""
    total = S.sum(axis=-2, keepdims=True)
    return S / np.where(total < np.finfo(S.dtype).tiny, 1, total)
