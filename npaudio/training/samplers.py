"""Samplers: which examples an epoch goes through, and in which order. And the other cure for rare classes: weights.

A sampler is anything that is called as `sampler(y, rng)` with all targets and the epoch's own generator, and returns
the indices of the epoch in order.

Conventions: targets are classes (n,) of an integer type, or yes and no for each class (n, n_classes).
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np


class Sampler(Protocol):
    """What `fit` asks of a sampler."""

    def __call__(self, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Indices into y for one epoch, in order."""


@dataclass(frozen=True)
class Shuffled:
    """Every example once an epoch, in a new order each time."""

    def __call__(self, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A permutation of all indices."""
        return rng.permutation(len(y))


@dataclass(frozen=True)
class ClassBalanced:
    """Every class equally often: rare examples come several times an epoch, common ones not in each.

    Any n_classes examples in a row, counted from the first, hold each class exactly once, so batches are balanced too.
    An epoch is as long as the data, hence a class is drawn n / n_classes times, rounded up or down. Within a class no
    example comes a second time before all others have come once. For several labels a clip, an example is drawn for one
    of its classes and brings the others along; PANNs (Kong et al. 2020, section III-C) are trained so.
    """

    def __call__(self, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Indices such that the classes take turns, in a new order in each round."""
        members = _members(y)
        rounds = -(-len(y) // len(members))
        drawn = np.stack([_in_turn(indices, rounds, rng) for indices in members], axis=1)  # (rounds, n_classes)
        return rng.permuted(drawn, axis=1).ravel()[: len(y)]


class Weighted:
    """Examples drawn with replacement, in proportion to a weight each; PyTorch's `WeightedRandomSampler`.

    Parameters
    ----------
    weights : array (n,)
        At least 0, not all 0.
    """

    def __init__(self, weights: Any) -> None:
        values = np.asarray(weights, np.float64)
        if values.ndim != 1 or not (np.isfinite(values).all() and (values >= 0).all() and values.sum() > 0):
            raise ValueError(
                f"Weighted: weights must be one finite number an example, at least 0 and not all 0, got shape "
                f"{values.shape}; for classes use ClassBalanced()"
            )
        self.weights, self.shares = values, values / values.sum()

    def __call__(self, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """As many independent draws as there are examples."""
        if len(self.shares) != len(y):
            raise ValueError(f"Weighted: there are {len(self.shares)} weights for {len(y)} examples; give one for each")
        return rng.choice(len(y), size=len(y), p=self.shares)

    def __repr__(self) -> str:
        return f"Weighted({len(self.shares)} weights)"


def class_weights(y: np.ndarray, n_classes: int | None = None) -> np.ndarray:
    """Weights under which all classes count the same: n / (n_classes · count), for nn.CrossEntropyLoss(weight=...).

    scikit-learn's `class_weight="balanced"`.

    Parameters
    ----------
    y : np.ndarray (n,)
        Classes, of an integer type.
    n_classes : int, optional
        By default one more than the largest in `y`.

    Returns
    -------
    np.ndarray (n_classes,)
        float64; the mean over the examples is 1.

    Raises
    ------
    ValueError
        A class without example.
    """
    counts = _class_counts(y, n_classes, caller="class_weights")
    return counts.sum() / (len(counts) * counts)


def positive_weights(y: np.ndarray) -> np.ndarray:
    """Negatives over positives of each class, for nn.BCEWithLogitsLoss(pos_weight=...): both sides count the same.

    Parameters
    ----------
    y : np.ndarray (n, n_classes)
        0 and 1.

    Returns
    -------
    np.ndarray (n_classes,)
        float64.

    Raises
    ------
    ValueError
        A class without positives.
    """
    y = np.asarray(y)
    if y.ndim != 2 or len(y) == 0 or not np.isin(y, (0, 1)).all():
        raise ValueError(f"positive_weights: y must be 0 and 1 of shape (n, n_classes), got {y.dtype} {y.shape}")
    positives = np.count_nonzero(y, axis=0)
    _refuse_empty(positives, caller="positive_weights")
    return (len(y) - positives) / positives


def _members(y: np.ndarray) -> list[np.ndarray]:
    """For each class the indices of its examples."""
    y = np.asarray(y)
    if y.ndim == 2:
        counts = np.count_nonzero(y > 0.5, axis=0)
        _refuse_empty(counts, caller="ClassBalanced")
        return [np.flatnonzero(column > 0.5) for column in y.T]
    counts = _class_counts(y, None, caller="ClassBalanced")
    return np.split(np.argsort(y, kind="stable"), np.cumsum(counts)[:-1])


def _in_turn(indices: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw n times: all of the indices in random order, then all of them in another order, and so on."""
    passes = np.tile(indices, (-(-n // len(indices)), 1))
    return rng.permuted(passes, axis=1).ravel()[:n]


def _class_counts(y: np.ndarray, n_classes: int | None, *, caller: str) -> np.ndarray:
    y = np.asarray(y)
    if y.ndim != 1 or len(y) == 0 or y.dtype.kind not in "iu" or y.min() < 0:
        raise ValueError(
            f"{caller}: y must be classes (n,) as whole numbers from 0 on, got {y.dtype} {y.shape}; "
            "of one-hot rows take .argmax(axis=1)"
        )
    if n_classes is not None and y.max() >= n_classes:
        raise ValueError(f"{caller}: class {y.max()} occurs, but n_classes is {n_classes}; classes count from 0")
    counts = np.bincount(y, minlength=n_classes or 0)
    _refuse_empty(counts, caller=caller)
    return counts


def _refuse_empty(counts: np.ndarray, *, caller: str) -> None:
    empty = np.flatnonzero(counts == 0)
    if len(empty):
        raise ValueError(
            f"{caller}: no example of class {', '.join(map(str, empty))}; leave empty classes out, or find examples"
        )
