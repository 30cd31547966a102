"""What a data set and a table of its features share: clips with labels, folds and sources, and how they are split."""

import operator
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from npaudio._core.checks import Check
from npaudio.datasets.folds import SourceLeakWarning, UntrainedClassWarning, leaked_sources
from npaudio.datasets.skipped import Skipped, describe_skipped


class Clips:
    """The base of `SoundDataset` and `FeatureTable`, which set these attributes."""

    names: tuple[str, ...]
    labels: Any
    class_names: tuple[str, ...]
    folds: np.ndarray
    sources: np.ndarray
    skipped: tuple[Skipped, ...]

    def __len__(self) -> int:
        """Number of clips, without those that were skipped."""
        return len(self.names)

    def split(self, fold: int | Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Indices to train on and to test on; one fold or several are the test set.

        Parameters
        ----------
        fold : int or sequence of int
            Folds to test on; all others are trained on.

        Returns
        -------
        train, test : np.ndarray (n,) of int
            Indices into the data set, or into the table of features, ascending.

        Raises
        ------
        ValueError
            If there is no such fold, or nothing is left to train on.

        Warns
        -----
        SourceLeakWarning
            If clips of one source are on both sides.
        UntrainedClassWarning
            If a class is tested that has no clip to train on, such as one with a single file.

        See Also
        --------
        with_folds : The same data set with other folds.
        npaudio.datasets.make_folds : Assign clips to folds.
        """
        check = Check(f"{type(self).__name__}.split")
        wanted = np.atleast_1d(fold)
        known = np.unique(self.folds)
        if not wanted.size or not np.isin(wanted, known).all():
            raise check.error(f"unknown fold {fold!r}; choose from {', '.join(map(str, known.tolist()))}")
        inside = np.isin(self.folds, wanted)
        train, test = np.flatnonzero(~inside), np.flatnonzero(inside)
        if not len(train):
            raise check.error(f"fold {fold!r} holds all clips, so none are left to train on; choose fewer folds")
        self._warn_of_leaks(train, test, check.caller)
        self._warn_of_untrained(train, test, check.caller)
        return train, test

    def report(self) -> str:
        """The size, and every skipped file with the reason, as text.

        Returns
        -------
        str
            A headline, then one line for each skipped file.
        """
        return f"{self!r}\n{describe_skipped(self.skipped)}"

    def _index(self, index: int) -> int:
        """A position from the front; IndexError ends a for loop over the clips."""
        position = operator.index(index)
        if not -len(self) <= position < len(self):
            raise IndexError(f"{type(self).__name__}: index {position} is outside of {len(self)} clips")
        return position % len(self)

    def _targets(self) -> np.ndarray | None:
        """The labels if they are an array, None if they are lists of events."""
        return self.labels if isinstance(self.labels, np.ndarray) else None

    def _warn_of_leaks(self, train: np.ndarray, test: np.ndarray, caller: str) -> None:
        leaked = leaked_sources(self.sources, train, test)
        if len(leaked):
            verb = "source has" if len(leaked) == 1 else "sources have"
            warnings.warn(
                f"{caller}: {len(leaked)} {verb} clips in train and in test (such as {leaked[0]}), so the score will "
                "be too good; keep sources together: make_folds(labels, n_folds, sources=dataset.sources)",
                SourceLeakWarning,
                stacklevel=3,
            )

    def _warn_of_untrained(self, train: np.ndarray, test: np.ndarray, caller: str) -> None:
        """Warn of classes that are tested without a clip to train on."""
        targets = self._targets()
        if targets is None:
            return
        untrained = np.setdiff1d(targets[test], targets[train])
        if len(untrained):
            verb = "class has" if len(untrained) == 1 else "classes have"
            warnings.warn(
                f"{caller}: {len(untrained)} {verb} clips in test and none in train (such as "
                f"{self.class_names[untrained[0]]!r}), so they cannot be recognized; add recordings, or leave them out",
                UntrainedClassWarning,
                stacklevel=3,
            )
