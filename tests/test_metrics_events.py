"""Event-based, segment-based and intersection-based figures: sed_eval's golden values, properties, bad input."""

import functools

import numpy as np
import pytest

from npaudio import metrics, sed
from npaudio._core.checks import Check
from npaudio.metrics.events.event_table import event_tables
from npaudio.metrics.events.intersection import Criteria, count_intersections
from tests import golden_values
from tests import oracles_metrics as oracles
from tests.golden.metric_peers import our_figures
from tests.metric_cases import LABELS, detection_case, event_case

GOLDEN = golden_values.load("metrics_events")
F_KEYS = ("f_measure", "precision", "recall")


def event_based(reference, estimated, settings, **more):
    settings = {key: value for key, value in settings.items() if key != "time_resolution"}
    return metrics.event_based_metrics(reference, estimated, **settings, **more)


def segment_based(reference, estimated, settings, **more):
    resolution = settings["time_resolution"]
    return metrics.segment_based_metrics(reference, estimated, time_resolution=resolution, **more)


@functools.cache
def figures(seed):
    """All our figures of one case: {key: values}."""
    reference, estimated, settings = event_case(seed)
    options = {"labels": LABELS, "empty_output": "zero" if seed % 2 else "nan"}
    event = event_based(reference, estimated, settings, **options)
    segment = segment_based(reference, estimated, settings, **options)
    return our_figures(event, segment, LABELS)


@pytest.mark.parametrize("key", sorted(GOLDEN))
def test_figures_are_those_of_sed_eval(key):
    ours = [figures(seed)[key] for seed in range(len(GOLDEN[key]))]
    np.testing.assert_allclose(ours, GOLDEN[key], rtol=1e-12, atol=1e-12)


def test_every_form_of_input_gives_the_same(tmp_path):
    reference, estimated, settings = event_case(5)
    paths = tmp_path / "reference.tsv", tmp_path / "estimated.tsv"
    for path, events in zip(paths, (reference, estimated), strict=True):
        sed.write_events(path, events)
    as_events = [{name: [sed.Event(*e) for e in clip] for name, clip in d.items()} for d in (reference, estimated)]
    for evaluate in (event_based, segment_based):
        expected = evaluate(reference, estimated, settings)
        for forms in (paths, map(str, paths), as_events):
            assert evaluate(*forms, settings).overall == expected.overall


def scores_of(reference, estimated, settings):
    """Every figure that must not depend on order."""
    results = [
        event_based(reference, estimated, settings, substitutions="optimal"),
        segment_based(reference, estimated, settings),
        metrics.intersection_based_metrics(reference, estimated),
    ]
    greedy = event_based(reference, estimated, settings)
    rows = [[result.overall, result.class_wise_average, *result.class_wise.values()] for result in results]
    rows.append([greedy.class_wise_average, *greedy.class_wise.values(), {key: greedy.overall[key] for key in F_KEYS}])
    return [np.array([value for figures in group for value in figures.values()]) for group in rows]


@pytest.mark.parametrize("seed", range(60))
def test_permuting_files_and_events_changes_no_score(seed):
    rng = np.random.default_rng(seed)
    reference, estimated, settings = event_case(seed)

    def shuffled(clips):
        return {name: [clips[name][i] for i in rng.permutation(len(clips[name]))] for name in rng.permutation([*clips])}

    expected = scores_of(reference, estimated, settings)
    for ours, before in zip(scores_of(shuffled(reference), shuffled(estimated), settings), expected, strict=True):
        np.testing.assert_allclose(ours, before, rtol=1e-12)


@pytest.mark.parametrize("seed", range(30))
def test_renaming_classes_permutes_the_figures(seed):
    names = dict(zip(LABELS, ["rain", "cat", "dog"], strict=True))
    reference, estimated, settings = event_case(seed)

    def renamed(clips):
        return {name: [(a, b, names[label]) for a, b, label in clip] for name, clip in clips.items()}

    for evaluate in (event_based, segment_based):
        before = evaluate(reference, estimated, settings, labels=LABELS)
        after = evaluate(renamed(reference), renamed(estimated), settings, labels=LABELS)
        np.testing.assert_allclose([*after.overall.values()], [*before.overall.values()], rtol=1e-12)
        np.testing.assert_allclose(
            [*after.class_wise_average.values()], [*before.class_wise_average.values()], rtol=1e-12
        )
        for old, new in names.items():
            np.testing.assert_array_equal([*after.class_wise[new].values()], [*before.class_wise[old].values()])


@pytest.mark.parametrize("seed", range(30))
def test_a_perfect_system_scores_one_everywhere(seed):
    reference, _, settings = event_case(seed)
    reference["0.wav"] = [*reference["0.wav"], (1.0, 2.5, "cat")]
    lasting = {name: [e for e in clip if e[1] > e[0]] for name, clip in reference.items()}
    for result in (
        event_based(reference, reference, settings),
        segment_based(lasting, lasting, settings),
        metrics.intersection_based_metrics(lasting, lasting, dtc=1.0, gtc=0.999),
    ):
        for figures in (result.overall, result.class_wise_average, *result.class_wise.values()):
            assert all(figures[key] == 1.0 for key in F_KEYS)
            assert figures.get("error_rate", 0.0) == 0.0


@pytest.mark.parametrize("seed", range(60))
def test_adding_a_false_alarm_never_raises_f(seed):
    reference, estimated, settings = event_case(seed)
    for label in LABELS:
        worse = {**estimated, "0.wav": [*estimated["0.wav"], (50.0, 53.0, label)]}
        for evaluate in (
            event_based,
            segment_based,
            lambda r, e, s, **k: metrics.intersection_based_metrics(r, e, **k),
        ):
            for empty_output in ("nan", "zero"):
                before = evaluate(reference, estimated, settings, labels=LABELS, empty_output=empty_output)
                after = evaluate(reference, worse, settings, labels=LABELS, empty_output=empty_output)
                pairs = [(after.overall, before.overall), (after.class_wise[label], before.class_wise[label])]
                assert not any(new["f_measure"] > old["f_measure"] for new, old in pairs)
                assert not after.class_wise_average["f_measure"] > before.class_wise_average["f_measure"]


def test_both_conventions_for_classes_without_output():
    reference = {"a.wav": [(0.0, 1.0, "cat"), (2.0, 3.0, "dog")]}
    estimated = {"a.wav": [(0.0, 1.0, "cat")]}
    for evaluate in (metrics.event_based_metrics, metrics.segment_based_metrics, metrics.intersection_based_metrics):
        assert evaluate(reference, estimated, empty_output="nan").class_wise_average["f_measure"] == 1.0
        assert evaluate(reference, estimated, empty_output="zero").class_wise_average["f_measure"] == 0.5


def test_files_are_those_of_the_reference():
    reference = {"a.wav": [(0.0, 1.0, "cat")], "b.wav": []}
    assert metrics.event_based_metrics(reference, {"b.wav": [(0.0, 1.0, "cat")]}).overall["insertion_rate"] == 1.0
    assert metrics.event_based_metrics(reference, {}).overall["deletion_rate"] == 1.0
    nothing = metrics.event_based_metrics({"a.wav": []}, {})
    assert np.isnan(nothing.overall["f_measure"])
    assert nothing.class_wise == {}
    assert np.isnan(metrics.segment_based_metrics({}, {}).overall["f_measure"])


def test_only_onsets_or_only_offsets():
    reference, estimated = {"a": [(1.0, 2.0, "cat")]}, {"a": [(1.1, 9.0, "cat")]}
    assert metrics.event_based_metrics(reference, estimated).overall["n_tp"] == 0
    assert metrics.event_based_metrics(reference, estimated, evaluate_offset=False).overall["n_tp"] == 1
    assert metrics.event_based_metrics(reference, estimated, evaluate_onset=False).overall["n_tp"] == 0


def test_durations_cut_and_extend_clips():
    reference, estimated = {"a": [(0.0, 2.0, "cat")]}, {"a": [(0.0, 4.0, "cat")]}
    figures = metrics.segment_based_metrics(reference, estimated, durations={"a": 3.0}).overall
    assert (figures["n_tp"], figures["n_ref"], figures["n_sys"]) == (2, 2, 3)
    longer = metrics.segment_based_metrics(reference, estimated, durations={"a": 10.0}).overall
    assert longer["specificity"] == pytest.approx(6 / 8)


@pytest.mark.parametrize("seed", range(40))
def test_intersections_equal_loops(seed):
    reference, detections, _ = detection_case(seed)
    for estimated in detections.values():
        _, labels, ref, est = event_tables(Check("test"), reference, estimated, LABELS)
        counts = count_intersections(ref, est, 3, Criteria(0.5, 0.4, 0.3))
        for ours, expected in zip(
            (counts.tp, counts.fp, counts.ct),
            oracles.metrics_operating_point_loops(reference, estimated, labels, 0.5, 0.4, 0.3),
            strict=True,
        ):
            np.testing.assert_array_equal(ours, expected)


def test_intersection_f_by_hand():
    reference = {"a": [(0.0, 1.0, "cat"), (2.0, 4.0, "cat")]}
    estimated = {"a": [(0.0, 0.6, "cat"), (2.0, 2.5, "cat"), (3.4, 4.0, "cat"), (5.0, 6.0, "cat")]}
    figures = metrics.intersection_based_metrics(reference, estimated, dtc=0.5, gtc=0.5).overall
    assert (figures["n_tp"], figures["n_sys"], figures["n_ref"]) == (2, 3, 2)
    assert figures["f_measure"] == pytest.approx(2 * 2 / (2 * 2 + 1 + 0))


def test_a_share_that_is_met_exactly_is_met():
    reference, estimated = {"a": [(0.0, 1.0, "cat")]}, {"a": [(0.0, 0.5, "cat")]}
    assert metrics.intersection_based_metrics(reference, estimated, dtc=1.0, gtc=0.5).overall["f_measure"] == 1.0
    assert metrics.intersection_based_metrics(estimated, reference, dtc=0.5, gtc=1.0).overall["f_measure"] == 1.0


def test_a_result_prints_as_a_table():
    text = str(metrics.event_based_metrics({"a": [(0.0, 1.0, "cat")]}, {"a": [(0.0, 1.0, "cat")]}))
    assert text.splitlines()[1].split() == ["cat", "1.000", "1.000", "1.000", "0.000", "1", "1"]
    assert text.splitlines()[-1].startswith("overall")


REF, EST = {"a.wav": [(0.0, 1.0, "cat")]}, {"a.wav": [(0.0, 1.0, "dog")]}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: f(REF, {"b.wav": []}), "1 file.* that reference does not list, such as 'b.wav'"),
        (lambda f: f(REF, EST, labels=["cat"]), "unknown label 'dog', expected one of cat"),
        (lambda f: f(REF, {"a.wav": [(1.0, 0.5, "cat")]}), "offset 0.5 s is before onset 1 s"),
        (lambda f: f({"a.wav": [(-1.0, 0.5, "cat")]}, {}), "onset must be finite and not negative"),
        (lambda f: f([(0.0, 1.0, "cat")], {}), "got list, expected {filename"),
        (lambda f: f(REF, EST, empty_output="one"), "unknown empty_output 'one'"),
        (lambda f: f({"a.wav": [(0.0, 1.0)]}, {}), "expected an Event or a tuple"),
    ],
)
@pytest.mark.parametrize(
    "function", [metrics.event_based_metrics, metrics.segment_based_metrics, metrics.intersection_based_metrics]
)
def test_bad_events_are_refused_in_one_sentence(function, call, message):
    with pytest.raises(ValueError, match=message) as error:
        call(function)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.event_based_metrics(REF, EST, t_collar=-0.1), "t_collar is -0.1"),
        (lambda: metrics.event_based_metrics(REF, EST, percentage_of_length=20), "write 20 % as 0.2"),
        (lambda: metrics.event_based_metrics(REF, EST, substitutions="best"), "unknown substitutions 'best'"),
        (lambda: metrics.event_based_metrics(REF, EST, evaluate_onset=False, evaluate_offset=False), "neither onset"),
        (
            lambda: metrics.segment_based_metrics(REF, EST, time_resolution=0),
            "time_resolution must be a finite number above 0",
        ),
        (lambda: metrics.segment_based_metrics(REF, EST, durations={}), "durations lacks 1 file.*'a.wav'"),
        (lambda: metrics.segment_based_metrics(REF, EST, durations={"a.wav": np.nan}), "'a.wav' lasts nan s"),
        (lambda: metrics.segment_based_metrics(REF, EST, durations={"a.wav": -1}), "'a.wav' lasts -1.0 s"),
        (lambda: metrics.segment_based_metrics(REF, EST, durations={"a.wav": np.inf}), "'a.wav' lasts inf s"),
        (lambda: metrics.intersection_based_metrics(REF, EST, dtc=1.5), "dtc is 1.5"),
        (lambda: metrics.intersection_based_metrics(REF, EST, gtc=0.0), "gtc is 0.0, expected a share above 0"),
    ],
)
def test_bad_settings_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
