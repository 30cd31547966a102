r"""The short-time Fourier transform: from a waveform to a picture of its frequencies over time, and back.

Cut the signal into overlapping frames, fade each frame in and out with a window, take the spectrum of each:

    S[k, t] = sum_n  w[n] * y[t * hop_length + n] * exp(-2j * pi * k * n / n_fft),      k = 0 ... n_fft / 2

Conventions
-----------
`y` is (..., n_samples), `S` is (..., n_freq, n_frames) with n_freq = n_fft // 2 + 1. Bin k lies at k * sr / n_fft Hz.
With `center=True` (librosa's default) frame t is centered on sample t * hop_length, and the signal is continued by
n_fft // 2 samples on both sides; with `center=False` frame t begins there. Power is in the square of the signal's
unit, decibels are 10 * log10(power / ref). float32 in gives complex64 out, float64 gives complex128.

Windows are written out in `windows.py`, frames in `framing.py`, decibels in `decibels.py`.
"""

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Spectrogram, Waveform
from npaudio.audio.waveform import cut_or_padded
from npaudio.spectrum.framing import FRAMES_PER_BLOCK, Framing, PadMode, check_bins
from npaudio.spectrum.windows import Window


def stft(
    y: Waveform,
    *,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Window | np.ndarray = "hann",
    center: bool = True,
    pad_mode: PadMode = "constant",
) -> Spectrogram:
    """Short-time Fourier transform, as `librosa.stft`: one complex spectrum a frame.

    Explained in lesson 01.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Signal, float32 or float64.
    n_fft : int
        Samples in a transform; more resolve finer frequencies and coarser times.
    hop_length : int, optional
        Samples from one frame to the next; a quarter of `win_length` by default.
    win_length : int, optional
        Length of the window, `n_fft` by default. A shorter one lies in the middle of its frame, between zeros.
    window : str or np.ndarray (win_length,)
        Name for `get_window` (periodic), or your own samples.
    center : bool
        Center frame t on sample t * hop_length, continuing the signal by n_fft // 2 samples on both sides.
    pad_mode : {"constant", "reflect", "edge"}
        How it is continued: zeros (librosa), mirrored (torchaudio, PANNs), or held.

    Returns
    -------
    np.ndarray (..., n_fft // 2 + 1, n_frames)
        complex64 for float32, complex128 for float64, with n_frames = 1 + (n_samples + 2 (n_fft // 2) - n_fft) //
        hop_length if centered, else 1 + (n_samples - n_fft) // hop_length. Silence gives zeros.

    Raises
    ------
    ValueError
        Integer samples, NaN or infinity, an empty signal, one shorter than a frame without centering, unknown window.

    See Also
    --------
    npaudio.istft : the way back to the signal.
    npaudio.melspectrogram : its power in bands that are spaced as pitch is heard.
    npaudio.power_to_db : levels in dB.

    Examples
    --------
    A tone of three whole periods in a frame of 16 samples lies on bin 3, and leaks to its neighbors only:

    >>> tone = np.cos(2 * np.pi * 3 * np.arange(16) / 16)
    >>> np.abs(stft(tone, n_fft=16, center=False)).round(9)[:, 0]
    array([0., 0., 2., 4., 2., 0., 0., 0., 0.])
    """
    check = Check("stft")
    framing = Framing.checked(check, n_fft, hop_length, win_length, window, center, pad_mode)
    return spectra_of(check.waveform(y, least=framing.shortest), framing)


def spectra_of(y: Waveform, framing: Framing) -> Spectrogram:
    """The transform of a signal that has been checked."""

    def spectra(frames: np.ndarray) -> np.ndarray:  # (block, n_fft) to (n_freq, block)
        return np.fft.rfft(framing.window * frames).T

    return framing.map(spectra, y, framing.n_fft // 2 + 1, np.result_type(y.dtype, np.complex64), frames_first=True)


def istft(
    S: Spectrogram,
    *,
    hop_length: int | None = None,
    win_length: int | None = None,
    n_fft: int | None = None,
    window: Window | np.ndarray = "hann",
    center: bool = True,
    length: int | None = None,
) -> Waveform:
    """Signal of a short-time Fourier transform, as `librosa.istft`: window each frame again, overlap, add, divide.

    The inverse transform of a frame is w * y. Multiplied by w once more and added up, sample n is y[n] times the sum of
    the squared windows that cover it; division by that sum gives y[n]. For an array that is the spectrogram of no
    signal, the result is the signal whose spectrogram is nearest to it (Griffin and Lim 1984, eq. 6).

    Explained in lesson 01.

    Parameters
    ----------
    S : np.ndarray (..., n_freq, n_frames)
        Complex spectrogram, as `stft` gives it; the other settings must be the same as there.
    n_fft : int, optional
        Needed only if it was odd; 2 (n_freq - 1) by default.
    length : int, optional
        Number of samples to return; by default as many as the frames cover, (n_frames - 1) * hop_length if centered.
        Samples that no frame covers are zero.
    hop_length, win_length, window, center
        As for `npaudio.stft`.

    Returns
    -------
    np.ndarray (..., length)
        float32 for complex64, float64 for complex128.

    Raises
    ------
    ValueError
        S is not complex, or frames at this hop_length leave gaps where the window is zero.

    See Also
    --------
    npaudio.stft : the transform that it inverts.

    Examples
    --------
    >>> y = np.sin(np.arange(1000.0))
    >>> back = istft(stft(y, n_fft=256), length=1000)
    >>> bool(np.allclose(back, y))
    True
    """
    check = Check("istft")
    S = _complex_spectrogram(check, S)
    n_fft = 2 * (S.shape[-2] - 1) if n_fft is None else n_fft
    framing = Framing.checked(check, n_fft, hop_length, win_length, window, center)
    check_bins(check, S, framing.n_fft)
    check_overlap(check, framing, S)
    reach = framing.n_fft + framing.hop_length * (S.shape[-1] - 1)
    length = check.whole_number(reach - 2 * framing.padding if length is None else length, "length")
    return signal_of(S, framing, length)


def signal_of(S: Spectrogram, framing: Framing, length: int) -> Waveform:
    """The signal (..., length) of a spectrogram that has been checked."""
    return cut_or_padded(_overlap_add(S, framing)[..., framing.padding :], length)


def _overlap_add(S: np.ndarray, framing: Framing) -> np.ndarray:
    """sum_t w frame_t / sum_t w ** 2 over the reach of the frames: (..., n_fft + hop_length (n_frames - 1))."""
    n_frames, hop, n_fft = S.shape[-1], framing.hop_length, framing.n_fft
    window = framing.window.astype(S.real.dtype)
    total = np.zeros((*S.shape[:-2], n_fft + hop * (n_frames - 1)), window.dtype)
    weight = np.zeros(total.shape[-1])
    for first in range(0, n_frames, FRAMES_PER_BLOCK):
        spectra = S[..., first : first + FRAMES_PER_BLOCK].swapaxes(-1, -2)
        frames = window * np.fft.irfft(spectra, n_fft)  # (..., block, n_fft)
        for t in range(frames.shape[-2]):
            here = slice((first + t) * hop, (first + t) * hop + n_fft)
            total[..., here] += frames[..., t, :]
            weight[here] += framing.window**2
    uncovered = weight < np.finfo(np.float64).tiny
    weight[uncovered] = 1
    total /= weight.astype(window.dtype)
    return total


def _complex_spectrogram(check: Check, S: Spectrogram) -> Spectrogram:
    """Return `S` if it is a complex spectrogram of finite numbers."""
    S = check.array(S, "S")
    if not np.iscomplexobj(S):
        raise check.error(
            f"S must be complex, got {S.dtype} with shape {S.shape}; "
            "magnitudes alone do not determine a signal: keep the output of stft"
        )
    if S.ndim < 2 or S.size == 0:
        raise check.error(f"S must have shape (..., n_freq, n_frames) and hold a frame, got {S.shape}")
    check.finite(S.real, "the real part of S")
    check.finite(S.imag, "the imaginary part of S")
    return S


def check_overlap(check: Check, framing: Framing, S: Spectrogram) -> None:
    """Refuse frames that leave samples uncovered between them."""
    squares = np.pad(framing.window**2, (0, -framing.n_fft % framing.hop_length))
    overlap = squares.reshape(-1, framing.hop_length).sum(axis=0)  # of an endless row of frames, one hop of it
    if S.shape[-1] > 1 and overlap.min() < 1e-12 * overlap.max():
        raise check.error(
            f"frames {framing.hop_length} samples apart lose the samples where this window is zero; "
            f"take a hop_length of at most {max(1, np.count_nonzero(framing.window) // 2)}"
        )
