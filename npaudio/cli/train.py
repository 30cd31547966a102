"""`npaudio train`: a classifier from a folder of labelled recordings."""

import argparse
import os
import sys
from pathlib import Path

from npaudio.cli.labelled import dataset_of
from npaudio.cli.running import DONE
from npaudio.cli.terminal import UsageError, complain
from npaudio.frontend import Frontend
from npaudio.pipeline import AudioClassificationPipeline

FRONTEND = Frontend(name="train", sr=16000, n_fft=1024, hop_length=512, n_mels=64, top_db=80.0)


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
    complain(f"{dataset!r}; training {options.epochs} epochs, Ctrl-C stops after the next step")
    checkpoint = options.out.with_name(f"{options.out.stem}.training.npz")
    pipeline.fit(
        dataset,
        fold=options.val_fold,
        checkpoint=checkpoint,
        resume=options.resume or False,
        processes=options.workers,
        progress=sys.stderr.isatty(),
    )
    pipeline.save(options.out)
    checkpoint.unlink(missing_ok=True)
    if options.val_fold is not None:
        print(pipeline.evaluate(dataset, fold=options.val_fold))
    print(f"{options.out}: {len(pipeline.class_names)} classes, {os.path.getsize(options.out) / 1e6:.2f} MB")
    return DONE


def check_writable(path: Path) -> None:
    """Refuse a path before the training starts if the model could not be written there."""
    if path.suffix.lower() != ".npz":
        raise UsageError(f"{path}: a model is written to a file that ends in .npz")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent}: there is no such folder to write {path.name} to")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise UsageError(f"{path}: cannot be written")
