"""Exercise 08, mean average precision: the mistakes that its checks know by name."""

import numpy as np

import npaudio
from exercises.checking.mistakes import Mistakes

AP, MAP = Mistakes("MultiLabelEvaluator.compute_ap"), Mistakes("MultiLabelEvaluator.compute_map")


GRID = (
    "your thresholds lie on a fixed grid from 0 to 1.",
    "The scores themselves are the thresholds: sort them and go through them.",
)


def trapezoid_ap(y_true, y_scores):
    return npaudio.metrics.average_precision(np.asarray(y_true), np.asarray(y_scores, float), method="trapezoid")


def curve(y_true, y_scores):
    """Precision, recall, and whether it is a positive, for every clip from the highest score down."""
    positive = y_true[np.argsort(-y_scores, kind="stable")]
    tp = np.cumsum(positive)
    return tp / np.arange(1, len(tp) + 1), tp / tp[-1], positive


def area(precision, recall, first=1.0):
    return np.trapezoid(np.append(first, precision), np.append(0, recall))


def on_a_grid(y_true, y_scores, steps):
    """Thresholds 0, 1 / steps, ... 1 instead of the scores themselves."""
    points = []
    for t in np.linspace(1, 0, steps + 1):
        found = y_scores >= t
        tp = np.sum(y_true[found])
        points.append((tp / max(found.sum(), 1) if found.any() else 1.0, tp / y_true.sum()))
    return np.trapezoid(*np.array(points).T)


@AP.mistake(
    "you sort upwards, the lowest score first; np.argsort does so.",
    "The highest score comes first: np.argsort(-scores).",
)
def ascending(y_true, y_scores):
    return trapezoid_ap(y_true, -y_scores)


@AP.mistake(
    "the area left of the first point is missing.",
    "Put a point at recall 0 in front, with precision 1 or the first one's.",
)
def no_anchor(y_true, y_scores):
    precision, recall, _ = curve(y_true, y_scores)
    return np.trapezoid(precision, recall)


@AP.mistake("your curve starts at precision 0.", "The point at recall 0 has precision 1, or the first point's.")
def from_zero(y_true, y_scores):
    precision, recall, _ = curve(y_true, y_scores)
    return area(precision, recall, first=0)


@AP.mistake(
    "this is AP by steps, as scikit-learn defines it; the task asks for trapezoids.",
    "np.trapezoid(precision, recall) joins the points by straight lines.",
)
def steps(y_true, y_scores):
    return npaudio.metrics.average_precision(y_true, y_scores, method="step")


@AP.mistake(
    "this is the interpolated AP of object detection, with the best precision at this recall or any higher.",
    "Take the precisions as they are.",
)
def interpolated(y_true, y_scores):
    return npaudio.metrics.average_precision(y_true, y_scores, method="interpolated")


@AP.mistake(
    "your curve has points at the positives only.",
    "Each clip is a threshold: a negative lowers the precision before the next positive comes.",
)
def positives_only(y_true, y_scores):
    precision, recall, positive = curve(y_true, y_scores)
    kept = positive == 1
    return area(precision[kept], recall[kept], first=precision[kept][0])


@AP.mistake(
    "this is the area under the ROC curve.",
    "That is over the false positive rate; the task asks for precision over recall.",
)
def roc(y_true, y_scores):
    return npaudio.metrics.roc_auc(y_true, y_scores)


@AP.mistake("this is the mean of the precisions of all clips.", "Weight them by the steps in recall: the area.")
def mean_precision(y_true, y_scores):
    return curve(y_true, y_scores)[0].mean()


@AP.mistake("the labels are not sorted along with the scores.", "y_true[order], with order = np.argsort(-y_scores).")
def labels_unsorted(y_true, y_scores):
    return trapezoid_ap(y_true, -np.arange(len(y_true)))


@AP.mistake("you sort the labels, not the clips.", "order = np.argsort(-y_scores), then y_true[order].")
def sorted_labels(y_true, y_scores):
    return 1.0


@AP.mistake(
    "your recall is divided by the number of clips.",
    "Recall is the share of the *positives* that were found: it ends at 1.",
)
def recall_of_all(y_true, y_scores):
    return trapezoid_ap(y_true, y_scores) * np.mean(y_true)


@AP.mistake(
    "your thresholds count scores *above* them, so that the last clip is never reached.", "Compare with >=, not with >."
)
def strictly_above(y_true, y_scores):
    precision, recall, _ = curve(y_true, y_scores)
    return area(precision[:-1], recall[:-1])


@AP.mistake(*GRID)
def ten_thresholds(y_true, y_scores):
    return on_a_grid(y_true, y_scores, 10)


@AP.mistake(*GRID)
def hundred_thresholds(y_true, y_scores):
    return on_a_grid(y_true, y_scores, 100)


@MAP.mistake("you return the sum of the APs.", "Divide by the number of classes.")
def total(Y_true, Y_scores):
    return sum(map(trapezoid_ap, Y_true.T, Y_scores.T))


@MAP.mistake(
    "you take the AP of each clip over the classes.", "A class is a column: Y_true[:, c], or go through Y_true.T."
)
def over_clips(Y_true, Y_scores):
    return np.mean(list(map(trapezoid_ap, Y_true, Y_scores)))


@MAP.mistake(
    "this is the AP of all numbers as if they were one class (micro average).", "One AP a column, then their mean."
)
def micro(Y_true, Y_scores):
    return trapezoid_ap(Y_true.ravel(), Y_scores.ravel())


@MAP.mistake("your mean is weighted by the number of positives.", "Every class counts the same.")
def weighted(Y_true, Y_scores):
    return np.average(list(map(trapezoid_ap, Y_true.T, Y_scores.T)), weights=Y_true.sum(axis=0))


@MAP.mistake("this is the median of the APs.", "The task asks for their mean.")
def median(Y_true, Y_scores):
    return np.median(list(map(trapezoid_ap, Y_true.T, Y_scores.T)))


@MAP.mistake("the last class is missing.", "range(Y_true.shape[1]) goes through all columns.")
def last_missing(Y_true, Y_scores):
    return np.mean(list(map(trapezoid_ap, Y_true.T[:-1], Y_scores.T[:-1])))
