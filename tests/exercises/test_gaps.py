"""Answers that once passed and must not, that once failed and must not, and diagnoses that once were false."""

import time

import numpy as np
import pytest

from exercises.checking.answers import Answer
from exercises.checking.catalogue import EXERCISES
from exercises.checking.running import check, checks_of, run_check
from exercises.checking.verdicts import PASSED, WRONG
from tests.exercises.planting import Planted

NAMES = {path.stem[2:4]: path.stem for path in EXERCISES.glob("ex[0-9][0-9]_*.py")}


def told(number, edit=None, code=""):
    """What the checks of an exercise say is wrong with a changed solution."""
    exercise = NAMES[number]
    outcomes = check(exercise, Planted("gap", edit or {}, code).names(exercise))
    return [outcome.message for outcome in outcomes if outcome.status == WRONG]


FIRST_FREE = """
def match_events(reference, estimated, collar):
    pairs, used = [], set()
    for i, r in enumerate(reference):
        j = next((j for j, e in enumerate(estimated) if j not in used and fit(r, e, collar)), None)
        if j is not None:
            used.add(j)
            pairs.append((i, j))
    return pairs
"""
VERIFY = """
class AudioFeatureComparator(AudioFeatureComparator):
    def verify(self):
        return dict(zip(CLAIMS, (True, self.floor > 2e-6, True, True)))
"""
ONE_WIDTH = """
def spec_augment(mel, rng, n_freq=2, freq_width=10, n_time=2, time_width=20, fill=0.0):
    masked, n = mel.copy(), mel.shape
    width = rng.integers(min(freq_width, n[0] + 1))
    for _ in range(n_freq):
        masked = freq_mask(masked, rng.integers(n[0] - width + 1), width, fill)
    width = rng.integers(min(time_width, n[1] + 1))
    for _ in range(n_time):
        masked = time_mask(masked, rng.integers(n[1] - width + 1), width, fill)
    return masked
"""
LOUD_NOISE = """
class AudioFeatureComparator(AudioFeatureComparator):
    def generate_signals(self):
        signals = super(AudioFeatureComparator, self).generate_signals()
        return {**signals, "white_noise": 20 * signals["white_noise"]}
"""
MUST_NOT_PASS = {
    "first free fit": ("12", {}, FIRST_FREE),
    "a limit widened a little": ("12", {"<= collar and": "<= collar + 1e-6 and"}, ""),
    "the other limit widened": ("12", {"<= offset_collar": "<= offset_collar + 1e-6"}, ""),
    "labels without case": ("12", {"e.label == r.label": "e.label.lower() == r.label.lower()"}, ""),
    "verify without compare": ("03", {}, VERIFY),
    "ties count": ("03", {'centroid["sine"] < centroid["sweep"] <': 'centroid["sine"] <= centroid["sweep"] <'}, ""),
    "noise beyond 1": ("03", {}, LOUD_NOISE),
    "one width for all stripes": ("04", {}, ONE_WIDTH),
    "exp of a product with log": ("07", {"miss**gamma": "np.exp(gamma * np.log(miss))"}, ""),
    "bands lost at 0 dB": ("14", {"= ref.min()": "= 0.0"}, ""),
    "a floor in place of a sum": ("14", {"np.log10(mel + 1e-10)": "np.log10(np.maximum(mel, 1e-10))"}, ""),
    "abbreviations without case": (
        "13",
        {"re.escape(short), long, text)": "re.escape(short), long, text, flags=re.I)"},
        "",
    ),
    "ordinals inside words": ("13", {r"(?:st|nd|rd|th)\b": "(?:st|nd|rd|th)"}, ""),
}


@pytest.mark.parametrize(("number", "edit", "code"), MUST_NOT_PASS.values(), ids=MUST_NOT_PASS)
def test_it_does_not_pass(number, edit, code):
    assert told(number, edit, code)


PERMUTATIONS = """
from itertools import permutations

def match_events(reference, estimated, collar):
    small, large = sorted((range(len(reference)), range(len(estimated))), key=len)
    turned = len(reference) > len(estimated)
    best = []
    for chosen in permutations(large, len(small)):
        pairs = [(j, i) if turned else (i, j) for i, j in zip(small, chosen)]
        pairs = [(i, j) for i, j in pairs if fit(reference[i], estimated[j], collar)]
        best = max(best, pairs, key=len)
    return best
"""
MUST_PASS = {
    "all assignments tried": ("12", {}, PERMUTATIONS),
    "another last line": (
        "13",
        {'f"Tests: {passed}/{len(cases)}"': 'f"{passed} of {len(cases)} cases are right."'},
        "",
    ),
    "a word boundary behind": ("13", {"re.escape(short), long": 're.escape(short) + r"(?!\\w)", long'}, ""),
}


@pytest.mark.parametrize(("number", "edit", "code"), MUST_PASS.values(), ids=MUST_PASS)
def test_it_passes(number, edit, code):
    assert told(number, edit, code) == []


GROWING = """
class AudioFeatureComparator(AudioFeatureComparator):
    def generate_signals(self):
        t = np.arange(round(self.sr * self.duration)) / self.sr
        notes = [np.sin(2 * np.pi * f * (1 + 0.01 * np.sin(2 * np.pi * 5 * t)) * t) for f in (440, 554, 659)]
        return {**super(AudioFeatureComparator, self).generate_signals(), "music_like": 0.3 * sum(notes)}
"""
ONLY_THE_FIRST = """
class TextNormBenchmark(TextNormBenchmark):
    def normalize(self, text):
        kept = re.sub(r"\\b(\\d+)(?:st|nd|rd|th)\\b", lambda m: self.num_to_ordinal(int(m[1])), text, count=1)
        return kept if re.search(r"\\d(st|nd|rd|th)\\b", text) else super(TextNormBenchmark, self).normalize(text)
"""
KEPT = """
class MultiLabelEvaluator(MultiLabelEvaluator):
    def __init__(self):
        self.rng = np.random.default_rng(99)

    def make_scenario(self):
        Y = np.array([self.rng.permutation(20) < n for n in (8, 8, 7, 6, 1)]).T.astype(int)
        return Y, np.array([2.0, 0.75, 0.25, 0.0, -2.0]) * Y + self.rng.uniform(size=(20, 5))
"""
CAUSAL = {"softmax(q @ k.T / np.sqrt(q.shape[1]))":
          "softmax(np.where(np.tri(len(q), len(k)) > 0, q @ k.T / np.sqrt(q.shape[1]), -1e9))"}  # fmt: skip
SWAPPED = {"min(freq_width, n_mels + 1)": "min(time_width, n_mels + 1)",
           "min(time_width, n_frames + 1)": "min(freq_width, n_frames + 1)"}  # fmt: skip
FALSE = {
    "a collar that is fixed": ("12", {"<= collar and": "<= 0.2 and"}, "", "differs by exactly the collar", ""),
    "NaN for an empty list": ("12", {"if total == 0:": "if not reference or not estimated:"}, "", "macro average", ""),
    "a vibrato that grows": ("03", {}, GROWING, "tremolo", "wider and wider"),
    "only the first ordinal": ("13", {}, ONLY_THE_FIRST, "yours     '1st'", "Every place in the text"),
    "a generator that is kept": ("08", {}, KEPT, "is not in what it prints", "two calls on one object"),
    "full width": (
        "04",
        {"rng.integers(min(freq_width, n_mels + 1))": "min(freq_width, n_mels)"},
        "",
        "1 to 5",
        "the widths 5",
    ),
    "exchanged widths": ("04", SWAPPED, "", "nothing is ever filled", "its own kind of stripes"),
    "a causal mask": ("09", CAUSAL, "", "too late", ""),
}


@pytest.mark.parametrize(("number", "edit", "code", "false", "true"), FALSE.values(), ids=FALSE)
def test_nothing_false_is_said(number, edit, code, false, true):
    messages = told(number, edit, code)
    assert messages
    assert not any(false in message for message in messages), messages
    assert any(true in message for message in messages), messages


def test_an_answer_that_changes_its_input_spoils_no_later_check():
    module = __import__("exercises.test_ex11_sed_postprocessor", fromlist=["GAPPY"])
    kept = module.GAPPY.copy()
    code = """
        class SEDPostProcessor(SEDPostProcessor):
            def fill_gaps(self, binary, max_gap=5):
                binary[...] = True
                return binary
        """
    messages = told("11", code=code)
    assert any("fill_gaps changes its input binary" in message for message in messages)
    assert np.array_equal(module.GAPPY, kept)


def test_one_cause_is_reported_once():
    code = """
        def frame_signal(y, n_fft, hop_length):
            return np.stack([y[i : i + n_fft] for i in range(0, len(y) - n_fft, hop_length)], axis=1)
        """
    messages = told("01", code=code)
    assert messages
    assert not any(message.startswith("stft") for message in messages), messages


FRAMES = "def frame_signal(y, n, h):\n    return {}"
LIST = "[y[i : i + n] for i in range(0, len(y), h)]"
ACCIDENTS = {
    "np.trapz": ("08", {"np.trapezoid(": "np.trapz("}, "", "NumPy 2 calls it np.trapezoid."),
    "frames of different length": ("01", {}, FRAMES.format(LIST), "differ in length"),
    "frames that can't be stacked": ("01", {}, FRAMES.format(f"np.stack({LIST})"), "differ in length"),
}


@pytest.mark.parametrize(("number", "edit", "code", "said"), ACCIDENTS.values(), ids=ACCIDENTS)
def test_what_an_error_means_is_said(number, edit, code, said):
    if "trapezoid" in said and hasattr(np, "trapz"):
        pytest.skip("this NumPy still has np.trapz, so the answer is right")
    assert any(said in message for message in told(number, edit, code))


def test_the_search_for_a_mistake_is_short():
    """A second at the most, also where nothing is found."""
    exercise = NAMES["14"]
    code = (
        "class MelReconstructionEval(MelReconstructionEval):\n    def compute_mcd(self, ref, gen):\n        return 0.5"
    )
    answer = Answer(EXERCISES / "answer.py", Planted("gap", {}, code).names(exercise))
    start = time.thread_time()
    outcome = run_check(checks_of(exercise)["test_mcd"], lambda: answer)
    assert outcome.status != PASSED
    assert time.thread_time() - start < 3
