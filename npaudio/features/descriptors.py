"""Descriptors: one number a frame that says where the energy lies, how it is spread, how tonal or loud it is.

Conventions
-----------
The functions with librosa's names take a signal `y` (..., n_samples) or a magnitude spectrogram `S` (..., n_freq,
n_frames) and return (..., 1, n_frames), as librosa does; the frame settings are those of `npaudio.stft`.
Frequencies are in Hz. Silence, where a mean frequency has no meaning, gives 0 for centroid, bandwidth and rolloff,
and 1 for flatness: nothing sticks out of nothing. float32 in, float32 out.
"""

import numpy as np

from npaudio._core.checks import check_positive
from npaudio.features.per_frame import bin_frequencies, check_either, check_magnitudes, of_each_cut, of_each_frame
from npaudio.mel.spectrogram import check_spectrogram

__all__ = [
    "rms",
    "spectral_bandwidth",
    "spectral_centroid",
    "spectral_flatness",
    "spectral_rolloff",
    "temporal_variation",
    "zero_crossing_rate",
]

ZERO = 1e-10  # librosa: a sample this small counts as zero when crossings are counted


def spectral_centroid(
    y: np.ndarray | None = None, *, sr: float = 22050, S: np.ndarray | None = None, **framing: object
) -> np.ndarray:
    """Mean frequency of each frame, weighted by magnitude: sum f |S| / sum |S|, as `librosa.feature.spectral_centroid`.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Signal; or give `S` instead.
    sr : float
        Sampling rate in Hz.
    S : np.ndarray (..., n_freq, n_frames), optional
        Magnitude spectrogram. Given power, the loud frequencies weigh more; the article says "energy-weighted".
    **framing
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
    sr = check_positive(sr, caller="spectral_centroid", name="sr")

    def describe(S: np.ndarray, n_fft: int) -> np.ndarray:
        return np.sum(bin_frequencies(S, sr, n_fft) * _shares(S), axis=-2, keepdims=True)

    return of_each_frame(describe, y, S, framing, caller="spectral_centroid")


def spectral_bandwidth(
    y: np.ndarray | None = None, *, sr: float = 22050, S: np.ndarray | None = None, p: float = 2, **framing: object
) -> np.ndarray:
    """Spread of each frame about its centroid: (sum |f - centroid| ** p |S| / sum |S|) ** (1 / p), as in librosa.

    Parameters
    ----------
    y, sr, S, **framing
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
    sr = check_positive(sr, caller="spectral_bandwidth", name="sr")
    p = check_positive(p, caller="spectral_bandwidth", name="p")

    def describe(S: np.ndarray, n_fft: int) -> np.ndarray:
        f, shares = bin_frequencies(S, sr, n_fft), _shares(S)
        centroid = np.sum(f * shares, axis=-2, keepdims=True)
        return np.sum(np.abs(f - centroid) ** p * shares, axis=-2, keepdims=True) ** (1 / p)

    return of_each_frame(describe, y, S, framing, caller="spectral_bandwidth")


def spectral_rolloff(
    y: np.ndarray | None = None,
    *,
    sr: float = 22050,
    S: np.ndarray | None = None,
    roll_percent: float = 0.85,
    **framing: object,
) -> np.ndarray:
    """Frequency below which the given share of each frame's magnitude lies, as `librosa.feature.spectral_rolloff`.

    Parameters
    ----------
    y, sr, S, **framing
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
    if not 0 < roll_percent < 1:
        raise ValueError(
            f"spectral_rolloff: roll_percent must lie between 0 and 1, got {roll_percent!r}; 0.85 is usual"
        )
    sr = check_positive(sr, caller="spectral_rolloff", name="sr")

    def describe(S: np.ndarray, n_fft: int) -> np.ndarray:
        below = np.cumsum(S, axis=-2)  # (..., n_freq, n_frames)
        reached = below >= S.dtype.type(roll_percent) * below[..., -1:, :]
        first = np.argmax(reached, axis=-2)  # (..., n_frames)
        return bin_frequencies(S, sr, n_fft)[first, 0][..., np.newaxis, :]

    return of_each_frame(describe, y, S, framing, caller="spectral_rolloff")


def spectral_flatness(
    y: np.ndarray | None = None,
    *,
    S: np.ndarray | None = None,
    amin: float = 1e-10,
    power: float = 2.0,
    **framing: object,
) -> np.ndarray:
    """Geometric mean of each frame's |S| ** power over its arithmetic mean, as `librosa.feature.spectral_flatness`.

    Noise, where no frequency sticks out, comes near 1; a tone near 0. The article takes magnitudes (`power=1`), which
    gives larger values; window and floor decide how low a pure tone gets.

    Parameters
    ----------
    y, S, **framing
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
    amin = check_positive(amin, caller="spectral_flatness", name="amin")

    def describe(S: np.ndarray, n_fft: int) -> np.ndarray:
        floored = np.maximum(S**power, S.dtype.type(amin))
        return np.exp(np.mean(np.log(floored), axis=-2, keepdims=True)) / np.mean(floored, axis=-2, keepdims=True)

    return of_each_frame(describe, y, S, framing, caller="spectral_flatness")


def zero_crossing_rate(
    y: np.ndarray, *, frame_length: int = 2048, hop_length: int = 512, center: bool = True
) -> np.ndarray:
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

    def describe(frames: np.ndarray) -> np.ndarray:  # (block, frame_length)
        negative = frames < -ZERO
        return np.count_nonzero(negative[:, 1:] != negative[:, :-1], axis=-1) / frame_length

    return of_each_cut(describe, y, frame_length, hop_length, center, "edge", caller="zero_crossing_rate")


def rms(
    y: np.ndarray | None = None,
    *,
    S: np.ndarray | None = None,
    frame_length: int = 2048,
    hop_length: int = 512,
    center: bool = True,
    pad_mode: str = "constant",
) -> np.ndarray:
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
    check_either(y, S, caller="rms")
    if y is not None:
        return of_each_cut(_root_mean_square, y, frame_length, hop_length, center, pad_mode, caller="rms")
    S = check_magnitudes(S, caller="rms")  # type: ignore[arg-type]
    if S.shape[-2] != frame_length // 2 + 1:
        raise ValueError(
            f"rms: S has {S.shape[-2]} frequencies, frame_length={frame_length} belongs to {frame_length // 2 + 1}; "
            f"pass frame_length={2 * S.shape[-2] - 2}"
        )
    both_sides = np.full((S.shape[-2], 1), 2, S.dtype)  # every bin stands for +f and -f, but 0 Hz and Nyquist
    both_sides[0] = 1
    if frame_length % 2 == 0:
        both_sides[-1] = 1
    return np.sqrt(np.sum(both_sides * S**2, axis=-2, keepdims=True)) / S.dtype.type(frame_length)


def _root_mean_square(frames: np.ndarray) -> np.ndarray:
    return np.sqrt(np.mean(frames**2, axis=-1))


def temporal_variation(M: np.ndarray) -> np.ndarray:
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
    M = check_spectrogram(M, caller="temporal_variation")
    if M.shape[-1] == 1:
        return np.zeros(M.shape[:-2], M.dtype)
    return np.mean(np.abs(np.diff(M, axis=-1)), axis=(-2, -1))


def _shares(S: np.ndarray) -> np.ndarray:
    """Each frame divided by its sum; a silent frame stays zero."""
    total = S.sum(axis=-2, keepdims=True)
    return S / np.where(total < np.finfo(S.dtype).tiny, 1, total)
