"""Single-label metrics: each clip has exactly one class.

Conventions
-----------
- `y_true` and `y_pred` hold the class of each clip: an index, or a label as text.
- Rows of a confusion matrix are true classes, columns predicted classes.
- The precision of a class without prediction is undefined, and the recall of a class without clips. As in scikit-learn
  undefined figures are set to `zero_division`, 0 by default, and a warning counts them; if that is NaN, they are left
  out of the averages.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np

from npaudio._core.checks import Check
from npaudio.metrics.tagging.target_checks import defined_mean, warn_undefined

Classes = Sequence[Any] | np.ndarray  # (n_clips,) class indices or labels

Normalize = Literal["true", "pred", "all"] | None


class PrecisionRecallF(NamedTuple):
    """Arrays with an entry for each class, or floats if averaged; `support` counts the clips of a class, or is None.

    Used in lesson 09.

    Attributes
    ----------
    precision, recall, f_measure : float or np.ndarray (n_classes,)
        Shares from 0 to 1.
    support : int, np.ndarray (n_classes,) or None
        Clips of each class; None if averaged.

    See Also
    --------
    precision_recall_fscore : computes it.
    """

    precision: Any
    recall: Any
    f_measure: Any
    support: Any


def accuracy(y_true: Classes, y_pred: Classes) -> float:
    """Share of clips whose predicted class equals the true class.

    The article's "overall accuracy", scikit-learn's `accuracy_score` for single labels. For clips with several labels
    libraries differ: scikit-learn requires the whole set to be right, torchmetrics counts each label. Use the
    multi-label metrics there.

    Explained in lesson 07.

    Parameters
    ----------
    y_true : sequence (n,), or np.ndarray (n, n_classes)
        True classes; if `y_pred` are scores also one-hot or soft rows, whose largest entry is the true class.
    y_pred : sequence (n,), or np.ndarray (n, n_classes) of float
        Predicted classes; or scores, whose largest entry is the predicted class.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        Sequences of different lengths, or empty ones.

    See Also
    --------
    classification_report : Figures of each class.
    confusion_matrix : Which classes are confused.

    Examples
    --------
    >>> accuracy(["dog", "rain", "rain"], ["dog", "rain", "dog"])
    0.6666666666666666
    """
    check = Check("accuracy")
    y_true, y_pred = check.array(y_true, "y_true"), check.array(y_pred, "y_pred")
    if y_pred.ndim == 2 and y_pred.dtype.kind == "f" and y_pred.shape[1] > 0:
        y_pred = np.argmax(y_pred, axis=1)
        y_true = np.argmax(y_true, axis=1) if y_true.ndim == 2 else y_true
    true, pred = _checked(check, y_true, y_pred)
    return float(np.mean(true == pred))


def confusion_matrix(
    y_true: Classes, y_pred: Classes, *, labels: Classes | None = None, normalize: Normalize = None
) -> np.ndarray:
    """M[i, j] = number of clips of class i that were predicted as class j.

    scikit-learn's `confusion_matrix`, orientation included; some texts put the predictions into rows.

    Explained in lesson 03.

    Parameters
    ----------
    y_true, y_pred : sequences of n class indices or labels
    labels : sequence, optional
        The classes in the order of the rows; by default all that occur, sorted. A clip of another class, true or
        predicted, is an error here; scikit-learn drops it without a warning.
    normalize : "true", "pred", "all" or None
        Divide by the sum of the row, of the column, or of everything; 0 where there is nothing.

    Returns
    -------
    ndarray (n_classes, n_classes), int64, or float64 if normalized

    Raises
    ------
    ValueError
        Lengths that differ, no clips, a class that is not among `labels`, or an unknown `normalize`.

    See Also
    --------
    npaudio.plot.confusion_matrix : Plot it.
    precision_recall_fscore : The figures of each class.

    Examples
    --------
    >>> confusion_matrix(["dog", "rain", "rain"], ["dog", "rain", "dog"])
    array([[1, 0],
           [1, 1]])
    """
    check = Check("confusion_matrix")
    check.choice(normalize, (None, "true", "pred", "all"), "normalize")
    matrix, _ = count_confusions(check, y_true, y_pred, labels)
    if normalize is None:
        return matrix
    total = matrix.sum(axis={"true": 1, "pred": 0, "all": None}[normalize], keepdims=True)
    return np.divide(matrix, total, out=np.zeros(matrix.shape), where=total > 0)


def precision_recall_fscore(
    y_true: Classes,
    y_pred: Classes,
    *,
    beta: float = 1.0,
    labels: Classes | None = None,
    average: Literal["macro", "micro", "weighted"] | None = None,
    zero_division: float = 0.0,
) -> PrecisionRecallF:
    """Per class P = TP / (TP + FP), R = TP / (TP + FN), F = (1 + b^2) TP / ((1 + b^2) TP + b^2 FN + FP), b = `beta`.

    scikit-learn's `precision_recall_fscore_support`, averages included. The macro F is the mean of the classes' F;
    some papers report the F of the mean precision and mean recall instead.

    Used in lesson 09.

    Parameters
    ----------
    y_true, y_pred : sequences of n class indices or labels
    beta : float
        Weight of recall relative to precision.
    labels : sequence, optional
        The classes; by default all that occur, sorted.
    average : "macro", "micro", "weighted" or None
        Mean over classes, figures of the summed counts, mean weighted by the clips of each class, or no average.
    zero_division : float
        Value of undefined figures. NaN leaves them out of the averages.

    Returns
    -------
    PrecisionRecallF
        Arrays (n_classes,), or floats if averaged.

    Raises
    ------
    ValueError
        Lengths that differ, no clips, a class that is not among `labels`, or an unknown `average`.

    Warns
    -----
    UndefinedMetricWarning
        Counts classes without clips or without predictions, unless `zero_division` is NaN.

    See Also
    --------
    classification_report : The same as a table.

    Examples
    --------
    >>> precision_recall_fscore(["dog", "rain", "rain"], ["dog", "rain", "dog"]).precision
    array([0.5, 1. ])
    """
    check = Check("precision_recall_fscore")
    check.choice(average, (None, "macro", "micro", "weighted"), "average")
    counts = ClassCounts.of(count_confusions(check, y_true, y_pred, labels)[0])
    if average == "micro":
        counts = ClassCounts(*(count.sum(keepdims=True) for count in counts))
    warn_of_empty_classes(check, counts, zero_division)
    return figures_of(counts, average, beta=beta, zero_division=zero_division)


class ClassCounts(NamedTuple):
    """True positives, clips and predictions of each class, (n_classes,) each."""

    tp: np.ndarray
    n_true: np.ndarray
    n_pred: np.ndarray

    @classmethod
    def of(cls, matrix: np.ndarray) -> "ClassCounts":
        """The counts in a confusion matrix."""
        return cls(np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0))


def figures_of(counts: ClassCounts, average: str | None, *, beta: float, zero_division: float) -> PrecisionRecallF:
    """Precision, recall and F of each class, or their means."""
    tp, n_true, n_pred = counts
    precision, recall = _ratio(tp, n_pred, zero_division), _ratio(tp, n_true, zero_division)
    f_measure = _ratio((1 + beta**2) * tp, beta**2 * n_true + n_pred, zero_division)
    if average is None:
        return PrecisionRecallF(precision, recall, f_measure, n_true)
    weights = n_true if average == "weighted" else None
    mean = partial(defined_mean, weights=weights)
    return PrecisionRecallF(mean(precision), mean(recall), mean(f_measure), None)


def warn_of_empty_classes(check: Check, counts: ClassCounts, zero_division: float) -> None:
    """Count the classes without clips or predictions, unless their figures are NaN."""
    if not np.isnan(zero_division):
        undefined = int(np.count_nonzero((counts.n_true == 0) | (counts.n_pred == 0)))
        what = f"classes have no clip or no prediction; their undefined figures are set to {zero_division:g}"
        warn_undefined(check, undefined, len(counts.tp), what, stacklevel=4)


def _ratio(numerator: np.ndarray, denominator: np.ndarray, undefined: float) -> np.ndarray:
    return np.divide(numerator, denominator, out=np.full(len(numerator), undefined, dtype=float), where=denominator > 0)


def count_confusions(
    check: Check, y_true: Classes, y_pred: Classes, labels: Classes | None
) -> tuple[np.ndarray, np.ndarray]:
    """The confusion matrix (n_classes, n_classes), and the sorted or given classes (n_classes,)."""
    true, pred = _checked(check, y_true, y_pred)
    both = np.concatenate([true, pred])
    if labels is None:
        classes, index = np.unique(both, return_inverse=True)
    else:
        classes = check.array(labels, "labels")
        index = _positions(check, both, classes)
    n = len(classes)
    return np.bincount(index[: len(true)] * n + index[len(true) :], minlength=n * n).reshape(n, n), classes


def _positions(check: Check, values: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """The index of each value in the given classes."""
    if classes.ndim != 1 or len(classes) == 0:
        raise check.error(f"labels has shape {classes.shape}; pass None for all that occur, or a list of at least one")
    order = np.argsort(classes)
    place = np.minimum(np.searchsorted(classes, values, sorter=order), len(classes) - 1)
    index = order[place]
    unknown = values[classes[index] != values]
    if len(unknown):
        raise check.error(f"unknown label {unknown[0]!r}, expected one of {classes.tolist()}; add it to labels")
    return index


def _checked(check: Check, y_true: Classes, y_pred: Classes) -> tuple[np.ndarray, np.ndarray]:
    true, pred = check.array(y_true, "y_true"), check.array(y_pred, "y_pred")
    if true.ndim != 1 or true.shape != pred.shape:
        raise check.error(
            f"y_true has shape {true.shape} and y_pred {pred.shape}, expected one class for each clip in both; "
            "turn scores into classes with np.argmax(scores, axis=1)"
        )
    if len(true) == 0:
        raise check.error("no clips, expected at least one")
    for name, values in (("y_true", true), ("y_pred", pred)):
        if values.dtype.kind == "f" and not (values == np.floor(values)).all():
            raise check.error(f"{name} holds fractions, expected classes; take np.argmax of scores")
    if (true.dtype.kind in "US") != (pred.dtype.kind in "US"):
        raise check.error(f"y_true has {true.dtype} and y_pred {pred.dtype}, expected labels of one kind")
    return true, pred
