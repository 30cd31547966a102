"""ESC-50 and UrbanSound8K: sound files with a table of their classes, folds and sources.

Conventions
-----------
Labels are 0, 1, ... in the order of the published class numbers, and a class that the table does not mention is left
out. So a part of a data set can be opened as well, and with all classes present the labels are the published numbers.
"""

import csv
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Literal

from npaudio._core.checks import Check
from npaudio.datasets.files import FileDataset, ListedFile, check_root, same_text
from npaudio.datasets.skipped import Skipped

Missing = Literal["error", "skip"]


@dataclass(frozen=True)
class Row:
    """A clip as the table lists it; its name is relative to the root, with forward slashes."""

    name: str
    fold: int
    class_number: int
    class_name: str
    source: str


class ESC50(FileDataset):
    """ESC-50: 2,000 recordings of 5 s in 50 classes and 5 folds, 44.1 kHz mono (Piczak 2015).

    The 40 clips of a class were cut from fewer recordings; the folds keep each recording together.

    Used in lesson 03.

    Parameters
    ----------
    root : str or path
        Folder with `audio/` and `meta/esc50.csv`, such as the one that `download("esc50", root)` fills.
    esc10 : bool
        Only the ten classes of ESC-10, labelled 0 to 9.
    sr : int
        Sample rate of the items in Hz.
    missing : {"error", "skip"}
        What to do if the table names files that are not there.

    Raises
    ------
    ValueError
        If the folder or the table is not there, or the table is damaged, names a file twice, or files that are not
        there.

    See Also
    --------
    npaudio.datasets.download : Fetch the data set.
    npaudio.datasets.extract_features : Compute the features of all clips.

    Examples
    --------
    >>> dataset = ESC50("ESC-50-master", esc10=True)  # doctest: +SKIP
    >>> train, test = dataset.split(1)  # doctest: +SKIP
    """

    def __init__(
        self, root: str | os.PathLike[str], *, esc10: bool = False, sr: int = 44100, missing: Missing = "error"
    ) -> None:
        check = Check("ESC50")
        columns = ("filename", "fold", "target", "category", "src_file", "esc10")
        table = Table(check, root, "meta/esc50.csv", columns)
        rows = []
        for number, line in table.lines:
            if not esc10 or line["esc10"].strip().lower() == "true":
                fold, target = table.whole_numbers(number, line, "fold", "target")
                rows.append(Row(f"audio/{line['filename']}", fold, target, line["category"], line["src_file"]))
        if esc10 and not rows and table.lines:
            raise table.error("names no clips of ESC-10", "pass esc10=False to use the other classes")
        listed, class_names, absent = table.listed(rows, missing)
        super().__init__(table.root, listed, class_names=class_names, sr=sr, skipped=absent)


class UrbanSound8K(FileDataset):
    """UrbanSound8K: 8,732 recordings of up to 4 s in 10 classes and 10 folds (Salamon, Jacoby and Bello 2014).

    Rates are from 8 to 192 kHz, and clips have one or two channels: items are mono at `sr`. Always test on the given
    folds: clips of one Freesound recording (`sources`) lie in one fold.

    Goes with lesson 09.

    Parameters
    ----------
    root : str or path
        Folder with `audio/fold1` to `audio/fold10` and `metadata/UrbanSound8K.csv`.
    sr : int
        Sample rate of the items in Hz.
    missing : {"error", "skip"}
        What to do if the table names files that are not there.

    Raises
    ------
    ValueError
        If the folder or the table is not there, or the table is damaged, names a file twice, or files that are not
        there.

    See Also
    --------
    npaudio.datasets.download : Fetch the data set.
    npaudio.datasets.extract_features : Compute the features of all clips.
    """

    def __init__(self, root: str | os.PathLike[str], *, sr: int = 16000, missing: Missing = "error") -> None:
        check = Check("UrbanSound8K")
        columns = ("slice_file_name", "fsID", "fold", "classID", "class")
        table = Table(check, root, "metadata/UrbanSound8K.csv", columns)
        rows = []
        for number, line in table.lines:
            fold, target = table.whole_numbers(number, line, "fold", "classID")
            rows.append(Row(f"audio/fold{fold}/{line['slice_file_name']}", fold, target, line["class"], line["fsID"]))
        listed, class_names, absent = table.listed(rows, missing)
        super().__init__(table.root, listed, class_names=class_names, sr=sr, skipped=absent)


class Table:
    """A CSV file with certain columns; its faults are errors that name it. `lines` are pairs (number, line)."""

    def __init__(self, check: Check, root: str | os.PathLike[str], name: str, columns: Sequence[str]) -> None:
        self.check, self.root = check, check_root(root, check)
        self.path = self.root / name
        if not self.path.is_file():
            raise check.error(f"{str(self.path)!r} is not there; pass the folder that the archive unpacks to")
        names, self.lines = self._read()
        absent = [name for name in columns if name not in names]
        if absent and len(names) == 1 and re.search("[;\t]", names[0]):
            raise self.error(f"has one column, {names[0]!r}", "save it with commas between the columns")
        if absent:
            raise self.error(f"has no column {', '.join(map(repr, absent))}", "unpack the archive again")
        for number, line in self.lines:
            empty = [name for name in columns if not line[name]]
            if empty:
                raise self.error(f"has nothing in column {empty[0]!r} of line {number}", "repair it")

    def _read(self) -> tuple[Sequence[str], list[tuple[int, dict[str, str]]]]:
        """Names of the columns; and each line with its number in the file, from 1, for error messages."""
        with open(self.path, newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            try:
                return reader.fieldnames or (), [(reader.line_num, line) for line in reader]
            except (csv.Error, UnicodeDecodeError) as error:
                raise self.error(f"is not a table in UTF-8 ({error})", "unpack the archive again") from error

    def whole_numbers(self, number: int, line: dict[str, str], fold_column: str, class_column: str) -> tuple[int, int]:
        """Fold, from 1 on, and number of the class of a line."""
        found = [line[name] for name in (fold_column, class_column)]
        try:
            fold, class_number = map(int, found)
        except ValueError:
            fold = class_number = -1
        if fold < 1 or class_number < 0:
            raise self.error(
                f"has {', '.join(map(repr, found))} in line {number}, where {fold_column} and "
                f"{class_column} must be whole numbers, from 1 and from 0 on",
                "repair it",
            )
        return fold, class_number

    def listed(self, rows: Sequence[Row], missing: str) -> tuple[list[ListedFile], list[str], list[Skipped]]:
        """The files that are there with labels 0, 1, ...; the names of the classes; the files that are not there."""
        self.check.choice(missing, ("error", "skip"), "missing")
        classes = self._classes(rows)
        label = {number: k for k, number in enumerate(sorted(classes))}
        present: dict[str, ListedFile] = {}
        absent = []
        for row in rows:
            name = self._name_on_disk(row.name)
            if name is None:
                absent.append(Skipped(row.name, "is named in the table, but not there"))
            elif name in present:
                raise self.error(f"names {name!r} twice", "remove one of the rows, or the clip would count twice")
            else:
                present[name] = ListedFile(name, label[row.class_number], row.fold, row.source)
        if missing == "error" and absent:
            problem = f"names {len(absent)} of {len(rows)} files that are not there, the first is {absent[0].name!r}"
            raise self.error(problem, 'unpack the archive again, or pass missing="skip" to leave them out')
        return list(present.values()), [classes[number] for number in label], absent

    def _classes(self, rows: Sequence[Row]) -> dict[int, str]:
        """Number and name of each class; one number must not have two names."""
        if not rows:
            raise self.error("names no clips", "unpack the archive again")
        classes: dict[int, str] = {}
        for row in rows:
            name = classes.setdefault(row.class_number, row.class_name)
            if name != row.class_name:
                raise self.error(f"calls class {row.class_number} both {name!r} and {row.class_name!r}", "repair it")
        return classes

    def _name_on_disk(self, name: str) -> str | None:
        """The file's real name: with slashes for backslashes, and accents in the form that the disk has; or None."""
        path = PurePosixPath(name.replace("\\", "/"))
        drive = any(PureWindowsPath(part).drive for part in path.parts)
        if ".." in path.parts or drive or "//" in name.replace("\\", "/"):
            raise self.error(f"names {name!r}, which leads out of the data set", "repair it")
        if not name.isascii() and not (self.root / path).is_file():
            folder = (self.root / path).parent
            names = {same_text(entry.name): entry.name for entry in folder.iterdir()} if folder.is_dir() else {}
            path = path.with_name(names.get(same_text(path.name), path.name))
        return path.as_posix() if (self.root / path).is_file() else None

    def error(self, problem: str, cure: str) -> ValueError:
        """The error to raise, with the path of the table."""
        return self.check.error(f"{str(self.path)!r} {problem}; {cure}")
