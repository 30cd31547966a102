"""Checks of exercise 14, MCD and spectral convergence; the mistakes that it knows are in checking/mistakes_ex14.py."""

import contextlib
import io

import numpy as np

from exercises.checking import claim, close, expect
from exercises.checking.mistakes_ex14 import MCD, MEL, SC, mcd_of, mel_db
from npaudio.metrics import spectral_convergence

QUALITIES = ("excellent", "moderate", "poor")
FLOOR = -40.0  # what lies below differs between float32 and float64


def pair(n_mels, n_frames):
    """A reference and a reconstruction in dB."""
    rng = np.random.default_rng(n_mels)
    ref = rng.normal(-20, 15, (n_mels, n_frames))
    return ref, ref + rng.normal(1, 3, (n_mels, n_frames))


def ripple(n_mels, k):
    """Cosine with k half periods over the bands."""
    return np.cos(np.pi * k * (2 * np.arange(n_mels) + 1) / (2 * n_mels))


def expect_mel(label, yours, freqs, duration, *, rtol=1e-3, **settings):
    """Compare from FLOOR up; a symmetric Hann window, as in the article, is as good."""
    array, expected = np.asarray(yours), mel_db(freqs, duration, **settings)
    known = () if settings else MEL.on(freqs, duration)
    if array.shape != expected.shape or array.dtype.kind not in "iuf":
        return expect(label, yours, expected, known, see=True)
    articles = mel_db(freqs, duration, window=np.hanning(settings.get("n_fft", 1024)), **settings)
    if close(np.maximum(array, FLOOR), np.maximum(articles, FLOOR), rtol=rtol):
        return None
    known = ((text, np.maximum(value, FLOOR)) for text, value in known)
    return expect(label, np.maximum(array, FLOOR), np.maximum(expected, FLOOR), known, rtol=rtol, see=True)


def test_mel_of_one_sweep(answer):
    evaluator = answer.MelReconstructionEval()
    expect_mel("generate_mel([(300, 2000)], 0.3)", evaluator.generate_mel([(300, 2000)], 0.3), [(300, 2000)], 0.3)


def test_mel_of_two_sweeps(answer):
    freqs = [(5000, 1000), (400, 900)]
    yours = answer.MelReconstructionEval().generate_mel(freqs, duration=0.25)
    expect_mel("generate_mel([(5000, 1000), (400, 900)], 0.25)", yours, freqs, 0.25)


def test_mel_of_silence(answer):
    yours = answer.MelReconstructionEval().generate_mel([], 0.1)
    expect("generate_mel([], 0.1), silence", yours, np.full((80, 3), -100.0))


def test_mel_takes_the_settings_of_the_object(answer):
    yours = answer.MelReconstructionEval(n_mels=24, n_fft=512, hop=100).generate_mel([(900, 600)], 0.125)
    label = "generate_mel([(900, 600)], 0.125) of an object with n_mels=24, n_fft=512, hop=100"
    claim(np.shape(yours) == (24, 15), f"{label}: shape {np.shape(yours)}, expected (24, 15). Use self.")
    expect_mel(label, yours, [(900, 600)], 0.125, n_mels=24, n_fft=512, hop_length=100)


def test_mcd(answer):
    evaluator = answer.MelReconstructionEval()
    for n_mels, n_frames in ((20, 7), (33, 16)):
        ref, gen = pair(n_mels, n_frames)
        label = f"compute_mcd of two ({n_mels}, {n_frames}) spectrograms"
        expect(label, evaluator.compute_mcd(ref, gen), mcd_of(ref, gen), MCD.on(ref, gen))


def test_mcd_of_a_ripple(answer):
    evaluator, ref = answer.MelReconstructionEval(), pair(40, 5)[0]
    for k, expected in ((1, 1 / np.sqrt(2)), (12, 1 / np.sqrt(2)), (13, 0.0)):
        gen = ref + ripple(40, k)[:, np.newaxis]
        mcd = evaluator.compute_mcd(ref, gen)
        label = f"compute_mcd for a ripple of 1 dB, a cosine with k = {k}"
        if expected:
            expect(label, mcd, expected, MCD.on(ref, gen))
        else:
            claim(np.size(mcd) == 1 and abs(mcd) < 1e-9, f"{label}: yours {mcd:.6g}, expected 0, c12 is the last.")


def test_mcd_does_not_hear_loudness(answer):
    evaluator, (ref, gen) = answer.MelReconstructionEval(), pair(25, 6)
    mcd = evaluator.compute_mcd(ref, ref + 3.0)
    told = f"compute_mcd of a spectrogram and the same 3 dB louder: yours {mcd:.6g}, expected 0"
    claim(np.size(mcd) == 1 and abs(mcd) < 1e-9, f"{told}. c0, the loudness, is left out.")
    expect("compute_mcd with a gain of 3 dB", evaluator.compute_mcd(ref, gen + 3.0), mcd_of(ref, gen), MCD.on(ref, gen))


def test_sc(answer):
    evaluator = answer.MelReconstructionEval()
    for shape in ((20, 7), (5, 12)):
        ref, gen = pair(*shape)
        label = f"compute_sc of two {shape} arrays"
        expect(label, evaluator.compute_sc(ref, gen), spectral_convergence(ref, gen), SC.on(ref, gen))


def test_sc_at_its_ends(answer):
    evaluator, ref = answer.MelReconstructionEval(), pair(9, 4)[0]
    expect("compute_sc(ref, ref)", evaluator.compute_sc(ref, ref), 0.0)
    expect("compute_sc(ref, zeros)", evaluator.compute_sc(ref, np.zeros((9, 4))), 1.0, SC.on(ref, np.zeros((9, 4))))


def test_run_judges_three_qualities(answer):
    evaluator = answer.MelReconstructionEval()
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        scores = evaluator.run()
    claim(
        isinstance(scores, dict) and set(QUALITIES) <= set(scores) and all(np.size(scores[q]) == 2 for q in QUALITIES),
        f"run(): expected a dict of (MCD, SC) with the keys {', '.join(QUALITIES)}, yours is {scores!r:.70}.",
    )
    mcd, sc = ([float(scores[quality][part]) for quality in QUALITIES] for part in (0, 1))
    ref = np.asarray(evaluator.generate_mel([(150, 3000)]))
    expect_poor(evaluator, ref, mcd[2], sc[2])
    expect_noise(answer, evaluator, ref, mcd, sc)
    for name, values in (("MCD", mcd), ("SC", sc)):
        claim(
            values[0] < values[1] < values[2], f"run(): {name} should rise from excellent to poor; yours is {values}."
        )
    expect_lines(printed.getvalue())


def expect_poor(evaluator, ref, mcd, sc):
    """The third reconstruction has no noise: the figures are those that your own measures give."""
    gen = np.asarray(evaluator.generate_mel([(2000, 500)]))
    label = "run(), poor, the sweep from 2000 to 500 Hz against that from 150 to 3000 Hz: "
    expect(f"{label}MCD", mcd, evaluator.compute_mcd(ref, gen))
    wrong = {"powers": (10 ** (ref / 10), 10 ** (gen / 10)), "dB, as in the article": (ref, gen)}
    known = [
        (f"your SC is that of {text}.\nThat of magnitudes was asked for, 10 ** (dB / 20).", evaluator.compute_sc(*pair))
        for text, pair in wrong.items()
    ]
    expect(f"{label}SC of magnitudes", sc, evaluator.compute_sc(10 ** (ref / 20), 10 ** (gen / 20)), known)


def expect_noise(answer, evaluator, ref, mcd, sc):
    """The other two are drawn: your own measures of our noise tell about what they should be."""
    noise = np.random.default_rng(14).normal(size=ref.shape)
    excellent, moderate = ref + 0.5 * noise, ref + 2 * noise
    told = "noise of 0.5 dB on every value gives about"
    expected = float(evaluator.compute_mcd(ref, excellent))
    claim(abs(mcd[0] / expected - 1) < 0.2, f"run(), excellent: MCD {mcd[0]:.3f}; {told} {expected:.3f}.")
    expected = float(evaluator.compute_sc(10 ** (ref / 20), 10 ** (excellent / 20)))
    claim(abs(sc[0] / expected - 1) < 0.4, f"run(), excellent: SC {sc[0]:.4f}; {told} {expected:.4f}.")
    expected = float(evaluator.compute_mcd(ref, moderate))
    told = f"noise of 2 dB on every value gives {expected:.3f}, and three lost bands a good deal more"
    claim(mcd[1] > 0.8 * expected, f"run(), moderate: MCD {mcd[1]:.3f}; {told}.")
    several = [mcd[1], *(answer.MelReconstructionEval(hop=1024, rng=seed).run()["moderate"][0] for seed in (1, 2))]
    told = f"your MCDs of three draws are {', '.join(f'{value:.3f}' for value in several)}; {told}"
    claim(max(several) > 1.2 * expected, f"run(), moderate: {told}.")


def expect_lines(printed):
    """A line with figures for each quality."""
    for quality in QUALITIES:
        lines = [line for line in printed.splitlines() if quality in line]
        figures = any(sum(letter.isdigit() for letter in line) >= 4 for line in lines)
        claim(figures, f"run(): print a line with MCD and SC for {quality!r}.")
