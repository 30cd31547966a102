"""`npaudio train`: a classifier from a folder of labelled recordings."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from npaudio.cli.info import NEVER_UNKNOWN
from npaudio.cli.labelled import dataset_of
from npaudio.cli.running import DONE, sentence_of
from npaudio.cli.terminal import UsageError, complain
from npaudio.datasets import SoundDataset
from npaudio.pipeline import AudioClassificationPipeline
from npaudio.pipeline.images import FRONTEND
from npaudio.training import History, TrainingInterrupted
from npaudio.training.settings import START_AGAIN


def run(options: argparse.Namespace) -> int:
    """Train, measure on the fold that was left out, and save."""
    check_writable(options.out)
    dataset = dataset_of(options, FRONTEND.sr)
    pipeline = AudioClassificationPipeline(
        frontend=FRONTEND,
        duration=options.duration,
        model=options.model,
        multi_label=dataset.labels.ndim == 2,
        augment=options.augment,
        epochs=options.epochs,
        shifts=4,
        seed=options.seed,
    )
    checkpoint = unfinished(options.out, options.resume)
    epochs = f"{options.epochs} epoch{'s' * (options.epochs != 1)}"
    complain(f"{dataset!r}; training {epochs}, Ctrl-C stops after the next step")
    fit(pipeline, dataset, checkpoint, options)
    pipeline.save(options.out)
    checkpoint.unlink(missing_ok=True)
    if options.val_fold is not None:
        print(pipeline.evaluate(dataset, fold=options.val_fold))
    else:
        complain("how good it is was not measured; use --val-fold N, or `npaudio evaluate` with other recordings")
    if not pipeline.multi_label:
        complain(NEVER_UNKNOWN)
    print(f"{options.out}: {len(pipeline.class_names)} classes, {os.path.getsize(options.out) / 1e6:.2f} MB")
    return DONE


def fit(
    pipeline: AudioClassificationPipeline, dataset: SoundDataset, checkpoint: Path, options: argparse.Namespace
) -> None:
    """Train; an interruption says how to go on."""
    try:
        pipeline.fit(
            dataset,
            fold=options.val_fold,
            checkpoint=checkpoint,
            resume=options.resume,
            processes=options.workers,
            after_epoch=None if sys.stderr.isatty() else line_of_epoch(options.epochs),
        )
    except TrainingInterrupted:
        raise KeyboardInterrupt(f"stopped; to go on, run the same command with --resume ({checkpoint})") from None
    except ValueError as error:
        fault, _, cure_in_python = sentence_of(error).rpartition("; ")
        if not cure_in_python.endswith(START_AGAIN):
            raise
        raise UsageError(
            f"{fault}; give the options of the first command, or remove {checkpoint.name} to start again"
        ) from None


def line_of_epoch(epochs: int) -> Callable[[History], None]:
    """A function that says, after each tenth of the epochs, how far the training is: for logs."""

    def say(history: History) -> None:
        done = len(history["loss"])
        if done * 10 // epochs > (done - 1) * 10 // epochs:
            complain(f"epoch {done} of {epochs}, loss {history['loss'][-1]:.4f}")

    return say


def unfinished(out: Path, resume: bool) -> Path:
    """Where the training is saved while it runs; one that is there already is not thrown away without a word."""
    checkpoint = out.with_name(f"{out.stem}.training.npz")
    if checkpoint.exists() and not resume:
        raise UsageError(f"{checkpoint}: an interrupted training is there; go on with --resume, or remove the file")
    return checkpoint


def check_writable(path: Path) -> None:
    """Refuse a path before the training starts if the model could not be written there."""
    if path.suffix.lower() != ".npz":
        raise UsageError(f"{path}: a model is written to a file that ends in .npz")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent}: there is no such folder to write {path.name} to")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise UsageError(f"{path}: cannot be written")
