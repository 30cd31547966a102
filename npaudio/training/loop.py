"""The training loop: forward, loss, backward, a step downhill; batch after batch."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from npaudio import nn
from npaudio.augment import Augmentation
from npaudio.nn.schedule import Schedule
from npaudio.training import inputs
from npaudio.training.averaging import EMA, SWA, RunningAverage
from npaudio.training.batches import Augment, Batches
from npaudio.training.history import History
from npaudio.training.interrupt import TrainingInterrupted, interrupt_noted
from npaudio.training.progress import Progress
from npaudio.training.resuming import CheckpointFile, checkpoint_file
from npaudio.training.run import Run
from npaudio.training.samplers import Sampler, Shuffled
from npaudio.training.validation import Metric, Validation


def train(run: Run) -> None:
    """All of training. What else `fit` can do hangs on the last line of a step and the last line of an epoch."""
    while not run.finished:
        run.model.train()
        for x, y in run.rest_of_epoch():
            run.model.zero_grad()
            loss = run.loss(run.model(x), y)
            run.model.backward(run.loss.backward())
            run.check_gradients(x, loss)
            run.optimizer.step()
            run.after_step(loss, len(x))
        run.after_epoch()


def fit(
    model: nn.Module,
    x: np.ndarray,
    y: np.ndarray,
    *,
    epochs: int,
    batch_size: int = 32,
    loss: nn.Loss | None = None,
    optimizer: nn.Optimizer | inputs.MakeOptimizer = nn.AdamW,
    schedule: Schedule | inputs.MakeSchedule | None = None,
    augment: Augment | Augmentation | None = None,
    sampler: Sampler | None = None,
    validation: tuple[Any, Any] | None = None,
    metric: Metric | None = None,
    patience: int | None = None,
    keep_best: bool = True,
    average: EMA | SWA | None = None,
    clip_norm: float | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: int | None = None,
    resume: bool | str | os.PathLike[str] | None = None,
    seed: int = 0,
    progress: bool = True,
    after_epoch: Callable[[History], None] | None = None,
) -> History:
    """Train a network in place, and leave in it the best weights that were found, in evaluation mode.

    Parameters
    ----------
    model : nn.Module
        The network, with its first weights.
    x : np.ndarray (n, ...)
        Inputs; a memory map is read batch by batch.
    y : np.ndarray (n,) or (n, n_classes)
        Targets as the loss wants them.
    epochs : int
        How often to go through the data, at most.
    batch_size : int
        Examples a step, at most; an epoch is cut into batches as equal as possible.
    loss : nn.Loss, optional
        nn.CrossEntropyLoss() by default. Class weights are its business: see `class_weights`.
    optimizer : nn.Optimizer, or a callable that makes one of the parameters
        As `nn.AdamW` or `functools.partial(nn.SGD, lr=0.1, momentum=0.9)`.
    schedule : nn schedule, or a callable (optimizer, total_steps=) that makes one, optional
        As `functools.partial(nn.OneCycle, max_lr=3e-3)`; goes on after each step.
    augment : callable, or a chain of npaudio.augment, optional
        `augment(x, y, rng) -> (x, y)` on a copy of the batch; for mixup it may return soft targets. To be repeatable it
        must draw from `rng` alone. A `Compose`, `OneOf` or `Step` is done to each example by itself.
    sampler : Sampler, optional
        Order of each epoch: `Shuffled()` by default, or `ClassBalanced()`, `Weighted(...)`.
    validation : (x, y), optional
        Data to measure on after each epoch.
    metric : callable, optional
        `metric(y, scores) -> float`, higher is better, as `training.accuracy` or `metrics.mean_average_precision`. It
        decides which epoch is best; without one the validation loss does.
    patience : int, optional
        Stop when this many epochs in a row were no better than the best.
    keep_best : bool
        Whether the weights of the best epoch are in the model at the end; needs validation data.
    average : EMA or SWA, optional
        Average of the weights to validate and to keep in place of the weights themselves.
    clip_norm : float, optional
        Longest that all gradients together may be.
    checkpoint : path ending in .npz, optional
        File that holds the whole training after each epoch. It is replaced only when the new one is complete.
    checkpoint_every : int, optional
        Also after each so many steps.
    resume : bool or path, optional
        True goes on from the checkpoint, bit for bit as if it had never stopped, or begins if there is none yet; the
        call must be otherwise the same, but for `patience`, and for `epochs` if neither schedule nor SWA planned for
        them. False overwrites it. A path goes on from that file, which must be there. By default a checkpoint that is
        there is refused, so that no training is lost. The model's random generators are saved where they are attributes
        of a layer.
    seed : int
        For order and augmentation. The model has its own, for its first weights and dropout.
    progress : bool
        Whether to show a line on standard error; never if that is no terminal.
    after_epoch : callable, optional
        Called with the history after each epoch.

    Returns
    -------
    History
        Curves over the epochs.

    Raises
    ------
    ValueError
        Settings or data that do not fit together, or a checkpoint that does not fit them.
    nn.NonFiniteError
        A loss, also that of the validation, or a gradient is NaN or infinite; names the step and the layer.
    TrainingInterrupted
        Ctrl-C, a KeyboardInterrupt. The step was finished and saved, and the model has the best weights so far.
    OSError
        The checkpoint cannot be written; the one before is whole.
    """
    run = _prepared(
        inputs.network(model),
        _batches(x, y, batch_size, sampler, augment, seed),
        epochs=inputs.required(epochs, name="epochs"),
        loss=inputs.made_loss(loss),
        optimizer=inputs.made_optimizer(optimizer, model),
        schedule=schedule,
        average=None if average is None else RunningAverage(inputs.checked_average(average)),
        validation=_validation(validation, metric, patience, batch_size),
        patience=inputs.positive(patience, name="patience"),
        keep_best=keep_best,
        clip_norm=inputs.norm(clip_norm),
        after_epoch=inputs.function(after_epoch, name="after_epoch"),
    )
    file = checkpoint_file(checkpoint, every=checkpoint_every, resume=resume)
    if file is not None:
        file.attach(run)
    run.progress = Progress(epochs * run.batches.n_steps, run.steps_done, visible=progress)
    _train_until_interrupted(run, file)
    return run.history


def _prepared(
    model: nn.Module,
    batches: Batches,
    *,
    epochs: int,
    optimizer: nn.Optimizer,
    schedule: Schedule | inputs.MakeSchedule | None,
    **parts: Any,
) -> Run:
    """A training at its beginning; only now is the number of steps known that a schedule needs."""
    made = inputs.made_schedule(schedule, optimizer, epochs * batches.n_steps)
    return Run(model, batches, epochs=epochs, optimizer=optimizer, schedule=made, **parts)


def _train_until_interrupted(run: Run, file: CheckpointFile | None) -> None:
    with interrupt_noted() as run.interrupt:
        try:
            train(run)
        except KeyboardInterrupt:
            run.settle()
            raise TrainingInterrupted(_farewell(run, file), run.history) from None
        except BaseException:  # a full disk, a NaN, an error in augment: the best so far is still worth something
            run.settle()
            raise
    run.settle()


def _batches(
    x: Any, y: Any, batch_size: int, sampler: Sampler | None, augment: Augment | Augmentation | None, seed: int
) -> Batches:
    x, y = inputs.examples(x, y)
    return Batches(
        x,
        y,
        batch_size=inputs.required(batch_size, name="batch_size"),
        sampler=Shuffled() if sampler is None else inputs.made_sampler(sampler),
        augment=inputs.made_augment(augment),
        seed=inputs.seed_number(seed),
    )


def _validation(
    data: tuple[Any, Any] | None, metric: Metric | None, patience: int | None, batch_size: int
) -> Validation | None:
    if data is None:
        if metric is not None or patience is not None:
            raise ValueError("fit: metric and patience need data to measure on; pass validation=(x_val, y_val)")
        return None
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise ValueError(f"fit: validation must be (x_val, y_val), got {type(data).__name__}")
    x, y = inputs.examples(*data, name="validation")
    inputs.refuse_non_finite(x)
    return Validation(x, y, metric=inputs.function(metric, name="metric"), batch_size=batch_size)


def _farewell(run: Run, file: CheckpointFile | None) -> str:
    """Where it stopped, what the model holds, and how to go on."""
    stopped = f"fit: stopped in epoch {run.epoch + 1} of {run.epochs} after step {run.step} of {run.batches.n_steps}"
    if run.finished:
        stopped = f"fit: stopped after the last epoch, {run.epoch} of {run.epochs}"
    best = run.best.epoch if run.keep_best else None
    holds = (
        "the model holds its latest weights" if best is None else f"the model holds the best weights, of epoch {best}"
    )
    if run.finished:
        return f"{stopped}; {holds}; the training is complete"
    if file is None:
        return f"{stopped}; {holds}; nothing was saved, pass checkpoint='run.npz' next time to be able to go on"
    return (
        f"{stopped}; {holds}; to go on {file.place}, make the same call with resume=True and checkpoint={file.path!r}"
    )
