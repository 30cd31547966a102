"""Features of a folder of recordings (load, resample to 16 kHz, log-mel): against librosa, and with two processes."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.comparison import Comparison
from benchmarks.recordings import esc50_folder
from benchmarks.timing import alternate, installed, rows_of
from npaudio import SOUND_CLASSES, Frontend, save
from npaudio.datasets import ESC50, AudioFolder, SoundDataset, SyntheticSounds, extract_features

LIBROSA_BAR = 0.80  # of librosa's time, one process each
TWO, BUSY, BUSY_TWICE = "npaudio in two processes", "one after the other", "at the same time"
ONE_PROCESS = {"npaudio in one process": 1 / 1.6}
FRONTEND = Frontend(name="log-mel", sr=16000, n_fft=1024, hop_length=512, n_mels=64)
SECONDS = 5.0


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=esc50_folder, help="folder in the layout of ESC-50; without it, recordings are drawn"
    )
    parser.add_argument("--rounds", type=int, default=7)


def comparisons(options: argparse.Namespace) -> Iterator[Comparison]:
    with tempfile.TemporaryDirectory() as folder:
        dataset = ESC50(options.data) if options.data else drawn(Path(folder))
        candidates = contestants(dataset)
        if "librosa" in candidates:
            check_agreement(dataset)
        seconds = alternate(candidates, rounds=options.rounds)
    work = f"features of {len(dataset)} recordings of 5 s"
    yield from rows_of(work, seconds, {"librosa": LIBROSA_BAR})
    yield from in_two_processes(work, seconds)


def in_two_processes(work: str, seconds: dict[str, np.ndarray]) -> Iterator[Comparison]:
    """What a second process gains, and what it gains a process that does nothing but count."""
    two, one = seconds[TWO], seconds["npaudio"]
    yield from rows_of(f"{work}, two processes", {TWO: two, "npaudio in one process": one}, ONE_PROCESS)
    counting = {name: seconds[name] for name in (BUSY_TWICE, BUSY)}
    yield from rows_of("counting twice in two processes", counting, {BUSY: None})


def drawn(folder: Path) -> AudioFolder:
    """240 synthetic recordings, 5 s at 44.1 kHz, in a folder for each class."""
    for k, (y, label) in enumerate(SyntheticSounds(30, classes=SOUND_CLASSES[:8], sr=44100, duration=SECONDS)):
        (folder / SOUND_CLASSES[label]).mkdir(exist_ok=True)
        save(folder / SOUND_CLASSES[label] / f"{k}.wav", y, 44100)
    return AudioFolder(folder)


def contestants(dataset: SoundDataset) -> dict[str, Callable[[], object]]:
    """All start from files."""
    candidates: dict[str, Callable[[], object]] = {
        "npaudio": lambda: extract_features(dataset, FRONTEND, duration=SECONDS, processes=1),
        TWO: lambda: extract_features(dataset, FRONTEND, duration=SECONDS, processes=2),
        BUSY: lambda: [busy(1), busy(1)],
        BUSY_TWICE: lambda: busy(2),
    }
    if installed("librosa"):
        candidates["librosa"] = lambda: [librosa_features(dataset.path(k)) for k in range(len(dataset))]
    return candidates


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


def check_agreement(dataset: SoundDataset) -> None:
    """Both resamplers have nearly the same passband, so the values differ by hundredths of a dB in the median."""
    ours, theirs = FRONTEND(dataset.load(0, sr=FRONTEND.sr)), librosa_features(dataset.path(0))
    loud = theirs > theirs.max() - 60
    error = float(np.median(np.abs(ours - theirs)[loud]))
    if ours.shape != theirs.shape or error > 0.05:
        raise SystemExit(f"librosa computes something else: median difference {error:.2f} dB")
