"""`python -m exercises`: where you are, the next exercise, hints, a fresh start, the solution beside yours, a watch.

python -m exercises              progress, a line an exercise, and the next one
python -m exercises hint         the first hint for the next exercise
python -m exercises hint 05      that for exercise 05; `hint 05 2` and `hint 05 3` give more away
python -m exercises reset 05     the skeleton again; your file is kept under outputs/
python -m exercises diff 05      yours against the solution, when all checks pass (or with --spoil)
python -m exercises watch [05]   check again each time you save a file
"""

import argparse
import difflib
import os
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

from exercises.checking import catalogue
from exercises.checking.catalogue import Exercise, exercises, find
from exercises.checking.layout import flowed, width, wrapped
from exercises.checking.running import not_passed, progress
from exercises.checking.skeletons import skeleton, without_marks
from exercises.checking.supervising import Examiner
from exercises.checking.verdicts import TODO, WRONG, Outcome


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 if the command refuses, 2 if it is not understood."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console that lacks a character must not stop anything
    options = _parser().parse_args(arguments)
    commands: dict[str | None, Callable[[argparse.Namespace], int]] = {
        None: show_progress,
        "hint": show_hint,
        "reset": reset,
        "diff": show_difference,
        "watch": watch,
    }
    try:
        return commands[options.command](options)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:  # the output goes to a pager that was closed
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m exercises", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", metavar="command")
    hint = commands.add_parser("hint", help="a hint, each giving more away than the one before")
    hint.add_argument("exercise", nargs="?")
    hint.add_argument("which", nargs="?", type=int, choices=(1, 2, 3), default=1)
    commands.add_parser("reset", help="the skeleton again; yours is kept").add_argument("exercise")
    diff = commands.add_parser("diff", help="yours against the solution")
    diff.add_argument("exercise")
    diff.add_argument("--spoil", action="store_true", help="show it before all checks pass")
    commands.add_parser("watch", help="check again on save").add_argument("exercise", nargs="?")
    return parser


def show_progress(options: argparse.Namespace) -> int:
    """A line an exercise, computed from the checks, and the next one."""
    unfinished: list[tuple[Exercise, list[Outcome]]] = []
    with Examiner(catalogue.EXERCISES) as examiner:
        for exercise in exercises():
            outcomes = examiner.check_all(exercise.name)
            title = f"\n{'':50}".join(textwrap.wrap(exercise.title, max(10, width() - 50)))
            print(f"  {exercise.name:<26}{progress(outcomes):<22}{title}", flush=True)
            if not_passed(outcomes):
                unfinished.append((exercise, outcomes))
    if not unfinished:
        print("\nAll exercises are done. `python -m exercises diff 01` shows yours beside the solution.")
        return 0
    begun = [pair for pair in unfinished if progress(pair[1]) != "to do"]
    exercise = (begun or unfinished)[0][0]
    print(f"\nNext: {exercise.title}. Open exercises/{exercise.name}.py")
    print(f"  check:  pytest exercises/test_{exercise.name}.py")
    print(f"  hint:   python -m exercises hint {exercise.number}")
    if exercise.lesson:
        print(f"  lesson: {exercise.lesson}")
    return 0


def show_hint(options: argparse.Namespace) -> int:
    """One of the three hints, whether the exercise is done or not; without a number that for the next exercise."""
    exercise = find(options.exercise) if options.exercise else next_exercise()
    print(f"{exercise.name}, hint {options.which} of 3\n")
    print(flowed(exercise.hints()[options.which - 1], width()))
    if options.which < 3:
        print(f"\nMore: python -m exercises hint {exercise.number} {options.which + 1}")
    print(f"{'' if options.which < 3 else chr(10)}{exercise.background}")
    return 0


def next_exercise() -> Exercise:
    """The first that is begun and not done, or else the first that is not begun, or else the last."""
    fresh: list[Exercise] = []
    with Examiner(catalogue.EXERCISES) as examiner:
        for exercise in exercises():
            if _is_fresh(exercise):
                fresh.append(exercise)
            elif not_passed(examiner.check_all(exercise.name)):
                return exercise
    return fresh[0] if fresh else exercises()[-1]


def _is_fresh(exercise: Exercise) -> bool:
    """Whether the learner's file is still the skeleton."""
    try:
        text = exercise.answer.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return True
    return text == skeleton(exercise.solution.read_text(encoding="utf-8"))


def reset(options: argparse.Namespace) -> int:
    """Write the skeleton of an exercise, derived from its solution; keep what was there if it differs."""
    exercise = find(options.exercise)
    fresh = skeleton(exercise.solution.read_text(encoding="utf-8"))
    if exercise.answer.exists() and exercise.answer.read_text(encoding="utf-8", errors="replace") != fresh:
        kept = _keep(exercise)
        print(f"Your file is kept as {kept.relative_to(catalogue.ROOT).as_posix()}")
    exercise.answer.write_text(fresh, encoding="utf-8", newline="\n")
    print(f"exercises/{exercise.name}.py is as it was in the beginning.")
    return 0


def _keep(exercise: Exercise) -> Path:
    """Copy the learner's file to the first free name under outputs/exercises/."""
    folder = catalogue.OUTPUTS / exercise.name
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while (kept := folder / f"before_reset_{number}.py").exists():
        number += 1
    kept.write_bytes(exercise.answer.read_bytes())
    return kept


def show_difference(options: argparse.Namespace) -> int:
    """Yours against the solution, as a unified diff."""
    exercise = find(options.exercise)
    if not options.spoil:
        with Examiner(catalogue.EXERCISES) as examiner:
            missing = len(not_passed(examiner.check_all(exercise.name)))
        if missing:
            print(
                f"{missing} of the checks of {exercise.name} do not pass yet; --spoil shows the solution all the same."
            )
            return 1
    yours = exercise.answer.read_text(encoding="utf-8").splitlines()
    solution = without_marks(exercise.solution.read_text(encoding="utf-8")).splitlines()
    lines = difflib.unified_diff(yours, solution, "yours", "solution", lineterm="", n=2)
    print("\n".join(lines) or "Yours is the solution to the letter.")
    return 0


def watch(options: argparse.Namespace, *, pause: float = 0.5) -> int:
    """Check an exercise each time its file is saved, until Ctrl-C."""
    chosen = [find(options.exercise)] if options.exercise else exercises()
    print(
        f"Watching {len(chosen)} file{'s' if len(chosen) > 1 else ''} in exercises/. Save one to check it; Ctrl-C ends."
    )
    seen = {exercise: _saved(exercise) for exercise in chosen}
    if len(chosen) == 1:
        print_outcomes(chosen[0])
    try:
        while True:
            time.sleep(pause)
            for exercise in chosen:
                if _saved(exercise) != seen[exercise]:
                    seen[exercise] = _saved(exercise)
                    print_outcomes(exercise)
    except KeyboardInterrupt:
        return 0


def _saved(exercise: Exercise) -> int:
    try:
        return exercise.answer.stat().st_mtime_ns
    except FileNotFoundError:  # some editors save by replacing the file
        return 0


def print_outcomes(exercise: Exercise) -> None:
    """What the checks say now, in short."""
    with Examiner(catalogue.EXERCISES) as examiner:
        outcomes = examiner.check_all(exercise.name)
    print(f"\n{time.strftime('%H:%M:%S')}  {exercise.name}: {progress(outcomes)}")
    for outcome in outcomes:
        if outcome.status == WRONG:
            print(f"  {outcome.check}")
            print("\n".join(f"    {line}" for line in wrapped(outcome.message, width() - 4)))
    blanks = dict.fromkeys(outcome.message for outcome in outcomes if outcome.status == TODO)
    if blanks and progress(outcomes) != "to do":
        print("\n".join(wrapped(f"to do: {', '.join(blanks)}", width() - 2)).replace("to do", "  to do", 1))
    if not not_passed(outcomes):
        print("\n".join(f"  {line}" for line in catalogue.what_next(exercise)))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
