"""Averages of the weights during training: steadier than the last weights, and often better than those of any step.

With a finite learning rate the weights circle around a minimum, and the center of the circle is nearer to it. Both
averages here are  mean ← mean + share · (weights - mean)  and differ only in when they are updated and in the share:

    EMA    after each step     share = 1 - decay          recent weights count most
    SWA    after each epoch    share = 1 / count          all weights since `start` count the same

The averaged weights are validated, saved as the best, and left in the model at the end; the training itself continues
with its own weights.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from npaudio import nn
from npaudio._core.checks import Check
from npaudio._core.types import Inputs
from npaudio.nn.batch_norm import BatchNorm
from npaudio.nn.modes import evaluation


@dataclass(frozen=True)
class EMA:
    """Exponential moving average of the weights, with a memory of about 1 / (1 - decay) steps.

    It starts with the weights after the first step. In a short training these would dominate it to the end, so the
    decay begins small and grows: decay_t = min(decay, (1 + t) / (10 + t)) after t steps, as in TensorFlow.

    Goes with lesson 08.

    Parameters
    ----------
    decay : float
        Above 0 and below 1.
    warm_up : bool
        Whether the decay grows; if not it is `decay` from the second step on.

    Raises
    ------
    ValueError
        `decay` is not above 0 and below 1.

    See Also
    --------
    SWA : the plain mean of the last epochs.

    Notes
    -----
    Polyak and Juditsky 1992; Tarvainen and Valpola 2017 (mean teacher). The running statistics of BatchNorm are
    averaged too.
    """

    decay: float = 0.999
    warm_up: bool = True
    after: ClassVar[str] = "step"
    own_statistics: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not 0 < Check("EMA").number(self.decay, "decay") < 1:
            raise Check("EMA").error(f"decay must be above 0 and below 1, got {self.decay!r}; 0.999 is usual")

    def share(self, count: int) -> float:
        """Share of the newest weights in an average of `count` earlier ones, from 0 to 1."""
        if count == 0:
            return 1.0
        return 1 - (min(float(self.decay), (1 + count) / (10 + count)) if self.warm_up else float(self.decay))

    def begun(self, epoch: int, epochs: int) -> bool:
        """Whether `epoch` 0, 1, ... of `epochs` is averaged: every one."""
        return True


@dataclass(frozen=True)
class SWA:
    """Stochastic weight averaging: the mean of the weights at the ends of the last epochs.

    It needs a learning rate that stays well above zero: averaging weights that hardly change gains nothing. The mean
    of BatchNorm's statistics does not fit the mean of the weights, so the statistics are computed again on the training
    data, with one forward pass per epoch.

    Goes with lesson 08.

    Parameters
    ----------
    start : float
        Share of the epochs after which it begins, from 0 to below 1.

    Raises
    ------
    ValueError
        `start` is not from 0 to below 1.

    See Also
    --------
    EMA : an average after each step.

    Notes
    -----
    Izmailov et al. 2018, algorithm 1, with one average per epoch.
    """

    start: float = 0.75
    after: ClassVar[str] = "epoch"
    own_statistics: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not 0 <= Check("SWA").number(self.start, "start") < 1:
            raise Check("SWA").error(f"start must be a share of the epochs from 0 to below 1, got {self.start!r}")

    def share(self, count: int) -> float:
        """Share of the newest weights in an average of `count` earlier ones, from 0 to 1."""
        return 1 / (count + 1)

    def begun(self, epoch: int, epochs: int) -> bool:
        """Whether `epoch` 0, 1, ... of `epochs` is averaged; the last always is."""
        return epoch >= min(float(self.start) * epochs, epochs - 1)


@dataclass(eq=False)
class RunningAverage:
    """The current average: how many weights are in it, and their mean under the names of the state dict."""

    kind: EMA | SWA
    count: int = 0
    weights: dict[str, np.ndarray] = field(default_factory=dict)

    def update(self, model: nn.Module) -> None:
        """Include the current weights; integers, such as BatchNorm's number of batches, are copied."""
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
        """Within this block the model has the averaged weights."""
        own = model.state_dict()
        try:
            if self.weights:
                model.load_state_dict(self.weights)
            yield
        finally:
            model.load_state_dict(own)


def recompute_batch_norm(model: nn.Module, x: Inputs, *, batch_size: int = 32) -> None:
    """Compute the running statistics of every BatchNorm again, as the plain mean over the batches of `x`.

    Needed for weights that were not set by training, such as averages. PyTorch's `update_bn`, but without dropout,
    because the statistics will be used without it.

    Goes with lesson 08.

    Parameters
    ----------
    model : nn.Module
        The network, whose BatchNorm layers are changed.
    x : np.ndarray (n, ...)
        Inputs as in training.
    batch_size : int
        Examples in a batch, at most.

    See Also
    --------
    SWA : an average that needs it.
    """
    batch_size = Check("recompute_batch_norm").whole_number(batch_size, "batch_size")
    norms = [m for m in model.modules() if isinstance(m, BatchNorm) and m.running_mean is not None]
    if not norms:
        return
    momenta = [norm.momentum for norm in norms]
    with evaluation(model):  # afterwards every module is in its former mode
        for module in model.modules():
            module.training = not isinstance(module, nn.Dropout)
        try:
            for norm in norms:
                norm.num_batches_tracked.fill(0)
                norm.momentum = None  # the plain mean over all batches
            for batch in np.array_split(np.arange(len(x)), -(-len(x) // batch_size)):
                model(np.asarray(x[batch]))
        finally:
            for norm, momentum in zip(norms, momenta, strict=True):
                norm.momentum = momentum
