"""A flat folder of recordings whose labels are in a table, or in the names of the files."""

import csv
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from npaudio._core.checks import Check
from npaudio.datasets.files import FileDataset, ListedFile, check_root
from npaudio.datasets.folds import DEFAULT_FOLDS, make_folds
from npaudio.datasets.skipped import Skipped

SEPARATOR = ";"  # between the labels of one file


class LabelledFiles(FileDataset):
    """Files below a folder, each with a label or several.

    Parameters
    ----------
    root : str or path
        The folder.
    labels : mapping from str to str or sequence of str
        Labels by file name, relative to the root. If any file has several, or none, the data set is multi-label.
    sr : int
        Sample rate of the items in Hz.
    skipped : sequence of Skipped
        Files that are left out already.

    Attributes
    ----------
    labels : np.ndarray (n_clips,) of int, or (n_clips, n_classes) float32 of 0 and 1 if multi-label

    Raises
    ------
    ValueError
        No file can be used.
    """

    advice = "check the names of the files that have labels"

    def __init__(
        self,
        root: str | os.PathLike[str],
        labels: Mapping[str, str | Sequence[str]],
        *,
        sr: int = 16000,
        skipped: Sequence[Skipped] = (),
    ) -> None:
        path = check_root(root, Check("LabelledFiles"))
        sets = {name: (label,) if isinstance(label, str) else tuple(label) for name, label in labels.items()}
        class_names = sorted({label for of_file in sets.values() for label in of_file})
        several = any(len(of_file) != 1 for of_file in sets.values())
        listed = [
            ListedFile(name, 0 if several else class_names.index(of_file[0]), 1, name)
            for name, of_file in sorted(sets.items())
        ]
        super().__init__(path, listed, class_names=class_names, sr=sr, skipped=skipped)
        if len(self) > 1:
            self.folds = make_folds(self.labels, min(DEFAULT_FOLDS, len(self)))
        if several:
            members = [[name in sets[file] for name in class_names] for file in self.names]
            self.labels = np.array(members, np.float32)

    @classmethod
    def from_table(
        cls, root: str | os.PathLike[str], table: str | os.PathLike[str], *, sr: int = 16000
    ) -> "LabelledFiles":
        """Labels of a CSV file with the columns `filename` and `label`; several labels are written as `dog;rain`.

        Parameters
        ----------
        root, table : str or path
        sr : int

        Returns
        -------
        LabelledFiles

        Raises
        ------
        ValueError
            The table is not there, has other columns, or names a file twice.
        """
        labels: dict[str, list[str]] = {}
        for name, label in _rows(Path(table)):
            if name in labels:
                raise ValueError(f"LabelledFiles: {str(table)!r} names {name!r} twice; join its labels as a;b")
            labels[name] = [part.strip() for part in label.split(SEPARATOR) if part.strip()]
        found = {name: of_file for name, of_file in labels.items() if (Path(root) / name).is_file()}
        missing = [Skipped(name, "is named in the table, but not there") for name in labels if name not in found]
        unlabelled = [Skipped(name, "is not named in the table") for name in _files(root) if name not in labels]
        return cls(root, found, sr=sr, skipped=[*missing, *unlabelled])

    @classmethod
    def from_names(cls, root: str | os.PathLike[str], pattern: str, *, sr: int = 16000) -> "LabelledFiles":
        r"""Labels of the file names: the first group that a regular expression finds in them.

        Parameters
        ----------
        root : str or path
        pattern : str
            Such as `^([a-z]+)_` for `dog_17.wav`.
        sr : int

        Returns
        -------
        LabelledFiles

        Raises
        ------
        ValueError
            The pattern is not a regular expression, has no group, or fits no name.
        """
        try:
            expression = re.compile(pattern)
        except re.error as error:
            raise ValueError(f"LabelledFiles: {pattern!r} is not a regular expression ({error})") from error
        if expression.groups < 1:
            raise ValueError(f"LabelledFiles: {pattern!r} has no group; put the label in one, as in '^([a-z]+)_'")
        names = _files(root)
        matches = {name: match for name in names if (match := expression.search(Path(name).name)) and match[1]}
        if not matches:
            example = f", such as {names[0]!r}" if names else ""
            raise ValueError(f"LabelledFiles: {pattern!r} fits none of {len(names)} file names{example}")
        others = [Skipped(name, f"has a name that {pattern!r} does not fit") for name in names if name not in matches]
        return cls(root, {name: match[1] for name, match in matches.items()}, sr=sr, skipped=others)


def _files(root: str | os.PathLike[str]) -> list[str]:
    """Names of all files below a folder, hidden ones and tables left out."""
    path = check_root(root, Check("LabelledFiles"))
    files = (file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
    return sorted(file.relative_to(path).as_posix() for file in files if file.suffix.lower() != ".csv")


def _rows(table: Path) -> list[tuple[str, str]]:
    """(filename, label) of each line."""
    if not table.is_file():
        raise ValueError(f"LabelledFiles: the table {str(table)!r} is not there")
    with open(table, newline="", encoding="utf-8-sig") as stream:
        try:
            reader = csv.DictReader(stream)
            columns, rows = reader.fieldnames or [], list(reader)
        except (csv.Error, UnicodeDecodeError) as error:
            raise ValueError(f"LabelledFiles: {str(table)!r} is not a CSV table in UTF-8 ({error})") from error
    if not {"filename", "label"} <= set(columns):
        raise ValueError(
            f"LabelledFiles: {str(table)!r} has the columns {', '.join(columns) or 'none'}; "
            "filename and label are needed"
        )
    return [(row["filename"].replace("\\", "/"), row["label"] or "") for row in rows]
