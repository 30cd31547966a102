"""Descriptions of every frame of a signal, computed block by block, so that an hour of sound needs little memory."""

from collections.abc import Callable
from typing import Unpack

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Frames, PerFrame, Spectrogram, Waveform
from npaudio.spectrum.framing import FrameSettings, Framing, transform_length


def of_spectra(
    describe: Callable[[Spectrogram, int], PerFrame],
    y: Waveform | None,
    S: Spectrogram | None,
    settings: FrameSettings,
    check: Check,
) -> PerFrame:
    """`describe(magnitudes (n_freq, n), n_fft)` of the given spectrogram, or of the signal's, block by block."""
    check.one_of(y, S, "a magnitude spectrogram S")
    if S is not None:
        S = check_magnitudes(check, S)
        return describe(S, transform_length(check, S, settings))
    framing = Framing.of_features(check, settings)
    y = check.waveform(y, least=framing.shortest)

    def values(frames: Frames) -> PerFrame:  # (block, frame_length) to (1, block)
        return describe(np.abs(framing.spectra(frames, y.dtype)).T, framing.n_fft)

    return framing.map(values, y, 1, y.dtype)


def of_samples(
    describe: Callable[[Frames], np.ndarray], y: Waveform | None, check: Check, **settings: Unpack[FrameSettings]
) -> PerFrame:
    """`describe(samples (block, n_fft))` of the frames of a signal, without a window: (..., 1, n_frames)."""
    framing = Framing.checked(check, **settings)
    y = check.waveform(y, least=framing.shortest)
    return framing.map(describe, y, 1, y.dtype)


def check_magnitudes(check: Check, S: Spectrogram) -> Spectrogram:
    """Return `S` (..., n_freq, n_frames) if it is real, floating point and nowhere negative."""
    S = check.spectrogram(S)
    if not S.min() >= 0:
        raise check.error(f"S must hold magnitudes, got {S.min():g}; take db_to_power of decibels first")
    return S


def bin_frequencies(S: Spectrogram, sr: float, n_fft: int) -> np.ndarray:
    """Frequency of each bin in Hz, as a column (n_freq, 1) of the spectrogram's type."""
    return (np.arange(S.shape[-2])[:, np.newaxis] * (sr / n_fft)).astype(S.dtype)
