"""Chance by address: the numbers of any step can be drawn without drawing those of the steps before.

A single generator would have to be wound forward to the place where a training stopped. Here each purpose, epoch and
step has a stream of its own; NumPy's `SeedSequence` makes them as independent as if each had been seeded by dice.
"""

import numpy as np

ORDER, AUGMENTATION = 0, 1  # what a stream is for


def stream(seed: int, purpose: int, *place: int) -> np.random.Generator:
    """Generator for one purpose at one place, such as (epoch, step), of the training with this seed."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(purpose, *place)))
