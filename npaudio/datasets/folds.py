"""Folds: which clips are tested together, and whether the test is fair.

Several clips are often cut from one recording. If one of them is in the training set and another in the test set, the
network may recognize the recording instead of the sound, and the score is too good. So folds keep the clips of one
source together, and a split that does not gives a warning.

Conventions
-----------
A fold is a whole number from 1 on, as in the tables of ESC-50 and UrbanSound8K. A source is the recording that a clip
was cut from; two clips share it if their entries are equal.
"""

from collections.abc import Sequence

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.generators import needed_generator

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
    """Assign clips to folds at random, with about as many of each class in every fold, and each source in one fold.

    Sources are taken in random order, large ones first, and each goes to the fold with the fewest clips of its class.

    Goes with lesson 09.

    Parameters
    ----------
    labels : sequence of int, (n_clips,)
        Class of each clip.
    n_folds : int
        Number of folds, at least 2.
    sources : sequence, (n_clips,), optional
        Recording that each clip comes from. None: every clip is a recording of its own.
    rng : numpy.random.Generator or int
        Order in which sources are assigned.

    Returns
    -------
    np.ndarray (n_clips,) of int
        Folds 1 to n_folds.

    Raises
    ------
    ValueError
        Fewer than two folds, fewer clips or sources than folds, or labels or sources that are not one for each clip.

    See Also
    --------
    npaudio.datasets.AudioFolder : Uses these folds.
    leaked_sources : Check a split.

    Examples
    --------
    >>> make_folds([0, 0, 1, 1], 2).tolist().count(1)
    2
    """
    labels = _checked_labels(labels)
    groups = np.arange(len(labels)) if sources is None else _groups(sources, len(labels))
    _check_folds(n_folds, len(labels), len(np.unique(groups)))
    members = _members(groups, needed_generator(Check("make_folds"), rng))
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

    Goes with lesson 09.

    Parameters
    ----------
    sources : sequence, (n_clips,)
        Recording that each clip comes from.
    train, test : np.ndarray (n,) of int
        Indices of clips.

    Returns
    -------
    np.ndarray (n_sources,)
        The sources on both sides, sorted; empty if the split is fair.

    See Also
    --------
    make_folds : folds without leaks.

    Examples
    --------
    >>> leaked_sources(["a", "a", "b"], np.array([0]), np.array([1, 2]))
    array(['a'], dtype='<U1')
    """
    sources = np.asarray(sources)
    return np.intersect1d(sources[train], sources[test])


def _members(groups: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """Clips of each group: groups in random order, but large ones first, because they are the hardest to place."""
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
    except (TypeError, ValueError):  # objects other than numbers
        numbers = None
    if numbers is None or (numbers != checked).any() or (numbers < 0).any():
        raise ValueError(
            f"make_folds: labels must be one whole number from 0 on for each clip, got {_described(checked)}; "
            "for names take np.unique(names, return_inverse=True)[1], for one-hot rows .argmax(axis=1)"
        )
    return numbers


def _groups(sources: Sequence[object] | np.ndarray, n_clips: int) -> np.ndarray:
    """Number of the source of each clip."""
    try:
        checked = np.asarray(sources)
        if checked.shape == (n_clips,):
            return np.unique(checked, return_inverse=True)[1]
    except (ValueError, TypeError):  # lists of unequal lengths; values that cannot be sorted
        checked = np.empty((), object)
    raise ValueError(
        f"make_folds: sources must be one name or number for each of {n_clips} clips, got {_described(checked)}"
    )


def _described(array: np.ndarray) -> str:
    return f"{array.dtype} of shape {array.shape}" if array.ndim else "something other than a plain list"


def _check_folds(n_folds: int, n_clips: int, n_sources: int) -> None:
    check = Check("make_folds")
    n_folds = check.whole_number(n_folds, "n_folds")
    if n_folds < 2:
        raise check.error("n_folds must be at least 2, got 1; one fold leaves nothing to train on")
    for count, thing in ((n_clips, "clip"), (n_sources, "source")):
        if count < n_folds:
            things = thing if count == 1 else f"{thing}s"
            cure = f"pass n_folds={count} or add {thing}s" if count >= 2 else f"add {thing}s"
            raise check.error(f"{count} {things} cannot fill {n_folds} folds; {cure}")
