"""The suite in two processes tells what one process would tell; a small suite of three files stands in its place."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.two_processes import cores

HERE = Path(__file__).parent
FILE = """
import os, pathlib, pytest, time

@pytest.fixture(scope="module", autouse=True)
def process():
    with open(f"ran {os.getpid()}", "a") as file:
        yield file

@pytest.mark.parametrize("n", range(3))
def test_fails_at(n, process):
    process.write(f"N{n}\\n")
    process.flush()
    print("printed by", n)
    start = time.monotonic()
    while "both" in __file__ and len(list(pathlib.Path().glob("ran *"))) < 2 and time.monotonic() < start + 60:
        time.sleep(0.01)
    assert n != N

@pytest.mark.skip(reason="not today")
def test_skipped():
    pass

@pytest.mark.xfail(strict=True)
def test_expected():
    assert False
"""

WAITS = """
def test_waits():
    import pathlib, time
    while not pathlib.Path("dies").exists():
        time.sleep(0.01)
"""
DIES = """
def test_dies():
    import os, pathlib
    pathlib.Path("dies").touch()
    os._exit(5)
"""


@pytest.fixture
def folder(tmp_path):
    """A suite of three files, the first and last of which are over when two processes have begun."""
    (tmp_path / "tests").mkdir()
    for name in ("__init__.py", "conftest.py", "two_processes.py"):
        shutil.copy(HERE / name, tmp_path / "tests")
    for k, name in enumerate(("a_both", "b", "c_both")):
        (tmp_path / f"tests/test_{name}.py").write_text(FILE.replace("N", str(k)))
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\ntestpaths = ["tests"]\n')
    return tmp_path


def run(folder, *arguments):
    """Its output and exit status."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout, done.returncode


def ran(folder):
    """The tests that ran, by process."""
    return [sorted(path.read_text().split()) for path in folder.glob("ran *")]


@pytest.mark.skipif(cores() < 2, reason="one core: one process")
def test_every_test_runs_once_and_is_told_of(folder):
    out, status = run(folder, "-rs")
    assert status == 1
    assert "3 failed, 6 passed, 3 skipped, 3 xfailed" in out
    assert len(re.findall(r"^tests/test_\w+\.py [.F]{3}sx ", out, re.M)) == 3
    for k in range(3):
        assert f"assert {k} != {k}" in out
    assert out.count("Captured stdout call") == 3
    assert out.count("not today") == 3
    both = ran(folder)
    assert len(both) == 2
    assert sorted(both[0] + both[1]) == [f"{k}{n}" for k in range(3) for n in range(3)]


@pytest.mark.skipif(cores() < 2, reason="one core: one process")
def test_a_second_process_that_dies_is_an_error(folder):
    (folder / "tests/test_a_both.py").write_text(WAITS)
    (folder / "tests/test_c_both.py").write_text(DIES)
    out, status = run(folder)
    assert status == pytest.ExitCode.INTERNAL_ERROR
    assert "The second process ended with 5 in tests-test_c_both.py" in out


@pytest.mark.parametrize("arguments", [("-x",), ("-k", "test_fails_at"), ("tests/test_b.py",), ("-s",)], ids=" ".join)
def test_a_choice_is_run_by_one_process(folder, arguments):
    for path in folder.glob("tests/test_*_both.py"):
        path.rename(path.with_name(path.name.replace("_both", "")))
    run(folder, *arguments)
    assert len(ran(folder)) == 1
