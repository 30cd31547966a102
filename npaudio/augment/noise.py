"""Noise and background sounds at an exact signal-to-noise ratio.

    SNR in dB = 10 log10(power of the signal / power of what is added),   power = mean of the squared samples

The power of what is added is measured on the very samples that are added, not expected from a distribution, so the
ratio is what was asked for and not only so on average. Each channel has the ratio for itself, and so have all together.
"""

from collections.abc import Sequence

import numpy as np

from npaudio._core.checks import check_choice, check_waveform
from npaudio.augment.draws import DB_LIMITS, Rng, Strength, draw_strength, needed_generator
from npaudio.signals.sound_parts import fast_length

COLOURS = {"white": 0.0, "pink": 0.5, "brown": 1.0}  # exponents: the magnitude falls as frequency ** -exponent
CORNER = 1 / 800  # of the sampling rate, 20 Hz at 16 kHz: below, pink and brown are flat
BLOCK = 4096


def add_noise(y: np.ndarray, *, snr_db: Strength = 20.0, colour: str = "white", rng: Rng | None = None) -> np.ndarray:
    """Add Gaussian noise at an exact signal-to-noise ratio.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Waveform. Its channels get independent noise, each at the same ratio to its own power.
    snr_db : float or (float, float)
        Signal-to-noise ratio in dB, or the range to draw it from: 20 is a clear recording, 0 as much noise as sound.
    colour : {"white", "pink", "brown"}
        White is equally strong at all frequencies; the power of pink falls with 1 / f, by 3 dB an octave, that of
        brown with 1 / f**2, by 6 dB. Both are flat below 1/800 of the sampling rate: deeper down would be a drift
        that nobody hears, yet it would be most of the power of brown noise.
    rng : numpy.random.Generator, int or tuple of int
        Source of the noise.

    Returns
    -------
    np.ndarray (..., n_samples)
        A silent channel stays silent: no noise is 20 dB below nothing.

    Raises
    ------
    ValueError
        If `y` is empty, not floating point or not finite, `colour` is unknown, or `rng` is missing.

    Examples
    --------
    >>> y = np.sin(np.arange(16000) / 10)
    >>> noise = add_noise(y, snr_db=10.0, rng=0) - y
    >>> round(float(10 * np.log10(np.mean(y**2) / np.mean(noise**2))), 6)
    10.0
    """
    y = check_waveform(y, caller="add_noise")
    check_choice(colour, COLOURS, caller="add_noise", name="colour")
    generator = needed_generator(rng, caller="add_noise")
    snr_db = draw_strength(snr_db, generator, caller="add_noise", name="snr_db", limits=DB_LIMITS)
    return _mixed(y, coloured_noise(y.shape, COLOURS[colour], generator, y.dtype), snr_db)


def mix_background(
    y: np.ndarray,
    *,
    background: np.ndarray | Sequence[np.ndarray],
    snr_db: Strength = (5.0, 20.0),
    rng: Rng | None = None,
) -> np.ndarray:
    """Add another recording at an exact signal-to-noise ratio, from a random place of it.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Waveform.
    background : np.ndarray (..., m) or sequence of them
        One recording, or a list or tuple of which one is drawn, at the sampling rate of `y`; mono ones go under every
        channel. A longer one is cut at a random place, a shorter one goes round and round from a random place.
    snr_db : float or (float, float)
        Ratio of `y` to the part of the background that is added, in dB, or the range to draw it from.
    rng : numpy.random.Generator, int or tuple of int
        Source of the choice, the place and the ratio.

    Returns
    -------
    np.ndarray (..., n_samples)
        `y` unchanged where it is silent, or the part of the background is.

    Raises
    ------
    ValueError
        If a signal is empty, not floating point or not finite, their channels do not fit, or `rng` is missing.
    """
    y = check_waveform(y, caller="mix_background")
    generator = needed_generator(rng, caller="mix_background")
    recording = _chosen(background, generator)
    snr_db = draw_strength(snr_db, generator, caller="mix_background", name="snr_db", limits=DB_LIMITS)
    part = _part(recording, y.shape[-1], generator)
    return _mixed(y, _on_channels(part, y), snr_db)


def coloured_noise(shape: tuple[int, ...], exponent: float, rng: np.random.Generator, dtype: np.dtype) -> np.ndarray:
    """Gaussian noise whose magnitude falls as frequency ** -exponent above CORNER; of no particular level.

    Noise in time is noise in frequency, so the spectrum is drawn at once, and one inverse FFT is all it takes.
    """
    kind = np.float32 if dtype == np.float32 else np.float64
    if exponent == 0:
        return rng.standard_normal(shape, dtype=kind)
    size = fast_length(shape[-1])
    n_freq = size // 2 + 1
    parts = rng.standard_normal((*shape[:-1], n_freq, 2), dtype=kind)
    spectrum = parts.view(np.result_type(kind, np.complex64))[..., 0]
    spectrum *= (np.maximum(np.arange(n_freq) / size, CORNER) ** -exponent).astype(kind)
    return np.fft.irfft(spectrum, size)[..., : shape[-1]]


def root_mean_square(y: np.ndarray) -> np.ndarray:
    """Rms along the last axis, (...,) float64: blocks are summed in the type of `y`, their sums in float64.

    If need be a channel is scaled by its peak, so that the squares of very quiet samples do not vanish and those of
    very loud ones stay finite.
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


def _chosen(background: np.ndarray | Sequence[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    if isinstance(background, np.ndarray):
        return background
    is_list = hasattr(background, "__len__") and hasattr(background, "__getitem__")
    if not is_list or isinstance(background, str | dict):
        raise ValueError(
            f"mix_background: background must be an array or a list of arrays, got {type(background).__name__}; load a "
            "file with npaudio.load"
        )
    if len(background) == 0:
        raise ValueError("mix_background: background is an empty list; give at least one recording")
    chosen = background[int(rng.integers(len(background)))]
    if not isinstance(chosen, np.ndarray):
        raise ValueError(
            "mix_background: background must be an array or a list of arrays, got a list with "
            f"{type(chosen).__name__} in it; make arrays of samples with np.array, load files with npaudio.load"
        )
    return chosen


def _part(recording: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """`n` samples of the recording from a random place, going round if it is shorter."""
    m = recording.shape[-1] if np.ndim(recording) else 0
    if m < n:
        recording = check_waveform(recording, caller="mix_background", name="background")
        return np.take(recording, np.arange(n) + rng.integers(m), -1, mode="wrap")
    start = int(rng.integers(m - n + 1))
    return check_waveform(recording[..., start : start + n], caller="mix_background", name="background")


def _on_channels(part: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The part as an array of the shape and type of `y`, which the caller may write to."""
    try:
        return np.broadcast_to(part, y.shape).astype(y.dtype)
    except ValueError as error:
        raise ValueError(
            f"mix_background: background has channels {part.shape[:-1]}, y has {y.shape[:-1]}; "
            "mix the background with npaudio.to_mono"
        ) from error
