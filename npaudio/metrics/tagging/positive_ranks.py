"""The rank of each positive: how many clips score at least as high, which is all that AP and ROC AUC need.

Conventions
-----------
- `y_true` is 0/1 and `y_score` any real numbers, both `(n_clips,)` or `(n_clips, n_classes)`; only the order of the
  scores within a class counts.
- Equal scores are one threshold: their order in the array means nothing.
- Average precision and ROC AUC are means over the positives. For each positive we count the scores that are at least
  as high, among all clips and among the positives: two sorted arrays give that by bisection. Sorting values costs a
  fraction of sorting indices, and most scores are not used again.
- A class for which a metric is undefined is NaN and left out of averages, with one warning that counts such classes.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Scores
from npaudio.metrics.tagging.target_checks import Average, Targets, defined_mean, targets_and_scores, warn_undefined

_BLOCK = 1 << 20  # scores copied at a time


class PositiveRanks(NamedTuple):
    """For each positive of a class, lowest score first: how many score at least as high (ge) or higher (gt)."""

    positives_ge: np.ndarray
    all_ge: np.ndarray
    positives_gt: np.ndarray
    all_gt: np.ndarray
    n_clips: int

    @classmethod
    def of(cls, positive: np.ndarray, scores: np.ndarray) -> "PositiveRanks":
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
    check: Check,
    y_true: Targets,
    y_score: Scores,
    average: Average,
    metric: Callable[[PositiveRanks], float],
    *,
    lacking: str,
) -> Any:
    """`metric` of each class, averaged as asked; `lacking` says why it may be NaN."""
    check.choice(average, (None, "macro", "micro", "weighted", "samples"), "average")
    targets, scores = targets_and_scores(check, y_true, y_score)
    single = targets.ndim == 1 or average == "micro"
    if single:
        targets, scores = targets.reshape(-1, 1), scores.reshape(-1, 1)
    elif average == "samples":
        targets, scores = targets.T, scores.T
    values = np.array([_value(metric, *column) for column in _columns(targets, scores)])
    n_undefined = int(np.isnan(values).sum())
    what = f"{'clips' if average == 'samples' else 'classes'} have {lacking}; NaN, left out of averages"
    warn_undefined(check, n_undefined, len(values), what, stacklevel=4)
    if single:
        return float(values[0])
    if average is None:
        return values
    return defined_mean(values, targets.sum(axis=0) if average == "weighted" else None)


def _value(metric: Callable[[PositiveRanks], float], positive: np.ndarray, scores: np.ndarray) -> float:
    return metric(PositiveRanks.of(positive, scores)) if positive.any() else float("nan")


def _columns(targets: np.ndarray, scores: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Targets and scores of each class, contiguous; copied in blocks, which reads memory in order."""
    step = max(1, _BLOCK // len(targets))
    for begin in range(0, targets.shape[1], step):
        block = slice(begin, begin + step)
        yield from zip(np.ascontiguousarray(targets[:, block].T), np.ascontiguousarray(scores[:, block].T), strict=True)
