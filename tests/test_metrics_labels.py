"""Ranking metrics of clips: against scikit-learn's golden values, loops, and closed forms."""

import io
import sys
import tracemalloc

import numpy as np
import pytest

from npaudio import metrics
from npaudio.metrics import UndefinedMetricWarning
from tests import golden_values
from tests import oracles_metrics as oracles
from tests.metric_cases import label_case

GOLDEN = golden_values.load("metrics_labels")
METHODS = ["step", "trapezoid", "interpolated", "11-point"]
N_CASES = len(GOLDEN["ap_micro"])


# Random cases have classes without positives; the tests of the warning itself catch it.
pytestmark = pytest.mark.filterwarnings("ignore::npaudio.metrics.UndefinedMetricWarning")


def assert_close(ours, golden, tolerance=1e-12):
    np.testing.assert_allclose(ours, golden, rtol=0, atol=tolerance)


def test_average_precision_is_that_of_scikit_learn():
    ours = np.concatenate([metrics.average_precision(*label_case(seed)) for seed in range(N_CASES)])
    undefined = np.concatenate([label_case(seed)[0].sum(axis=0) == 0 for seed in range(N_CASES)])
    assert undefined.any()
    assert np.isnan(ours[undefined]).all()
    assert_close(ours[~undefined], GOLDEN["ap"][~undefined])


def test_roc_auc_is_that_of_scikit_learn():
    ours = np.concatenate([metrics.roc_auc(*label_case(seed)) for seed in range(N_CASES)])
    assert np.isnan(GOLDEN["auc"]).any()
    assert_close(ours, GOLDEN["auc"])


def test_averages_are_those_of_scikit_learn():
    cases = [label_case(seed) for seed in range(N_CASES)]
    defined = np.array([y_true.any() for y_true, _ in cases])
    micro = np.array([metrics.average_precision(*case, average="micro") for case in cases])
    assert_close(micro[defined], GOLDEN["ap_micro"][defined])
    assert_close([metrics.average_precision(*case, average="samples") for case in cases], GOLDEN["ap_samples"])


def test_label_ranking_is_that_of_scikit_learn():
    cases = [case for case in map(label_case, range(N_CASES)) if case[0].shape[1] > 1]
    assert_close([metrics.label_ranking_average_precision(*case) for case in cases], GOLDEN["lrap"])
    assert_close([metrics.lwlrap(*case) for case in cases], GOLDEN["lwlrap"])


def test_precision_recall_curve_is_that_of_scikit_learn():
    curves = []
    for seed in range(N_CASES):
        y_true, y_score = label_case(seed)
        curves.append(np.concatenate(metrics.precision_recall_curve(y_true[:, 0], y_score[:, 0])))
    assert_close(np.concatenate(curves), GOLDEN["pr"])


@pytest.mark.parametrize("seed", range(0, 60))
def test_fast_metrics_equal_loops(seed):
    y_true, y_score = label_case(seed)
    for c in np.flatnonzero(y_true.any(axis=0)):
        for method in METHODS:
            expected = oracles.metrics_ap_loops(y_true[:, c], y_score[:, c], method)
            assert_close(metrics.average_precision(y_true[:, c], y_score[:, c], method=method), expected)
        if not y_true[:, c].all():
            assert_close(
                metrics.roc_auc(y_true[:, c], y_score[:, c]), oracles.metrics_auc_loops(y_true[:, c], y_score[:, c])
            )
    if y_true.any():
        assert_close(metrics.lwlrap(y_true, y_score), oracles.metrics_lwlrap_loops(y_true, y_score))


def test_average_precision_by_hand():
    y_true, y_score = np.array([1, 0, 1, 0, 1]), np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    precision = [1, 2 / 3, 3 / 5]
    assert metrics.average_precision(y_true, y_score) == pytest.approx(np.mean(precision))
    trapezoid = (1 + (1 / 2 + 2 / 3) / 2 + (2 / 4 + 3 / 5) / 2) / 3
    assert metrics.average_precision(y_true, y_score, method="trapezoid") == pytest.approx(trapezoid)
    assert metrics.average_precision(y_true, y_score, method="interpolated") == pytest.approx(np.mean(precision))
    assert metrics.average_precision(y_true, y_score, method="11-point") == pytest.approx(
        (4 * 1 + 3 * 2 / 3 + 4 * 0.6) / 11
    )


@pytest.mark.parametrize("method", METHODS)
def test_perfect_and_inverted_scores(method):
    y_true = np.array([1] * 4 + [0] * 16)
    assert metrics.average_precision(y_true, np.arange(20.0)[::-1], method=method) == 1.0
    if method == "step":
        lowest = np.mean([k / (16 + k) for k in range(1, 5)])
        assert metrics.average_precision(y_true, np.arange(20.0)) == pytest.approx(lowest)


def test_float32_scores_and_strides_and_infinities_are_taken_as_they_are():
    rng = np.random.default_rng(0)
    y_true, y_score = rng.uniform(size=(50, 7)) < 0.3, rng.normal(size=(50, 7)).astype(np.float32)
    y_score[3] = -np.inf
    expected = metrics.average_precision(y_true, y_score.astype(np.float64))
    np.testing.assert_array_equal(metrics.average_precision(y_true, y_score), expected)
    np.testing.assert_array_equal(metrics.average_precision(y_true[:, ::-1], y_score[:, ::-1]), expected[::-1])


def test_a_class_without_positives_warns_once_and_is_left_out():
    y_true = np.array([[1, 0, 0], [0, 0, 1]])
    y_score = np.array([[0.9, 0.5, 0.1], [0.1, 0.5, 0.2]])
    with pytest.warns(UndefinedMetricWarning, match="1 of 3 classes have no positives") as record:
        assert metrics.mean_average_precision(y_true, y_score) == 1.0
    assert len(record) == 1
    with pytest.warns(UndefinedMetricWarning, match="1 of 3") as record_too:
        np.testing.assert_array_equal(metrics.average_precision(y_true, y_score), [1, np.nan, 1])
    assert [warning.filename for warning in (*record, *record_too)] == [__file__] * 2
    with pytest.warns(UndefinedMetricWarning, match="2 of 2"):
        assert np.isnan(metrics.mean_average_precision(y_true[:, [1, 1]], y_score[:, [1, 1]]))
    with pytest.warns(UndefinedMetricWarning, match="1 of 1"):
        assert np.isnan(metrics.average_precision(y_true[:, 1], y_score[:, 1]))


def test_other_undefined_figures_warn():
    with pytest.warns(UndefinedMetricWarning, match="no positives or no negatives"):
        assert np.isnan(metrics.roc_auc([1, 1], [0.1, 0.2]))
    with pytest.warns(UndefinedMetricWarning, match="recall is set to 1"):
        metrics.precision_recall_curve([0, 0], [0.1, 0.2])
    with pytest.warns(UndefinedMetricWarning, match="no label at all"):
        assert np.isnan(metrics.lwlrap([[0, 0]], [[0.1, 0.2]]))
    with pytest.warns(UndefinedMetricWarning, match="1 of 2 classes have no positives"):
        assert np.isnan(metrics.tune_thresholds([[0, 1], [0, 0]], [[0.1, 0.2], [0.2, 0.1]])[0])


@pytest.mark.parametrize("average", [None, "macro", "micro", "weighted", "samples"])
def test_permuting_clips_or_classes_changes_no_score(average):
    rng = np.random.default_rng(1)
    for seed in range(30):
        y_true, y_score = label_case(seed)
        clips, classes = rng.permutation(len(y_true)), rng.permutation(y_true.shape[1])
        permuted = y_true[clips][:, classes], y_score[clips][:, classes]
        for metric in (metrics.average_precision, metrics.roc_auc):
            expected = metric(y_true, y_score, average=average)
            assert_close(metric(*permuted, average=average), expected[classes] if average is None else expected)
        assert_close(metrics.lwlrap(*permuted), metrics.lwlrap(y_true, y_score))


def test_d_prime():
    assert metrics.d_prime(0.5) == 0.0
    assert metrics.d_prime(0.975) == pytest.approx(np.sqrt(2) * 1.959963984540054)
    np.testing.assert_array_equal(metrics.d_prime(np.array([0.0, 1.0, np.nan])), [-np.inf, np.inf, np.nan])
    with pytest.raises(ValueError, match="auc must be from 0 to 1"):
        metrics.d_prime(1.5)


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_tuned_thresholds_reach_the_best_f(beta):
    for seed in range(60):
        y_true, y_score = label_case(seed)
        thresholds = metrics.tune_thresholds(y_true, y_score, beta=beta)
        for c in np.flatnonzero(y_true.any(axis=0)):
            chosen = y_score[:, c] > thresholds[c]
            tp = np.sum(chosen & (y_true[:, c] == 1))
            f_measure = (1 + beta**2) * tp / (beta**2 * y_true[:, c].sum() + chosen.sum())
            assert f_measure == pytest.approx(oracles.metrics_best_f_loops(y_true[:, c], y_score[:, c], beta))


def test_tuned_threshold_lies_between_scores_also_if_they_are_neighbours():
    for start in (0.5, np.nextafter(np.float32(0.5), np.float32(1))):  # their middle rounds down, or up
        pair = np.array([start, np.nextafter(np.float32(start), np.float32(1))], dtype=np.float32)
        np.testing.assert_array_equal(pair > metrics.tune_thresholds([0, 1], pair), [False, True])
    assert metrics.tune_thresholds([0, 1, 1], [0.2, 0.6, 0.9]) == pytest.approx(0.4)
    assert metrics.tune_thresholds([0, 1], [-np.inf, np.inf]) == -np.inf


def test_bootstrap_interval_is_seeded_and_holds_the_mean():
    values = np.random.default_rng(0).normal(5.0, 1.0, 400)
    interval = metrics.bootstrap_ci(np.mean, values, rng=3)
    assert interval == metrics.bootstrap_ci(np.mean, values, rng=np.random.default_rng(3))
    assert interval.estimate == np.mean(values)
    half_width = 1.96 * values.std() / np.sqrt(400)
    assert interval.low == pytest.approx(interval.estimate - half_width, abs=0.2 * half_width)
    assert interval.high == pytest.approx(interval.estimate + half_width, abs=0.2 * half_width)
    narrower = metrics.bootstrap_ci(np.mean, values, confidence=0.5, rng=3)
    assert interval.low < narrower.low < narrower.high < interval.high


def test_each_clip_is_drawn_as_often_as_any_other():
    """40,000 draws from four clips, 10,000 of each expected, give or take five standard deviations of 87."""
    counts = np.zeros(4)
    metrics.bootstrap_ci(lambda drawn: np.add.at(counts, drawn, 1) or 0.0, np.arange(4), n_resamples=10_000, rng=0)
    assert np.all(np.abs(counts - 1 - 10_000) < 5 * 87)  # each once more, in the estimate from all clips


def test_bootstrap_of_what_is_never_defined_has_no_interval():
    interval = metrics.bootstrap_ci(lambda values: np.nan, np.arange(5), n_resamples=9)
    assert np.isnan(interval).all()


def test_bootstrap_survives_draws_without_positives():
    y_true, y_score = np.array([1, 0, 0]), np.array([0.9, 0.1, 0.2])
    assert metrics.bootstrap_ci(metrics.average_precision, y_true, y_score, n_resamples=50) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("n_bins", [1, 4, 15])
def test_calibration_error_equals_loops(n_bins):
    rng = np.random.default_rng(n_bins)
    y_score = rng.integers(0, 9, size=(60, 3)) / 8
    y_true = (rng.uniform(size=(60, 3)) < y_score).astype(int)
    expected = [oracles.metrics_ece_loops(y_true[:, c], y_score[:, c], n_bins) for c in range(3)]
    assert_close(metrics.expected_calibration_error(y_true, y_score, n_bins=n_bins, average=None), expected)
    assert_close(metrics.expected_calibration_error(y_true, y_score, n_bins=n_bins), np.mean(expected))
    top = metrics.expected_calibration_error(y_true[:, 0], y_score, n_bins=n_bins)
    hits = (y_score.argmax(axis=1) == y_true[:, 0]).astype(int)
    assert_close(top, oracles.metrics_ece_loops(hits, y_score.max(axis=1), n_bins))


TWO_BY_TWO = np.array([[0, 1], [1, 0]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: metrics.average_precision(TWO_BY_TWO, np.zeros((2, 3))),
            r"y_true has shape \(2, 2\) and y_score \(2, 3\)",
        ),
        (lambda: metrics.average_precision([0, 1], [0.1, np.nan]), "y_score holds 1 NaN"),
        (
            lambda: metrics.average_precision([0, 2], [0.1, 0.2]),
            "y_true must hold 0 and 1 only, got int.. values such as 0, 2",
        ),
        (lambda: metrics.average_precision([-1, 1], [0.1, 0.2]), "int.. values such as -1, 1"),
        (lambda: metrics.average_precision(["a", "b"], [0.1, 0.2]), "y_true must hold 0 and 1 only"),
        (lambda: metrics.average_precision([0, 1], ["a", "b"]), "y_score must be numbers"),
        (lambda: metrics.average_precision([0, 1], [0.1, 0.2], method="steps"), "unknown method 'steps'"),
        (lambda: metrics.average_precision([0, 1], [0.1, 0.2], average="mean"), "unknown average 'mean'"),
        (lambda: metrics.average_precision([], []), "no clips"),
        (lambda: metrics.average_precision(np.zeros((1, 1, 1)), np.zeros((1, 1, 1))), "expected \\(n_clips,\\)"),
        (lambda: metrics.mean_average_precision([0, 1], [0.1, 0.2]), "use average_precision"),
        (lambda: metrics.precision_recall_curve(TWO_BY_TWO, TWO_BY_TWO), "clips of one class"),
        (lambda: metrics.lwlrap([0, 1], [0.1, 0.2]), "expected \\(n_clips, n_classes\\)"),
        (lambda: metrics.tune_thresholds([0, 1], [0.1, 0.2], beta=0), "beta must be a finite number above 0, got 0"),
        (lambda: metrics.bootstrap_ci(np.mean, [1, 2], [1]), r"lengths \[2, 1\]"),
        (lambda: metrics.bootstrap_ci(np.mean, []), r"lengths \[0\], expected one length above 0"),
        (lambda: metrics.bootstrap_ci(np.mean, [1, 2], confidence=95), "confidence is 95"),
        (lambda: metrics.bootstrap_ci(np.mean, [1, 2], n_resamples=0), "n_resamples must be at least 1, got 0"),
        (lambda: metrics.expected_calibration_error([0, 1], [0.5, 1.01]), "from 0.5 to 1.01, expected probabilities"),
        (lambda: metrics.expected_calibration_error([0, 1], [-0.01, 1.0]), "from -0.01 to 1, expected probabilities"),
        (lambda: metrics.expected_calibration_error([0, 1], [0.5, 0.3], n_bins=0), "n_bins must be at least 1, got 0"),
        (lambda: metrics.expected_calibration_error([0.5, 1], TWO_BY_TWO), "one class index for each clip"),
        (
            lambda: metrics.expected_calibration_error(np.array([], int), np.zeros((0, 2))),
            "one class index for each clip",
        ),
        (lambda: metrics.average_precision(np.arange(9), np.arange(9.0)), "values such as 0, 1, 2, 3; mark"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, message):
    with pytest.raises(ValueError, match=message) as error:
        call()
    assert "\n" not in str(error.value)


def peak_memory(n_clips: int) -> int:
    y_true = np.arange(n_clips)[:, None] % np.array([2, 3, 5, 7]) == 0
    y_score = np.sin(np.arange(4.0 * n_clips)).reshape(n_clips, 4)
    tracemalloc.start()
    metrics.mean_average_precision(y_true, y_score)
    metrics.roc_auc(y_true, y_score)
    metrics.lwlrap(y_true, y_score)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_grows_no_faster_than_the_clips():
    assert peak_memory(40_000) < 10 * 1.2 * peak_memory(4_000)


MASKED = np.ma.masked_array([0.0, 1.0, 1.0, 0.0], [False, True, False, False])


@pytest.mark.parametrize(
    "function",
    [
        metrics.accuracy,
        metrics.confusion_matrix,
        metrics.precision_recall_fscore,
        metrics.classification_report,
        metrics.average_precision,
        metrics.roc_auc,
        metrics.precision_recall_curve,
        metrics.tune_thresholds,
        metrics.expected_calibration_error,
        lambda a, b: metrics.mean_average_precision(a.reshape(2, 2), b.reshape(2, 2)),
        lambda a, b: metrics.lwlrap(a.reshape(2, 2), b.reshape(2, 2)),
        lambda a, b: metrics.label_ranking_average_precision(a.reshape(2, 2), b.reshape(2, 2)),
        lambda a, b: metrics.mel_cepstral_distortion(a.reshape(2, 2), b.reshape(2, 2)),
        lambda a, b: metrics.dtw_path(a.reshape(2, 2), b.reshape(2, 2)),
        lambda a, b: metrics.spectral_convergence(a.reshape(2, 2), b.reshape(2, 2)),
        lambda a, b: metrics.log_spectral_distance(a.reshape(2, 2), b.reshape(2, 2)),
        lambda a, b: metrics.bootstrap_ci(lambda a, b: 0.0, a, b),
        lambda a, b: [metrics.d_prime(a), metrics.d_prime(b)],
    ],
)
def test_masked_arrays_are_refused_in_one_sentence(function):
    plain = np.array([0.0, 1.0, 1.0, 0.0])
    function(plain, plain)
    for pair in ((MASKED, plain), (plain, MASKED)):
        with pytest.raises(ValueError, match="is a masked array, and its mask would be ignored"):
            function(*pair)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bootstrap_of_a_billion_resamples_shows_progress_and_can_be_interrupted(monkeypatch):
    monkeypatch.setattr("npaudio._core.terminal.SECONDS_BETWEEN", 0.0)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    calls = iter(range(100))

    def metric(values):
        if next(calls) == 50:
            raise KeyboardInterrupt
        return values.mean()

    with pytest.raises(KeyboardInterrupt):
        metrics.bootstrap_ci(metric, np.arange(10.0), n_resamples=10**9)
    assert "bootstrap: 49 of 1,000,000,000 resamples" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r")


def test_more_calibration_bins_than_scores_cost_nothing():
    y_true, y_score = np.array([0, 1, 1]), np.array([0.2, 0.9, 0.4])
    separate = np.abs(y_true - y_score).mean()  # each score in a bin of its own
    assert metrics.expected_calibration_error(y_true, y_score, n_bins=10**9) == pytest.approx(separate)


def test_certain_and_right_is_calibrated():
    assert metrics.expected_calibration_error([1, 0], [1.0, 0.0]) == 0
