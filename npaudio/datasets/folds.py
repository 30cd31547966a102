"""Folds: which clips are tested together, and whether the test is honest.

Several clips are often cut from one recording. If one of them is trained on and another tested, the network may know
the recording instead of the sound, and the score is too good. So folds keep the clips of one source together, and a
split that does not is warned of.

Conventions
-----------
A fold is a whole number from 1 on, as in the tables of ESC-50 and UrbanSound8K. A source is the recording that a clip
was cut from; two clips share it if their entries are equal.
"""

import warnings
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from npaudio._core.checks import check_positive_int
from npaudio.augment.draws import needed_generator

DEFAULT_FOLDS = 5


class SourceLeakWarning(UserWarning):
    """Clips of one recording are on both sides of a split, so the test score will be too good."""


class UntrainedClassWarning(UserWarning):
    """A class is tested that has no clip to train on."""


def make_folds(
    labels: Sequence[int] | np.ndarray,
    n_folds: int = DEFAULT_FOLDS,
    *,
    sources: Sequence[object] | np.ndarray | None = None,
    rng: np.random.Generator | int = 0,
) -> np.ndarray:
    """Deal clips to folds by chance, so that every fold has about as many of each class, and sources stay whole.

    Sources are dealt in random order, large ones first, each to the fold that has the fewest clips of its class.

    Parameters
    ----------
    labels : sequence of int, (n_clips,)
        Class of each clip.
    n_folds : int
        Number of folds, at least 2.
    sources : sequence, (n_clips,), optional
        Recording that each clip comes from. None: split by clip, as if each were a recording of its own.
    rng : numpy.random.Generator or int
        Order in which sources are dealt.

    Returns
    -------
    np.ndarray (n_clips,) of int
        Folds 1 to n_folds.

    Raises
    ------
    ValueError
        Fewer than two folds, fewer clips or sources than folds, or labels or sources of another form.

    Examples
    --------
    >>> make_folds([0, 0, 1, 1], 2).tolist().count(1)
    2
    """
    labels = _checked_labels(labels)
    groups = np.arange(len(labels)) if sources is None else _groups(sources, len(labels))
    _check_folds(n_folds, len(labels), len(np.unique(groups)))
    members = _members(groups, needed_generator(rng, caller="make_folds"))
    counts = np.zeros((n_folds, labels.max() + 1), dtype=int)
    folds = np.empty(len(labels), dtype=int)
    for clips in members:
        of_class = counts[:, labels[clips]].sum(axis=1)
        fold = int(np.lexsort((counts.sum(axis=1), of_class))[0])
        np.add.at(counts[fold], labels[clips], 1)
        folds[clips] = fold + 1
    return folds


def leaked_sources(sources: Sequence[object] | np.ndarray, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """The sources that have clips among `train` as well as among `test`.

    Parameters
    ----------
    sources : sequence, (n_clips,)
        Recording that each clip comes from.
    train, test : np.ndarray of int
        Indices of clips.

    Returns
    -------
    np.ndarray
        The sources on both sides, sorted; empty if the split is honest.
    """
    sources = np.asarray(sources)
    return np.intersect1d(sources[train], sources[test])


class Foldable(Protocol):
    """What can be split: a data set, or a table of features."""

    folds: np.ndarray
    sources: np.ndarray
    class_names: tuple[str, ...]


def split_by_fold(
    clips: Foldable, labels: np.ndarray | None, fold: int | Sequence[int], *, caller: str
) -> tuple[np.ndarray, np.ndarray]:
    """Indices (train, test) of the clips outside and inside a fold, or several; warns of what makes the test unfair.

    Labels are None if they are events, which scenes would have to be drawn for.
    """
    wanted = np.atleast_1d(fold)
    known = np.unique(clips.folds)
    if not wanted.size or not np.isin(wanted, known).all():
        raise ValueError(f"{caller}: unknown fold {fold!r}; choose of {', '.join(map(str, known.tolist()))}")
    inside = np.isin(clips.folds, wanted)
    train, test = np.flatnonzero(~inside), np.flatnonzero(inside)
    if not len(train):
        raise ValueError(f"{caller}: fold {fold!r} holds all clips, so none are left to train on; choose fewer folds")
    _warn_of_leaks(clips.sources, train, test, caller)
    if labels is not None:
        _warn_of_untrained(labels, clips.class_names, train, test, caller)
    return train, test


def _warn_of_leaks(sources: np.ndarray, train: np.ndarray, test: np.ndarray, caller: str) -> None:
    leaked = leaked_sources(sources, train, test)
    if len(leaked):
        verb = "source has" if len(leaked) == 1 else "sources have"
        warnings.warn(
            f"{caller}: {len(leaked)} {verb} clips in train and in test (such as {leaked[0]}), so the score will "
            "be too good; keep sources together: make_folds(labels, n_folds, sources=dataset.sources)",
            SourceLeakWarning,
            stacklevel=4,
        )


def _warn_of_untrained(
    labels: np.ndarray, class_names: Sequence[str], train: np.ndarray, test: np.ndarray, caller: str
) -> None:
    """Warn of classes that are tested and have nothing to learn from."""
    untrained = np.setdiff1d(labels[test], labels[train])
    if len(untrained):
        verb = "class has" if len(untrained) == 1 else "classes have"
        warnings.warn(
            f"{caller}: {len(untrained)} {verb} clips in test and none in train (such as "
            f"{class_names[untrained[0]]!r}), so they can only be missed; add recordings, or leave them out",
            UntrainedClassWarning,
            stacklevel=4,
        )


def _members(groups: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """Clips of each group: groups in random order, but the large ones first, as they are the hardest to place."""
    by_group = np.split(np.argsort(groups, kind="stable"), np.cumsum(np.bincount(groups))[:-1])
    shuffled = [by_group[k] for k in rng.permutation(len(by_group))]
    return sorted(shuffled, key=len, reverse=True)


def _checked_labels(labels: Sequence[int] | np.ndarray) -> np.ndarray:
    """One class a clip, counted from 0."""
    try:
        checked = np.asarray(labels)
    except ValueError:  # lists of unequal lengths
        checked = np.empty((), object)
    try:
        numbers = checked.astype(np.intp) if checked.ndim == 1 and checked.dtype.kind in "biufO" else None
    except (TypeError, ValueError):  # objects that are no numbers
        numbers = None
    if numbers is None or (numbers != checked).any() or (numbers < 0).any():
        raise ValueError(
            f"make_folds: labels must be one whole number from 0 on for each clip, got {_described(checked)}; "
            "of names take np.unique(names, return_inverse=True)[1], of one-hot rows .argmax(axis=1)"
        )
    return numbers


def _groups(sources: Sequence[object] | np.ndarray, n_clips: int) -> np.ndarray:
    """Number of the source of each clip."""
    try:
        checked = np.asarray(sources)
        if checked.shape == (n_clips,):
            return np.unique(checked, return_inverse=True)[1]
    except (ValueError, TypeError):  # lists of unequal lengths; things that have no order
        checked = np.empty((), object)
    raise ValueError(
        f"make_folds: sources must be one name or number for each of {n_clips} clips, got {_described(checked)}"
    )


def _described(array: np.ndarray) -> str:
    return f"{array.dtype} of shape {array.shape}" if array.ndim else "something that is no plain list of them"


def _check_folds(n_folds: int, n_clips: int, n_sources: int) -> None:
    n_folds = check_positive_int(n_folds, caller="make_folds", name="n_folds")
    if n_folds < 2:
        raise ValueError("make_folds: n_folds must be at least 2, got 1; one fold leaves nothing to train on")
    for count, thing in ((n_clips, "clip"), (n_sources, "source")):
        if count < n_folds:
            things = thing if count == 1 else f"{thing}s"
            cure = f"pass n_folds={count} or add {thing}s" if count >= 2 else f"add {thing}s"
            raise ValueError(f"make_folds: {count} {things} cannot fill {n_folds} folds; {cure}")
