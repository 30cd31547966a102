"""Features of a folder of recordings (load, resample to 16 kHz, log-mel): against librosa, and with two processes."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.timing import alternate, installed, print_ratios, ratio
from npaudio import Frontend
from npaudio.datasets import ESC50, extract_features

LIBROSA_BAR = 0.80  # of librosa's time, one process each
SPEEDUP_BAR = 1.6  # of two processes
FRONTEND = Frontend(name="log-mel", sr=16000, n_fft=1024, hop_length=512, n_mels=64)
SECONDS = 5.0


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks features", description=__doc__)
    parser.add_argument("--data", required=True, help="folder in the layout of ESC-50, such as ../shared/data/esc10")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args(argv)
    dataset = ESC50(options.data)
    candidates = contestants(dataset)
    if "librosa" in candidates:
        check_agreement(dataset)
    seconds = alternate(candidates, rounds=options.rounds, warmup=1)
    print(f"Features of {len(dataset)} clips:")
    print_ratios(seconds, "npaudio", {"librosa": LIBROSA_BAR})
    print_speedup(seconds)
    return 0


def contestants(dataset: ESC50) -> dict[str, Callable[[], object]]:
    """All start from files. "into a cache" also hashes them and writes a new cache each time."""
    candidates: dict[str, Callable[[], object]] = {
        "a busy process": lambda: busy(1),
        "two busy processes": lambda: busy(2),
        "npaudio": lambda: extract_features(dataset, FRONTEND, duration=SECONDS, processes=1),
        "npaudio, 2 processes": lambda: extract_features(dataset, FRONTEND, duration=SECONDS, processes=2),
        "npaudio, into a cache": lambda: cold(dataset),
    }
    if installed("librosa"):
        candidates["librosa"] = lambda: [librosa_features(dataset.path(k)) for k in range(len(dataset))]
    return candidates


def cold(dataset: ESC50) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        return np.array(extract_features(dataset, FRONTEND, duration=SECONDS, cache_dir=folder, processes=1).X)


def busy(processes: int) -> None:
    """The same loop in each process: what a second process gains on this machine at this time."""
    code = "for _ in range(10_000_000): pass"
    running = [subprocess.Popen([sys.executable, "-S", "-c", code]) for _ in range(processes)]
    for process in running:
        process.wait()


def librosa_features(path: Path) -> np.ndarray:
    """The same with librosa's defaults: soxr_hq, Slaney bands, zeros as padding."""
    import librosa

    y, sr = librosa.load(path, sr=FRONTEND.sr)
    y = librosa.util.fix_length(y, size=round(SECONDS * sr))
    S = librosa.feature.melspectrogram(y=y, sr=sr, n_fft=1024, hop_length=512, n_mels=64, fmax=sr / 2)
    return librosa.power_to_db(S, top_db=None)


def check_agreement(dataset: ESC50) -> None:
    """Both resamplers have nearly the same passband, so the values differ by hundredths of a dB in the median."""
    ours, theirs = FRONTEND(dataset.load(0, sr=FRONTEND.sr)), librosa_features(dataset.path(0))
    loud = theirs > theirs.max() - 60
    error = float(np.median(np.abs(ours - theirs)[loud]))
    if ours.shape != theirs.shape or error > 0.05:
        raise SystemExit(f"librosa computes something else: median difference {error:.2f} dB")


def print_speedup(seconds: dict[str, np.ndarray]) -> None:
    speedup = 1 / ratio(seconds, "npaudio, 2 processes", "npaudio")
    verdict = "ok" if speedup >= SPEEDUP_BAR else "MISSED"
    print(f"  two processes are {speedup:.2f} times as fast (bar: {SPEEDUP_BAR:.2f}) {verdict}")
    possible = 2 * seconds["a busy process"] / seconds["two busy processes"]
    print(f"  the machine had {np.median(possible):.2f} processors to give to two busy processes")
    print(f"  each round: {np.array2string(seconds['npaudio'] / seconds['npaudio, 2 processes'], precision=2)}")
