"""Label-ranking average precision: how high each clip ranks its own labels.

Conventions
-----------
`y_true` is 0/1 and `y_score` any real numbers, `(n_clips, n_classes)`; only the order of the scores within a clip
counts. Equal scores share the worse rank.
"""

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Scores
from npaudio.metrics.tagging.target_checks import Targets, targets_and_scores, warn_undefined

_BLOCK = 1 << 20  # comparisons made at a time


def lwlrap(y_true: Targets, y_score: Scores) -> float:
    """Mean over all positive labels of the precision, within their clip, among the labels that score at least as high.

    Label-weighted label-ranking average precision, the metric of DCASE 2019 task 2 (Fonseca et al. 2019), equal to
    scikit-learn's `label_ranking_average_precision_score` with the number of labels of each clip as its weight. The
    unweighted metric (`label_ranking_average_precision`) takes the mean per clip first. The reference code of DCASE
    breaks ties by position; here, as in scikit-learn, equal scores share the worse rank.

    Goes with lesson 07.

    Parameters
    ----------
    y_true, y_score : ndarray (n_clips, n_classes)

    Returns
    -------
    float
        NaN, with a warning, if no clip has a label.

    Raises
    ------
    ValueError
        Shapes that differ or are not (n_clips, n_classes), targets other than 0 and 1, or NaN among the scores.

    See Also
    --------
    average_precision : Ranks the clips of each class instead of the classes of each clip.

    Examples
    --------
    >>> lwlrap(np.array([[1, 0, 1]]), np.array([[0.9, 0.8, 0.7]]))
    0.8333333333333333
    """
    check = Check("lwlrap")
    precision, _ = _label_precisions(check, y_true, y_score)
    warn_undefined(check, int(len(precision) == 0), 1, "clips have no label at all; the mean is undefined")
    return float(precision.mean()) if len(precision) else float("nan")


def label_ranking_average_precision(y_true: Targets, y_score: Scores) -> float:
    """Mean over the clips of the mean over their labels of the precision among labels that score at least as high.

    scikit-learn's `label_ranking_average_precision_score`, which scores clips without any label, or with all, as 1.
    Compare `lwlrap`, which gives each label the same weight and clips without labels none.

    Goes with lesson 07.

    Parameters
    ----------
    y_true, y_score : ndarray (n_clips, n_classes)

    Returns
    -------
    float

    Raises
    ------
    ValueError
        Shapes that differ or are not (n_clips, n_classes), targets other than 0 and 1, or NaN among the scores.

    See Also
    --------
    lwlrap : gives each label the same weight.

    Examples
    --------
    >>> label_ranking_average_precision(np.array([[1, 0, 1], [0, 0, 1]]), np.array([[0.9, 0.8, 0.7], [0.1, 0.2, 0.3]]))
    0.9166666666666666
    """
    check = Check("label_ranking_average_precision")
    precision, clip = _label_precisions(check, y_true, y_score)
    n_labels = np.bincount(clip, minlength=len(y_true))
    total = np.bincount(clip, precision, minlength=len(y_true))
    return float(np.mean(np.divide(total, n_labels, out=np.ones(len(y_true)), where=n_labels > 0)))


def _label_precisions(check: Check, y_true: Targets, y_score: Scores) -> tuple[np.ndarray, np.ndarray]:
    """Precision at each positive label, and the clip it belongs to."""
    targets, scores = targets_and_scores(check, y_true, y_score)
    if targets.ndim != 2:
        raise check.error(f"got shape {targets.shape}, expected (n_clips, n_classes)")
    clip, label = np.nonzero(targets)
    precision = np.empty(len(clip))
    step = max(1, _BLOCK // targets.shape[1])
    for begin in range(0, len(clip), step):
        rows = clip[begin : begin + step]
        above = scores[rows] >= scores[rows, label[begin : begin + step], None]
        precision[begin : begin + step] = (above & targets[rows]).sum(axis=1) / above.sum(axis=1)
    return precision, clip
