"""Features of a data set, with everything else that training needs: targets, folds, names, and what was left out."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from npaudio.datasets.base import SoundDataset
from npaudio.datasets.clips import Clips
from npaudio.datasets.skipped import Skipped


class FeatureTable(Clips):
    """What `extract_features` returns: `len(table)`, and `table[i]` is (features, label).

    Features from a cache are read from disk when they are used, through a memory map, so a table may be larger than
    memory.

    Goes with lesson 03.

    Parameters
    ----------
    flat, shapes
        The features in one row, and the shape of those of each clip; `extract_features` gives them.

    Attributes
    ----------
    dataset : SoundDataset
        Where the clips come from.
    rows : np.ndarray (n_clips,) of int
        Position of each clip in the data set; clips whose features could not be computed are missing.
    labels : np.ndarray (n_clips,) of int, or list of lists of Event
        As in the data set: the target of each clip, an index into `class_names`, or its events.
    folds, sources : np.ndarray (n_clips,)
    names, class_names : tuple of str
    lengths : np.ndarray (n_clips,) of int
        Frames of each clip.
    skipped : tuple of Skipped
        All files that were left out, by the data set or because of their samples, with the reason.

    See Also
    --------
    extract_features : makes it.
    """

    def __init__(
        self,
        dataset: SoundDataset,
        rows: np.ndarray,
        flat: np.ndarray,
        shapes: Sequence[tuple[int, ...]],
        skipped: Sequence[Skipped],
    ) -> None:
        self.dataset, self.rows, self.skipped = dataset, rows, tuple(skipped)
        self.class_names = dataset.class_names
        self.names = tuple(dataset.names[row] for row in rows)
        self.folds, self.sources = dataset.folds[rows], dataset.sources[rows]
        self.lengths = np.array([shape[-1] for shape in shapes])
        self._flat, self._shapes = flat, list(shapes)
        self._starts = np.concatenate([[0], np.cumsum([np.prod(shape, dtype=np.intp) for shape in shapes])])

    @property
    def X(self) -> np.ndarray:
        """All features as one array (n_clips, n_mels, n_frames), a memory map if they come from a cache.

        Raises
        ------
        ValueError
            If clips have different lengths.
        """
        if len(set(self._shapes)) > 1:
            shortest, longest = min(self._shapes, key=lambda s: s[-1]), max(self._shapes, key=lambda s: s[-1])
            raise ValueError(
                f"FeatureTable.X: clips have different shapes, from {shortest} to {longest}, and do not fit one array; "
                "pass duration=... to extract_features, or take them one by one with table[i]"
            )
        return self._flat.reshape(len(self), *self._shapes[0])

    @cached_property
    def labels(self) -> Any:
        """Labels of the clips, of the kind that the data set has."""
        labels = self.dataset.labels
        return labels[self.rows] if isinstance(labels, np.ndarray) else [labels[row] for row in self.rows]

    def _targets(self) -> np.ndarray | None:
        return self.labels if isinstance(self.dataset.labels, np.ndarray) else None

    def __getitem__(self, index: int) -> tuple[np.ndarray, Any]:
        """(features, label) of a clip."""
        k = self._index(index)
        return self._flat[self._starts[k] : self._starts[k + 1]].reshape(self._shapes[k]), self.labels[k]

    def __repr__(self) -> str:
        """Size in one line."""
        return f"<FeatureTable: {len(self)} clips of {type(self.dataset).__name__}, {len(self.skipped)} files skipped>"
