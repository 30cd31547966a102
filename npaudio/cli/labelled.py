"""The labelled recordings that `train` and `evaluate` are pointed to."""

import argparse
from collections.abc import Sequence

from npaudio.cli.terminal import UsageError, complain
from npaudio.datasets import Skipped, SoundDataset
from npaudio.datasets.labelled import LabelledFiles
from npaudio.pipeline import open_dataset

LISTED = 5  # skipped files that are named


def dataset_of(options: argparse.Namespace, sr: int, *, min_per_class: int = 2) -> SoundDataset:
    """The data set that the options name; files that were skipped are told on standard error."""
    if options.folder.is_file():
        raise UsageError(f"{options.folder}: is a file; pass the folder that holds the recordings")
    if options.labels is not None:
        dataset: SoundDataset = LabelledFiles.from_table(options.folder, options.labels, sr=sr)
    elif options.label_from is not None:
        dataset = LabelledFiles.from_names(options.folder, options.label_from, sr=sr)
    else:
        dataset = open_dataset(options.folder, sr=sr, min_per_class=min_per_class)
    report_skipped(dataset.skipped)
    return dataset


def report_skipped(skipped: Sequence[Skipped]) -> None:
    """Which files were left out, and why."""
    for item in skipped[:LISTED]:
        complain(f"skipped {item.name}: {item.reason}")
    if len(skipped) > LISTED:
        complain(f"skipped {len(skipped) - LISTED} more")
