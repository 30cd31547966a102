"""The reader's path: from a docstring to its lesson and its neighbors, from lessons to files and exercises and back."""

import ast
import importlib
import inspect
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib
import pytest

matplotlib.use("Agg")

from lessons.__main__ import FOLDER

sys.path.insert(0, str(FOLDER))
from npaudio import mel
from reading import cells
from tests.public_docstrings import ROOMS, ROOT, Public, public_names, resolved, top_level

LESSONS = sorted(FOLDER.glob("[0-9][0-9]_*.py"))
EXERCISES = {path.stem: path for path in (ROOT / "exercises").glob("ex[0-9][0-9]_*.py")}
NAMED = re.compile(r"\b(Explained in|Used in|Goes with) (lesson|exercise) (\d\d)\.")
MODULES = [path for path in sorted((ROOT / "npaudio").rglob("*.py")) if path.name != "__main__.py"]


@dataclass(frozen=True)
class Mentions:
    """What a lesson speaks of: names in its code and in backticks, and library files at its end."""

    names: frozenset[str]
    used: frozenset[str]
    related: frozenset[str]


@cache
def mentions(script):
    prose = "\n".join(cell.text for cell in cells(script) if cell.is_prose)
    code = "\n".join(cell.text for cell in cells(script) if not cell.is_prose)
    names = {word for span in re.findall(r"`([^`]+)`", prose) for word in re.findall(r"\w+", span)}
    for node in ast.walk(ast.parse(code)):
        names |= {getattr(node, field) for field in ("id", "attr") if isinstance(getattr(node, field, None), str)}
        names |= {alias.name for alias in node.names} if isinstance(node, ast.Import | ast.ImportFrom) else set()
    return Mentions(
        frozenset(names), files_under("Library files used", prose), files_under("Related library files", prose)
    )


def files_under(heading, prose):
    paragraph = re.search(rf"\*\*{heading}:\*\*(.+?)(?:\n\n|\Z)", prose, re.DOTALL)
    return frozenset(re.findall(r"`(npaudio/[\w/.]+)`", paragraph[1])) if paragraph else frozenset()


def path_faults(public):
    """What is wrong with the line on the lesson; empty if nothing."""
    found = NAMED.findall(public.doc)
    if len(found) != 1:
        return [f"names {len(found)} lessons"]
    how, kind, number = found[0]
    places = [
        path for path in (LESSONS if kind == "lesson" else EXERCISES.values()) if path.stem.strip("ex")[:2] == number
    ]
    if not places:
        return [f"there is no {kind} {number}"]
    if kind == "exercise":
        neighbors = [p for p in top_level() if p.value.__module__ == public.value.__module__]
        asked = any(told_in(places[0], p.name) for p in (neighbors if how == "Goes with" else [public]))
        return [] if asked else [f"exercise {number} does not mention it"]
    lesson, file = mentions(places[0]), Path(inspect.getsourcefile(inspect.unwrap(public.value))).relative_to(ROOT)
    around = {path.as_posix() for path in (file, *file.parents, Path("npaudio") / public.room)}
    is_there = around & (lesson.used | lesson.related if how == "Goes with" else lesson.used)
    if is_there or (how != "Goes with" and public.name in lesson.names):
        return []
    return [f"lesson {number} does not mention it, nor {file}"]


def told_in(exercise, name):
    """Whether a metric is named in the text of an exercise, in words."""
    return name.replace("_", " ") in " ".join(exercise.read_text(encoding="utf-8").lower().split())


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_docstring_names_its_lesson(room):
    faults = {str(public): path_faults(public) for public in top_level() if public.room == room}
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ("", "names 0 lessons"),
        ("Explained in lesson 99.", "there is no lesson 99"),
        ("Explained in lesson 08.", "lesson 08 does not mention it, nor npaudio/mel/filterbank.py"),
        ("Goes with lesson 08.", "lesson 08 does not mention it, nor npaudio/mel/filterbank.py"),
        ("Explained in exercise 14.", "exercise 14 does not mention it"),
    ],
)
def test_a_planted_fault_is_found(monkeypatch, wrong, fault):
    filterbank = Public("mel", "mel_filterbank", mel.mel_filterbank)
    assert path_faults(filterbank) == []
    monkeypatch.setattr(mel.mel_filterbank, "__doc__", filterbank.doc.replace("Explained in lesson 01.", wrong))
    assert path_faults(filterbank) == [fault]


@pytest.mark.parametrize("room", ROOMS)
def test_see_also_names_what_there_is_and_why(room):
    for public in (p for p in top_level() if p.room == room):
        entries = re.findall(r"(?m)^(\S.*)$", public.sections.get("See Also", ""))
        assert entries, f"{public} has no See Also"
        for entry in entries:
            names, colon, reason = entry.partition(" : ")
            assert colon, f"{public}: {entry} has no reason"
            assert reason.endswith("."), f"{public}: {entry}"
            for name in names.split(", "):
                found = resolved(name, public)
                assert found is not None, f"{public}: {name}"
                assert found is not public.value, f"{public} names itself"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_full_names_in_docstrings_resolve(path):
    """`npaudio.nn.Conv2d` in backticks, wherever in the library it stands."""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    near = Public("_core", name, importlib.import_module(name))
    docs = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]  # fmt: skip
    for mentioned in re.findall(r"`(npaudio(?:\.\w+)+)", "\n".join(docs)):
        assert resolved(mentioned, near) is not None, mentioned


@pytest.mark.parametrize("script", LESSONS[1:], ids=lambda path: path.stem)
def test_the_files_that_a_lesson_names_exist(script):
    lesson = mentions(script)
    assert lesson.used
    for name in lesson.used | lesson.related:
        assert (ROOT / name).exists(), name
    prose = "\n".join(cell.text for cell in cells(script) if cell.is_prose)
    for name in re.findall(r"`((?:npaudio|lessons|exercises|solutions|benchmarks|tests)/[\w/]+\.\w+)`", prose):
        assert (ROOT / name).is_file(), name


def exercises_after(script):
    """{exercise: number of the lesson that it belongs to} as the end of a lesson tells; its own number by default."""
    prose = "\n".join(cell.text for cell in cells(script) if cell.is_prose)
    paragraph = re.search(r"\*\*Exercises that follow:\*\*(.+?)(?:\n\n|\Z)", prose, re.DOTALL)[1]
    elsewhere = re.search(r"of lesson\s+(\d\d)", paragraph)
    return dict.fromkeys(re.findall(r"`(ex\d\d_\w+)`", paragraph), elsewhere[1] if elsewhere else script.stem[:2])


def lesson_of(exercise):
    """The number of the lesson that an exercise names; None if it needs none."""
    found = re.search(r"^Lessons?: +lessons/(\d\d)_\w+\.py", exercise.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else None


@pytest.mark.parametrize("script", LESSONS[1:], ids=lambda path: path.stem)
def test_the_exercises_that_follow_a_lesson_name_it(script):
    following = exercises_after(script)
    assert following
    for exercise, lesson in following.items():
        assert exercise in EXERCISES
        assert lesson_of(EXERCISES[exercise]) in (lesson, None), exercise


@pytest.mark.parametrize("exercise", sorted(EXERCISES))
def test_every_exercise_follows_the_lesson_that_it_names(exercise):
    following = {name: script for script in LESSONS[1:] for name in exercises_after(script)}
    assert exercise in following
    number = lesson_of(EXERCISES[exercise])
    script = next((script for script in LESSONS if script.stem[:2] == number), None)
    assert number is None or exercises_after(script).get(exercise) == number


def test_there_is_a_path_for_all_that_is_public():
    assert len(top_level()) > 200
    assert len(EXERCISES) == 15
    assert {public.name for public in public_names()} > {"stft", "Conv2d", "psds"}
