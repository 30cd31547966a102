"""The curves of all thresholds: precision over recall, and the area under the ROC curve with its d'.

Conventions
-----------
Those of `above_positives`: 0/1 labels, equal scores are one threshold, undefined classes are NaN.
"""

from statistics import NormalDist
from typing import Any

import numpy as np

from npaudio.metrics.tagging.label_checks import check_labels_and_scores, warn_undefined
from npaudio.metrics.tagging.positive_ranks import AbovePositives, metric_of_classes


def roc_auc(y_true: np.ndarray, y_score: np.ndarray, *, average: str | None = None) -> Any:
    """AUC = share of pairs (positive, negative) in which the positive scores higher; a tie counts one half.

    The area under the ROC curve by trapezoids, scikit-learn's `roc_auc_score`, equal to the Mann-Whitney U over the
    number of pairs (Hanley and McNeil 1982). Libraries differ where a class has no positives: torchmetrics gives 0.

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

    Warns
    -----
    UndefinedMetricWarning
        Counts such classes.
    """
    lacking = "no positives or no negatives"
    return metric_of_classes(y_true, y_score, average, _auc, caller="roc_auc", lacking=lacking)


def d_prime(auc: float | np.ndarray) -> Any:
    """Sensitivity index d' = sqrt(2) * inverse normal distribution function of the AUC.

    How far apart two normal distributions of unit variance are whose scores have this AUC: the definition of signal
    detection theory, as Gemmeke et al. 2017 (AudioSet) and Kong et al. 2020 (PANNs) report it. The mean of d' over
    classes is not the d' of the mean AUC; papers give the one or the other.

    Parameters
    ----------
    auc : float or ndarray
        Values from 0 to 1; 0 gives -inf, 1 gives inf, NaN stays NaN.
    """
    values = np.asarray(auc, dtype=float)
    if ((values < 0) | (values > 1)).any():
        raise ValueError(
            f"d_prime: auc must be from 0 to 1, got {values[(values < 0) | (values > 1)][0]}; pass roc_auc"
        )
    result = np.array([np.sqrt(2) * _normal_quantile(p) for p in values.ravel().tolist()]).reshape(values.shape)
    return result if values.ndim else float(result)


def precision_recall_curve(y_true: np.ndarray, y_score: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision P = TP / (TP + FP) and recall R = TP / positives of the rule score >= t, for every distinct score t.

    scikit-learn's `precision_recall_curve` with its order: thresholds rise, so recall falls, and a last point
    (precision 1, recall 0) without threshold closes the curve. torchmetrics gives the same; older releases of
    scikit-learn cut the curve where full recall is reached.

    Parameters
    ----------
    y_true, y_score : ndarray (n_clips,)

    Returns
    -------
    precision, recall : ndarray (n_thresholds + 1,)
    thresholds : ndarray (n_thresholds,), rising

    Warns
    -----
    UndefinedMetricWarning
        Without positives recall is undefined; like scikit-learn it is then set to 1 (but for the last point).
    """
    labels, scores = check_labels_and_scores(y_true, y_score, caller="precision_recall_curve")
    if labels.ndim != 1:
        raise ValueError(
            f"precision_recall_curve: got shape {labels.shape}, expected the clips of one class (n_clips,); "
            "call it with y_true[:, c], y_score[:, c]"
        )
    thresholds, first = np.unique(np.sort(scores), return_index=True)
    n_above = len(scores) - first
    positives = np.sort(scores[labels])
    n_positive_above = len(positives) - np.searchsorted(positives, thresholds, side="left")
    warn_undefined(
        int(len(positives) == 0), 1, "classes have no positives; recall is set to 1", caller="precision_recall_curve"
    )
    recall = n_positive_above / len(positives) if len(positives) else np.ones(len(thresholds))
    return np.append(n_positive_above / n_above, 1.0), np.append(recall, 0.0), thresholds


def _auc(above: AbovePositives) -> float:
    """One less the share of pairs lost: negatives above a positive, and half of those level with it."""
    n_positives = len(above.all_ge)
    n_negatives = above.n_clips - n_positives
    lost = ((above.all_ge - above.positives_ge).sum() + (above.all_gt - above.positives_gt).sum()) / 2
    return float(1 - lost / (n_positives * n_negatives)) if n_negatives else float("nan")


def _normal_quantile(p: float) -> float:
    """Inverse distribution function of the standard normal, with its limits."""
    if p in (0.0, 1.0):
        return float("inf") if p else float("-inf")
    return NormalDist().inv_cdf(p) if p == p else p
