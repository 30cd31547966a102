"""From scores to decisions: the threshold of each class with the best F."""

from typing import Any

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Scores
from npaudio.metrics.tagging.target_checks import Targets, targets_and_scores, warn_undefined


def tune_thresholds(y_true: Targets, y_score: Scores, *, beta: float = 1.0) -> Any:
    """Per class the threshold t with the largest F = (1 + b^2) TP / ((1 + b^2) TP + b^2 FN + FP) of `score > t`.

    All distinct decisions are tried (as in Lipton, Elkan and Narayanaswamy 2014, who maximize F1 on held-out data);
    scikit-learn's `TunedThresholdClassifierCV` tries a grid. The threshold lies halfway between the lowest score that
    is accepted and the highest that is not, so that it does not depend on the rounding of one score. Among equally good
    thresholds the highest is taken. Tune on validation clips: on the test clips the result would be too good.

    Explained in lesson 07.

    Parameters
    ----------
    y_true, y_score : ndarray (n_clips,) or (n_clips, n_classes)
    beta : float
        Weight of recall against precision.

    Returns
    -------
    float or ndarray (n_classes,), float64
        For `sed.threshold` or `y_score > thresholds`. NaN for classes without positives: no score is greater than NaN.
        If every clip is accepted, the next float below the lowest score.

    Raises
    ------
    ValueError
        Shapes that differ, targets other than 0 and 1, NaN among the scores, or a `beta` that is not above 0.

    Warns
    -----
    UndefinedMetricWarning
        Counts the classes without positives.

    See Also
    --------
    precision_recall_curve : Precision and recall at every threshold.

    Examples
    --------
    >>> tune_thresholds(np.array([0, 0, 1, 1]), np.array([0.25, 0.5, 0.75, 1.0]))
    0.625
    """
    check = Check("tune_thresholds")
    targets, scores = targets_and_scores(check, y_true, y_score)
    beta = check.positive(beta, "beta")
    columns = zip(targets.reshape(len(targets), -1).T, scores.reshape(len(scores), -1).T, strict=True)
    best = np.array([_best_threshold(positive, column, beta) for positive, column in columns])
    what = "classes have no positives; their threshold is NaN"
    warn_undefined(check, int(np.isnan(best).sum()), len(best), what)
    return best if targets.ndim == 2 else float(best[0])


def _best_threshold(positive: np.ndarray, scores: np.ndarray, beta: float) -> float:
    """Try the rule `score >= level` for every level, highest first, then lower the best one by half a gap."""
    if not positive.any():
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last_of_equal = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    tp = np.cumsum(positive[order])[last_of_equal]
    f_measure = (1 + beta**2) * tp / (beta**2 * positive.sum() + last_of_equal + 1)
    best = int(np.argmax(f_measure))
    level = ranked[last_of_equal[best]]
    if best + 1 == len(last_of_equal):
        return float(np.nextafter(level, -np.inf, dtype=ranked.dtype))
    below = ranked[last_of_equal[best + 1]]
    with np.errstate(invalid="ignore"):  # there is no middle between -inf and inf
        middle = below + (level - below) / 2
    return float(middle if below <= middle < level else below)
