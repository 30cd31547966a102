"""Sound events of noise and impact: rain, wind, clock, footsteps and breaking glass.

Conventions: as in `tonal_sounds`, `(n, sr, rng)` gives `n` samples, floats of any level, from the first sample on.
A struck object is a row of modes (frequency, decay, amplitude) for `ring`; many strikes are rows for `scatter`.
"""

import numpy as np

from npaudio.signals.sound_parts import band, poisson_times, ring, scatter, shaped_noise, steady_times, wander


def rain(n: int, sr: int, rng: np.random.Generator) -> np.ndarray:
    """The hiss of countless distant drops, and near drops one by one, each a short ring of a bubble or of a roof."""
    low, high = rng.uniform(150, 1800), rng.uniform(2500, 12000)
    bed = shaped_noise(n, sr, rng, lambda f: band(f, low, high, slope=0.8))
    times = poisson_times(n / sr, rng, rate=rng.uniform(8, 110))
    on_roof = rng.random() < 0.3
    lowest, highest = (400, 1800) if on_roof else (1500, min(7500, 0.45 * sr))
    pitch = _log_uniform(rng, lowest, highest, (len(times), 1))
    decay = rng.uniform(0.001, 0.005 if on_roof else 0.003, (len(times), 1))
    drops = ring(pitch, decay, rng.exponential(1.0, (len(times), 1)), n=round(0.015 * sr), sr=sr)
    shower = np.exp(rng.uniform(0, 0.2) * wander(n, sr, rng, rate=2))
    return shower * bed + rng.uniform(0.5, 4.0) * scatter(drops, times, n=n, sr=sr)


def wind(n: int, sr: int, rng: np.random.Generator) -> np.ndarray:
    """Noise in bands that swell with the gusts, the higher ones more so, and at times a whistle that follows them."""
    gust = np.exp(rng.uniform(0.15, 0.6) * wander(n, sr, rng, rate=rng.uniform(0.6, 3.0)))
    rumble_top, rush_top = rng.uniform(80, 300), rng.uniform(500, 4000)
    rumble = shaped_noise(n, sr, rng, lambda f: band(f, 25, rumble_top, slope=1.2))
    rush = shaped_noise(n, sr, rng, lambda f: band(f, 150, rush_top, slope=1.0))
    y = gust * rumble + rng.uniform(0.2, 1.5) * gust**2 * rush
    if rng.random() < 0.4:
        y += rng.uniform(0.2, 0.8) * gust**2 * _whistle(gust, sr, rng)
    return y


def clock_tick(n: int, sr: int, rng: np.random.Generator) -> np.ndarray:
    """Tick and tock in turn: hard clicks that ring for milliseconds in the clockwork, and lower in the case."""
    times = steady_times(n / sr, rng, interval=rng.uniform(0.2, 1.0), jitter=0.004)
    dullness = rng.uniform(1.0, 4.0)  # a clock in a cupboard has lower modes
    tick_and_tock = ring(
        np.hstack([rng.uniform(1500, 7000, (2, 5)) / dullness, rng.uniform(200, 900, (2, 2))]),
        np.hstack([rng.uniform(0.001, 0.009, (2, 5)), rng.uniform(0.005, 0.03, (2, 2))]),
        np.hstack([rng.uniform(0.3, 1.0, (2, 5)), rng.uniform(0.0, 0.4, (2, 2))]) * [[1.0], [rng.uniform(0.4, 1.0)]],
        n=round(0.12 * sr),
        sr=sr,
    )
    beats = tick_and_tock[np.arange(len(times)) % 2] * rng.uniform(0.85, 1.0, (len(times), 1))
    unlocking, share = rng.uniform(0.006, 0.03), rng.uniform(0.0, 0.6)  # the escapement clicks twice
    return scatter(beats, times, n=n, sr=sr) + share * scatter(beats, times + unlocking, n=n, sr=sr)


def footsteps(n: int, sr: int, rng: np.random.Generator) -> np.ndarray:
    """Heel, then toe, at the pace of a walk or a run: a thump of the floor, the knock of the sole, and its scuff."""
    interval = rng.uniform(0.28, 0.75)
    times = steady_times(n / sr, rng, interval=interval, jitter=0.05)
    hardness = rng.random()  # 0 is a soft sole on a carpet, 1 a heel on stone
    knock = 0.9 * hardness**2
    heel = ring(
        np.hstack([rng.uniform(60, 350, (2, 3)), rng.uniform(500, 2600, (2, 2))]),
        np.hstack([rng.uniform(0.010, 0.035, (2, 3)), rng.uniform(0.002, 0.010, (2, 2))]),
        np.hstack([rng.uniform(0.4, 1.0, (2, 3)), knock * rng.uniform(0.4, 1.0, (2, 2))]),
        n=round(0.15 * sr),
        sr=sr,
    )
    steps = heel[np.arange(len(times)) % 2] * rng.uniform(0.6, 1.0, (len(times), 1))
    toes = times + interval * rng.uniform(0.12, 0.25)
    thumps = scatter(steps, times, n=n, sr=sr) + rng.uniform(0.1, 0.6) * scatter(steps, toes, n=n, sr=sr)
    return thumps + _scuffs(np.concatenate([times, toes]), n, sr, rng)


def glass_break(n: int, sr: int, rng: np.random.Generator) -> np.ndarray:
    """A blow, the pane or vessel that rings as it breaks, and shards that tinkle more and more sparsely after it."""
    y, onset = np.zeros(n), 0
    while onset < n:
        part = min(n - onset, 2 * sr)
        y[onset : onset + part] += _one_break(part, sr, rng)
        onset += round(rng.uniform(1.6, 6.0) * sr)
    return y


def _log_uniform(rng: np.random.Generator, low: float, high: float, size: tuple[int, ...]) -> np.ndarray:
    """Draws that fall into each octave from `low` to `high` equally often."""
    return np.exp(rng.uniform(np.log(low), np.log(high), size))


def _whistle(gust: np.ndarray, sr: int, rng: np.random.Generator) -> np.ndarray:
    """Noise about 50 Hz wide on a carrier that rises with the gust: wind in a gap, or over a wire."""
    n = len(gust)
    phase = 2 * np.pi * np.cumsum(rng.uniform(350, 1100) * np.clip(gust, 0.3, 2.5) ** 0.4) / sr
    return wander(n, sr, rng, rate=50) * np.cos(phase) + wander(n, sr, rng, rate=50) * np.sin(phase)


def _scuffs(times: np.ndarray, n: int, sr: int, rng: np.random.Generator) -> np.ndarray:
    """A burst of noise whenever a sole meets the ground; long and bright on gravel, short and faint on boards."""
    on_gravel = rng.random() < 0.35
    low, high = (1200, 6000) if on_gravel else (300, rng.uniform(1500, 4000))
    decay = rng.uniform(0.03, 0.09) if on_gravel else rng.uniform(0.005, 0.03)
    t = np.arange(round(0.3 * sr)) / sr
    envelope = np.minimum(t / 0.004, 1) * np.exp(-t / decay) * rng.uniform(0.5, 1.0, (len(times), 1))
    noise = shaped_noise(n, sr, rng, lambda f: band(f, low, high, slope=1))
    return rng.uniform(0.1, 0.6) * (2.0 if on_gravel else 1.0) * noise * scatter(envelope, times, n=n, sr=sr)


def _one_break(n: int, sr: int, rng: np.random.Generator) -> np.ndarray:
    """One pane, bottle or glass; they differ in how long the body rings and how many shards fall."""
    top = min(12000, 0.45 * sr)
    t = np.arange(n, dtype=np.float32) / sr
    crash = shaped_noise(n, sr, rng, lambda f: band(f, 900, top, slope=1)) * np.exp(-t / rng.uniform(0.008, 0.06))
    body_modes = (12, 2)  # twelve small products: one large one would start BLAS's threads, which costs more
    body = ring(
        _log_uniform(rng, 900, top, body_modes),
        _log_uniform(rng, 0.02, rng.uniform(0.05, 0.3), body_modes),
        rng.uniform(0.1, 0.5, body_modes),
        n=n,
        sr=sr,
    ).sum(axis=0)
    thump = ring(rng.uniform(90, 400, (1, 2)), np.full((1, 2), 0.03), np.ones((1, 2)), n=n, sr=sr)[0]
    shards = _shards(n, top, sr, rng)
    return crash + rng.uniform(0.2, 1.0) * body + rng.uniform(0, 1.0) * thump + rng.uniform(0.3, 1.0) * shards


def _shards(n: int, top: float, sr: int, rng: np.random.Generator) -> np.ndarray:
    """Splinters that land more and more rarely; later ones are fainter, and each rings in three modes."""
    count = int(rng.integers(12, 60))
    times = rng.exponential(rng.uniform(0.08, 0.4), count)
    height = np.exp(-times / 0.5) * rng.exponential(0.5, count)
    modes = (count, 3)
    grains = ring(
        _log_uniform(rng, 1800, top, modes),
        _log_uniform(rng, 0.004, 0.05, modes),
        height[:, None] * rng.uniform(0.3, 1.0, modes),
        n=round(0.12 * sr),
        sr=sr,
    )
    return scatter(grains, times, n=n, sr=sr)
