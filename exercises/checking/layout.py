"""Text at the width of the terminal: sentences wrap, lines of code and of figures stay as they are."""

import re
import shutil
import textwrap


def width() -> int:
    """Columns of the terminal, at most 120."""
    return min(120, max(40, shutil.get_terminal_size((80, 24)).columns))


def wrapped(text: str, columns: int, indent: str = "") -> list[str]:
    """Lines of a message, none longer than `columns` if it can be broken; indented ones show values and stay."""
    lines: list[str] = []
    for line in text.splitlines():
        lines += [line] if line.startswith(" ") or len(line) <= columns else _broken(line, columns, indent)
    return lines


def flowed(text: str, columns: int) -> str:
    """Paragraphs of Markdown, filled; indented lines are code and stay."""
    blocks = re.split(r"\n{2,}", text)
    return "\n\n".join(block if _is_code(block) else _filled(block, columns) for block in blocks)


def _is_code(block: str) -> bool:
    return all(line.startswith(" ") for line in block.splitlines())


def _filled(block: str, columns: int) -> str:
    """One paragraph; where code follows a sentence without an empty line, it keeps its lines."""
    if any(line.startswith("    ") for line in block.splitlines()):
        return "\n".join(wrapped(block, columns))
    return "\n".join(_broken(" ".join(block.splitlines()), columns, ""))


def _broken(line: str, columns: int, indent: str) -> list[str]:
    return textwrap.wrap(line, columns, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
