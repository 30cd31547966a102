"""What can be found out when a check has failed: whether another function is to blame, and which mistake it is."""

import contextlib
import importlib
import io
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from exercises.checking.answers import Answer, called, last_called, names_of
from exercises.checking.catalogue import EXERCISES
from exercises.checking.comparing import close
from exercises.checking.diagnosis import Found, Patient, diagnose, is_ill, reach, told
from exercises.checking.mistakes import Mistakes
from exercises.checking.mutants import solution_of
from exercises.checking.verdicts import Evidence, Failed, Outcome, Stopped, Todo, Wrong

Check = Callable[[Answer], None]
CONFIRM = 0.6  # seconds after which a check is not run again
BLAME = 0.25  # seconds for the search for another function that is to blame


def explain(check: Check, answer: Answer, wrong: Wrong, outcome: Outcome) -> None:
    """Put what can be found out into an outcome: the function that is to blame, and the name of the mistake."""
    exercise = check.__module__.rpartition(".test_")[2]
    evidence = wrong.evidence
    about = (evidence.function if evidence else "") or last_called(answer)
    if not about or isinstance(wrong, Stopped) or not exercise.startswith("ex"):
        return
    with quietly():
        outcome.about, outcome.cause = _at_fault(check, answer, exercise, about.rpartition(".")[2], evidence)
        found = _search(check, answer, exercise, outcome, evidence)
    if found:
        sentence, outcome.named = told(found)
        outcome.message = _with_diagnosis(outcome.message, wrong, sentence, found[0].by_hand)
    elif outcome.cause:
        start = evidence.label if evidence else outcome.message.split("\n")[0]
        outcome.message = f"{start}\nThe cause is {outcome.cause}: with a right one this check passes."


def _at_fault(check: Check, answer: Answer, exercise: str, about: str, evidence: Evidence | None) -> tuple[str, str]:
    """The function that a check is about, and another one that is to blame, if there is one."""
    cause = to_blame(check, answer, exercise, about)
    if cause and evidence is None and cause in called(answer):
        return cause, ""
    return about, cause


def _search(check: Check, answer: Answer, exercise: str, outcome: Outcome, evidence: Evidence | None) -> list[Found]:
    part = evidence.part if evidence else None
    mistakes = mistakes_of(exercise)
    if evidence and evidence.known:
        mistakes = [evidence.known, *(known for known in mistakes if known is not evidence.known)]
    patient = Patient(exercise, outcome.about, part, names_of(answer), mistakes, _confirmation(check, evidence))
    found = diagnose(patient)
    for other in (outcome.cause, last_called(answer)):
        if not found and other and other != outcome.about:
            found = diagnose(replace(patient, function=other, part=None))
    return found


def _with_diagnosis(message: str, wrong: Wrong, sentence: str, by_hand: bool) -> str:
    """The diagnosis first, then what to look at."""
    evidence = wrong.evidence
    if isinstance(wrong, Failed):
        return message if by_hand else f"{message}\nThe error is what happens {sentence[sentence.find('when') :]}"
    if evidence is None:
        return f"{message}\n{sentence[0].upper()}{sentence[1:]}"
    if by_hand:
        return f"{evidence.label}: {sentence}{evidence.shown}"
    return f"{evidence.label}: {sentence}\n{evidence.difference[0].upper()}{evidence.difference[1:]}{evidence.shown}"


def mistakes_of(exercise: str) -> list[Mistakes]:
    """The known mistakes that the check file of an exercise has."""
    module = importlib.import_module(f"exercises.test_{exercise}")
    return [value for value in vars(module).values() if type(value) is Mistakes]


def to_blame(check: Check, answer: Answer, exercise: str, about: str) -> str:
    """Another function of the answer with whose right version the check passes."""
    solution = solution_of(exercise)
    until = time.thread_time() + BLAME
    used = reach(exercise, tuple(called(answer)))
    for name in solution.learners:
        short = name.rpartition(".")[2]
        if short == about or short not in used or time.thread_time() > until:
            continue
        if is_ill(exercise, short, names_of(answer)):
            with _replaced(names_of(answer), name, solution.right) as done:
                if done and _verdict(check, names_of(answer)) is None:
                    return short
    return ""


@contextlib.contextmanager
def _replaced(names: dict[str, Any], name: str, right: dict[str, Any]) -> Iterator[bool]:
    """For a while a function or method of the answer is the solution's."""
    owner, _, short = name.rpartition(".")
    kept = vars(names[owner]).get(short) if isinstance(names.get(owner), type) else names.get(short)
    if kept is None:
        yield False
        return
    put = (lambda value: setattr(names[owner], short, value)) if owner else (lambda value: names.update({short: value}))
    put(vars(right[owner])[short] if owner else right[short])
    try:
        yield True
    finally:
        put(kept)


def _verdict(check: Check, names: dict[str, Any]) -> Exception | None:
    """What a check raises for the names of a module."""
    try:
        check(Answer(EXERCISES / "answer.py", names))
    except (Wrong, Todo) as verdict:
        return verdict
    except Exception as error:
        return error
    return None


def _confirmation(check: Check, evidence: Evidence | None) -> Callable[[Any], bool]:
    """Whether the check fails for a module with the value that it failed with for the answer."""
    start = time.thread_time()

    def slow() -> bool:
        return time.thread_time() - start > CONFIRM

    def confirmed(names: Any) -> bool:
        if slow():
            return True  # fresh inputs have to do
        verdict = _verdict(check, dict(names))
        if not isinstance(verdict, Wrong):
            return False
        same_kind = (verdict.evidence is None) == (evidence is None)
        if not same_kind or evidence is None or verdict.evidence is None:
            return same_kind
        return verdict.evidence.label == evidence.label and _same(verdict.evidence.yours, evidence.yours)

    return confirmed


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) if isinstance(one, str | list | tuple | dict) else close(one, other)


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Whatever versions of an answer print or warn leads nowhere."""
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield
