"""The mutants of a file: its text with one operator, number or truth value changed.

Left out is what no test should hold: docstrings, messages, type hints, what is raised, and the constants that say how
much is done at once, which change nothing but the speed and the last bits.
"""

import ast
import copy
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

ARITHMETIC = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}  # fmt: skip
NEIGHBOURS = {
    "min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "mean": "sum", "sum": "mean",
    "any": "all", "all": "any", "floor": "ceil", "ceil": "floor", "argmin": "argmax", "argmax": "argmin",
    "zeros": "ones", "zeros_like": "ones_like", "sin": "cos", "cos": "sin",
}  # fmt: skip
TYPES = {"None", "int", "float", "complex", "str", "bytes", "bool", "list", "tuple", "dict", "set", "ndarray"}
SIZES = re.compile(
    "[A-Z_]*(BYTES|BATCH|BLOCK|TILE|CHUNK|GROUP|PARTS|FOLDS|LONG|RUN|FEWEST_[A-Z]+|MOST_KERNELS|SMALLEST|LARGEST|SPARE)"
    " = "
)
Node = TypeVar("Node", bound=ast.AST)


@dataclass(frozen=True)
class Mutant:
    """A change of one file: bytes `start` to `stop` of its text become `code`.

    `lines` are those of which one must run if the change is to be noticed; `seen` shows the line of the change, before
    and after; `only_speed` says that it changes how much is done at once.
    """

    path: Path
    line: int
    start: int
    stop: int
    code: str
    lines: range
    seen: str
    only_speed: bool = False

    def __str__(self):
        return f"{self.path.as_posix()}:{self.line}: {self.seen}"

    def text(self, source: bytes) -> bytes:
        """The changed file."""
        return source[: self.start] + self.code.encode() + source[self.stop :]


def mutants_of(path: Path, source: bytes) -> list[Mutant]:
    """All mutants of a file, in the order of its text."""
    rows = source.split(b"\n")
    starts = [0, *itertools.accumulate(len(row) + 1 for row in rows)]  # of the lines, in bytes, as col_offset counts
    found = []
    for node, first in places(ast.parse(source)):
        start, stop = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
        for changed in variants(node):
            line = rows[node.lineno - 1].decode()
            old, new = ast.unparse(node), ast.unparse(changed)
            code = new if isinstance(changed, ast.stmt) else f"({new})"
            seen = f"{old}  ->  {new}" + f"  in  {line.strip()}" * (len(old) < 20)
            lines = range(first, node.end_lineno + 1)
            found.append(Mutant(path, node.lineno, start, stop, code, lines, seen, bool(SIZES.match(line))))
    return found


def places(tree: ast.AST, first: int = 1) -> Iterator[tuple[ast.expr | ast.AugAssign, int]]:
    """Every expression that counts, and every `+=`, with the line where its statement begins."""
    for name, value in ast.iter_fields(tree):
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or is_words(child, name):
                continue
            begin = child.lineno if isinstance(child, ast.stmt) else first
            if isinstance(child, ast.expr | ast.AugAssign):
                yield child, begin
            if not is_negative_number(child):  # which is one number, not a sign and a number
                yield from places(child, begin)


def is_negative_number(node: ast.AST) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant)


def is_words(node: ast.AST, field: str) -> bool:
    """What is said or declared, not computed."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Raise() | ast.JoinedStr():
            return True
        case ast.If(test=test):
            return "TYPE_CHECKING" in ast.unparse(test)
        case ast.BinOp(op=ast.BitOr(), right=ast.Name() | ast.Attribute() | ast.Constant(value=None)):
            return is_type(node.right)
    return field in ("annotation", "returns", "decorator_list")


def is_type(node: ast.expr) -> bool:
    """Whether `a | node` is a union of types."""
    name = ast.unparse(node).rpartition(".")[2]
    return name in TYPES or name[0].isupper()


def variants(node: ast.expr | ast.AugAssign) -> Iterator[ast.expr | ast.AugAssign]:
    """What stands there instead."""
    match node:
        case ast.BinOp(op=op) if type(op) in ARITHMETIC and not is_text(node):
            yield altered(node, op=ARITHMETIC[type(op)]())
        case ast.AugAssign(op=op) if type(op) in ARITHMETIC:
            yield altered(node, op=ARITHMETIC[type(op)]())
        case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert()):
            yield node.operand
        case ast.Compare(ops=ops):
            for k, op in enumerate(ops):
                for other in COMPARISONS[type(op)]:
                    yield altered(node, ops=[*ops[:k], other(), *ops[k + 1 :]])
        case ast.BoolOp(op=op):
            yield altered(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            others = (value + 1, value - 1) if isinstance(value, int) else (2 * value or 1.0, value + 1)
            yield from map(ast.Constant, others)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            yield from calls(node, name)


def is_text(node: ast.BinOp) -> bool:
    """Text put together."""
    sides = (node.left, node.right)
    return any(isinstance(side, ast.JoinedStr) or isinstance(getattr(side, "value", 0), str) for side in sides)


def calls(node: ast.Call, name: str) -> Iterator[ast.expr]:
    """The neighbour of a function, and another axis."""
    if name in NEIGHBOURS:
        field = "attr" if isinstance(node.func, ast.Attribute) else "id"
        yield altered(node, func=altered(node.func, **{field: NEIGHBOURS[name]}))
    for k, keyword in enumerate(node.keywords):
        if keyword.arg == "axis" and ast.unparse(keyword.value) in ("-1", "0", "1", "-2"):
            axis = ast.Constant(0) if ast.unparse(keyword.value) != "0" else ast.UnaryOp(ast.USub(), ast.Constant(1))
            other = ast.keyword("axis", axis)
            yield altered(node, keywords=[*node.keywords[:k], other, *node.keywords[k + 1 :]])


def altered(node: Node, **fields: object) -> Node:
    """A copy with other fields."""
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
