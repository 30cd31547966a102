"""PSDS: golden values of psds_eval and sed_scores_eval, loops over every threshold, properties, bad input."""

import numpy as np
import pytest

from npaudio import metrics, sed
from npaudio.metrics import UndefinedMetricWarning
from npaudio.metrics.events.psd_roc import staircase
from npaudio.metrics.events.threshold_sweep import runs_of_all_thresholds
from tests import golden_values
from tests import oracles_metrics as oracles
from tests.metric_cases import LABELS, PSDS_SETTINGS, detection_case, score_case

GOLDEN = golden_values.load("metrics_psds")


def from_scores(reference, scores, durations, hop, **settings):
    return metrics.psds(reference, scores, durations=durations, labels=LABELS, hop_time=hop, **settings)


@pytest.mark.parametrize("k", range(3))
def test_psds_from_scores_is_that_of_sed_scores_eval(k):
    ours = [from_scores(*score_case(seed), **PSDS_SETTINGS[k]) for seed in range(len(GOLDEN["from_scores"]))]
    np.testing.assert_allclose(ours, GOLDEN["from_scores"][:, k], rtol=0, atol=1e-9)
    assert len({round(float(value), 6) for value in ours}) > 5


@pytest.mark.parametrize("k", range(3))
def test_psds_from_detections_is_that_of_psds_eval(k):
    ours = []
    for seed in range(len(GOLDEN["from_detections"])):
        reference, detections, durations = detection_case(seed)
        settings = {**PSDS_SETTINGS[k], "ct_average": "others"}
        ours.append(metrics.psds_from_detections(reference, detections, durations=durations, **settings))
    np.testing.assert_allclose(ours, GOLDEN["from_detections"][:, k], rtol=0, atol=1e-9)


def detections_at_every_threshold(scores, hop):
    """The detections of the rule score >= t for each distinct score t of any clip."""
    levels = sorted({float(s) for array in scores.values() for s in array.ravel() if s > -np.inf}, reverse=True)
    return {
        t: {
            name: [
                (start * hop, stop * hop, LABELS[c])
                for c in range(len(LABELS))
                for start, stop in oracles.sed_runs_loops(array[c] >= t)
            ]
            for name, array in scores.items()
        }
        for t in levels
    }


@pytest.mark.parametrize("infinities", [False, True])
@pytest.mark.parametrize("seed", range(1, 20, 2))
@pytest.mark.parametrize("settings", PSDS_SETTINGS)
def test_psds_equals_loops_over_every_threshold(seed, settings, infinities):
    reference, scores, durations, hop = score_case(seed)
    if infinities:
        scores = {n: np.where(s < 0.3, -np.inf, np.where(s > 0.7, np.inf, s)) for n, s in scores.items()}
    points = [
        oracles.metrics_operating_point_loops(
            reference, detections, sorted(LABELS), settings["dtc"], settings["gtc"], settings["cttc"]
        )
        for detections in detections_at_every_threshold(scores, hop).values()
    ]
    weights = {key: settings[key] for key in ("alpha_ct", "alpha_st", "max_efpr")}
    expected = oracles.metrics_psds_loops(points, reference, sum(durations.values()) / 3600, **weights)
    assert from_scores(reference, scores, durations, hop, **settings) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(0, 10, 2))
def test_more_thresholds_come_closer_from_below(seed):
    reference, scores, durations, hop = score_case(seed)
    settings = {"dtc": 0.5, "gtc": 0.5, "alpha_st": 0.0, "max_efpr": 2000.0}
    exact = from_scores(reference, scores, durations, hop, **settings)
    every = detections_at_every_threshold(scores, hop)
    levels = list(every)
    values = [
        metrics.psds_from_detections(reference, {t: every[t] for t in some}, durations=durations, **settings)
        for some in (levels[::50], levels[::10], levels)
    ]
    assert values[0] <= values[1] + 1e-12 <= values[2] + 2e-12
    assert values[2] == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("decimals", [0, 1, 9])
def test_runs_of_all_thresholds_equal_loops(decimals):
    rng = np.random.default_rng(decimals)
    rows = [rng.normal(size=n).round(decimals) for n in (1, 2, 0, 5, 17, 40, 3)]
    rows += [np.arange(9.0), np.arange(9.0)[::-1], np.zeros(6), np.array([-np.inf, 1.0, -np.inf, np.inf, 0.0])]
    runs = runs_of_all_thresholds(rows)
    for k, row in enumerate(rows):
        mine = runs.row == k
        ours = list(zip(runs.start[mine], runs.stop[mine], runs.level[mine], runs.end[mine], strict=True))
        assert len(ours) == len(set(ours))
        assert set(ours) == oracles.metrics_runs_of_all_thresholds_loops(row)


def test_runs_of_a_staircase_that_falls_at_its_end():
    """The last score must look back over a thousand rising ones: the slowest case of the pointers."""
    runs = runs_of_all_thresholds([np.append(np.arange(1.0, 1001.0), 0.5)])
    assert len(runs.row) == 1001
    assert (runs.start[-1], runs.stop[-1], runs.level[-1]) == (0, 1001, 0.5)


@pytest.mark.parametrize("settings", PSDS_SETTINGS)
def test_a_perfect_system_scores_one(settings):
    reference = {"a": [(0.0, 1.0, "cat"), (2.0, 3.0, "dog")], "b": [(0.5, 2.5, "rain")], "c": []}
    scores = {
        name: sed.events_to_frames(clip, labels=LABELS, hop_length=1, sr=10, n_frames=40).astype(np.float32)
        for name, clip in reference.items()
    }
    scores = {name: np.where(array > 0, array, -np.inf) for name, array in scores.items()}
    durations = dict.fromkeys(reference, 4.0)
    assert from_scores(reference, scores, durations, 0.1, **settings) == 1.0
    assert metrics.psds_from_detections(reference, {0.5: reference}, durations=durations, **settings) == 1.0


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("settings", PSDS_SETTINGS)
def test_permuting_files_events_and_classes_changes_nothing(seed, settings):
    reference, scores, durations, hop = score_case(seed)
    expected = from_scores(reference, scores, durations, hop, **settings)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(LABELS))
    names = list(rng.permutation(list(reference)))
    again = metrics.psds(
        {name: reference[name][::-1] for name in names},
        {name: scores[name][order] for name in scores},
        durations=durations,
        labels=[LABELS[c] for c in order],
        hop_time=hop,
        **settings,
    )
    assert again == pytest.approx(expected, abs=1e-12)


def test_a_score_remembers_its_curves():
    score = from_scores(*score_case(3), **PSDS_SETTINGS[2])
    assert isinstance(score, float)
    assert list(score.class_wise) == LABELS
    assert np.mean(list(score.class_wise.values())) == pytest.approx(score)  # alpha_st is 0: the mean of the areas
    for curve in score.class_rocs.values():
        assert (np.diff(curve.efpr) > 0).all()
        assert (np.diff(curve.tpr) > 0).all()
    assert score.roc.area(score.max_efpr) == score


@pytest.mark.parametrize("start", range(10))
def test_a_share_that_is_met_exactly_is_met_wherever_it_lies(start):
    """Seven of ten frames, at 0.1 s a frame: in binary 0.8 - 0.1 is not 0.7."""
    scores = np.full((1, 30), -np.inf)
    scores[0, start : start + 10] = 0.5
    reference = {"a": [(start * 0.1, (start + 7) * 0.1, "cat")]}
    assert metrics.psds(reference, {"a": scores}, durations={"a": 3.0}, labels=["cat"], hop_time=0.1) == 1.0
    reference = {"a": [(start * 0.1, start * 0.1 + 1.0, "cat")]}
    scores[0, start + 7 :] = -np.inf
    assert metrics.psds(reference, {"a": scores}, durations={"a": 3.0}, labels=["cat"], hop_time=0.1) == 1.0


def test_of_points_with_one_rate_the_best_is_the_corner():
    corners = staircase(np.array([0.0, 5.0, 5.0, 7.0, 9.0, 200.0]), np.array([0.0, 0.2, 0.4, 0.3, 0.5, 1.0]), 100.0)
    np.testing.assert_array_equal(corners.efpr, [5.0, 9.0])
    np.testing.assert_array_equal(corners.tpr, [0.4, 0.5])


def test_psds_by_hand():
    """One class, one hour: at 0.9 half is found without error, at 0.5 all with 50 false positives an hour."""
    reference = {"a": [(0.0, 1.0, "cat"), (2.0, 3.0, "cat")]}
    at_low = [(0.0, 1.0, "cat"), (2.0, 3.0, "cat")] + [(10.0 + k, 10.5 + k, "cat") for k in range(50)]
    detections = {0.9: {"a": [(0.0, 1.0, "cat")]}, 0.5: {"a": at_low}}
    score = metrics.psds_from_detections(reference, detections, durations={"a": 3600.0})
    assert score == pytest.approx(0.5 * 0.5 + 0.5 * 1.0)
    np.testing.assert_allclose(score.roc.at(np.array([0.0, 49.9, 50.0, 99.0])), [0.5, 0.5, 1.0, 1.0])


def test_detections_without_length_count_for_nothing():
    reference = {"a": [(0.0, 1.0, "cat")]}
    detections = {0.5: {"a": [(0.0, 1.0, "cat"), (0.5, 0.5, "cat"), (7.0, 7.0, "cat")]}}
    score = metrics.psds_from_detections(reference, detections, durations={"a": 3600.0})
    assert score == 1.0
    np.testing.assert_array_equal(score.class_rocs["cat"].efpr, [0.0])


def test_the_two_means_of_cross_triggers():
    """One cross-trigger an hour of dogs: per other class it is 3,600 an hour; per class (two of them) half of that."""
    reference = {"a": [(0.0, 1.0, "dog"), (5.0, 6.0, "cat")]}
    detections = {0.5: {"a": [(0.0, 1.0, "cat"), (5.0, 6.0, "cat")]}}
    settings = {"durations": {"a": 3600.0}, "alpha_ct": 1.0, "alpha_st": 0.0, "max_efpr": 1e4}
    others = metrics.psds_from_detections(reference, detections, ct_average="others", **settings)
    every = metrics.psds_from_detections(reference, detections, **settings)
    np.testing.assert_allclose(others.class_rocs["cat"].efpr, [1 + 3600])
    np.testing.assert_allclose(every.class_rocs["cat"].efpr, [1 + 1800])


def test_classes_without_reference_are_counted_and_left_out():
    reference, scores, durations, hop = score_case(1)
    expected = from_scores(reference, scores, durations, hop)
    wider = {name: np.vstack([array, array[:1]]) for name, array in scores.items()}
    with pytest.warns(UndefinedMetricWarning, match="1 of 4 classes have no reference event"):
        score = metrics.psds(reference, wider, durations=durations, labels=[*LABELS, "bird"], hop_time=hop)
    assert score == expected
    assert "bird" not in score.class_wise


def spoil(**changes):
    reference, scores, durations, hop = score_case(1)
    arguments = {"reference": reference, "scores": scores, "durations": durations, "labels": LABELS, "hop_time": hop}
    return lambda: metrics.psds(**{**arguments, **changes})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (spoil(scores={}), "scores lacks the file '0.wav'"),
        (spoil(reference={}), "reference lacks the file '0.wav'"),
        (spoil(durations={}), "durations lacks 4 file"),
        (spoil(durations=dict.fromkeys(score_case(1)[0], 0.0)), "durations add up to 0.0 s"),
        (spoil(durations={**dict.fromkeys(score_case(1)[0], 4.0), "1.wav": np.nan}), "'1.wav' lasts nan s"),
        (spoil(durations={**dict.fromkeys(score_case(1)[0], 4.0), "1.wav": -4.0}), "'1.wav' lasts -4.0 s"),
        (spoil(durations={**dict.fromkeys(score_case(1)[0], 4.0), "1.wav": np.inf}), "'1.wav' lasts inf s"),
        (spoil(scores={n: np.ma.masked_array(a, a > 0) for n, a in score_case(1)[1].items()}), "is a masked array"),
        (spoil(labels=["cat"]), "have shape .* expected .1, n_frames"),
        (spoil(labels=["cat", "dog", "sun"]), "unknown label 'rain'"),
        (spoil(scores={name: array * np.nan for name, array in score_case(1)[1].items()}), "NaN"),
        (spoil(reference={name: [] for name in score_case(1)[0]}), "reference holds no event"),
        (spoil(hop_time=0), "hop_time must be a finite number above 0, got 0"),
        (spoil(dtc=1.5), "dtc is 1.5"),
        (spoil(alpha_ct=2), "alpha_ct must be between 0 and 1, got 2"),
        (spoil(alpha_st=-1), "alpha_st must be at least 0, got -1"),
        (spoil(max_efpr=0), "max_efpr must be a finite number above 0, got 0"),
        (spoil(ct_average="mean"), "unknown ct_average 'mean'"),
        (lambda: metrics.psds_from_detections({"a": []}, {}, durations={"a": 1.0}), "no detections"),
        (lambda: metrics.psds_from_detections({"a": []}, {0.5: {"b": []}}, durations={"a": 1.0}), "does not list"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, message):
    with pytest.raises(ValueError, match=message) as error:
        call()
    assert "\n" not in str(error.value)
