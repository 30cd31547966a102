"""Resampling 5 s from 44.1 to 16 kHz in float32, against soxr HQ and scipy's resample_poly."""

import argparse
from collections.abc import Iterator

import numpy as np

from benchmarks.comparison import Comparison
from benchmarks.timing import compare, installed
from npaudio.audio import resample

# The bar for the rates of the design; for any others soxr's time is a measure only.
DESIGN_RATES, SOXR_BAR = (44100, 16000), 0.80


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rates", type=int, nargs=2, default=DESIGN_RATES, metavar=("FROM", "TO"))
    parser.add_argument("--rounds", type=int, default=31)


def comparisons(options: argparse.Namespace) -> Iterator[Comparison]:
    orig_sr, target_sr = options.rates
    y = np.random.default_rng(0).standard_normal(round(options.seconds * orig_sr)).astype(np.float32)
    bar = SOXR_BAR if (orig_sr, target_sr) == DESIGN_RATES else None
    work = f"resampling {options.seconds:g} s from {orig_sr} to {target_sr} Hz"
    bars = {"soxr HQ": bar, "scipy resample_poly": None}
    yield from compare(work, candidates(y, orig_sr, target_sr), bars, rounds=options.rounds)


def candidates(y, orig_sr, target_sr):
    functions = {"npaudio": lambda: resample(y, orig_sr=orig_sr, target_sr=target_sr)}
    if installed("soxr"):
        import soxr

        functions["soxr HQ"] = lambda: soxr.resample(y, orig_sr, target_sr, quality="HQ")
    if installed("scipy"):
        from scipy.signal import resample_poly

        divisor = np.gcd(orig_sr, target_sr)
        functions["scipy resample_poly"] = lambda: resample_poly(y, target_sr // divisor, orig_sr // divisor)
    return functions
