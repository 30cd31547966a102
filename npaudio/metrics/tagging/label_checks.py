"""Refuse labels and scores that no metric is defined for, in one sentence; warn where a figure is undefined."""

import warnings

import numpy as np


class UndefinedMetricWarning(UserWarning):
    """A figure is undefined for some classes, clips or samples; the message counts them."""


def check_labels_and_scores(y_true: np.ndarray, y_score: np.ndarray, *, caller: str) -> tuple[np.ndarray, np.ndarray]:
    """Return 0/1 labels as booleans, and finite-or-infinite scores as floats, of one shape with one or two axes."""
    labels, scores = np.asarray(y_true), np.asarray(y_score)
    if labels.shape != scores.shape:
        raise ValueError(
            f"{caller}: y_true has shape {labels.shape} and y_score {scores.shape}, expected the same; "
            "give (n_clips,) or (n_clips, n_classes)"
        )
    if labels.ndim not in (1, 2):
        raise ValueError(f"{caller}: got shape {labels.shape}, expected (n_clips,) or (n_clips, n_classes); reshape")
    if len(labels) == 0:
        raise ValueError(f"{caller}: no clips, got shape {labels.shape}; give at least one")
    return check_binary(labels, caller=caller), check_scores(scores, caller=caller)


def check_binary(labels: np.ndarray, *, caller: str, name: str = "y_true") -> np.ndarray:
    """Return labels that are all 0 or 1 as booleans."""
    if labels.dtype == bool:
        return labels
    if labels.dtype.kind not in "iuf" or not ((labels == 0) | (labels == 1)).all():
        raise ValueError(
            f"{caller}: {name} must hold 0 and 1 only, got {_examples(labels)}; "
            "mark the classes of a clip with 1, as in np.eye(n_classes)[class_index]"
        )
    return labels == 1


def check_scores(scores: np.ndarray, *, caller: str) -> np.ndarray:
    """Return scores as floats without NaN; integers become float64."""
    if scores.dtype.kind not in "biuf":
        raise ValueError(f"{caller}: y_score must be numbers, got {scores.dtype}; convert with .astype(float)")
    if scores.dtype.kind != "f":
        return scores.astype(np.float64)
    bad = int(np.count_nonzero(np.isnan(scores)))
    if bad:
        raise ValueError(f"{caller}: y_score holds {bad} NaN; find where they arise, a NaN has no rank")
    return scores


def warn_undefined(count: int, total: int, what: str, *, caller: str, stacklevel: int = 3) -> None:
    """One warning that counts, if there is anything to count."""
    if count:
        warnings.warn(f"{caller}: {count} of {total} {what}", UndefinedMetricWarning, stacklevel=stacklevel)


def _examples(labels: np.ndarray) -> str:
    """A few of the values that were given."""
    values = np.unique(labels)[:4]
    return f"{labels.dtype} values such as {', '.join(map(repr, values.tolist()))}"
