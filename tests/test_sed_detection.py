"""All of post-processing: the article's example, loops on ten thousand random inputs, settings, and tuning."""

from functools import partial

import numpy as np
import pytest

from npaudio import metrics, sed
from npaudio.sed import Event
from npaudio.sed.tuning import _figure
from tests import oracles_metrics as oracles

ARTICLE = {"labels": ["Speech", "Music", "Dog", "Siren", "Bird"], "hop_length": 512, "sr": 16000}
AB = {"labels": ["a", "b"], "hop_length": 1, "sr": 10}


def article_scores() -> np.ndarray:
    """What the article's detector looks at: Speech from 1 to 4 s, Dog from 2.5 to 3.5 s, noise, 187 frames."""
    rng = np.random.RandomState(42)
    scores = np.zeros((5, 187))
    scores[0, 31:125] = rng.uniform(0.7, 0.95, 94)
    scores[2, 78:109] = rng.uniform(0.6, 0.85, 31)
    return np.clip(scores + rng.uniform(0, 0.15, scores.shape), 0, 1)


def test_the_article_example_has_its_two_events():
    scores = article_scores()
    speech, dog = sed.detect_events(scores, **ARTICLE)
    assert speech[:3] == (0.992, 4.0, "Speech")
    assert dog[:3] == (2.496, 3.488, "Dog")
    assert speech.confidence == pytest.approx(scores[0, 31:125].mean(), abs=1e-12)
    assert dog.confidence == pytest.approx(scores[2, 78:109].mean(), abs=1e-12)
    assert sed.detect_events(preds=scores, min_dur_frames=3, **ARTICLE) == [speech, dog]


def random_scores(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Noise around a level; here and there nothing or all is active, and events touch the first and last frame."""
    scores = np.clip(rng.uniform(size=shape[:-1])[..., None] + rng.uniform(-0.5, 0.5, shape), 0, 1)
    kind = rng.integers(8, size=shape[:-1])
    scores[kind == 0], scores[kind == 1] = 0, 1
    return scores.round(2)


@pytest.mark.parametrize("seed", range(100))
def test_detection_equals_loops_on_ten_thousand_random_clips(seed):
    rng = np.random.default_rng(seed)
    labels = ["a", "b", "c"][: rng.integers(1, 4)]
    scores = random_scores(rng, (100, len(labels), int(rng.integers(1, 25))))
    high = rng.uniform(0.2, 0.9, len(labels)).round(2)
    low = high - rng.choice([0, 0.1, 0.3], len(labels)) * high
    median, max_gap, min_dur = (rng.integers(0, 5, len(labels)) for _ in range(3))
    events = sed.detect_events(
        scores,
        labels=labels,
        hop_length=1,
        sr=1,
        threshold=high,
        low_threshold=low,
        median_frames=2 * median + 1,
        max_gap_frames=max_gap,
        min_duration_frames=min_dur,
    )
    settings = {"low": low, "high": high, "median": 2 * median + 1, "max_gap": max_gap, "min_dur": min_dur}
    for clip, found in zip(scores, events, strict=True):
        expected = oracles.sed_detect_loops(clip, labels, 1.0, **settings)
        assert [event[:3] for event in found] == [event[:3] for event in expected]
        np.testing.assert_allclose([e.confidence for e in found], [e[3] for e in expected], rtol=1e-12)


def test_the_composition_of_the_steps_is_the_whole():
    scores = random_scores(np.random.default_rng(1), (2, 300))
    binary = sed.median_filter(sed.hysteresis_threshold(scores, 0.3, 0.6), 5)
    binary = sed.remove_short(sed.fill_gaps(binary, 4), 6)
    steps = sed.frames_to_events(binary, scores=scores, **AB)
    whole = sed.detect_events(
        scores, threshold=0.6, low_threshold=0.3, median_frames=5, max_gap_frames=4, min_duration_frames=6, **AB
    )
    assert whole == steps


def test_several_clips_at_once_are_the_clips_one_by_one(monkeypatch):
    scores = random_scores(np.random.default_rng(0), (9, 2, 50))
    one_by_one = [sed.detect_events(clip, **AB) for clip in scores]
    assert sed.detect_events(scores, **AB) == one_by_one
    named = {f"{k}.wav": clip[:, : 40 + k] for k, clip in enumerate(scores)}
    assert sed.detect_events(named, **AB) == {name: sed.detect_events(clip, **AB) for name, clip in named.items()}
    monkeypatch.setattr("npaudio.sed.detection.BATCH", 150)
    assert sed.detect_events(scores, **AB) == one_by_one
    assert sed.detect_events(scores[:0], **AB) == []


def test_seconds_are_frames():
    scores = random_scores(np.random.default_rng(0), (2, 200))
    assert sed.detect_events(scores, min_duration=0.5, **AB) == sed.detect_events(scores, min_duration_frames=5, **AB)
    assert sed.detect_events(scores, min_duration=0.51, **AB) == sed.detect_events(scores, min_duration_frames=6, **AB)
    by_class = sed.detect_events(scores, max_gap={"b": 0.4, "a": 0.3}, **AB)
    assert by_class == sed.detect_events(scores, max_gap_frames=[3, 4], **AB)
    for seconds, frames in ((0.0, 1), (0.1, 1), (0.29, 3), (0.41, 5), (0.5, 5)):
        assert sed.detect_events(scores, median=seconds, **AB) == sed.detect_events(scores, median_frames=frames, **AB)


def test_float32_scores_meet_float32_thresholds():
    scores = np.full((2, 5), 0.1, np.float32)
    assert sed.detect_events(scores, threshold=0.1, **AB) == []
    assert sed.detect_events(scores, threshold=[0.1, 0.09], **AB)[0][:3] == (0.0, 0.5, "b")


def test_silence_has_no_events():
    assert sed.detect_events(np.zeros((2, 10)), **AB) == []
    assert sed.detect_events(np.zeros((2, 0)), median_frames=5, **AB) == []


def test_nothing_is_joined_or_smoothed_unless_it_is_asked_for():
    scores = np.array([[0.9, 0.9, 0.9, 0.1, 0.9, 0.9, 0.9, 0.9], [0.1] * 8])
    assert len(sed.detect_events(scores, **AB)) == 2
    assert len(sed.detect_events(scores, max_gap_frames=2, **AB)) == 1  # gaps shorter than that
    assert len(sed.detect_events(scores, median_frames=3, **AB)) == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"threshold": [0.1, 0.2, 0.3]}, "one for each of 2 classes"),
        ({"threshold": {"a": 0.5}}, "threshold lacks 'b'"),
        ({"median_frames": {"a": 3, "b": 3, "c": 3}}, "median_frames knows 'c', which is not a class"),
        ({"threshold": np.inf}, "threshold must be one number"),
        ({"threshold": [0.5, np.nan]}, "threshold must be one number"),
        ({"threshold": "high"}, "threshold must be one number"),
        ({"low_threshold": 0.6}, "low_threshold 0.6 is above threshold 0.5"),
        ({"low_threshold": [0.6, 0.1]}, r"low_threshold \[0\.6, 0\.1\] is above threshold 0\.5; swap them"),
        ({"median_frames": 2}, "odd number of frames, .* got 2; take 1 or 3"),
        ({"median_frames": [3, -3]}, "median_frames must be at least 1"),
        ({"min_duration": 0.1, "min_duration_frames": 1}, "are one setting; give one of them"),
        ({"max_gap": -0.1}, "max_gap must be 0 s or more"),
        ({"min_duration_frames": 1.5}, "whole number of frames"),
        ({"postprocessing": sed.PostProcessing.of(["a", "b"], 2, 10)}, "postprocessing is for a, b at 0.2 s a frame"),
        ({"postprocessing": sed.PostProcessing.of(["a", "b"], 1, 10), "median": 1}, "leave out median"),
    ],
)
def test_impossible_settings_are_refused_in_one_sentence(settings, message):
    with pytest.raises(ValueError, match=message) as error:
        sed.detect_events(np.zeros((2, 5)), **AB, **settings)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith("detect_events: ")


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (np.zeros((5, 2)), "2 labels for an array of shape \\(5, 2\\), .* it looks transposed: swap its last two axes"),
        (np.zeros((3, 4)), "give one label for each class"),
        (np.zeros(2), "expected .* n_classes, n_frames"),
        (np.full((2, 3), np.nan), "scores hold 6 NaN"),
        (np.full((2, 3), 1.01), "probabilities from 0 to 1, got 1.01 to 1.01; turn logits"),
        (np.full((2, 3), -np.inf), "probabilities from 0 to 1"),
        (np.full((2, 3), -0.01), "probabilities from 0 to 1, got -0.01 to -0.01"),
        (np.zeros((2, 3), int), "floating point"),
    ],
)
def test_scores_that_are_none_are_refused_in_one_sentence(scores, message):
    with pytest.raises(ValueError, match=message) as error:
        sed.detect_events(scores, **AB)
    assert "\n" not in str(error.value)


def noisy_scenes(n_clips: int, seed: int) -> tuple[dict, dict]:
    """Events of two classes; scores of `a` flicker, those of `b` are low."""
    rng = np.random.default_rng(seed)
    reference, scores = {}, {}
    for k in range(n_clips):
        truth = np.zeros((2, 100))
        for c in range(2):
            start = rng.integers(0, 70)
            truth[c, start : start + 20] = 1
        a = np.where(rng.uniform(size=100) < 0.15, 1 - truth[0], truth[0]) * 0.8 + 0.1
        b = truth[1] * 0.2 + rng.uniform(0, 0.1, 100)
        scores[f"{k}"] = np.stack([a, b])
        reference[f"{k}"] = sed.frames_to_events(truth, **AB)
    return reference, scores


@pytest.mark.parametrize(
    "metric",
    [
        partial(metrics.event_based_metrics, t_collar=0.2, percentage_of_length=0.2),
        partial(metrics.intersection_based_metrics, dtc=0.5, gtc=0.5),
    ],
)
def test_tuning_finds_what_each_class_needs_and_helps_on_other_clips(metric):
    tuned = sed.tune_postprocessing(*noisy_scenes(12, seed=0), metric=metric, **AB)
    assert tuned.median_frames[0] > 1  # against the flicker
    assert 0.1 <= tuned.threshold[1] < 0.3  # the scores of b stay below 0.3
    reference, scores = noisy_scenes(12, seed=1)
    before = metric(reference, sed.detect_events(scores, **AB)).overall["f_measure"]
    after = metric(reference, sed.detect_events(scores, postprocessing=tuned, **AB)).overall["f_measure"]
    assert after > before + 0.3
    reference, scores = noisy_scenes(12, seed=0)
    achieved = metric(reference, sed.detect_events(scores, postprocessing=tuned, **AB)).class_wise
    assert [achieved[label]["f_measure"] for label in AB["labels"]] == list(tuned.achieved)


def test_tuning_by_psds_looks_for_the_median_alone():
    reference, scores = noisy_scenes(20, seed=0)
    score = partial(metrics.psds, durations=dict.fromkeys(reference, 10.0))
    tuned = sed.tune_postprocessing(reference, scores, metric=score, thresholds=None, **AB)
    assert tuned.threshold == (0.5, 0.5)
    assert tuned.median_frames[0] > 1
    smooth = {name: sed.median_filter(clip, tuned.median_frames) for name, clip in scores.items()}
    best = score(reference, smooth, labels=AB["labels"], hop_time=0.1)
    assert list(best.class_wise.values()) == pytest.approx(tuned.achieved)
    assert best > score(reference, scores, labels=AB["labels"], hop_time=0.1)


def test_a_class_that_is_never_found_keeps_the_defaults():
    reference = {"x": [Event(0.0, 1.0, "a")]}
    scores = {"x": np.stack([np.r_[np.full(10, 0.3), np.zeros(10)], np.zeros(20)])}
    tuned = sed.tune_postprocessing(reference, scores, metric=metrics.event_based_metrics, **AB)
    assert tuned.achieved[0] == 1
    assert np.isnan(tuned.achieved[1])
    assert (tuned.threshold[1], tuned.median_frames[1], tuned.min_duration_frames[1]) == (0.5, 1, 3)
    assert str(tuned).splitlines()[-1].split() == ["b", "0.50", "-", "-", "3", "(0.3", "s)", "nan"]


def test_tuning_refuses_what_detection_would():
    with pytest.raises(ValueError, match=r"tune_postprocessing: .* looks transposed"):
        sed.tune_postprocessing({}, {"x": np.zeros((5, 2))}, metric=metrics.event_based_metrics, **AB)
    with pytest.raises(ValueError, match="tune_postprocessing: median_frames must be an odd number"):
        sed.tune_postprocessing({}, {}, metric=metrics.event_based_metrics, median_frames=(1, 4), **AB)


def test_settings_print_as_a_table():
    settings = sed.PostProcessing.of(
        ["Dog", "Cat"], 512, 16000, threshold=[0.5, 0.6], low_threshold=[0.5, 0.3], max_gap=0.1
    )
    assert str(settings).splitlines() == [
        "frames of 0.032 s",
        "class    threshold  median      max gap  min duration",
        "Dog           0.50       -  4 (0.128 s)   3 (0.096 s)",
        "Cat    0.30 / 0.60       -  4 (0.128 s)   3 (0.096 s)",
    ]


def test_a_class_without_a_figure_counts_as_nothing_found():
    assert [_figure(value) for value in (None, np.nan, 0.25, {"f_measure": 0.5})] == [0, 0, 0.25, 0.5]
