"""The places in a function's syntax tree where something can be changed, and what the operators may know of them."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Change = tuple[ast.AST, str]  # what stands there instead, and the end of "your values are what comes out when ..."


@dataclass(frozen=True)
class Scope:
    """What is known of the function that is changed.

    `kinds` are the annotations of its parameters, `defaults` the defaults that stand for them and for settings of the
    object, `axes` what the axes of its arrays are, `words` how to call names that only the solution has.
    """

    name: str
    kinds: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, ast.expr] = field(default_factory=dict)
    axes: tuple[str, ...] = ()
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Spot:
    """A node of the tree: it hangs at `field` of `parent`, as item `index` if that is a list."""

    parent: ast.AST
    field: str
    index: int | None
    above: tuple[ast.AST, ...]  # from the function down to the parent
    scope: Scope

    @property
    def node(self) -> ast.AST:
        """What hangs there now."""
        child = getattr(self.parent, self.field)
        return child if self.index is None else child[self.index]

    def put(self, node: ast.AST) -> None:
        """Hang another node there."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


Operator = Callable[[Spot], Iterator[Change]]
OPERATORS: list[tuple[type[ast.AST] | tuple[type[ast.AST], ...], Operator]] = []


def operator(*kinds: type[ast.AST]) -> Callable[[Operator], Operator]:
    """Decorator that makes a function a mutation operator for these kinds of nodes."""

    def add(function: Operator) -> Operator:
        OPERATORS.append((kinds, function))
        return function

    return add


def changes(spot: Spot) -> Iterator[Change]:
    """What all operators make of a spot."""
    for kinds, function in OPERATORS:
        if isinstance(spot.node, kinds):
            yield from function(spot)


def spots(function: ast.FunctionDef, scope: Scope) -> Iterator[Spot]:
    """All places in the body of a function that belong to the answer; what it prints does not."""
    for index in range(len(function.body)):
        yield from _below(Spot(function, "body", index, (function,), scope))


def _below(spot: Spot) -> Iterator[Spot]:
    node = spot.node
    if _is_talk(node):
        return
    yield spot
    above = (*spot.above, node)
    for name, value in ast.iter_fields(node):
        if name in ("ctx", "op", "ops", "annotation", "format_spec", "func") and not isinstance(value, ast.Attribute):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST):
                yield from _below(Spot(node, name, index, above, spot.scope))


def _is_talk(node: ast.AST) -> bool:
    """What is printed or raised."""
    if isinstance(node, ast.For):
        return all(_is_talk(part) for part in node.body)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return called(node.value) in ("print", "print_table", "verify")
    return isinstance(node, ast.Raise | ast.Assert)


def called(node: ast.AST) -> str:
    """Last part of the name of what is called: mean for np.mean(x) and x.mean()."""
    function = node.func if isinstance(node, ast.Call) else node
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def is_module(node: ast.AST) -> bool:
    """Whether a name stands for a module, as the np of np.mean."""
    return isinstance(node, ast.Name) and node.id in ("np", "npaudio", "re", "sed", "metrics")
