"""The batches of an epoch: the sampler's order, cut into pieces, each piece augmented.

A single random generator would have to be run forward to the step where a training stopped. Here each purpose, epoch
and step has a generator of its own, so the batches of any step can be made without those before it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Inputs, Targets
from npaudio.training.samplers import Sampler

Augment = Callable[[Inputs, Targets, np.random.Generator], tuple[Inputs, Targets]]

ORDER, AUGMENTATION = 0, 1  # the purposes of a generator


def generator_at(seed: int, purpose: int, *place: int) -> np.random.Generator:
    """Generator for one purpose at one place, such as (epoch, step), of the training with this seed.

    NumPy's `SeedSequence` makes the numbers at different places statistically independent.
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(purpose, *place)))


@dataclass(frozen=True, eq=False)
class Batches:
    """All batches of a training; batch `step` of an epoch is the same whether or not the ones before it were made.

    Parameters
    ----------
    x, y : np.ndarray (n, ...)
        Inputs and targets, checked; `x` may be a memory map, of which only the batch is read.
    batch_size : int
        Examples in a batch, at most. An epoch is cut as evenly as possible: with a batch size of 32, 33 examples become
        17 and 16, never 32 and 1, because one example alone gives a noisy step and no statistics for BatchNorm.
    sampler : Sampler
        Gives the order of each epoch.
    augment : callable or None
        `augment(x, y, rng) -> (x, y)` on copies of the batch.
    seed : int
        Seed of all generators.
    """

    x: Inputs
    y: Targets
    batch_size: int
    sampler: Sampler
    augment: Augment | None
    seed: int

    @property
    def n_steps(self) -> int:
        """Batches of an epoch."""
        return -(-len(self.x) // self.batch_size)

    def of_epoch(self, epoch: int, first_step: int = 0) -> Iterator[tuple[Inputs, Targets]]:
        """(x, y) of the steps of epoch 0, 1, ... from `first_step` on."""
        order = self._order(epoch)
        for step, indices in enumerate(np.array_split(order, self.n_steps)):
            if step >= first_step:
                yield self._batch(indices, epoch, step)

    def _order(self, epoch: int) -> np.ndarray:
        order = np.asarray(self.sampler(self.y, generator_at(self.seed, ORDER, epoch)))
        n = len(self.y)
        fits = order.shape == (n,) and order.dtype.kind in "iu"
        if not fits or order.min() < -n or order.max() >= n:
            found = f"from {order.min()} to {order.max()}" if fits else order.shape
            raise Check("fit").error(f"the sampler gave {order.dtype} {found}, expected {n} indices below {n}; fix it")
        return order

    def _batch(self, indices: np.ndarray, epoch: int, step: int) -> tuple[Inputs, Targets]:
        x, y = np.asarray(self.x[indices]), self.y[indices]
        if self.augment is None:
            return x, y
        augmented = self.augment(x, y, generator_at(self.seed, AUGMENTATION, epoch, step))
        if not isinstance(augmented, tuple) or len(augmented) != 2 or len(augmented[0]) != len(augmented[1]):
            raise Check("fit").error("augment must return (x, y), as many inputs as targets, but did not; correct it")
        return augmented
