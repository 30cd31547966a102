"""A network measured on data it does not learn from: its scores, loss and metric, and the best epoch so far."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from npaudio import nn
from npaudio._core.checks import Check
from npaudio._core.types import Inputs, Scores, Targets
from npaudio.nn.modes import evaluation

Metric = Callable[[Targets, Scores], float]


def predict(model: nn.Module, x: Inputs, *, batch_size: int = 32) -> Scores:
    """Scores of all examples in evaluation mode, computed batch by batch; the model's mode is restored afterwards.

    Used in lesson 08.

    Parameters
    ----------
    model : nn.Module
        The network.
    x : np.ndarray (n, ...)
        Its inputs, which stay as they are; a memory map is read batch by batch.
    batch_size : int
        Examples in a batch, at most.

    Returns
    -------
    np.ndarray (n, ...)
        The model's outputs in the order of the inputs.

    Raises
    ------
    ValueError
        If `x` is empty.

    See Also
    --------
    fit : trains the network.

    Examples
    --------
    >>> import numpy as np
    >>> from npaudio import nn, training
    >>> model = nn.Sequential(nn.Linear(5, 3, rng=0))
    >>> training.predict(model, np.zeros((100, 5), np.float32)).shape
    (100, 3)
    """
    check = Check("predict")
    batch_size = check.whole_number(batch_size, "batch_size")
    if len(x) == 0:
        raise check.error(f"x is empty, got shape {np.shape(x)}; pass at least one example")
    with evaluation(model):
        fused = nn.fuse(model)
        # Copies, because a layer that works in place (nn.ReLU(inplace=True)) would overwrite the caller's array.
        batches = (np.array(x[start : start + batch_size]) for start in range(0, len(x), batch_size))
        return np.concatenate([fused(batch) for batch in batches])


@dataclass(frozen=True, eq=False)
class Validation:
    """Validation data, and the metric that is computed on them.

    Parameters
    ----------
    x, y : np.ndarray (n, ...)
        Inputs and targets.
    metric : callable or None
        `metric(y, scores) -> float`, higher is better.
    batch_size : int
        Batch size of the forward passes.
    """

    x: Inputs
    y: Targets
    metric: Metric | None
    batch_size: int

    def measure(self, model: nn.Module, loss: nn.Loss) -> tuple[float, float | None]:
        """(loss, metric) over all validation data."""
        scores = predict(model, self.x, batch_size=self.batch_size)
        return loss(scores, self.y), None if self.metric is None else float(self.metric(self.y, scores))

    @property
    def metric_name(self) -> str:
        """Name of the metric's curve in the history."""
        return f"val_{getattr(self.metric, '__name__', 'metric')}"


@dataclass(eq=False)
class Best:
    """A copy of the weights with the highest metric, or, without a metric, with the lowest validation loss.

    Among epochs with equal metrics (on few clips, accuracy takes few values) the lowest validation loss wins.

    Attributes
    ----------
    epoch : int or None
        The best epoch, counted from 1.
    rank : tuple of float
        What epochs are compared by, larger is better.
    weights : dict of arrays
        The model's state dict after that epoch.
    """

    epoch: int | None = None
    rank: tuple[float, ...] = ()
    weights: dict[str, np.ndarray] = field(default_factory=dict)

    def offer(self, model: nn.Module, epoch: int, *, loss: float, metric: float | None) -> None:
        """Keep the model's weights if they are better than all earlier ones; NaN is worse than every number."""
        rank: tuple[float, ...] = (-loss,) if metric is None else (metric, -loss)
        rank = tuple(-math.inf if math.isnan(value) else value for value in rank)
        if self.epoch is None or rank > self.rank:
            self.epoch, self.rank, self.weights = epoch, rank, model.state_dict()

    def is_stale(self, epoch: int, patience: int | None) -> bool:
        """Whether none of the last `patience` epochs, up to this one, was the best."""
        return patience is not None and self.epoch is not None and epoch - self.epoch >= patience
