"""Write the book: first page, a page a lesson, a page to play with, glossary, errata, the library, the search index."""

import html
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from string import Template

from book.api import ApiPage, api_pages
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
spectrogram. What the article says and what happens instead is in the [errata](errata.html), every term in the
[glossary](glossary.html)$library.

## Lessons
"""
LIBRARY = ", and every function and class of the library on [pages of its own](npaudio.html)"


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
        self.api = api_pages()
        library = [(page.file, page.name if page.name != "npaudio" else "The library") for page in self.api]
        self.order = [("index.html", "Contents"), *((c.file, c.title) for c in self.there), *extras, *library]

    def write(self) -> Path:
        """Write everything anew; returns the first page."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(ASSETS, self.folder, ignore=shutil.ignore_patterns("*.html", "*.jinja2"))
        for chapter in self.there:
            self._write(chapter.file, self._with_library(lesson_body(chapter, self.folder, self.link)))
        self._write("glossary.html", to_html(GLOSSARY.read_text(encoding="utf-8"), self.link))
        if ERRATA.is_file():
            self._write("errata.html", to_html(ERRATA.read_text(encoding="utf-8"), self.link))
        for page in self.api:
            self._write(page.file, self._with_lessons(page.body))
        controls = (ASSETS / "explorer.html").read_text(encoding="utf-8")
        self._write("explorer.html", write_explorer(self.folder, controls, self.link))
        (self.folder / "search_index.js").write_text(self.search_index(), encoding="utf-8")
        introduction = INTRODUCTION.replace("$library", LIBRARY if self.api else "")
        quick = any(chapter.recording["quick"] for chapter in self.there if chapter.recording)
        cards = "".join(card(chapter, self.link, quick=quick) for chapter in self.chapters)
        return self._write("index.html", f'{to_html(introduction, self.link)}\n<ul class="cards">{cards}</ul>')

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
        rooms = {page.file for page in self.api[1:]}  # listed on their own pages only
        hidden = set() if current in rooms or current == "npaudio.html" else rooms
        others = [(f, title) for f, title in self.order[1 + len(self.there) :] if f not in hidden]
        rest = "".join(f'<li><a href="{f}"{mark(f)}>{title}</a></li>' for f, title in others)
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
        if script := re.fullmatch(r"(\d\d)_\w+\.py", target):
            return self.link(f"lesson:{script[1]}", words)
        if target.startswith("../"):  # a file of the repository, which the book does not hold
            return f'<span title="{target.removeprefix("../")}">{words}</span>'
        if target.startswith("GLOSSARY.md#"):
            anchor = target.split("#")[1]
            meaning = html.escape(_without_marks(self.meanings.get(anchor, "")))
            return f'<a class="term" href="glossary.html#{anchor}" title="{meaning}">{words}</a>'
        return plain_link(re.sub(r"^(GLOSSARY|ERRATA)\.md", lambda found: f"{found[1].lower()}.html", target), words)

    def _with_lessons(self, body: str) -> str:
        """A page of the library whose mentions of lessons are links."""
        mention = r"\b[Ll]esson (\d\d)\b(?![^<]*</a>)"
        return re.sub(mention, lambda found: self.link(f"lesson:{found[1]}", found[0]), body)

    def _with_library(self, body: str) -> str:
        """A page of a lesson whose mentions of library files lead to the page of their room."""
        rooms = "|".join(page.name.partition(".")[2] for page in self.api[1:]) or "none"
        return re.sub(rf"(<code>npaudio/({rooms})\b[\w/.]*</code>)", r'<a href="npaudio.\2.html">\1</a>', body)

    def search_index(self) -> str:
        """A script with the sections of all pages: `const SECTIONS = [[file, title, anchor, heading, text], ...]`."""
        rows = [row for c in self.there for row in sections(c.file, c.title, _prose(c))]
        rows += sections("glossary.html", "Glossary", GLOSSARY.read_text(encoding="utf-8"))
        if ERRATA.is_file():
            rows += sections("errata.html", "Errata", ERRATA.read_text(encoding="utf-8"))
        rows += [[page.file, page.name, *words] for page in self.api[1:] for words in named(page)]
        return f"const SECTIONS = {json.dumps(rows, ensure_ascii=False, separators=(',', ':'))};\n"


def _prose(chapter: Chapter) -> str:
    return "\n\n".join(cell.text for cell in chapter.cells if cell.is_prose)


def sections(file: str, title: str, text: str) -> list[list[str]]:
    """A page's parts under each heading: [file, title of the page, anchor, heading, text]."""
    parts = re.split(r"(?m)^#+ (.+)$", text)[1:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return [[file, title, anchor_of(head), _without_marks(head), _without_marks(words)] for head, words in pairs]


def named(page: ApiPage) -> list[list[str]]:
    """What a page of the library describes: [anchor, name, first sentence]."""
    return [[name, name, _without_marks(words)] for name, words in page.entries]


def _without_marks(markdown: str) -> str:
    """The words alone."""
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", plain(markdown))
    return " ".join(re.sub(r"[*`|>]|\B---\B", " ", text).split())
