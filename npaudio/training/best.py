"""The best network so far, and how long ago it was."""

import math

import numpy as np

from npaudio import nn


class Best:
    """Keeps a copy of the weights with the highest metric; without a metric, of those with the lowest validation loss.

    Among equal metrics (accuracy on few clips takes few values) the lower validation loss wins.

    Attributes
    ----------
    epoch : int or None
        Number, from 1, of the best epoch.
    rank : tuple of float
        What is compared, larger is better.
    weights : dict of arrays
        State of the model then.
    """

    def __init__(self) -> None:
        self.epoch: int | None = None
        self.rank: tuple[float, ...] = ()
        self.weights: dict[str, np.ndarray] = {}

    def offer(self, model: nn.Module, epoch: int, *, loss: float, metric: float | None) -> None:
        """Keep the model's weights if they are better than all before."""
        rank: tuple[float, ...] = (-loss,) if metric is None else (metric, -loss)
        rank = tuple(-math.inf if math.isnan(value) else value for value in rank)
        if self.epoch is None or rank > self.rank:
            self.epoch, self.rank, self.weights = epoch, rank, model.state_dict()

    def is_stale(self, epoch: int, patience: int | None) -> bool:
        """Whether nothing got better in the last `patience` epochs up to this one."""
        return patience is not None and self.epoch is not None and epoch - self.epoch >= patience
