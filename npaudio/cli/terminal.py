"""What the commands print: tables for people, JSON and CSV for programs, color only on a terminal."""

import csv
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

BOLD, DIM, GREEN, YELLOW, RED = "1", "2", "32", "33", "31"


class UsageError(ValueError):
    """A command that cannot be carried out as it was given."""


def complain(sentence: str) -> None:
    """One line on standard error."""
    if sys.stderr is not None:
        print(f"npaudio: {sentence}", file=sys.stderr)


def colored(text: str, code: str) -> str:
    """The text in a color, on a terminal whose user has not set NO_COLOR."""
    wanted = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return f"\x1b[{code}m{text}\x1b[0m" if wanted else text


def bar(share: float, width: int = 20) -> str:
    """A bar of at most `width` characters."""
    return "#" * round(share * width)


def write_json(value: Any) -> None:
    """A value as JSON with sorted lines, one element of a list a line."""
    print(json.dumps(value, indent=1, ensure_ascii=False))


def write_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Rows as CSV with a header; what a row does not have is empty."""
    writer = csv.DictWriter(sys.stdout, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
