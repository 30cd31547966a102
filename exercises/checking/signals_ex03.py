"""Checks of the five signals of exercise 03: what can be heard in them, whatever their loudness and phase.

Each function takes a signal and raises `Wrong` with a sentence, or lets it pass.
"""

import numpy as np

import npaudio
from exercises.checking.verdicts import Exhibit, Wrong

SR = 16000


def refuse(name: str, sentence: str, y: np.ndarray) -> None:
    """Raise `Wrong` and have yours written beside the library's signal of this name."""
    raise Wrong(f'generate_signals()["{name}"]: {sentence}', Exhibit(y, npaudio.signals.article_signals()[name], SR))


def check_sine(y: np.ndarray, sr: int = SR) -> None:
    """One line at 440 Hz."""
    power = np.abs(np.fft.rfft(y)) ** 2
    peak = np.argmax(power) * sr / len(y)
    if abs(peak - 440 / (2 * np.pi)) < 1:
        refuse("sine", "your tone lies at 70 Hz, which is 440 / (2 pi): sin(2 pi f t), not sin(f t).", y)
    if abs(peak - 440) > sr / len(y):
        refuse("sine", f"your tone lies at {peak:.0f} Hz, expected 440 Hz.", y)
    if _share(power, 437, 443, len(y), sr) < 0.99:
        refuse("sine", "there is more in it than one frequency.", y)


def check_noise(y: np.ndarray) -> None:
    """No mean, no memory, the bell curve."""
    y_std = y / np.std(y)
    if abs(np.mean(y_std)) > 0.1:
        refuse("white_noise", f"its mean is {np.mean(y):.3g}; np.random.rand is never negative. Use normal numbers.", y)
    if abs(np.mean(y_std[1:] * y_std[:-1])) > 0.05:
        refuse("white_noise", "neighbouring samples resemble each other: that is not white. Draw each on its own.", y)
    if np.mean(y_std**4) < 2.4:
        refuse("white_noise", "its samples are spread evenly, not along the bell curve: use normal numbers.", y)


def check_sweep(y: np.ndarray) -> None:
    """The frequency near the start, in the middle and near the end, counted in zero crossings."""
    measured = [_crossings(y, at) for at in (0.1, 1.0, 1.9)]
    expected = [200 + 1900 * at for at in (0.1, 1.0, 1.9)]
    twice = [200 + 3800 * at for at in (0.1, 1.0, 1.9)]
    if np.allclose(measured, twice, rtol=0.08, atol=20):
        told = "it ends near 7800 Hz, not 4000: the phase is the *integral* of the frequency, with t**2 / (2 T)."
        refuse("sweep", told + " Hint 2 shows it.", y)
    if not np.allclose(measured, expected, rtol=0.08, atol=20):
        told, want = (", ".join(f"{f:.0f}" for f in values) for values in (measured, expected))
        refuse("sweep", f"after 0.1, 1 and 1.9 s it is at {told} Hz, expected {want} Hz.", y)


def check_speech(y: np.ndarray) -> None:
    """Four lines with side lines, and a loudness that swells four times a second."""
    power = np.abs(np.fft.rfft(y)) ** 2
    for f in (150, 300, 900, 2500):
        if _share(power, f - 20, f + 20, len(y)) < 0.05:
            refuse("speech_like", f"{f} Hz is missing or far weaker than the others.", y)
    loudness = np.sqrt(np.mean(y[: len(y) // 320 * 320].reshape(-1, 320) ** 2, axis=1))  # every 20 ms
    swell = np.abs(np.fft.rfft(loudness - loudness.mean()))
    if np.std(loudness) < 0.1 * np.mean(loudness):
        refuse("speech_like", "its loudness stays the same: the modulation at 4 Hz is missing.", y)
    rate = np.argmax(swell) / (len(loudness) * 0.02)
    if abs(rate - 4) > 0.5:
        cause = " (a sine that goes below zero swells twice a period: lift it, 0.5 + 0.5 sin)" if rate > 6 else ""
        refuse("speech_like", f"its loudness swells {rate:.1f} times a second, expected 4{cause}.", y)


def check_music(y: np.ndarray) -> None:
    """Three notes whose pitch trembles and whose loudness does not."""
    power = np.abs(np.fft.rfft(y)) ** 2
    for f in (440, 554, 659):
        if _share(power, f - 45, f + 45, len(y)) < 0.1:
            refuse("music_like", f"{f} Hz is missing or far weaker than the others.", y)
    if _grows(y):
        told = "its pitch swings wider and wider, as that of sin(2 pi f(t) t) does."
        refuse("music_like", f"{told}\nThe phase is the *integral* of the frequency. Hint 2 shows it.", y)
    note = _band(y, 554 - 45, 554 + 45)[len(y) // 10 : -len(y) // 10]
    loudness, pitch = np.abs(note), np.diff(np.unwrap(np.angle(note))) * SR / (2 * np.pi)
    if np.std(loudness) > 0.15 * np.mean(loudness):
        refuse("music_like", "it trembles in loudness (a tremolo); a vibrato moves the *pitch*. Hint 2 shows it.", y)
    if np.std(pitch) < 0.3:
        refuse("music_like", "its pitch stays the same: the vibrato at 5 Hz is missing.", y)
    rate = np.argmax(np.abs(np.fft.rfft(pitch - pitch.mean()))) * SR / len(pitch)
    if abs(rate - 5) > 1:
        refuse("music_like", f"its pitch trembles {rate:.1f} times a second, expected 5.", y)


CHECKS = {
    "sine": check_sine,
    "white_noise": check_noise,
    "sweep": check_sweep,
    "speech_like": check_speech,
    "music_like": check_music,
}


def _grows(y: np.ndarray) -> bool:
    """Whether the notes are clean in the beginning and wander away from their places later on."""
    early, late = (
        np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2 for part in (y[: len(y) // 8], y[-len(y) // 8 :])
    )
    around = [sum(_share(power, f - 32, f + 32, len(y) // 8) for f in (440, 554, 659)) for power in (early, late)]
    return around[0] > 0.8 and around[1] < 0.8 * around[0]


def _share(power: np.ndarray, low: float, high: float, n_samples: int, sr: int = SR) -> float:
    """Share of the energy between two frequencies."""
    first, last = round(low * n_samples / sr), round(high * n_samples / sr)
    return float(power[first : last + 1].sum() / power.sum())


def _crossings(y: np.ndarray, at: float) -> float:
    """Frequency around a time, from the crossings of zero within 0.16 s."""
    part = y[round((at - 0.08) * SR) : round((at + 0.08) * SR)]
    return float(np.count_nonzero(np.diff(np.signbit(part))) / 2 / 0.16)


def _band(y: np.ndarray, low: float, high: float) -> np.ndarray:
    """Analytic signal of a band: its magnitude is the loudness, its angle the phase."""
    spectrum = np.fft.fft(y)
    f = np.fft.fftfreq(len(y), 1 / SR)
    return np.fft.ifft(np.where((f >= low) & (f <= high), 2 * spectrum, 0))
