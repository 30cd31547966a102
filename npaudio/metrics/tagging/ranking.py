"""Average precision in the four ways that papers compute it, and its mean over classes.

Conventions
-----------
Those of `above_positives`: 0/1 labels, equal scores are one threshold, classes without positives are NaN.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from npaudio.metrics.tagging.label_checks import check_labels_and_scores
from npaudio.metrics.tagging.positive_ranks import AbovePositives, metric_of_classes


def average_precision(
    y_true: np.ndarray, y_score: np.ndarray, *, average: str | None = None, method: str = "step"
) -> Any:
    """AP = mean over the positives of the precision among all clips that score at least as high.

    This is sum of (R_n - R_(n-1)) P_n over the thresholds, scikit-learn's `average_precision_score`, and the mAP of
    AudioSet papers when averaged. Other definitions of the same name join the points of the curve in other ways, see
    `method`; COCO's AP for object detection interpolates at 101 recalls.

    Parameters
    ----------
    y_true : ndarray (n_clips,) or (n_clips, n_classes)
        0 or 1.
    y_score : ndarray of the same shape
    average : None, "macro", "micro", "weighted" or "samples"
        None gives one AP a class (scikit-learn's default is "macro"); "macro" their mean; "micro" the AP of all cells
        as one class; "weighted" the mean weighted by positives; "samples" the mean of one AP a clip.
    method : "step", "trapezoid", "interpolated" or "11-point"
        "step": as above. "trapezoid": straight lines between the points, from recall 0 with precision 1, as
        `sklearn.metrics.auc` of its curve and the article; optimistic, for precision does not change linearly.
        "interpolated": the best precision at this recall or any higher (Pascal VOC since 2010). "11-point": the mean of
        that at recalls 0, 0.1, ..., 1 (Pascal VOC 2007).

    Returns
    -------
    float, or ndarray (n_classes,) if `average` is None and there are classes
        NaN where there are no positives; scikit-learn gives 0 there.

    Warns
    -----
    UndefinedMetricWarning
        Counts the classes (or clips) without positives.

    Examples
    --------
    >>> average_precision(np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.6]))
    0.8333333333333333
    """
    of_class = _method(method, caller="average_precision")
    return metric_of_classes(y_true, y_score, average, of_class, caller="average_precision", lacking="no positives")


def mean_average_precision(y_true: np.ndarray, y_score: np.ndarray, *, method: str = "step") -> float:
    """Mean average precision, mAP = mean over the classes with positives of their AP.

    `average_precision(..., average="macro")`: the figure of AudioSet papers, scikit-learn's default average. Where a
    class has no positives scikit-learn counts 0, which makes the mean depend on classes that nothing is known about;
    here they are left out, and a warning counts them.

    Parameters and errors are those of `average_precision`.
    """
    of_class = _method(method, caller="mean_average_precision")
    caller = "mean_average_precision"
    labels, scores = check_labels_and_scores(y_true, y_score, caller=caller)
    if labels.ndim == 1:
        raise ValueError(f"{caller}: got shape {labels.shape}, expected (n_clips, n_classes); use average_precision")
    return float(metric_of_classes(labels, scores, "macro", of_class, caller=caller, lacking="no positives"))


def _step(above: AbovePositives) -> float:
    return float(np.mean(above.positives_ge / above.all_ge))


def _trapezoid(above: AbovePositives) -> float:
    """A step of recall under the line from the point before it to its own; the first begins at precision 1."""
    before = np.divide(above.positives_gt, above.all_gt, out=np.ones(len(above.all_gt)), where=above.all_gt > 0)
    return float(np.mean((above.positives_ge / above.all_ge + before) / 2))


def _best_from_here(above: AbovePositives) -> np.ndarray:
    """The best precision at each positive's recall or any higher, that is at its score or any lower."""
    return np.maximum.accumulate(above.positives_ge / above.all_ge)


def _interpolated(above: AbovePositives) -> float:
    return float(np.mean(_best_from_here(above)))


def _eleven_point(above: AbovePositives) -> float:
    """Recall k / P reaches i / 10 at k = ceil(i P / 10): counted in integers, for 3 / 10 is not 0.3 in binary."""
    n = len(above.positives_ge)
    k = -(-np.arange(11) * n // 10)
    return float(np.mean(_best_from_here(above)[n - np.maximum(k, 1)]))


_AP_METHODS: dict[str, Callable[[AbovePositives], float]] = {
    "step": _step,
    "trapezoid": _trapezoid,
    "interpolated": _interpolated,
    "11-point": _eleven_point,
}


def _method(name: str, *, caller: str) -> Callable[[AbovePositives], float]:
    if name not in _AP_METHODS:
        raise ValueError(f"{caller}: method is {name!r}, expected one of {', '.join(map(repr, _AP_METHODS))}")
    return _AP_METHODS[name]
