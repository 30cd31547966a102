"""Label-ranking average precision: how far up its own ranking a clip has its labels.

Conventions ----------- `y_true` is 0/1 and `y_score` any real numbers, `(n_clips, n_classes)`; only the order of the
scores within a clip counts. Equal scores share the worse rank.
"""

import numpy as np

from npaudio.metrics.tagging.label_checks import check_labels_and_scores, warn_undefined

_BLOCK = 1 << 20  # comparisons made at a time


def lwlrap(y_true: np.ndarray, y_score: np.ndarray) -> float:
    """Mean over all positive labels of the precision, within their clip, among the labels that score at least as high.

    Label-weighted label-ranking average precision, the metric of DCASE 2019 task 2 (Fonseca et al. 2019), equal to
    scikit-learn's `label_ranking_average_precision_score` with the number of labels of each clip as its weight. The
    unweighted metric (`label_ranking_average_precision`) takes the mean per clip first. The reference code of DCASE
    breaks ties by position; here, as in scikit-learn, equal scores share the worse rank.

    Parameters
    ----------
    y_true, y_score : ndarray (n_clips, n_classes)

    Returns
    -------
    float
        NaN, with a warning, if no clip has a label.
    """
    precision, _ = _label_precisions(y_true, y_score, caller="lwlrap")
    warn_undefined(int(len(precision) == 0), 1, "clips have no label at all; the mean is undefined", caller="lwlrap")
    return float(precision.mean()) if len(precision) else float("nan")


def label_ranking_average_precision(y_true: np.ndarray, y_score: np.ndarray) -> float:
    """Mean over the clips of the mean over their labels of the precision among labels that score at least as high.

    scikit-learn's `label_ranking_average_precision_score`, which scores clips without any label, or with all, as 1.
    Compare `lwlrap`, which gives each label the same weight and clips without labels none.

    Parameters
    ----------
    y_true, y_score : ndarray (n_clips, n_classes)
    """
    precision, clip = _label_precisions(y_true, y_score, caller="label_ranking_average_precision")
    n_labels = np.bincount(clip, minlength=len(y_true))
    total = np.bincount(clip, precision, minlength=len(y_true))
    return float(np.mean(np.divide(total, n_labels, out=np.ones(len(y_true)), where=n_labels > 0)))


def _label_precisions(y_true: np.ndarray, y_score: np.ndarray, *, caller: str) -> tuple[np.ndarray, np.ndarray]:
    """Precision at each positive label, and the clip it belongs to."""
    labels, scores = check_labels_and_scores(y_true, y_score, caller=caller)
    if labels.ndim != 2:
        raise ValueError(f"{caller}: got shape {labels.shape}, expected (n_clips, n_classes)")
    clip, label = np.nonzero(labels)
    precision = np.empty(len(clip))
    step = max(1, _BLOCK // labels.shape[1])
    for begin in range(0, len(clip), step):
        rows = clip[begin : begin + step]
        above = scores[rows] >= scores[rows, label[begin : begin + step], None]
        precision[begin : begin + step] = (above & labels[rows]).sum(axis=1) / above.sum(axis=1)
    return precision, clip
