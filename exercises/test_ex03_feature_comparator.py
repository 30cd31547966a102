"""Checks of exercise 03, the feature comparator; the mistakes that it knows are in checking/mistakes_ex03.py."""

import re

import numpy as np

import npaudio
from exercises.checking import claim, close, expect
from exercises.checking.mistakes_ex03 import CENTROID, FLATNESS, SMALL, VARIATION, floored, magnitudes, mel_db
from exercises.checking.signals_ex03 import CHECKS, SR, check_sine

FEATURES = ("centroid", "flatness", "variation")


def sound():
    """Noise whose low frequencies are stronger, and which fades."""
    white = np.random.default_rng(3).normal(size=700)
    return np.convolve(white, [1, 0.9, 0.5], "same") * np.linspace(1, 0.1, 700)


def signals_of(comparator):
    signals = comparator.generate_signals()
    claim(hasattr(signals, "keys"), "generate_signals: a dict from names to signals was expected.")
    missing = [name for name in CHECKS if name not in signals]
    claim(not missing, f"generate_signals: {', '.join(missing)} missing; you have {', '.join(map(str, signals))}.")
    return {name: np.asarray(signals[name], np.float64) for name in CHECKS}


def test_five_signals(answer):
    signals = signals_of(answer.AudioFeatureComparator())
    for name, y in signals.items():
        told = f'generate_signals()["{name}"]: '
        claim(y.shape == (2 * SR,), f"{told}shape {y.shape}, expected ({2 * SR},), that is 2 s at 16,000 Hz.")
        claim(np.all(np.isfinite(y)) and np.ptp(y) > 0, f"{told}it is silent, or holds NaN.")
        CHECKS[name](y)
    again = signals_of(answer.AudioFeatureComparator())["white_noise"]
    same = np.array_equal(signals["white_noise"], again)
    claim(same, 'generate_signals()["white_noise"]: other noise each time. Seed it: np.random.default_rng(42).')
    for name, y in signals.items():
        told = f'generate_signals()["{name}"]: it goes beyond ±1, to {np.max(np.abs(y)):.3g}. Make it softer.'
        claim(np.max(np.abs(y)) <= 1, told)


def test_signals_of_another_rate_and_length(answer):
    signals = signals_of(answer.AudioFeatureComparator(sr=22050, duration=0.5))
    for name, y in signals.items():
        told = f'generate_signals()["{name}"] with sr=22050, duration=0.5: shape {y.shape}, expected (11025,).'
        claim(y.shape == (11025,), told)
    check_sine(signals["sine"], sr=22050)


def test_centroid(answer):
    comparator, y = answer.AudioFeatureComparator(**SMALL), sound()
    expected = npaudio.spectral_centroid(S=magnitudes(y), sr=SMALL["sr"]).mean()
    expect("spectral_centroid", comparator.spectral_centroid(y), expected, CENTROID.on(y))


def test_flatness(answer):
    comparator, y = answer.AudioFeatureComparator(**SMALL), sound()
    expected = npaudio.spectral_flatness(S=floored(y), power=1).mean()
    expect("spectral_flatness", comparator.spectral_flatness(y), expected, FLATNESS.on(y))


def test_flatness_of_many_bins(answer):
    comparator, y = answer.AudioFeatureComparator(n_fft=2048, hop_length=500), 1e-3 * sound().repeat(4)
    value = comparator.spectral_flatness(y)
    claim(
        not close(value, 0),
        "spectral_flatness: 0 for a frame of 1,025 small magnitudes, because their product underflows. "
        "Take the mean of the logarithms.",
    )
    expect("spectral_flatness", value, npaudio.spectral_flatness(S=magnitudes(y, 2048, 500), power=1).mean())


def test_temporal_variation(answer):
    comparator, y = answer.AudioFeatureComparator(**SMALL), sound()
    expected = np.mean(np.abs(mel_db(y)[:, 1:] - mel_db(y)[:, :-1]))
    expect("temporal_variation", comparator.temporal_variation(y), expected, VARIATION.on(y))


def test_compare_measures_all_five(answer):
    comparator = answer.AudioFeatureComparator(duration=0.5, n_fft=512)
    measured = comparator.compare()
    signals_of(comparator)
    for name, y in comparator.generate_signals().items():
        claim(name in measured, f"compare: {name!r} is missing.")
        claim(set(FEATURES) <= set(measured[name]), f'compare()["{name}"]: expected the keys {", ".join(FEATURES)}.')
        for feature, method in zip(
            FEATURES,
            (comparator.spectral_centroid, comparator.spectral_flatness, comparator.temporal_variation),
            strict=True,
        ):
            label = f'compare()["{name}"]["{feature}"], beside what the method for it gives'
            expect(label, measured[name][feature], method(np.asarray(y)))


def honest(measured):
    """What the numbers say to the four claims, in their order."""
    centroid, flatness, variation = ({name: measured[name][which] for name in CHECKS} for which in FEATURES)
    return [
        max(flatness, key=flatness.get) == "white_noise",
        min(flatness, key=flatness.get) == "sine",
        variation["speech_like"] > max(variation[name] for name in ("sine", "sweep", "music_like")),
        centroid["sine"] < centroid["sweep"] < centroid["white_noise"],
    ]


def figures(**changed):
    """Features of the five signals for which all four claims hold, with some of them changed: sweep_centroid=5."""
    rows = {"sine": (2, 1, 3), "white_noise": (9, 8, 6), "sweep": (5, 4, 4), "speech_like": (4, 3, 7)}
    measured = {name: dict(zip(FEATURES, map(float, row), strict=True)) for name, row in rows.items()}
    measured["music_like"] = {"centroid": 3.0, "flatness": 2.0, "variation": 5.0}
    for key, value in changed.items():
        name, _, feature = key.rpartition("_")
        measured[name][feature] = float(value)
    return measured


FIGURES = {
    "all claims hold": figures(),
    "music has the highest flatness": figures(music_like_flatness=9),
    "the sine has the highest flatness": figures(sine_flatness=9),
    "the chord has the lowest flatness": figures(music_like_flatness=0.5),
    "noise has the lowest flatness": figures(white_noise_flatness=0.5),
    "the tone varies more than speech": figures(sine_variation=8),
    "the sweep varies more than speech": figures(sweep_variation=8),
    "music varies more than speech": figures(music_like_variation=8),
    "noise alone varies more than speech": figures(white_noise_variation=8),
    "the sweep varies as much as speech": figures(sweep_variation=7),
    "music varies a little less than speech": figures(music_like_variation=6.9),
    "the sweep's centroid is that of the tone": figures(sweep_centroid=2),
    "the sweep's centroid is that of noise": figures(sweep_centroid=9),
    "the sweep's centroid is below the tone's": figures(sweep_centroid=1),
    "the sweep's centroid is above that of noise": figures(sweep_centroid=10),
    "noise has the lowest centroid": figures(white_noise_centroid=1),
}


def test_verify_says_what_compare_gives(answer):
    """With figures that compare did not measure: verify has to ask self.compare(), and to compare strictly."""
    comparator = answer.AudioFeatureComparator(duration=0.2)
    for case, measured in FIGURES.items():
        with comparator.replaced("compare", lambda measured=measured: measured):
            check_verdicts(f"verify when compare gives figures in which {case}", comparator, measured)


def test_verify_says_what_your_numbers_say(answer):
    for floor in (1e-10, 1e-5):
        comparator = answer.AudioFeatureComparator(floor=floor, duration=0.5)
        check_verdicts(f"verify with floor={floor:g}", comparator, comparator.compare())


def check_verdicts(label, comparator, measured):
    """Each claim beside what the numbers say to it."""
    verdicts = comparator.verify()
    claim(hasattr(verdicts, "items"), f"{label}: a dict from claims to True or False was expected.")
    claim(len(verdicts) == 4, f"{label}: {len(verdicts)} claims, expected the four of CLAIMS, in their order.")
    for (text, said), holds in zip(list(verdicts.items()), honest(measured), strict=True):
        told = f"{label}: {text!r} is {bool(said)}, but the numbers say {bool(holds)}.\n"
        advice = "Ask self.compare() each time, and say what it gives. Equal is neither more nor between."
        claim(bool(said) == bool(holds), told + advice)


def line_of(name, lines):
    """The line that begins with a signal's name, in upper or lower case, with a space or a hyphen in it."""
    pattern = re.compile(r"\W*" + name.replace("_", "[ _-]"), re.IGNORECASE)
    found = next((line for line in lines if pattern.match(line)), None)
    claim(found is not None, f"print_table: no line begins with {name!r}.")
    return found


def test_print_table(answer):
    comparator = answer.AudioFeatureComparator(duration=0.5)
    measured, lines = comparator.compare(), comparator.print_table.printed().splitlines()
    for name in CHECKS:
        line = line_of(name, lines)
        numbers = [float(number) for number in re.findall(r"\d+\.?\d*(?:[eE][-+]?\d+)?", line.replace(",", ""))]
        centroid = measured[name]["centroid"]
        near = any(abs(number - centroid) < 0.51 + 0.01 * centroid for number in numbers)
        claim(len(numbers) >= 3 and near, f"print_table: the line of {name!r} lacks a feature: {line.strip()!r}.")
    check_printed_claims(comparator, answer.AudioFeatureComparator(duration=0.5, floor=1e-5), lines)


def check_printed_claims(comparator, other, lines):
    """Where two floors give different verdicts, what is printed must differ too."""
    table = {line_of(name, lines) for name in CHECKS}
    if comparator.verify() == other.verify():
        return
    changed = set(lines) - table - set(other.print_table.printed().splitlines())
    claim(changed, "print_table: the claims read the same whether they hold or not (floor=1e-10 and floor=1e-5).")
