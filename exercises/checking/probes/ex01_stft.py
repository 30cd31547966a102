"""Probes of exercise 01, the STFT."""

from exercises.checking.probes.asking import Probe

AXES = {"stft": ("the samples of a frame", "the frames"), "frame_signal": ("the samples of a frame", "the frames")}
WORDS = {"starts": "the starts of the frames", "frames": "the frames", "y": "the signal"}


def signal(rng):
    """y, n_fft, hop_length."""
    n_fft = int(rng.integers(2, 14))
    y = rng.normal(size=n_fft + int(rng.integers(0, 30)))
    return y, n_fft, int(rng.integers(1, n_fft + 3))


PROBES = [
    Probe("frame_signal", signal, lambda m, *args: m.frame_signal(*args)),
    Probe("hann", lambda rng: (int(rng.integers(2, 40)),), lambda m, n: m.hann(n)),
    Probe("stft", signal, lambda m, *args: m.stft(*args), uses=("frame_signal", "hann")),
]
