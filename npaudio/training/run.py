"""One training in progress: its parts, how far it has got, and what happens after each step and each epoch."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from npaudio import nn
from npaudio._core.terminal import ProgressLine
from npaudio._core.types import Inputs
from npaudio.nn.schedule import Schedule
from npaudio.training.averaging import RunningAverage, recompute_batch_norm
from npaudio.training.batches import Batches
from npaudio.training.evaluation import Best, Validation
from npaudio.training.history import History
from npaudio.training.interrupt import Interrupt


@dataclass(eq=False, kw_only=True)
class Run:
    """What `fit` was asked for, checked, and the state that `loop.train` changes.

    Attributes
    ----------
    epoch, step : int
        Position, both counted from 0: `step` steps of `epoch` are done.
    loss_sum, n_seen, lr : float, int, float
        Of the current epoch: sum of the losses of its examples so far, their number, and the last learning rate.
    buffers : list of (module, name, array)
        Copies of what the next forward pass will change besides the weights.
    """

    model: nn.Module
    batches: Batches
    epochs: int
    loss: nn.Loss
    optimizer: nn.Optimizer
    schedule: Schedule | None
    average: RunningAverage | None
    validation: Validation | None
    patience: int | None
    keep_best: bool
    clip_norm: float | None
    progress: ProgressLine
    interrupt: Interrupt
    save: Callable[["Run"], None]
    save_every: int | None
    call_after_epoch: Callable[[History], None] | None

    history: History = field(default_factory=History, init=False)
    best: Best = field(default_factory=Best, init=False)
    epoch: int = field(default=0, init=False)
    step: int = field(default=0, init=False)
    loss_sum: float = field(default=0.0, init=False)
    n_seen: int = field(default=0, init=False)
    lr: float = field(default=0.0, init=False)
    buffers: list[tuple[nn.Module, str, Any]] = field(default_factory=list, init=False)

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or the patience is used up."""
        return self.epoch >= self.epochs or self.history.stopped_early

    @property
    def steps_done(self) -> int:
        """Steps since the beginning of the training."""
        return self.epoch * self.batches.n_steps + self.step

    def begin_step(self) -> None:
        """Set the gradients to zero, and remember the buffers in case the batch turns out to be bad."""
        self.model.zero_grad()
        own = ((module, name, array) for module in self.model.modules() for name, array in module._own_buffers())
        self.buffers = [(module, name, array.copy()) for module, name, array in own]

    def require_finite(self, x: Inputs, loss: float) -> None:
        """Refuse a loss or a gradient that is NaN or infinite; the error names the step and the layer.

        The buffers, such as BatchNorm's running statistics, are then reset: the bad batch must not stay in them.
        """
        try:
            nn.require_finite(self.model, x, loss, step=self.steps_done + 1)
        except nn.NonFiniteError:
            for module, name, array in self.buffers:
                setattr(module, name, array)
            raise

    def clip_gradients(self) -> None:
        """Scale all gradients down if their joint norm is above `clip_norm`."""
        if self.clip_norm is not None:
            nn.clip_grad_norm(self.model.parameters(), self.clip_norm)

    def after_step(self, loss: float, n: int) -> None:
        """Schedule, moving average, bookkeeping; a checkpoint if one is due."""
        self.lr = self.optimizer.lr
        if self.schedule is not None:
            self.schedule.step()
        if self.average is not None and self.average.kind.after == "step":
            self.average.update(self.model)
        self.step += 1
        self.loss_sum += loss * n
        self.n_seen += n
        self.show_progress(f"epoch {self.epoch + 1}, loss {loss:.4f}")
        if self.interrupt.requested or (self.save_every is not None and self.steps_done % self.save_every == 0):
            self.save(self)
        self.interrupt.raise_if_requested()

    def after_epoch(self) -> None:
        """Average, validation, history, best model, early stopping; a checkpoint."""
        average = self.average
        if average is not None and average.kind.after == "epoch" and average.kind.begun(self.epoch, self.epochs):
            average.update(self.model)
        self._measure()
        self.epoch, self.step, self.loss_sum, self.n_seen = self.epoch + 1, 0, 0.0, 0
        self.history.best_epoch = self.best.epoch
        self.check_patience()
        figures = ", ".join(f"{name} {curve[-1]:.4g}" for name, curve in self.history.items())
        self.progress.leave(f"epoch {self.epoch}: {figures}")
        self.save(self)
        if self.call_after_epoch is not None:
            self.call_after_epoch(self.history)
        self.interrupt.raise_if_requested()

    def show_progress(self, note: str = "") -> None:
        """On a terminal: the examples of the whole training and of those so far, the rate, and the time left."""
        self.progress.show(self.epoch * len(self.batches.x) + self.n_seen, note)

    def check_patience(self) -> None:
        """Record whether the training stops before its last epoch, because nothing has improved for long enough."""
        self.history.stopped_early = self.epoch < self.epochs and self.best.is_stale(self.epoch, self.patience)

    def settle(self) -> None:
        """Load into the model the weights to keep: the best ones, else the averaged ones, else leave the last."""
        if self.keep_best and self.best.epoch is not None:
            self.model.load_state_dict(self.best.weights)
        elif self.average is not None and self.average.weights:
            self.model.load_state_dict(self.average.weights)
        self.model.eval()
        self.progress.close()

    def _measure(self) -> None:
        """Add the epoch to the history, measured with the averaged weights if there are any."""
        values = {"loss": self.loss_sum / self.n_seen, "lr": self.lr}
        if self.average is None:
            self._validate(values)
        else:
            with self.average.in_place_of(self.model):
                self._update_statistics(self.average)
                self._validate(values)
        self.history.append(values)

    def _update_statistics(self, average: RunningAverage) -> None:
        """Compute the BatchNorm statistics that belong to averaged weights."""
        if average.weights and not average.kind.own_statistics:
            recompute_batch_norm(self.model, self.batches.x, batch_size=self.batches.batch_size)
            average.weights = self.model.state_dict()

    def _validate(self, values: dict[str, float]) -> None:
        if self.validation is None:
            return
        loss, metric = self.validation.measure(self.model, self.loss)
        if not np.isfinite(loss):
            found = f"fit: the validation loss is {loss} after epoch {self.epoch + 1}, although the inputs are finite"
            cure = "check the validation targets, or lower the learning rate"
            raise nn.NonFiniteError(f"{found}; {cure}", step=self.steps_done, layer="the loss itself")
        values["val_loss"] = loss
        if metric is not None:
            values[self.validation.metric_name] = metric
        self.best.offer(self.model, self.epoch + 1, loss=loss, metric=metric)
