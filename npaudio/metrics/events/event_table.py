"""Event lists as arrays: what every metric of sound events starts from.

Conventions
-----------
- `reference` decides which files are scored: those of its keys, clips without events included. A file that only
  `estimated` knows is an error, a file that `estimated` does not mention has no detections.
- Events keep the order in which they were listed, file after file in the order of `reference`.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from npaudio.sed import Event, as_event, read_events

Events = Mapping[str, Iterable[Event] | Iterable[tuple]] | str | os.PathLike[str]


@dataclass(frozen=True)
class EventTable:
    """The events of many files, one row an event: index of file and label, onset and offset in seconds."""

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
    reference: Events, estimated: Events, labels: Sequence[str] | None, *, caller: str
) -> tuple[list[str], list[str], EventTable, EventTable]:
    """Names of the files, names of the classes, and both lists as tables.

    `labels` of None means every label that occurs in either list, sorted.
    """
    reference, estimated = as_clips(reference, caller=caller), as_clips(estimated, caller=caller)
    files = list(reference)
    _check_files(files, estimated, caller)
    if labels is None:
        labels = sorted({event.label for clips in (reference, estimated) for clip in clips.values() for event in clip})
    return files, list(labels), table(reference, files, labels, caller), table(estimated, files, labels, caller)


def as_clips(events: Events, *, caller: str) -> dict[str, list[Event]]:
    """`{filename: [Event, ...]}` from a mapping of events or tuples, or from the path of a tab-separated file."""
    if isinstance(events, str | os.PathLike):
        return read_events(events)
    if not isinstance(events, Mapping):
        raise ValueError(
            f"{caller}: got {type(events).__name__}, expected {{filename: [Event, ...]}} or the path of a file; "
            "put the events of one recording into a dictionary, {'name': events}"
        )
    return {name: [as_event(item) for item in clip] for name, clip in events.items()}


def table(clips: Mapping[str, list[Event]], files: list[str], labels: Sequence[str], caller: str) -> EventTable:
    """The events of `files`, in that order, as a table."""
    label_index = {label: i for i, label in enumerate(labels)}
    events: list[Event] = []
    counts = np.zeros(len(files), dtype=int)
    for i, name in enumerate(files):
        clip = clips.get(name, ())
        events.extend(clip)
        counts[i] = len(clip)
    try:
        label = np.array([label_index[event.label] for event in events], dtype=int)
    except KeyError as error:
        known = ", ".join(labels)
        raise ValueError(
            f"{caller}: unknown label {error.args[0]!r}, expected one of {known}; add it to labels, or drop its events"
        ) from None
    times = np.array([event[:2] for event in events], dtype=float).reshape(-1, 2)
    return EventTable(events, np.repeat(np.arange(len(files)), counts), label, times[:, 0], times[:, 1])


def _check_files(files: list[str], estimated: Mapping[str, list[Event]], caller: str) -> None:
    unknown = sorted(set(estimated) - set(files))
    if unknown:
        raise ValueError(
            f"{caller}: estimated has {len(unknown)} file(s) that reference does not list, such as {unknown[0]!r}; "
            "add them to reference (an empty list if nothing sounds in them), or leave them out"
        )
