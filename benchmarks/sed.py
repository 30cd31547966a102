"""Sound event detection: real sounds from fold to fold, and the speed of post-processing, networks and streaming.

With `--data`, a folder in the layout of ESC-50, a FrameCNN learns from random weights on scenes of the recordings of
folds 1 and 2, and is tested once on scenes of fold 3. Thresholds and filters are chosen on further scenes of folds 1
and 2. PyTorch, if it is installed, gets the same weights and batches for the first steps.
"""

import argparse
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.timing import alternate, installed, print_ratios
from npaudio import Frontend, metrics, models, nn, sed, training
from npaudio.augment import spec_augment
from npaudio.datasets import ESC50, SyntheticScenes
from npaudio.streaming import StreamingDetector
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


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks sed", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder in ESC-50 layout: audio/ and meta/esc50.csv")
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    parser.add_argument("--no-speed", action="store_true", help="leave out the comparisons of speed")
    options = parser.parse_args(argv)
    if not options.no_speed:
        post_processing_speed()
        network_speed()
        streaming_speed()
    if options.data:
        real_sounds(options.data, replace(Recipe(), epochs=options.epochs))


def post_processing_speed() -> None:
    """1,000 clips x 10 classes x 1,000 frames, against scipy's median filter and a loop over runs."""
    print("post-processing of 1,000 clips x 10 classes x 1,000 frames, median over 7 frames")
    scores, labels = smooth_scores((1000, 10, 1000)), [f"class {k}" for k in range(10)]
    settings = {"labels": labels, "hop_length": 512, "sr": 16000, "median_frames": 7}
    candidates: dict[str, Callable[[], object]] = {"npaudio": lambda: sed.detect_events(scores, **settings)}
    if installed("scipy"):
        candidates["scipy and a loop"] = lambda: [detected_by_loops(clip, labels) for clip in scores]
        same = [[e[:3] for e in sed.detect_events(clip, **settings)] for clip in scores[:20]]
        assert same == [[e[:3] for e in detected_by_loops(clip, labels)] for clip in scores[:20]]
    print_ratios(alternate(candidates, rounds=5, warmup=1), "npaudio", {"scipy and a loop": 0.2})


def smooth_scores(shape: tuple[int, ...]) -> np.ndarray:
    """Probabilities that change slowly, mostly near 0."""
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    for _ in range(3):
        x = (np.roll(x, 1, -1) + x + np.roll(x, -1, -1)) / 2
    return 1 / (1 + np.exp(3 - 1.5 * x))


def detected_by_loops(scores: np.ndarray, labels: list[str]) -> list[tuple]:
    """Threshold, scipy's median filter, a loop over the runs of each class."""
    from scipy.ndimage import median_filter

    smooth, events = median_filter((scores > 0.5).astype(np.float32), size=(1, 7)), []
    for label, row, chances in zip(labels, smooth, scores, strict=True):
        borders = np.flatnonzero(np.diff(np.concatenate([[0], row, [0]]))).reshape(-1, 2)
        for start, stop in borders:
            if stop - start >= 3:
                mean = float(chances[start:stop].mean())
                events.append((start * 512 / 16000, stop * 512 / 16000, label, mean))
    return sorted(events, key=lambda event: event[0])


def network_speed() -> None:
    """A training step of the GRU, and of the CRNN at DESED's size, against PyTorch."""
    if not installed("torch"):
        print("PyTorch is not installed; networks are not compared")
        return
    import torch

    rng = np.random.default_rng(0)
    x, grad = (rng.standard_normal((16, 156, n)).astype(np.float32) for n in (128, 256))
    gru, twin = nn.GRU(128, 128, 2, True, rng=0), torch.nn.GRU(128, 128, 2, bidirectional=True, batch_first=True)
    load(twin, gru.state_dict())
    print("GRU, two layers of 128 in both directions, 16 sequences of 156 frames, forward and backward")
    candidates = {"npaudio": lambda: gru_step(gru, x, grad), "torch": lambda: torch_gru_step(twin, x, grad)}
    print_ratios(alternate(candidates, rounds=7), "npaudio", {"torch": 2.0})
    print("CRNN of DESED's size, 8 clips of 10 s, one training step with dropout and AdamW")
    print_ratios(alternate(crnn_steps(8), rounds=5), "npaudio", {"torch": 1.3})


def gru_step(gru: nn.GRU, x: np.ndarray, grad: np.ndarray) -> None:
    gru.zero_grad()
    gru(x)
    gru.backward(grad)


def torch_gru_step(gru: Any, x: np.ndarray, grad: np.ndarray) -> None:
    import torch

    gru.zero_grad()
    gru(torch.from_numpy(x).requires_grad_())[0].backward(torch.from_numpy(grad))


def crnn_steps(n_clips: int) -> dict[str, Callable[[], object]]:
    """A training step of ours and of the twin, from the same weights."""
    import torch

    from tests.golden import sed_peers

    rng = np.random.default_rng(0)
    x = rng.standard_normal((n_clips, 1, 128, 626)).astype(np.float32)
    y = (rng.uniform(size=(n_clips, 10, 156)) < 0.1).astype(np.float32)
    ours = models.CRNN.desed(rng=0)
    pools, channels = models.crnn.DESED_POOLS, models.crnn.DESED_CHANNELS
    twin = sed_peers.CRNN(10, channels=channels, pools=pools, hidden=128, layers=2, dropout=0.5)
    load(twin, ours.state_dict())
    twin = twin.to(memory_format=torch.channels_last)
    loss, optimizer = nn.BCEWithLogitsLoss(), nn.AdamW(ours.parameters())
    criterion, adamw = torch.nn.BCEWithLogitsLoss(), torch.optim.AdamW(twin.parameters())

    def step() -> None:
        ours.zero_grad()
        loss(ours(x), y)
        ours.backward(loss.backward())
        optimizer.step()

    return {"npaudio": step, "torch": lambda: torch_step(twin, criterion, adamw, x, y)}


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


def streaming_speed() -> None:
    """Ten minutes in chunks of 20 ms, and an hour at once: how fast, and in how much memory."""
    frontend = Frontend(name="stream", hop_length=320, mean=-30.0, scale_by=20.0)
    about = {"frontend": frontend, "labels": [*"abcdefghij"]}
    model = models.FrameCNN(num_classes=10, rng=0)
    detector = StreamingDetector(model, **about)
    y = 0.1 * np.random.default_rng(0).standard_normal(600 * 16000).astype(np.float32)
    start = time.process_time()
    for chunk in np.split(y, 600 * 50):
        detector.push(chunk)
    detector.finish()
    speed = 600 / (time.process_time() - start)
    print(f"streaming, chunks of 20 ms: {speed:.0f} x real time per processor (bar: 20) {verdict(speed >= 20)}")
    hour = np.tile(y, 6)
    tracemalloc.start()
    StreamingDetector(model, **about, block=4.0).detect(hour)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    print(f"an hour ({hour.nbytes / 2**20:.0f} MB of samples): {peak:.0f} MB more at most")


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
