"""Descriptors of samples and of change: how often the sign changes, how loud a frame is, how much frames differ.

Conventions: as in `spectral.py`. Frames are not windowed here.
"""

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Frames, MelSpectrogram, PerFrame, Spectrogram, Waveform
from npaudio.features.per_frame import check_magnitudes, of_samples
from npaudio.spectrum.framing import PadMode, check_bins

ZERO = 1e-10  # librosa: a sample this small counts as zero when crossings are counted


def zero_crossing_rate(
    y: Waveform, *, frame_length: int = 2048, hop_length: int = 512, center: bool = True
) -> PerFrame:
    """Share of the samples of each frame at which the sign changes, as `librosa.feature.zero_crossing_rate`.

    Goes with lesson 02.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Signal. Zero counts as positive, and so does everything within 1e-10 of it.
    frame_length, hop_length : int
        In samples.
    center : bool
        Center frame t on sample t * hop_length; beyond its ends the signal keeps its last value.

    Returns
    -------
    np.ndarray (..., 1, n_frames)
        From 0 to 1; 0 for silence and for a constant.

    Raises
    ------
    ValueError
        As `stft`.

    See Also
    --------
    npaudio.spectral_centroid : another measure of how bright a sound is.

    Examples
    --------
    >>> zero_crossing_rate(np.array([1.0, 1, -1, -1, 1, 1]), frame_length=4, hop_length=2, center=False)
    array([[0.25, 0.25]])
    """

    def describe(frames: Frames) -> np.ndarray:  # (block, frame_length)
        negative = frames < -ZERO
        return np.count_nonzero(negative[:, 1:] != negative[:, :-1], axis=-1) / frame_length

    check = Check("zero_crossing_rate")
    frame_length = check.whole_number(frame_length, "frame_length")
    return of_samples(describe, y, check, n_fft=frame_length, hop_length=hop_length, center=center, pad_mode="edge")


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

    Goes with lesson 02.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Signal; or give `S` instead.
    S : np.ndarray (..., n_freq, n_frames), optional
        Magnitude spectrogram of frames without a window, which has the same energy (Parseval's theorem).
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

    See Also
    --------
    npaudio.power_to_db : levels in dB, of the square of this.

    Examples
    --------
    >>> rms(np.array([3.0, -3, 3, -3, 0, 0]), frame_length=2, hop_length=2, center=False)
    array([[3., 3., 0.]])
    """
    check = Check("rms")
    check.one_of(y, S, "a magnitude spectrogram S")
    frame_length = check.whole_number(frame_length, "frame_length")
    if S is None:
        return of_samples(
            _root_mean_square, y, check, n_fft=frame_length, hop_length=hop_length, center=center, pad_mode=pad_mode
        )
    S = check_magnitudes(check, S)
    check_bins(check, S, frame_length, name="frame_length")
    both_sides = np.full((S.shape[-2], 1), 2, S.dtype)  # every bin stands for +f and -f, except 0 Hz and Nyquist
    both_sides[0] = 1
    if frame_length % 2 == 0:
        both_sides[-1] = 1
    return np.sqrt(np.sum(both_sides * S**2, axis=-2, keepdims=True)) / S.dtype.type(frame_length)


def _root_mean_square(frames: Frames) -> np.ndarray:
    return np.sqrt(np.mean(frames**2, axis=-1))


def temporal_variation(M: MelSpectrogram) -> np.ndarray:
    """Mean absolute difference between neighboring frames of a spectrogram (the article, exercise 1).

    Explained in lesson 02.

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

    See Also
    --------
    npaudio.log_mel : the spectrogram that it is taken from.

    Examples
    --------
    >>> float(temporal_variation(np.array([[0.0, 1.0, 1.0], [2.0, 0.0, 4.0]])))
    1.75
    """
    M = Check("temporal_variation").spectrogram(M)
    if M.shape[-1] == 1:
        return np.zeros(M.shape[:-2], M.dtype)
    return np.mean(np.abs(np.diff(M, axis=-1)), axis=(-2, -1))
