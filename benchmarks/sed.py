"""Sound event detection: the speed of post-processing, networks and streaming; with `--data`, real sounds as well.

`--data DIR`, a folder in the layout of ESC-50, trains a detector on scenes of its recordings: benchmarks/scenes.py.
"""

import argparse
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from benchmarks.comparison import Comparison
from benchmarks.recordings import esc50_folder
from benchmarks.scenes import Recipe, load, real_sounds, torch_step
from benchmarks.timing import compare, installed
from npaudio import Frontend, models, nn, sed
from npaudio.streaming import StreamingDetector

LOOPS = "scipy's median filter and a loop"
STREAM = {"frontend": Frontend(name="stream", hop_length=320, mean=-30.0, scale_by=20.0), "labels": [*"abcdefghij"]}


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=esc50_folder, help="folder in ESC-50 layout: audio/ and meta/esc50.csv")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the alternating timings")
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)


def comparisons(options: argparse.Namespace) -> Iterator[Comparison]:
    yield from post_processing(options.rounds)
    yield from networks(options.rounds)
    yield streaming()


def details(options: argparse.Namespace) -> None:
    """What an hour needs at once, and with recordings the training on scenes of them."""
    print_memory()
    if options.data:
        real_sounds(options.data, replace(Recipe(), epochs=options.epochs))


def post_processing(rounds: int) -> list[Comparison]:
    """1,000 clips x 10 classes x 1,000 frames, against scipy's median filter and a loop over runs."""
    scores, labels = smooth_scores((1000, 10, 1000)), [f"class {k}" for k in range(10)]
    settings = {"labels": labels, "hop_length": 512, "sr": 16000, "median_frames": 7}
    candidates: dict[str, Callable[[], object]] = {"npaudio": lambda: sed.detect_events(scores, **settings)}
    if installed("scipy"):
        candidates[LOOPS] = lambda: [detected_by_loops(clip, labels) for clip in scores]
        same = [[e[:3] for e in sed.detect_events(clip, **settings)] for clip in scores[:20]]
        assert same == [[e[:3] for e in detected_by_loops(clip, labels)] for clip in scores[:20]]
    work = "post-processing of 1,000 clips x 10 classes x 1,000 frames"
    return compare(work, candidates, {LOOPS: 0.2}, rounds=rounds)


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


def networks(rounds: int) -> Iterator[Comparison]:
    """A training step of the GRU, and of the CRNN at DESED's size with dropout and AdamW, against PyTorch."""
    rng = np.random.default_rng(0)
    x, grad = (rng.standard_normal((16, 156, n)).astype(np.float32) for n in (128, 256))
    gru = nn.GRU(128, 128, 2, True, rng=0)
    candidates: dict[str, Callable[[], object]] = {"npaudio": lambda: gru_step(gru, x, grad)}
    if installed("torch"):
        candidates["PyTorch"] = torch_gru_step(gru, x, grad)
    work = "GRU, 2 layers of 128 in both directions, 16 x 156 frames, forward and backward"
    yield from compare(work, candidates, {"PyTorch": 2.0}, rounds=rounds)
    yield from compare("training step of CRNN.desed(), 8 clips of 10 s", crnn_steps(8), {"PyTorch": 1.3}, rounds=rounds)


def gru_step(gru: nn.GRU, x: np.ndarray, grad: np.ndarray) -> None:
    gru.zero_grad()
    gru(x)
    gru.backward(grad)


def torch_gru_step(ours: nn.GRU, x: np.ndarray, grad: np.ndarray) -> Callable[[], None]:
    import torch

    gru = torch.nn.GRU(128, 128, 2, bidirectional=True, batch_first=True)
    load(gru, ours.state_dict())

    def step() -> None:
        gru.zero_grad()
        gru(torch.from_numpy(x).requires_grad_())[0].backward(torch.from_numpy(grad))

    return step


def crnn_steps(n_clips: int) -> dict[str, Callable[[], object]]:
    """A training step of ours, and of the twin from the same weights."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((n_clips, 1, 128, 626)).astype(np.float32)
    y = (rng.uniform(size=(n_clips, 10, 156)) < 0.1).astype(np.float32)
    model = models.CRNN.desed(rng=0)
    loss, optimizer = nn.BCEWithLogitsLoss(), nn.AdamW(model.parameters())

    def step() -> None:
        model.zero_grad()
        loss(model(x), y)
        model.backward(loss.backward())
        optimizer.step()

    return {"npaudio": step} | (torch_crnn_step(model, x, y) if installed("torch") else {})


def torch_crnn_step(ours: models.CRNN, x: np.ndarray, y: np.ndarray) -> dict[str, Callable[[], object]]:
    import torch

    from tests.golden import sed_peers

    pools, channels = models.crnn.DESED_POOLS, models.crnn.DESED_CHANNELS
    twin = sed_peers.CRNN(10, channels=channels, pools=pools, hidden=128, layers=2, dropout=0.5)
    load(twin, ours.state_dict())
    twin = twin.to(memory_format=torch.channels_last)
    criterion, optimizer = torch.nn.BCEWithLogitsLoss(), torch.optim.AdamW(twin.parameters())
    return {"PyTorch": lambda: torch_step(twin, criterion, optimizer, x, y)}


def streaming() -> Comparison:
    """Ten minutes in chunks of 20 ms, in time of one processor."""
    detector = StreamingDetector(models.FrameCNN(num_classes=10, rng=0), **STREAM)
    y = noise()
    start = time.process_time()
    for chunk in np.split(y, 600 * 50):
        detector.push(chunk)
    detector.finish()
    seconds = time.process_time() - start
    work = "streaming detection of 10 minutes, chunks of 20 ms, processor time"
    return Comparison(work, "the sound itself", seconds, 600.0, seconds / 600, 0.05, "s")


def noise() -> np.ndarray:
    return 0.1 * np.random.default_rng(0).standard_normal(600 * 16000).astype(np.float32)


def print_memory() -> None:
    hour = np.tile(noise(), 6)
    tracemalloc.start()
    StreamingDetector(models.FrameCNN(num_classes=10, rng=0), **STREAM, block=4.0).detect(hour)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    print(f"an hour ({hour.nbytes / 2**20:.0f} MB of samples): {peak:.0f} MB more at most")
