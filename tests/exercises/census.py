"""All mutants of all exercises: which differ from the task, which the checks reject, and which they name rightly.

python -m tests.exercises.census [05 ...]        a table, a line an exercise; -v lists what is not as it should be
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from exercises.checking.answers import Answer
from exercises.checking.catalogue import EXERCISES, exercises, find
from exercises.checking.diagnosis import changed, reach, right
from exercises.checking.mutants import Mutant, mutants_of, solution_of
from exercises.checking.probes import Probe, observe, probes_of
from exercises.checking.probes.asking import Raised, is_right
from exercises.checking.running import checks_of, run_check
from exercises.checking.verdicts import WRONG, Outcome

SEEDS = range(100, 250)  # other inputs than those of a diagnosis
EQUIVALENT, STOPS, DIFFERS = "equivalent", "stops", "differs"


@dataclass(frozen=True)
class Case:
    """A mutant, and what became of it."""

    mutant: Mutant
    kind: str
    outcomes: tuple[Outcome, ...] = ()

    @property
    def rejected(self) -> bool:
        return any(outcome.status == WRONG for outcome in self.outcomes)

    @property
    def named(self) -> bool:
        return any(outcome.named for outcome in self.outcomes)


def kind_of(exercise: str, mutant: Mutant) -> str:
    """Whether a mutant differs from the task on any of many inputs, or only stops with an error."""
    try:
        names = changed(exercise, mutant)
    except (SyntaxError, ValueError, TypeError):
        return STOPS
    stops = False
    for probe in concerned(exercise, mutant):
        for seed in SEEDS:
            seen = observe(probe, names, seed)
            if is_right(probe, seed, seen, right(exercise, probe, seed)):
                continue
            if not isinstance(seen.value, Raised):
                return DIFFERS
            stops = True
    return STOPS if stops else EQUIVALENT


def concerned(exercise: str, mutant: Mutant) -> Iterator[Probe]:
    """The probes that reach the function of a mutant."""
    short = mutant.function.rpartition(".")[2]
    return (probe for probe in probes_of(exercise) if short in reach(exercise, (probe.function, *probe.uses)))


def examined(exercise: str, mutant: Mutant, *, kind: str | None = None) -> Case:
    """Run the checks until one names the mutant."""
    kind = kind or kind_of(exercise, mutant)
    if kind == EQUIVALENT:
        return Case(mutant, kind)
    try:
        names = dict(solution_of(exercise).names(mutant))
    except (SyntaxError, ValueError, TypeError):
        return Case(mutant, kind, (Outcome("", WRONG),))
    answer, outcomes = Answer(EXERCISES / f"{exercise}.py", names), []
    for function in checks_of(exercise).values():
        outcomes.append(run_check(function, lambda: answer))
        if outcomes[-1].named or (kind == STOPS and outcomes[-1].status == WRONG):
            break
    return Case(mutant, kind, tuple(outcomes))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("numbers", nargs="*")
    parser.add_argument("-v", action="store_true")
    options = parser.parse_args()
    chosen = [find(number) for number in options.numbers] or exercises()
    total: Counter[str] = Counter()
    print(f"{'exercise':<28}{'differ':>8}{'rejected':>10}{'named':>8}{'stop':>6}{'rejected':>10}{'same':>6}{'s':>8}")
    for exercise in chosen:
        total += line(exercise.name, verbose=options.v)
    row("all", total)
    return 0


def line(exercise: str, *, verbose: bool) -> Counter[str]:
    start = time.monotonic()
    counts: Counter[str] = Counter()
    for mutant in mutants_of(exercise):
        case = examined(exercise, mutant)
        counts[case.kind] += 1
        counts[case.kind + " rejected"] += case.rejected
        counts["named"] += case.named and case.kind == DIFFERS
        if verbose and case.kind != EQUIVALENT and not case.rejected:
            print(f"  PASSES ({case.kind}) {mutant.key}")
        elif verbose and case.kind == DIFFERS and not case.named:
            message = next(o.message for o in case.outcomes if o.status == WRONG)
            print(f"  UNNAMED {mutant.key}\n     {message[:150]!r}")
        elif verbose and case.kind == EQUIVALENT:
            print(f"  SAME {mutant.key}")
    counts["seconds"] = round(time.monotonic() - start)
    row(exercise, counts)
    return counts


def row(name: str, counts: Counter[str]) -> None:
    print(
        f"{name:<28}{counts[DIFFERS]:>8}{counts[DIFFERS + ' rejected']:>10}{counts['named']:>8}{counts[STOPS]:>6}"
        f"{counts[STOPS + ' rejected']:>10}{counts[EQUIVALENT]:>6}{counts['seconds']:>8}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
