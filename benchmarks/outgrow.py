"""Outgrowing one machine: the same network trained by PyTorch in two processes, features by Dask, and AudioSet's cost.

    python -m benchmarks outgrow            # needs PyTorch, safetensors and dask[distributed]; no recordings

Training: our first weights go to the article's network in PyTorch, DistributedDataParallel trains it in two processes
(torchrun, gloo), and the result comes back as safetensors; both networks give equal logits before and after. Features:
`extract_features(executor=)` takes the executor of a Dask cluster; one of its two workers is killed on the way.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.timing import installed
from npaudio import Frontend, checkpoints
from npaudio.datasets import SyntheticSounds, extract_features
from npaudio.models import AudioCNN

LOGITS_BAR = 1e-5
CLASSES = ("rain", "siren", "dog_bark", "alarm")
FRONTEND = Frontend(name="outgrow", sr=16000, n_fft=1024, hop_length=512, n_mels=64)
AUDIOSET_CLIPS, AUDIOSET_SECONDS = 2_000_000, 10.0
COUNTS = (1000, 2000, 4000)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks outgrow", description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--skip", nargs="*", choices=("training", "features", "audioset"), default=())
    options = parser.parse_args(argv)
    if "training" not in options.skip:
        training_elsewhere(options.epochs)
    if "features" not in options.skip:
        features_elsewhere()
    if "audioset" not in options.skip:
        cost_of_audioset()
    return 0


def training_elsewhere(epochs: int) -> None:
    """Ours to PyTorch, two processes, and back."""
    if not installed("torch", "safetensors"):
        print("training: PyTorch or safetensors is not installed")
        return
    table = extract_features(SyntheticSounds(24, classes=CLASSES), FRONTEND, processes=1)
    x = np.asarray(table.X)[:, np.newaxis] / 20
    model = AudioCNN(num_classes=len(CLASSES), dropout=0.0, rng=0).eval()
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder, "before.safetensors"), Path(folder, "after.safetensors")
        checkpoints.save_checkpoint(before, model.state_dict())
        np.savez(Path(folder, "data.npz"), x=x, y=table.labels, ours=model(x))
        words = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
        module = ["-m", "benchmarks.torch_ddp"]
        environment = os.environ | {"OMP_NUM_THREADS": "1", "USE_LIBUV": "0"}
        done = subprocess.run(
            [*words, *module, folder, str(epochs)], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"torchrun failed:\n{done.stderr[:4000]}")
        print(done.stdout.strip())
        model.load_state_dict(checkpoints.load_checkpoint(after))
        theirs = np.load(Path(folder, "logits.npy"))
        print_gap("logits after the training, PyTorch's weights in our network", model(x) - theirs)


def print_gap(what: str, difference: np.ndarray) -> None:
    gap = float(np.abs(difference).max())
    print(f"  {what}: differ by {gap:.1e} (bar: {LOGITS_BAR}) {'ok' if gap <= LOGITS_BAR else 'MISSED'}")


def features_elsewhere() -> None:
    """A data set through a Dask cluster of two workers, one of which is killed."""
    if not installed("dask", "distributed"):
        print("features: dask[distributed] is not installed")
        return
    from distributed import Client, LocalCluster

    dataset = SyntheticSounds(60, classes=CLASSES)
    alone = extract_features(dataset, FRONTEND, processes=1)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        together = extract_features(dataset, FRONTEND, executor=client.get_executor())
        print(f"features by Dask equal to the bit: {np.array_equal(alone.X, together.X)}")
        victim = next(iter(cluster.workers.values()))
        client.loop.call_later(0.3, lambda: client.loop.add_callback(victim.kill))
        survived = extract_features(dataset, FRONTEND, executor=client.get_executor())
        print(f"features after a worker was killed equal to the bit: {np.array_equal(alone.X, survived.X)}")


def cost_of_audioset() -> None:
    """Time, disk and memory for two million clips, from the rates at a few thousand."""
    print(f"{'clips':>9}  {'features, s':>11}  {'disk, MB':>9}  {'an epoch, s':>11}")
    rates = [measured(count) for count in COUNTS]
    for count, (seconds, megabytes, epoch) in zip(COUNTS, rates, strict=True):
        print(f"{count:>9,}  {seconds:>11.1f}  {megabytes:>9.1f}  {epoch:>11.1f}")
    scale = AUDIOSET_CLIPS / COUNTS[-1]
    seconds, megabytes, epoch = (scale * value for value in rates[-1])
    print(f"AudioSet: {AUDIOSET_CLIPS:,} clips of {AUDIOSET_SECONDS:.0f} s at these rates, on this machine alone:")
    print(f"  features {seconds / 3600:.0f} h and {megabytes / 1e6:.2f} TB on disk (read through a memory map)")
    print(
        f"  an epoch {epoch / 86400:.1f} days; waveforms at 16 kHz {AUDIOSET_CLIPS * 640_000 / 1e12:.2f} TB as float32"
    )
    print("  first to break: one file of features a clip is two million files; then the length of an epoch")


def measured(count: int) -> tuple[float, float, float]:
    """Seconds to compute features, their size in MB, and seconds of a training epoch, of so many clips of 10 s."""
    rng = np.random.default_rng(0)
    clip = rng.standard_normal(round(AUDIOSET_SECONDS * FRONTEND.sr)).astype(np.float32)
    start = time.perf_counter()
    size = 0
    for _ in range(count):
        size += FRONTEND(clip).nbytes
    seconds = time.perf_counter() - start
    return seconds, size / 1e6, count / 32 * seconds_a_batch(FRONTEND(clip).shape)


def seconds_a_batch(shape: tuple[int, int]) -> float:
    """A training step of 32 clips."""
    from npaudio import nn

    model, loss = AudioCNN(num_classes=527, rng=0).train(), nn.BCEWithLogitsLoss()
    optimizer = nn.AdamW(model.parameters())
    x, y = np.zeros((32, 1, *shape), np.float32), np.zeros((32, 527), np.float32)
    times = []
    for _ in range(4):
        start = time.perf_counter()
        model.zero_grad()
        loss(model(x), y)
        model.backward(loss.backward())
        optimizer.step()
        times.append(time.perf_counter() - start)
    return float(np.median(times))
