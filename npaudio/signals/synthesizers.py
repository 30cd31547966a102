"""Ten classes of sound events as recordings: an event, in a room, through a microphone, over a background.

Every draw differs in pitch, timing, timbre and onset (the event), in echo and color (room and microphone), and in
signal-to-noise ratio and level. Some classes can be confused, as in real recordings: a dull clock with footsteps, heavy
rain with wind, a yelping siren with a sweeping alarm. The models are small physical ones, like those in Farnell,
Designing Sound (2010): something is struck, rings, or hisses.

Conventions: mono, float32, peak at most 1; `sr` in Hz, `duration` in seconds, `rng` a Generator or an int seed. The
same seed gives the same recording on every platform, up to rounding.
"""

from collections.abc import Callable

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Waveform
from npaudio.signals.noisy_sounds import clock_tick, footsteps, glass_break, rain, wind
from npaudio.signals.sound_parts import fast_length, frequencies, shaped_noise
from npaudio.signals.tonal_sounds import alarm, bird_chirp, dog_bark, engine, siren

Synthesizer = Callable[[int, int, np.random.Generator], np.ndarray]

SYNTHESIZERS: dict[str, Synthesizer] = {
    "siren": siren,
    "dog_bark": dog_bark,
    "rain": rain,
    "clock_tick": clock_tick,
    "bird_chirp": bird_chirp,
    "engine": engine,
    "footsteps": footsteps,
    "glass_break": glass_break,
    "wind": wind,
    "alarm": alarm,
}
SOUND_CLASSES: tuple[str, ...] = tuple(SYNTHESIZERS)
"""Names of the ten classes of sounds that `synthesize` makes. Used in lesson 03."""

ALREADY_SOUNDING = ("siren", "rain", "engine", "wind")  # from the first sample on
LATEST_ONSET = 0.4  # of the other classes, as a share of the duration
MIN_SR = 8000
MIN_DURATION = 0.1


def synthesize(
    label: str, *, sr: int = 16000, duration: float = 2.0, rng: np.random.Generator | int, dry: bool = False
) -> Waveform:
    """Draw one recording of a sound class.

    Used in lesson 01.

    Parameters
    ----------
    label : str
        One of `SOUND_CLASSES`.
    sr : int
        Sample rate in Hz, at least 8000. Partials above Nyquist are left out, so nothing aliases.
    duration : float
        Seconds, at least 0.1.
    rng : numpy.random.Generator or int
        Source of all randomness. A Generator moves on with each call; the same int gives the same sound.
    dry : bool
        The event alone, from the first sample on and with its peak at 1: no room, microphone, background or late
        onset. For mixing your own scenes, where onsets must be known.

    Returns
    -------
    np.ndarray
        Shape (round(sr * duration),), float32. A recording's peak lies between 0.1 and 0.9 (-20 to -1 dB).

    Raises
    ------
    ValueError
        If the label is unknown (the message lists them), or `sr` or `duration` is too small.

    See Also
    --------
    npaudio.datasets.SyntheticSounds : a data set of such recordings.
    npaudio.datasets.SyntheticScenes : scenes with several events.

    Examples
    --------
    >>> synthesize("dog_bark", duration=1.0, rng=0).shape
    (16000,)
    """
    check = Check("synthesize")
    check.choice(label, SOUND_CLASSES, "label")
    sr, n = _check_extent(check, sr, duration)
    rng = np.random.default_rng(rng)
    if dry:
        return _to_peak(SYNTHESIZERS[label](n, sr, rng), 1.0)
    event = _late_event(label, n, sr, rng)
    heard = _through_room_and_microphone(event, sr, rng)
    return _to_peak(heard + _background(label, heard, sr, rng), 10 ** rng.uniform(-1.0, -0.05))


def _check_extent(check: Check, sr: int, duration: float) -> tuple[int, int]:
    """Sample rate and number of samples of a recording that is neither too coarse nor too short for its events."""
    sr, duration = check.whole_number(sr, "sr"), check.positive(duration, "duration")
    if sr < MIN_SR:
        raise check.error(f"sr must be at least {MIN_SR} Hz, got {sr}; synthesize at {MIN_SR} and resample")
    if duration < MIN_DURATION:
        raise check.error(
            f"duration must be at least {MIN_DURATION} s, got {duration}; synthesize {MIN_DURATION} s and cut the sound"
        )
    return sr, round(sr * duration)


def _to_peak(y: np.ndarray, peak: float) -> np.ndarray:
    """Scale to the peak, as float32; clipping keeps rounded samples within ±1."""
    scaled = (y * (peak / max(float(np.abs(y).max()), 1e-12))).astype(np.float32)
    return np.clip(scaled, -1, 1, out=scaled)


def _late_event(label: str, n: int, sr: int, rng: np.random.Generator) -> np.ndarray:
    """The event in `n` samples: from the first one on, or after a silence if the class has an onset."""
    share = 0.0 if label in ALREADY_SOUNDING else rng.uniform(0, LATEST_ONSET)
    start = int(share * n)
    return np.concatenate([np.zeros(start), SYNTHESIZERS[label](n - start, sr, rng)])


def _through_room_and_microphone(y: np.ndarray, sr: int, rng: np.random.Generator) -> np.ndarray:
    """Add the room's echo, noise that decays by 60 dB in 0.1 to 0.7 s, and color the sound with a gentle equalizer."""
    size = fast_length(len(y) + sr // 2)
    t = np.arange(sr // 2) / sr
    echo = rng.normal(size=len(t)) * np.exp(-6.9 * t / rng.uniform(0.1, 0.7))
    echo *= rng.uniform(0, 0.6) / np.sqrt(np.sum(echo**2))
    echo[0] += 1  # the direct sound
    spectrum = (np.fft.rfft(y, size) * np.fft.rfft(echo, size)).astype(np.complex64)
    return np.fft.irfft(spectrum * _microphone(frequencies(size, sr), rng), size)[: len(y)]


def _microphone(f: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Magnitude response: a few decibels up or down from octave to octave, and no bass below 20 to 150 Hz."""
    octaves = np.log2(np.maximum(f, 20.0) / 20.0)
    decibels = np.interp(octaves, np.arange(12), 3 * rng.normal(size=12)).astype(np.float32)
    cut = rng.uniform(20, 150)
    return 10 ** (decibels / 20) * f / np.sqrt(f**2 + cut**2)


def _background(label: str, heard: np.ndarray, sr: int, rng: np.random.Generator) -> np.ndarray:
    """Noise from white to nearly brown, 6 to 35 dB below the event, and sometimes another sound far away."""
    slope = rng.uniform(0, 0.85)  # of the magnitude: 0 is white, 1/2 pink, 1 brown
    noise = shaped_noise(len(heard), sr, rng, lambda f: np.maximum(f, 30.0) ** -slope)
    loudness = _loudest_rms(heard, sr)
    background = loudness * 10 ** (-rng.uniform(6, 35) / 20) * noise
    if rng.random() < 0.2:
        others = [name for name in SOUND_CLASSES if name != label]
        faint = SYNTHESIZERS[others[int(rng.integers(len(others)))]](len(heard), sr, rng)
        background += loudness * 10 ** (-rng.uniform(10, 25) / 20) * faint / _loudest_rms(faint, sr)
    return background


def _loudest_rms(y: np.ndarray, sr: int) -> float:
    """Root mean square of the loudest tenth of all 10 ms blocks, a level that suits clicks and steady sounds alike."""
    block = sr // 100
    power = np.sort(np.mean(y[: len(y) // block * block].reshape(-1, block) ** 2, axis=1))
    return max(float(np.sqrt(power[-max(1, len(power) // 10) :].mean())), 1e-9)
