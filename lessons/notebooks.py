"""The lessons as notebooks: `python -m lessons --notebooks` writes each script's `# %%` cells as an .ipynb file.

A notebook is JSON (nbformat 4.5), so the standard library writes it. Prose stays markdown with its formulas in LaTeX,
which Jupyter shows; code stays as it is, save that options of the command line become arguments of `Lesson(...)`.
"""

import argparse
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from reading import Cell, cells

FOLDER = Path(__file__).resolve().parent
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def write_notebooks(scripts: list[Path], folder: Path, options: argparse.Namespace) -> list[Path]:
    """Write a notebook for each script into a folder.

    Parameters
    ----------
    scripts : list of Path
        The lessons.
    folder : Path
        Where the notebooks go; made if it is missing.
    options : argparse.Namespace
        The common options; `quick`, `audio`, `data` and `out` are written into the notebooks.

    Returns
    -------
    list of Path
        One file a lesson.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{script.stem}.ipynb" for script in scripts]
    for script, path in zip(scripts, paths, strict=True):
        content = notebook(script, folder, arguments_of(options))
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return paths


def arguments_of(options: argparse.Namespace) -> str:
    """The options again, as arguments of `Lesson(...)`: `, quick=True, audio='/home/me/dog.wav'`."""
    words = [", quick=True"] if options.quick else []
    for name in ("audio", "data", "out"):
        if getattr(options, name):
            words.append(f", {name}={str(Path(getattr(options, name)).resolve())!r}")
    return "".join(words)


def notebook(script: Path, folder: Path, arguments: str = "") -> dict[str, Any]:
    """A lesson as the dictionary that an .ipynb file holds."""
    return {
        "cells": [notebook_cell(cell, number, folder, arguments) for number, cell in enumerate(cells(script))],
        "metadata": {
            "kernelspec": KERNEL,
            "language_info": {"name": "python", "version": f"{sys.version_info.major}.{sys.version_info.minor}"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def notebook_cell(cell: Cell, number: int, folder: Path, arguments: str) -> dict[str, Any]:
    """One cell; links to pages beside the scripts, in answers too, lead there from the notebook's folder."""
    beside = Path(os.path.relpath(FOLDER, folder)).as_posix()
    text = re.sub(r"\]\((\w+\.md)", rf"]({beside}/\1", cell.text)
    if cell.is_prose:
        return {"cell_type": "markdown", "id": f"cell-{number}", "metadata": {}, "source": lines_of(text)}
    text = re.sub(r'(\bLesson\("\w+")', lambda found: found[1] + arguments, text)
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"cell-{number}",
        "metadata": {},
        "outputs": [],
        "source": lines_of(text),
    }


def lines_of(text: str) -> list[str]:
    """A text as nbformat wants it: lines with their ends, none empty at the end."""
    return text.strip("\n").splitlines(keepends=True)
