"""Scenes of real recordings: a detector learns from folds 1 and 2, and is tested once on fold 3.

`python -m benchmarks sed --data DIR` runs this with a folder in the layout of ESC-50. A FrameCNN starts from random
weights; thresholds and filters are chosen on further scenes of folds 1 and 2. PyTorch, if installed, gets the same
weights and batches for the first steps.
"""

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.timing import installed
from npaudio import Frontend, metrics, models, nn, sed, training
from npaudio.augment import spec_augment
from npaudio.datasets import ESC50, SyntheticScenes
from npaudio.training.batches import Batches

STEPS_COMPARED, LOSS_BAR = 20, 1e-3
SEGMENT_BAR = 0.60


@dataclass(frozen=True)
class Recipe:
    """How the detector of real sounds is trained."""

    seconds: float = 5.0
    n_events: tuple[int, int] = (1, 3)
    snr: tuple[float, float] = (5.0, 25.0)
    n_train: int = 2000
    n_valid: int = 120
    n_test: int = 160
    epochs: int = 7
    batch_size: int = 16
    max_lr: float = 6e-3
    weight_decay: float = 0.02
    dropout: float = 0.3
    seed: int = 0


def verdict(good: bool) -> str:
    return "ok" if good else "MISSED"


@dataclass
class Scenes:
    """Scenes of some folds: waveforms, events, spectrograms (n, 1, 64, frames), and targets (n, classes, frames)."""

    events: dict[str, list[sed.Event]]
    x: np.ndarray
    y: np.ndarray


def real_sounds(root: Path, recipe: Recipe) -> None:
    """Train on scenes of folds 1 and 2, test on those of fold 3."""
    start = time.perf_counter()
    recordings = ESC50(root, missing="skip")
    frontend = Frontend(name="scenes", sr=16000, n_fft=1024, hop_length=320, n_mels=64)
    network = partial(models.FrameCNN, 64, len(recordings.class_names), context=9, rng=recipe.seed)
    labels, hop = list(recordings.class_names), network().time_pooling * frontend.hop_length
    grid = {"labels": labels, "hop_length": hop, "sr": 16000}
    numbers = {
        "train": ((1, 2), recipe.n_train, 1),
        "valid": ((1, 2), recipe.n_valid, 2),
        "test": ((3,), recipe.n_test, 3),
    }
    sets = {
        name: scenes(recordings, folds, n, seed, frontend, grid, recipe) for name, (folds, n, seed) in numbers.items()
    }
    mean, std = sets["train"].x.mean(), sets["train"].x.std()
    for part in sets.values():
        part.x = (part.x - mean) / std
    print(f"real sounds: {len(recordings)} recordings, {recipe.n_train} scenes to train on, "
          f"mixed in {time.perf_counter() - start:.0f} s")  # fmt: skip
    if installed("torch"):
        compare_with_torch(network(dropout=0.0), sets["train"], recipe)
    model = network(dropout=recipe.dropout)
    fit(model, sets["train"], recipe)
    report(model, sets, grid, recipe)
    print(f"the whole took {(time.perf_counter() - start) / 60:.1f} minutes (bar: 15, on an idle machine)")


def scenes(
    recordings: ESC50,
    folds: tuple[int, ...],
    n: int,
    seed: int,
    frontend: Frontend,
    grid: dict[str, Any],
    recipe: Recipe,
) -> Scenes:
    every = 1 + n * len(np.unique(recordings.folds)) // len(folds)
    settings = {"duration": recipe.seconds, "n_events": recipe.n_events, "snr": recipe.snr, "rng": seed}
    drawn = SyntheticScenes(every + 3, sounds=recordings, **settings)
    chosen = np.flatnonzero(np.isin(drawn.folds, folds))[:n]
    assert len(chosen) == n
    spectrograms, events = [], {}
    for k in chosen:
        wave, events[f"scene {k}"] = drawn[int(k)]
        spectrograms.append(frontend(wave))
    x = np.stack(spectrograms)[:, np.newaxis]
    n_frames = x.shape[-1] * frontend.hop_length // grid["hop_length"]
    y = np.stack([sed.events_to_frames(clip, n_frames=n_frames, **grid) for clip in events.values()])
    return Scenes(events, x, y.astype(np.float32))


def masked(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return spec_augment(x, rng=rng, fill=0.0), y


def fit(model: nn.Module, train: Scenes, recipe: Recipe) -> None:
    start = time.perf_counter()
    training.fit(
        model,
        train.x,
        train.y,
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        loss=nn.BCEWithLogitsLoss(),
        optimizer=partial(nn.AdamW, weight_decay=recipe.weight_decay),
        schedule=partial(nn.OneCycle, max_lr=recipe.max_lr),
        augment=masked,
        seed=recipe.seed,
    )
    print(f"trained {recipe.epochs} epochs in {time.perf_counter() - start:.0f} s")


def compare_with_torch(model: models.FrameCNN, train: Scenes, recipe: Recipe) -> None:
    """The losses of the first steps with the same weights, batches and optimizer, and without dropout."""
    import torch

    from tests.golden import sed_peers

    sizes = {"channels": (16, 32, 64, 64), "pools": ((2, 4), (2, 4), (1, 2), (1, 2)), "context": 9}
    twin = sed_peers.FrameCNN(model.num_classes, **sizes)
    load(twin, model.state_dict())
    batches = Batches(
        train.x, train.y, batch_size=recipe.batch_size, sampler=training.Shuffled(), augment=masked, seed=0
    )
    loss, criterion = nn.BCEWithLogitsLoss(), torch.nn.BCEWithLogitsLoss()
    settings = {"lr": 1e-3, "weight_decay": recipe.weight_decay}
    optimizer, adamw = nn.AdamW(model.parameters(), **settings), torch.optim.AdamW(twin.parameters(), **settings)
    gaps = []
    for _, (x, y) in zip(range(STEPS_COMPARED), batches.of_epoch(0), strict=False):
        model.zero_grad()
        ours = loss(model(x), y)
        model.backward(loss.backward())
        optimizer.step()
        gaps.append(abs(ours - torch_step(twin, criterion, adamw, x, y)))
    good = verdict(max(gaps) <= LOSS_BAR)
    print(f"losses of the first {len(gaps)} steps differ from PyTorch's by {max(gaps):.1e} (bar: {LOSS_BAR}) {good}")


def report(model: models.FrameCNN, sets: dict[str, Scenes], grid: dict[str, Any], recipe: Recipe) -> None:
    """Figures of the test scenes, with post-processing chosen on the validation scenes."""
    scores = {}
    for name in ("valid", "test"):
        chances = nn.Sigmoid()(training.predict(model, sets[name].x))
        scores[name] = dict(zip(sets[name].events, chances, strict=True))
    by_seconds = partial(metrics.segment_based_metrics, time_resolution=1.0)
    by_events = partial(metrics.event_based_metrics, t_collar=0.2, percentage_of_length=0.2)
    reference = sets["test"].events
    for name, metric in (("segment-based F (1 s)", by_seconds), ("event-based F (0.2 s, 20 %)", by_events)):
        tuned = sed.tune_postprocessing(sets["valid"].events, scores["valid"], metric=metric, **grid)
        detected = sed.detect_events(scores["test"], postprocessing=tuned, **grid)
        f = metric(reference, detected).overall["f_measure"]
        bar = f" (bar: {SEGMENT_BAR}) {verdict(f >= SEGMENT_BAR)}" if metric is by_seconds else ""
        print(f"fold 3: {name} {f:.3f}{bar}")
    durations, hop_time = dict.fromkeys(reference, recipe.seconds), grid["hop_length"] / grid["sr"]
    smooth = {name: sed.median_filter(clip, 5) for name, clip in scores["test"].items()}
    psds1 = metrics.psds(reference, smooth, durations=durations, labels=grid["labels"], hop_time=hop_time)
    print(f"fold 3: PSDS1 {float(psds1):.3f}")


def torch_step(twin: Any, criterion: Any, optimizer: Any, x: np.ndarray, y: np.ndarray) -> float:
    import torch

    optimizer.zero_grad()
    loss = criterion(twin(torch.from_numpy(x))[0], torch.from_numpy(y))
    loss.backward()
    optimizer.step()
    return float(loss.detach())


def load(twin: Any, state: dict[str, np.ndarray]) -> None:
    import torch

    twin.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in state.items()})
