"""The batches of an epoch: the sampler's order, cut into pieces, each piece augmented."""

from collections.abc import Callable, Iterator

import numpy as np

from npaudio.training.samplers import Sampler
from npaudio.training.streams import AUGMENTATION, ORDER, stream

Augment = Callable[[np.ndarray, np.ndarray, np.random.Generator], tuple[np.ndarray, np.ndarray]]


class Batches:
    """All batches of a training; batch `step` of an epoch is the same whether or not those before it were made.

    Parameters
    ----------
    x, y : np.ndarray (n, ...)
        Inputs and targets, checked; `x` may be a memory map, of which only the batch is read.
    batch_size : int
        At most so many at once. An epoch is cut as evenly as possible: 33 examples by 32 become 17 and 16, never 32 and
        1, which would be a noisy step and no batch for BatchNorm.
    sampler : Sampler
        Gives the order of each epoch.
    augment : callable or None
        `augment(x, y, rng) -> (x, y)` on copies of the batch.
    seed : int
        Of all streams.
    """

    def __init__(
        self, x: np.ndarray, y: np.ndarray, *, batch_size: int, sampler: Sampler, augment: Augment | None, seed: int
    ) -> None:
        self.x, self.y = x, y
        self.batch_size, self.sampler, self.augment, self.seed = batch_size, sampler, augment, seed
        self.n_steps = -(-len(x) // batch_size)

    def of_epoch(self, epoch: int, first_step: int = 0) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """(x, y) of the steps of epoch 0, 1, ... from `first_step` on."""
        order = self._order(epoch)
        for step, indices in enumerate(np.array_split(order, self.n_steps)):
            if step >= first_step:
                yield self._batch(indices, epoch, step)

    def _order(self, epoch: int) -> np.ndarray:
        order = np.asarray(self.sampler(self.y, stream(self.seed, ORDER, epoch)))
        n = len(self.y)
        fits = order.shape == (n,) and order.dtype.kind in "iu"
        if not fits or order.min() < -n or order.max() >= n:
            found = f"from {order.min()} to {order.max()}" if fits else order.shape
            raise ValueError(f"fit: the sampler gave {order.dtype} {found}, expected {n} indices below {n}; correct it")
        return order

    def _batch(self, indices: np.ndarray, epoch: int, step: int) -> tuple[np.ndarray, np.ndarray]:
        x, y = np.asarray(self.x[indices]), self.y[indices]
        if self.augment is None:
            return x, y
        augmented = self.augment(x, y, stream(self.seed, AUGMENTATION, epoch, step))
        if not isinstance(augmented, tuple) or len(augmented) != 2 or len(augmented[0]) != len(augmented[1]):
            raise ValueError("fit: augment must return (x, y), as many inputs as targets; it gave something else")
        return augmented
