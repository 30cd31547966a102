"""What scores at least as high as each positive: all that ranking metrics need, without ranking anything else.

Conventions
-----------
- `y_true` is 0/1 and `y_score` any real numbers, both `(n_clips,)` or `(n_clips, n_classes)`; only the order of the
  scores within a class counts.
- Equal scores are one threshold: no order among them is believed.
- Average precision and ROC AUC are means over the positives. For each one we count what scores at least as high, among
  all and among the positives: two sorted arrays answer that by bisection. Sorting values costs a fraction of sorting
  indices, and most scores are never looked at again.
- A class for which a metric is undefined is NaN, left out of averages, with one warning that counts such classes.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from npaudio.metrics.tagging.label_checks import check_labels_and_scores, warn_undefined

_BLOCK = 1 << 20  # scores copied at a time
AVERAGES = (None, "macro", "micro", "weighted", "samples")


class AbovePositives(NamedTuple):
    """For each positive of a class, lowest score first: how many score at least as high (ge) or higher (gt)."""

    positives_ge: np.ndarray
    all_ge: np.ndarray
    positives_gt: np.ndarray
    all_gt: np.ndarray
    n_clips: int

    @classmethod
    def of(cls, positive: np.ndarray, scores: np.ndarray) -> "AbovePositives":
        """Count for one class, `positive` boolean and `scores`, both (n_clips,)."""
        every, ours = np.sort(scores), np.sort(scores[positive])
        return cls(
            positives_ge=len(ours) - np.searchsorted(ours, ours, side="left"),
            all_ge=len(every) - np.searchsorted(every, ours, side="left"),
            positives_gt=len(ours) - np.searchsorted(ours, ours, side="right"),
            all_gt=len(every) - np.searchsorted(every, ours, side="right"),
            n_clips=len(scores),
        )


def metric_of_classes(
    y_true: np.ndarray,
    y_score: np.ndarray,
    average: str | None,
    metric: Callable[[AbovePositives], float],
    *,
    caller: str,
    lacking: str,
) -> Any:
    """`metric` of each class, averaged as asked; `lacking` says what a class lacks if the metric is NaN."""
    if average not in AVERAGES:
        raise ValueError(f"{caller}: average is {average!r}, expected one of {', '.join(map(repr, AVERAGES))}")
    labels, scores = check_labels_and_scores(y_true, y_score, caller=caller)
    single = labels.ndim == 1 or average == "micro"
    if single:
        labels, scores = labels.reshape(-1, 1), scores.reshape(-1, 1)
    elif average == "samples":
        labels, scores = labels.T, scores.T
    values = np.array([_value(metric, *column) for column in _columns(labels, scores)])
    n_undefined = int(np.isnan(values).sum())
    what = f"{'clips' if average == 'samples' else 'classes'} have {lacking}; NaN, left out of averages"
    warn_undefined(n_undefined, len(values), what, caller=caller, stacklevel=4)
    if single:
        return float(values[0])
    if average is None:
        return values
    weights = labels.sum(axis=0) if average == "weighted" else np.ones(len(values))
    return _defined_mean(values, weights)


def _value(metric: Callable[[AbovePositives], float], positive: np.ndarray, scores: np.ndarray) -> float:
    return metric(AbovePositives.of(positive, scores)) if positive.any() else float("nan")


def _columns(labels: np.ndarray, scores: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Labels and scores of each class, contiguous; copied in blocks, which reads memory in order."""
    step = max(1, _BLOCK // len(labels))
    for begin in range(0, labels.shape[1], step):
        block = slice(begin, begin + step)
        yield from zip(np.ascontiguousarray(labels[:, block].T), np.ascontiguousarray(scores[:, block].T), strict=True)


def _defined_mean(values: np.ndarray, weights: np.ndarray) -> float:
    defined = ~np.isnan(values)
    return float(np.average(values[defined], weights=weights[defined])) if defined.any() else float("nan")
