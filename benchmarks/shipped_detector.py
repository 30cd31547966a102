"""Train the event detector that comes with the package on scenes of ESC-10's recordings, and measure it.

    python -m benchmarks shipped_detector --data ESC-50-master

The recipe is that of `python -m benchmarks sed`, and training shifts the level of each scene by up to 20 dB, so that
events are also found in quiet recordings. First a network learns from scenes of folds 1 and 2 and is tested on scenes
of fold 3; then the one that is shipped learns from scenes of all folds. Its post-processing is tuned on further scenes.
"""

import argparse
import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.recordings import esc50_folder
from benchmarks.scenes import Recipe, Scenes, scenes
from npaudio import Frontend, metrics, models, nn, sed, training
from npaudio.augment import spec_augment
from npaudio.datasets import ESC50
from npaudio.pipeline import EventDetector

FRONTEND = Frontend(name="esc10 events", sr=16000, n_fft=1024, hop_length=320, n_mels=64)
LEVELS = (-20.0, 10.0)  # dB
SIZES = {"n_mels": 64, "num_classes": 10, "channels": (16, 32, 64, 64), "context": 9, "dropout": 0.0}
TARGET = Path(__file__).parents[1] / "npaudio" / "pipeline" / "shipped" / "esc10_events.npz"


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks shipped_detector", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", required=True, type=esc50_folder, help="folder in ESC-50 layout: audio/ and meta/esc50.csv"
    )
    parser.add_argument("--out", type=Path, default=TARGET, help="where the model goes")
    options = parser.parse_args(argv)
    recordings = ESC50(options.data, esc10=True)
    folds = tuple(sorted(set(recordings.folds.tolist())))
    held_out = trained(recordings, folds[:-1])
    report(held_out, recordings, folds[-1:])
    detector = trained(recordings, folds)
    detector.save(options.out, dtype=np.float16)
    print(f"{options.out}: {os.path.getsize(options.out) / 1e6:.2f} MB, latency {detector.latency:.2f} s")
    print(detector.postprocessing)


def trained(recordings: ESC50, folds: tuple[int, ...]) -> EventDetector:
    """A detector of scenes of these folds, with post-processing tuned on further scenes of them."""
    recipe, labels = Recipe(), list(recordings.class_names)
    network = models.FrameCNN(**SIZES, rng=recipe.seed)
    grid = {"labels": labels, "hop_length": network.time_pooling * FRONTEND.hop_length, "sr": FRONTEND.sr}
    train = scenes(recordings, folds, recipe.n_train, 1, FRONTEND, grid, recipe)
    valid = scenes(recordings, folds, recipe.n_valid, 2, FRONTEND, grid, recipe)
    mean, deviation = float(train.x.mean()), float(train.x.std())
    learn(network, (train.x - mean) / deviation, train.y, recipe, deviation)
    chances = nn.Sigmoid()(training.predict(network, (valid.x - mean) / deviation))
    by_events = partial(metrics.event_based_metrics, t_collar=0.2, percentage_of_length=0.2)
    tuned = sed.tune_postprocessing(
        valid.events, dict(zip(valid.events, chances, strict=True)), metric=by_events, **grid
    )
    return EventDetector(network, replace(FRONTEND, mean=mean, scale_by=deviation), tuned, SIZES)


def learn(network: models.FrameCNN, x: np.ndarray, y: np.ndarray, recipe: Recipe, deviation: float) -> None:
    """Train in place; each scene at another level, with stripes masked."""

    def changed(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        levels = rng.uniform(*LEVELS, (len(x), 1, 1, 1)).astype(x.dtype) / x.dtype.type(deviation)
        return spec_augment(x + levels, rng=rng, fill=0.0), y

    training.fit(
        network,
        x,
        y,
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        loss=nn.BCEWithLogitsLoss(),
        optimizer=partial(nn.AdamW, weight_decay=recipe.weight_decay),
        schedule=partial(nn.OneCycle, max_lr=recipe.max_lr),
        augment=changed,
        seed=recipe.seed,
    )


def report(detector: EventDetector, recordings: ESC50, folds: tuple[int, ...]) -> None:
    """Figures on scenes of recordings that it was not trained on, as they are and 20 dB quieter."""
    recipe = Recipe()
    hop_length = detector.network.time_pooling * FRONTEND.hop_length
    grid = {"labels": list(recordings.class_names), "hop_length": hop_length, "sr": FRONTEND.sr}
    test = scenes(recordings, folds, recipe.n_test, 3, FRONTEND, grid, recipe)
    for quieter in (0.0, 20.0):
        show(detector, test, grid, quieter)


def show(detector: EventDetector, test: Scenes, grid: dict, quieter: float) -> None:
    frontend = detector.frontend
    x = (test.x - np.float32(quieter + frontend.mean)) / np.float32(frontend.scale_by)
    chances = nn.Sigmoid()(training.predict(detector.network, x))
    scores = dict(zip(test.events, chances, strict=True))
    found = sed.detect_events(scores, postprocessing=detector.postprocessing, **grid)
    by_seconds = metrics.segment_based_metrics(test.events, found, time_resolution=1.0)
    by_events = metrics.event_based_metrics(test.events, found, t_collar=0.2, percentage_of_length=0.2)
    print(
        f"held-out scenes, {quieter:.0f} dB quieter: segment-based F (1 s) {by_seconds.overall['f_measure']:.3f}, "
        f"event-based F (0.2 s, 20 %) {by_events.overall['f_measure']:.3f}",
        flush=True,
    )
