"""Probes of exercise 04, SpecAugment and noise."""

import numpy as np

from exercises.checking.probes.asking import Probe

AXES = dict.fromkeys(("freq_mask", "time_mask", "spec_augment"), ("the bands", "the frames"))
WORDS = {"masked": "the copy", "mel": "the spectrogram", "y": "the signal", "noise": "the noise", "wanted":
         "the wanted power", "integers": "the random number"}  # fmt: skip


def picture(rng):
    """Values from 1 to 2."""
    return 1 + rng.random((int(rng.integers(3, 12)), int(rng.integers(3, 12))))


def stripe(rng):
    """mel, start, width, fill."""
    mel = picture(rng)
    start = int(rng.integers(0, min(mel.shape)))
    return mel, start, int(rng.integers(0, min(mel.shape) - start + 1)), float(rng.choice([0, -80, 0.5]))


def drawn(rng):
    """mel, a seed, how many stripes and how wide, fill."""
    counts = [int(n) for n in rng.integers(0, 4, 2)]
    widths = [int(n) for n in rng.integers(1, 15, 2)]
    return picture(rng), int(rng.integers(1000)), counts[0], widths[0], counts[1], widths[1], -80.0


def augmented(module, mel, seed, *settings):
    """Some draws, one after the other."""
    rng = np.random.default_rng(seed)
    return np.stack([module.spec_augment(mel, rng, *settings) for _ in range(4)])


def augmented_as_usual(module, mel, seed, *settings):
    """The stripes of the defaults, on a spectrogram that is large enough."""
    rng, large = np.random.default_rng(seed), np.resize(mel, (30, 50))
    return np.stack([module.spec_augment(large, rng) for _ in range(2)])


def noisy(rng):
    """y, snr_db, rng."""
    y = rng.normal(0.3, rng.uniform(0.1, 2), int(rng.integers(50, 200)))
    return y, float(rng.uniform(-10, 20)), np.random.default_rng(int(rng.integers(1000)))


def snr(result, y, snr_db, rng):
    """The measured SNR in dB, to a hundredth."""
    return f"{10 * np.log10(np.mean(y**2) / np.mean((np.asarray(result) - y) ** 2)):.2f}"


def is_noise(result, y, snr_db, rng):
    """Whether it is the noise that the task asks for, with either sign."""
    noise = np.random.default_rng(rng.bit_generator.seed_seq).normal(size=len(y))
    noise *= np.sqrt(np.mean(y**2) / 10 ** (snr_db / 10) / np.mean(noise**2))
    return np.allclose(result, y - noise)


PROBES = [
    Probe("freq_mask", stripe, lambda m, *args: m.freq_mask(*args)),
    Probe("time_mask", stripe, lambda m, *args: m.time_mask(*args)),
    Probe("spec_augment", drawn, augmented, uses=("freq_mask", "time_mask")),
    Probe("spec_augment", drawn, augmented_as_usual, uses=("freq_mask", "time_mask")),
    Probe("add_noise", noisy, lambda m, *args: m.add_noise(*args), view=snr),
    Probe("add_noise", noisy, lambda m, *args: m.add_noise(*args), right=is_noise),
]
