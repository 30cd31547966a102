"""All mutants of all exercises: which differ from the task, which the checks reject, and which they name rightly.

python -m tests.exercises.census              a table, a line an exercise; some ten minutes
python -m tests.exercises.census 05 07 -v     of these exercises, with what is not as it should be
python -m tests.exercises.census --pairs 1000 two mistakes at once, drawn at random
"""

import argparse
import contextlib
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from unittest import mock

import numpy as np

from exercises.checking import explaining
from exercises.checking.answers import Answer
from exercises.checking.catalogue import EXERCISES, exercises, find
from exercises.checking.diagnosis import Found, Patient, _nested, changed, diagnose, reach, right
from exercises.checking.explaining import quietly
from exercises.checking.mutants import Mutant, mutants_of
from exercises.checking.probes import Probe, agree, observe, probes_of
from exercises.checking.probes.asking import Names, Raised, is_right
from exercises.checking.running import checks_of, run_check
from exercises.checking.verdicts import WRONG, Outcome
from tests.exercises.equivalent_mutants import is_listed

SEEDS = range(1000, 1100)  # other inputs than those of a diagnosis
AGAIN = range(5000, 5020)  # others again, on which a diagnosis is put to the test
SAME, STOPS, DIFFERS = "same", "stops", "differs"


@dataclass
class Case:
    """A wrong answer, and what became of it.

    `kind` says whether it differs from the task, only stops with an error, or is no different; `false` lists the
    sentences whose version did not agree with the answer on other inputs.
    """

    key: str
    kind: str
    outcomes: list[Outcome] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    slowest: float = 0.0

    @property
    def rejected(self) -> bool:
        """Whether a check failed."""
        return any(outcome.status == WRONG for outcome in self.outcomes)

    @property
    def named(self) -> bool:
        """Whether a check named it, and no name was false."""
        return any(outcome.named for outcome in self.outcomes) and not self.false


def kind_of(exercise: str, names: Names, *mutants: Mutant) -> str:
    """Whether an answer differs from the task on any of many inputs, or only stops with an error."""
    stops = False
    with quietly():
        for probe in concerned(exercise, *mutants):
            for seed in probe.some(SEEDS):
                seen = observe(probe, names, seed)
                if is_right(probe, seed, seen, right(exercise, probe, seed)):
                    continue
                if not isinstance(seen.value, Raised):
                    return DIFFERS
                stops = True
    return STOPS if stops else SAME


def concerned(exercise: str, *mutants: Mutant) -> Iterator[Probe]:
    """The probes that reach the function of a mutant."""
    short = {mutant.function.rpartition(".")[2] for mutant in mutants}
    return (probe for probe in probes_of(exercise) if short & reach(exercise, (probe.function, *probe.uses)))


def examined(exercise: str, *mutants: Mutant) -> Case:
    """Run the checks on the solution with these changes until one names the mistake."""
    key = " AND ".join(mutant.key for mutant in mutants)
    try:
        names = dict(changed(exercise, *mutants))
    except (SyntaxError, ValueError, TypeError):  # no Python: rejected before any check
        return Case(key, STOPS, [Outcome("", WRONG)])
    case = Case(key, kind_of(exercise, names, *mutants))
    return case if case.kind == SAME else judged(case, exercise, names)


def judged(case: Case, exercise: str, names: Names) -> Case:
    """Run the checks until one names the mistake, and look at what is said on other inputs."""
    answer = Answer(EXERCISES / f"{exercise}.py", dict(names))
    for function in checks_of(exercise).values():
        start = time.thread_time()
        with watched() as said:
            case.outcomes.append(run_check(function, lambda: answer))
        case.slowest = max(case.slowest, time.thread_time() - start)
        case.false += [found.sentence for patient, every in said for found in every if is_false(patient, found)]
        if case.outcomes[-1].named or (case.kind == STOPS and case.outcomes[-1].status == WRONG):
            break
    return case


@contextlib.contextmanager
def watched() -> Iterator[list[tuple[Patient, list[Found]]]]:
    """What is diagnosed meanwhile."""
    said: list[tuple[Patient, list[Found]]] = []

    def diagnosed(patient: Patient) -> list[Found]:
        found = diagnose(patient)
        said.append((patient, found))
        return found

    with mock.patch.object(explaining, "diagnose", diagnosed):
        yield said


def is_false(patient: Patient, found: Found) -> bool:
    """Whether answer and version disagree on inputs that neither has met."""
    with quietly():
        pairs = [(found.version(probe, seed), observe(probe, patient.names, seed))
                 for probe in found.probes for seed in probe.some(AGAIN)]  # fmt: skip
    return not all(version is None or agree(version, yours) for version, yours in pairs)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", nargs="*")
    parser.add_argument("-v", action="store_true", help="list what is not as it should be")
    parser.add_argument("--pairs", type=int, help="two mistakes at once: so many")
    options = parser.parse_args()
    chosen = [find(number).name for number in options.numbers] or [exercise.name for exercise in exercises()]
    total: Counter[str] = Counter()
    print(f"{'exercise':<28}{'differ':>7}{'rejected':>9}{'named':>7}{'false':>6}{'stop':>6}{'rejected':>9}{'same':>6}"
          f"{'listed':>7}{'s':>6}")  # fmt: skip
    for exercise in chosen:
        cases = pairs_of(exercise, options.pairs // len(chosen) + 1) if options.pairs else singles_of(exercise)
        total += line(exercise, cases, verbose=options.v)
    row("all", total)
    return 0


def singles_of(exercise: str) -> Iterator[Case]:
    """Every mutant."""
    return (examined(exercise, mutant) for mutant in mutants_of(exercise))


def pairs_of(exercise: str, count: int) -> Iterator[Case]:
    """Two mutants at once, of those that run."""
    rng, every = np.random.default_rng(95), mutants_of(exercise)
    while count:
        one, other = (every[i] for i in rng.choice(len(every), 2, replace=False))
        if not _nested(one, other) and {kind(exercise, one), kind(exercise, other)} == {DIFFERS}:
            count -= 1
            yield examined(exercise, one, other)


def kind(exercise: str, mutant: Mutant) -> str:
    """As `kind_of`, for a mutant that may be no Python."""
    try:
        return kind_of(exercise, changed(exercise, mutant), mutant)
    except (SyntaxError, ValueError, TypeError):
        return STOPS


def line(exercise: str, cases: Iterator[Case], *, verbose: bool) -> Counter[str]:
    """Count the cases of an exercise and print the figures."""
    start, counts = time.thread_time(), Counter[str]()
    for case in cases:
        counts.update({case.kind: 1, f"{case.kind} rejected": case.rejected, "false": len(case.false)})
        counts["named"] += case.named and case.kind == DIFFERS
        counts["listed"] += case.kind == SAME and is_listed(exercise, case.key)
        if verbose:
            tell(exercise, case)
    counts["seconds"] = round(time.thread_time() - start)
    row(exercise, counts)
    return counts


def tell(exercise: str, case: Case) -> None:
    """What is not as it should be."""
    if case.kind == SAME and not is_listed(exercise, case.key):
        print(f"  NOT LISTED {case.key}")
    if case.kind != SAME and not case.rejected:
        print(f"  PASSES ({case.kind}) {case.key}")
    for sentence in case.false:
        print(f"  FALSE {case.key}\n     {sentence!r}")
    if case.kind == DIFFERS and case.rejected and not case.named:
        message = next(outcome.message for outcome in case.outcomes if outcome.status == WRONG)
        print(f"  NOT NAMED {case.key}\n     {message[:150]!r}")
    if case.slowest > 2:
        print(f"  SLOW {case.slowest:.1f} s {case.key}")


def row(name: str, counts: Counter[str]) -> None:
    """A line of the table."""
    columns = (
        (DIFFERS, 7), (f"{DIFFERS} rejected", 9), ("named", 7), ("false", 6), (STOPS, 6), (f"{STOPS} rejected", 9),
        (SAME, 6), ("listed", 7), ("seconds", 6),
    )  # fmt: skip
    print(f"{name:<28}" + "".join(f"{counts[key]:>{width}}" for key, width in columns), flush=True)


if __name__ == "__main__":
    sys.exit(main())
