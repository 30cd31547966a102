"""Frames to events and back, and single steps of post-processing: against loops, and at every edge."""

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


@pytest.mark.parametrize("function", [sed.fill_gaps, sed.remove_short, lambda rows, _: sed.median_filter(rows, 3)])
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


@pytest.mark.parametrize("length", [1, 3, 5, 9, 31])
@pytest.mark.parametrize("dtype", [bool, np.int64, np.float32, np.float64])
def test_median_filter_equals_loops_on_every_row_of_seven_frames(length, dtype):
    rows = ALL_ROWS_OF_SEVEN.astype(dtype)
    if rows.dtype.kind == "f":
        rows += np.random.default_rng(length).uniform(size=rows.shape).astype(dtype)
    expected = [oracles.sed_median_loops(row, length) for row in rows]
    filtered = sed.median_filter(rows, length)
    assert filtered.dtype == dtype
    np.testing.assert_array_equal(filtered, expected)


def test_the_median_of_decisions_is_the_decision_about_the_median():
    scores = np.random.default_rng(0).uniform(size=(5, 3, 200))
    for length in (3, 7, 101):
        smooth = sed.threshold(sed.median_filter(scores, length), 0.5)
        np.testing.assert_array_equal(sed.median_filter(sed.threshold(scores, 0.5), length), smooth)


def test_median_filter_handles_wide_windows_and_many_rows(monkeypatch):
    rows = np.random.default_rng(1).uniform(size=(7, 40))
    expected = [oracles.sed_median_loops(row, 101) for row in rows]
    np.testing.assert_array_equal(sed.median_filter(rows, 101), expected)
    monkeypatch.setattr("npaudio.sed.filters.MEDIAN_BATCH", 1)
    np.testing.assert_array_equal(sed.median_filter(rows, 101), expected)
    ones = np.ones((1, 10), dtype=bool)
    np.testing.assert_array_equal(sed.median_filter(ones, 2**16 + 1), ones)


@pytest.mark.parametrize("seed", range(20))
def test_hysteresis_equals_loops(seed):
    scores = np.random.default_rng(seed).uniform(size=(3, 30)).round(1)
    for low, high in ((0.3, 0.7), (0.5, 0.5), (0.0, 0.9), (0.8, 1.0)):
        expected = [oracles.sed_hysteresis_loops(row, low, high) for row in scores]
        np.testing.assert_array_equal(sed.hysteresis_threshold(scores, low, high), expected)
    np.testing.assert_array_equal(sed.hysteresis_threshold(scores, 0.5, 0.5), sed.threshold(scores, 0.5))


def test_each_class_may_have_a_setting_of_its_own():
    rng = np.random.default_rng(0)
    binary, scores = rng.uniform(size=(4, 3, 50)) < 0.5, rng.uniform(size=(4, 3, 50))
    limits, low, high = [0, 2, 5], [0.2, 0.3, 0.4], [0.4, 0.6, 0.9]
    for c in range(3):
        np.testing.assert_array_equal(sed.fill_gaps(binary, limits)[:, c], sed.fill_gaps(binary[:, c], limits[c]))
        np.testing.assert_array_equal(sed.remove_short(binary, limits)[:, c], sed.remove_short(binary[:, c], limits[c]))
        smooth = sed.median_filter(scores, [1, 3, 7])[:, c]
        np.testing.assert_array_equal(smooth, sed.median_filter(scores[:, c], [1, 3, 7][c]))
        hysteresis = sed.hysteresis_threshold(scores, low, high)[:, c]
        np.testing.assert_array_equal(hysteresis, sed.hysteresis_threshold(scores[:, c], low[c], high[c]))


def test_steps_that_should_change_nothing_a_second_time_do_not():
    rng = np.random.default_rng(3)
    binary, scores = rng.uniform(size=(200, 60)) < 0.5, rng.uniform(size=(200, 60))
    for step in (
        lambda rows: sed.fill_gaps(rows, 4),
        lambda rows: sed.remove_short(rows, 4),
        lambda rows: sed.threshold(rows.astype(float), 0.5),
    ):
        once = step(binary)
        np.testing.assert_array_equal(step(once), once)
    once = sed.hysteresis_threshold(scores, 0.3, 0.8)
    np.testing.assert_array_equal(sed.hysteresis_threshold(once.astype(float), 0.3, 0.8), once)


def test_the_names_of_the_article_are_understood():
    binary, scores = np.array([1, 0, 1, 0, 0, 1], dtype=bool), np.array([0.7, 0.2, 0.9])
    np.testing.assert_array_equal(sed.fill_gaps(binary, max_gap=2), sed.fill_gaps(binary, max_gap_frames=2))
    np.testing.assert_array_equal(sed.remove_short(binary, min_dur=2), sed.remove_short(binary, min_duration_frames=2))
    np.testing.assert_array_equal(sed.threshold(preds=scores, t=0.5), [True, False, True])


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


@pytest.mark.parametrize(("hop_length", "sr"), [(512, 16000), (160, 22050), (1, 1)])
def test_events_on_the_grid_to_frames_and_back_is_the_identity(hop_length, sr):
    rng, labels = np.random.default_rng(hop_length), ["a", "b", "c"]
    for n_frames in (1, 7, 300):
        borders = np.sort(rng.choice(n_frames + 1, size=(3, 2 * ((n_frames + 1) // 2)), replace=True), axis=1)
        borders[:, [0, -1]] = 0, n_frames  # events touch both ends of the clip
        runs = {(c, a, b) for c in range(3) for a, b in zip(borders[c, ::2], borders[c, 1::2], strict=True) if a < b}
        runs = [(c, a, b) for c, a, b in sorted(runs, key=lambda run: (run[1], run[0]))]
        apart = [run for run in runs if not any(run[0] == c and (b == run[1] or a == run[2]) for c, a, b in runs)]
        events = [Event(a * hop_length / sr, b * hop_length / sr, labels[c]) for c, a, b in apart]
        settings = {"labels": labels, "hop_length": hop_length, "sr": sr}
        frames = sed.events_to_frames(events, n_frames=n_frames, **settings)
        assert frames.sum() == sum(b - a for _, a, b in apart)
        assert sed.frames_to_events(frames, **settings) == events


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


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sed.threshold(np.array([0.1, np.nan])), "threshold: scores hold 1 NaN"),
        (lambda: sed.threshold(np.array([1, 2])), "floating point"),
        (lambda: sed.threshold(np.zeros((2, 3)), [0.1, 0.2, 0.3]), "one number or one per class"),
        (lambda: sed.fill_gaps(np.array([0, 2]), 1), "fill_gaps: decisions must be 0 or 1"),
        (lambda: sed.remove_short(np.array(1), 1), "time axis"),
        (lambda: sed.threshold(np.array([-3.2, 4.1])), "probabilities from 0 to 1, got -3.2 to 4.1"),
        (lambda: sed.threshold(np.zeros(3), np.nan), "t is nan"),
        (lambda: sed.hysteresis_threshold(np.zeros(3), 0.6, 0.5), "low 0.6 is above high 0.5"),
        (lambda: sed.median_filter(np.zeros(3), 4), "odd number of frames, .* got 4; take 3 or 5"),
        (lambda: sed.median_filter(np.zeros(3), -1), "length must be at least 1, got -1"),
        (lambda: sed.median_filter(np.zeros(3), 1.5), "whole number of frames"),
        (lambda: sed.median_filter(np.array([np.nan]), 1), "no NaN"),
        (lambda: sed.median_filter(np.zeros((2, 3)), [1, 3, 5]), "one number or one per class"),
        (lambda: sed.fill_gaps(np.zeros(3), -1), "max_gap_frames must be at least 0, got -1"),
        (lambda: sed.remove_short(np.zeros((2, 3)), [1, 2, 3]), "one number or one per class"),
        (lambda: sed.remove_short(np.zeros(3), np.nan), "min_duration_frames must be a whole number"),
        (lambda: sed.remove_short(np.zeros(3), min_dur=1, min_duration_frames=2), "two names of one argument"),
        (
            lambda: sed.detect_events(
                preds=np.zeros((1, 3)), labels=["a"], hop_length=1, sr=1, min_dur_frames=1, min_duration_frames=2
            ),
            "min_dur_frames and min_duration_frames are two names",
        ),
        (lambda: sed.frames_to_events(np.zeros((5, 2)), labels=["a", "b"], hop_length=1, sr=1), "looks transposed"),
        (lambda: sed.frames_to_events(np.zeros((1, 2)), labels="a", hop_length=1, sr=1), "labels must be a list"),
        (lambda: sed.frames_to_events(np.zeros((2, 2)), labels=["a", "a"], hop_length=1, sr=1), "different names"),
        (lambda: sed.events_to_frames([], labels=["a"], hop_length=np.nan, sr=1), "hop_length must be .* got nan"),
        (lambda: sed.events_to_frames([], labels=["a"], hop_length=1, sr=np.inf), "sr must be .* got inf"),
        (lambda: sed.events_to_frames([], labels=["a"], hop_length=0, sr=1), "hop_length must be .* got 0"),
        (lambda: sed.events_to_frames([], labels=["a"], hop_length="1", sr=1), "hop_length must be .* got '1'"),
        (
            lambda: sed.events_to_frames([], labels=["a"], hop_length=1, sr=1, n_frames=-1),
            "n_frames must be at least 0",
        ),
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
