"""Real recordings: AudioCNN from random weights on ESC-10, tested on each fold in turn, beside PyTorch."""

import argparse
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.timing import installed
from npaudio import Frontend, nn
from npaudio.datasets import ESC50, FeatureTable, extract_features
from npaudio.metrics import accuracy
from npaudio.models import AudioCNN

FRONTEND = Frontend(name="esc10", sr=16000, n_fft=1024, hop_length=512, n_mels=64, top_db=80.0)
Step = Callable[[np.ndarray, np.ndarray], float]


@dataclass(frozen=True)
class Recipe:
    """How the network is trained; nothing in it is chosen by looking at the fold that is tested."""

    frontend: Frontend = FRONTEND
    seconds: float = 5.0
    epochs: int = 60
    batch_size: int = 16
    max_lr: float = 3e-3
    weight_decay: float = 0.05
    label_smoothing: float = 0.1
    crop_frames: int = 128  # a random part of each clip, after turning it round in time
    masks: int = 2  # of frequency and of time each, up to 10 bands and 20 frames wide
    mixup_alpha: float = 0.2
    test_shifts: int = 8  # scores are summed over the clip turned round in time by so many equal steps
    seed: int = 0


RECIPE = Recipe()


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks esc10", description=__doc__)
    parser.add_argument("--data", required=True, type=Path, help="folder in ESC-50 layout: audio/ and meta/esc50.csv")
    parser.add_argument("--epochs", type=int, default=RECIPE.epochs)
    parser.add_argument("--no-torch", action="store_true", help="leave PyTorch out, which takes as long again")
    options = parser.parse_args(argv)
    with_torch = installed("torch") and not options.no_torch
    recipe = Recipe(epochs=options.epochs)
    print(recipe)
    data = ESC50(options.data, esc10=True)
    start = time.perf_counter()
    table = extract_features(data, recipe.frontend, duration=recipe.seconds, processes=2)
    print(f"Features of {len(table)} clips in {time.perf_counter() - start:.1f} s; folds {sorted(set(table.folds))}")
    results = [run_fold(table, int(fold), recipe, with_torch) for fold in sorted(set(table.folds))]
    for name in results[0]:
        each = ", ".join(f"{result[name]:.4f}" for result in results)
        print(f"{name}: mean accuracy {np.mean([result[name] for result in results]):.4f} ({each})")
    print(f"Whole run: {(time.perf_counter() - start) / 60:.1f} min")


def run_fold(table: FeatureTable, fold: int, recipe: Recipe, with_torch: bool) -> dict[str, float]:
    """Train on the other folds and test on this one: {network: accuracy}. Both networks see the same batches."""
    train, test = table.split(fold)
    x, labels = normalised(table, train), np.asarray(table.labels)
    model = AudioCNN(num_classes=len(table.class_names), dropout=0.0, rng=recipe.seed)
    total_steps = recipe.epochs * (len(train) // recipe.batch_size)
    contestants: dict[str, tuple[Step, Callable[[np.ndarray], np.ndarray]]] = {
        "npaudio": (our_step(model, recipe, total_steps), lambda images: model.eval()(images))
    }
    if with_torch:
        contestants["torch"] = torch_twin(model, recipe, total_steps)
    losses: dict[str, list[float]] = {name: [] for name in contestants}
    seconds = dict.fromkeys(contestants, 0.0)
    for images, targets in batches(x[train], labels[train], len(table.class_names), recipe, fold):
        for name, (step, _) in contestants.items():
            start = time.perf_counter()
            losses[name].append(step(images, targets))
            seconds[name] += time.perf_counter() - start
    scores = {name: accuracy(labels[test], predict(score, x[test], recipe)) for name, (_, score) in contestants.items()}
    for name in contestants:
        per_epoch = seconds[name] / recipe.epochs
        print(f"fold {fold}  {name:<8} accuracy {scores[name]:.4f}  {per_epoch:.2f} s an epoch", flush=True)
    if with_torch:
        gap = np.max(np.abs(np.subtract(losses["npaudio"][:20], losses["torch"][:20])))
        print(f"fold {fold}  losses of the first 20 steps differ by at most {gap:.1e} (bar: 1e-3)", flush=True)
    return scores


def normalised(table: FeatureTable, train: np.ndarray) -> np.ndarray:
    """Images (n, 1, F, T) with mean 0 and deviation 1 over the training clips."""
    x = np.asarray(table.X)[:, np.newaxis]
    return (x - x[train].mean()) / x[train].std()


def batches(
    x: np.ndarray, labels: np.ndarray, n_classes: int, recipe: Recipe, fold: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Augmented images and soft targets of all steps, the same whenever they are asked for."""
    rng = np.random.default_rng([recipe.seed, fold])
    one_hot = np.eye(n_classes, dtype=np.float32)[labels]
    per_epoch = len(x) // recipe.batch_size
    for _ in range(recipe.epochs):
        order = rng.permutation(len(x))[: per_epoch * recipe.batch_size]
        for batch in order.reshape(per_epoch, -1):
            yield augmented(x[batch], one_hot[batch], recipe, rng)


def augmented(
    images: np.ndarray, targets: np.ndarray, recipe: Recipe, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Turn each clip round in time, cut a part of it, mask it, and mix it with another."""
    parts = np.stack([turned(image, rng, recipe.crop_frames) for image in images])
    for part in parts:
        mask(part[0], rng, recipe.masks)
    share = rng.beta(recipe.mixup_alpha, recipe.mixup_alpha, len(parts)).astype(np.float32)
    share = np.maximum(share, 1 - share)
    partner = rng.permutation(len(parts))
    mixed = share[:, None, None, None] * parts + (1 - share[:, None, None, None]) * parts[partner]
    return mixed, share[:, None] * targets + (1 - share[:, None]) * targets[partner]


def turned(image: np.ndarray, rng: np.random.Generator, n_frames: int) -> np.ndarray:
    return np.roll(image, rng.integers(image.shape[-1]), axis=-1)[..., :n_frames]


def mask(image: np.ndarray, rng: np.random.Generator, count: int) -> None:
    """SpecAugment in place: rows and columns set to the mean, which is 0."""
    n_bands, n_frames = image.shape
    for _ in range(count):
        bands, frames = rng.integers(10), rng.integers(20)
        first_band, first_frame = rng.integers(n_bands - bands + 1), rng.integers(n_frames - frames + 1)
        image[first_band : first_band + bands] = 0
        image[:, first_frame : first_frame + frames] = 0


def predict(score: Callable[[np.ndarray], np.ndarray], x: np.ndarray, recipe: Recipe) -> np.ndarray:
    """Classes of whole clips, by the sum of the scores of the clip turned round in time."""
    shifts = np.linspace(0, x.shape[-1], recipe.test_shifts, endpoint=False).astype(int)
    return sum(score(np.roll(x, shift, axis=-1)) for shift in shifts).argmax(axis=1)


def our_step(model: AudioCNN, recipe: Recipe, total_steps: int) -> Step:
    criterion = nn.CrossEntropyLoss(label_smoothing=recipe.label_smoothing)
    optimizer = nn.AdamW(model.parameters(), weight_decay=recipe.weight_decay)
    schedule = nn.OneCycle(optimizer, max_lr=recipe.max_lr, total_steps=total_steps)

    def step(images: np.ndarray, targets: np.ndarray) -> float:
        model.train().zero_grad()
        loss = criterion(model(images), targets)
        model.backward(criterion.backward())
        optimizer.step()
        schedule.step()
        return loss

    return step


def torch_twin(model: AudioCNN, recipe: Recipe, total_steps: int) -> tuple[Step, Callable[[np.ndarray], np.ndarray]]:
    """The same network in PyTorch with the same weights, optimizer and schedule."""
    import torch

    layers: list[torch.nn.Module] = []
    widths = (1, 32, 64, 128, 256)
    for c_in, c_out in itertools.pairwise(widths):
        pool = torch.nn.AdaptiveAvgPool2d(1) if c_out == widths[-1] else torch.nn.MaxPool2d(2)
        layers += [torch.nn.Conv2d(c_in, c_out, 3, padding=1), torch.nn.BatchNorm2d(c_out), torch.nn.ReLU(), pool]
    head = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Dropout(0.0), torch.nn.Linear(256, model.num_classes))
    twin = torch.nn.Sequential()
    twin.add_module("features", torch.nn.Sequential(*layers))
    twin.add_module("classifier", head)
    twin.load_state_dict({name: torch.from_numpy(array) for name, array in model.state_dict().items()})
    twin = twin.to(memory_format=torch.channels_last)
    criterion = torch.nn.CrossEntropyLoss(label_smoothing=recipe.label_smoothing)
    optimizer = torch.optim.AdamW(twin.parameters(), lr=recipe.max_lr, weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=recipe.max_lr, total_steps=total_steps)

    def step(images: np.ndarray, targets: np.ndarray) -> float:
        twin.train()
        optimizer.zero_grad()
        loss = criterion(twin(torch.from_numpy(images)), torch.from_numpy(targets))
        loss.backward()
        optimizer.step()
        schedule.step()
        return loss.item()

    def score(images: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return twin.eval()(torch.from_numpy(images)).numpy()

    return step, score
