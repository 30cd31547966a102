"""Mel spectrogram of a minute against librosa and PyTorch, and its memory for an hour."""

import argparse
import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np

import npaudio
from benchmarks.comparison import Comparison
from benchmarks.timing import compare, installed

SR = 16000
SETTINGS = {"n_fft": 1024, "hop_length": 512, "n_mels": 64}
BARS = {"librosa": 0.67, "PyTorch": 1.25}


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=41)


def comparisons(options: argparse.Namespace) -> Iterator[Comparison]:
    y = np.random.default_rng(0).standard_normal(60 * SR).astype(np.float32)
    candidates = contestants(y)
    check_agreement(candidates)
    yield from compare("mel spectrogram of 60 s at 16 kHz, 64 bands", candidates, BARS, rounds=options.rounds)
    yield memory()


def contestants(y: np.ndarray) -> dict[str, Callable[[], np.ndarray]]:
    """The same mel spectrogram by each library that is installed."""
    candidates: dict[str, Callable[[], np.ndarray]] = {"npaudio": lambda: npaudio.melspectrogram(y, sr=SR, **SETTINGS)}
    if installed("librosa"):
        import librosa

        candidates["librosa"] = lambda: librosa.feature.melspectrogram(y=y, sr=SR, **SETTINGS)
    if installed("torch"):
        candidates["PyTorch"] = torch_mel(y)
    return candidates


def torch_mel(y: np.ndarray) -> Callable[[], np.ndarray]:
    """`torch.stft` and a matrix product; real and imaginary parts squared, which is quicker than abs() squared."""
    import torch

    signal, window = torch.from_numpy(y), torch.hann_window(SETTINGS["n_fft"])
    filterbank = torch.from_numpy(npaudio.mel_filterbank(sr=SR, n_fft=1024, n_mels=64, dtype=np.float32))

    def mel() -> np.ndarray:
        S = torch.stft(signal, 1024, 512, window=window, center=True, pad_mode="constant", return_complex=True)
        return (filterbank @ (S.real**2 + S.imag**2)).numpy()

    return mel


def check_agreement(candidates: dict[str, Callable[[], np.ndarray]]) -> None:
    """Comparing times would mean nothing if the results were different."""
    ours = candidates["npaudio"]()
    for name, candidate in candidates.items():
        error = np.max(np.abs(candidate() - ours)) / np.max(ours)
        if error > 1e-5:
            raise SystemExit(f"{name} computes something else: relative difference {error:.1e}")


def memory() -> Comparison:
    """Of an hour: what is needed at once, beside three times the result and 16 MB."""
    hour = np.zeros(3600 * SR, np.float32)
    tracemalloc.start()
    result = npaudio.melspectrogram(hour, sr=SR, **SETTINGS)
    peak, limit = tracemalloc.get_traced_memory()[1], 3 * result.nbytes + 16e6
    tracemalloc.stop()
    work, peer = "mel spectrogram of an hour, peak memory", "three times the result and 16 MB"
    return Comparison(work, peer, peak / 1e6, limit / 1e6, peak / limit, 1.0, "MB")
