"""A folder of your own recordings with one folder for each class inside it."""

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from npaudio._core.checks import Check
from npaudio.datasets.files import FileDataset, ListedFile, check_root, same_text
from npaudio.datasets.folds import DEFAULT_FOLDS, make_folds
from npaudio.datasets.skipped import Skipped, first_of

SYSTEM_FOLDERS = {"@eaDir", "__MACOSX", "#recycle", "$RECYCLE.BIN", "System Volume Information", "lost+found"}


class AudioFolder(FileDataset):
    """A folder with one folder for each class: `root/dog/1.wav`, `root/dog/2.wav`, `root/rain/1.wav`, ...

    Every sound file below a class folder belongs to the class, at any depth. All others are in `skipped`, with the
    reason: damaged, truncated, empty, not a sound, hidden (`.ipynb_checkpoints`, `._1.wav`), made by the system
    (`@eaDir`), a link to another folder. Channels are averaged, and the samples are resampled to `sr`.

    Explained in lesson 09.

    Parameters
    ----------
    root : str or path
        The folder.
    sr : int
        Sample rate of the items in Hz.
    classes : sequence of str, optional
        Which folders to read, in the order of the class indices. None: all, in alphabetical order.
    n_folds : int, optional
        Number of folds. None: 5, or the number of sources if that is smaller.
    source : callable, optional
        Gives the recording that a file was cut from, for its path relative to the root (with forward slashes):
        clips of one recording stay in one fold. None: every file is a recording of its own.
    rng : numpy.random.Generator or int
        Order in which clips are assigned to folds.
    min_per_class : int
        Fewest usable files a class must have; with one it cannot be trained and tested.

    Raises
    ------
    ValueError
        If the folder is not there or holds no sound, a class has fewer files than needed, or there are fewer clips than
        folds.

    See Also
    --------
    npaudio.load : Load a single file.
    npaudio.datasets.extract_features : Compute the features of all clips.
    npaudio.datasets.make_folds : The folds.

    Examples
    --------
    >>> dataset = AudioFolder("recordings", source=lambda name: name.split("-")[0])  # doctest: +SKIP
    >>> print(dataset.report())  # doctest: +SKIP
    """

    advice = "make one folder for each class, with WAV files in it"

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
        check = Check("AudioFolder")
        path = check_root(root, check)
        min_per_class = max(1, check.whole_number(min_per_class, "min_per_class", least=0))
        folders, skipped = _class_folders(path)
        class_names = sorted(folders) if classes is None else _checked_classes(check, folders, classes)
        listed = []
        for label, class_name in enumerate(class_names):
            for name in _names_below(path, folders[class_name]):
                if _is_private(name):
                    skipped.append(Skipped(name, "is hidden, or was made by the system"))
                else:
                    listed.append(ListedFile(name, label, 1, source(name) if source else name))
        super().__init__(path, listed, class_names=class_names, sr=sr, skipped=skipped)
        self._check_classes(check, folders, min_per_class)
        self.folds = self._assign(n_folds, rng)

    def _assign(self, n_folds: int | None, rng: np.random.Generator | int) -> np.ndarray:
        """Folds by source; a single source can only be one fold."""
        n_sources = len(np.unique(self.sources))
        if n_folds is None and n_sources < 2:
            return np.ones(len(self), dtype=int)
        n_folds = min(DEFAULT_FOLDS, n_sources) if n_folds is None else n_folds
        return make_folds(self.labels, n_folds, sources=self.sources, rng=rng)

    def _check_classes(self, check: Check, folders: dict[str, list[str]], least: int) -> None:
        """Refuse a class that is too small, with a skipped file as the likely cause."""
        counts = np.bincount(self.labels, minlength=len(self.class_names)).tolist()
        for name, count in zip(self.class_names, counts, strict=True):
            if count < least:
                skipped = [item for item in self.skipped if item.name.split("/")[0] in folders[name]]
                purpose = "is needed" if least == 1 else "are needed to train and test"
                raise check.error(
                    f"class {name!r} has {count} usable {'file' if count == 1 else 'files'}, at least {least} "
                    f"{purpose}{first_of(skipped)}; add recordings, or leave the class out"
                )


def _class_folders(root: Path) -> tuple[dict[str, list[str]], list[Skipped]]:
    """Folders of each class, several if their names differ in the form of accents only; and the other entries."""
    folders, skipped = defaultdict(list), []
    for entry in sorted(root.iterdir()):
        if not entry.is_dir():
            skipped.append(Skipped(entry.name, "lies beside the folders of the classes, so it has no label"))
        elif _is_private(entry.name):
            skipped.append(Skipped(entry.name, "is a folder that is hidden, or was made by the system"))
        else:
            folders[same_text(entry.name)].append(entry.name)
    return folders, skipped


def _is_private(name: str) -> bool:
    """Whether a path leads through a folder, or to a file, that other programs keep for themselves."""
    return any(part.startswith(".") or part in SYSTEM_FOLDERS for part in name.split("/"))


def _checked_classes(check: Check, folders: dict[str, list[str]], classes: Sequence[str]) -> list[str]:
    if isinstance(classes, str) or not hasattr(classes, "__iter__") or not all(isinstance(c, str) for c in classes):
        raise check.error(f"classes must be a list of names of folders, got {classes!r}")
    names = [same_text(name) for name in classes]
    unknown = [name for name in names if name not in folders]
    if unknown or len(set(names)) < len(names):
        problem = f"there is no folder {unknown[0]!r}" if unknown else "a class is named twice"
        raise check.error(f"{problem} in classes; choose from {', '.join(sorted(folders)) or 'none'}")
    return names


def _names_below(root: Path, folders: Sequence[str]) -> list[str]:
    """All files in the folders of a class, relative to the root, in the same order on every platform."""
    below = [path for folder in folders for path in (root / folder).rglob("*")]
    return sorted(path.relative_to(root).as_posix() for path in below if path.is_symlink() or not path.is_dir())
