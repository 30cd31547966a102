"""A folder of one's own recordings, one folder inside it for each class."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from npaudio.datasets.files import FileDataset, ListedFile, check_root
from npaudio.datasets.folds import DEFAULT_FOLDS, make_folds
from npaudio.datasets.skipped import Skipped


class AudioFolder(FileDataset):
    """A folder with one folder a class: `root/dog/1.wav`, `root/dog/2.wav`, `root/rain/1.wav`, ...

    Every sound file below a class folder belongs to the class, at any depth. All others are in `skipped`, with the
    reason: damaged, cut off, empty, not a sound, a link to another folder. Stereo is mixed, and any rate is resampled
    to `sr`.

    Parameters
    ----------
    root : str or path
        The folder.
    sr : int
        Sampling rate of the items in Hz.
    classes : sequence of str, optional
        Which folders to read, and in which order they are labelled. None: all, in alphabetical order.
    n_folds : int, optional
        Number of folds that the clips are dealt to. None: 5, or as many as there are sources if they are fewer.
    source : callable, optional
        Gives the recording that a file was cut from, for its path relative to the root (with forward slashes):
        clips of one recording stay in one fold. None: every file is a recording of its own.
    rng : numpy.random.Generator or int
        Order in which clips are dealt to folds.
    min_per_class : int
        Fewest usable files a class must have; with one it cannot be trained and tested.

    Raises
    ------
    ValueError
        If the folder is not there or holds no sound, a class has fewer files than needed, or there are fewer clips than
        folds.

    Examples
    --------
    >>> dataset = AudioFolder("recordings", source=lambda name: name.split("-")[0])  # doctest: +SKIP
    >>> print(dataset.report())  # doctest: +SKIP
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        *,
        sr: int = 16000,
        classes: Sequence[str] | None = None,
        n_folds: int | None = None,
        source: Callable[[str], str] | None = None,
        rng: np.random.Generator | int = 0,
        min_per_class: int = 2,
    ) -> None:
        path = check_root(root, caller="AudioFolder")
        if isinstance(min_per_class, bool) or not isinstance(min_per_class, int | np.integer):
            raise ValueError(f"AudioFolder: min_per_class must be a whole number, got {min_per_class!r}")
        class_names = _class_folders(path) if classes is None else _checked_classes(path, classes)
        listed = [
            ListedFile(name, label, 1, source(name) if source else name)
            for label, class_name in enumerate(class_names)
            for name in _names_below(path, class_name)
        ]
        super().__init__(path, listed, class_names=class_names, sr=sr, skipped=_without_class(path))
        self._check_classes(min_per_class)
        self.folds = self._deal(n_folds, rng)

    def _deal(self, n_folds: int | None, rng: np.random.Generator | int) -> np.ndarray:
        """Folds by source; a single source can only be one fold."""
        n_sources = len(np.unique(self.sources))
        if n_folds is None and n_sources < 2:
            return np.ones(len(self), dtype=int)
        n_folds = min(DEFAULT_FOLDS, n_sources) if n_folds is None else n_folds
        return make_folds(self.labels, n_folds, sources=self.sources, rng=rng)

    def _check_classes(self, min_per_class: int) -> None:
        """Refuse a folder without sound, and a class that is too small, with what was skipped as the likely cause."""
        if len(self) == 0:
            raise ValueError(
                f"AudioFolder: {str(self.root)!r} holds no sound that can be read in a folder of a class"
                f"{_first_of(self.skipped)}; make one folder for each class, with WAV files in it"
            )
        for name, count in zip(
            self.class_names, np.bincount(self.labels, minlength=len(self.class_names)), strict=True
        ):
            if count < max(1, min_per_class):
                left_out = [item for item in self.skipped if item.name.startswith(f"{name}/")]
                raise ValueError(
                    f"AudioFolder: class {name!r} has {count} usable {'file' if count == 1 else 'files'}, at least "
                    f"{max(1, min_per_class)} are needed to train and test{_first_of(left_out)}; add recordings, or "
                    "leave it out with classes=[...]"
                )


def _class_folders(root: Path) -> list[str]:
    """The folders in the root, hidden ones left out."""
    return sorted(entry.name for entry in root.iterdir() if entry.is_dir() and not entry.name.startswith("."))


def _checked_classes(root: Path, classes: Sequence[str]) -> list[str]:
    if isinstance(classes, str) or not hasattr(classes, "__iter__"):
        raise ValueError(f"AudioFolder: classes must be a list of names of folders, got {classes!r}")
    found = _class_folders(root)
    unknown = [name for name in classes if name not in found]
    if unknown or len(set(classes)) < len(classes):
        problem = f"there is no folder {unknown[0]!r}" if unknown else "a class is named twice"
        raise ValueError(f"AudioFolder: {problem} in classes; choose of {', '.join(found) or 'none'}")
    return list(classes)


def _names_below(root: Path, class_name: str) -> list[str]:
    """All files of a class, relative to the root, in the same order on every platform."""
    below = (root / class_name).rglob("*")
    return sorted(path.relative_to(root).as_posix() for path in below if path.is_symlink() or not path.is_dir())


def _without_class(root: Path) -> list[Skipped]:
    """Files beside the class folders."""
    files = [entry.name for entry in root.iterdir() if not entry.is_dir()]
    return [Skipped(name, "lies beside the folders of the classes, so it has no label") for name in files]


def _first_of(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return ""
    return f" ({len(skipped)} skipped; {skipped[0].name!r} {skipped[0].reason})"
