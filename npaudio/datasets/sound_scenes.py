"""Recorded scenes with annotations: a folder of sound files, and a table that says what sounds in them.

Conventions
-----------
- Strong labels say when: lines of filename, onset, offset, label (`sed.read_events`). Weak labels say what: lines of
  filename and labels with commas between them (`sed.read_clip_labels`). The names of the columns tell which they are.
- Names in the table are paths relative to the folder, or the bare names of files below it if no two are alike.
"""

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from npaudio import sed
from npaudio._core.checks import Check
from npaudio.audio import AudioFileError
from npaudio.audio.files import describe
from npaudio.datasets.files import FileDataset, ListedFile, check_root, same_text
from npaudio.datasets.folds import DEFAULT_FOLDS, make_folds
from npaudio.datasets.skipped import Skipped
from npaudio.sed.files import has_clip_labels

TABLES = (".tsv", ".txt", ".csv")
TOLERANCE = 0.01  # seconds that an annotation may end after its recording, as rounded times do; it is cut

Labels = tuple[sed.Event, ...] | tuple[str, ...]


class SoundScenes(FileDataset):
    """Annotated recordings; an item is (waveform, [Event, ...]), or (waveform, (label, ...)) if labels are weak.

    Left out, and listed in `skipped` with the reason: damaged files, recordings without annotation, annotated files
    that are not there, and recordings with an annotation that ends after them.

    Goes with lesson 08.

    Parameters
    ----------
    root : str or path
        Folder with the recordings, at any depth.
    annotations : str or path, optional
        The table. None: the only .tsv, .txt or .csv directly in the folder.
    sr : int
        Sample rate of the items in Hz; recordings of another are resampled.
    classes : sequence of str, optional
        The classes, in the order of the targets. None: all labels of the table, sorted.
    n_folds : int, optional
        Folds that the recordings are assigned to. None: 5, or as many as there are recordings.
    rng : numpy.random.Generator or int
        Order in which they are assigned.

    Attributes
    ----------
    weak : bool
        Whether the labels are those of whole clips.

    Raises
    ------
    ValueError
        If the folder or the table is not there, a label is not among the classes, or no recording can be used.

    See Also
    --------
    npaudio.sed.read_events : reads the annotations.
    SyntheticScenes : scenes without a download.

    Examples
    --------
    >>> scenes = SoundScenes("recordings", annotations="recordings/events.tsv")  # doctest: +SKIP
    >>> print(scenes.report())  # doctest: +SKIP
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        *,
        annotations: str | os.PathLike[str] | None = None,
        sr: int = 16000,
        classes: Sequence[str] | None = None,
        n_folds: int | None = None,
        rng: np.random.Generator | int = 0,
    ) -> None:
        check = Check("SoundScenes")
        path = check_root(root, check)
        table = _table(check, path, annotations)
        self.weak = has_clip_labels(table)
        annotated = sed.read_clip_labels(table) if self.weak else sed.read_events(table)
        if not annotated:
            raise check.error(
                f"{str(table)!r} names no recordings; write a line for each, also if nothing sounds in it"
            )
        class_names = _classes(check, annotated, classes)
        found, skipped = _matched(path, table, annotated)
        if not self.weak:
            skipped += _too_late(path, found)
        for item in skipped:
            found.pop(item.name, None)
        listed = [ListedFile(name, k, 1, name) for k, name in enumerate(found)]
        super().__init__(path, listed, class_names=class_names, sr=sr, skipped=skipped)
        of_file = list(found.values())
        self.labels = [tuple(of_file[k]) if self.weak else list(of_file[k]) for k in self.labels]
        self.folds = self._assigned(n_folds, rng)

    def clip_targets(self) -> np.ndarray:
        """Which classes sound in each clip, whatever the kind of the labels.

        Returns
        -------
        np.ndarray (n_clips, n_classes), float32
            1 where a class sounds, else 0: the targets for weak labels.
        """
        present = [{item if self.weak else item.label for item in clip} for clip in self.labels]
        return np.array([[name in clip for name in self.class_names] for clip in present], dtype=np.float32)

    def _assigned(self, n_folds: int | None, rng: np.random.Generator | int) -> np.ndarray:
        """Folds of about equal size; one recording can only be one fold."""
        n_folds = min(DEFAULT_FOLDS, len(self)) if n_folds is None else n_folds
        return make_folds(np.zeros(len(self), int), n_folds, rng=rng) if n_folds > 1 else np.ones(len(self), int)


def _table(check: Check, root: Path, annotations: str | os.PathLike[str] | None) -> Path:
    """The file with the annotations."""
    if annotations is not None:
        path = Path(annotations)
        if not path.is_file():
            raise check.error(f"annotations: there is no file {str(path)!r}; pass the table of events or labels")
        return path
    tables = sorted(path for path in root.iterdir() if path.suffix.lower() in TABLES and path.is_file())
    if len(tables) != 1:
        names = ", ".join(path.name for path in tables) or "none"
        raise check.error(
            f"expected one table ({', '.join(TABLES)}) in {str(root)!r}, found {names}; pass annotations="
        )
    return tables[0]


def _classes(check: Check, annotated: Mapping[str, Sequence[Any]], classes: Sequence[str] | None) -> list[str]:
    """The labels that occur, or those given if they are among them."""
    occurring = {item if isinstance(item, str) else item.label for clip in annotated.values() for item in clip}
    if classes is None:
        return sorted(occurring)
    if isinstance(classes, str) or len(set(classes)) < len(list(classes)):
        raise check.error(f"classes must be a list of different names, got {classes!r}")
    unknown = sorted(occurring - set(classes))
    if unknown:
        raise check.error(f"unknown label {unknown[0]!r} in the table, expected one of {', '.join(classes)}; add it")
    return list(classes)


def _matched(root: Path, table: Path, annotated: Mapping[str, Any]) -> tuple[dict[str, Any], list[Skipped]]:
    """Annotations by the path of their file below the root, and what has no partner."""
    files = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir())
    files = [name for name in files if not (root / name).samefile(table)]
    by_name = defaultdict(list)
    for name in files:
        by_name[same_text(name)].append(name)
        if "/" in name:
            by_name[same_text(name.rsplit("/", 1)[1])].append(name)
    found, skipped = {}, []
    for name, items in annotated.items():
        candidates = by_name[same_text(name)]
        if len(candidates) == 1:
            found[candidates[0]] = items
        else:
            several = f"is the name of {len(candidates)} files, such as {', '.join(candidates[:2])}"
            skipped.append(Skipped(name, several if candidates else "is annotated, but not there"))
    return found, skipped + [Skipped(name, "has no annotation") for name in files if name not in found]


def _too_late(root: Path, found: dict[str, Any]) -> list[Skipped]:
    """Recordings with an event that ends after them; one that does so by rounding is cut, in `found`."""
    skipped = []
    for name, events in found.items():
        try:
            length, sr = (description := describe(root / name)).n_samples, description.sr
        except (AudioFileError, OSError):
            continue  # `fault` reports it later, when the files are sorted
        last = max(events, key=lambda event: event.offset, default=None)
        if last is None or last.offset <= length / sr:
            continue
        if last.offset > length / sr + TOLERANCE:
            reason = f"lasts {length / sr:.3f} s, but {last.label!r} is annotated until {last.offset:.3f} s"
            skipped.append(Skipped(name, reason))
        found[name] = [_cut(event, length / sr) for event in events]
    return skipped


def _cut(event: sed.Event, duration: float) -> sed.Event:
    """The event until the end of its recording."""
    return sed.Event(min(event.onset, duration), min(event.offset, duration), event.label, event.confidence)
