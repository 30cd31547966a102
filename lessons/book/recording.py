"""What the cells of a lesson printed and made, in order: `notes`, which a lesson writes and the book reads.

One process runs one lesson, so there is one `notes`. It is a stream too, so that it can stand behind standard output:
text is kept while a code cell runs, and left out while something is shown that is noted in another form.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FILE = "recording.json"
Item = dict[str, Any]  # kind: text, markdown, table, figure or sound; and what belongs to it


class Notes:
    """The outcome of each code cell, a list of items by the line on which the cell begins."""

    def __init__(self) -> None:
        self.outcomes: dict[int, list[Item]] = {}
        self._open: list[Item] | None = None

    @contextmanager
    def cell(self, line: int) -> Iterator[None]:
        """While this cell runs, keep what is printed."""
        self._open = self.outcomes[line] = []
        try:
            yield
        finally:
            self._open = None

    @contextmanager
    def instead_of_print(self, kind: str, **details: Any) -> Iterator[None]:
        """Keep an item in its own form; what is printed meanwhile shows the same on a terminal, and is left out."""
        outcome, self._open = self._open, None
        if outcome is not None:
            outcome.append({"kind": kind, **details})
        try:
            yield
        finally:
            self._open = outcome

    def write(self, text: str) -> int:
        """Keep printed text, joined to the text before it."""
        if self._open is not None:
            if not (self._open and self._open[-1]["kind"] == "text"):
                self._open.append({"kind": "text", "text": ""})
            self._open[-1]["text"] += text
        return len(text)

    def flush(self) -> None:
        """Nothing waits to be written."""

    def save(self, folder: Path, script: Path, *, quick: bool) -> None:
        """Write the outcomes beside the figures, with the script's checksum."""
        content = {"script": checksum(script), "quick": quick, "outcomes": self.outcomes}
        (folder / FILE).write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")


def recorded(folder: Path, script: Path) -> dict[str, Any] | None:
    """What a lesson's last run has written down; None if it never ran, failed, or has been changed since.

    Returns
    -------
    dict or None
        quick: whether it was a quick run; outcomes: {line of the code cell: [item, ...]}.
    """
    path = folder / FILE
    content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if content.get("script") != checksum(script):
        return None
    outcomes = {int(line): items for line, items in content["outcomes"].items()}
    return {"quick": content["quick"], "outcomes": outcomes}


def checksum(script: Path) -> str:
    """SHA-256 of a script."""
    return hashlib.sha256(script.read_bytes()).hexdigest()


notes = Notes()
