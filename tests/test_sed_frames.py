"""Frames to events and back: against loops, at every edge, and on the article's example."""

import numpy as np
import pytest

from npaudio import sed
from npaudio.sed import Event
from tests import oracles_metrics as oracles

ALL_ROWS_OF_SEVEN = (np.arange(128)[:, None] >> np.arange(7)) % 2 == 1


@pytest.mark.parametrize("size", range(6))
def test_fill_gaps_equals_loops_on_every_row_of_seven_frames(size):
    expected = [oracles.sed_fill_gaps_loops(row, size) for row in ALL_ROWS_OF_SEVEN]
    np.testing.assert_array_equal(sed.fill_gaps(ALL_ROWS_OF_SEVEN, size), expected)


@pytest.mark.parametrize("size", range(9))
def test_remove_short_equals_loops_on_every_row_of_seven_frames(size):
    expected = [oracles.sed_remove_short_loops(row, size) for row in ALL_ROWS_OF_SEVEN]
    np.testing.assert_array_equal(sed.remove_short(ALL_ROWS_OF_SEVEN, size), expected)


def test_a_gap_or_run_of_exactly_the_limit_stays():
    row = np.array([1, 1, 0, 0, 0, 1, 1, 1])
    np.testing.assert_array_equal(sed.fill_gaps(row, 3), row)
    np.testing.assert_array_equal(sed.fill_gaps(row, 4), np.ones(8))
    np.testing.assert_array_equal(sed.remove_short(row, 2), row)
    np.testing.assert_array_equal(sed.remove_short(row, 3), [0, 0, 0, 0, 0, 1, 1, 1])


@pytest.mark.parametrize("function", [sed.fill_gaps, sed.remove_short])
@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 5), (2, 3, 7)])
def test_shape_and_dtype_stay_also_for_empty_and_deep_arrays(function, shape):
    for dtype in (bool, np.int64, np.float32):
        binary = (np.random.default_rng(0).uniform(size=shape) < 0.5).astype(dtype)
        result = function(binary, 2)
        assert result.shape == shape
        assert result.dtype == dtype


def test_runs_do_not_reach_from_one_class_into_the_next():
    binary = np.array([[0, 0, 1], [1, 0, 0]])
    np.testing.assert_array_equal(sed.fill_gaps(binary, 9), binary)
    np.testing.assert_array_equal(sed.remove_short(binary, 2), np.zeros((2, 3)))


def test_threshold_is_strict_and_takes_one_value_a_class():
    preds = np.array([[0.5, 0.6], [0.2, 0.3]], dtype=np.float32)
    np.testing.assert_array_equal(sed.threshold(preds), [[False, True], [False, False]])
    np.testing.assert_array_equal(sed.threshold(preds, [0.55, 0.1]), [[False, True], [True, True]])
    np.testing.assert_array_equal(sed.threshold(preds[0], 0.5), [False, True])
    np.testing.assert_array_equal(sed.threshold(np.array([0.1], dtype=np.float32), 0.1), [False])


@pytest.mark.parametrize("hop_length", [1, 160, 512])
def test_frames_to_events_and_back_is_the_identity(hop_length):
    rng = np.random.default_rng(hop_length)
    binary = rng.uniform(size=(4, 301)) < 0.4
    labels = ["a", "b", "c", "d"]
    events = sed.frames_to_events(binary, labels=labels, hop_length=hop_length, sr=22050)
    assert events == sorted(events, key=lambda event: event.onset)
    assert len(events) == sum(len(oracles.sed_runs_loops(row)) for row in binary)
    back = sed.events_to_frames(events, labels=labels, hop_length=hop_length, sr=22050, n_frames=301)
    np.testing.assert_array_equal(back, binary)


@pytest.mark.parametrize("seed", range(20))
def test_events_to_frames_equals_loops(seed):
    rng = np.random.default_rng(seed)
    onset = rng.uniform(0, 2, 5).round(seed % 3 + 1)
    events = [Event(a, a + d, "ab"[k % 2]) for k, (a, d) in enumerate(zip(onset, rng.uniform(0.01, 1, 5), strict=True))]
    frames = sed.events_to_frames(events, labels=["a", "b"], hop_length=100, sr=1000, n_frames=23)
    np.testing.assert_array_equal(frames, oracles.sed_frames_loops(events, ["a", "b"], 100, 1000, 23))


def test_events_to_frames_has_as_many_frames_as_needed_and_cuts_what_lies_beyond():
    events = [(0.0, 0.25, "a"), (0.95, 1.0, "a")]
    settings = {"labels": ["a"], "hop_length": 1, "sr": 10}
    np.testing.assert_array_equal(sed.events_to_frames(events, **settings)[0], [1, 1, 1, 0, 0, 0, 0, 0, 0, 1])
    np.testing.assert_array_equal(sed.events_to_frames(events, n_frames=2, **settings), [[1, 1]])
    assert sed.events_to_frames([], **settings).shape == (1, 0)


def article_scores() -> np.ndarray:
    """What the article's detector looks at: Speech from 1 to 4 s, Dog from 2.5 to 3.5 s, noise, 187 frames."""
    rng = np.random.RandomState(42)
    preds = np.zeros((5, 187))
    preds[0, 31:125] = rng.uniform(0.7, 0.95, 94)
    preds[2, 78:109] = rng.uniform(0.6, 0.85, 31)
    return np.clip(preds + rng.uniform(0, 0.15, preds.shape), 0, 1)


def test_the_article_example_has_its_two_events():
    preds = article_scores()
    labels = ["Speech", "Music", "Dog", "Siren", "Bird"]
    speech, dog = sed.detect_events(preds, labels=labels, hop_length=512, sr=16000)
    assert speech[:3] == (0.992, 4.0, "Speech")
    assert dog[:3] == (2.496, 3.488, "Dog")
    assert speech.confidence == pytest.approx(preds[0, 31:125].mean(), abs=1e-12)
    assert dog.confidence == pytest.approx(preds[2, 78:109].mean(), abs=1e-12)


@pytest.mark.parametrize("minimum", [0, 1, 3, 5])
def test_detect_events_equals_loops(minimum):
    rng = np.random.default_rng(minimum)
    preds = rng.uniform(size=(3, 200))
    events = sed.detect_events(preds, labels=["a", "b", "c"], hop_length=1, sr=1, min_duration_frames=minimum)
    expected = [
        (float(start), float(stop), "abc"[c], pytest.approx(preds[c, start:stop].mean()))
        for c in range(3)
        for start, stop in oracles.sed_runs_loops(preds[c] > 0.5)
        if stop - start >= minimum
    ]
    assert events == sorted(expected, key=lambda event: event[0])


def test_silence_has_no_events():
    assert sed.detect_events(np.zeros((2, 10)), labels=["a", "b"], hop_length=1, sr=1) == []
    assert sed.detect_events(np.zeros((2, 0)), labels=["a", "b"], hop_length=1, sr=1) == []


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sed.threshold(np.array([0.1, np.nan])), "threshold: scores hold 1 NaN"),
        (lambda: sed.threshold(np.array([1, 2])), "floating point"),
        (lambda: sed.threshold(np.zeros((2, 3)), [0.1, 0.2, 0.3]), "one number or one a class"),
        (lambda: sed.fill_gaps(np.array([0, 2]), 1), "fill_gaps: decisions must be 0 or 1"),
        (lambda: sed.remove_short(np.array(1), 1), "time axis"),
        (lambda: sed.detect_events(np.zeros((2, 3)), labels=["a"], hop_length=1, sr=1), "1 labels for an array"),
        (lambda: sed.events_to_frames([(0, 1, "x")], labels=["a"], hop_length=1, sr=1), "unknown label 'x'"),
        (
            lambda: sed.frames_to_events(np.ones((1, 3)), labels=["a"], hop_length=1, sr=1, scores=np.ones((1, 4))),
            "one shape",
        ),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, message):
    with pytest.raises(ValueError, match=message) as error:
        call()
    assert "\n" not in str(error.value)
