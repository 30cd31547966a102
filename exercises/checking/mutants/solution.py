"""A solution that can be run with changes in it."""

import ast
import contextlib
import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from exercises.checking.answers import read_answer
from exercises.checking.catalogue import Exercise
from exercises.checking.mutants import arithmetic, calls, names, statements  # noqa: F401  (they register operators)
from exercises.checking.mutants.spots import Scope, Spot, changes, spots
from exercises.checking.skeletons import SOLUTION_ONLY, YOURS

Names = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Mutant:
    """The solution with one thing changed.

    `function` is such as "hann" or "MultiLabelEvaluator.compute_ap"; `sentence` ends "your values are what comes out
    when ..."; `key` tells it from all others of the exercise, in the solution's own code: not for learners.
    """

    function: str
    sentence: str
    key: str
    spot: Spot
    new: ast.AST


class Solution:
    """The solution of an exercise, as a tree and as a module.

    Parameters
    ----------
    exercise : str
        Such as "ex01_stft".
    axes : dict of str to tuple of str
        What the axes of a function's arrays count, for the sentences.
    words : dict of str to str
        What names mean that only the solution has.
    """

    def __init__(self, exercise: str, axes: dict[str, tuple[str, ...]], words: dict[str, str]) -> None:
        self.exercise, self.axes, self.words = exercise, axes, words
        path = Exercise(exercise).solution
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.right = read_answer(path)
        self.functions = dict(_functions(self.tree))
        self.learners, self.helpers = _marked(path.read_text(encoding="utf-8"), self.functions)
        self.scopes = {name: self._scope(name, function) for name, function in self.functions.items()}
        for function in self.functions.values():
            _strip(function)

    def mutants(self) -> Iterator[Mutant]:
        """All that the operators make of it; some of them differ in nothing, some don't run."""
        for name in (*self.learners, *self.helpers):
            for spot in spots(self.functions[name], self.scopes[name]):
                before = _text(spot.node)
                for new, sentence in changes(spot):
                    after = _text(new)
                    if before != after:
                        yield Mutant(name, sentence, f"{name}: {before} -> {after}", spot, new)

    def calls(self) -> dict[str, set[str]]:
        """Short names of the functions of the solution that each of them mentions."""
        own = {name.rpartition(".")[2] for name in self.functions}
        return {
            name.rpartition(".")[2]: {called for node in ast.walk(function) if (called := _mentioned(node)) in own}
            for name, function in self.functions.items()
        }

    def _scope(self, name: str, function: ast.FunctionDef) -> Scope:
        kinds, defaults = _parameters(function)
        owner, _, short = name.rpartition(".")
        if owner and f"{owner}.__init__" in self.functions:
            settings = _parameters(self.functions[f"{owner}.__init__"])
            kinds |= {f"self.{key}": kind for key, kind in settings[0].items()}
            defaults = {**settings[1], **defaults}
        return Scope(short, kinds, defaults, self.axes.get(short, ()), self.words)

    def names(self, *mutants: Mutant) -> Names:
        """What the module holds with these changes made."""
        module = {key: value for key, value in self.right.items() if not key.startswith("__")}
        module["__builtins__"] = self.right["__builtins__"]  # an import that NumPy makes inside of a call looks here
        module |= {key: _copied(value, module) for key, value in module.items() if _is_own(value, self.right)}
        with contextlib.ExitStack() as stack:
            for mutant in mutants:
                stack.enter_context(_planted(mutant))
            for name in {mutant.function for mutant in mutants}:
                _define(name, self.functions[name], module)
        return module


@cache
def solution_of(exercise: str) -> Solution:
    """The solution of an exercise with what its probes say about its words."""
    from exercises.checking.probes import vocabulary

    return Solution(exercise, *vocabulary(exercise))


@cache
def mutants_of(exercise: str) -> tuple[Mutant, ...]:
    """All mutants of an exercise, each with a key of its own."""
    found: dict[str, Mutant] = {}
    for mutant in solution_of(exercise).mutants():
        count = sum(key.startswith(f"{mutant.key} #") for key in found) if mutant.key in found else 0
        key = f"{mutant.key} #{count + 2}" if mutant.key in found else mutant.key
        found[key] = Mutant(mutant.function, mutant.sentence, key, mutant.spot, mutant.new)
    return tuple(found.values())


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{part.name}", part) for part in node.body if isinstance(part, ast.FunctionDef))


def _parameters(function: ast.FunctionDef) -> tuple[dict[str, str], dict[str, ast.expr]]:
    """Annotations and defaults of the parameters."""
    args = function.args.args
    kinds = {arg.arg: ast.unparse(arg.annotation) for arg in args if arg.annotation}
    with_default = args[len(args) - len(function.args.defaults) :]
    return kinds, {arg.arg: default for arg, default in zip(with_default, function.args.defaults, strict=True)}


def _strip(function: ast.FunctionDef) -> None:
    """Without docstring and annotations, which cost time when a mutant is compiled."""
    if ast.get_docstring(function) is not None and len(function.body) > 1:
        del function.body[0]
    function.returns = None
    for arg in function.args.args:
        arg.annotation = None


def _mentioned(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _marked(text: str, functions: dict[str, ast.FunctionDef]) -> tuple[list[str], list[str]]:
    """Names of the functions that the learner completes, and of those that only the solution has."""
    lines = text.splitlines()
    learners = [
        name for name, node in functions.items() if any(YOURS in line for line in lines[node.lineno : node.end_lineno])
    ]
    helpers = [name for name, node in functions.items() if lines[node.lineno - 2].strip() == SOLUTION_ONLY]
    return learners, [name for name in helpers if name.rpartition(".")[2] not in ("print_table", "verify")]


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(ast.fix_missing_locations(node)).split())


@contextlib.contextmanager
def _planted(mutant: Mutant) -> Iterator[None]:
    kept = mutant.spot.node
    mutant.spot.put(mutant.new)
    try:
        yield
    finally:
        mutant.spot.put(kept)


def _is_own(value: object, module: Names) -> bool:
    """Whether a function or class was written in the solution, not imported."""
    return isinstance(value, types.FunctionType | type) and value.__module__ == module["__name__"]


def _copied(value: Any, module: Names) -> Any:
    """A function or class whose functions look their names up in another module."""
    if isinstance(value, types.FunctionType):
        copy = types.FunctionType(value.__code__, module, value.__name__, value.__defaults__, value.__closure__)
        copy.__kwdefaults__ = value.__kwdefaults__
        return copy
    parts = {key: _copied(part, module) if isinstance(part, types.FunctionType) else part
             for key, part in vars(value).items() if key not in ("__dict__", "__weakref__")}  # fmt: skip
    return type(value.__name__, value.__bases__, parts)


def _define(name: str, function: ast.FunctionDef, module: Names) -> None:
    """Compile a changed function into the module."""
    tree = ast.Module([function], [])  # what is new in it got its place in the text by `_text`
    owner, _, short = name.rpartition(".")
    kept = module.get(short)
    exec(compile(tree, f"<{name}>", "exec"), module)
    if owner:
        setattr(module[owner], short, module.pop(short))
        if kept is not None:
            module[short] = kept
