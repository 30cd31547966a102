"""One label a clip: against scikit-learn's golden reports and the article's worked example."""

import warnings

import numpy as np
import pytest

from npaudio import metrics
from npaudio.metrics import UndefinedMetricWarning
from tests import golden_values
from tests.metric_cases import single_label_case

Y_TRUE = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 0, 1, 2, 3, 4]  # the article's worked example
Y_PRED = [0, 0, 1, 2, 2, 2, 3, 4, 4, 4, 0, 1, 1, 3, 4]


def test_scores_and_one_hot_targets_stand_for_their_largest_column():
    y_true, y_score = (
        np.eye(3)[[2, 0, 1, 1]],
        np.array([[0.1, 0.2, 0.7], [0.5, 0.3, 0.2], [0.6, 0.3, 0.1], [0, 1.0, 0]]),
    )
    assert metrics.accuracy(y_true, y_score) == metrics.accuracy([2, 0, 1, 1], y_score) == 3 / 4


def test_the_article_example():
    assert metrics.accuracy(Y_TRUE, Y_PRED) == 12 / 15
    precision, recall, _, support = metrics.precision_recall_fscore(Y_TRUE, Y_PRED)
    np.testing.assert_allclose(precision, [1, 2 / 3, 2 / 3, 1, 3 / 4])
    np.testing.assert_allclose(recall, [1, 2 / 3, 2 / 3, 2 / 3, 1])
    np.testing.assert_array_equal(support, [3] * 5)
    report = metrics.classification_report(Y_TRUE, Y_PRED).splitlines()
    assert report[0] == "Overall accuracy: 80.0% (12/15)"
    assert report[2].split() == ["Prec", "Recall", "F1", "Count"]
    assert report[4].split() == ["1", "66.7%", "66.7%", "66.7%", "3"]
    assert report[-2].split() == [
        "macro",
        "avg",
        "81.7%",
        "80.0%",
        f"{(1 + 2 / 3 + 2 / 3 + 4 / 5 + 6 / 7) / 5:.1%}",
        "15",
    ]


def test_reports_are_those_of_scikit_learn():
    golden = golden_values.load("metrics_labels")
    ours = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        for seed in range(len(golden["ap_micro"])):
            report = metrics.classification_report(*single_label_case(seed), output_dict=True)
            accuracy = report.pop("accuracy")
            ours += [value for row in report.values() for value in row.values()] + [accuracy]
    np.testing.assert_allclose(ours, golden["report"], rtol=0, atol=1e-12)


def test_confusion_matrix_has_true_classes_in_rows():
    y_true, y_pred = ["cat", "cat", "dog"], ["cat", "dog", "dog"]
    np.testing.assert_array_equal(metrics.confusion_matrix(y_true, y_pred), [[1, 1], [0, 1]])
    np.testing.assert_array_equal(metrics.confusion_matrix(y_true, y_pred, labels=["dog", "cat"]), [[1, 0], [1, 1]])
    np.testing.assert_array_equal(metrics.confusion_matrix(y_true, y_pred, normalize="true"), [[0.5, 0.5], [0, 1]])
    np.testing.assert_array_equal(metrics.confusion_matrix(y_true, y_pred, normalize="pred"), [[1, 0.5], [0, 0.5]])
    np.testing.assert_allclose(
        metrics.confusion_matrix(y_true, y_pred, normalize="all"), np.array([[1, 1], [0, 1]]) / 3
    )
    with_empty = metrics.confusion_matrix(y_true, y_pred, labels=["bird", "cat", "dog"], normalize="true")
    np.testing.assert_array_equal(with_empty[0], [0, 0, 0])


@pytest.mark.parametrize("seed", range(20))
def test_averages_follow_from_the_classes(seed):
    y_true, y_pred = single_label_case(seed)
    per_class = metrics.precision_recall_fscore(y_true, y_pred, zero_division=np.nan)
    macro = metrics.precision_recall_fscore(y_true, y_pred, average="macro", zero_division=np.nan)
    assert macro.f_measure == pytest.approx(np.nanmean(per_class.f_measure))
    micro = metrics.precision_recall_fscore(y_true, y_pred, average="micro")
    assert micro[:3] == pytest.approx([metrics.accuracy(y_true, y_pred)] * 3)
    order = np.random.default_rng(seed).permutation(len(y_true))
    again = metrics.precision_recall_fscore(y_true[order], y_pred[order], average="macro", zero_division=np.nan)
    np.testing.assert_allclose(again[:3], macro[:3], atol=1e-12)


def test_undefined_classes_are_counted():
    with pytest.warns(UndefinedMetricWarning, match="1 of 2 classes have no clip or no prediction") as caught:
        result = metrics.precision_recall_fscore([0, 1], [0, 0])
    np.testing.assert_array_equal(result.precision, [0.5, 0])
    with pytest.warns(UndefinedMetricWarning, match="1 of 2 classes") as caught_too:
        metrics.classification_report([0, 1], [0, 0])
    assert [warning.filename for warning in (*caught, *caught_too)] == [__file__] * 2
    undefined = metrics.precision_recall_fscore([0, 1], [0, 0], zero_division=np.nan)
    np.testing.assert_array_equal(undefined.precision, [0.5, np.nan])


def test_f_beta_by_hand():
    result = metrics.precision_recall_fscore([1, 1, 1, 0], [1, 0, 0, 0], labels=[0, 1], beta=2.0)
    precision, recall = 1.0, 1 / 3
    assert result.f_measure[1] == pytest.approx(5 * precision * recall / (4 * precision + recall))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.accuracy([0, 1], [0]), "expected one class for each clip in both"),
        (lambda: metrics.accuracy([], []), "no clips"),
        (lambda: metrics.accuracy([0, 1], [0.2, 0.8]), "y_pred holds fractions"),
        (lambda: metrics.accuracy([0, 1], ["0", "1"]), "labels of one kind"),
        (lambda: metrics.confusion_matrix([0, 7], [0, 0], labels=[0, 1]), "unknown label"),
        (
            lambda: metrics.confusion_matrix([0], [0], labels=[]),
            r"labels has shape \(0,\); pass None for all",
        ),
        (lambda: metrics.confusion_matrix([0], [0], labels=0), r"labels has shape \(\); pass None"),
        (lambda: metrics.precision_recall_fscore([0], [0], labels=[]), r"labels has shape \(0,\)"),
        (lambda: metrics.classification_report([0], [0], labels=[]), r"labels has shape \(0,\)"),
        (lambda: metrics.confusion_matrix([0], [0], normalize="rows"), "unknown normalize 'rows'"),
        (lambda: metrics.precision_recall_fscore([0], [0], average="samples"), "unknown average 'samples'"),
        (lambda: metrics.classification_report([0, 1], [0, 1], target_names=["a"]), "1 target_names for 2 classes"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, message):
    with pytest.raises(ValueError, match=message) as error:
        call()
    assert "\n" not in str(error.value)
