"""What every augmentation draws from: a generator made of what the caller gave, and strengths from their ranges."""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

Rng = Generator | int | Sequence[int]
Strength = float | tuple[float, float]

DB_LIMITS = (-200.0, 200.0)  # 10 orders of magnitude each way: far beyond sound, and safe from overflow in float32


def as_generator(rng: Rng | None, *, caller: str) -> Generator | None:
    """Generator of a seed or a tuple of seeds; a generator is handed through, and so is None."""
    if rng is None or isinstance(rng, Generator):
        return rng
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{caller}: rng must be a numpy.random.Generator, a seed or a tuple of seeds from 0 up, got {rng!r}"
        ) from error


def needed_generator(rng: Rng | None, *, caller: str) -> Generator:
    """The same, where something is drawn for certain: None is refused."""
    generator = as_generator(rng, caller=caller)
    if generator is None:
        raise ValueError(
            f"{caller}: rng is missing, and something is drawn here; pass a numpy.random.Generator or a seed, say rng=0"
        )
    return generator


def draw_strength(
    strength: Strength,
    rng: Rng | None,
    *,
    caller: str,
    name: str,
    limits: tuple[float, float],
) -> float:
    """The number itself, or one drawn evenly from a (low, high) range, for which alone `rng` is needed."""
    low, high = strength_range(strength, caller=caller, name=name, limits=limits)
    if low == high:
        return low
    if not isinstance(rng, Generator):
        rng = needed_generator(rng, caller=caller)
    return low + (high - low) * rng.random()


def is_drawn(strength: Strength) -> bool:
    """Whether a strength is a range to draw from, and not a number, be it written as a range."""
    return isinstance(strength, (tuple, list)) and strength[0] != strength[1]


def strength_range(strength: Strength, *, caller: str, name: str, limits: tuple[float, float]) -> tuple[float, float]:
    """Both ends of a strength as floats, in order and within the limits; the ends of a number are itself."""
    try:
        low, high = strength if isinstance(strength, (tuple, list)) else (strength, strength)
        low, high = float(low), float(high)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{caller}: {name} must be a number or a (low, high) range, got {strength!r}") from error
    if not limits[0] <= low <= high <= limits[1]:
        raise ValueError(
            f"{caller}: {name} must lie from {limits[0]:g} to {limits[1]:g}, the lower end first, got {strength!r}"
        )
    return low, high
