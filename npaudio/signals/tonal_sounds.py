"""Sound events with a pitch: siren, alarm, bird, dog and engine.

Conventions: each function takes `(n, sr, rng)` and gives `n` samples, floats of any level, with the event from
its first sample on. `synthesizers` adds room, microphone, background and level.
"""

from collections.abc import Callable

import numpy as np

from npaudio.signals.sound_parts import Note, filtered, lay_notes, resonances, wander, wavetable

Contour = Callable[[np.ndarray], np.ndarray | float]


def siren(n: int, sr: int, rng: np.random.Generator) -> np.ndarray:
    """A horn that wails (seconds a cycle), yelps (several cycles a second) or alternates between two tones."""
    kind = rng.choice(["wail", "yelp", "two_tone"])
    low = rng.uniform(350, 800)
    span = rng.uniform(1.2, 1.5) if kind == "two_tone" else rng.uniform(1.6, 2.8)
    period = {"wail": rng.uniform(2.0, 6.0), "yelp": rng.uniform(0.18, 0.5), "two_tone": rng.uniform(0.7, 1.6)}[kind]
    cycle = np.arange(n) / (sr * period) + rng.random()
    rise = rng.uniform(0.3, 0.75)
    shape = {"wail": _arch, "yelp": _triangle, "two_tone": _two_tone}[kind](cycle, rise)
    doppler = 1 + 0.03 * rng.uniform(-1, 1) * np.linspace(-1, 1, n)
    horn = np.arange(1, 9.0) ** -rng.uniform(0.7, 2.0) * rng.uniform(0.3, 1.0, 8)
    passing = np.exp(0.3 * wander(n, sr, rng, rate=1.5))
    return passing * wavetable(low * np.exp(np.log(span) * shape) * doppler, horn, sr)


def alarm(n: int, sr: int, rng: np.random.Generator) -> np.ndarray:
    """Beeps in groups, like those of clocks, smoke detectors and cars: one tone, two in turn, or short sweeps."""
    kind = rng.choice(["one_tone", "one_tone", "two_tone", "sweep"])
    base = min(rng.uniform(500, 3100), 0.27 * sr)
    ratio = 1.0 if kind == "one_tone" else rng.uniform(1.15, 1.6)
    length, gap = rng.uniform(0.07, 0.4), rng.uniform(0.03, 0.25)
    group, pause = int(rng.integers(1, 6)), rng.uniform(0.1, 0.7)
    notes, onset, index = [], 0.0, 0
    while onset < n / sr:
        start = base * ratio if kind == "two_tone" and index % 2 else base
        notes.append(Note(onset, length, _glide(start, start * ratio if kind == "sweep" else start), attack=0.004))
        index += 1
        onset += length + gap + (pause if index % group == 0 else 0.0)
    f0, level = lay_notes(notes, n=n, sr=sr)
    return level * wavetable(f0, _buzzer(rng), sr)


def bird_chirp(n: int, sr: int, rng: np.random.Generator) -> np.ndarray:
    """A song: phrases of whistled syllables that sweep, arch or tremble, each phrase with its own motif."""
    center = min(rng.uniform(2000, 5500), 0.25 * sr)
    notes, onset = [], 0.0
    while onset < n / sr:
        phrase = _bird_phrase(onset, center * rng.uniform(0.8, 1.2), rng)
        notes += phrase
        onset = phrase[-1].onset + phrase[-1].length + rng.uniform(0.15, 0.9)
    f0, level = lay_notes(notes, n=n, sr=sr)
    f0 *= 1 + 0.004 * wander(n, sr, rng, rate=60)
    overtones = 10 ** rng.uniform([-1.7, -2.2], [-0.5, -1.0])
    return level * wavetable(f0, np.array([1.0, *overtones]), sr)


def dog_bark(n: int, sr: int, rng: np.random.Generator) -> np.ndarray:
    """Bouts of one to four barks: glottal pulses that glide up and fall, and breath, through the throat's formants."""
    size = rng.random()  # 0 is a lap dog, 1 a mastiff
    f0, level = lay_notes(_barks(n / sr, 850 * 0.3**size, rng), n=n, sr=sr)
    f0 *= np.exp(rng.uniform(0.02, 0.08) * wander(n, sr, rng, rate=150))  # a rough voice
    voice = wavetable(f0, np.arange(1, 80.0) ** -rng.uniform(0.6, 1.2), sr)
    source = level * (voice + rng.uniform(0.1, 0.6) * rng.normal(size=n))  # pulses and breath
    throat = np.array([750, 1500, 2900]) * (1.35 - 0.6 * size) * rng.uniform(0.85, 1.15, 3)
    widths, gains = throat * rng.uniform(0.15, 0.4, 3), np.array([1.0, 0.7, 0.3]) * rng.uniform(0.5, 1.0, 3)
    return filtered(source, sr, lambda f: resonances(f, throat, widths, gains))


def engine(n: int, sr: int, rng: np.random.Generator) -> np.ndarray:
    """A four-stroke engine: firing pulses of unequal cylinders, uneven running, and noise that pulses with them."""
    cylinders = int(rng.choice([1, 2, 3, 4, 6, 8]))
    turns = _engine_turns(n, sr, rng)  # cycles of two revolutions, a second
    pulses = wavetable(turns, _firing_spectrum(cylinders, float(turns.mean()), rng), sr)
    pulses /= np.abs(pulses).max() + 1e-12
    hiss = rng.uniform(0.02, 0.15) * rng.normal(size=n) * (0.3 + np.abs(pulses))
    source = (1 + 0.2 * wander(n, sr, rng, rate=8)) * (pulses + hiss)
    pipe, gains = rng.uniform([70, 200, 600], [160, 500, 1800]), rng.uniform(0.3, 1.5, 3)
    muffled = rng.uniform(800, 4000)
    return filtered(source, sr, lambda f: (0.2 + resonances(f, pipe, 0.5 * pipe, gains)) / (1 + 1j * f / muffled))


def _arch(cycle: np.ndarray, rise: float) -> np.ndarray:
    """Like `_triangle`, but slowing down at the turning points, as the rotor of a siren does."""
    return 0.5 - 0.5 * np.cos(np.pi * _triangle(cycle, rise))


def _triangle(cycle: np.ndarray, rise: float) -> np.ndarray:
    """0 to 1 during the share `rise` of each cycle, back to 0 in the rest."""
    u = cycle % 1
    return np.where(u < rise, u / rise, (1 - u) / (1 - rise))


def _two_tone(cycle: np.ndarray, share: float) -> np.ndarray:
    """1 during the `share` of each cycle, 0 in the rest, with a short glide between."""
    u = cycle % 1
    return np.clip(np.minimum(u, share - u) / 0.02 + 0.5, 0, 1)


def _glide(start: float, end: float) -> Contour:
    """Pitch from `start` to `end` Hz in equal musical steps."""
    return lambda u: start * (end / start) ** u


def _buzzer(rng: np.random.Generator) -> np.ndarray:
    """Partials of an alarm: nearly a sine, the odd ones of a square wave, or all of them, as of a reed."""
    k = np.arange(1, 8.0)
    kind = rng.choice(["pure", "square", "reed"])
    if kind == "pure":
        return np.array([1.0, rng.uniform(0, 0.1), rng.uniform(0, 0.1)])
    return (k % 2 if kind == "square" else rng.uniform(0.4, 1.0, len(k))) / k


def _bird_phrase(onset: float, center: float, rng: np.random.Generator) -> list[Note]:
    """One to six similar syllables, or a trill of eight or more short ones."""
    is_trill = rng.random() < 0.35
    count = int(rng.integers(8, 20)) if is_trill else int(rng.integers(1, 7))
    length = rng.uniform(0.02, 0.05) if is_trill else rng.uniform(0.05, 0.22)
    step = length + (rng.uniform(0.01, 0.03) if is_trill else rng.uniform(0.03, 0.15))
    pitch = _syllable(center, rng)
    levels = np.linspace(rng.uniform(0.4, 1), rng.uniform(0.4, 1), count).tolist()
    swell = {"attack": 0.3 * length, "release": 0.4 * length}
    return [Note(onset + i * step, length * rng.uniform(0.9, 1.1), pitch, levels[i], **swell) for i in range(count)]


def _syllable(center: float, rng: np.random.Generator) -> Contour:
    """One movement of pitch around `center`: a slope up or down, an arch, or a trill."""
    slope, arch = rng.uniform(-0.35, 0.35), rng.uniform(-0.25, 0.25)
    depth, turns = rng.choice([0.0, 0.0, 0.05]), rng.uniform(2, 6)
    return lambda u: (
        center * (1 + slope * (u - 0.5) + arch * (4 * u * (1 - u) - 0.5) + depth * np.sin(2 * np.pi * turns * u))
    )


def _barks(duration: float, pitch: float, rng: np.random.Generator) -> list[Note]:
    """Bouts of one to four similar barks, with pauses between the bouts."""
    length, gap = rng.uniform(0.09, 0.26), rng.uniform(0.1, 0.4)
    rise, fall = rng.uniform(0.2, 0.7), rng.uniform(0.2, 0.6)
    notes, onset = [], 0.0
    while onset < duration:
        for _ in range(int(rng.integers(1, 5))):
            bark = length * rng.uniform(0.85, 1.15)
            notes.append(_one_bark(onset, bark, pitch * rng.uniform(0.9, 1.1), rise, fall, rng.uniform(0.6, 1.0)))
            onset += bark + gap * rng.uniform(0.7, 1.3)
        onset += rng.uniform(0.7, 2.5)
    return notes


def _one_bark(onset: float, length: float, pitch: float, rise: float, fall: float, level: float) -> Note:
    """Pitch that jumps up as the throat opens and falls as the breath runs out; a fast attack and a decay."""

    def contour(u: np.ndarray) -> np.ndarray:
        return pitch * (1 - 0.5 * rise + rise * np.sin(np.pi * np.sqrt(u)) - fall * 0.5 * u)

    return Note(onset, length, contour, level, attack=0.012, release=0.04, decay=2.0)


def _engine_turns(n: int, sr: int, rng: np.random.Generator) -> np.ndarray:
    """Cycles a second (n,): idling, driving, or revving up and down, always a little uneven."""
    kind = rng.choice(["idle", "drive", "rev"])
    rpm = rng.uniform(600, 1100) if kind == "idle" else rng.uniform(1200, 6000)
    seconds = np.arange(n) / sr
    drift = 1 + 0.004 * wander(n, sr, rng, rate=6) + 0.02 * wander(n, sr, rng, rate=0.7)
    if kind == "rev":
        drift *= 1.5 ** np.sin(2 * np.pi * (seconds / rng.uniform(1.5, 5.0) + rng.random()))
    return np.clip(rpm / 120 * drift, 3, 90)


def _firing_spectrum(cylinders: int, cycle_rate: float, rng: np.random.Generator) -> np.ndarray:
    """Fourier coefficients of one cycle: a sharp pulse for each cylinder, not quite evenly spaced or equally loud."""
    k = np.arange(1, 401)
    places = (np.arange(cylinders) + 0.04 * rng.normal(size=cylinders)) / cylinders
    loudness = 1 + 0.2 * rng.normal(size=cylinders)
    pulse = (1 - k / 401) / (1 + (k * cycle_rate / rng.uniform(300, 1500)) ** 1.2)
    return pulse * (loudness @ np.exp(-2j * np.pi * np.outer(places, k)))
