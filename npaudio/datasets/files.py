"""Data sets of sound files in a folder: the common part of ESC-50, UrbanSound8K and AudioFolder."""

import hashlib
import os
import stat
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from npaudio._core.checks import Check
from npaudio.audio import AudioFileError, AudioFileWarning, load
from npaudio.audio.files import describe
from npaudio.datasets.base import SoundDataset
from npaudio.datasets.skipped import Skipped, first_of, reason_of


@dataclass(frozen=True)
class ListedFile:
    """A file of a data set that has not been opened yet."""

    name: str  # relative to the root, with forward slashes
    label: int
    fold: int
    source: str


class FileDataset(SoundDataset):
    """Sound files below a folder; files with a fault are skipped, and a folder without any other is refused.

    Parameters
    ----------
    root : str or path
        Folder that the names are relative to.
    listed : sequence of ListedFile
        The files, readable or not.
    class_names : sequence of str
        Names of the classes.
    sr : int
        Sample rate of the items in Hz; files of another are resampled.
    skipped : sequence of Skipped
        Files that have been skipped already.
    """

    advice: ClassVar[str] = "unpack the archive again"  # if no file can be used

    def __init__(
        self,
        root: str | os.PathLike[str],
        listed: Sequence[ListedFile],
        *,
        class_names: Sequence[str],
        sr: int,
        skipped: Sequence[Skipped] = (),
    ) -> None:
        self.root = Path(root)
        faults = [(file, fault(self.root / file.name, sr)) for file in listed]
        usable = [file for file, reason in faults if reason is None]
        faulty = [Skipped(file.name, reason) for file, reason in faults if reason is not None]
        super().__init__(
            names=[file.name for file in usable],
            labels=np.array([file.label for file in usable], dtype=np.intp),
            class_names=class_names,
            folds=[file.fold for file in usable],
            sources=np.array([file.source for file in usable], dtype=str),
            sr=sr,
            skipped=sorted([*skipped, *faulty]),
        )
        if not usable:
            found = f"{str(self.root)!r} holds no sound that can be used{first_of(self.skipped)}"
            raise Check(type(self).__name__).error(f"{found}; {self.advice}")

    def path(self, index: int) -> Path:
        """The file of a clip.

        Parameters
        ----------
        index : int
            Position in the data set.

        Returns
        -------
        pathlib.Path
        """
        return self.root / self.names[self._index(index)]

    def load(self, index: int, *, sr: int | None = None) -> np.ndarray:
        """Waveform of a clip, its channels averaged.

        Parameters
        ----------
        index : int
            Position in the data set.
        sr : int, optional
            Sample rate in Hz. None: that of the data set.

        Returns
        -------
        np.ndarray (n_samples,), float32

        Raises
        ------
        AudioFileError
            If the samples are damaged, or there are none.
        OSError
            If the file was removed.
        """
        return load_whole(self.path(index), self.sr if sr is None else sr)

    def content_key(self, index: int) -> str:
        """SHA-256 of the bytes of the file, in hexadecimal.

        Parameters
        ----------
        index : int
            Position in the data set.

        Returns
        -------
        str
        """
        with open(self.path(index), "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


def fault(path: Path, sr: int) -> str | None:
    """Why `load_whole` would refuse a file, as a predicate ("is empty (0 bytes)"), or None if it would not.

    A data set describes thousands of files when it is opened, so no samples are decoded. NaN and damage in the middle
    of a compressed file are found when the clip is loaded.
    """
    try:
        kind = path.stat().st_mode
        if not stat.S_ISREG(kind):  # opening a pipe would wait until another process writes to it
            return "is a link to a folder, and not followed" if stat.S_ISDIR(kind) else "is a pipe or a device"
        description = describe(path, sr=sr)
    except (AudioFileError, OSError) as error:
        return reason_of(error)
    return description.remark or (None if description.n_samples else "holds no samples")


def load_whole(path: Path, sr: int) -> np.ndarray:
    """Load a file that must be complete: warnings of `load` are errors here."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", AudioFileWarning)
        try:
            y, _ = load(path, sr=sr)
        except AudioFileWarning as warning:
            raise AudioFileError(str(warning)) from None
    if y.size == 0:
        raise AudioFileError(f"load: {str(path)!r} holds no samples")
    return y


def same_text(name: str) -> str:
    """A name with each accented letter as one character (NFC). Some systems store a letter and an accent (NFD)."""
    return unicodedata.normalize("NFC", name)


def check_root(root: str | os.PathLike[str], check: Check) -> Path:
    """The folder as a path; refuse one that is not there."""
    if not isinstance(root, str | os.PathLike):
        raise check.error(f"root must be the path of a folder, got {root!r}")
    path = Path(root)
    if not path.is_dir():
        kind = "a file" if path.exists() else "not there"
        raise check.error(f"{str(path)!r} is {kind}; pass the folder that holds the data set")
    return path
