"""AudioCNN against PyTorch: time of a training step and of inference, peak memory, distance from the roofline."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.comparison import Comparison
from benchmarks.timing import alternate, fastest, installed, rows_of
from npaudio import nn
from npaudio._core.threads import for_each, thread_count
from npaudio.models import AudioCNN, summary

SHAPE, CLASSES = (32, 1, 64, 157), 50
BARS = {"training step": 1.05, "forward pass in evaluation": 1.0}
MEMORY_BAR = 1.5
OURS, PEERS = "npaudio", ("PyTorch", "PyTorch, channels-last")
WARM_STEPS = 3


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=15, help="rounds of the alternating timings")


def comparisons(options: argparse.Namespace) -> Iterator[Comparison]:
    peers = PEERS if installed("torch") else ()
    both = {name: functions(name) for name in (OURS, *peers)}
    for kind, (title, bar) in enumerate(BARS.items()):
        seconds = alternate({name: pair[kind] for name, pair in both.items()}, rounds=options.rounds)
        best = fastest(seconds, peers) if peers else PEERS[0]
        work = f"{title} of AudioCNN, batch {' x '.join(map(str, SHAPE))}"
        yield from rows_of(work, seconds, {best: bar})
    if sys.platform != "win32":  # where the largest size of a process is not told
        yield memory(peers)


def details(options: argparse.Namespace) -> None:
    """How far the convolutions are from what the machine can do."""
    print_roofline()


def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.standard_normal(SHAPE).astype(np.float32), rng.integers(0, CLASSES, SHAPE[0])


def our_functions() -> tuple[Callable[[], object], Callable[[], object]]:
    """One training step, and one forward pass in evaluation, with fused layers as in `training.predict`."""
    (x, classes), criterion = data(), nn.CrossEntropyLoss()
    trained, evaluated = AudioCNN(num_classes=CLASSES, rng=0), nn.fuse(AudioCNN(num_classes=CLASSES, rng=0))
    optimizer = nn.Adam(trained.parameters())

    def step() -> float:
        optimizer.zero_grad()
        loss = criterion(trained(x), classes)
        trained.backward_to_parameters(criterion.backward())
        optimizer.step()
        return loss

    return step, lambda: evaluated(x)


def torch_functions(name: str) -> tuple[Callable[[], object], Callable[[], object]]:
    """The same with PyTorch, its images stored channels-first or channels-last."""
    import torch

    torch.set_num_threads(usable_cores())
    images = torch.channels_last if "last" in name else torch.contiguous_format
    x, classes = (torch.from_numpy(array) for array in data())
    x = x.to(memory_format=images)
    trained, evaluated = (torch_audio_cnn(torch).to(memory_format=images) for _ in range(2))
    evaluated.eval()
    optimizer = torch.optim.Adam(trained.parameters())

    def step() -> float:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(trained(x), classes)
        loss.backward()
        optimizer.step()
        return loss.item()

    def infer() -> object:
        with torch.inference_mode():
            return evaluated(x)

    return step, infer


def torch_audio_cnn(torch: Any) -> Any:
    """The article's network in PyTorch."""
    layers, n_in = [], 1
    for n_out in (32, 64, 128, 256):
        pool = torch.nn.AdaptiveAvgPool2d((1, 1)) if n_out == 256 else torch.nn.MaxPool2d(2)
        conv = torch.nn.Conv2d(n_in, n_out, 3, padding=1)
        layers += [conv, torch.nn.BatchNorm2d(n_out), torch.nn.ReLU(), pool]
        n_in = n_out
    return torch.nn.Sequential(*layers, torch.nn.Flatten(), torch.nn.Dropout(0.3), torch.nn.Linear(256, CLASSES))


def usable_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def functions(name: str) -> tuple[Callable[[], object], Callable[[], object]]:
    return our_functions() if name == OURS else torch_functions(name)


def memory(peers: tuple[str, ...]) -> Comparison:
    """Each candidate trains in a process of its own, because the peak of a process never falls."""
    work = f"{WARM_STEPS} such training steps, peak memory above that of network and data"
    code = "import sys; from benchmarks.nn import peak_of_this_process as peak; print(peak(sys.argv[1]))"
    peaks = {name: number_printed(code, name) for name in (OURS, *peers)}
    if not peers:
        return Comparison(work, PEERS[0], peaks[OURS], bar=MEMORY_BAR, unit="MB", note="not installed")
    best = min(peers, key=peaks.__getitem__)
    return Comparison(work, best, peaks[OURS], peaks[best], peaks[OURS] / peaks[best], MEMORY_BAR, "MB")


def number_printed(code: str, *arguments: str) -> float:
    """The last line that a Python process prints."""
    command = [sys.executable, "-c", code, *arguments]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])


def peak_of_this_process(name: str) -> float:
    """Growth of the largest resident size in MB over the first training steps."""
    step, _ = functions(name)
    before = largest_resident_megabytes()
    for _ in range(WARM_STEPS):
        step()
    return largest_resident_megabytes() - before


def largest_resident_megabytes() -> float:
    """High-water mark of this process; on Linux `getrusage` would count that of the parent too."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return float(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def best_seconds(function: Callable[[], object], repeats: int = 20) -> float:
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def sgemm_rate(m: int, k: int, n: int) -> float:
    """Billions of floating-point operations a second of float32 products (m, k) (k, n), one on each processor."""
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((m, k)).astype(np.float32), rng.standard_normal((k, n)).astype(np.float32)
    outs = [np.empty((m, n), np.float32) for _ in range(4 * thread_count())]
    seconds = best_seconds(lambda: for_each(lambda out: np.matmul(a, b, out=out), outs))
    return 2e-9 * m * k * n * len(outs) / seconds


def print_roofline() -> None:
    """The machine's best product, each layer's product alone at the shape of its tiles, and the whole layer."""
    roof = max(sgemm_rate(size, size, size) for size in (512, 1024, 1536))
    print(f"roofline: the machine's best sgemm makes {roof:.0f} GFLOP/s; convolutions of the forward pass")
    print(f"  {'layer':<14}{'GFLOP':>8}{'product alone':>20}{'whole layer':>20}{'time':>12}")
    model = AudioCNN(num_classes=CLASSES, rng=0)
    for row in summary(model, SHAPE).rows:
        if row.kind == "Conv2d":
            layer = dict(model.named_modules())[row.name]
            print_layer(row.name, layer, row.multiply_adds, row.seconds, row.output_shape, roof)


def print_layer(name: str, layer: Any, multiply_adds: int, seconds: float, shape: tuple[int, ...], roof: float) -> None:
    depth = layer.in_channels * layer.kernel_size[0] * layer.kernel_size[1] + 1
    y = np.empty((*shape[:1], *shape[2:], shape[1]), np.float32)  # (B, F', T', O)
    images, rows = next(layer._windows().tiles(y))
    pixels = rows.stop * images.stop * shape[3]
    alone, whole = sgemm_rate(pixels, depth, shape[1]), 2e-9 * multiply_adds / seconds
    rates = "".join(f"{rate:>9.0f} GFLOP/s {rate / roof:>3.0%}" for rate in (alone, whole))
    print(f"  {name:<14}{2e-9 * multiply_adds:>8.2f}{rates}{seconds * 1e3:>9.1f} ms")
