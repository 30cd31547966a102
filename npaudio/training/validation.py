"""Measuring a network on data that it does not learn from."""

from collections.abc import Callable

import numpy as np

from npaudio import nn
from npaudio.training.evaluation import predict

Metric = Callable[[np.ndarray, np.ndarray], float]


class Validation:
    """Validation data, and the metric that is taken on them.

    Parameters
    ----------
    x, y : np.ndarray (n, ...)
        Inputs and targets.
    metric : callable or None
        `metric(y, scores) -> float`, higher is better.
    batch_size : int
        Of the forward passes.
    """

    def __init__(self, x: np.ndarray, y: np.ndarray, *, metric: Metric | None, batch_size: int) -> None:
        self.x, self.y, self.metric, self.batch_size = x, y, metric, batch_size

    def measure(self, model: nn.Module, loss: nn.Loss) -> tuple[float, float | None]:
        """(loss, metric) over all of the data, with the model as it is."""
        scores = predict(model, self.x, batch_size=self.batch_size)
        return loss(scores, self.y), None if self.metric is None else float(self.metric(self.y, scores))

    @property
    def metric_name(self) -> str:
        """What the metric's curve is called."""
        return f"val_{getattr(self.metric, '__name__', 'metric')}"
