"""Checks of exercise 15, upsampling as in a vocoder; the mistakes that it knows are in checking/mistakes_ex15.py."""

import contextlib
import io

import numpy as np

from exercises.checking import claim, close, expect
from exercises.checking.mistakes_ex15 import ANALYZE, LINEAR, NEAREST, TRANSPOSED, figures, linear, nearest, transposed

NAMES, KEYS = ("Nearest", "Linear", "TransConv"), ("length", "smoothness", "drange", "zcr")
OWN_KERNEL = "your result is that of self.kernel.\nUse the argument where there is one."


def small(answer):
    """A small object, its spectrogram and its hop."""
    sim = answer.VocoderUpsampleSim(n_mels=33, n_frames=5, hop=23)
    return sim, np.asarray(sim.mel), 23


def wave(n):
    rng = np.random.default_rng(n)
    return rng.normal(0.2, 1, n)


def expect_figures(label, yours, signal, name):
    claim(isinstance(yours, dict), f"{label}: expected a dict, yours is {yours!r:.60}.")
    missing = [key for key in ("name", *KEYS) if key not in yours]
    claim(not missing, f"{label}: the keys {', '.join(missing)} are missing; yours are {', '.join(map(str, yours))}.")
    claim(yours["name"] == name, f"{label}: the name should be {name!r}, yours is {yours['name']!r}.")
    for key in KEYS:
        expected = figures(signal, name)[key]
        expect(f"{label}[{key!r}]", yours[key], expected, ANALYZE.on(signal, name, part=key))


def test_nearest_neighbour(answer):
    sim, mel, hop = small(answer)
    expected = nearest(mel.mean(axis=0), hop)
    expect("nearest_neighbor() of 5 frames, hop 23", sim.nearest_neighbor(), expected, NEAREST.on(mel, hop), see=True)


def test_nearest_neighbour_keeps_the_level(answer):
    sim = answer.VocoderUpsampleSim(n_mels=31, n_frames=3, hop=64)
    levels = np.asarray(sim.mel).mean(axis=0)
    yours = np.asarray(sim.nearest_neighbor())
    claim(yours.shape == (192,), f"nearest_neighbor() of 3 frames, hop 64: shape {yours.shape}, expected (192,).")
    known = NEAREST.on(np.asarray(sim.mel), 64)
    middles = ((text, np.asarray(value)[32::64]) for text, value in known)
    expect("nearest_neighbor() in the middle of each frame", yours[32::64], levels, middles)


def test_linear_interpolation(answer):
    sim, mel, hop = small(answer)
    expected = linear(mel.mean(axis=0), hop)
    expect("linear_interp() of 5 frames, hop 23", sim.linear_interp(), expected, LINEAR.on(mel, hop), see=True)


def test_linear_interpolation_meets_the_levels(answer):
    sim, mel, hop = small(answer)
    yours = np.asarray(sim.linear_interp())
    claim(yours.shape == (115,), f"linear_interp() of 5 frames, hop 23: shape {yours.shape}, expected (115,).")
    known = ((text, np.asarray(value)[::hop]) for text, value in LINEAR.on(mel, hop))
    expect("linear_interp() at the samples i * hop", yours[::hop], mel.mean(axis=0), known)


def test_transposed_convolution_with_its_own_kernel(answer):
    sim, mel, hop = small(answer)
    kernel = np.asarray(sim.kernel)
    expected, known = transposed(mel.mean(axis=0), hop, kernel), TRANSPOSED.on(mel, hop, kernel)
    expect("transposed_conv() with self.kernel, as long as the hop", sim.transposed_conv(), expected, known, see=True)


def test_kernels_overlap(answer):
    sim, mel, hop = small(answer)
    for n in (2 * hop + 1, 3 * hop, hop - 4):
        kernel = wave(n)
        levels, own = mel.mean(axis=0), np.asarray(sim.kernel)
        known = [(OWN_KERNEL, transposed(levels, hop, own)), *TRANSPOSED.on(mel, hop, kernel)]
        expected = transposed(levels, hop, kernel)
        yours = sim.transposed_conv(kernel)
        expect(f"transposed_conv(kernel) with {n} samples, hop {hop}", yours, expected, known, see=True)


def test_a_triangle_interpolates(answer):
    sim, mel, hop = small(answer)
    triangle = 1 - np.abs(np.arange(2 * hop) - hop) / hop
    yours = np.asarray(sim.transposed_conv(triangle))
    claim(yours.shape == (138,), f"transposed_conv(triangle): shape {yours.shape}, expected (138,).")
    label = "transposed_conv with a triangle of two hops, which interpolates linearly a hop late"
    expect(label, yours[hop : 5 * hop], linear(mel.mean(axis=0), hop)[: 4 * hop], see=True)


def test_analyze(answer):
    sim = answer.VocoderUpsampleSim(n_mels=31, n_frames=2, hop=4)
    for n in (17, 40):
        signal = wave(n)
        expect_figures(f"analyze(signal of {n} samples, 'noise')", sim.analyze(signal, "noise"), signal, "noise")


def test_analyze_a_signal_without_crossings(answer):
    signal = 3 + np.sin(np.arange(25))
    yours = answer.VocoderUpsampleSim(n_mels=31, n_frames=2, hop=4).analyze(signal, "above")
    expect_figures("analyze(3 + sin(n), 'above')", yours, signal, "above")


def test_run(answer):
    sim = answer.VocoderUpsampleSim(n_mels=40, n_frames=30, hop=50)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        rows = sim.run()
    claim(
        isinstance(rows, dict) and set(NAMES) <= set(rows),
        f"run(): expected a dict with the keys {', '.join(NAMES)}, yours is {rows!r:.60}.",
    )
    for name, way in zip(NAMES, (sim.nearest_neighbor, sim.linear_interp, sim.transposed_conv), strict=True):
        expected = sim.analyze(np.asarray(way()), name)
        told = f"run()[{name!r}] should be what your analyze gives for your {name} signal, {expected!r:.90}"
        claim(same_figures(rows[name], expected), f"{told}; yours is {rows[name]!r:.90}.")
        lines = [line for line in printed.getvalue().splitlines() if name in line]
        claim(any(sum(map(str.isdigit, line)) > 6 for line in lines), f"run(): print a line of figures for {name!r}.")
    crossings = [rows[name]["zcr"] for name in NAMES]
    claim(crossings[2] > max(crossings[:2]), "run(): the transposed convolution should cross zero most often.")


def same_figures(yours, expected):
    """Whether two dicts of figures agree, as far as both are dicts."""
    try:
        return all(yours[key] == value or close(yours[key], value) for key, value in expected.items())
    except (TypeError, KeyError, AttributeError):
        return False
