"""Descriptors: one number a frame that says where the energy lies, how it is spread, how tonal or loud it is.

Conventions
-----------
The functions with librosa's names take a signal `y` (..., n_samples) or a magnitude spectrogram `S` (..., n_freq,
n_frames) and return (..., 1, n_frames), as librosa does; the frame settings are those of `npaudio.stft`.
Frequencies are in Hz. Silence, where a mean frequency has no meaning, gives 0 for centroid, bandwidth and rolloff,
and 1 for flatness: nothing sticks out of nothing. float32 in, float32 out.
"""

from typing import Unpack

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Frames, MelSpectrogram, PerFrame, Spectrogram, Waveform
from npaudio.features.per_frame import bin_frequencies, check_magnitudes, of_samples, of_spectra
from npaudio.spectrum.framing import FrameSettings, PadMode, check_bins

ZERO = 1e-10  # librosa: a sample this small counts as zero when crossings are counted


def spectral_centroid(
    y: Waveform | None = None, *, sr: float = 22050, S: Spectrogram | None = None, **frames: Unpack[FrameSettings]
) -> PerFrame:
    """Mean frequency of each frame, weighted by magnitude: sum f |S| / sum |S|, as `librosa.feature.spectral_centroid`.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Signal; or give `S` instead.
    sr : float
        Sample rate in Hz.
    S : np.ndarray (..., n_freq, n_frames), optional
        Magnitude spectrogram. Given power, the loud frequencies weigh more; the article says "energy-weighted".
    **frames
        n_fft, hop_length, win_length, window, center, pad_mode as in `npaudio.stft`, with hop_length=512 by default.

    Returns
    -------
    np.ndarray (..., 1, n_frames)
        Hz; 0 for silence.

    Raises
    ------
    ValueError
        As `stft`; a complex or negative `S`; neither or both of y and S.
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
    """Spread of each frame about its centroid: (sum |f - centroid| ** p |S| / sum |S|) ** (1 / p), as in librosa.

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

    Noise, where no frequency sticks out, comes near 1; a tone near 0. The article takes magnitudes (`power=1`), which
    gives larger values; window and floor decide how low a pure tone gets.

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
        As `spectral_centroid`; amin not above 0.
    """
    check = Check("spectral_flatness")
    amin, power = check.positive(amin, "amin"), check.positive(power, "power")

    def describe(S: Spectrogram, n_fft: int) -> PerFrame:
        floored = np.maximum(S**power, S.dtype.type(amin))
        geometric = np.exp(np.mean(np.log(floored), axis=-2, keepdims=True))
        arithmetic = np.mean(floored, axis=-2, keepdims=True)
        return np.minimum(geometric / arithmetic, 1)  # rounding would put the ratio of equal means above 1

    return of_spectra(describe, y, S, frames, check)


def zero_crossing_rate(
    y: Waveform, *, frame_length: int = 2048, hop_length: int = 512, center: bool = True
) -> PerFrame:
    """Share of the samples of each frame at which the sign changes, as `librosa.feature.zero_crossing_rate`.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Signal. Zero counts as positive, and so does everything within 1e-10 of it.
    frame_length, hop_length : int
        In samples.
    center : bool
        Centre frame t on sample t * hop_length; the signal goes on with its last value.

    Returns
    -------
    np.ndarray (..., 1, n_frames)
        From 0 to 1; 0 for silence and for a constant.

    Raises
    ------
    ValueError
        As `stft`.
    """

    def describe(frames: Frames) -> np.ndarray:  # (block, frame_length)
        negative = frames < -ZERO
        return np.count_nonzero(negative[:, 1:] != negative[:, :-1], axis=-1) / frame_length

    check = Check("zero_crossing_rate")
    frame_length = check.whole_number(frame_length, "frame_length")
    return of_samples(
        describe, y, check, frame_length=frame_length, hop_length=hop_length, center=center, pad_mode="edge"
    )


def rms(
    y: Waveform | None = None,
    *,
    S: Spectrogram | None = None,
    frame_length: int = 2048,
    hop_length: int = 512,
    center: bool = True,
    pad_mode: PadMode = "constant",
) -> PerFrame:
    """Root mean square of each frame, as `librosa.feature.rms`, but in the precision of its input.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Signal; or give `S` instead.
    S : np.ndarray (..., n_freq, n_frames), optional
        Magnitude spectrogram of frames without a window; by Parseval's theorem its energy is theirs.
    frame_length, hop_length : int
        In samples; with `S`, frame_length is the n_fft it was made with.
    center, pad_mode
        As in `npaudio.stft`.

    Returns
    -------
    np.ndarray (..., 1, n_frames)
        0 for silence.

    Raises
    ------
    ValueError
        As `stft`; neither or both of y and S; an `S` that does not belong to `frame_length`.
    """
    check = Check("rms")
    check.one_of(y, S, "a magnitude spectrogram S")
    frame_length = check.whole_number(frame_length, "frame_length")
    if S is None:
        return of_samples(
            _root_mean_square,
            y,
            check,
            frame_length=frame_length,
            hop_length=hop_length,
            center=center,
            pad_mode=pad_mode,
        )
    S = check_magnitudes(check, S)
    check_bins(check, S, frame_length, name="frame_length")
    both_sides = np.full((S.shape[-2], 1), 2, S.dtype)  # every bin stands for +f and -f, but 0 Hz and Nyquist
    both_sides[0] = 1
    if frame_length % 2 == 0:
        both_sides[-1] = 1
    return np.sqrt(np.sum(both_sides * S**2, axis=-2, keepdims=True)) / S.dtype.type(frame_length)


def _root_mean_square(frames: Frames) -> np.ndarray:
    return np.sqrt(np.mean(frames**2, axis=-1))


def temporal_variation(M: MelSpectrogram) -> np.ndarray:
    """Mean absolute difference between neighbouring frames of a spectrogram (the article, exercise 1).

    Parameters
    ----------
    M : np.ndarray (..., n_mels, n_frames)
        Mel spectrogram, in any unit; the result has the same. Decibels make it independent of the level.

    Returns
    -------
    np.ndarray (...)
        One number a spectrogram; 0 for a single frame and for a steady sound.

    Raises
    ------
    ValueError
        An array that is not a spectrogram.
    """
    M = Check("temporal_variation").spectrogram(M)
    if M.shape[-1] == 1:
        return np.zeros(M.shape[:-2], M.dtype)
    return np.mean(np.abs(np.diff(M, axis=-1)), axis=(-2, -1))


def _shares(S: Spectrogram) -> Spectrogram:
    """Each frame divided by its sum; a silent frame stays zero."""
    total = S.sum(axis=-2, keepdims=True)
    return S / np.where(total < np.finfo(S.dtype).tiny, 1, total)
