"""How pytest runs the exercises: each check in a process that can be stopped, an exercise not begun as TODO.

The learner's code is never imported by pytest itself: what is wrong with it fails a check, not the collection.
With --pdb a check runs in pytest's own process, so that the debugger can stop in it.
"""

import re
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from exercises.checking.answers import Answer, read_answer
from exercises.checking.catalogue import EXERCISES, ROOT, Exercise, exercises, what_next
from exercises.checking.layout import width, wrapped
from exercises.checking.supervising import Examiner
from exercises.checking.verdicts import AGAIN, PASSED, TODO, Outcome

EXAMINER = pytest.StashKey[Examiner]()
UNSAID = pytest.StashKey[
    dict[tuple[str, str], list[str]]
]()  # by status and exercise: what is told in one line at the end
COLOURS = {TODO: ("todo", "T", ("TODO", {"yellow": True})), AGAIN: ("waiting", "w", ("WAITING", {"yellow": True}))}


class NotPassed(Exception):
    """Carries the outcome of a check to the report."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


class Sentences:
    """What pytest shows in place of a traceback, at the terminal's width."""

    def __init__(self, message: str) -> None:
        self.lines = [f"E   {line}" for line in wrapped(message, width() - 4)]

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def toterminal(self, terminal: Any) -> None:
        """Write the lines as pytest writes those of an error."""
        for line in self.lines:
            terminal.line(line, red=True, bold=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --answers."""
    parser.addoption(
        "--answers", default="exercises", metavar="DIR", help="folder with the answers to check: exercises or solutions"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Find the folder of the answers; start nothing yet."""
    wanted = config.getoption("--answers")
    folder = next((path for path in (Path(wanted), ROOT / wanted) if any(path.glob("ex[0-9][0-9]_*.py"))), None)
    if wanted == "exercises":
        folder = EXERCISES
    if folder is None:
        raise pytest.UsageError(f"--answers: no exercises in {wanted!r}; give a folder with files such as ex01_stft.py")
    config.stash[EXAMINER] = Examiner(folder)
    unsaid: dict[tuple[str, str], list[str]] = defaultdict(list)
    config.stash[UNSAID] = unsaid


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the process in which the checks ran."""
    if EXAMINER in config.stash:
        config.stash[EXAMINER].close()


@pytest.fixture
def answer(request: pytest.FixtureRequest) -> Answer | None:
    """The learner's module; outside of the debugger it lives in the other process, and this is only its name."""
    if not request.config.getoption("usepdb"):
        return None
    path = request.config.stash[EXAMINER].answers / f"{_exercise(request.node)}.py"
    return Answer(path, read_answer(path))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a check in the other process."""
    if pyfuncitem.config.getoption("usepdb"):
        return None
    outcome = pyfuncitem.config.stash[EXAMINER].check(_exercise(pyfuncitem), pyfuncitem.originalname)
    if outcome.status != PASSED:
        raise NotPassed(outcome)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn what a check found into a report without a traceback."""
    report: Any = yield
    if call.excinfo is not None and isinstance(call.excinfo.value, NotPassed):
        outcome = call.excinfo.value.outcome
        report.longrepr = Sentences(outcome.message)
        report.exercise_status, report.exercise_message = outcome.status, outcome.message
        if outcome.printed:
            report.sections.append(("what your code printed", outcome.printed))
        if outcome.status in COLOURS:
            item.config.stash[UNSAID][outcome.status, _exercise(item)].append(outcome.message)
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """TODO, and checks that wait for an earlier one, are yellow and not listed with the failures."""
    return COLOURS.get(getattr(report, "exercise_status", ""))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """A line for each exercise that is to do or waits; where help is; what comes after an exercise that is done."""
    for (status, exercise), messages in sorted(config.stash[UNSAID].items()):
        are = "1 check is" if len(messages) == 1 else f"{len(messages)} checks are"
        if status == TODO:
            told = f"TODO {exercise}: {are} waiting for {', '.join(dict.fromkeys(messages))}"
        else:
            told = f"WAITING {exercise}: {are} waiting until the failure above is fixed"
        for line in wrapped(told, width(), "  "):
            terminalreporter.write_line(line, yellow=True)
    open_ones = _with_status(terminalreporter, "failed", "todo", "waiting")
    if open_ones:
        which = [f"{exercise.number}{_named_hint(terminalreporter, exercise)}" for exercise in open_ones]
        numbers = " or ".join(which) if len(open_ones) < 4 else "NN"
        terminalreporter.write_line(f"Hint: python -m exercises hint {numbers}. Progress: python -m exercises.")
    done = [exercise for exercise in _with_status(terminalreporter, "passed") if exercise not in open_ones]
    if len(done) == 1 and config.getoption("--answers") == "exercises":
        for line in what_next(done[0]):
            terminalreporter.write_line(line)


def _named_hint(terminalreporter: Any, exercise: Exercise) -> str:
    """Such as " 2", if a message says that hint 2 of this exercise helps: the first such message counts."""
    failed = [report for report in terminalreporter.stats.get("failed", []) if _name(report) == exercise.name]
    named = re.findall(r"Hint (\d)", " ".join(getattr(report, "exercise_message", "") for report in failed))
    return f" {named[0]}" if named else ""


def _with_status(terminalreporter: Any, *statuses: str) -> list[Exercise]:
    """The exercises that have a check with one of these outcomes, in order."""
    names = {_name(report) for status in statuses for report in terminalreporter.stats.get(status, [])}
    return [exercise for exercise in exercises() if exercise.name in names]


def _name(report: pytest.TestReport) -> str:
    return Path(report.nodeid.split("::")[0]).stem.removeprefix("test_")


def _exercise(item: pytest.Item) -> str:
    return item.path.stem.removeprefix("test_")
