"""Single-label metrics: one right class a clip.

Conventions
-----------
- `y_true` and `y_pred` are sequences of class labels, integers or text, one a clip.
- Rows of a confusion matrix are true classes, columns predicted ones.
- A class without prediction has no precision, one without a clip no recall. Like scikit-learn these figures are set to
  `zero_division`, 0 by default, and a warning counts them; with NaN they are left out of the averages.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from npaudio.metrics.tagging.label_checks import warn_undefined

Labels = Sequence[Any] | np.ndarray


class PrecisionRecallF(NamedTuple):
    """Arrays of one entry a class, or floats if averaged; `support` counts the clips of each class, or is None."""

    precision: Any
    recall: Any
    f_measure: Any
    support: Any


def accuracy(y_true: Labels, y_pred: Labels) -> float:
    """Share of clips whose predicted class is the true one.

    The article's "overall accuracy", scikit-learn's `accuracy_score` for single labels. Libraries differ for several
    labels a clip, where scikit-learn wants the whole set right and torchmetrics counts each label; use the multi-label
    metrics there.

    Parameters
    ----------
    y_true : sequence (n,), or np.ndarray (n, n_classes)
        True classes; beside scores also one-hot or soft rows, whose largest entry is the true class.
    y_pred : sequence (n,), or np.ndarray (n, n_classes) of float
        Predicted classes; or scores, whose largest entry is the predicted class.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        Numbers of clips that differ, or none.
    """
    if np.ndim(y_pred) == 2 and np.asarray(y_pred).dtype.kind == "f" and np.shape(y_pred)[1] > 0:
        y_pred = np.argmax(y_pred, axis=1)
        y_true = np.argmax(y_true, axis=1) if np.ndim(y_true) == 2 else y_true
    true, pred = _checked(y_true, y_pred, caller="accuracy")
    return float(np.mean(true == pred))


def confusion_matrix(
    y_true: Labels, y_pred: Labels, *, labels: Labels | None = None, normalize: str | None = None
) -> np.ndarray:
    """M[i, j] = number of clips of class i that were predicted as class j.

    scikit-learn's `confusion_matrix`, orientation included; other texts put the predictions into rows.

    Parameters
    ----------
    y_true, y_pred : sequences of n labels
    labels : sequence, optional
        The classes in the order of the rows; by default all that occur, sorted. Clips with another label, true or
        predicted, are an error here; scikit-learn drops them without a word.
    normalize : "true", "pred", "all" or None
        Divide by the sum of the row, of the column, or of everything; 0 where there is nothing.

    Returns
    -------
    ndarray (n_classes, n_classes), int64, or float64 if normalised
    """
    true, pred, labels = _as_indices(y_true, y_pred, labels, caller="confusion_matrix")
    n = len(labels)
    matrix = np.bincount(true * n + pred, minlength=n * n).reshape(n, n)
    if normalize is None:
        return matrix
    axes: dict[str, int | None] = {"true": 1, "pred": 0, "all": None}
    if normalize not in axes:
        raise ValueError(f'confusion_matrix: normalize is {normalize!r}, expected "true", "pred", "all" or None')
    total = matrix.sum(axis=axes[normalize], keepdims=True)
    return np.divide(matrix, total, out=np.zeros((n, n)), where=total > 0)


def precision_recall_fscore(
    y_true: Labels,
    y_pred: Labels,
    *,
    beta: float = 1.0,
    labels: Labels | None = None,
    average: str | None = None,
    zero_division: float = 0.0,
) -> PrecisionRecallF:
    """Per class P = TP / (TP + FP), R = TP / (TP + FN), F = (1 + b^2) TP / ((1 + b^2) TP + b^2 FN + FP), b = `beta`.

    scikit-learn's `precision_recall_fscore_support`, averages included. The macro F is the mean of the classes' F, not
    the F of the mean precision and recall, as some papers have it.

    Parameters
    ----------
    y_true, y_pred : sequences of n labels
    beta : float
        Weight of recall against precision.
    labels : sequence, optional
        The classes; by default all that occur, sorted.
    average : "macro", "micro", "weighted" or None
        Mean over classes, figures of the summed counts, mean weighted by the clips of each class, or no average.
    zero_division : float
        What an undefined figure becomes. NaN leaves it out of the averages.

    Warns
    -----
    UndefinedMetricWarning
        Counts classes without clips or without predictions, unless `zero_division` is NaN.
    """
    matrix = confusion_matrix(y_true, y_pred, labels=labels)
    if average not in (None, "macro", "micro", "weighted"):
        raise ValueError(
            f'precision_recall_fscore: average is {average!r}, expected "macro", "micro", "weighted" or None'
        )
    tp, n_true, n_pred = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    if average == "micro":
        tp, n_true, n_pred = (counts.sum(keepdims=True) for counts in (tp, n_true, n_pred))
    if not np.isnan(zero_division):
        undefined = int(np.count_nonzero((n_true == 0) | (n_pred == 0)))
        what = f"classes have no clip or no prediction; their undefined figures are set to {zero_division:g}"
        warn_undefined(undefined, len(tp), what, caller="precision_recall_fscore")
    precision = _ratio(tp, n_pred, zero_division)
    recall = _ratio(tp, n_true, zero_division)
    f_measure = _ratio((1 + beta**2) * tp, beta**2 * n_true + n_pred, zero_division)
    if average is None:
        return PrecisionRecallF(precision, recall, f_measure, n_true)
    weights = n_true if average == "weighted" else np.ones(len(tp))
    return PrecisionRecallF(_mean(precision, weights), _mean(recall, weights), _mean(f_measure, weights), None)


def _ratio(numerator: np.ndarray, denominator: np.ndarray, undefined: float) -> np.ndarray:
    return np.divide(numerator, denominator, out=np.full(len(numerator), undefined, dtype=float), where=denominator > 0)


def _mean(values: np.ndarray, weights: np.ndarray) -> float:
    """Weighted mean of what is defined."""
    defined = ~np.isnan(values)
    total = weights[defined].sum()
    return float((values[defined] * weights[defined]).sum() / total) if total else float("nan")


def _as_indices(
    y_true: Labels, y_pred: Labels, labels: Labels | None, *, caller: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both label sequences as indices into the sorted or given classes."""
    true, pred = _checked(y_true, y_pred, caller=caller)
    both = np.concatenate([true, pred])
    if labels is None:
        classes, index = np.unique(both, return_inverse=True)
        return index[: len(true)], index[len(true) :], classes
    classes = np.asarray(labels)
    order = np.argsort(classes)
    place = np.minimum(np.searchsorted(classes, both, sorter=order), len(classes) - 1)
    index = order[place]
    unknown = both[classes[index] != both]
    if len(unknown):
        raise ValueError(f"{caller}: unknown label {unknown[0]!r}, expected one of {list(labels)}; add it to labels")
    return index[: len(true)], index[len(true) :], classes


def _checked(y_true: Labels, y_pred: Labels, *, caller: str) -> tuple[np.ndarray, np.ndarray]:
    true, pred = np.asarray(y_true), np.asarray(y_pred)
    if true.ndim != 1 or true.shape != pred.shape:
        raise ValueError(
            f"{caller}: y_true has shape {true.shape} and y_pred {pred.shape}, expected one label a clip in both; "
            "turn scores into labels with np.argmax(scores, axis=1)"
        )
    if len(true) == 0:
        raise ValueError(f"{caller}: no clips, expected at least one label")
    for name, values in (("y_true", true), ("y_pred", pred)):
        if values.dtype.kind == "f" and not (values == np.floor(values)).all():
            raise ValueError(f"{caller}: {name} holds fractions, expected class labels; take np.argmax of scores")
    if (true.dtype.kind in "US") != (pred.dtype.kind in "US"):
        raise ValueError(f"{caller}: y_true has {true.dtype} and y_pred {pred.dtype}, expected labels of one kind")
    return true, pred
