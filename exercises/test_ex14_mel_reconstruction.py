"""Checks of exercise 14, MCD and spectral convergence; the mistakes that it knows are in checking/mistakes_ex14.py."""

import contextlib
import io

import numpy as np

from exercises.checking import claim, close, expect
from exercises.checking.mistakes_ex14 import MCD, MEL, RUN, SC, mcd_of, mel_db
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
    known = MEL.on(freqs, duration)
    if array.shape != expected.shape or array.dtype.kind not in "iuf":
        return expect(label, yours, expected, known, see=True)
    articles = mel_db(freqs, duration, window=np.hanning(settings.get("n_fft", 1024)), **settings)
    if close(np.maximum(array, FLOOR), np.maximum(articles, FLOOR), rtol=rtol):
        return None
    return expect(label, np.maximum(array, FLOOR), np.maximum(expected, FLOOR), known, rtol=rtol, see=True)


def test_mel_of_one_sweep(answer):
    evaluator = answer.MelReconstructionEval()
    expect_mel("generate_mel([(300, 2000)], 0.3)", evaluator.generate_mel([(300, 2000)], 0.3), [(300, 2000)], 0.3)


def test_mel_of_two_sweeps(answer):
    freqs = [(5000, 1000), (400, 900)]
    yours = answer.MelReconstructionEval().generate_mel(freqs, duration=0.25)
    expect_mel("generate_mel([(5000, 1000), (400, 900)], 0.25)", yours, freqs, 0.25)


def test_mel_of_a_length_that_just_fits(answer):
    for n_samples in (1535, 1536):
        yours = answer.MelReconstructionEval().generate_mel([(300, 900)], n_samples / 16000)
        expect_mel(f"generate_mel([(300, 900)], {n_samples} / 16000)", yours, [(300, 900)], n_samples / 16000)


def test_mel_of_silence(answer):
    yours = answer.MelReconstructionEval().generate_mel([], 0.1)
    expect("generate_mel([], 0.1), silence", yours, np.full((80, 3), -100.0))


def test_mel_of_a_very_quiet_sound(answer):
    """Sweeps so slow that hardly anything sounds: here it shows whether 1e-10 is added, as the task has it."""
    for freqs in ([(3e-7, 3e-7)], [(1e-6, 2e-6)]):
        yours = np.asarray(answer.MelReconstructionEval().generate_mel(freqs, 0.1))
        expected, known = mel_db(freqs, 0.1), MEL.on(freqs, 0.1)
        articles = mel_db(freqs, 0.1, window=np.hanning(1024))
        silent = yours.shape == expected.shape and np.allclose(yours, -100)  # single precision may lose it
        if not silent and not close(yours, articles):
            expect(f"generate_mel({freqs}, 0.1), hardly a sound", yours, expected, known, rtol=1e-3)


def test_mel_takes_the_settings_of_the_object(answer):
    yours = answer.MelReconstructionEval(n_mels=24, n_fft=512, hop=100).generate_mel([(900, 600)], 0.125)
    label = "generate_mel([(900, 600)], 0.125) of an object with n_mels=24, n_fft=512, hop=100"
    claim(np.shape(yours) == (24, 15), f"{label}: shape {np.shape(yours)}, expected (24, 15). Use self.")
    expect_mel(label, yours, [(900, 600)], 0.125, n_mels=24, n_fft=512, hop_length=100)
    yours = answer.MelReconstructionEval(sr=11025).generate_mel([(900, 600)], 0.25)
    expect_mel("generate_mel([(900, 600)], 0.25) with sr=11025", yours, [(900, 600)], 0.25, sr=11025)


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
        scores = judged(evaluator)
    mcd, sc = ([float(scores[quality][part]) for quality in QUALITIES] for part in (0, 1))
    for name, values in (("MCD", mcd), ("SC", sc)):
        told = ", ".join(f"{value:.4g}" for value in values)
        claim(values[0] < values[1] < values[2], f"run(): {name} should rise from excellent to poor; yours is {told}.")
    expect_lines(printed.getvalue())


def judged(evaluator):
    """What run gives, if it looks like that."""
    scores = evaluator.run()
    claim(
        isinstance(scores, dict) and set(QUALITIES) <= set(scores) and all(np.size(scores[q]) == 2 for q in QUALITIES),
        f"run(): expected a dict of (MCD, SC) with the keys {', '.join(QUALITIES)}, yours is {scores!r:.70}.",
    )
    return scores


def test_run_measures_the_poor_one(answer):
    """The third reconstruction has no noise: the figures are those that your own measures give."""
    evaluator = answer.MelReconstructionEval(hop=800)
    mcd, sc = judged(evaluator)["poor"]
    ref, gen = (np.asarray(evaluator.generate_mel([pair])) for pair in ((150, 3000), (2000, 500)))
    label = "run(), poor, the sweep from 2000 to 500 Hz against that from 150 to 3000 Hz: "
    expect(f"{label}MCD", mcd, evaluator.compute_mcd(ref, gen), RUN.on(0, 80, part="mcd"))
    magnitudes = 10 ** (ref / 20), 10 ** (gen / 20)
    expect(f"{label}SC of magnitudes", sc, evaluator.compute_sc(*magnitudes), RUN.on(0, 80, part="sc"))


def reconstructions(evaluator):
    """What run gives, and what it passes to compute_mcd for each quality, which it draws."""
    compute_mcd, seen = evaluator.compute_mcd, []

    def watched(ref, gen):
        seen.append((np.array(ref), np.array(gen)))
        return compute_mcd(ref, gen)

    with evaluator.replaced("compute_mcd", watched):
        scores = judged(evaluator)
    claim(len(seen) >= 3, "run(): it does not ask self.compute_mcd(ref, gen) for each of the three reconstructions.")
    made = {
        quality: gen for quality in QUALITIES for (ref, gen) in seen if close(compute_mcd(ref, gen), scores[quality][0])
    }
    for quality in QUALITIES[:2]:
        told = f"run(), {quality}: the MCD that you return is none of those that self.compute_mcd gave."
        claim(quality in made, told)
    return scores, made


def lost_bands(gen, ref):
    """Which bands of the moderate one lie at the minimum of the reference; it should be three."""
    claim(gen.shape == ref.shape, f"run(), moderate: shape {gen.shape}, expected {ref.shape}.")
    lost = np.all(np.abs(gen - ref.min()) < 1e-6, axis=1)
    many = f"{lost.sum()} of {len(ref)} bands lie at the minimum of the reference, {ref.min():.1f} dB; expected three."
    claim(lost.sum() == 3, f"run(), moderate: {many}\nDraw three different ones.")
    return lost


def test_run_makes_the_other_two_with_noise(answer):
    """They are drawn, so each is looked at as it is passed to compute_mcd."""
    evaluator = answer.MelReconstructionEval(hop=800, n_mels=60)
    (scores, made), ref = reconstructions(evaluator), np.asarray(evaluator.generate_mel([(150, 3000)]))
    claim(made["excellent"].shape == ref.shape, f"run(), excellent: shape {made['excellent'].shape}.")
    expect_noise("excellent", made["excellent"] - ref, 0.5)
    lost = lost_bands(made["moderate"], ref)
    expect_noise("moderate", (made["moderate"] - ref)[~lost], 2.0)
    sc = evaluator.compute_sc(10 ** (ref / 20), 10 ** (made["moderate"] / 20))
    expect("run(), moderate: SC of magnitudes", scores["moderate"][1], sc)


def expect_noise(quality, noise, std):
    """Gaussian, with the mean 0, everywhere another value."""
    told = f"run(), {quality}: what you add to the reference has"
    claim(
        abs(np.std(noise) / std - 1) < 0.1, f"{told} a standard deviation of {np.std(noise):.3f} dB, expected {std:g}."
    )
    claim(abs(np.mean(noise)) < 0.1 * std, f"{told} the mean {np.mean(noise):.3f} dB, expected 0.")
    spread = np.abs(noise).max() / std
    claim(spread > 2.5, f"{told} no value beyond {spread:.1f} standard deviations; Gaussian noise does.")
    alike = close(noise[0], noise[1]) or close(noise[:, 0], noise[:, 1])
    claim(not alike, f"{told} the same noise in several bands or frames. Draw one for every value.")


def test_run_draws_from_rng(answer):
    one, same, other = (judged(answer.MelReconstructionEval(hop=800, rng=seed))["moderate"] for seed in (3, 3, 4))
    claim(close(one, same), "run(): two objects with the seed 3 give different figures. Draw from self.rng.")
    claim(not close(one, other), "run(): two seeds give the same figures. Draw from self.rng.")


def test_run_of_few_bands(answer):
    for seed in range(16):
        evaluator = answer.MelReconstructionEval(n_mels=14, n_fft=256, hop=8000, rng=seed)
        lost_bands(reconstructions(evaluator)[1]["moderate"], np.asarray(evaluator.generate_mel([(150, 3000)])))


def expect_lines(printed):
    """A line with figures for each quality."""
    for quality in QUALITIES:
        lines = [line for line in printed.splitlines() if quality in line]
        figures = any(sum(letter.isdigit() for letter in line) >= 4 for line in lines)
        claim(figures, f"run(): print a line with MCD and SC for {quality!r}.")
