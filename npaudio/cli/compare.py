"""`npaudio compare`: two recordings by the descriptors of lesson 02."""

import argparse
import os

import numpy as np

from npaudio import features, mel
from npaudio.audio import load
from npaudio.cli.running import DONE
from npaudio.cli.terminal import UsageError, write_json

COLUMN = 24  # characters
QUIET_DB = 60.0  # frames that are so far below the loudest are left out: silence has no pitch


def run(options: argparse.Namespace) -> int:
    """A table with one row per descriptor."""
    columns = {name: descriptors(name) for name in options.files}
    if options.json:
        write_json([{"file": name, **values} for name, values in columns.items()])
        return DONE
    first, second = columns.values()
    width = max(len(key) for key in first)
    heads = [os.path.basename(name)[-COLUMN:] for name in options.files]
    print(f"{'':<{width}}  {heads[0]:>{COLUMN}}  {heads[1]:>{COLUMN}}")
    for key, value in first.items():
        print(f"{key:<{width}}  {value:>{COLUMN},.4g}  {second[key]:>{COLUMN},.4g}")
    return DONE


def descriptors(name: str) -> dict[str, float]:
    """Means over the frames that are not silent."""
    y, sr = load(name)
    if y.size == 0 or not y.any():
        raise UsageError(f"{name}: is silent, there is nothing to compare")
    level = features.rms(y)[0]
    heard = level >= level.max() * 10 ** (-QUIET_DB / 20)
    M = mel.log_mel(y, sr=sr, n_mels=64)
    described = {
        "spectral centroid, Hz": features.spectral_centroid(y, sr=sr),
        "spectral bandwidth, Hz": features.spectral_bandwidth(y, sr=sr),
        "spectral rolloff, Hz": features.spectral_rolloff(y, sr=sr),
        "spectral flatness": features.spectral_flatness(y),
        "zero crossing rate": features.zero_crossing_rate(y),
        "level, RMS": level[np.newaxis],
    }
    means = {key: float(value[0][heard].mean()) for key, value in described.items()}
    silent = int(np.count_nonzero(~heard))
    variation = float(features.temporal_variation(M))
    return {"seconds": len(y) / sr, **means, "temporal variation, dB": variation, "silent frames": silent}
