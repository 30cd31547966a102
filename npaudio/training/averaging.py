"""Averages of the weights on their way: steadier than the last step, and often better than any single one.

Steps with a finite learning rate circle around a minimum; the middle of the circle is nearer to it. Both averages here
are  mean ← mean + share · (weights - mean)  and differ only in when they are taken and in the share:

    EMA    after each step     share = 1 - decay          recent weights count most
    SWA    after each epoch    share = 1 / count          all weights since `start` count the same

The average is what is validated, kept as the best, and left in the model at the end; the training itself goes on from
its own weights.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from npaudio import nn
from npaudio.nn.norm import BatchNorm


@dataclass(frozen=True)
class EMA:
    """Exponential moving average of the weights, with a memory of about 1 / (1 - decay) steps.

    The weights after the first step start it. In a short training they would stay in it for ever, so the decay
    begins small and grows: decay_t = min(decay, (1 + t) / (10 + t)) after t steps, as in TensorFlow.

    Parameters
    ----------
    decay : float
        Above 0 and below 1.
    warm_up : bool
        Whether the decay grows; if not it is `decay` from the second step on.

    Notes
    -----
    Polyak and Juditsky 1992; Tarvainen and Valpola 2017 (mean teacher). The running statistics of BatchNorm are
    averaged alike.
    """

    decay: float = 0.999
    warm_up: bool = True
    after: ClassVar[str] = "step"
    own_statistics: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not 0 < self.decay < 1:
            raise ValueError(f"EMA: decay must be above 0 and below 1, got {self.decay!r}; 0.999 forgets in 1000 steps")

    def share(self, count: int) -> float:
        """Share of the newest weights, where `count` have been averaged before."""
        if count == 0:
            return 1.0
        return 1 - (min(self.decay, (1 + count) / (10 + count)) if self.warm_up else self.decay)

    def begun(self, epoch: int, epochs: int) -> bool:
        """Whether epoch 0, 1, ... belongs to it: every one."""
        return True


@dataclass(frozen=True)
class SWA:
    """Stochastic weight averaging: the mean of the weights at the ends of the last epochs.

    A learning rate that does not go down to nothing helps it, for there is nothing to gain from averaging weights that
    hardly move. BatchNorm's statistics fit none of the averaged networks, hence they are measured anew on the training
    data, one pass forward an epoch.

    Parameters
    ----------
    start : float
        Share of the epochs after which it begins, from 0 to below 1.

    Notes
    -----
    Izmailov et al. 2018, algorithm 1, with one average an epoch.
    """

    start: float = 0.75
    after: ClassVar[str] = "epoch"
    own_statistics: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not 0 <= self.start < 1:
            raise ValueError(f"SWA: start must be a share of the epochs from 0 to below 1, got {self.start!r}")

    def share(self, count: int) -> float:
        """Share of the newest weights, where `count` have been averaged before."""
        return 1 / (count + 1)

    def begun(self, epoch: int, epochs: int) -> bool:
        """Whether epoch 0, 1, ... belongs to it; the last always does."""
        return epoch >= min(self.start * epochs, epochs - 1)


class RunningAverage:
    """The average as it stands: how many weights are in it, and their mean under the names of the state dict."""

    def __init__(self, kind: EMA | SWA) -> None:
        self.kind = kind
        self.count = 0
        self.weights: dict[str, np.ndarray] = {}

    def update(self, model: nn.Module) -> None:
        """Take in the present weights; what is counted and not measured, such as BatchNorm's batches, is copied."""
        share = self.kind.share(self.count)
        self.count += 1
        for name, value in model.state_dict().items():
            if share == 1 or value.dtype.kind != "f":
                self.weights[name] = value
            else:
                mean = self.weights[name]
                mean += mean.dtype.type(share) * (value - mean)

    @contextlib.contextmanager
    def in_place_of(self, model: nn.Module) -> Iterator[None]:
        """For a while the model has the averaged weights."""
        own = model.state_dict()
        try:
            if self.weights:
                model.load_state_dict(self.weights)
            yield
        finally:
            model.load_state_dict(own)


def recompute_batch_norm(model: nn.Module, x: np.ndarray, *, batch_size: int = 32) -> None:
    """Measure the running statistics of every BatchNorm anew, as the plain mean over the batches of `x`.

    Needed when weights were set by other means than training. Dropout is off meanwhile, for the statistics are meant
    for evaluation. PyTorch's `update_bn`, which leaves dropout on.

    Parameters
    ----------
    model : nn.Module
        Its BatchNorm layers are changed; without any, nothing is done.
    x : np.ndarray (n, ...)
        Inputs as in training.
    batch_size : int
        How many go through at once, at most.
    """
    norms = [m for m in model.modules() if isinstance(m, BatchNorm) and m.running_mean is not None]
    if not norms:
        return
    was_training, momenta = model.training, [norm.momentum for norm in norms]
    _training_without_dropout(model)
    try:
        for norm in norms:
            norm.num_batches_tracked.fill(0)  # type: ignore[union-attr]
            norm.momentum = None  # the plain mean over all batches
        for batch in np.array_split(np.arange(len(x)), -(-len(x) // batch_size)):
            model(np.asarray(x[batch]))
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
        model.train(was_training)


def _training_without_dropout(model: nn.Module) -> None:
    model.train()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.eval()
