"""Refuse targets and scores for which no metric is defined, in one sentence; warn where a figure is undefined."""

import warnings
from typing import Literal

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Scores

Targets = np.ndarray  # 0 and 1, (n_clips,) or (n_clips, n_classes)
Average = Literal["macro", "micro", "weighted", "samples"] | None


class UndefinedMetricWarning(UserWarning):
    """A figure is undefined for some classes, clips or samples; the message counts them."""


def targets_and_scores(check: Check, y_true: Targets, y_score: Scores) -> tuple[np.ndarray, np.ndarray]:
    """Return 0/1 targets as booleans, and scores without NaN as floats, of one shape with one or two axes."""
    targets, scores = check.array(y_true, "y_true"), check.array(y_score, "y_score")
    if targets.shape != scores.shape:
        raise check.error(
            f"y_true has shape {targets.shape} and y_score {scores.shape}, expected the same; "
            "give (n_clips,) or (n_clips, n_classes)"
        )
    if targets.ndim not in (1, 2):
        raise check.error(f"got shape {targets.shape}, expected (n_clips,) or (n_clips, n_classes); reshape")
    if len(targets) == 0:
        raise check.error(f"no clips, got shape {targets.shape}; give at least one")
    return check_binary(check, targets), check_scores(check, scores)


def check_binary(check: Check, targets: np.ndarray) -> np.ndarray:
    """Return targets that are all 0 or 1 as booleans."""
    if targets.dtype == bool:
        return targets
    if targets.dtype.kind not in "iuf" or not ((targets == 0) | (targets == 1)).all():
        examples = ", ".join(map(repr, np.unique(targets)[:4].tolist()))
        raise check.error(
            f"y_true must hold 0 and 1 only, got {targets.dtype} values such as {examples}; "
            "mark the classes of a clip with 1, as in np.eye(n_classes)[class_index]"
        )
    return targets == 1


def check_scores(check: Check, scores: np.ndarray) -> np.ndarray:
    """Return scores as floats without NaN; integers become float64."""
    if scores.dtype.kind not in "biuf":
        raise check.error(f"y_score must be numbers, got {scores.dtype}; convert with .astype(float)")
    if scores.dtype.kind != "f":
        return scores.astype(np.float64)
    bad = int(np.count_nonzero(np.isnan(scores)))
    if bad:
        raise check.error(f"y_score holds {bad} NaN; find where they arise, a NaN has no rank")
    return scores


def defined_mean(values: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Mean of the values that are not NaN; NaN if there is none, or none with a weight."""
    defined = ~np.isnan(values)
    kept = np.ones(np.count_nonzero(defined)) if weights is None else weights[defined]
    return float(np.average(values[defined], weights=kept)) if kept.any() else float("nan")


def warn_undefined(check: Check, count: int, total: int, what: str, *, stacklevel: int = 3) -> None:
    """One warning that counts, if there is anything to count."""
    if count:
        warnings.warn(f"{check.caller}: {count} of {total} {what}", UndefinedMetricWarning, stacklevel=stacklevel)
