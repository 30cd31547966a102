"""Run the checks of an exercise on an answer, in this process, and say what each one found.

    outcomes = check("ex01_stft", read_answer(path))

The tests use this directly; pytest and `python -m exercises` go through `supervising.py`, which can stop a check.
"""

import contextlib
import importlib
import io
import re
import sys
import types
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from exercises.checking.answers import Answer, Calling, forget_calls
from exercises.checking.catalogue import EXERCISES, Exercise
from exercises.checking.explaining import explain
from exercises.checking.showing import write_exhibit
from exercises.checking.verdicts import AGAIN, PASSED, TODO, WRONG, Outcome, Todo, Wrong, without_repeats

Check = Callable[[Answer], None]


def checks_of(exercise: str) -> dict[str, Check]:
    """The checks of an exercise by name, in the order in which they stand in its check file."""
    module = importlib.import_module(Exercise(exercise).checks)
    return {
        name: value
        for name, value in vars(module).items()
        if name.startswith("test_") and isinstance(value, types.FunctionType)
    }


def check(exercise: str, names: dict[str, Any], *, outputs: Path | None = None) -> list[Outcome]:
    """All outcomes for the names of an answer's module; a reason that was given before is not given again.

    Parameters
    ----------
    exercise : str
        Such as "ex01_stft".
    names : dict
        Names of the answer, from `read_answer`, or any functions.
    outputs : Path, optional
        Folder for the sounds and pictures of wrong answers; none are written without it.
    """
    answer = Answer(EXERCISES / f"{exercise}.py", names)
    said: set[str] = set()
    outcomes = (run_check(function, lambda: answer, outputs) for function in checks_of(exercise).values())
    return [without_repeats(outcome, said) for outcome in outcomes]


def run_check(
    function: Check,
    read: Callable[[], Answer],
    outputs: Path | None = None,
    plain: Callable[[Outcome], None] = lambda outcome: None,
) -> Outcome:
    """Run one check; whatever the learner's code prints, warns or raises ends up in the outcome.

    `read` gives the answer, and may raise `Wrong` itself when the file can't be read. `plain` is told the outcome of a
    check that failed before it is explained, which may take up to a second.
    """
    outcome = Outcome(function.__name__)
    printed = io.StringIO()
    with (
        warnings.catch_warnings(record=True) as warned,
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        np.errstate(all="warn"),
    ):
        warnings.simplefilter("always")
        answer, wrong = _judge(function, read, outcome, outputs)
    _close_plots()
    outcome.printed = printed.getvalue()
    if answer is not None and wrong is not None:
        plain(outcome)
        explain(function, answer, wrong, outcome)
    if outcome.status == WRONG:
        outcome.message += _told_files(outcome.files) + _told_warnings(warned)
    return outcome


def _judge(
    function: Check, read: Callable[[], Answer], outcome: Outcome, outputs: Path | None
) -> tuple[Answer | None, Wrong | None]:
    """Fill in the outcome; give back the answer and what is wrong with it, if anything is."""
    answer = None
    try:
        answer = read()
        forget_calls(answer)
        function(answer)
    except Todo as todo:
        outcome.status, outcome.message = TODO, str(todo)
    except Wrong as wrong:
        outcome.status, outcome.message = WRONG, str(wrong)
        if wrong.exhibit and outputs:
            outcome.files = write_exhibit(wrong.exhibit, outputs, outcome.check.removeprefix("test_"))
        return answer, wrong
    except Exception as error:
        outcome.status = WRONG
        outcome.message = f"The check can't make sense of your result: {type(error).__name__}: {error}."
    return None, None


def _told_files(files: list[str]) -> str:
    return f"\nYours beside the expected one: {' and '.join(files)}" if files else ""


def _told_warnings(warned: Iterable[warnings.WarningMessage]) -> str:
    """What NumPy warned of in the learner's file, once each: it may be the cause of what is wrong."""
    told = {f"line {w.lineno}: {w.message}" for w in warned if _is_answer(w.filename)}
    return f"\nOn the way NumPy warned, {'; '.join(sorted(told))}." if told else ""


def _is_answer(path: str) -> bool:
    return re.fullmatch(r"ex\d\d_\w+\.py", Path(path).name) is not None


def _close_plots() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")


def not_passed(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Those that are wrong, to do, or wait for the mending of an earlier one."""
    return [outcome for outcome in outcomes if outcome.status != PASSED]


def progress(outcomes: list[Outcome]) -> str:
    """In a few words: done, to do, or in progress with how many of how many."""
    passed = sum(outcome.status == PASSED for outcome in outcomes)
    if passed == len(outcomes):
        return "done"
    if all(outcome.status == TODO for outcome in outcomes):
        return "to do"
    return f"in progress, {passed} of {len(outcomes)}"


__all__ = ["AGAIN", "PASSED", "TODO", "WRONG", "Calling", "check", "checks_of", "not_passed", "progress", "run_check"]
