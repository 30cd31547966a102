"""Samplers: which examples an epoch uses, and in which order. And class weights, the other remedy for rare classes.

A sampler is anything that can be called as `sampler(y, rng)` with all targets and the epoch's own random generator, and
returns the indices of the epoch in order.

Conventions: targets `y` are class indices (n,) of an integer type, or 0 and 1 for each class (n, n_classes).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Targets

SHOWN = 10  # classes named in a message


class Sampler(Protocol):
    """What `fit` asks of a sampler."""

    def __call__(self, y: Targets, rng: np.random.Generator) -> np.ndarray:
        """Indices into y for one epoch, in order."""


@dataclass(frozen=True)
class Shuffled:
    """Every example once per epoch, in a new order each time.

    Used in lesson 10.

    See Also
    --------
    ClassBalanced, Weighted : favor some examples.
    """

    def __call__(self, y: Targets, rng: np.random.Generator) -> np.ndarray:
        """A permutation of all indices into `y`, drawn by `rng`."""
        return rng.permutation(len(y))


@dataclass(frozen=True)
class ClassBalanced:
    """Every class equally often: rare examples come several times an epoch, common ones not in every epoch.

    Any n_classes examples in a row, counted from the first, hold each class exactly once, so batches are balanced too.
    An epoch is as long as the data, so each class is drawn n / n_classes times, rounded up or down. Within a class,
    every example comes once before any comes a second time. With several classes per clip, an example is drawn for one
    of its classes and brings the others along; PANNs (Kong et al. 2020, section III-C) are trained this way.

    Explained in lesson 10.

    See Also
    --------
    class_weights : weights in the loss instead of repeated examples.

    Examples
    --------
    >>> y = np.array([0, 0, 0, 0, 0, 1])
    >>> np.bincount(y[ClassBalanced()(y, np.random.default_rng(0))])
    array([3, 3])
    """

    def __call__(self, y: Targets, rng: np.random.Generator) -> np.ndarray:
        """Indices into `y` in rounds drawn by `rng`: each has every class once; ValueError if one has no examples."""
        members = _members(y)
        rounds = -(-len(y) // len(members))
        drawn = np.stack([_in_turn(indices, rounds, rng) for indices in members], axis=1)  # (rounds, n_classes)
        return rng.permuted(drawn, axis=1).ravel()[: len(y)]


class Weighted:
    """Examples drawn with replacement, in proportion to their weights; PyTorch's `WeightedRandomSampler`.

    Goes with lesson 10.

    Parameters
    ----------
    weights : array (n,)
        One for each example, at least 0, not all 0.

    Raises
    ------
    ValueError
        Weights that are negative, not finite, or all 0.

    See Also
    --------
    ClassBalanced : every class equally often.
    """

    def __init__(self, weights: Sequence[float] | np.ndarray) -> None:
        values = np.asarray(weights, np.float64)
        if values.ndim != 1 or not (np.isfinite(values).all() and (values >= 0).all() and values.sum() > 0):
            expected = f"weights must be finite numbers of at least 0, not all 0, one per example, got {values.shape}"
            raise Check("Weighted").error(f"{expected}; for classes use ClassBalanced()")
        self.weights, self.shares = values, values / values.sum()

    def __call__(self, y: Targets, rng: np.random.Generator) -> np.ndarray:
        """As many independent draws by `rng` as `y` has examples; ValueError if there are not as many weights."""
        if len(self.shares) != len(y):
            raise Check("Weighted").error(f"got {len(self.shares)} weights for {len(y)} examples; give one for each")
        return rng.choice(len(y), size=len(y), p=self.shares)

    def __repr__(self) -> str:
        return f"Weighted({len(self.shares)} weights)"


def class_weights(y: Targets, n_classes: int | None = None) -> np.ndarray:
    """Weights that give all classes the same influence, n / (n_classes · count), for nn.CrossEntropyLoss(weight=...).

    scikit-learn's `class_weight="balanced"`.

    Explained in lesson 10.

    Parameters
    ----------
    y : np.ndarray (n,)
        Class indices, of an integer type.
    n_classes : int, optional
        By default one more than the largest index in `y`.

    Returns
    -------
    np.ndarray (n_classes,)
        float64; the mean over the examples is 1.

    Raises
    ------
    ValueError
        A class without examples.

    See Also
    --------
    positive_weights : for several classes per clip.
    ClassBalanced : balances the batches instead of the loss.

    Examples
    --------
    >>> class_weights(np.array([0, 0, 0, 1]))
    array([0.66666667, 2.        ])
    """
    counts = _class_counts(Check("class_weights"), y, n_classes)
    return counts.sum() / (len(counts) * counts)


def positive_weights(y: Targets) -> np.ndarray:
    """Negatives over positives of each class, which gives both the same influence in nn.BCEWithLogitsLoss(pos_weight=).

    Goes with lesson 10.

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

    See Also
    --------
    class_weights : for one class a clip.
    """
    check, y = Check("positive_weights"), np.asarray(y)
    if y.ndim != 2 or len(y) == 0 or not np.isin(y, (0, 1)).all():
        raise check.error(f"y must be 0 and 1 of shape (n, n_classes), got {y.dtype} {y.shape}")
    positives = np.count_nonzero(y, axis=0)
    _refuse_empty(check, np.flatnonzero(positives == 0))
    return (len(y) - positives) / positives


def _members(y: Targets) -> list[np.ndarray]:
    """For each class the indices of its examples."""
    check, y = Check("ClassBalanced"), np.asarray(y)
    if y.ndim == 2:
        _refuse_empty(check, np.flatnonzero(~(y > 0.5).any(axis=0)))
        return [np.flatnonzero(column > 0.5) for column in y.T]
    counts = _class_counts(check, y)
    return np.split(np.argsort(y, kind="stable"), np.cumsum(counts)[:-1])


def _in_turn(indices: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw n times: all of the indices in random order, then all of them in another order, and so on."""
    passes = np.tile(indices, (-(-n // len(indices)), 1))
    return rng.permuted(passes, axis=1).ravel()[:n]


def _class_counts(check: Check, y: Targets, n_classes: int | None = None) -> np.ndarray:
    """Examples of each class; there can't be more classes than examples, so a huge index takes no memory."""
    y = np.asarray(y)
    if y.ndim != 1 or len(y) == 0 or y.dtype.kind not in "iu" or y.min() < 0:
        expected = f"y must be class indices (n,), whole numbers from 0 on, got {y.dtype} {y.shape}"
        raise check.error(f"{expected}; for one-hot rows take .argmax(axis=1)")
    largest = int(y.max())
    n_classes = largest + 1 if n_classes is None else check.whole_number(n_classes, "n_classes")
    if largest >= n_classes:
        raise check.error(f"class {largest} occurs, but n_classes is {n_classes}; classes count from 0")
    classes, counts = np.unique(y, return_counts=True)
    if len(classes) < n_classes:
        among = np.arange(min(n_classes, len(classes) + SHOWN + 1))
        _refuse_empty(check, np.setdiff1d(among, classes))
    return counts


def _refuse_empty(check: Check, empty: Iterable[int]) -> None:
    """Refuse classes without examples, naming the first ones."""
    names = [str(index) for index in empty]
    if names:
        listed = ", ".join(names[:SHOWN]) + (" and more" if len(names) > SHOWN else "")
        raise check.error(f"no example of class {listed}; leave empty classes out, or find examples")
