"""The floors of the library: a room imports only from floors below it, and the houses side by side never."""

import ast
import graphlib
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "npaudio"

SIGNAL = {"audio", "signals", "spectrum", "mel", "features"}
FLOORS = {
    "_core": -1,
    **dict.fromkeys(SIGNAL | {"nn", "sed"}, 0),
    **dict.fromkeys({"frontend", "augment", "checkpoints", "metrics"}, 1),
    **dict.fromkeys({"datasets", "training", "models", "plot"}, 2),
    **dict.fromkeys({"pipeline", "streaming"}, 3),
    **dict.fromkeys({"cli", "__main__"}, 4),
}


def room_of(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def house(room):
    return "signal" if room in SIGNAL else room


class WithoutTypeChecking(ast.NodeTransformer):
    """What is imported for type hints alone is not imported when the program runs."""

    def visit_If(self, node):
        return None if "TYPE_CHECKING" in ast.unparse(node.test) else node


def imports(path):
    """Everything that a file imports when it is run, by full names."""
    for node in ast.walk(WithoutTypeChecking().visit(ast.parse(path.read_text(encoding="utf-8")))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from ([f"{node.module}.{a.name}" for a in node.names] if node.module == "npaudio" else [node.module])


FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_downwards(path):
    importer = room_of(path)
    for name in imports(path):
        package, _, rest = name.partition(".")
        if package != "npaudio":
            assert package in sys.stdlib_module_names | {"numpy"} or (importer, package) in ALLOWED, name
            continue
        imported = rest.split(".")[0]
        if imported == importer:
            continue
        assert FLOORS[imported] <= FLOORS[importer], f"{importer} reaches up to {imported}"
        if FLOORS[imported] == FLOORS[importer] == 0:
            assert house(imported) == house(importer), f"{importer} imports {imported} of the house next door"


def modules_imported(path):
    """The modules of the library that a file names in its imports, those for type hints included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else node.module for name in names)


MODULES = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in FILES}


def test_there_is_no_circle_of_imports_not_even_for_type_hints():
    graph = {name: set(modules_imported(path)) & set(MODULES) - {name} for name, path in MODULES.items()}
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


# The only places where something other than numpy and the standard library comes in.
ALLOWED = {("plot", "matplotlib"), ("audio", "soundfile")}


def test_importing_the_package_imports_neither_matplotlib_nor_anything_else():
    code = "import sys, npaudio; print(sorted({m.split('.')[0] for m in sys.modules} & {'matplotlib', 'soundfile'}))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("folder", ["npaudio", "lessons", "benchmarks", "tests", "exercises", "solutions"])
def test_no_file_shadows_the_standard_library(folder):
    files = [path for path in (ROOT / folder).rglob("*.py") if not path.stem.startswith("__")]
    clashes = [path.name for path in files if path.parent == ROOT / folder and path.stem in sys.stdlib_module_names]
    assert clashes == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_is_a_short_read(path):
    """At most 300 lines, docstrings and all; what is longer is two subjects."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def body_lengths(path):
    """Lines of each function's body, from its first statement to its last, without the docstring; its name first."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            yield f"{path.relative_to(ROOT)}: {node.name}", body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_functions_are_short_reads():
    """At most 30 lines of body, and half of them at most 6."""
    lengths = dict(length for path in FILES for length in body_lengths(path))
    assert [name for name, length in lengths.items() if length > 30] == []
    assert statistics.median(lengths.values()) <= 6
