"""Apply a description to every frame of a signal, block by block, so that an hour of sound needs little memory."""

from collections.abc import Callable

import numpy as np

from npaudio.mel.spectrogram import check_spectrogram, magnitude_power
from npaudio.spectrum.framing import Framing


def of_each_frame(
    describe: Callable[[np.ndarray, int], np.ndarray],
    y: np.ndarray | None,
    S: np.ndarray | None,
    settings: dict[str, object],
    *,
    caller: str,
) -> np.ndarray:
    """`describe(magnitudes (n_freq, n), n_fft)` of the given spectrogram, or of the signal's, block by block."""
    check_either(y, S, caller=caller)
    if S is not None:
        S = check_magnitudes(S, caller=caller)
        return describe(S, _transform_length(S, settings.get("n_fft")))
    framing = _framing(settings, caller=caller)
    y = framing.check(y, caller=caller)  # type: ignore[arg-type]
    described = np.empty((*y.shape[:-1], 1, framing.n_frames(y.shape[-1])), y.dtype)
    for item in np.ndindex(y.shape[:-1]):
        for which, spectra in framing.spectra(y[item]):
            described[item][:, which] = describe(magnitude_power(spectra, 1, y.dtype).T, framing.n_fft)
    return described


def of_each_cut(
    describe: Callable[[np.ndarray], np.ndarray],
    y: np.ndarray,
    frame_length: int,
    hop_length: int,
    center: bool,
    pad_mode: str,
    *,
    caller: str,
) -> np.ndarray:
    """`describe(samples (block, frame_length))` of the frames of a signal, without a window: (..., 1, n_frames)."""
    settings = {"hop_length": hop_length, "center": center, "pad_mode": pad_mode, "window": "rectangular"}
    framing = _framing({"n_fft": frame_length, **settings}, caller=caller)
    y = framing.check(y, caller=caller)
    described = np.empty((*y.shape[:-1], 1, framing.n_frames(y.shape[-1])), y.dtype)
    for item in np.ndindex(y.shape[:-1]):
        for which, frames in framing.blocks(y[item]):
            described[item][0, which] = describe(frames)
    return described


def _framing(settings: dict[str, object], *, caller: str) -> Framing:
    """Framing with librosa's defaults for features."""
    defaults = {
        "n_fft": 2048,
        "hop_length": 512,
        "win_length": None,
        "window": "hann",
        "center": True,
        "pad_mode": "constant",
    }
    unknown = sorted(set(settings) - set(defaults))
    if unknown:
        raise TypeError(f"{caller}: unknown argument {unknown[0]!r}; the frame settings are {', '.join(defaults)}")
    return Framing.checked(caller=caller, **{**defaults, **settings})  # type: ignore[arg-type]


def check_either(y: np.ndarray | None, S: np.ndarray | None, *, caller: str) -> None:
    """Refuse both and neither."""
    if (y is None) == (S is None):
        raise ValueError(f"{caller}: give either a signal y or a magnitude spectrogram S, and not both")


def check_magnitudes(S: np.ndarray, *, caller: str) -> np.ndarray:
    """Return `S` (..., n_freq, n_frames) if it is real, floating point and nowhere negative."""
    S = check_spectrogram(S, caller=caller)
    if not S.min() >= 0:
        raise ValueError(f"{caller}: S must hold magnitudes, got {S.min():g}; take db_to_power of decibels first")
    return S


def bin_frequencies(S: np.ndarray, sr: float, n_fft: int) -> np.ndarray:
    """Frequency of each bin in Hz, as a column (n_freq, 1) of the spectrogram's type."""
    return (np.arange(S.shape[-2])[:, np.newaxis] * (sr / n_fft)).astype(S.dtype)


def _transform_length(S: np.ndarray, n_fft: object) -> int:
    """The n_fft that a spectrogram was made with: the one given if it fits, else the even one that does."""
    if isinstance(n_fft, int) and n_fft // 2 + 1 == S.shape[-2]:
        return n_fft
    return max(1, 2 * (S.shape[-2] - 1))
