"""Kaldi's filterbank features, as the Audio Spectrogram Transformer takes them. The public name is in `npaudio.mel`."""

import numpy as np

from npaudio._core.checks import check_positive, check_positive_int, check_waveform
from npaudio.spectrum.framing import Framing, get_window

FLOOR = 1.1920929e-07  # the float32 epsilon; the logarithm of silence is -15.9424


def kaldi_fbank(
    y: np.ndarray,
    *,
    sr: float = 16000,
    n_mels: int = 128,
    frame_length: float = 25.0,
    frame_shift: float = 10.0,
    fmin: float = 20.0,
    fmax: float | None = None,
    preemphasis: float = 0.97,
) -> np.ndarray:
    """Log-mel filterbank energies by Kaldi's recipe, with the settings that the Audio Spectrogram Transformer uses.

    It equals `torchaudio.compliance.kaldi.fbank(y, htk_compat=True, window_type="hanning", dither=0, use_energy=False,
    num_mel_bins=128)`, transposed: there it is (n_frames, n_mels). Each frame loses its mean, gets pre-emphasis
    y[n] - 0.97 y[n - 1], a symmetric Hann window and zeros up to a power of two; its power spectrum is summed in
    triangles that are linear *in mel* (1127 ln(1 + f / 700)); then the natural logarithm. Frames begin inside the
    signal and are not padded. With 128 bands one low band holds no bin and stays at the floor, as in Kaldi.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Signal of range ±1. Kaldi itself reads integers of range ±32768, which adds 2 ln(32768) = 20.79 to everything.
    sr : float
        Sampling rate in Hz.
    n_mels : int
        Number of bands.
    frame_length, frame_shift : float
        Length of a frame and distance between frames, in milliseconds (Kaldi's names).
    fmin, fmax : float
        Lower edge of the first band and upper edge of the last, in Hz; `fmax=None` is sr / 2.
    preemphasis : float
        How much of the previous sample is taken off; 0 for none. The first sample takes its own.

    Returns
    -------
    np.ndarray (..., n_mels, n_frames)
        Natural logarithm of energy, floored at ln(1.19e-7) = -15.9424, which is what silence gives;
        10 s at 16 kHz give 998 frames.

    Raises
    ------
    ValueError
        A signal shorter than a frame, or `fmax` above sr / 2.
    """
    sr = check_positive(sr, caller="kaldi_fbank", name="sr")
    n_mels = check_positive_int(n_mels, caller="kaldi_fbank", name="n_mels")
    length = int(sr * check_positive(frame_length, caller="kaldi_fbank", name="frame_length") / 1000)
    shift = int(sr * check_positive(frame_shift, caller="kaldi_fbank", name="frame_shift") / 1000)
    framing = Framing(max(length, 1), max(shift, 1), _window(max(length, 1)), center=False, pad_mode="constant")
    y = check_waveform(y, caller="kaldi_fbank", min_samples=framing.n_fft)
    n_fft = 2 ** int(np.ceil(np.log2(framing.n_fft)))
    filters = _triangles_in_mel(sr, n_fft, n_mels, fmin, sr / 2 if fmax is None else fmax).astype(y.dtype)
    energies = np.empty((*y.shape[:-1], n_mels, framing.n_frames(y.shape[-1])), y.dtype)
    for item in np.ndindex(y.shape[:-1]):
        for which, frames in framing.blocks(y[item]):
            spectra = np.fft.rfft(_prepared(frames, framing.window, preemphasis), n_fft)  # (block, n_freq)
            energies[item][:, which] = filters @ (spectra.real**2 + spectra.imag**2).T
    return np.log(np.maximum(energies, y.dtype.type(FLOOR), out=energies), out=energies)


def _window(length: int) -> np.ndarray:
    return get_window("hann", length, periodic=False)


def _prepared(frames: np.ndarray, window: np.ndarray, preemphasis: float) -> np.ndarray:
    """Frames (block, length) without their mean, with pre-emphasis, windowed."""
    centred = frames - frames.mean(axis=-1, keepdims=True)
    emphasised = np.empty_like(centred)
    emphasised[:, 1:] = centred[:, 1:] - preemphasis * centred[:, :-1]
    emphasised[:, 0] = centred[:, 0] * (1 - preemphasis)
    return emphasised * window.astype(frames.dtype)


def _triangles_in_mel(sr: float, n_fft: int, n_mels: int, fmin: float, fmax: float) -> np.ndarray:
    """Triangles whose sides are straight over mels, not over Hz: (n_mels, n_freq). Kaldi leaves out the Nyquist bin."""
    if fmax > sr / 2:
        raise ValueError(f"kaldi_fbank: fmax must be at most sr / 2 = {sr / 2:g} Hz, got {fmax:g}; lower fmax")
    if not 0 <= fmin < fmax:
        raise ValueError(f"kaldi_fbank: fmin must be at least 0 and below fmax, got fmin={fmin:g} and fmax={fmax:g}")
    bins = _mel(np.arange(n_fft // 2 + 1) * sr / n_fft)  # (n_freq,)
    corners = np.linspace(_mel(fmin), _mel(fmax), n_mels + 2)[:, np.newaxis]  # (n_mels + 2, 1)
    step = corners[1] - corners[0]
    triangles = np.maximum(0, np.minimum((bins - corners[:-2]) / step, (corners[2:] - bins) / step))
    triangles[:, -1] = 0
    return triangles


def _mel(f: np.ndarray | float) -> np.ndarray:
    return 1127 * np.log1p(np.asarray(f) / 700)
