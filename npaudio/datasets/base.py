"""The common base of all data sets: length, items, classes, folds, and the files that were skipped.

Your own data set needs `load` and `content_key`, and must call `SoundDataset.__init__`.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from npaudio._core.checks import Check
from npaudio.datasets.clips import Clips
from npaudio.datasets.skipped import Skipped


class SoundDataset(Clips, ABC):
    """Sounds with labels: `len(dataset)`, and `dataset[i]` is (waveform, label).

    Explained in lesson 09.

    Parameters
    ----------
    names : sequence of str
        Name of each clip, such as its path within the data set.
    labels : sequence
        Label of each clip: an index into `class_names`, or a list of events.
    class_names : sequence of str
        Names of the classes.
    folds : sequence of int
        Fold of each clip, from 1 on.
    sources : sequence
        Recording that each clip comes from.
    sr : int
        Sample rate of the items in Hz.
    skipped : sequence of Skipped
        Files that cannot be used.

    Attributes
    ----------
    labels : np.ndarray (n_clips,) of int, or list of lists of Event
    class_names : tuple of str
    folds, sources : np.ndarray (n_clips,)
    skipped : tuple of Skipped

    See Also
    --------
    AudioFolder, ESC50, UrbanSound8K, SoundScenes : recordings.
    SyntheticSounds, SyntheticScenes : sounds without a download.
    """

    def __init__(
        self,
        *,
        names: Sequence[str],
        labels: Sequence[Any] | np.ndarray,
        class_names: Sequence[str],
        folds: Sequence[int] | np.ndarray,
        sources: Sequence[Any] | np.ndarray,
        sr: int,
        skipped: Sequence[Skipped] = (),
    ) -> None:
        self.names = tuple(names)
        self.labels = labels
        self.class_names = tuple(class_names)
        self.folds = np.asarray(folds, dtype=int)
        self.sources = np.asarray(sources)
        self.sr = Check(type(self).__name__).whole_number(sr, "sr")
        self.skipped = tuple(skipped)

    @abstractmethod
    def load(self, index: int, *, sr: int | None = None) -> np.ndarray:
        """Waveform of clip number `index`, mono float32 (n_samples,), at `sr` Hz, or at the data set's rate."""

    @abstractmethod
    def content_key(self, index: int) -> str:
        """Text that changes if and only if the sound of clip number `index` changes; its name does not matter."""

    def __getitem__(self, index: int) -> tuple[np.ndarray, Any]:
        """(waveform, label) of a clip."""
        index = self._index(index)
        return self.load(index), self.labels[index]

    def with_folds(self, folds: Sequence[int] | np.ndarray) -> Self:
        """The same data set with other folds, such as those of `make_folds`.

        Parameters
        ----------
        folds : sequence of int, (n_clips,)
            Fold of each clip, from 1 on.

        Returns
        -------
        SoundDataset
            A copy; the data set itself keeps its folds.

        Raises
        ------
        ValueError
            If there is not one fold for each clip, or a fold is below 1.
        """
        folds = np.asarray(folds)
        if folds.shape != (len(self),) or folds.dtype.kind not in "iu" or (folds < 1).any():
            numbers = folds.shape == (len(self),) and folds.dtype.kind in "iu"
            found = f"a fold {folds.min()}" if numbers else f"{folds.dtype} of shape {folds.shape}"
            raise Check("with_folds").error(
                f"folds must be {len(self)} whole numbers from 1 on, got {found}; "
                "make them with make_folds(dataset.labels, n_folds, sources=dataset.sources)"
            )
        other = copy.copy(self)
        other.folds = folds.astype(int)
        return other

    def __repr__(self) -> str:
        """Size in one line."""
        skipped = f", {len(self.skipped)} skipped" if self.skipped else ""
        return f"<{type(self).__name__}: {len(self)} clips, {len(self.class_names)} classes{skipped}>"
