"""The curves of all thresholds: precision over recall, and the area under the ROC curve with its d'.

Conventions
-----------
Those of `positive_ranks`: 0/1 targets, equal scores are one threshold, undefined classes are NaN.
"""

from statistics import NormalDist
from typing import Any

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Scores
from npaudio.metrics.tagging.positive_ranks import PositiveRanks, metric_of_classes
from npaudio.metrics.tagging.target_checks import Average, Targets, targets_and_scores, warn_undefined


def roc_auc(y_true: Targets, y_score: Scores, *, average: Average = None) -> Any:
    """AUC = share of pairs (positive, negative) in which the positive scores higher; a tie counts one half.

    The area under the ROC curve by trapezoids, scikit-learn's `roc_auc_score`, equal to the Mann-Whitney U over the
    number of pairs (Hanley and McNeil 1982). Libraries differ where a class has no positives: torchmetrics gives 0.

    Used in lesson 05.

    Parameters
    ----------
    y_true, y_score
        As for `average_precision`.
    average : None, "macro", "micro", "weighted" or "samples"
        As for `average_precision`; scikit-learn's default is "macro".

    Returns
    -------
    float, or ndarray (n_classes,) if `average` is None and there are classes
        NaN where there are no positives or no negatives.

    Raises
    ------
    ValueError
        As `average_precision`.

    Warns
    -----
    UndefinedMetricWarning
        Counts such classes.

    See Also
    --------
    d_prime : The same figure on another scale.
    average_precision : A metric that depends on the share of positives.

    Examples
    --------
    >>> roc_auc(np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.6]))
    0.75
    """
    return metric_of_classes(Check("roc_auc"), y_true, y_score, average, _auc, lacking="no positives or no negatives")


def d_prime(auc: float | np.ndarray) -> Any:
    """Sensitivity index d' = sqrt(2) * inverse normal distribution function of the AUC.

    The distance between two normal distributions of unit variance whose scores have this AUC: the definition of signal
    detection theory, as reported by Gemmeke et al. 2017 (AudioSet) and Kong et al. 2020 (PANNs). The mean of d' over
    classes is not the d' of the mean AUC; papers report either.

    Goes with lesson 07.

    Parameters
    ----------
    auc : float or ndarray, any shape
        Values from 0 to 1; 0 gives -inf, 1 gives inf, NaN stays NaN.

    Returns
    -------
    float or np.ndarray
        In the shape of `auc`; a distance in standard deviations.

    Raises
    ------
    ValueError
        Values below 0 or above 1.

    See Also
    --------
    roc_auc : the area that it is computed from.

    Examples
    --------
    >>> round(d_prime(0.9), 3)
    1.812
    """
    check = Check("d_prime")
    values = check.array(auc, "auc").astype(float)
    outside = values[(values < 0) | (values > 1)]
    if len(outside):
        raise check.error(f"auc must be from 0 to 1, got {outside[0]}; pass the result of roc_auc")
    result = np.array([np.sqrt(2) * _normal_quantile(p) for p in values.ravel().tolist()]).reshape(values.shape)
    return result if values.ndim else float(result)


def precision_recall_curve(y_true: Targets, y_score: Scores) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision P = TP / (TP + FP) and recall R = TP / positives of the rule score >= t, for every distinct score t.

    scikit-learn's `precision_recall_curve` with its order: thresholds rise, so recall falls, and a last point
    (precision 1, recall 0) without threshold closes the curve. torchmetrics gives the same; older releases of
    scikit-learn cut the curve where full recall is reached.

    Explained in lesson 07.

    Parameters
    ----------
    y_true, y_score : ndarray (n_clips,)

    Returns
    -------
    precision, recall : ndarray (n_thresholds + 1,)
    thresholds : ndarray (n_thresholds,), rising

    Raises
    ------
    ValueError
        Shapes that differ or are not (n_clips,), targets other than 0 and 1, or NaN among the scores.

    Warns
    -----
    UndefinedMetricWarning
        Without positives recall is undefined; as in scikit-learn it is then set to 1 (except at the last point).

    See Also
    --------
    average_precision : The area under the curve.
    npaudio.plot.precision_recall : Plot it.

    Examples
    --------
    >>> precision, recall, thresholds = precision_recall_curve(np.array([0, 1, 1]), np.array([0.1, 0.4, 0.8]))
    >>> recall
    array([1. , 1. , 0.5, 0. ])
    """
    check = Check("precision_recall_curve")
    targets, scores = targets_and_scores(check, y_true, y_score)
    if targets.ndim != 1:
        raise check.error(
            f"got shape {targets.shape}, expected the clips of one class (n_clips,); "
            "call it with y_true[:, c], y_score[:, c]"
        )
    thresholds, first = np.unique(np.sort(scores), return_index=True)
    n_above = len(scores) - first
    positives = np.sort(scores[targets])
    n_positive_above = len(positives) - np.searchsorted(positives, thresholds, side="left")
    warn_undefined(check, int(len(positives) == 0), 1, "classes have no positives; recall is set to 1")
    recall = n_positive_above / len(positives) if len(positives) else np.ones(len(thresholds))
    return np.append(n_positive_above / n_above, 1.0), np.append(recall, 0.0), thresholds


def _auc(ranks: PositiveRanks) -> float:
    """1 minus the share of pairs lost: negatives that score higher than the positive, and half of those that tie."""
    n_positives = len(ranks.all_ge)
    n_negatives = ranks.n_clips - n_positives
    lost = ((ranks.all_ge - ranks.positives_ge).sum() + (ranks.all_gt - ranks.positives_gt).sum()) / 2
    return float(1 - lost / (n_positives * n_negatives)) if n_negatives else float("nan")


def _normal_quantile(p: float) -> float:
    """Inverse distribution function of the standard normal, with its limits."""
    if p in (0.0, 1.0):
        return float("inf") if p else float("-inf")
    return NormalDist().inv_cdf(p) if p == p else p
