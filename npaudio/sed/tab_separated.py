"""Tab-separated text as tables: its encoding, its cells, the names of its columns.

Conventions: those of `files`. Every error is an `EventFileError` that names file and line.
"""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

ALIASES = {
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


def rows(path: Path, *, required: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """The place of each line, for error messages, and its cells by the name of their column."""
    caller = next(name for column, name in _CALLERS.items() if column in required)
    columns: list[str] = []
    for number, line in enumerate(text_of(path, caller).split("\n"), start=1):
        where = f"{caller}: {path.name}, line {number}"
        cells = cells_of(line.rstrip("\r"), where)
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


def text_of(path: Path, caller: str) -> str:
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


def cells_of(line: str, where: str) -> list[str]:
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
    names = {alias: name for name, aliases in ALIASES.items() for alias in aliases}
    found = [names.get(cell.lower(), cell) for cell in cells]
    if set(required) <= set(found):
        return found, True
    headerless = _HEADERLESS.get(len(cells))
    if headerless and "onset" in required and _is_number(cells[headerless.index("onset")]):
        return list(headerless), False
    missing = ", ".join(name for name in required if name not in found)
    raise EventFileError(f"{where}: no column {missing}, got {cells}; begin the file with tab-separated column names")


def number(text: str, name: str, where: str) -> float:
    """The number in a cell, or an error that tells which line."""
    if not _is_number(text):
        raise EventFileError(f"{where}: {name} is {text!r}, expected a number with a decimal point; correct it")
    return float(text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
