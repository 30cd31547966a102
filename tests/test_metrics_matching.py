"""The matching is the largest there is, and every event is told its fate."""

import tracemalloc

import numpy as np
import pytest

from npaudio import metrics
from npaudio.metrics.events.matching import Window, maximum_matching, pairs_within_groups
from tests import oracles_metrics as oracles
from tests.metric_cases import event_case


def assert_is_matching(matching, allowed):
    assert all(pair in allowed for pair in matching.items())
    assert len(set(matching.values())) == len(matching)


@pytest.mark.parametrize("density", [0.1, 0.25, 0.5, 0.8])
def test_matching_is_as_large_as_any_assignment(density):
    rng = np.random.default_rng(int(100 * density))
    for _ in range(100):
        n_ref, n_est = rng.integers(1, 7, 2).tolist()
        ref, est = np.nonzero(rng.uniform(size=(n_ref, n_est)) < density)
        allowed = set(zip(ref.tolist(), est.tolist(), strict=True))
        matching = maximum_matching(ref, est)
        assert_is_matching(matching, allowed)
        assert len(matching) == oracles.metrics_largest_matching_loops(n_ref, n_est, allowed)


def test_a_dead_end_far_back_on_a_path_is_left_again():
    """Of 50,000 random graphs the smallest on which a search that goes back wrongly fails."""
    ref, est = np.array([2, 1, 3, 1, 0, 3, 0, 4, 2]), np.array([1, 4, 2, 3, 1, 0, 2, 4, 3])
    matching = maximum_matching(ref, est)
    assert_is_matching(matching, set(zip(ref.tolist(), est.tolist(), strict=True)))
    assert len(matching) == 5


@pytest.mark.parametrize("seed", range(60))
def test_true_positives_are_the_best_that_brute_force_finds(seed):
    reference, estimated, settings = event_case(seed)
    collars = settings["t_collar"], settings["percentage_of_length"]
    expected = 0
    for name in reference:
        for label in {e[2] for e in reference[name]}:
            ref = [e for e in reference[name] if e[2] == label]
            est = [e for e in estimated[name] if e[2] == label]
            allowed = oracles.metrics_allowed_loops(ref, est, *collars)
            expected += oracles.metrics_largest_matching_loops(len(ref), len(est), allowed)
    result = metrics.event_based_metrics(reference, estimated, t_collar=collars[0], percentage_of_length=collars[1])
    assert result.overall["n_tp"] == expected


def test_a_chain_where_greedy_loses_half():
    """Each estimate also fits the next reference; only one assignment uses all, over paths of up to 2,000 pairs."""
    n = 2000
    ref = np.concatenate([np.arange(n), np.arange(1, n)])
    est = np.concatenate([np.arange(n), np.arange(n - 1)])
    order = np.lexsort((est, ref))
    assert len(maximum_matching(ref[order], est[order])) == n
    backwards = np.lexsort((-est, -ref))
    assert len(maximum_matching(ref[backwards], est[backwards])) == n


def test_onsets_at_the_collar_are_compared_as_sed_eval_does_it():
    """|0.28 - 0.08| <= 0.2 although 0.28 - 0.2 > 0.08 in floating point: the difference alone decides."""
    rng = np.random.default_rng(0)
    for collar in (0.1, 0.2, 0.25, 0.3, 0.5, 1.0):
        ref = np.append(0.28, np.round(rng.uniform(1, 4, 2000), 2))
        est = np.append(0.08, np.round(ref[1:] + rng.choice([-1, 1], 2000) * collar, 2))
        est += rng.choice([0, 1e-16, -1e-16, 1e-12, -1e-12], len(est)) * (est > 0.1)
        reference, estimated = ({str(k): [(t, t + 1, "a")] for k, t in enumerate(times)} for times in (ref, est))
        result = metrics.event_based_metrics(reference, estimated, t_collar=collar, evaluate_offset=False)
        allowed = sum(abs(r - e) <= collar for r, e in zip(ref.tolist(), est.tolist(), strict=True))
        assert result.overall["n_tp"] == allowed
        assert 0 < allowed < len(ref)


def test_pairs_within_groups_equal_loops():
    rng = np.random.default_rng(0)
    for size in (0, 1, 7, 30):
        a, b = rng.integers(0, 4, size), rng.integers(0, 5, 11)
        i, j = pairs_within_groups(a, b)
        expected = [(k, m) for k in range(size) for m in range(11) if a[k] == b[m]]
        assert list(zip(i.tolist(), j.tolist(), strict=True)) == expected
        low, time = rng.integers(0, 9, size).astype(float), rng.integers(0, 9, 11).astype(float)
        i, j = pairs_within_groups(a, b, Window(low, low + 2, time))
        expected = [(k, m) for k, m in expected if low[k] <= time[m] <= low[k] + 2]
        assert sorted(zip(i.tolist(), j.tolist(), strict=True)) == expected


def test_a_long_recording_with_many_events_needs_little_memory():
    """20,000 events in one file: all pairs would take 3 GB."""
    n = 20_000
    events = {"day.wav": [(float(k), k + 0.5, "bird") for k in range(n)]}
    tracemalloc.start()
    assert metrics.event_based_metrics(events, events).overall["f_measure"] == 1.0
    assert metrics.intersection_based_metrics(events, events).overall["f_measure"] == 1.0
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6


def explain(reference, estimated, **settings):
    return metrics.event_based_metrics({"a.wav": reference}, {"a.wav": estimated}, **settings).explain()["a.wav"]


def test_a_match_is_told_with_its_errors():
    (fate,) = explain([(1.0, 4.0, "Speech")], [(1.1, 3.5, "Speech")]).reference
    assert (fate.status, fate.reason) == ("matched", "")
    assert fate.counterpart == (1.1, 3.5, "Speech", None)
    assert (fate.onset_error, fate.offset_error) == pytest.approx((0.1, -0.5))
    assert (fate.onset_collar, fate.offset_collar) == (0.2, 1.5)


def test_a_miss_is_told_with_the_nearest_estimate():
    file = explain([(1.0, 4.0, "Speech")], [(7.0, 9.0, "Speech"), (1.31, 4.0, "Speech")])
    (fate,) = file.reference
    assert fate.status == "missed"
    assert fate.reason == "onset 0.31 s late, collar 0.2 s"
    assert fate.counterpart == (1.31, 4.0, "Speech", None)
    assert [alarm.reason for alarm in file.false_alarms] == [
        "onset 6 s late, collar 0.2 s; offset 5 s late, collar 1.5 s",
        "onset 0.31 s late, collar 0.2 s",
    ]


@pytest.mark.parametrize(
    ("reference", "estimated", "miss", "alarm"),
    [
        ([(1, 2, "Dog")], [], "no Dog detected in this file", None),
        ([], [(1, 2, "Dog")], None, "no Dog annotated in this file"),
        (
            [(1, 2, "Dog")],
            [(1, 2, "Cat")],
            "no Dog detected in this file; detected as Cat",
            "no Cat annotated in this file; annotated as Dog",
        ),
        ([(1, 2, "Dog")], [(1, 3.0, "Dog")], "offset 1 s late, collar 0.5 s", "offset 1 s late, collar 0.5 s"),
        ([(1, 2, "Dog")], [(0.5, 2, "Dog")], "onset 0.5 s early, collar 0.2 s", "onset 0.5 s early, collar 0.2 s"),
    ],
)
def test_reasons(reference, estimated, miss, alarm):
    file = explain(reference, estimated)
    assert [fate.reason for fate in file.reference] == [miss] * len(reference)
    assert [fate.reason for fate in file.false_alarms] == [alarm] * len(estimated)


def test_the_nearest_is_the_one_that_exceeds_its_collars_least():
    (fate,) = explain([(1, 2, "Dog")], [(1.5, 2, "Dog"), (1.1, 2.7, "Dog")]).reference  # 0.3 s over, 0.2 s over
    assert fate.reason == "offset 0.7 s late, collar 0.5 s"


def test_an_error_within_the_collar_exceeds_nothing():
    """The first is 0.15 s late, which is allowed, and ends 0.6 s late; the second only ends 0.65 s late."""
    (fate,) = explain([(1, 2, "Dog")], [(1.15, 2.6, "Dog"), (1, 2.65, "Dog")]).reference
    assert fate.reason == "offset 0.6 s late, collar 0.5 s"


def test_a_second_detection_of_one_event_is_told_so():
    file = explain([(1, 2, "Dog")], [(1, 2, "Dog"), (1.1, 2.1, "Dog")])
    assert [fate.reason for fate in file.false_alarms] == ["the annotation that fits is matched with another event"]
    file = explain([(1, 2, "Dog"), (1.1, 2.1, "Dog")], [(1, 2, "Dog")])
    assert file.reference[1].reason == "the detection that fits is matched with another event"


@pytest.mark.parametrize("seed", range(60))
def test_fates_add_up_to_the_counts(seed):
    reference, estimated, settings = event_case(seed)
    del settings["time_resolution"]
    result = metrics.event_based_metrics(reference, estimated, **settings)
    explanation = result.explain()
    assert list(explanation.files) == list(reference)
    assert sum(file.n_matched for file in explanation) == result.overall["n_tp"]
    assert sum(len(file.false_alarms) for file in explanation) == result.overall["n_sys"] - result.overall["n_tp"]
    for file in explanation:
        assert [fate.event[:3] for fate in file.reference] == reference[file.filename]
        unmatched = [fate for fate in file.reference + file.false_alarms if fate.status != "matched"]
        assert all(fate.reason for fate in unmatched)
        beyond = [f for f in unmatched if f.counterpart and ("late" in f.reason or "early" in f.reason)]
        for fate in beyond:
            errors = abs(fate.onset_error) > fate.onset_collar, abs(fate.offset_error) > fate.offset_collar
            assert errors == ("onset" in fate.reason, "offset" in fate.reason)
    assert len(explanation.rows()) == sum(len(file.reference) + len(file.false_alarms) for file in explanation)
    assert len(str(explanation).splitlines()) >= len(explanation.rows())


def test_rows_are_plain_data():
    explanation = metrics.event_based_metrics({"a": [(1, 2, "Dog")], "b": []}, {}).explain()
    (row,) = explanation.rows()
    assert row["filename"] == "a"
    assert (row["status"], row["event"], row["counterpart"]) == ("missed", (1.0, 2.0, "Dog", None), None)
    assert str(explanation) == "a\n  missed       1.000 -   2.000 s  Dog  no Dog detected in this file"
