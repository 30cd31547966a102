"""One training under way: its parts, the place where it stands, and what happens after each step and each epoch."""

from collections.abc import Callable, Iterator

import numpy as np

from npaudio import nn
from npaudio.nn.schedule import Schedule
from npaudio.training.averaging import RunningAverage, recompute_batch_norm
from npaudio.training.batches import Batches
from npaudio.training.best import Best
from npaudio.training.history import History
from npaudio.training.interrupt import Interrupt
from npaudio.training.progress import Progress
from npaudio.training.validation import Validation


class Run:
    """What `fit` was asked for, and what `loop.train` moves along.

    Attributes
    ----------
    epoch, step : int
        Where it stands, both from 0: `step` steps of `epoch` are done.
    loss_sum, n_seen, lr : float, int, float
        Of the present epoch: sum of the losses of its examples so far, their number, and the last learning rate.
    """

    def __init__(
        self,
        model: nn.Module,
        batches: Batches,
        *,
        epochs: int,
        loss: nn.Loss,
        optimizer: nn.Optimizer,
        schedule: Schedule | None,
        average: RunningAverage | None,
        validation: Validation | None,
        patience: int | None,
        keep_best: bool,
        clip_norm: float | None,
        after_epoch: Callable[[History], None] | None,
    ) -> None:
        self.model, self.batches, self.epochs = model, batches, epochs
        self.loss, self.optimizer, self.schedule, self.average = loss, optimizer, schedule, average
        self.validation, self.patience, self.keep_best = validation, patience, keep_best
        self.clip_norm, self.call_after_epoch = clip_norm, after_epoch
        self.history, self.best = History(), Best()
        self.epoch, self.step, self.loss_sum, self.n_seen, self.lr = 0, 0, 0.0, 0, optimizer.lr
        self.interrupt = Interrupt()
        self.progress = Progress(0, visible=False)
        self.settings: dict[str, object] = {}  # as they were before the first step, for the checkpoint
        self.save: Callable[[], None] = lambda: None
        self.save_every: int | None = None

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or patience is at its end."""
        return self.epoch >= self.epochs or self.history.stopped_early

    @property
    def steps_done(self) -> int:
        """Steps since the beginning of the training."""
        return self.epoch * self.batches.n_steps + self.step

    def rest_of_epoch(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The batches of the present epoch that are not done yet."""
        return self.batches.of_epoch(self.epoch, self.step)

    def check_gradients(self, x: np.ndarray, loss: float) -> None:
        """Before the optimizer's step: refuse NaN, naming step and layer, and shorten gradients that are too long."""
        nn.require_finite(self.model, x, loss, step=self.steps_done + 1)
        if self.clip_norm is not None:
            nn.clip_grad_norm(self.model.parameters(), self.clip_norm)

    def after_step(self, loss: float, n: int) -> None:
        """Schedule, moving average, bookkeeping; a checkpoint if it is time for one."""
        self.lr = self.optimizer.lr
        if self.schedule is not None:
            self.schedule.step()
        if self.average is not None and self.average.kind.after == "step":
            self.average.update(self.model)
        self.step += 1
        self.loss_sum += loss * n
        self.n_seen += n
        self.progress.step(self.steps_done, self.epoch + 1, loss, n)
        asked = self.interrupt.wanted
        if asked or (self.save_every is not None and self.steps_done % self.save_every == 0):
            self.save()
        if asked:
            raise KeyboardInterrupt

    def after_epoch(self) -> None:
        """Average, validation, history, best model, early stopping; a checkpoint."""
        average = self.average
        if average is not None and average.kind.after == "epoch" and average.kind.begun(self.epoch, self.epochs):
            average.update(self.model)
        self._measure()
        self.epoch, self.step, self.loss_sum, self.n_seen = self.epoch + 1, 0, 0.0, 0
        self.history.best_epoch = self.best.epoch
        self.look_at_patience()
        self.progress.epoch(self.history)
        self.save()
        if self.call_after_epoch is not None:
            self.call_after_epoch(self.history)
        if self.interrupt.wanted:
            raise KeyboardInterrupt

    def look_at_patience(self) -> None:
        """Note whether patience is at its end before the epochs are."""
        self.history.stopped_early = self.epoch < self.epochs and self.best.is_stale(self.epoch, self.patience)

    def settle(self) -> None:
        """Leave in the model what was worth keeping: the best weights, else the averaged ones, else the last."""
        if self.keep_best and self.best.epoch is not None:
            self.model.load_state_dict(self.best.weights)
        elif self.average is not None and self.average.weights:
            self.model.load_state_dict(self.average.weights)
        self.model.eval()
        self.progress.close()

    def _measure(self) -> None:
        """Add the epoch to the history, with the averaged weights in the model if there are any."""
        values = {"loss": self.loss_sum / self.n_seen, "lr": self.lr}
        if self.average is None:
            self._validate(values)
        else:
            with self.average.in_place_of(self.model):
                self._fit_statistics(self.average)
                self._validate(values)
        self.history.append(values)

    def _fit_statistics(self, average: RunningAverage) -> None:
        """Give an average of weights the BatchNorm statistics that belong to it."""
        if average.weights and not average.kind.own_statistics:
            recompute_batch_norm(self.model, self.batches.x, batch_size=self.batches.batch_size)
            average.weights = self.model.state_dict()

    def _validate(self, values: dict[str, float]) -> None:
        if self.validation is None:
            return
        loss, metric = self.validation.measure(self.model, self.loss)
        if not np.isfinite(loss):
            raise nn.NonFiniteError(
                f"fit: the validation loss is {loss} after epoch {self.epoch + 1}, although the validation inputs are "
                "finite; look at the validation targets, or lower the learning rate",
                step=self.steps_done,
                layer="the loss itself",
            )
        values["val_loss"] = loss
        if metric is not None:
            values[self.validation.metric_name] = metric
        self.best.offer(self.model, self.epoch + 1, loss=loss, metric=metric)
