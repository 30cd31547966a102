"""Write the book: a page a lesson, the first page, glossary, errata, a page to play with, and the search index."""

import html
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from string import Template

from book.explorer import write_explorer
from book.markup import anchor_of, plain_link, to_html
from book.pages import Chapter, card, contents_entry, lesson_body
from formulas import plain
from glossary import GLOSSARY, entries

ASSETS = Path(__file__).resolve().parent / "assets"
ERRATA = GLOSSARY.with_name("ERRATA.md")
EXTRAS = (("explorer.html", "Play with the STFT"), ("glossary.html", "Glossary"), ("errata.html", "Errata"))
INTRODUCTION = """# Audio classification, from the sample to the event

Each lesson is a program that ran to make its page: the numbers, figures and sounds are what it measured. Where a text
asks a question, the answer is folded away; guess first. All of it can be run again: `python -m lessons 01`.

On the page [Play with the STFT](explorer.html) you change frame length, hop and window, and see what that does to a
spectrogram.

## Lessons
"""


def write_book(scripts: list[Path], outputs: Path) -> Path:
    """Write the pages of all lessons that have been run into `outputs/book`.

    Parameters
    ----------
    scripts : list of Path
        All lessons; those without a recording are listed, with the command that adds them.
    outputs : Path
        The folder to which the lessons write.

    Returns
    -------
    Path
        The first page, index.html.
    """
    return Book([Chapter(script, outputs / script.stem) for script in scripts], outputs / "book").write()


class Book:
    """The pages, in the order in which they are read."""

    def __init__(self, chapters: list[Chapter], folder: Path) -> None:
        self.chapters, self.folder = chapters, folder
        self.there = [chapter for chapter in chapters if chapter.recording is not None]
        self.template = Template((ASSETS / "page.html").read_text(encoding="utf-8"))
        self.meanings = {entry.anchor: entry.text for entry in entries()}
        extras = [extra for extra in EXTRAS if extra[0] != "errata.html" or ERRATA.is_file()]
        self.order = [("index.html", "Contents"), *((c.file, c.title) for c in self.there), *extras]

    def write(self) -> Path:
        """Write everything anew; returns the first page."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(ASSETS, self.folder, ignore=shutil.ignore_patterns("*.html"))
        for chapter in self.there:
            self._write(chapter.file, lesson_body(chapter, self.folder, self.link))
        self._write("glossary.html", to_html(GLOSSARY.read_text(encoding="utf-8"), self.link))
        if ERRATA.is_file():
            self._write("errata.html", to_html(ERRATA.read_text(encoding="utf-8"), self.link))
        controls = (ASSETS / "explorer.html").read_text(encoding="utf-8")
        self._write("explorer.html", write_explorer(self.folder, controls, self.link))
        (self.folder / "search_index.js").write_text(self.search_index(), encoding="utf-8")
        cards = "".join(card(chapter, self.link) for chapter in self.chapters)
        return self._write("index.html", f'{to_html(INTRODUCTION, self.link)}\n<ul class="cards">{cards}</ul>')

    def _write(self, file: str, body: str) -> Path:
        """A page around its main part."""
        position = [name for name, _ in self.order].index(file)
        page = self.template.substitute(
            title=html.escape(self.order[position][1]),
            contents=self._contents(file),
            body=body,
            around=self._neighbors(position),
        )
        path = self.folder / file
        path.write_text(page, encoding="utf-8")
        return path

    def _contents(self, current: str) -> str:
        lessons = "".join(contents_entry(chapter, current) for chapter in self.there)
        mark: Callable[[str], str] = lambda file: ' aria-current="page"' if file == current else ""  # noqa: E731
        rest = "".join(f'<li><a href="{f}"{mark(f)}>{title}</a></li>' for f, title in self.order[1 + len(self.there) :])
        return f"<ul>{lessons}</ul><ul>{rest}</ul>"

    def _neighbors(self, position: int) -> str:
        """Links to the page before and the page after."""
        links = []
        for step, word, arrow in ((-1, "prev", "← {}"), (1, "next", "{} →")):
            if 0 <= position + step < len(self.order):
                file, title = self.order[position + step]
                links.append(f'<a rel="{word}" href="{file}">{arrow.format(html.escape(title))}</a>')
        return "".join(links)

    def link(self, target: str, words: str) -> str:
        """A link in the book: to a lesson, a term of the glossary with its meaning, a page, or elsewhere."""
        if target.startswith("lesson:"):
            file = next((c.file for c in self.there if c.script.stem.startswith(target[-2:])), None)
            return plain_link(file, words) if file else words
        if target.startswith("GLOSSARY.md#"):
            anchor = target.split("#")[1]
            meaning = html.escape(_without_marks(self.meanings.get(anchor, "")))
            return f'<a class="term" href="glossary.html#{anchor}" title="{meaning}">{words}</a>'
        return plain_link(re.sub(r"^(GLOSSARY|ERRATA)\.md", lambda found: f"{found[1].lower()}.html", target), words)

    def search_index(self) -> str:
        """A script with the sections of all pages: `const SECTIONS = [[file, title, anchor, heading, text], ...]`."""
        rows = [row for c in self.there for row in sections(c.file, c.title, _prose(c))]
        rows += sections("glossary.html", "Glossary", GLOSSARY.read_text(encoding="utf-8"))
        if ERRATA.is_file():
            rows += sections("errata.html", "Errata", ERRATA.read_text(encoding="utf-8"))
        return f"const SECTIONS = {json.dumps(rows, ensure_ascii=False, separators=(',', ':'))};\n"


def _prose(chapter: Chapter) -> str:
    return "\n\n".join(cell.text for cell in chapter.cells if cell.is_prose)


def sections(file: str, title: str, text: str) -> list[list[str]]:
    """A page's parts under each heading: [file, title of the page, anchor, heading, text]."""
    parts = re.split(r"(?m)^#+ (.+)$", text)[1:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return [[file, title, anchor_of(head), _without_marks(head), _without_marks(words)] for head, words in pairs]


def _without_marks(markdown: str) -> str:
    """The words alone."""
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", plain(markdown))
    return " ".join(re.sub(r"[*`|>]|\B---\B", " ", text).split())
