"""What sound events are made of: noise with a given spectrum, tones with a pitch track, struck objects that ring.

Conventions: a part is an array (n,) of floats at `sr` Hz; times and lengths are in seconds unless called `n`;
frequencies are in Hz. Nothing is filtered sample by sample: a filter is a product in the frequency domain, and a
struck resonance is a decaying sine. Slow random curves are drawn at their own rate, so that a seed gives the same tones
at every sample rate.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

NYQUIST_MARGIN = 0.96  # partials end at this share of sr / 2
TABLE_POINTS = 4096  # of a period in `wavetable`; a power of two
RING_STEP = 64  # samples between the coarse points of `ring`


def fast_length(n: int) -> int:
    """Smallest m * 2**k of at least `n` with m in 1, 3, 5, 9, 15: lengths at which the FFT is fast."""
    return min(m << max(0, int(np.ceil(np.log2(n / m)))) for m in (1, 3, 5, 9, 15))


def frequencies(size: int, sr: int) -> np.ndarray:
    """Frequencies in Hz of the bins of `np.fft.rfft` over `size` samples, float32 like all filtering here."""
    return np.arange(size // 2 + 1, dtype=np.float32) * (sr / size)


def band(f: np.ndarray, low: float, high: float, *, slope: float = 2.0) -> np.ndarray:
    """Magnitude at the frequencies `f` of a band-pass, flat from `low` to `high` and falling as f**slope outside."""
    log_f = np.log(np.maximum(f, 1e-3))
    below = np.exp(2 * slope * (math.log(low) - log_f))
    above = np.exp(2 * slope * (log_f - math.log(high)))
    return 1 / np.sqrt((1 + below) * (1 + above))


def resonances(f: np.ndarray, centers: np.ndarray, widths: np.ndarray, gains: np.ndarray) -> np.ndarray:
    """Complex response of resonances side by side, each gain / (1 + 2j (f - center) / width), `width` Hz wide at -3 dB.

    The phase matters: because of it the ringing follows the blow, as exp(-pi width t), and does not precede it.
    """
    center, width, gain = np.stack([centers, widths, gains]).astype(np.float32)[..., None]  # each (resonances, 1)
    return (gain / (1 + 2j * (f - center) / width)).sum(axis=0)


def filtered(y: np.ndarray, sr: int, response: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """`y` through the filter `response(f)`; zeros are added first, so that nothing wraps around."""
    size = fast_length(len(y) + sr // 20)
    spectrum = np.fft.rfft(y, size).astype(np.complex64)
    return np.fft.irfft(spectrum * response(frequencies(size, sr)), size)[: len(y)]


def shaped_noise(n: int, sr: int, rng: np.random.Generator, response: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Gaussian noise of unit rms whose magnitude spectrum follows `response(f)`: drawn as a spectrum, so one FFT."""
    size = fast_length(n)
    white = rng.normal(size=2 * (size // 2 + 1)).astype(np.float32).view(np.complex64)
    y = np.fft.irfft(white * response(frequencies(size, sr)), size)[:n]
    return y / max(float(np.sqrt(np.mean(y**2))), 1e-12)


def wander(n: int, sr: int, rng: np.random.Generator, *, rate: float) -> np.ndarray:
    """A random curve with a standard deviation of about 1, straight between points drawn `rate` times a second."""
    n_points = int(n / sr * rate) + 3
    position = np.arange(n) * (rate / sr) + rng.random()
    return np.interp(position, np.arange(n_points), rng.normal(size=n_points))


def wavetable(f0: np.ndarray, coefficients: np.ndarray, sr: int) -> np.ndarray:
    """A tone that follows a pitch track: the sum of |c_k| cos(k phi + arg c_k), where the phase phi integrates `f0`.

    One period is made from the coefficients by an inverse FFT and read at the speed given by `f0`, with linear
    interpolation: the error of partial k is (2 pi k / 4096)**2 / 8, for the hundredth 1 part in 340. Partials that
    exceed Nyquist anywhere along the track are left out, which avoids aliases.

    Parameters
    ----------
    f0 : np.ndarray
        Pitch in Hz, shape (n,), above 0.
    coefficients : np.ndarray
        Real or complex c_1, c_2, ... of the partials.
    sr : int
        Samples a second.

    Returns
    -------
    np.ndarray
        Shape (n,).
    """
    n_partials = min(len(coefficients), int(NYQUIST_MARGIN * sr / 2 / f0.max()))
    spectrum = np.zeros(TABLE_POINTS // 2 + 1, dtype=complex)
    spectrum[1 : n_partials + 1] = coefficients[:n_partials]
    period = np.fft.irfft(spectrum, TABLE_POINTS) * TABLE_POINTS / 2
    period = np.append(period, period[0])
    position = np.cumsum(f0) * (TABLE_POINTS / sr)
    index = position.astype(np.int64)
    fraction = position - index
    index &= TABLE_POINTS - 1  # the remainder, as the length is a power of two
    left = period[index]
    return left + fraction * (period[index + 1] - left)


def ring(frequencies: np.ndarray, decays: np.ndarray, amplitudes: np.ndarray, *, n: int, sr: int) -> np.ndarray:
    """The sound of struck objects, a row for each: sums of a sin(2 pi f t) exp(-t / decay).

    exp(p (64 i + j)) = exp(p 64 i) exp(p j), so the sum over the partials p is a matrix product of a coarse table
    and a fine one, and few exponentials need to be computed.

    Parameters
    ----------
    frequencies, decays, amplitudes : np.ndarray
        Shape (objects, partials): Hz, seconds to 1/e, and amplitude. Partials above Nyquist are left out.
    n, sr : int
        Samples a row, and samples a second.

    Returns
    -------
    np.ndarray
        Shape (objects, n).
    """
    heights = np.where(frequencies < NYQUIST_MARGIN * sr / 2, amplitudes, 0.0)
    poles = (2j * np.pi * frequencies - 1 / decays) / sr
    coarse_steps = np.arange(-(-n // RING_STEP)) * RING_STEP
    coarse = np.exp(poles[:, None, :] * coarse_steps[:, None])  # (objects, n / 64, partials)
    fine = heights[..., None] * np.exp(poles[..., None] * np.arange(RING_STEP))  # (objects, partials, 64)
    imaginary = _real_pair(coarse, axis=2) @ _real_pair(1j * fine.conj(), axis=1)
    return imaginary.reshape(len(poles), len(coarse_steps) * RING_STEP)[:, :n]


def scatter(grains: np.ndarray, times: np.ndarray, *, n: int, sr: int) -> np.ndarray:
    """Add each row of `grains` (rows, length) into silence of `n` samples at its time, cut at the end."""
    index = np.rint(np.asarray(times) * sr).astype(np.int64)[:, None] + np.arange(grains.shape[1])
    return np.bincount(np.minimum(index, n).ravel(), weights=grains.ravel(), minlength=n + 1)[:n]


def steady_times(duration: float, rng: np.random.Generator, *, interval: float, jitter: float) -> np.ndarray:
    """Times from 0 on, about `interval` apart; `jitter` is the standard deviation as a share of the interval."""
    times = np.arange(int(duration / interval) + 1) * interval
    times[1:] += interval * jitter * np.clip(rng.normal(size=len(times) - 1), -2, 2)
    return times[times < duration]


def poisson_times(duration: float, rng: np.random.Generator, *, rate: float) -> np.ndarray:
    """Times of a Poisson process of `rate` events a second: the gaps are exponential."""
    expected = rate * duration
    gaps = rng.exponential(1 / rate, size=int(expected + 6 * np.sqrt(expected)) + 8)
    times = np.cumsum(gaps)
    return times[times < duration]


@dataclass(frozen=True)
class Note:
    """One bark, beep or syllable: when, how long, its pitch in Hz over 0 <= u < 1, and its envelope."""

    onset: float
    length: float
    pitch: Callable[[np.ndarray], np.ndarray | float]
    level: float = 1.0
    attack: float = 0.005
    release: float = 0.02
    decay: float = 0.0


def lay_notes(notes: list[Note], *, n: int, sr: int) -> tuple[np.ndarray, np.ndarray]:
    """Pitch track (n,) and level (n,) of the notes, one after the other. Between notes the pitch does not change."""
    f0, level = np.ones(n), np.zeros(n)
    for note in notes:
        start, stop = round(note.onset * sr), min(round((note.onset + note.length) * sr), n)
        if start < stop:
            t = np.arange(stop - start) / sr
            f0[start:stop] = note.pitch(t / note.length)
            f0[stop:] = f0[stop - 1]
            swell = np.minimum(np.minimum(t / note.attack, (note.length - t) / note.release), 1)
            level[start:stop] = note.level * swell * np.exp(-note.decay * t / note.length)
    return f0, level


def _real_pair(z: np.ndarray, *, axis: int) -> np.ndarray:
    """Real and imaginary parts side by side along `axis`, float32."""
    return np.concatenate([z.real, z.imag], axis=axis, dtype=np.float32)
