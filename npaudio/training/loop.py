"""The training loop: forward pass, loss, backward pass, a step of the optimizer; batch after batch."""

import os
from collections.abc import Callable

from npaudio import nn
from npaudio._core.terminal import ProgressLine
from npaudio._core.types import Inputs, Targets
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
        for x, y in run.batches.of_epoch(run.epoch, first_step=run.step):
            run.begin_step()
            loss = run.loss(run.model(x), y)
            run.model.backward_to_parameters(run.loss.backward())
            run.require_finite(x, loss)
            run.clip_gradients()
            run.optimizer.step()
            run.after_step(loss, len(x))
        run.after_epoch()


def fit(
    model: nn.Module,
    x: Inputs,
    y: Targets,
    *,
    epochs: int,
    batch_size: int = 32,
    loss: nn.Loss | None = None,
    optimizer: nn.Optimizer | arguments.MakeOptimizer = nn.AdamW,
    schedule: Schedule | arguments.MakeSchedule | None = None,
    augment: Augment | Augmentation | None = None,
    sampler: Sampler | None = None,
    validation: tuple[Inputs, Targets] | None = None,
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
    """Train a network in place; at the end it has the best weights that were found, and is in evaluation mode.

    Used in lesson 10.

    Parameters
    ----------
    model : nn.Module
        The network, with its initial weights.
    x : np.ndarray (n, ...)
        Inputs; a memory map is read batch by batch.
    y : np.ndarray (n,) or (n, n_classes)
        Targets of the kind that the loss takes.
    epochs : int
        Passes through the data, at most.
    batch_size : int
        Examples a step, at most; an epoch is cut into batches as equal as possible.
    loss : nn.Loss, optional
        nn.CrossEntropyLoss() by default. Class weights are one of its arguments: see `class_weights`.
    optimizer : nn.Optimizer, or a callable that makes one from the parameters
        Such as `nn.AdamW` or `functools.partial(nn.SGD, lr=0.1, momentum=0.9)`.
    schedule : nn schedule, or a callable (optimizer, total_steps=) that makes one, optional
        Such as `functools.partial(nn.OneCycle, max_lr=3e-3)`; sets the learning rate of each step.
    augment : callable, or a chain of npaudio.augment, optional
        `augment(x, y, rng) -> (x, y)` on a copy of the batch; for mixup it may return soft targets. To be repeatable it
        must draw from `rng` alone. A `Compose`, `OneOf` or `Step` is applied to each example separately.
    sampler : Sampler, optional
        Order of each epoch: `Shuffled()` by default, or `ClassBalanced()`, `Weighted(...)`.
    validation : (x, y), optional
        Data to measure on after each epoch.
    metric : callable, optional
        `metric(y, scores) -> float`, higher is better, such as `training.accuracy`, `metrics.mean_average_precision`.
        It decides which epoch is best; without one the validation loss does.
    patience : int, optional
        Stop when this many epochs in a row were no better than the best.
    keep_best : bool
        Whether the weights of the best epoch are in the model at the end; needs validation data.
    average : EMA or SWA, optional
        Average of the weights to validate and to keep in place of the weights themselves.
    clip_norm : float, optional
        Largest norm of all gradients together; longer ones are scaled down to it.
    checkpoint : path ending in .npz, optional
        File for the whole training, written after each epoch. A new checkpoint replaces it only when it is complete.
        Only one training at a time may use the file.
    checkpoint_every : int, optional
        Write it also within an epoch, each time after this many steps.
    resume : bool or path, optional
        True continues from the checkpoint, bit for bit as if the training had never stopped, or starts one if there is
        no file yet. The other arguments must be the same, except `patience`, and `epochs` if neither a schedule nor SWA
        depends on it; functions are compared by name, so that a mistake in one can be corrected. False overwrites the
        file. A path continues from that file, which must exist. By default a checkpoint that exists is refused, so that
        no training is lost. The random generators of the model are saved if they are attributes of a layer, or lie in
        its lists and dicts.
    seed : int
        For order and augmentation. The model has its own seeds, for its initial weights and for dropout.
    progress : bool
        Whether to show a progress line on standard error, if that is a terminal.
    after_epoch : callable, optional
        Called with the history after each epoch.

    Returns
    -------
    History
        Curves over the epochs.

    Raises
    ------
    ValueError
        Settings or data that do not fit together, a checkpoint that does not fit them, is damaged, or is in use by
        another training.
    nn.NonFiniteError
        The loss, the validation loss or a gradient is NaN or infinite; the message names the step and the layer.
    TrainingInterrupted
        Ctrl-C, a KeyboardInterrupt. The step was finished and saved, and the model has the best weights so far.
    OSError
        The checkpoint cannot be written; the previous one is intact.

    See Also
    --------
    predict : scores of the trained network.
    History.plot : draws the curves.

    Examples
    --------
    >>> import numpy as np
    >>> from npaudio import nn, training
    >>> x, y = np.eye(3, dtype=np.float32), np.arange(3)
    >>> model = nn.Sequential(nn.Linear(3, 3, rng=0))
    >>> history = training.fit(model, x, y, epochs=50, optimizer=nn.SGD(model.parameters(), lr=1.0))
    >>> history["loss"][-1] < 0.1 * history["loss"][0]
    True
    """
    model = arguments.network(model)
    batches = arguments.made_batches(x, y, batch_size, sampler, augment, seed)
    epochs = arguments.check.whole_number(epochs, "epochs")
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
            clip_norm=None if clip_norm is None else arguments.check.positive(clip_norm, "clip_norm"),
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
    """Train; whatever ends it (Ctrl-C, a full disk, NaN, an error in `augment`), the model gets its best weights."""
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
