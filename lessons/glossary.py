"""The glossary: `GLOSSARY.md` taken apart, so that a term can be looked up and its first use be checked.

An entry is a heading `## term, other form`, a line `*Lesson NN*`, and its explanation.
"""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

GLOSSARY = Path(__file__).resolve().parent / "GLOSSARY.md"


@dataclass(frozen=True)
class Entry:
    """A term with its other forms, the number of the lesson that explains it, and the explanation."""

    forms: tuple[str, ...]
    lesson: str
    text: str

    @property
    def anchor(self) -> str:
        """The fragment that a link to the heading has on GitHub."""
        return re.sub(r"[^\w -]", "", ", ".join(self.forms).lower()).replace(" ", "-")


def entries() -> list[Entry]:
    """All entries, in the order of the page."""
    found = re.findall(
        r"^## ([^\n]+)\n\n\*Lesson (\d\d)\*\n\n(.+?)(?=\n## |\Z)", GLOSSARY.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return [Entry(tuple(head.split(", ")), lesson, text.strip()) for head, lesson, text in found]


def explanation(term: str) -> str:
    """What the glossary says of a term.

    Raises
    ------
    LookupError
        A term that it does not have; the sentence names those that are like it, if there are any.
    """
    by_form = {form.lower(): entry for entry in entries() for form in entry.forms}
    if term.lower() in by_form:
        entry = by_form[term.lower()]
        return f"**{', '.join(entry.forms)}** (lesson {entry.lesson}). {entry.text}"
    similar = [form for form in by_form if len(term) > 2 and term.lower() in form]
    similar += difflib.get_close_matches(term.lower(), set(by_form) - set(similar), cutoff=0.7)
    rest = f"; it has {', '.join(similar)}" if similar else f" and no word like it; all are in lessons/{GLOSSARY.name}"
    raise LookupError(f"the glossary has no {term!r}{rest}")
