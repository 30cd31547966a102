"""Kaldi's filterbank features, as the Audio Spectrogram Transformer takes them. The public name is in `npaudio.mel`."""

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Frames, MelSpectrogram, Waveform
from npaudio.mel.band_power import band_power
from npaudio.mel.filterbank import MelBands
from npaudio.spectrum.framing import Framing
from npaudio.spectrum.windows import get_window

FLOOR = 1.1920929e-07  # the float32 epsilon; the logarithm of silence is -15.9424
PREEMPHASIS = 0.97
ROUNDING = 1e-9  # samples


def kaldi_fbank(
    y: Waveform,
    *,
    sr: float = 16000,
    n_mels: int = 128,
    frame_length: float = 25.0,
    frame_shift: float = 10.0,
    fmin: float = 20.0,
    fmax: float | None = None,
    preemphasis: float = PREEMPHASIS,
) -> MelSpectrogram:
    """Log-mel filterbank energies by Kaldi's recipe, with the settings that the Audio Spectrogram Transformer uses.

    It equals `torchaudio.compliance.kaldi.fbank(y, htk_compat=True, window_type="hanning", dither=0, use_energy=False,
    num_mel_bins=128)`, transposed: there it is (n_frames, n_mels). The mean of each frame is removed; then come
    pre-emphasis y[n] - 0.97 y[n - 1], a symmetric Hann window and zeros up to a power of two. The power spectrum is
    summed in triangles that are linear *in mel* (1127 ln(1 + f / 700)), and the natural logarithm is taken. All frames
    lie within the signal. With 128 bands one low band holds no bin and stays at the floor, as in Kaldi.

    Used in lesson 01.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Signal of range ±1. Kaldi itself reads integers of range ±32768, which adds 2 ln(32768) = 20.79 to everything.
    sr : float
        Sample rate in Hz.
    n_mels : int
        Number of bands.
    frame_length, frame_shift : float
        Length of a frame and distance between frames, in milliseconds (Kaldi's names), rounded down to samples.
    fmin, fmax : float
        Lower edge of the first band and upper edge of the last, in Hz; `fmax=None` is sr / 2.
    preemphasis : float
        How much of the previous sample is subtracted; 0 for none. From the first sample its own value is subtracted.

    Returns
    -------
    np.ndarray (..., n_mels, n_frames)
        Natural logarithm of energy, floored at ln(1.19e-7) = -15.9424, which is what silence gives;
        10 s at 16 kHz give 998 frames.

    Raises
    ------
    ValueError
        A signal shorter than a frame, or `fmax` above sr / 2.

    See Also
    --------
    npaudio.Frontend.ast : the same in 1,024 frames, normalized.

    Examples
    --------
    >>> kaldi_fbank(np.zeros(160000, np.float32)).shape
    (128, 998)
    """
    check = Check("kaldi_fbank")
    length = samples_in(check, sr, frame_length, "frame_length")
    shift = samples_in(check, sr, frame_shift, "frame_shift")
    n_fft = 2 ** int(np.ceil(np.log2(length)))
    bands = MelBands(sr, n_fft, n_mels, fmin, fmax, "htk", norm=None, triangles="mel", caller="kaldi_fbank")
    framing = Framing(n_fft, shift, get_window("hann", length, periodic=False), center=False, pad_mode="constant")
    y = check.waveform(y, least=length)
    share = check.number(preemphasis, "preemphasis")
    energies = band_power(y, framing, bands, prepare=lambda frames: emphasized(frames, share))
    return np.log(np.maximum(energies, y.dtype.type(FLOOR), out=energies), out=energies)


def samples_in(check: Check, sr: float, milliseconds: float, name: str) -> int:
    """Whole samples in so many milliseconds, at least one; just below a whole number counts as that number."""
    return max(1, int(check.positive(sr, "sr") * check.positive(milliseconds, name) / 1000 + ROUNDING))


def emphasized(frames: Frames, preemphasis: float = PREEMPHASIS) -> Frames:
    """Frames (block, frame_length) without their mean, and with y[n] - preemphasis * y[n - 1]."""
    centered = frames - frames.mean(axis=-1, keepdims=True)
    result = np.empty_like(centered)
    result[:, 1:] = centered[:, 1:] - preemphasis * centered[:, :-1]
    result[:, 0] = centered[:, 0] * (1 - preemphasis)
    return result
