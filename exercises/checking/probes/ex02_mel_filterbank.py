"""Probes of exercise 02, the mel filterbank."""

from exercises.checking.probes.asking import Probe

AXES = {"mel_filterbank": ("the filters", "the bins")}
WORDS = {
    "bins": "the frequencies of the bins", "points": "the corners", "lower": "the lower corners",
    "centre": "the centres", "upper": "the upper corners", "rising": "the rising side", "falling": "the falling side",
}  # fmt: skip


def frequencies(rng):
    """Some Hz, or one."""
    return (rng.uniform(0, 12000, 5) if rng.random() < 0.7 else float(rng.uniform(0, 9000)),)


def mels(rng):
    """Some mel, or one."""
    return (rng.uniform(0, 3500, 5) if rng.random() < 0.7 else float(rng.uniform(0, 3000)),)


def sizes(rng):
    """sr, n_fft, n_mels."""
    return int(rng.choice([8000, 16000, 22050])), int(rng.integers(128, 400)), int(rng.integers(2, 12))


PROBES = [
    Probe("hz_to_mel", frequencies, lambda m, f: m.hz_to_mel(f)),
    Probe("mel_to_hz", mels, lambda m, mel: m.mel_to_hz(mel)),
    Probe("mel_filterbank", sizes, lambda m, *args: m.mel_filterbank(*args), uses=("hz_to_mel", "mel_to_hz")),
]
