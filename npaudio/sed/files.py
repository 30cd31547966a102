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

import codecs
import csv
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from npaudio._core.atomic_write import replacing
from npaudio.sed.event import Event, as_event

_ALIASES = {
    "filename": ("filename", "file"),
    "onset": ("onset", "event_onset"),
    "offset": ("offset", "event_offset"),
    "event_label": ("event_label", "label"),
    "event_labels": ("event_labels", "labels"),
    "confidence": ("confidence",),
    "duration": ("duration",),
}
_BYTE_ORDER_MARKS = {  # the four bytes of UTF-32 begin with the two of UTF-16
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CALLERS = {"onset": "read_events", "duration": "read_durations", "event_labels": "read_clip_labels"}
_HEADERLESS = {4: ("filename", "onset", "offset", "event_label"), 3: ("onset", "offset", "event_label")}


class EventFileError(ValueError):
    """A tab-separated file that cannot be read; the message has the file's name and the number of the line."""


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
    for where, row in _rows(path, required=("onset", "offset", "event_label")):
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
    for where, row in _rows(Path(path), required=("filename", "duration")):
        name, seconds = row["filename"], _number(row["duration"], "duration", where)
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
    for where, row in _rows(Path(path), required=("filename", "event_labels")):
        name = row["filename"]
        if not name:
            raise EventFileError(f"{where}: the filename is empty, expected the name of a clip; fill it in")
        labels = [label.strip() for label in row["event_labels"].split(",") if label.strip()]
        clips[name] = tuple(dict.fromkeys([*clips.get(name, ()), *labels]))
    return clips


def has_clip_labels(path: str | os.PathLike[str]) -> bool:
    """Whether a file is for `read_clip_labels`: its first line names a column of labels, and none of onsets."""
    first = _text(Path(path), "has_clip_labels").split("\n", 1)[0].rstrip("\r")
    cells = {cell.lower() for cell in _cells(first, "has_clip_labels: line 1")}
    return bool(cells & set(_ALIASES["event_labels"])) and not cells & set(_ALIASES["onset"])


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


def _rows(path: Path, *, required: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """The place of each line, for error messages, and its cells by the name of their column."""
    caller = next(name for column, name in _CALLERS.items() if column in required)
    columns: list[str] = []
    for number, line in enumerate(_text(path, caller).split("\n"), start=1):
        where = f"{caller}: {path.name}, line {number}"
        cells = _cells(line.rstrip("\r"), where)
        if cells == [""]:
            continue
        if not columns:
            columns, is_header = _columns(cells, required, where)
            if is_header:
                continue
        if len(cells) == 1 and columns[0] == "filename":
            cells += [""] * (len(columns) - 1)  # some editors strip the tabs from the end of a line
        if len(cells) != len(columns):
            raise EventFileError(
                f"{where}: {len(cells)} cells, expected {len(columns)} ({', '.join(columns)}); separate them by tabs"
            )
        yield where, dict(zip(columns, cells, strict=True))


def _text(path: Path, caller: str) -> str:
    """The text of a file in the encoding of its byte order mark, or in UTF-8."""
    raw = path.read_bytes()
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS.items() if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise EventFileError(
            f"{caller}: {path.name}, line {line}: the text is not {encoding.upper()}; save the file as UTF-8"
        ) from None
    if "\0" in text:
        raise EventFileError(
            f"{caller}: {path.name} holds NUL characters, as UTF-16 without a byte order mark does; save it as UTF-8"
        )
    return text


def _cells(line: str, where: str) -> list[str]:
    """The cells of a line without outer spaces, and without the quotes around them."""
    cells = [cell.strip() for cell in line.split("\t")]
    if not any(cell.startswith('"') for cell in cells):
        return cells
    try:
        return next(csv.reader(["\t".join(cells)], delimiter="\t", strict=True))
    except csv.Error:
        raise EventFileError(
            f'{where}: a quote is not closed, or is alone inside of quotes; write "" for a quote within quotes'
        ) from None


def _columns(cells: list[str], required: tuple[str, ...], where: str) -> tuple[list[str], bool]:
    """Names of the columns, and whether the first line is made of them."""
    names = {alias: name for name, aliases in _ALIASES.items() for alias in aliases}
    found = [names.get(cell.lower(), cell) for cell in cells]
    if set(required) <= set(found):
        return found, True
    headerless = _HEADERLESS.get(len(cells))
    if headerless and "onset" in required and _is_number(cells[headerless.index("onset")]):
        return list(headerless), False
    missing = ", ".join(name for name in required if name not in found)
    raise EventFileError(f"{where}: no column {missing}, got {cells}; begin the file with tab-separated column names")


def _event(row: dict[str, str], where: str) -> Event:
    """The event of one line, or an error that tells which line."""
    onset, offset = _number(row["onset"], "onset", where), _number(row["offset"], "offset", where)
    confidence = _number(row["confidence"], "confidence", where) if row.get("confidence") else None
    try:
        return Event(onset, offset, row["event_label"], confidence)
    except ValueError as error:
        raise EventFileError(f"{where}: {error}") from None


def _number(text: str, name: str, where: str) -> float:
    if not _is_number(text):
        raise EventFileError(f"{where}: {name} is {text!r}, expected a number with a decimal point; correct it")
    return float(text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
