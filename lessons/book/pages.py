"""A lesson as a page: its cells in order, each followed by what it printed and made when it ran."""

import html
import re
import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from book.highlight import highlighted
from book.markup import Link, anchor_of, inline, table, to_html
from book.recording import Item, recorded
from book.sounds import player
from reading import Cell, cells, question_in

FINDING = "**Finding.** "
QUICK_NOTE = '<p class="quick">This page shows a quick run: less data, fewer steps. Its numbers prove nothing.</p>'


@dataclass(frozen=True)
class Chapter:
    """A lesson's script, and the folder to which it wrote its figures, sounds and recording."""

    script: Path
    made: Path

    @cached_property
    def cells(self) -> list[Cell]:
        """The script taken apart."""
        return cells(self.script)

    @cached_property
    def recording(self) -> dict[str, Any] | None:
        """What the last run left; None if there is none of this version."""
        return recorded(self.made, self.script)

    @property
    def outcomes(self) -> dict[int, list[Item]]:
        """What each code cell printed and made, by the line of the cell."""
        return self.recording["outcomes"] if self.recording else {}

    @property
    def file(self) -> str:
        """The name of its page."""
        return f"{self.script.stem}.html"

    @property
    def title(self) -> str:
        """The heading of the lesson, with its number."""
        return self.cells[0].text.splitlines()[0].lstrip("# ")

    @property
    def times(self) -> str:
        """How long it takes."""
        return self.cells[0].text.split("\n\n")[1].strip("*\n ")

    @property
    def promise(self) -> str:
        """What one will know at the end: the first paragraph."""
        return self.cells[0].text.split("\n\n")[2]

    @property
    def sections(self) -> list[str]:
        """The headings after the title."""
        return [found for cell in self.cells if cell.is_prose for found in re.findall(r"(?m)^## (.+)$", cell.text)]

    @property
    def finding(self) -> str:
        """The lesson's finding as markdown; empty if it has none."""
        items = [item for outcome in self.outcomes.values() for item in outcome if item["kind"] == "markdown"]
        return next((item["text"].removeprefix(FINDING) for item in items if item["text"].startswith(FINDING)), "")


def lesson_body(chapter: Chapter, book: Path, link: Link) -> str:
    """The main part of a lesson's page; copies its figures and sounds into the book's folder."""
    is_quick = chapter.recording is not None and chapter.recording["quick"]
    parts, asked = [QUICK_NOTE] if is_quick else [], False
    for cell in chapter.cells:
        if cell.is_prose:
            parts.append(to_html(cell.text, link))
            asked = question_in(cell.text) is not None
            continue
        outcome = "\n".join(outcome_parts(chapter.outcomes.get(cell.line, []), chapter, book, link))
        parts.append(code_fold(cell.text))
        parts.append(answer_fold(outcome) if asked and outcome else f'<div class="outcome">{outcome}</div>')
        asked = False
    return "\n".join(parts)


def code_fold(code: str) -> str:
    """A cell's code; folded if it draws figures and says answers, shown if it is the matter itself."""
    code = code.strip("\n")
    count = code.count("\n") + 1
    is_open = "" if re.search(r"\b[Ll]esson[.(]", code) else " open"
    lines = f"{count} lines" if count > 1 else "1 line"
    return (
        f'<details class="code"{is_open}><summary>Code <small>{lines}</small></summary>'
        f'<pre tabindex="0"><code>{highlighted(code)}</code></pre></details>'
    )


def answer_fold(outcome: str) -> str:
    """What follows a question, hidden until it is asked for."""
    return f'<details class="outcome answer"><summary>Show what happens</summary>\n{outcome}\n</details>'


def outcome_parts(outcome: list[Item], chapter: Chapter, book: Path, link: Link) -> Iterator[str]:
    """The HTML of each thing that a cell printed or made; players in a row stand side by side."""
    sounds: list[str] = []
    for item in [*outcome, {"kind": "end"}]:
        if item["kind"] == "text" and not item["text"].strip():
            continue
        if item["kind"] == "sound":
            path, source = copied(item["file"], chapter, book)
            sounds.append(player(path, source))
            continue
        if sounds:
            yield '<div class="sounds">' + "".join(sounds) + "</div>"
            sounds = []
        if item["kind"] != "end":
            yield one_item(item, chapter, book, link)


def one_item(item: dict[str, Any], chapter: Chapter, book: Path, link: Link) -> str:
    """A printed text, a table, words or a figure."""
    if item["kind"] == "text":
        return f'<pre class="printed" tabindex="0">{html.escape(item["text"].strip(chr(10)), quote=False)}</pre>'
    if item["kind"] == "table":
        return table(item["header"], item["rows"])
    if item["kind"] == "markdown":
        words = to_html(item["text"], link)
        return f'<div class="found">{words}</div>' if item["text"].startswith(FINDING) else words
    path, source = copied(item["file"], chapter, book)
    width, height = size_of_png(path)
    alt = item["title"] or path.stem.replace("_", " ")
    image = f'<img src="{source}" alt="{html.escape(alt)}" width="{width}" height="{height}">'
    kind = "figure wide" if width > 1.6 * height else "figure"
    return (
        f'<figure class="{kind}"><div class="scrolls">'
        f'<a href="{source}" aria-label="The figure in full size">{image}</a></div></figure>'
    )


def copied(name: str, chapter: Chapter, book: Path) -> tuple[Path, str]:
    """Copy a file that the lesson made into the book: its new path, and its address as seen from a page."""
    source = f"media/{chapter.script.stem}/{name}"
    (book / source).parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(chapter.made / name, book / source)), source


def size_of_png(path: Path) -> tuple[int, int]:
    """Width and height in pixels, from the header of the file."""
    return struct.unpack(">II", path.read_bytes()[16:24])


def card(chapter: Chapter, link: Link, *, quick: bool) -> str:
    """A lesson in the list of the first page: title, times, promise, finding; `quick` if others had a quick run."""
    found = f'<p class="finding">{inline(chapter.finding, link)}</p>' if chapter.finding else ""
    if chapter.recording is None:
        command = f"python -m lessons --book {chapter.script.stem[:2]}{' --quick' * quick}"
        return (
            f'<li class="missing"><h3>{html.escape(chapter.title)}</h3><p>{inline(chapter.promise, link)}</p>'
            f"<p>Not run yet, or changed since: <code>{command}</code> adds it.</p></li>"
        )
    return (
        f'<li><h3><a href="{chapter.file}">{html.escape(chapter.title)}</a></h3>'
        f'<p class="times">{html.escape(chapter.times)}</p><p>{inline(chapter.promise, link)}</p>{found}</li>'
    )


def contents_entry(chapter: Chapter, current: str) -> str:
    """A line of the contents; under the page that is open, its sections."""
    if chapter.file != current:
        return f'<li><a href="{chapter.file}">{html.escape(chapter.title)}</a></li>'
    rows = "".join(f'<li><a href="#{anchor_of(text)}">{inline(text)}</a></li>' for text in chapter.sections)
    return f'<li><a href="{chapter.file}" aria-current="page">{html.escape(chapter.title)}</a><ul>{rows}</ul></li>'
