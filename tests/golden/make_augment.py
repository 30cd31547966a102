"""Make augment.npz: librosa's time_stretch, and our own draws of one seed, which must be the same on every platform.

Run from the root of the project: python tests/golden/make_augment.py
"""

from pathlib import Path

import librosa
import numpy as np

from npaudio.augment import add_noise, mixup, spec_augment

SETTINGS = [(0.8, 512, 128), (1.0, 512, 128), (1.37, 512, 128), (2.0, 256, 64)]


def chord(n=4001, sr=8000):
    t = np.arange(n) / sr
    return (np.sin(2 * np.pi * 437 * t) + 0.5 * np.sin(2 * np.pi * 1311 * t + 1)) * np.hanning(n)


def main():
    arrays = {"stretch_in": chord(), "stretch_settings": np.array(SETTINGS)}
    for i, (rate, n_fft, hop_length) in enumerate(SETTINGS):
        arrays[f"stretch_{i}"] = librosa.effects.time_stretch(chord(), rate=rate, n_fft=n_fft, hop_length=hop_length)
    arrays["draw_noise"] = add_noise(np.ones(20), snr_db=(5, 15), color="pink", rng=(7, 3, 1))
    arrays["draw_masks"] = spec_augment(np.ones((3, 20, 30)), freq_width=5, time_width=8, fill=0, rng=7) == 0
    arrays["draw_mixup"] = mixup(np.eye(5), np.eye(5), alpha=1.0, rng=7)[1]
    np.savez_compressed(Path(__file__).parent / "augment.npz", **arrays)


if __name__ == "__main__":
    main()
