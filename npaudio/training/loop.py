"""The training loop: forward pass, loss, backward pass, a step of the optimizer; batch after batch."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from npaudio import nn
from npaudio._core.terminal import ProgressLine
from npaudio.augment import Augmentation
from npaudio.nn.schedule import Schedule
from npaudio.training import arguments
from npaudio.training.averaging import EMA, SWA
from npaudio.training.batches import Augment
from npaudio.training.checkpoint_file import CheckpointFile, opened_checkpoint
from npaudio.training.evaluation import Metric
from npaudio.training.history import History
from npaudio.training.interrupt import TrainingInterrupted, interrupt_noted
from npaudio.training.run import Run
from npaudio.training.samplers import Sampler


def train(run: Run) -> None:
    """The whole training. All other features of `fit` are in `after_step` and `after_epoch`."""
    while not run.finished:
        run.model.train()
        for x, y in run.rest_of_epoch():
            run.begin_step()
            loss = run.loss(run.model(x), y)
            run.model.backward(run.loss.backward())
            run.require_finite(x, loss)
            run.clip_gradients()
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
    optimizer: nn.Optimizer | arguments.MakeOptimizer = nn.AdamW,
    schedule: Schedule | arguments.MakeSchedule | None = None,
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
    model = arguments.network(model)
    batches = arguments.made_batches(x, y, batch_size, sampler, augment, seed)
    epochs = arguments.count(epochs, "epochs")
    optimizer = arguments.made_optimizer(optimizer, model)
    every = arguments.optional_count(checkpoint_every, "checkpoint_every")
    with opened_checkpoint(checkpoint, every=every, resume=resume) as file, interrupt_noted() as interrupt:
        run = Run(
            model=model,
            batches=batches,
            epochs=epochs,
            loss=arguments.made_loss(loss),
            optimizer=optimizer,
            schedule=arguments.made_schedule(schedule, optimizer, epochs * batches.n_steps),
            average=arguments.made_average(average),
            validation=arguments.made_validation(validation, metric, patience, batch_size),
            patience=arguments.optional_count(patience, "patience"),
            keep_best=keep_best,
            clip_norm=arguments.longest_gradient(clip_norm),
            progress=ProgressLine("training", epochs * len(batches.x), unit="examples", visible=progress),
            interrupt=interrupt,
            save=file.save,
            save_every=every,
            call_after_epoch=arguments.function(after_epoch, "after_epoch"),
        )
        file.begin(run)
        run.show_progress()
        _train_until_interrupted(run, file)
    return run.history


def _train_until_interrupted(run: Run, file: CheckpointFile) -> None:
    """Train, and whatever ends it (Ctrl-C, a full disk, NaN, an error in `augment`), leave the best network so far."""
    try:
        train(run)
    except KeyboardInterrupt:
        raise TrainingInterrupted(_farewell(run, file), run.history) from None
    finally:
        run.settle()


def _farewell(run: Run, file: CheckpointFile) -> str:
    """Where it stopped, what the model holds, and how to continue."""
    best = run.best.epoch if run.keep_best else None
    holds = f"the best weights, those of epoch {best}" if best is not None else "its latest weights"
    if run.finished:
        stopped, onwards = f"after the last epoch, {run.epoch} of {run.epochs}", "the training is complete"
    else:
        step = f"after step {run.step} of {run.batches.n_steps}"
        stopped, onwards = f"in epoch {run.epoch + 1} of {run.epochs} {step}", file.how_to_continue()
    return f"fit: stopped {stopped}; the model holds {holds}; {onwards}"
