"""Reverberation from a model of a room: the direct sound, followed by decaying noise.

After the first few reflections the echoes in a room come from everywhere, too dense to tell apart. Together they are
Gaussian noise that decays exponentially (Polack 1988; Jot et al. 1997). Its decay is given by the time in which it
falls by 60 dB: 0.3 s in a living room, 0.6 s in an office, 2 s in a concert hall.
"""

import math

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.generators import Rng, needed_generator
from npaudio._core.types import Waveform
from npaudio.augment.draws import DB_LIMITS, Strength, draw_strength

DECAY_LIMITS = (0.01, 20.0)


def reverb(
    y: Waveform, *, sr: int, decay: Strength = (0.2, 0.8), direct_db: Strength = (0.0, 12.0), rng: Rng | None = None
) -> Waveform:
    """Put a sound into a room: y convolved with an impulse and a tail of decaying noise.

    Explained in lesson 04.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Waveform. Each channel gets its own tail, as in a diffuse field.
    sr : int
        Sample rate in Hz.
    decay : float or (float, float)
        Time in which the tail falls by 60 dB, 0.01 to 20 s, or the range to draw it from.
    direct_db : float or (float, float)
        Energy of the impulse over that of the tail in dB, or the range to draw it from: a sound close to the microphone
        has a high ratio.
    rng : numpy.random.Generator, int or tuple of int
        Source of the tail.

    Returns
    -------
    np.ndarray (..., n_samples)
        The direct sound keeps its time and level; the reverberation after the end is cut off.

    Raises
    ------
    ValueError
        If `y` is empty, not floating point or not finite, a strength is beyond its limits, or `rng` is missing.

    See Also
    --------
    npaudio.augment.equalizer : another microphone.

    References
    ----------
    J.-D. Polack, "La transmission de l'énergie sonore dans les salles", 1988; J.-M. Jot, L. Cerveau and O. Warusfel,
    "Analysis and synthesis of room reverberation based on a statistical time-frequency model", AES 103, 1997.
    """
    check = Check("reverb")
    y = check.waveform(y)
    sr = check.whole_number(sr, "sr")
    generator = needed_generator(check, rng)
    seconds = draw_strength(check, decay, generator, "decay", limits=DECAY_LIMITS)
    level = draw_strength(check, direct_db, generator, "direct_db", limits=DB_LIMITS)
    room = impulse_response(y.shape, sr, seconds, level, generator, y.dtype)
    size = smooth_length(y.shape[-1] + room.shape[-1] - 1)  # so that the tail does not wrap around
    spectrum = np.fft.rfft(y, size)
    spectrum *= np.fft.rfft(room, size)
    return np.fft.irfft(spectrum, size)[..., : y.shape[-1]]


def impulse_response(
    shape: tuple[int, ...], sr: int, decay: float, direct_db: float, rng: np.random.Generator, dtype: np.dtype
) -> np.ndarray:
    """An impulse of 1, then noise times 10**(-3 t / decay) down to -60 dB, scaled to the energy asked for.

    It is no longer than the signal (..., n_samples) it is meant for, because the rest would be cut off.
    """
    n_tail = math.ceil(decay * sr)
    fading = np.exp(np.arange(1, n_tail + 1) * (-3 * math.log(10) / n_tail))
    fading *= 10 ** (-direct_db / 20) / np.sqrt(np.sum(fading**2))
    fading = fading[: shape[-1] - 1].astype(dtype)
    response = np.empty((*shape[:-1], len(fading) + 1), dtype)
    response[..., 0] = 1
    np.multiply(rng.standard_normal((*shape[:-1], len(fading)), dtype=dtype), fading, out=response[..., 1:])
    return response


def smooth_length(n: int) -> int:
    """Smallest product of twos, up to four threes and up to three fives of at least `n`, where the FFT is fast."""
    odd = (3**a * 5**b for a in range(5) for b in range(4))
    return min(m << max(0, math.ceil(math.log2(n / m))) for m in odd)
