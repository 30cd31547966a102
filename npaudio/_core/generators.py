"""Random generators: made from what the caller gave, never from NumPy's global state."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.random import Generator

from npaudio._core.checks import Check

Rng: TypeAlias = Generator | int | Sequence[int]
"""A generator, a seed, or a tuple of seeds such as (seed, epoch, index)."""


def as_generator(check: Check, rng: Rng | None) -> Generator | None:
    """The generator of a seed or of a tuple of seeds; a generator and None are returned as they are."""
    if rng is None or isinstance(rng, Generator):
        return rng
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError) as error:
        raise check.error(
            f"rng must be a numpy.random.Generator, a seed or a tuple of seeds from 0 up, got {rng!r}"
        ) from error


def needed_generator(check: Check, rng: Rng | None) -> Generator:
    """The same for functions that always draw: None is refused."""
    generator = as_generator(check, rng)
    if generator is None:
        raise check.error(
            "rng is missing, and something is drawn here; pass a numpy.random.Generator or a seed, say rng=0"
        )
    return generator
