"""Strengths of augmentations: numbers, or ranges to draw them from."""

from typing import TypeAlias

from npaudio._core.checks import Check
from npaudio._core.generators import Rng, needed_generator

Strength: TypeAlias = float | tuple[float, float]

DB_LIMITS = (-200.0, 200.0)  # 10 orders of magnitude each way: far beyond sound, and safe from overflow in float32


def draw_strength(
    check: Check, strength: Strength, rng: Rng | None, name: str, *, limits: tuple[float, float]
) -> float:
    """The number itself, or one drawn uniformly from a (low, high) range; only a range needs `rng`."""
    low, high = strength_range(check, strength, name, limits=limits)
    if low == high:
        return low
    return low + (high - low) * needed_generator(check, rng).random()


def is_drawn(strength: Strength) -> bool:
    """Whether a strength is a range to draw from; (x, x) is the number x."""
    return isinstance(strength, (tuple, list)) and strength[0] != strength[1]


def strength_range(check: Check, strength: Strength, name: str, *, limits: tuple[float, float]) -> tuple[float, float]:
    """Both ends of a strength as floats, in order and within the limits; both ends of a number are the number."""
    try:
        low, high = strength if isinstance(strength, (tuple, list)) else (strength, strength)
        low, high = float(low), float(high)
    except (TypeError, ValueError) as error:
        raise check.error(f"{name} must be a number or a (low, high) range, got {strength!r}") from error
    if not limits[0] <= low <= high <= limits[1]:
        raise check.error(f"{name} must lie from {limits[0]:g} to {limits[1]:g}, the lower end first, got {strength!r}")
    return low, high
