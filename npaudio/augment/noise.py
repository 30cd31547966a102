"""Noise and background sounds at an exact signal-to-noise ratio.

    SNR in dB = 10 log10(power of the signal / power of what is added),   power = mean of the squared samples

The power of the noise is measured on the samples that are added, so the ratio is exact and not only right on average.
Each channel has the ratio, and so do all of them together.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.generators import Rng, needed_generator
from npaudio._core.types import Waveform
from npaudio.augment.draws import DB_LIMITS, Strength, draw_strength
from npaudio.signals.sound_parts import fast_length

Color = Literal["white", "pink", "brown"]
COLORS = {"white": 0.0, "pink": 0.5, "brown": 1.0}  # exponents: the magnitude falls as frequency ** -exponent
CORNER = 1 / 800  # of the sample rate, 20 Hz at 16 kHz: below it, pink and brown noise are flat
BLOCK = 4096


def add_noise(y: Waveform, *, snr_db: Strength = 20.0, color: Color = "white", rng: Rng | None = None) -> Waveform:
    """Add Gaussian noise at an exact signal-to-noise ratio.

    Explained in lesson 04.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Waveform. Its channels get independent noise, each at the same ratio to its own power.
    snr_db : float or (float, float)
        Signal-to-noise ratio in dB, or the range to draw it from: 20 is a clear recording, 0 as much noise as sound.
    color : {"white", "pink", "brown"}
        White is equally strong at all frequencies; the power of pink falls with 1 / f, by 3 dB an octave, that of
        brown with 1 / f**2, by 6 dB. Both are flat below 1/800 of the sample rate: otherwise most of the power of
        brown noise would be an inaudible drift.
    rng : numpy.random.Generator, int or tuple of int
        Source of the noise.

    Returns
    -------
    np.ndarray (..., n_samples)
        A silent channel stays silent, because no noise can be 20 dB below silence.

    Raises
    ------
    ValueError
        If `y` is empty, not floating point or not finite, `color` is unknown, or `rng` is missing.

    See Also
    --------
    npaudio.augment.mix_background : adds a recording instead.

    Examples
    --------
    >>> y = np.sin(np.arange(16000) / 10)
    >>> noise = add_noise(y, snr_db=10.0, rng=0) - y
    >>> round(float(10 * np.log10(np.mean(y**2) / np.mean(noise**2))), 6)
    10.0
    """
    check = Check("add_noise")
    y = check.waveform(y)
    check.choice(color, COLORS, "color")
    generator = needed_generator(check, rng)
    snr_db = draw_strength(check, snr_db, generator, "snr_db", limits=DB_LIMITS)
    return _mixed(y, colored_noise(y.shape, COLORS[color], generator, y.dtype), snr_db)


def mix_background(
    y: Waveform, *, background: Waveform | Sequence[Waveform], snr_db: Strength = (5.0, 20.0), rng: Rng | None = None
) -> Waveform:
    """Add another recording at an exact signal-to-noise ratio, from a random place in it.

    Explained in lesson 04.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Waveform.
    background : np.ndarray (..., m) or sequence of them
        One recording, or a list or tuple of which one is drawn, at the sample rate of `y`; a mono one is added to every
        channel. A longer one is cut at a random place, a shorter one is repeated from a random place on.
    snr_db : float or (float, float)
        Ratio of `y` to the part of the background that is added, in dB, or the range to draw it from.
    rng : numpy.random.Generator, int or tuple of int
        Source of the choice, the place and the ratio.

    Returns
    -------
    np.ndarray (..., n_samples)
        `y` unchanged if it is silent, or if the part of the background is.

    Raises
    ------
    ValueError
        If a signal is empty, not floating point or not finite, their channels do not fit, or `rng` is missing.

    See Also
    --------
    npaudio.augment.add_noise : noise instead of a recording.
    """
    check = Check("mix_background")
    y = check.waveform(y)
    generator = needed_generator(check, rng)
    recording = _chosen(check, background, generator)
    snr_db = draw_strength(check, snr_db, generator, "snr_db", limits=DB_LIMITS)
    part = _part(check, recording, y.shape[-1], generator)
    return _mixed(y, _on_channels(check, part, y), snr_db)


def colored_noise(shape: tuple[int, ...], exponent: float, rng: np.random.Generator, dtype: np.dtype) -> np.ndarray:
    """Gaussian noise whose magnitude falls as frequency ** -exponent above CORNER, at no particular level.

    The spectrum of Gaussian noise is Gaussian noise, so it is drawn directly, and one inverse FFT is enough.
    """
    if exponent == 0:
        return rng.standard_normal(shape, dtype=dtype)
    size = fast_length(shape[-1])
    n_freq = size // 2 + 1
    parts = rng.standard_normal((*shape[:-1], n_freq, 2), dtype=dtype)
    spectrum = parts.view(np.result_type(dtype, np.complex64))[..., 0]
    spectrum *= (np.maximum(np.arange(n_freq) / size, CORNER) ** -exponent).astype(dtype)
    return np.fft.irfft(spectrum, size)[..., : shape[-1]]


def root_mean_square(y: np.ndarray) -> np.ndarray:
    """Root mean square along the last axis, (...,) float64: blocks are summed in `y`'s type, their sums in float64.

    Very quiet and very loud channels are scaled by their peak first, so that no square underflows or overflows.
    """
    peak = np.maximum(y.max(axis=-1), -y.min(axis=-1))
    if not np.all((peak == 0) | (1e-10 < peak) & (peak < 1e10)):
        peak = np.where(peak == 0, 1, peak)
        return peak * root_mean_square(y / peak[..., None])
    whole = y.shape[-1] // BLOCK * BLOCK
    blocks = y[..., :whole].reshape(*y.shape[:-1], -1, BLOCK)
    rest = y[..., whole:]
    energy = np.vecdot(blocks, blocks).sum(axis=-1, dtype=np.float64) + np.vecdot(rest, rest)
    return np.sqrt(energy / y.shape[-1])


def _mixed(y: np.ndarray, noise: np.ndarray, snr_db: float) -> np.ndarray:
    """`y` plus the noise, which is scaled channel by channel to lie `snr_db` below it. Overwrites `noise`."""
    level = root_mean_square(noise)
    target = root_mean_square(y) * 10 ** (-snr_db / 20)
    scale = np.divide(target, level, out=np.zeros_like(target), where=level > 0)
    noise *= scale[..., None].astype(y.dtype)
    noise += y
    return noise


def _chosen(check: Check, background: Waveform | Sequence[Waveform], rng: np.random.Generator) -> Waveform:
    if isinstance(background, np.ndarray):
        return background
    is_list = hasattr(background, "__len__") and hasattr(background, "__getitem__")
    expected = "background must be an array or a list of arrays"
    if not is_list or isinstance(background, str | dict):
        raise check.error(f"{expected}, got {type(background).__name__}; load a file with npaudio.load")
    if len(background) == 0:
        raise check.error("background is an empty list; give at least one recording")
    chosen = background[int(rng.integers(len(background)))]
    if not isinstance(chosen, np.ndarray):
        cure = "make arrays of samples with np.array, load files with npaudio.load"
        raise check.error(f"{expected}, got a list with {type(chosen).__name__} in it; {cure}")
    return chosen


def _part(check: Check, recording: Waveform, n: int, rng: np.random.Generator) -> Waveform:
    """`n` samples of the recording from a random place on, repeating it if it is shorter."""
    m = recording.shape[-1] if np.ndim(recording) else 0
    if m < n:
        recording = check.waveform(recording, "background")
        return np.take(recording, np.arange(n) + rng.integers(m), -1, mode="wrap")
    start = int(rng.integers(m - n + 1))
    return check.waveform(recording[..., start : start + n], "background")


def _on_channels(check: Check, part: Waveform, y: Waveform) -> Waveform:
    """The part as a new array of the shape and type of `y`."""
    try:
        return np.broadcast_to(part, y.shape).astype(y.dtype)
    except ValueError as error:
        raise check.error(
            f"background has channels {part.shape[:-1]}, y has {y.shape[:-1]}; mix the background with npaudio.to_mono"
        ) from error
