"""The whole suite in two processes, where there are two cores: `python -m pytest` takes half the time.

The pytest that was asked starts a second one like itself. Both collect all tests; one goes through the files from the
first, the other from the last, and each claims a file before it runs its tests, by making an empty file of that name in
a folder that both know. What the other has claimed is left out. The second process writes down what it has to tell of a
file, and the first tells it on, so that failures, durations and the exit status are those of a single run.

A choice of tests, or an option that asks for more than another way of telling (`-x`, `-s`, `--pdb`, `-k` ...), is
run by one process, as ever.
"""

import os
import pickle
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

FOLDER = "TESTS_SHARED_IN"  # environment variable by which the second process knows that it is
HARMLESS = re.compile(r"-[qv]+|-r\w+|-p|no:\w+|--(color|durations|tb|junit-?xml)=\S+|(\./)?tests/?")


def share(config: pytest.Config) -> None:
    """Have this pytest run the suite with another one, if that makes sense; called when it is configured."""
    if FOLDER in os.environ:
        config.pluginmanager.register(Second(config, Path(os.environ.pop(FOLDER))))
    elif cores() > 1 and is_whole_suite(config):
        config.pluginmanager.register(First(config, Path(tempfile.mkdtemp())))


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def is_whole_suite(config: pytest.Config) -> bool:
    """Whether all tests are to be run and nothing is asked that two processes could not do."""
    start, arguments = config.invocation_params.dir, config.invocation_params.args
    whole = [(start / path).resolve() for path in config.args] == [Path(__file__).parent]
    plain = all(HARMLESS.fullmatch(str(each)) for each in arguments)
    return whole and plain and not {"PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"} & os.environ.keys()


def file_of(nodeid: str) -> str:
    """The test file, as a name of a file."""
    return nodeid.partition("::")[0].replace("/", "-")


class Sharing:
    """Pytest plugin: leaves out the files that the other process has claimed."""

    def __init__(self, config: pytest.Config, folder: Path) -> None:
        self.config, self.folder, self.own = config, folder, set[str]()

    def claim(self, file: str) -> bool:
        """Whether this file is ours; it is whose process asks first."""
        if file not in self.own:
            try:
                (self.folder / file).touch(exist_ok=False)
            except FileExistsError:
                return False
            self.own.add(file)
            self.begins(file)
        return True

    def begins(self, file: str) -> None:
        """Called before the tests of a file of ours."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Stop here if the test is the other's."""
        return None if self.claim(file_of(item.nodeid)) else True


class Second(Sharing):
    """Goes through the files from the last, and writes down what it has to tell: a list of calls of hooks a file."""

    calls: list[tuple[str, dict[str, Any]]]
    file = ""
    parent = os.getppid()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """The last file first; the tests of a file in their order."""
        place = {file: k for k, file in enumerate(dict.fromkeys(file_of(item.nodeid) for item in items))}
        items.sort(key=lambda item: -place[file_of(item.nodeid)])

    def begins(self, file: str) -> None:
        """The file before is done."""
        self.hand_over()
        if os.getppid() != self.parent:
            pytest.exit("the first process is gone")
        self.file, self.calls = file, []

    def hand_over(self) -> None:
        """Write down what there is to tell, so that it is there as a whole or not at all."""
        if self.file:
            half = self.folder / f"{self.file}.half"
            half.write_bytes(pickle.dumps(self.calls))
            half.rename(half.with_suffix(".told"))

    def pytest_runtest_logstart(self, nodeid: str, location: Any) -> None:
        """Note it."""
        self.calls.append(("pytest_runtest_logstart", {"nodeid": nodeid, "location": location}))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note it in the form that pytest has for a report on its way to another process."""
        data = self.config.hook.pytest_report_to_serializable(config=self.config, report=report)
        self.calls.append(("pytest_runtest_logreport", {"report": data}))

    def pytest_runtest_logfinish(self, nodeid: str, location: Any) -> None:
        """Note it."""
        self.calls.append(("pytest_runtest_logfinish", {"nodeid": nodeid, "location": location}))

    def pytest_sessionfinish(self) -> None:
        """The last file is done."""
        self.hand_over()


class First(Sharing):
    """Starts the second process and tells on what that one tells."""

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Start it as this one was started."""
        command = [sys.executable, "-m", "pytest", *map(str, self.config.invocation_params.args)]
        self.said = open(self.folder / "said", "w+", encoding="utf-8")  # noqa: SIM115  (closed at the end)
        self.second = subprocess.Popen(
            command,
            cwd=self.config.invocation_params.dir,
            env={**os.environ, FOLDER: str(self.folder)},
            stdin=subprocess.DEVNULL,
            stdout=self.said,
            stderr=subprocess.STDOUT,
        )
        self.finished: set[str] = set()

    def begins(self, file: str) -> None:
        """Between two files of our own there is room for those of the other."""
        self.tell_on()

    def tell_on(self) -> None:
        """Tell what the other has written down."""
        for path in sorted(self.folder.glob("*.told")):
            for hook, told in pickle.loads(path.read_bytes()):
                if "report" in told:
                    told["report"] = self.config.hook.pytest_report_from_serializable(
                        config=self.config, data=told["report"]
                    )
                getattr(self.config.hook, hook)(**told)
            path.unlink()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Count what was told, of either process."""
        self.finished.add(nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Any:
        """After our own tests, wait for the others'; it is an error if any has not been told of."""
        result = yield
        self.second.wait()
        self.tell_on()
        lost = {file_of(item.nodeid) for item in session.items if item.nodeid not in self.finished}
        if lost:
            self.said.seek(0)
            told = f"The second process ended with {self.second.returncode} in {', '.join(sorted(lost))}:\n"
            pytest.exit(told + self.said.read()[-3000:], returncode=pytest.ExitCode.INTERNAL_ERROR)
        return result

    def pytest_sessionfinish(self) -> None:
        """Whatever happened, nothing is left."""
        self.second.kill()
        self.second.wait()
        self.said.close()
        for path in self.folder.iterdir():
            path.unlink()
        self.folder.rmdir()
