"""Event lists as arrays, the input of every metric of sound events.

Conventions
-----------
- The files that are scored are the keys of `reference`, clips without events included. A file that only `estimated`
  has is an error, a file that `estimated` does not have is a file without detections.
- Events keep their order, file after file in the order of `reference`.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from npaudio._core.checks import Check
from npaudio.sed import Event, as_event, read_events

Events = Mapping[str, Iterable[Event] | Iterable[tuple]] | str | os.PathLike[str]
Durations = Mapping[str, float]  # seconds of each file


@dataclass(frozen=True)
class EventTable:
    """The events of many files, one row for each event: index of file and label, onset and offset in seconds."""

    events: list[Event]
    file: np.ndarray  # (n,) int
    label: np.ndarray  # (n,) int
    onset: np.ndarray  # (n,) seconds
    offset: np.ndarray  # (n,) seconds

    def __len__(self) -> int:
        return len(self.events)

    @property
    def length(self) -> np.ndarray:
        """Duration of each event in seconds."""
        return self.offset - self.onset

    def rows(self, keep: np.ndarray) -> "EventTable":
        """The table of the rows where `keep` is true."""
        chosen = [self.events[i] for i in np.flatnonzero(keep)]
        return EventTable(chosen, self.file[keep], self.label[keep], self.onset[keep], self.offset[keep])


def event_tables(
    check: Check, reference: Events, estimated: Events, labels: Sequence[str] | None
) -> tuple[list[str], list[str], EventTable, EventTable]:
    """Names of the files, names of the classes, and both lists as tables.

    `labels` of None means every label that occurs in either list, sorted.
    """
    reference, estimated = as_clips(check, reference), as_clips(check, estimated)
    files = list(reference)
    _check_files(check, files, estimated)
    if labels is None:
        labels = sorted({event.label for clips in (reference, estimated) for clip in clips.values() for event in clip})
    return files, list(labels), table(check, reference, files, labels), table(check, estimated, files, labels)


def as_clips(check: Check, events: Events) -> dict[str, list[Event]]:
    """`{filename: [Event, ...]}` from a mapping of events or tuples, or from the path of a tab-separated file."""
    if isinstance(events, str | os.PathLike):
        return read_events(events)
    if not isinstance(events, Mapping):
        raise check.error(
            f"got {type(events).__name__}, expected {{filename: [Event, ...]}} or the path of a file; "
            "put the events of one recording into a dictionary, {'name': events}"
        )
    return {name: [as_event(item) for item in clip] for name, clip in events.items()}


def table(check: Check, clips: Mapping[str, list[Event]], files: list[str], labels: Sequence[str]) -> EventTable:
    """The events of `files`, in that order, as a table."""
    label_index = {label: i for i, label in enumerate(labels)}
    lists = [clips.get(name, []) for name in files]
    events = [event for clip in lists for event in clip]
    counts = np.array([len(clip) for clip in lists], dtype=int)
    try:
        label = np.array([label_index[event.label] for event in events], dtype=int)
    except KeyError as error:
        known = ", ".join(labels)
        raise check.error(
            f"unknown label {error.args[0]!r}, expected one of {known}; add it to labels, or drop its events"
        ) from None
    times = np.array([event[:2] for event in events], dtype=float).reshape(-1, 2)
    return EventTable(events, np.repeat(np.arange(len(files)), counts), label, times[:, 0], times[:, 1])


def durations_of(check: Check, files: Sequence[str], durations: Durations) -> np.ndarray:
    """Seconds of each file, (n_files,)."""
    missing = [name for name in files if name not in durations]
    if missing:
        raise check.error(f"durations lacks {len(missing)} file(s), such as {missing[0]!r}; give their seconds")
    seconds = np.array([durations[name] for name in files], dtype=float)
    bad = np.flatnonzero(~((seconds >= 0) & (seconds < np.inf)))
    if len(bad):
        name, length = files[bad[0]], seconds[bad[0]]
        raise check.error(f"{name!r} lasts {length} s, expected 0 s or more; correct its duration")
    return seconds


def _check_files(check: Check, files: list[str], estimated: Mapping[str, list[Event]]) -> None:
    unknown = sorted(set(estimated) - set(files))
    if unknown:
        raise check.error(
            f"estimated has {len(unknown)} file(s) that reference does not list, such as {unknown[0]!r}; "
            "add them to reference (an empty list for a clip without events), or leave them out"
        )
