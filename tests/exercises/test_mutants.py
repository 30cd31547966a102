"""The solutions with one thing changed: the checks reject them and say truly what was changed.

Here a sample, another one each time mutants are added; `python -m tests.exercises.census` goes through all of them.
"""

import re
import zlib

import numpy as np
import pytest

from exercises.checking.catalogue import EXERCISES, LESSONS, ROOT, exercises
from exercises.checking.diagnosis import _nested
from exercises.checking.mutants import mutants_of, solution_of
from exercises.checking.probes import probes_of
from tests.exercises.census import DIFFERS, SAME, examined, kind
from tests.exercises.equivalent_mutants import EQUIVALENT, is_listed

NAMES = [exercise.name for exercise in exercises()]
SAMPLE = 2  # mutants an exercise
LATER = {"05_audioset_models", "06_transformer", "08_event_detection", "09_pipeline"}  # lessons that are being written


def sample(exercise, size, salt=""):
    """Some mutants of an exercise, by a figure made of their keys."""
    return sorted(mutants_of(exercise), key=lambda mutant: zlib.crc32((salt + mutant.key).encode()))[:size]


@pytest.mark.parametrize("exercise", NAMES)
def test_a_mutant_is_rejected_and_named_rightly(exercise):
    for mutant in sample(exercise, SAMPLE):
        case = examined(exercise, mutant)
        assert case.rejected or is_listed(exercise, mutant.key), mutant.key
        assert case.false == []


@pytest.mark.parametrize("exercise", NAMES)
def test_two_mistakes_at_once_are_rejected_and_nothing_false_is_said(exercise):
    every = sample(exercise, 2, "pairs")
    for one, other in [every]:
        if not _nested(one, other) and {kind(exercise, one), kind(exercise, other)} == {DIFFERS}:
            case = examined(exercise, one, other)
            assert case.rejected or case.kind == SAME, case.key
            assert case.false == []


def test_there_are_many_and_all_keys_are_different():
    keys = [(exercise, mutant.key) for exercise in NAMES for mutant in mutants_of(exercise)]
    assert len(keys) == len(set(keys)) >= 3000


@pytest.mark.parametrize("exercise", NAMES)
def test_every_function_of_the_learner_has_a_probe(exercise):
    asked = {probe.function.rpartition(".")[2] for probe in probes_of(exercise)}
    assert {name.rpartition(".")[2] for name in solution_of(exercise).learners} == asked


@pytest.mark.parametrize("exercise", NAMES)
def test_no_sentence_shows_a_line_of_the_solution(exercise):
    lines = [line.strip() for line in (ROOT / f"solutions/{exercise}.py").read_text(encoding="utf-8").splitlines()]
    code = [line for line in lines if len(line) > 15 and re.search(r"[=(]", line)]
    for mutant in mutants_of(exercise):
        assert not any(line in mutant.sentence for line in code)
        assert len(mutant.sentence) < 200
        assert mutant.sentence.startswith("you ")


@pytest.mark.parametrize("exercise", EQUIVALENT)
def test_what_is_listed_as_no_difference_is_one_of_the_mutants(exercise):
    keys = [mutant.key for mutant in mutants_of(exercise)]
    for starts in EQUIVALENT[exercise].values():
        for start in starts:
            assert any(key.startswith(start) for key in keys), start


def test_probes_draw_the_same_inputs_for_a_seed_and_others_for_another():
    probe = probes_of("ex05_conv2d")[0]
    one, same, other = (probe.draw(seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert one.shape != other.shape or not np.array_equal(one, other)


def test_each_exercise_names_a_lesson_that_is_there_or_will_be():
    there = {path.stem for path in (ROOT / "lessons").glob("[0-9]*.py")}
    assert set(LESSONS) <= {exercise.number for exercise in exercises()}
    assert set(LESSONS.values()) <= there | LATER
    for exercise in exercises():
        for path in (exercise.solution, EXERCISES / f"{exercise.name}.py"):
            assert f"\nLesson: {exercise.lesson or 'none, since'}" in path.read_text(encoding="utf-8")
