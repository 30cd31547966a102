"""A lesson read aloud: the prose of its cells in the terminal, each followed by what the next cell prints.

A lesson is one script in `# %%` cells. `cells` takes it apart; `Terminal` writes markdown for a terminal; `read_aloud`
runs the cells in order. Notebooks, the terminal and whoever makes a book get the same text from the same cells.
"""

import os
import re
import shutil
import sys
import textwrap
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from book.recording import notes
from formulas import plain

WIDEST = 100  # longer lines are hard to read
BOLD, FAINT, CYAN, GREEN, END = "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[32m", "\x1b[0m"
STRONG = "\ue000"  # ** in one column, so that lines are wrapped nearly at the length they are shown with
QUESTION, ANSWER = "**Question.**", "**Answer.**"


@dataclass(frozen=True)
class Cell:
    """A cell: its text (prose without the leading #), whether it is prose, and the line of its first line of text."""

    text: str
    is_prose: bool
    line: int


def cells(script: Path) -> list[Cell]:
    """The cells of a script, in order."""
    found: list[Cell] = []
    lines = script.read_text(encoding="utf-8").splitlines()
    starts = [i for i, line in enumerate(lines) if re.match(r"# %%", line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        is_prose = "[markdown]" in lines[start]
        body = [re.sub(r"^# ?", "", line) for line in lines[start + 1 : end]] if is_prose else lines[start + 1 : end]
        text = "\n".join(body)
        found.append(Cell(text.strip("\n") if is_prose else text, is_prose, start + 2))
    return found


def question_in(text: str) -> str | None:
    """The question of a prose cell, without its marks; None if it asks nothing."""
    quoted = " ".join(line.lstrip("> ").strip() for line in text.splitlines() if line.startswith(">"))
    return quoted.split(QUESTION, 1)[1].strip() if QUESTION in quoted else None


class Terminal:
    """Writes markdown to a stream, wrapped to the terminal's width, in colour if it is a terminal that wants it.

    Parameters
    ----------
    stream : text file, optional
        Where to write; standard output by default, whatever that is at the time of writing.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    @property
    def stream(self) -> TextIO:
        """Where this writes."""
        return self._stream or sys.stdout

    def markdown(self, text: str) -> None:
        """Write paragraphs, headings, lists, quotations, tables and indented blocks."""
        for block in re.split(r"\n\s*\n", text.strip("\n")):
            shown = "    " + plain(block) if block.startswith("$$") else self._block(_narrow_marks(plain(block)))
            print(self.styled(shown) + "\n", file=self.stream)

    def _block(self, block: str) -> str:
        lines = block.splitlines()
        if lines[0].startswith("#"):
            return heading(" ".join(line.lstrip("# ") for line in lines))
        if lines[0].startswith(("|", "    ", "```")):
            return "\n".join("    " + line.strip("`").strip() for line in lines if line.strip("`").strip())
        if lines[0].startswith(">"):
            return wrapped(" ".join(line.lstrip("> ").strip() for line in lines), first="  │ ", rest="  │ ")
        return "\n".join(wrapped(item) for item in items(lines))

    def styled(self, text: str) -> str:
        """Addresses after the text of their links; bold and code in colour, or without marks."""
        text = re.sub(r"\[([^\]]+)\]\((http[^)]*)\)", r"\1 (\2)", text)
        bold, code, end = (BOLD, CYAN, END) if wants_colour(self.stream) else ("", "", "")
        text = re.sub(f"(?s){STRONG}(.+?){STRONG}", rf"{bold}\1{end}", text)
        text = re.sub(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])", r"\1", text)
        return re.sub(r"`([^`]+)`", rf"{code}\1{end}", text) if code else text


def _narrow_marks(text: str) -> str:
    return text.replace("**", STRONG)


def wants_colour(stream: Any) -> bool:
    """Whether the stream is a terminal, and nobody has asked for no colour."""
    return bool(getattr(stream, "isatty", lambda: False)()) and not os.environ.get("NO_COLOR")


def heading(text: str) -> str:
    """A heading with a line under it; a lesson's title, which begins with its number, in a heavier one."""
    line = "═" if re.match(r"\d\d ", text) else "─"
    return f"{STRONG}{text}{STRONG}\n{line * min(len(text), width())}"


def width() -> int:
    """Columns to write in."""
    return min(shutil.get_terminal_size((80, 24)).columns, WIDEST)


def wrapped(text: str, *, first: str = "", rest: str = "") -> str:
    """A paragraph or one item of a list, filled to the width; an item's further lines stand under its first word."""
    if mark := re.match(r"\s*(?:[-*]|\d+\.) +", text):
        rest += " " * len(mark[0])
    text = re.sub(r"\[([^\]]+)\]\((?!http)[^)]*\)", r"\1", text)  # as long as it will be shown
    lines = textwrap.wrap(
        text, width(), initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines)


def items(lines: list[str]) -> list[str]:
    """The items of a list, or the one paragraph, each joined to a line."""
    items: list[str] = []
    for line in lines:
        if re.match(r"\s*(?:[-*]|\d+\.) ", line) or not items:
            items.append(line.rstrip())
        else:
            items[-1] += " " + line.strip()
    return items


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table: text to the left, numbers to the right, long texts wrapped so that it fits the terminal."""
    cells_ = [[str(cell) for cell in row] for row in rows]
    with notes.instead_of_print("table", header=list(header), rows=cells_):
        _print_table(header, cells_)


def _print_table(header: Sequence[str], cells_: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[i]) for row in [list(header), *cells_]) for i in range(len(header))]
    numeric = [all(_is_number(row[i]) for row in cells_) for i in range(len(header))]
    room = width() - 2 - 2 * (len(widths) - 1)
    while sum(widths) > room and (widest := max(widths)) > 8:
        widths[widths.index(widest)] -= 1
    for row in [list(header), ["-" * w for w in widths], *cells_]:
        _print_row(row, widths, numeric)


def _print_row(row: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> None:
    columns = [textwrap.wrap(cell, w) or [""] for cell, w in zip(row, widths, strict=True)]
    for i in range(max(map(len, columns))):
        texts = [column[i] if i < len(column) else "" for column in columns]
        aligned = [f"{c:>{w}}" if n else f"{c:<{w}}" for c, w, n in zip(texts, widths, numeric, strict=True)]
        print("  " + "  ".join(aligned).rstrip())


def _is_number(cell: str) -> bool:
    return bool(cell) and cell.lstrip("+-")[:1].isdigit()


class Copied:
    """A stream that also writes to a file, there without colour."""

    def __init__(self, stream: TextIO, copy: TextIO) -> None:
        self.stream, self.copy = stream, copy
        self.at_blank_line = True

    def write(self, text: str) -> int:
        """Write to both; remember whether the last line written was empty."""
        self.stream.write(text)
        self.copy.write(re.sub(r"\x1b\[\d+m", "", text))
        if text:
            self.at_blank_line = text.endswith("\n\n") or (text == "\n" and self.at_line_start)
            self.at_line_start = text.endswith("\n")
        return len(text)

    at_line_start = True

    def flush(self) -> None:
        """Flush both."""
        self.stream.flush()
        self.copy.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def stop_printing(stream: TextIO) -> int:
    """Let what is still printed go nowhere, because the reader of the pipe has gone; the exit status, 0."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return 0


def read_aloud(script: Path, namespace: dict[str, Any], *, brief: bool, ask: bool, say_first: str = "") -> None:
    """Run the cells of a script in a namespace; print the prose before each, unless a brief run is asked for.

    Parameters
    ----------
    script : Path
        The lesson.
    namespace : dict
        Where the cells run; `__main__`'s.
    brief : bool
        Print only the questions, and what the cells print.
    ask : bool
        Wait for Enter after each question.
    say_first : str
        A paragraph before everything else.
    """
    terminal = Terminal()
    if say_first:
        terminal.markdown(say_first)
    for cell in cells(script):
        if cell.is_prose:
            question = question_in(cell.text)
            if text := f"> {QUESTION} {question}" if brief and question else "" if brief else cell.text:
                _blank_line()
                terminal.markdown(text)
            if ask and question:
                wait_for_enter()
        else:
            code = compile("\n" * (cell.line - 1) + cell.text, str(script), "exec")
            with notes.cell(cell.line):
                exec(code, namespace)
    _blank_line()


def _blank_line() -> None:
    if not getattr(sys.stdout, "at_blank_line", True):
        print()


def wait_for_enter(ask: Callable[[str], str] = input) -> None:
    """Let the reader think; go on at the end of the input too."""
    try:
        ask("  Think, then press Enter. ")
    except EOFError:
        print()


def traceback_of(error: BaseException, script: Path) -> str:
    """The traceback from the lesson's own lines on."""
    frames = traceback.extract_tb(error.__traceback__)
    first = next((i for i, frame in enumerate(frames) if frame.filename == str(script)), 0)
    lines = traceback.format_list(frames[first:]) + traceback.format_exception_only(error)
    return "Traceback (most recent call last):\n" + "".join(lines)
