"""Training of a classifier: clips of one length, a network from random weights, a one-cycle schedule."""

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from npaudio import metrics, nn, training
from npaudio.audio import normalize_peak
from npaudio.datasets import FeatureTable, SoundDataset, extract_features
from npaudio.datasets.features.extraction import PlainWaveform
from npaudio.pipeline.fitted import Fitted
from npaudio.pipeline.images import CROPPED, Images, TrainingImages, waveform_changes
from npaudio.pipeline.networks import make_network
from npaudio.pipeline.settings import PipelineSettings


def load_clips(dataset: SoundDataset, sr: int, duration: float, **settings: Any) -> FeatureTable:
    """The waveforms of a data set at one rate and one length; settings as for `extract_features`."""
    return extract_features(dataset, PlainWaveform(sr), duration=duration, **settings)


def train(
    settings: PipelineSettings,
    clips: FeatureTable,
    *,
    fold: int | None,
    checkpoint: str | os.PathLike[str] | None,
    resume: bool | None,
    progress: bool,
    after_epoch: Callable[[training.History], None] | None,
) -> Fitted:
    """Train a network on all folds but one, or on all."""
    rows, held_out = (np.arange(len(clips)), None) if fold is None else clips.split(fold)
    waveforms, targets = levelled(clips.X), one_row_each(clips, settings.multi_label)
    images = Images.of_training(waveforms[rows], settings.recipe)
    changes = waveform_changes(round(CROPPED * settings.max_samples))
    network = make_network(
        settings.model, settings.recipe, settings.max_samples, len(clips.class_names), seed=settings.seed
    )
    history = training.fit(
        network,
        waveforms[rows] if settings.augment else images(waveforms[rows]),
        targets[rows],
        augment=TrainingImages(images, changes) if settings.augment else None,
        validation=None if held_out is None else (images(waveforms[held_out]), targets[held_out]),
        metric=None if held_out is None else quality(settings.multi_label),
        checkpoint=checkpoint,
        resume=resume,
        progress=progress,
        after_epoch=after_epoch,
        **schedule_of(settings),
    )
    return Fitted(
        network,
        images,
        tuple(clips.class_names),
        size=settings.max_samples,
        multi_label=settings.multi_label,
        shifts=settings.shifts,
        history=history,
    )


def schedule_of(settings: PipelineSettings) -> dict[str, Any]:
    """Loss, optimizer and schedule, as `training.fit` takes them."""
    return {
        "epochs": settings.epochs,
        "batch_size": settings.batch_size,
        "loss": nn.BCEWithLogitsLoss() if settings.multi_label else nn.CrossEntropyLoss(None, settings.label_smoothing),
        "optimizer": partial(nn.AdamW, weight_decay=settings.weight_decay),
        "schedule": partial(nn.OneCycle, max_lr=settings.max_lr),
        "keep_best": False,  # no epoch is chosen by looking at the fold that is held out
        "seed": settings.seed,
    }


def levelled(waveforms: np.ndarray) -> np.ndarray:
    """Clips (n, n_samples), each scaled to a peak of 1."""
    return np.stack([normalize_peak(np.asarray(y)) for y in waveforms])


def one_row_each(clips: FeatureTable, multi_label: bool) -> np.ndarray:
    """One row of targets per clip, (n, n_classes) float32."""
    labels = np.asarray(clips.labels)
    if (labels.ndim == 2) != multi_label:
        kind = "several labels per clip" if labels.ndim == 2 else "one label per clip"
        raise ValueError(f"fit: the data has {kind}; make the pipeline with multi_label={labels.ndim == 2}")
    return labels.astype(np.float32) if multi_label else np.eye(len(clips.class_names), dtype=np.float32)[labels]


def quality(multi_label: bool) -> Any:
    """What is measured after each epoch."""
    return metrics.mean_average_precision if multi_label else training.accuracy
