"""Every exercise: the solution passes, the skeleton is to do, mistakes are named, another style is right too."""

import importlib
from pathlib import Path

import pytest

from exercises.checking.answers import read_answer
from exercises.checking.catalogue import SOLUTIONS, exercises
from exercises.checking.mistakes import Mistakes
from exercises.checking.running import check
from exercises.checking.skeletons import outline, skeleton
from exercises.checking.verdicts import PASSED, TODO
from tests.exercises.planting import names_of, wrong_messages

FOLDER = Path(__file__).parent
EXERCISES = [exercise for exercise in exercises() if (FOLDER / f"answers_{exercise.name}.py").exists()]
ANSWERS = {exercise: importlib.import_module(f"tests.exercises.answers_{exercise.name}") for exercise in EXERCISES}
KNOWN = {
    exercise: [value for value in vars(importlib.import_module(exercise.checks)).values() if type(value) is Mistakes]
    for exercise in EXERCISES
}


def every(kind):
    """Pairs of (exercise, answer of this kind) for all exercises."""
    pairs = [(exercise, answer) for exercise, module in ANSWERS.items() for answer in getattr(module, kind)]
    return pytest.mark.parametrize(("exercise", "answer"), pairs, ids=lambda value: getattr(value, "name", None))


each = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)


def test_every_solution_has_checks_a_skeleton_and_planted_answers():
    names = {path.stem for path in SOLUTIONS.glob("ex*.py")}
    assert {exercise.name for exercise in EXERCISES} == names
    assert {path.stem for path in FOLDER.glob("answers_*.py")} == {f"answers_{name}" for name in names}
    assert {path.stem for path in SOLUTIONS.parent.glob("exercises/ex*.py")} == names


@each
def test_the_solution_passes_all_checks(exercise):
    outcomes = check(exercise.name, read_answer(exercise.solution))
    assert [(o.check, o.message) for o in outcomes if o.status != PASSED] == []
    assert len(outcomes) >= 4


@each
def test_a_fresh_skeleton_is_to_do_and_nothing_else(exercise):
    source = skeleton(exercise.solution.read_text(encoding="utf-8"))
    assert {outcome.status for outcome in check(exercise.name, names_of(exercise.name, source))} == {TODO}


@each
def test_the_skeleton_is_that_of_the_solution(exercise):
    """To the letter while it is fresh; when somebody has begun it, signatures and docstrings stay."""
    fresh = skeleton(exercise.solution.read_text(encoding="utf-8"))
    assert max(map(len, fresh.splitlines())) <= 120
    text = exercise.answer.read_text(encoding="utf-8")
    if text.count("raise NotImplementedError") >= fresh.count("raise NotImplementedError"):
        assert text == fresh
    found = outline(text)
    assert {name: found.get(name) for name in outline(fresh)} == outline(fresh)


@each
def test_there_are_three_hints_a_title_and_enough_answers(exercise):
    assert len([hint for hint in exercise.hints() if len(hint) > 40]) == 3
    assert exercise.title
    planted, right = ANSWERS[exercise].PLANTED, ANSWERS[exercise].ANOTHER_STYLE
    assert len(planted) >= 6
    assert sum(bool(answer.says) for answer in planted) >= 0.8 * len(planted)
    assert len(right) >= 5


@every("PLANTED")
def test_a_planted_mistake_is_named(exercise, answer):
    messages = wrong_messages(exercise.name, answer.names(exercise.name), answer.says, answer.function(exercise.name))
    assert messages, "the checks let it pass"
    assert any(answer.says in message for message in messages), "\n".join(messages)


@every("ANOTHER_STYLE")
def test_a_right_answer_in_another_style_passes(exercise, answer):
    outcomes = check(exercise.name, answer.names(exercise.name))
    assert [(o.check, o.status, o.message) for o in outcomes if o.status != PASSED] == []


MISTAKES = [
    pytest.param(exercise, known.function, mistake, id=f"{exercise.name}-{mistake.wrong.__name__}")
    for exercise, lists in KNOWN.items()
    for known in lists
    if known.plantable
    for mistake in known.known
]


@pytest.mark.parametrize(("exercise", "function", "mistake"), MISTAKES)
def test_every_known_mistake_is_named_when_it_is_made(exercise, function, mistake):
    names = dict(read_answer(exercise.solution))
    owner, _, method = function.rpartition(".")
    if owner:
        names[owner] = type(owner, (names[owner],), {method: staticmethod(mistake.wrong)})
    else:
        names[function] = mistake.wrong
    messages = wrong_messages(exercise.name, names, mistake.text, method)
    assert any(mistake.text in message for message in messages), "\n".join(messages) or "the checks let it pass"
