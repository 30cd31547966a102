"""The tests of a copy of the checkout, run on one mutant after another; each run is a fork, so POSIX only.

A fork has NumPy and pytest loaded already, and compiled tests, so a mutant that the first test notices takes a second.
"""

import compileall
import io
import json
import multiprocessing
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy  # noqa: F401  (so that every fork has it)
import pytest

from tests.mutation.changes import Mutant

# The files that test a room, by the beginnings of their names. They come first; then the rest of the suite, but for
# what reads, prints or runs whole lessons.
TESTS = {
    "spectrum": ["spectrum", "degenerate", "checks", "refusals", "mel", "defaults", "doctests"],
    "mel": ["mel", "degenerate", "checks", "refusals", "frontend", "defaults", "doctests"],
    "nn": ["nn_", "models_transformer", "defaults", "doctests"],
    "sed": ["sed_", "degenerate", "refusals", "defaults", "doctests", "metrics_events"],
    "metrics": ["metrics_", "degenerate", "refusals", "defaults", "doctests"],
}
LONG = ("book", "lessons", "notebooks", "mutation", "readme", "readers_path")
COPIED = ("npaudio", "tests", "benchmarks", "exercises", "solutions", "lessons", "pyproject.toml", "README.md")
MEMORY = 32 * 2**30  # addresses; a mutant that asks for more is noticed. (With 8 GB some threads cannot start.)
ADDED, TIMES = 30.0, 5.0  # seconds, and times as long as on what is right, until a run is stopped
ALWAYS = ""  # the context of what runs when modules are imported


@dataclass
class Test:
    """What is known of a test: its file, the seconds that it takes, the shared fixtures that it uses."""

    file: str
    seconds: float
    fixtures: frozenset[str]


@dataclass
class Suite:
    """The tests by their pytest names, and which of them, or which fixtures, reach each line of the library.

    `patience` is how many seconds of tests a mutant is given, in each of three rounds.
    """

    root: Path
    folder: Path
    patience: float
    tests: dict[str, Test] = field(default_factory=dict)
    reaching: dict[str, dict[int, list[str]]] = field(default_factory=dict)

    def learn(self) -> None:
        """Copy the checkout, and run the tests on what is right."""
        for name in COPIED:
            source, copy = self.root / name, self.folder / name
            shutil.copytree(source, copy) if source.is_dir() else shutil.copy2(source, copy)
        compileall.compile_dir(self.folder / "npaudio", quiet=1)
        learned = self.folder / "learned.json"
        process = FORK.Process(target=watch, args=(self.folder, sorted(all_files(self.folder)), learned))
        process.start()
        process.join()
        if not learned.exists():
            raise SystemExit("mutation: the tests do not run on the unchanged copy; run pytest first")
        tests, reaching = json.loads(learned.read_text())
        self.tests = {name: Test(file, seconds, frozenset(used)) for name, (file, seconds, used) in tests.items()}
        self.reaching = {path: {int(line): names for line, names in of.items()} for path, of in reaching.items()}
        if self.tests and not self.passes(self.quickest(self.tests)):
            raise SystemExit("mutation: on what is right, tests fail in the order of their times; mutants would, too")

    def noticed(self, mutant: Mutant) -> bool:
        """Whether a test fails on a mutant, or does not end."""
        path = self.folder / mutant.path
        source, stat = path.read_bytes(), path.stat()
        path.write_bytes(mutant.text(source))
        try:
            return any(not self.passes(names) for names in self.rounds(mutant) if names)
        finally:
            path.write_bytes(source)
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    def rounds(self, mutant: Mutant) -> Iterator[list[str]]:
        """Its room's tests that run its lines; if they notice nothing, those named alike; then those of other rooms."""
        files = files_of(self.folder, {mutant.path.parts[1]})
        reaching = self.reaching_tests(mutant)
        own = {name for name in reaching if self.tests[name].file in files}
        yield self.quickest(own)
        stems = {mutant.path.stem.strip("_"), mutant.path.parts[1]}
        alike = {name for name, test in self.tests.items() if any(stem in test.file for stem in stems)}
        yield self.quickest(alike - own)
        yield self.quickest(reaching - own - alike)

    def reaching_tests(self, mutant: Mutant) -> set[str]:
        """Those that run its lines themselves or by a fixture; all tests if the lines run when they are imported."""
        lines = self.reaching.get(mutant.path.as_posix(), {})
        contexts = {context for line in mutant.lines for context in lines.get(line, ())}
        if ALWAYS in contexts:
            return set(self.tests)
        return {name for name, test in self.tests.items() if name in contexts or test.fixtures & contexts}

    def quickest(self, names: Any) -> list[str]:
        """As many of them as there is patience for."""
        chosen, total = [], 0.0
        for name in sorted(names, key=lambda name: (self.tests[name].seconds, name)):
            total += self.tests[name].seconds
            if chosen and total > self.patience:
                break
            chosen.append(name)
        return chosen

    def passes(self, names: list[str]) -> bool:
        """Run some tests until the first that fails."""
        expected = sum(self.tests[name].seconds for name in names)
        process = FORK.Process(target=run_tests, args=(self.folder, [self.tests[n].file for n in names], names))
        process.start()
        process.join(ADDED + TIMES * expected)
        if process.exitcode is None:
            os.killpg(process.pid, 9)
            process.join()
        return process.exitcode == 0


FORK: Any = multiprocessing.get_context("fork") if hasattr(os, "fork") else None


def all_files(folder: Path) -> set[str]:
    """The test files of the suite, relative to the folder."""
    return {f"tests/{p.name}" for p in (folder / "tests").glob("test_*.py") if not p.stem[5:].startswith(LONG)}


def files_of(folder: Path, rooms: set[str]) -> set[str]:
    """The test files of some rooms, relative to the folder."""
    starts = [start for room in rooms for start in TESTS[room]]
    return {f"tests/{path.name}" for start in starts for path in (folder / "tests").glob(f"test_{start}*.py")}


def run_tests(folder: Path, files: list[str], names: list[str]) -> None:
    """In a fork: exit with 0 if all these tests pass."""
    os.setpgid(0, 0)
    limit_memory()
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.exit(int(run_pytest(folder, [*dict.fromkeys(files)], InThisOrder(names), "-x")))


def watch(folder: Path, files: list[str], learned: Path) -> None:
    """In a fork: run all tests under coverage, and keep what each takes and reaches."""
    from coverage import Coverage

    os.chdir(folder)
    coverage = Coverage(data_file=None, source=["npaudio"], config_file=False)
    watching = Watching(coverage.switch_context)
    coverage.start()
    if run_pytest(folder, files, watching) not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        return
    coverage.stop()
    data = coverage.get_data()
    reaching = {
        Path(path).relative_to(folder.resolve()).as_posix(): data.contexts_by_lineno(path)
        for path in data.measured_files()
    }
    learned.write_text(json.dumps((watching.tests, reaching)))


def run_pytest(folder: Path, files: list[str], plugin: object, *options: str) -> int:
    """Pytest in this process, on the copy, without a word."""
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    os.environ["PYTHONPATH"] = str(folder)
    for name in [name for name in sys.modules if name.partition(".")[0] in ("tests", "npaudio")]:
        del sys.modules[name]
    words = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", *options, *files]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        return pytest.main(words, plugins=[plugin])


class InThisOrder:
    """Pytest plugin: run these tests, in this order."""

    def __init__(self, names: list[str]):
        self.place = {name: k for k, name in enumerate(names)}

    def pytest_collection_modifyitems(self, items):
        items[:] = sorted((item for item in items if item.nodeid in self.place), key=lambda i: self.place[i.nodeid])


class Watching:
    """Pytest plugin: notes the tests that pass, and tells coverage whose lines are running."""

    def __init__(self, switch: Callable[[str], None]):
        self.tests: dict[str, tuple[str, float, list[str]]] = {}
        self.switch, self.failed, self.context = switch, set(), ALWAYS

    @contextmanager
    def within(self, context: str) -> Iterator[None]:
        before, self.context = self.context, context
        self.switch(context)
        try:
            yield
        finally:
            self.context = before
            self.switch(before)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        start = time.perf_counter()
        with self.within(item.nodeid):
            result = yield
        if item.nodeid not in self.failed:
            fixtures = [f"fixture {name}" for name in item.fixturenames]
            self.tests[item.nodeid] = item.nodeid.partition("::")[0], time.perf_counter() - start, fixtures
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        """What a shared fixture runs belongs to every test that uses it, not to the first one only."""
        if fixturedef.scope == "function":
            return (yield)
        with self.within(f"fixture {fixturedef.argname}"):
            return (yield)

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed.add(report.nodeid)


def limit_memory() -> None:
    """Set the limit of the memory that this process may ask for."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
