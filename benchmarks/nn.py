"""AudioCNN against PyTorch: time of a training step and of inference, peak memory, distance from the roofline."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.timing import alternate, installed, print_ratios
from npaudio import nn
from npaudio._core.threads import for_each, thread_count
from npaudio.models import AudioCNN, summary

SHAPE, CLASSES = (32, 1, 64, 157), 50
BARS = {"training step": 1.2, "inference": 1.0}
MEMORY_BAR = 1.5
OURS, PEERS = "npaudio", ("torch", "torch channels-last")
WARM_STEPS = 3


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks nn", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="rounds of the alternating timings")
    parser.add_argument("--peak", choices=(OURS, *PEERS), help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.peak:
        print(peak_of_this_process(options.peak))
        return
    names = (OURS, *PEERS) if installed("torch") else (OURS,)
    if len(names) == 1:
        print("PyTorch is not installed: only our own times, without ratios.")
    print_times(names, options.rounds)
    print_peaks(names)
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


def print_times(names: tuple[str, ...], rounds: int) -> None:
    both = {name: functions(name) for name in names}
    for kind, (title, bar) in enumerate(BARS.items()):
        print(f"AudioCNN, {title}, batch {SHAPE[0]}, {SHAPE[2]} x {SHAPE[3]}, float32, {usable_cores()} cores")
        seconds = alternate({name: pair[kind] for name, pair in both.items()}, rounds=rounds)
        best = min(names[1:], key=lambda name: float(np.median(seconds[name])), default=None)
        print_ratios(seconds, OURS, {best: bar} if best else {})


def print_peaks(names: tuple[str, ...]) -> None:
    """Each candidate trains in a process of its own, because the peak of a process never falls."""
    if sys.platform == "win32":
        print("Peak memory is not measured on Windows.")
        return
    print(f"peak memory of {WARM_STEPS} training steps, above that of the network and its data")
    command = [sys.executable, "-m", "benchmarks", "nn", "--peak"]
    peaks = {
        name: float(subprocess.run([*command, name], capture_output=True, text=True, check=True).stdout)
        for name in names
    }
    for name, megabytes in peaks.items():
        print(f"  {name:<28}{megabytes:>10.0f} MB")
    if len(names) > 1:
        value = peaks[OURS] / min(peaks[name] for name in names[1:])
        print(f"  {OURS} / best{value:>30.2f}   (bar: {MEMORY_BAR:.2f}) {'ok' if value <= MEMORY_BAR else 'MISSED'}")


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
