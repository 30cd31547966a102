r"""Read and write event lists as DCASE keeps them: tab-separated text, one event per line.

Conventions
-----------
- The first line names the columns, in any order: `filename`, `onset`, `offset`, `event_label`, and `confidence` if
  there is one. A line with a file name and nothing else says that the clip holds no events.
- Without a first line of names the columns are `filename, onset, offset, label`, or `onset, offset, label` for the
  events of one recording, which then goes by the name of the text file without its extension.
- Cells may be in double quotes, as in CSV; a quote within is doubled. UTF-8 is read with and without a byte order
  mark, UTF-16 and UTF-32 with one; no other encoding can be told for certain.
- Times are written with as many digits as are needed to read exactly the same numbers again.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from npaudio._core.atomic_write import replacing
from npaudio.sed.event import Event, as_event
from npaudio.sed.tab_separated import ALIASES, EventFileError, cells_of, number, rows, text_of


def read_events(path: str | os.PathLike[str]) -> dict[str, list[Event]]:
    """Events of a tab-separated file, `{filename: [Event, ...]}` in the order of the lines.

    Goes with lesson 08.

    Parameters
    ----------
    path : path
        The file, UTF-8, or UTF-16 with a byte order mark. The columns are found by their names, whatever their order;
        a file without names may have the columns filename, onset, offset, label, or onset, offset, label. Columns with
        other names are left unread.

    Returns
    -------
    dict
        A clip without events (a line whose onset, offset and label are empty) has an empty list.

    Raises
    ------
    EventFileError
        A line that does not fit, with its number; or text in an encoding that cannot be told.

    See Also
    --------
    write_events : writes such a file.
    """
    path = Path(path)
    events: dict[str, list[Event]] = {}
    for where, row in rows(path, required=("onset", "offset", "event_label")):
        name = row.get("filename", path.stem)
        if not name:
            raise EventFileError(f"{where}: the filename is empty, expected the name of a clip; fill it in")
        clip = events.setdefault(name, [])
        if row["event_label"]:
            clip.append(_event(row, where))
        elif row["onset"] or row["offset"]:
            raise EventFileError(
                f"{where}: times without a label, expected an event_label; a clip without events has none of the three"
            )
    return events


def read_durations(path: str | os.PathLike[str]) -> dict[str, float]:
    """Length of each clip in seconds, `{filename: duration}`, from a file with the columns filename and duration.

    Goes with lesson 08.

    Parameters
    ----------
    path : str or path
        A tab-separated file.

    Returns
    -------
    {str: float}
        Seconds.

    Raises
    ------
    EventFileError
        A duration that is negative or not a number, or a clip that is listed with two durations.

    See Also
    --------
    npaudio.metrics.psds : needs them.
    """
    durations: dict[str, float] = {}
    for where, row in rows(Path(path), required=("filename", "duration")):
        name, seconds = row["filename"], number(row["duration"], "duration", where)
        if not 0 <= seconds < float("inf"):
            raise EventFileError(
                f"{where}: {name!r} lasts {seconds:g} s, expected a duration of 0 s or more; correct it"
            )
        if durations.setdefault(name, seconds) != seconds:  # DCASE lists a clip once for each of its events
            raise EventFileError(
                f"{where}: {name!r} is listed with {seconds:g} s after {durations[name]:g} s; keep one of the two"
            )
    return durations


def read_clip_labels(path: str | os.PathLike[str]) -> dict[str, tuple[str, ...]]:
    """Labels of whole clips, `{filename: (label, ...)}`, from a file with the columns filename and event_labels.

    The form in which DCASE keeps weak labels: what sounds in a clip, but not when, with commas between the labels. A
    clip without labels has an empty tuple; the lines of one clip are joined.

    Goes with lesson 08.

    Parameters
    ----------
    path : str or path
        A tab-separated file.

    Returns
    -------
    {str: tuple of str}
        The labels of each clip.

    Raises
    ------
    EventFileError
        A line that does not fit, with its number.

    See Also
    --------
    npaudio.models.ClipTagger : learns from such labels.
    """
    clips: dict[str, tuple[str, ...]] = {}
    for where, row in rows(Path(path), required=("filename", "event_labels")):
        name = row["filename"]
        if not name:
            raise EventFileError(f"{where}: the filename is empty, expected the name of a clip; fill it in")
        labels = [label.strip() for label in row["event_labels"].split(",") if label.strip()]
        clips[name] = tuple(dict.fromkeys([*clips.get(name, ()), *labels]))
    return clips


def has_clip_labels(path: str | os.PathLike[str]) -> bool:
    """Whether a file is for `read_clip_labels`: its first line names a column of labels, and none of onsets."""
    first = text_of(Path(path), "has_clip_labels").split("\n", 1)[0].rstrip("\r")
    cells = {cell.lower() for cell in cells_of(first, "has_clip_labels: line 1")}
    return bool(cells & set(ALIASES["event_labels"])) and not cells & set(ALIASES["onset"])


def write_events(path: str | os.PathLike[str], events: Mapping[str, Iterable[Event]]) -> None:
    r"""Write `{filename: [Event, ...]}` as a tab-separated file with the columns that DCASE uses.

    The column `confidence` is written if any event has one. Reading the file gives exactly the same events. The
    file appears complete or not at all: it is written under a temporary name beside `path`, then put in its place.

    Goes with lesson 08.

    Parameters
    ----------
    path : path
        Where to write; an existing file is replaced.
    events : mapping
        Events, or tuples `(onset, offset, label)`, by file name.

    Raises
    ------
    ValueError
        A name or label that holds a tab or a line break, which the format cannot keep.

    See Also
    --------
    read_events : reads it.
    """
    clips = {_quoted(_cell(name)): [as_event(item) for item in items] for name, items in events.items()}
    with_confidence = any(event.confidence is not None for clip in clips.values() for event in clip)
    lines = ["filename\tonset\toffset\tevent_label" + "\tconfidence" * with_confidence]
    for name, clip in clips.items():
        lines += [_line(name, event, with_confidence) for event in clip] or [name + "\t" * (3 + with_confidence)]
    with replacing(path, caller="write_events") as stream:
        stream.write(("\n".join(lines) + "\n").encode())


def _line(name: str, event: Event, with_confidence: bool) -> str:
    """One event as text; `repr` gives the shortest digits that bring the same float back."""
    cells = [name, repr(event.onset), repr(event.offset), _quoted(_cell(event.label))]
    if with_confidence:
        cells.append("" if event.confidence is None else repr(event.confidence))
    return "\t".join(cells)


def _cell(text: str) -> str:
    """`text` if it is the same after it was written to a line of tab-separated cells and read."""
    if not isinstance(text, str) or not text or text != text.strip() or len(text.splitlines()) > 1 or "\t" in text:
        raise ValueError(
            f"write_events: {text!r} cannot be a cell, expected text without tabs, line breaks and outer spaces; rename"
        )
    return text


def _quoted(cell: str) -> str:
    """Put quotes around a cell that begins with one; it would be read as the beginning of a quoted cell otherwise."""
    doubled = cell.replace('"', '""')
    return f'"{doubled}"' if cell.startswith('"') else cell


def _event(row: dict[str, str], where: str) -> Event:
    """The event of one line, or an error that tells which line."""
    onset, offset = number(row["onset"], "onset", where), number(row["offset"], "offset", where)
    confidence = number(row["confidence"], "confidence", where) if row.get("confidence") else None
    try:
        return Event(onset, offset, row["event_label"], confidence)
    except ValueError as error:
        raise EventFileError(f"{where}: {error}") from None
