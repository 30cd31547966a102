"""Augmentation: SpecAugment on a batch against item by item, and each waveform augmentation against audiomentations."""

import argparse
import itertools
import tempfile
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.comparison import Comparison
from benchmarks.timing import compare, installed
from npaudio import augment, save

SR = 16000
BATCH_BAR, PEER_BAR = 0.10, 1.0
PEER = "audiomentations"
SIZES = [(32, 64, 101), (32, 64, 157), (64, 64, 157), (32, 64, 313), (64, 128, 1000)]


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=51)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--sizes", type=int, default=len(SIZES), help="of batches, beginning with the smallest")


def comparisons(options: argparse.Namespace) -> Iterator[Comparison]:
    yield from batches(options.rounds, SIZES[: options.sizes])
    if installed(PEER):
        yield from waveforms(options.rounds, options.seconds)
    else:
        yield Comparison(f"augmentations of {options.seconds:g} s", PEER, bar=PEER_BAR, note="not installed")


def waveform_pairs(y, folder):
    """{name: (ours, audiomentations')}, both with ranges to draw from; what can't be drawn alike has its note."""
    import audiomentations as peer

    background, response = folder / "background.wav", folder / "response.wav"
    save(background, y, SR, subtype="FLOAT")
    save(response, y[:8000] * np.exp(-np.arange(8000) / 1200).astype(np.float32), SR, subtype="FLOAT")
    rng = np.random.default_rng(1)
    snr = {"min_snr_db": 10, "max_snr_db": 30, "p": 1}
    vocoder = {"method": "librosa_phase_vocoder", "p": 1}
    return {
        "gain": (lambda: augment.gain(y, db=(-6, 6), rng=rng), peer.Gain(-6, 6, p=1)),
        "polarity": (lambda: augment.polarity(y), peer.PolarityInversion(p=1)),
        "time_shift": (
            lambda: augment.time_shift(y, shift=(-0.5, 0.5), rng=rng),
            peer.Shift(-0.5, 0.5, fade_duration=0.0, p=1),
        ),
        "random_crop": (lambda: augment.random_crop(y, size=4 * SR, rng=rng), peer.AdjustDuration(4 * SR, p=1)),
        "add_noise, white": (lambda: augment.add_noise(y, snr_db=(10, 30), rng=rng), peer.AddGaussianSNR(**snr)),
        "add_noise, pink": (
            lambda: augment.add_noise(y, snr_db=(10, 30), color="pink", rng=rng),
            peer.AddColorNoise(**snr, min_f_decay=-3.01, max_f_decay=-3.01),
        ),
        "mix_background (peer: cached file)": (
            lambda: augment.mix_background(y, background=y, snr_db=(10, 30), rng=rng),
            peer.AddBackgroundNoise(background, **snr),
        ),
        "speed_perturb (peer: Resample)": (
            lambda: augment.speed_perturb(y, rate=(0.9, 1.1), rng=rng),
            peer.Resample(round(SR / 1.1), round(SR / 0.9), p=1),
        ),
        "time_stretch": (
            lambda: augment.time_stretch(y, rate=(0.9, 1.1), rng=rng),
            peer.TimeStretch(0.9, 1.1, leave_length_unchanged=False, p=1),
        ),
        "time_stretch (peer: vocoder)": (
            lambda: augment.time_stretch(y, rate=(0.9, 1.1), rng=rng),
            peer.TimeStretch(0.9, 1.1, leave_length_unchanged=False, **vocoder),
        ),
        "pitch_shift": (lambda: augment.pitch_shift(y, semitones=(-2, 2), rng=rng), peer.PitchShift(-2, 2, p=1)),
        "pitch_shift (peer: vocoder)": (
            lambda: augment.pitch_shift(y, semitones=(-2, 2), rng=rng),
            peer.PitchShift(-2, 2, **vocoder),
        ),
        "reverb, 0.5 s (peer: a file's)": (
            lambda: augment.reverb(y, sr=SR, decay=0.5, rng=rng),
            peer.ApplyImpulseResponse(response, leave_length_unchanged=True, p=1),
        ),
    }


def plain_masks(S, rng, n_masks=2, freq_width=10, time_width=20):
    """The least code that masks one spectrogram: a lower bound for item by item, without fill value or checks."""
    out = S.copy()
    for _ in range(n_masks):
        width = rng.integers(freq_width)
        start = rng.integers(S.shape[0] - width)
        out[start : start + width] = 0
    for _ in range(n_masks):
        width = rng.integers(time_width)
        start = rng.integers(S.shape[1] - width)
        out[:, start : start + width] = 0
    return out


def batch_pairs(S, fill, rng):
    """{name: (the batch at once, its items one by one)}; the bare loop shows how little work masking is."""
    mask = partial(augment.spec_augment, fill=fill, rng=rng)
    pairs = {
        "new arrays": (lambda: mask(S), lambda: [mask(item) for item in S]),
        "in place": (lambda: mask(S, out=S), lambda: [mask(item, out=item) for item in S]),
    }
    if fill == 0:
        pairs["new arrays, bare loop"] = (lambda: mask(S), lambda: [plain_masks(item, rng) for item in S])
    return pairs


def batches(rounds, sizes):
    """Only the two that are compared take turns.

    What others leave in the processor's cache would slow the batch, which is mostly moving memory, more than the
    items, which are mostly calls.
    """
    rng = np.random.default_rng(0)
    for shape, fill in itertools.product(sizes, ("mean", 0)):
        S = rng.standard_normal(shape).astype(np.float32)
        for name, (batch, items) in batch_pairs(S, fill, rng).items():
            work = f"SpecAugment on a batch {' x '.join(map(str, shape))}, fill {fill}, {name}"
            bars = {"its items one by one": None if "bare" in name else BATCH_BAR}
            yield from compare(work, {"npaudio": batch, "its items one by one": items}, bars, rounds=rounds)


def waveforms(rounds, duration):
    y = (0.1 * np.random.default_rng(0).standard_normal(round(duration * SR))).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, (ours, peer) in waveform_pairs(y, Path(folder)).items():
            candidates = {"npaudio": ours, PEER: lambda peer=peer: peer(y, SR)}
            yield from compare(f"{name}, {duration:g} s", candidates, {PEER: PEER_BAR}, rounds=rounds)
