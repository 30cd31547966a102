"""How pytest runs the exercises: each check in a process that can be stopped, an exercise not begun as TODO.

The learner's code is never imported by pytest itself: what is wrong with it fails a check, not the collection.
With --pdb a check runs in pytest's own process, so that the debugger can stop in it.
"""

from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from exercises.checking.answers import Answer, read_answer
from exercises.checking.catalogue import EXERCISES, ROOT
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
    """What pytest shows in place of a traceback."""

    def __init__(self, message: str) -> None:
        self.lines = [f"E   {line}" for line in message.splitlines()]

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
        report.exercise_status = outcome.status
        if outcome.printed:
            report.sections.append(("what your code printed", outcome.printed))
        if outcome.status in COLOURS:
            item.config.stash[UNSAID][outcome.status, _exercise(item)].append(outcome.message)
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """TODO, and checks that wait for an earlier one, are yellow and not listed with the failures."""
    return COLOURS.get(getattr(report, "exercise_status", ""))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """One line for each exercise that is to do or waits, and where help is."""
    for (status, exercise), messages in sorted(config.stash[UNSAID].items()):
        wait = "1 check waits" if len(messages) == 1 else f"{len(messages)} checks wait"
        what = ", ".join(dict.fromkeys(messages)) if status == TODO else "what is told above to be mended"
        word = "TODO" if status == TODO else "WAITING"
        terminalreporter.write_line(f"{word} {exercise}: {wait} for {what}", yellow=True)
    if config.stash[UNSAID] or terminalreporter.stats.get("failed"):
        terminalreporter.write_line("Hints: python -m exercises hint NN. Progress: python -m exercises.")


def _exercise(item: pytest.Item) -> str:
    return item.path.stem.removeprefix("test_")
