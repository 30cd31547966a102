"""Type hints that say what the shape of an array is.

To NumPy, and to mypy, all of them are plain arrays: the names are for readers. `...` stands for any leading axes.
"""

from typing import TypeAlias

import numpy as np

Waveform: TypeAlias = np.ndarray
"""(..., n_samples), float32 or float64 of nominal range ±1; several channels are (channels, n_samples)."""

Frames: TypeAlias = np.ndarray
"""(n_frames, frame_length), samples: a row for each frame."""

Spectrogram: TypeAlias = np.ndarray
"""(..., n_freq, n_frames), complex, magnitude or power."""

MelSpectrogram: TypeAlias = np.ndarray
"""(..., n_mels, n_frames), power or its logarithm."""

PerFrame: TypeAlias = np.ndarray
"""(..., 1, n_frames), one number for each frame."""

Images: TypeAlias = np.ndarray
"""(B, C, F, T): batch, channel, frequency, time."""

Tokens: TypeAlias = np.ndarray
"""(B, N, D): batch, token, feature."""

Scores: TypeAlias = np.ndarray
"""(n_clips, n_classes), one for each clip and class; not frame scores, which are (n_classes, n_frames)."""

Inputs: TypeAlias = np.ndarray
"""(n, ...), what a network takes: images, tokens or waveforms; an array in memory or a memory map."""

Targets: TypeAlias = np.ndarray
"""(n,) class indices, or (n, n_classes) of 0 and 1 or of probabilities; never names, which are labels."""
