"""The skeleton of an exercise, derived from its solution, so that the two can't drift apart.

Two comments in a solution steer it, each on a line of its own:

    # [yours] one expression       from here to the end of the block is the learner's; the skeleton has
                                   `raise NotImplementedError  # one expression` instead
    # [solution only]              the function after it is not in the skeleton
"""

import ast
import re
from typing import Any

YOURS, SOLUTION_ONLY = "# [yours]", "# [solution only]"


def skeleton(solution: str) -> str:
    """Text of the skeleton for the text of a solution."""
    lines = solution.splitlines()
    kept: list[str] = []
    i = 0
    while i < len(lines):
        stripped = lines[i].strip()
        if stripped.startswith(YOURS):
            note = stripped.removeprefix(YOURS).strip()
            kept.append(_indent(lines[i]) + "raise NotImplementedError" + (f"  # {note}" if note else ""))
            i = _end_of_blank(lines, i)
        elif stripped == SOLUTION_ONLY:
            i = _end_of_definition(lines, i)
        else:
            kept.append(lines[i])
            i += 1
    text = re.sub(r"\n{4,}", "\n\n\n", "\n".join(kept))
    text = re.sub(r"\n+(?=if __name__ ==)", "\n\n\n", text)  # what was left out took the blank lines with it
    return text.rstrip() + "\n"


def without_marks(solution: str) -> str:
    """The solution as one would write it, without the comments that steer the skeleton."""
    marks = (YOURS, SOLUTION_ONLY)
    return "".join(line for line in solution.splitlines(keepends=True) if not line.strip().startswith(marks))


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _end_of_blank(lines: list[str], start: int) -> int:
    """Index of the first line that is not the learner's; blank lines before the next block stay."""
    depth = len(_indent(lines[start]))
    end = start + 1
    for i in range(start + 1, len(lines)):
        if lines[i].strip() and len(_indent(lines[i])) < depth:
            break
        if lines[i].strip():
            end = i + 1
    return end


def _end_of_definition(lines: list[str], start: int) -> int:
    """Index after the function or class that follows the comment, with the blank lines behind it."""
    depth = len(_indent(lines[start]))
    i = start + 1
    while not lines[i].lstrip().startswith(("def ", "class ")):
        i += 1
    i += 1
    while i < len(lines) and (not lines[i].strip() or len(_indent(lines[i])) > depth or lines[i].lstrip()[0] == ")"):
        i += 1
    return i


def outline(source: str) -> dict[str, tuple[str, str | None]]:
    """Signature and docstring of each function, method and class of a source, and of the module as ""."""
    tree = ast.parse(source)
    found: dict[str, tuple[str, str | None]] = {"": ("", ast.get_docstring(tree))}

    def visit(node: Any, prefix: str) -> None:
        for child in node.body:
            if isinstance(child, ast.FunctionDef):
                found[prefix + child.name] = (ast.unparse(child.args), ast.get_docstring(child))
            elif isinstance(child, ast.ClassDef):
                found[prefix + child.name] = ("", ast.get_docstring(child))
                visit(child, f"{prefix}{child.name}.")

    visit(tree, "")
    return found
