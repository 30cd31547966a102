"""Measure what the article claims, and write `ERRATA.md`: `python lessons/errata.py`, after `python -m lessons 04`.

Each function measures one claim that does not hold and returns what happens instead. Only the effect of SpecAugment
takes long; it is read from the last run of lesson 04.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent)]

import npaudio  # noqa: E402
from npaudio import Frontend, metrics, sed, signals  # noqa: E402
from options import OUTPUTS  # noqa: E402
from solutions.ex13_text_normalizer import TextNormBenchmark  # noqa: E402

PAGE = FOLDER / "ERRATA.md"
HEAD = """# What the article says, and what happens

The [article](GLOSSARY.md#article) is a good introduction, and most of what it says holds. This page lists what does
not, what was measured instead, and the lesson or exercise that shows it. `python lessons/errata.py` makes the page;
[a test](../tests/test_lessons.py) measures everything again, except the result of lesson 04, which takes a minute.

| the article says | what happens | shown in |
| --- | --- | --- |
"""
FRAMES = {"n_fft": 1024, "hop_length": 256, "center": False, "window": np.hanning(1024)}


def flatness(y: np.ndarray, power_floor: float = 1e-300) -> float:
    """Mean flatness of magnitudes with the article's frames and a floor under the powers."""
    S = np.sqrt(np.maximum(np.abs(npaudio.stft(y, **FRAMES)) ** 2, power_floor))
    return float(npaudio.spectral_flatness(S=S, power=1, amin=1e-300).mean())


def lowest_flatness() -> str:
    """The pure tone has the lowest spectral flatness."""
    tone, chord = (flatness(make(dtype=np.float64)) for make in (signals.sine, signals.music_like))
    on_bin = flatness(signals.sine(437.5, dtype=np.float64))
    return (
        f"Without a floor, a tone of 440 Hz has {tone:.1e} and the chord {chord:.1e}: the chord is lower. A tone of "
        f"437.5 Hz, on a bin, has {on_bin:.1e} and is lowest. Floor and window decide too."
    )


def speech_variation() -> str:
    """The speech-like signal has high temporal variation, which sets it apart."""
    bank = npaudio.mel_filterbank(sr=16000, n_fft=1024, n_mels=64, scale="htk", norm=None)
    texts = []
    for name, floor in (("80 dB below the loudest", None), ("of 1e-10", 1e-10)):
        values = []
        for make in (signals.speech_like, signals.sweep, signals.music_like):
            M = bank @ np.abs(npaudio.stft(make(dtype=np.float64), **FRAMES)) ** 2
            floored = np.maximum(M, 1e-8 * M.max() if floor is None else floor)
            values.append(float(npaudio.temporal_variation(10 * np.log10(floored))))
        sound = "it has {:.1f} dB, the sweep {:.1f} and the chord {:.1f}".format(*values)
        texts.append(f"with a floor {name} {sound}")
    return f"It depends on the floor: {'; '.join(texts)}."


def inverted_predictions() -> str:
    """Inverted predictions have an average precision near 0."""
    lowest = []
    for positives in (1, 4, 10):
        y_true = np.arange(20) >= 20 - positives
        lowest.append(float(metrics.average_precision(y_true, -np.arange(20.0))))
    return "The worst order of 20 clips has {:.3f} with one positive, {:.3f} with 4, {:.3f} with 10.".format(*lowest)


def trapezoids() -> str:
    """Average precision is computed by the trapezoidal rule."""
    y_true, scores = np.array([1, 0, 0, 1, 1, 0, 0, 0, 0, 0]), np.linspace(1, 0, 10)
    step, trapezoid = (float(metrics.average_precision(y_true, scores, method=m)) for m in ("step", "trapezoid"))
    return (
        f"scikit-learn and most papers add up steps. Positives at ranks 1, 4 and 5 of ten have {step:.3f} by steps and "
        f"{trapezoid:.3f} by trapezoids."
    )


def constant_predictions() -> str:
    """A model that predicts "Music" for everything still gets decent mAP."""
    y_true = np.random.default_rng(0).random((1000, 10)) < np.linspace(0.02, 0.4, 10)
    constant = np.tile(np.linspace(0, 1, 10), (1000, 1))
    value = float(metrics.mean_average_precision(y_true.astype(int), constant))
    return (
        f"The same scores for every clip have a mAP of {value:.3f} where the mean prevalence is {y_true.mean():.3f}: "
        "mAP is the measure that is not fooled. Accuracy is."
    )


def picked_samples() -> str:
    """Speed is changed by picking every 1.3rd sample."""
    tone = signals.sine(7000.0, sr=16000, duration=1.0, dtype=np.float64)
    picked = tone[np.arange(0, len(tone), 1.3).astype(int)]
    spectrum = np.abs(np.fft.rfft(picked[2000:10192] * npaudio.get_window("blackman", 8192)))
    return (
        f"It aliases: a tone of 7 kHz at 16 kHz comes out at {spectrum.argmax() * 16000 / 8192:,.0f} Hz, among others."
    )


def rounded_corners() -> str:
    """Mel filters have corners rounded down to bins."""
    rounded, exact = (empty_bands(triangles) for triangles in ("rounded", "exact"))
    return f"With 80 bands and n_fft 512 at 16 kHz, the number of empty bands is {rounded}; with exact corners {exact}."


def empty_bands(triangles: str) -> int:
    """How many of 80 HTK bands at n_fft 512 and 16 kHz have no weight."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", npaudio.mel.EmptyFilterWarning)
        bank = npaudio.mel_filterbank(sr=16000, n_fft=512, n_mels=80, scale="htk", norm=None, triangles=triangles)
    return int(np.count_nonzero(bank.sum(axis=1) == 0))


def masked_with_zero() -> str:
    """SpecAugment zeroes bands and frames."""
    picture = Frontend.article()(npaudio.synthesize("dog_bark", sr=16000, duration=4.0, rng=105))
    return (
        f"In decibels 0 is not silence: in the article's picture of a barking dog it is louder than "
        f"{100 * np.mean(picture < 0):.0f} % of the pixels. Fill with the mean or the floor."
    )


def three_dogs() -> str:
    """After the threshold, Dog has three events."""
    counts = []
    for seed in range(200):
        scores = 0.1 * np.random.default_rng(seed).standard_normal(320)
        for start, end in ((40, 55), (100, 110), (200, 215)):
            scores[start:end] += 0.75
        counts.append(len(sed.frames_to_events((scores > 0.5)[None], labels=["Dog"], hop_length=512, sr=16000)))
    share = np.mean(np.array(counts) == 3)
    return f"With noise of 0.1 a burst sometimes splits: {share:.0%} of 200 seeds have three events."


def overlapping_events() -> str:
    """A detected event is correct if it overlaps with a true one within a margin."""
    true, late = {"a": [sed.Event(0.0, 10.0, "Speech")]}, {"a": [sed.Event(0.3, 10.0, "Speech")]}
    f = metrics.event_based_metrics(true, late, t_collar=0.2).overall["f_measure"]
    return (
        f"Onset and offset must each lie within the collar: an event that overlaps 97 % but begins 0.3 s late has F "
        f"{f:.0f} with a collar of 0.2 s."
    )


def twenty_first() -> str:
    """Ordinals: the words, and a table for first, second, third and some others."""
    words = TextNormBenchmark().num_to_words(21)
    return (
        f'A table of whole numbers lacks 21, and turning the e of "{words}" into th gives "{words[:-1]}th". Only the '
        f'last word must change: "{TextNormBenchmark().num_to_ordinal(21)}".'
    )


def patches() -> str:
    """AST has 512 patches, and interpolates ViT's 196 positions to them."""
    at = {stride: (1 + (128 - 16) // stride) * (1 + (1024 - 16) // stride) for stride in (16, 10)}
    return f"Stride 16 gives {at[16]}, but the published AST has stride 10: {at[10]:,} patches, plus two tokens."


def cepstral_distortion() -> str:
    """MCD is the mean distance of cepstra."""
    factor = 10 * np.sqrt(2) / np.log(10)
    return f"Published MCD has a factor of 10 √2 / ln 10 = {factor:.4f}, which turns it into decibels."


CLAIMS: list[tuple[str, Callable[[], str], str]] = [
    ("The pure tone has the lowest spectral flatness.", lowest_flatness, "lesson 02"),
    ("The speech-like signal has high temporal variation.", speech_variation, "lesson 02"),
    ("The mel filterbank rounds its corners down to bins.", rounded_corners, "lesson 01"),
    ("Speed is changed by picking samples.", picked_samples, "lesson 04"),
    ("SpecAugment sets bands and frames to zero.", masked_with_zero, "exercise 04"),
    ('"21st" becomes "twenty first".', twenty_first, "exercise 13"),
    ("MCD is the mean distance between cepstra.", cepstral_distortion, "exercise 14"),
    ("AST interpolates from 196 positions to 512.", patches, "exercise 10"),
    ("Average precision is the area by the trapezoidal rule.", trapezoids, "lesson 07"),
    ("Inverted predictions have an AP near 0.", inverted_predictions, "lesson 07"),
    ('Predicting "Music" for everything gets a decent mAP.', constant_predictions, "lesson 07"),
    ("After the threshold, Dog has three events.", three_dogs, "exercise 11"),
    ("An event is correct if it overlaps within a margin.", overlapping_events, "lesson 10"),
]
FROM_PAPERS = [
    ("BEATs reaches 0.498 mAP.", "Its paper has 0.480 (iter3), 0.486 (iter3+), 0.506 (ensemble).",
     "lesson 05, Chen et al. 2023"),
    ("Humans reach about 0.65 mAP on AudioSet.", "We found no source for that number.", "no source"),
    ("AST has 86.0 million parameters, CNN6 4.7.", "86.6 and 4.84 million.",
     "lesson 05, Gong et al. 2021, Kong et al. 2020"),
    ("Music is in 40 % of AudioSet's clips, Skateboard in 0.03 %.", "The published counts are near 48 % and 0.14 %.",
     "AudioSet's label statistics"),
]  # fmt: skip


def spec_augment_row(outputs: Path) -> str:
    """The row on SpecAugment, from the finding of the last run of lesson 04."""
    path = outputs / "04_augmentation" / "summary.json"
    finding = json.loads(path.read_text(encoding="utf-8"))["finding"] if path.is_file() else ""
    found = re.search(r"SpecAugment changes (.*)\.", finding)
    if found is None:
        raise SystemExit(f"errata: {path} has no finding; run python -m lessons 04 first")
    return row(
        "SpecAugment is the most effective augmentation.",
        f"For a small network and 120 clips, SpecAugment changes {found[1]}; others do more.",
        "lesson 04",
    )


def row(claim: str, happens: str, where: str) -> str:
    """A row of the table; lessons and exercises are links."""
    return f"| {claim} | {happens} | {re.sub(r'(lesson|exercise) ([0-9]{2})', link, where)} |"


def link(found: re.Match[str]) -> str:
    """A lesson or an exercise as a link to its file, as seen from the page."""
    if found[1] == "lesson":
        return f"[{found[0]}]({next(FOLDER.glob(f'{found[2]}_*.py')).name})"
    return f"[{found[0]}](../exercises/{next(FOLDER.parent.glob(f'exercises/ex{found[2]}_*.py')).name})"


def measured_rows() -> list[str]:
    """The rows that are measured now."""
    return [row(claim, measure(), where) for claim, measure, where in CLAIMS]


def main(argv: list[str] | None = None) -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(prog="python lessons/errata.py", description=__doc__)
    parser.add_argument("--outputs", type=Path, default=OUTPUTS, help="where lesson 04 has written (outputs/)")
    options = parser.parse_args(argv)
    rows = [*measured_rows(), spec_augment_row(options.outputs), *(row(*paper) for paper in FROM_PAPERS)]
    PAGE.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
