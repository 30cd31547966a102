"""Average precision in the four ways that papers compute it, and its mean over classes.

Conventions
-----------
Those of `positive_ranks`: 0/1 targets, equal scores are one threshold, classes without positives are NaN.
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Scores
from npaudio.metrics.tagging.positive_ranks import PositiveRanks, metric_of_classes
from npaudio.metrics.tagging.target_checks import Average, Targets

Method = Literal["step", "trapezoid", "interpolated", "11-point"]


def average_precision(y_true: Targets, y_score: Scores, *, average: Average = None, method: Method = "step") -> Any:
    """AP = mean over the positives of the precision among all clips that score at least as high.

    This is sum of (R_n - R_(n-1)) P_n over the thresholds, scikit-learn's `average_precision_score`, and the mAP of
    AudioSet papers when averaged. Other definitions with the same name join the points of the curve in other ways, see
    `method`; COCO's AP for object detection interpolates at 101 recalls.

    Explained in lesson 07.

    Parameters
    ----------
    y_true : ndarray (n_clips,) or (n_clips, n_classes)
        0 or 1.
    y_score : ndarray of the same shape
    average : None, "macro", "micro", "weighted" or "samples"
        None gives one AP a class (scikit-learn's default is "macro"); "macro" their mean; "micro" the AP of all cells
        as one class; "weighted" the mean weighted by positives; "samples" the mean of one AP a clip.
    method : "step", "trapezoid", "interpolated" or "11-point"
        "step": as ranks. "trapezoid": straight lines between the points, from recall 0 with precision 1, as
        `sklearn.metrics.auc` of its curve and the article; optimistic, because precision does not change linearly.
        "interpolated": the best precision at this recall or any higher (Pascal VOC since 2010). "11-point": the mean of
        that at recalls 0, 0.1, ..., 1 (Pascal VOC 2007).

    Returns
    -------
    float, or ndarray (n_classes,) if `average` is None and there are classes
        NaN where there are no positives; scikit-learn gives 0 there.

    Raises
    ------
    ValueError
        Shapes that differ, targets other than 0 and 1, NaN among the scores, or an unknown `average` or `method`.

    Warns
    -----
    UndefinedMetricWarning
        Counts the classes (or clips) without positives.

    See Also
    --------
    mean_average_precision : The mean over classes.
    precision_recall_curve : The curve whose area this is.
    roc_auc, lwlrap : Other metrics of ranking.

    Examples
    --------
    >>> average_precision(np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.6]))
    0.8333333333333333
    """
    check = Check("average_precision")
    of_class = _AP_METHODS[check.choice(method, _AP_METHODS, "method")]
    return metric_of_classes(check, y_true, y_score, average, of_class, lacking="no positives")


def mean_average_precision(y_true: Targets, y_score: Scores, *, method: Method = "step") -> float:
    """Mean average precision, mAP = mean over the classes with positives of their AP.

    `average_precision(..., average="macro")`: the figure of AudioSet papers, scikit-learn's default average. Where a
    class has no positives scikit-learn counts 0, so that the mean depends on classes without any evidence; here they
    are left out, and a warning counts them.

    Parameters and errors are those of `average_precision`.

    Explained in lesson 07.

    Parameters
    ----------
    y_true, y_score : ndarray (n_clips, n_classes)
        0 or 1, and scores.
    method : "step", "trapezoid", "interpolated" or "11-point"
        As for `average_precision`.

    Returns
    -------
    float
        From 0 to 1; NaN if no class has positives.

    Raises
    ------
    ValueError
        As `average_precision`; and for a single class.

    See Also
    --------
    average_precision : One class, or other averages.
    bootstrap_ci : A confidence interval.

    Examples
    --------
    >>> y_true = np.array([[1, 0], [0, 1], [1, 1]])
    >>> mean_average_precision(y_true, np.array([[0.9, 0.2], [0.8, 0.7], [0.1, 0.6]]))
    0.9166666666666666
    """
    check = Check("mean_average_precision")
    of_class = _AP_METHODS[check.choice(method, _AP_METHODS, "method")]
    if np.ndim(y_true) == 1:
        raise check.error(f"got shape {np.shape(y_true)}, expected (n_clips, n_classes); use average_precision")
    return float(metric_of_classes(check, y_true, y_score, "macro", of_class, lacking="no positives"))


def _step(ranks: PositiveRanks) -> float:
    return float(np.mean(ranks.positives_ge / ranks.all_ge))


def _trapezoid(ranks: PositiveRanks) -> float:
    """Each step of recall has the mean precision of its two ends; the curve begins at precision 1."""
    before = np.divide(ranks.positives_gt, ranks.all_gt, out=np.ones(len(ranks.all_gt)), where=ranks.all_gt > 0)
    return float(np.mean((ranks.positives_ge / ranks.all_ge + before) / 2))


def _best_from_here(ranks: PositiveRanks) -> np.ndarray:
    """The best precision at the recall of each positive or any higher recall, that is, at its score or below."""
    return np.maximum.accumulate(ranks.positives_ge / ranks.all_ge)


def _interpolated(ranks: PositiveRanks) -> float:
    return float(np.mean(_best_from_here(ranks)))


def _eleven_point(ranks: PositiveRanks) -> float:
    """Recall k / P reaches i / 10 at k = ceil(i P / 10): counted in integers, because 3 / 10 is not 0.3 in binary."""
    n = len(ranks.positives_ge)
    k = -(-np.arange(11) * n // 10)
    return float(np.mean(_best_from_here(ranks)[n - np.maximum(k, 1)]))


_AP_METHODS: dict[str, Callable[[PositiveRanks], float]] = {
    "step": _step,
    "trapezoid": _trapezoid,
    "interpolated": _interpolated,
    "11-point": _eleven_point,
}
