"""The mutants: each is the file with one thing changed, and the suite that runs them notices."""

import ast
import os
from pathlib import Path

import pytest

from tests.mutation.__main__ import CORE, ROOT, chosen, main
from tests.mutation.changes import mutants_of
from tests.mutation.running import TESTS, Suite

HERE = Path("npaudio/spectrum/made_up.py")


def codes(text):
    return [mutant.text(text.encode()).decode() for mutant in mutants_of(HERE, text.encode())]


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("a + b", ["(a - b)"]),
        ("a ** b", ["(a * b)"]),
        ("a += b", ["a -= b"]),
        ("-x", ["(x)"]),
        ("not x", ["(x)"]),
        ("a and b", ["(a or b)"]),
        ("a < b", ["(a <= b)", "(a > b)"]),
        ("a < b == c", ["(a <= b == c)", "(a > b == c)", "(a < b != c)"]),
        ("x is None", ["(x is not None)"]),
        ("f(True)", ["f((False))"]),
        ("f(3)", ["f((4))", "f((2))"]),
        ("f(0.5)", ["f((1.0))", "f((1.5))"]),
        ("f(-1)", ["f((1))"]),
        ("x.max()", ["(x.min())"]),
        ("x.std(axis=-1)", ["(x.std(axis=0))", "x.std(axis=(1))"]),
        ("'é', a + b", ["'é', (a - b)"]),
    ],
)
def test_each_operator(text, changed):
    assert codes(text) == changed


@pytest.mark.parametrize(
    "text",
    [
        '"""Two + two."""',
        "def f(x: int | None = None) -> 'int': return x",
        "Path = str | os.PathLike",
        "raise ValueError(1 + 1)",
        "print(f'{a + b}')",
        "'a' + name",
        "if TYPE_CHECKING:\n    n = 1",
    ],
)
def test_what_is_said_or_declared_is_left_alone(text):
    assert codes(text) == []


def test_the_lines_that_must_run_are_those_of_the_statement():
    (mutant,) = mutants_of(HERE, b"y = f(\n    x,\n    a + b,\n)\n")
    assert (mutant.line, list(mutant.lines)) == (3, [1, 2, 3])


def test_every_mutant_of_the_core_is_another_program():
    for room in CORE:
        for path in (ROOT / "npaudio" / room).rglob("*.py"):
            source = path.read_bytes()
            right = ast.dump(ast.parse(source))
            for mutant in mutants_of(path, source)[::40]:
                assert ast.dump(ast.parse(mutant.text(source))) != right


def test_how_much_is_done_at_once_is_not_drawn():
    sizes = mutants_of(HERE, b"TILE_BYTES = 3\nFLOOR = 3\n")
    assert [mutant.only_speed for mutant in sizes] == [True, True, False, False]
    assert not any(mutant.only_speed for mutant in chosen(["nn"], 300, 0, None))


def test_a_seed_draws_the_same_mutants():
    first, again, other = ([str(mutant) for mutant in chosen(["sed"], 20, seed, None)] for seed in (0, 0, 1))
    assert first == again != other
    assert len(set(first)) == 20
    place = ":".join(first[0].split(":")[:2])
    assert set(map(str, chosen(["sed"], 0, 0, [place]))) >= {first[0]}


def test_an_unknown_room_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["cellar"])
    assert "no such room: cellar" in capsys.readouterr().err


def test_every_room_has_tests():
    assert set(TESTS) == set(CORE)
    for starts in TESTS.values():
        assert all(list((ROOT / "tests").glob(f"test_{start}*.py")) for start in starts)


FUNCTION = """
def f(a):
    b = a + a
    if a < 0:
        return a * 3
    return b
"""
TEST = """
import pytest
from npaudio.spectrum.made_up import f

@pytest.fixture(scope="module")
def six():
    return f(3)

def test_other():
    assert 1 + 1 == 2

def test_shared(six):
    assert six == 6

def test_f():
    assert f(2) == 4
"""
SETTINGS = """
[tool.coverage.run]
source = ["npaudio"]
parallel = true
"""

IN_ORDER = """
import time
from npaudio.spectrum.made_up import f

seen = []

def test_slow():
    time.sleep(0.3)
    seen.append(f(1))

def test_quick():
    assert seen == [2]
"""


@pytest.fixture(scope="module")
def made_up():
    """Only the made-up module and its tests are copied and run."""
    pytest.importorskip("coverage")
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr("tests.mutation.running.COPIED", ("npaudio", "tests", "pyproject.toml"))
    monkeypatch.setattr("tests.mutation.running.TESTS", {"spectrum": ["made_"]})
    yield
    monkeypatch.undo()


def suite_of(tmp_path, test):
    """Of a checkout of one function, with these tests."""
    for folder in ("npaudio/spectrum", "tests"):
        (tmp_path / "right" / folder).mkdir(parents=True)
        (tmp_path / "right" / folder / "__init__.py").touch()
    (tmp_path / "right/npaudio/__init__.py").touch()
    (tmp_path / "right/pyproject.toml").write_text(SETTINGS)
    (tmp_path / "right" / HERE).write_text(FUNCTION)
    (tmp_path / "right/tests/test_made_up.py").write_text(test)
    return Suite(tmp_path / "right", tmp_path / "copy", patience=60.0)


@pytest.fixture(scope="module")
def suite(made_up, tmp_path_factory):
    suite = suite_of(tmp_path_factory.mktemp("mutation"), TEST)
    suite.learn()
    return suite


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the mutants run in forks")
class TestSuite:
    """A checkout of one function, with tests that hold one of its two branches."""

    def test_a_change_is_noticed_or_not(self, suite):
        path = suite.folder / HERE
        source = path.read_bytes()
        sums, limit = mutants_of(HERE, source)[:2]
        assert (sums.code, suite.noticed(sums)) == ("(a - a)", True)
        assert (limit.code, suite.noticed(limit)) == ("(a <= 0)", False)
        assert path.read_bytes() == source

    def test_it_knows_which_tests_reach_a_line(self, suite):
        whole, negative = (suite.reaching_tests(m) for m in (mutants_of(HERE, FUNCTION.encode())[k] for k in (0, -1)))
        assert whole == {"tests/test_made_up.py::test_f", "tests/test_made_up.py::test_shared"}
        assert negative == set()

    def test_a_test_that_never_ends_has_noticed(self, suite, monkeypatch):
        monkeypatch.setattr("tests.mutation.running.ADDED", 3.0)
        path = suite.folder / "tests/test_made_up.py"
        right = path.read_text()
        path.write_text(right + "    while True:\n        pass\n")
        assert not suite.passes(["tests/test_made_up.py::test_f"])
        path.write_text(right)
        assert suite.passes(["tests/test_made_up.py::test_f"])

    def test_tests_that_fail_in_another_order_are_refused(self, made_up, tmp_path):
        """Otherwise every mutant would seem to be noticed."""
        suite = suite_of(tmp_path, IN_ORDER)
        with pytest.raises(SystemExit, match="on what is right, tests fail in the order of their times"):
            suite.learn()
