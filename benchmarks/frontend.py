"""Mel spectrogram of a minute against librosa and PyTorch, and its memory for an hour."""

import argparse
import tracemalloc
from collections.abc import Callable

import numpy as np

import npaudio
from benchmarks.timing import alternate, installed, print_ratios

SR = 16000
SETTINGS = {"n_fft": 1024, "hop_length": 512, "n_mels": 64}
BARS = {"librosa": 0.70, "torch": 1.25}


def main(argv: list[str]) -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks frontend", description=__doc__)
    options.add_argument("--rounds", type=int, default=41)
    rounds = options.parse_args(argv).rounds

    y = np.random.default_rng(0).standard_normal(60 * SR).astype(np.float32)
    candidates = contestants(y)
    check_agreement(candidates)
    print("Mel spectrogram of 60 s at 16 kHz, 1024/512, 64 bands, float32 (medians of alternating runs):")
    print_ratios(alternate(candidates, rounds=rounds), "npaudio", BARS)
    print_memory()


def contestants(y: np.ndarray) -> dict[str, Callable[[], np.ndarray]]:
    """The same mel spectrogram by each library that is installed."""
    candidates: dict[str, Callable[[], np.ndarray]] = {"npaudio": lambda: npaudio.melspectrogram(y, sr=SR, **SETTINGS)}
    if installed("librosa"):
        import librosa

        candidates["librosa"] = lambda: librosa.feature.melspectrogram(y=y, sr=SR, **SETTINGS)
    if installed("torch"):
        candidates["torch"] = torch_mel(y)
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


def print_memory() -> None:
    hour = np.zeros(3600 * SR, np.float32)
    tracemalloc.start()
    result = npaudio.melspectrogram(hour, sr=SR, **SETTINGS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    bar = 3 * result.nbytes + 16e6
    verdict = "ok" if peak <= bar else "MISSED"
    print(f"An hour: result {result.nbytes / 1e6:.1f} MB, peak {peak / 1e6:.1f} MB (bar: {bar / 1e6:.1f} MB) {verdict}")
