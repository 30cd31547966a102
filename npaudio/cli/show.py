"""`npaudio show`: a recording as pictures."""

import argparse
import os
from dataclasses import replace
from typing import Any

import numpy as np

from npaudio import plot
from npaudio.audio import load
from npaudio.cli.running import DONE
from npaudio.cli.terminal import UsageError
from npaudio.frontend import Frontend
from npaudio.pipeline.shipped import open_detector
from npaudio.plot.canvas import canvas, write_figure
from npaudio.spectrum import power_to_db, stft

N_FFT, HOP_LENGTH, DYNAMIC_RANGE = 1024, 256, 80.0  # samples, samples, dB


def run(options: argparse.Namespace) -> int:
    """Draw waveform, spectrogram and mel spectrogram, and the events if asked for."""
    y, sr = load(options.file)
    if y.size == 0:
        raise UsageError(f"{options.file}: holds no samples")
    figure, axes = canvas(4 if options.detect else 3)
    draw(y, sr, axes)
    if options.detect:
        detector = open_detector(options.model)
        events = detector.detect(y, sr=sr)
        plot.detected_events(events, duration=len(y) / sr, ax=axes[3])
        axes[3].set_title(f"{len(events)} sound event{'s' * (len(events) != 1)}")
    axes[0].set_title(f"{os.path.basename(options.file)}: {len(y) / sr:.2f} s at {sr:,} Hz")
    out = options.out or f"{options.file}.png"
    write_figure(figure, out)
    print(f"{out}: drawn")
    return DONE


def draw(y: np.ndarray, sr: int, axes: Any) -> None:
    """Waveform, spectrogram and mel spectrogram, one below the other."""
    frontend = replace(Frontend.librosa(), sr=sr, n_fft=N_FFT, hop_length=HOP_LENGTH, n_mels=64, fmax=sr / 2)
    power = np.abs(stft(y, n_fft=N_FFT, hop_length=HOP_LENGTH)) ** 2
    plot.waveform(y, sr=sr, ax=axes[0])
    plot.spectrogram(power_to_db(power, top_db=DYNAMIC_RANGE), sr=sr, hop_length=HOP_LENGTH, ax=axes[1])
    plot.mel_spectrogram(frontend(y), frontend=frontend, ax=axes[2])
