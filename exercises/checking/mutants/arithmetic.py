"""Mutation operators for numbers, calculations and comparisons."""

import ast
from collections.abc import Iterator

from exercises.checking.mutants.phrases import role, thing
from exercises.checking.mutants.spots import Change, Spot, is_module, operator


@operator(ast.Constant)
def another_number(spot: Spot) -> Iterator[Change]:
    """A number that is one more or less, twice, half or ten times as large, or has the other sign."""
    value = getattr(spot.node, "value", None)
    if isinstance(value, bool) or not isinstance(value, int | float) or _is_axis(spot):
        return
    whole = (value + 1, value - 1, 2 * value, value // 2 if value > 3 else value, 10 * value)
    others = whole if isinstance(value, int) else (2 * value, value / 2, value + 1, 10 * value, -value)
    for other in dict.fromkeys(others):
        if other != value and not (isinstance(spot.parent, ast.UnaryOp) and other == 0):
            yield ast.Constant(other), f"you write {_shown(other)} instead of {_shown(value)}{role(spot)}"


def _shown(number: float) -> str:
    return f"{number:.10g}"


def _is_axis(spot: Spot) -> bool:
    return isinstance(spot.parent, ast.keyword) and spot.parent.arg == "axis"


SWAPS: dict[type[ast.operator], list[tuple[type[ast.operator], str]]] = {
    ast.Add: [
        (ast.Sub, "you subtract {right} instead of adding"),
        (ast.Mult, "you multiply by {right} instead of adding"),
    ],
    ast.Sub: [
        (ast.Add, "you add {right} instead of subtracting"),
        (ast.Mult, "you multiply by {right} instead of subtracting"),
    ],
    ast.Mult: [
        (ast.Div, "you divide by {right} instead of multiplying"),
        (ast.Add, "you add {right} instead of multiplying"),
        (ast.Sub, "you subtract {right} instead of multiplying"),
    ],
    ast.Div: [
        (ast.Mult, "you multiply by {right} instead of dividing"),
        (ast.FloorDiv, "you round down after the division by {right}"),
        (ast.Sub, "you subtract {right} instead of dividing"),
        (ast.Add, "you add {right} instead of dividing"),
    ],
    ast.FloorDiv: [
        (ast.Div, "you do not round down after the division by {right}"),
        (ast.Mod, "you take the remainder of the division by {right}, not the quotient"),
    ],
    ast.Mod: [(ast.FloorDiv, "you take the quotient of the division by {right}, not the remainder")],
    ast.Pow: [(ast.Mult, "you multiply {left} by {right}, which is an exponent")],
    ast.MatMult: [],
}


@operator(ast.BinOp)
def another_calculation(spot: Spot) -> Iterator[Change]:
    """Plus for minus, times for divided by."""
    node = spot.node
    assert isinstance(node, ast.BinOp)
    words = {"left": thing(node.left, spot.scope), "right": thing(node.right, spot.scope)}
    for kind, sentence in SWAPS.get(type(node.op), []):
        yield ast.BinOp(node.left, kind(), node.right), sentence.format(**words)
    if isinstance(node.op, ast.FloorDiv):
        up = ast.UnaryOp(ast.USub(), ast.BinOp(ast.UnaryOp(ast.USub(), node.left), ast.FloorDiv(), node.right))
        yield up, f"you round up instead of down after the division by {words['right']}"


@operator(ast.BinOp)
def an_operand_less(spot: Spot) -> Iterator[Change]:
    """A term, a factor, a divisor or an exponent left out."""
    node = spot.node
    assert isinstance(node, ast.BinOp)
    left, right = thing(node.left, spot.scope), thing(node.right, spot.scope)
    what = {ast.Add: "you do not add {}", ast.Mult: "you do not multiply by {}",
            ast.MatMult: "you do not multiply by {}"}.get(type(node.op))  # fmt: skip
    if what:
        yield node.right, what.format(left)
    last = {ast.Sub: "you do not subtract {}", ast.Pow: "you leave out {} as an exponent"}
    yield node.left, last.get(type(node.op), what or "you do not divide by {}").format(right)
    if isinstance(node.op, ast.Sub):
        yield ast.UnaryOp(ast.USub(), node.right), f"you leave out {left}, from which {right} is subtracted"


@operator(ast.BinOp)
def operands_exchanged(spot: Spot) -> Iterator[Change]:
    """B - a for a - b; the transposed one in a matrix product."""
    node = spot.node
    assert isinstance(node, ast.BinOp)
    left, right = thing(node.left, spot.scope), thing(node.right, spot.scope)
    name = {ast.Sub: "difference", ast.Div: "quotient", ast.Pow: "power", ast.FloorDiv: "quotient",
            ast.MatMult: "matrix product"}.get(type(node.op))  # fmt: skip
    if name:
        both = f"{left} and {right} in" if left != right else "the two sides of"
        yield ast.BinOp(node.right, node.op, node.left), f"you exchange {both} a {name}"
    if isinstance(node.op, ast.MatMult):
        for side, word in (("left", left), ("right", right)):
            turned = getattr(getattr(node, side), "attr", "") == "T"
            other = ast.Attribute(getattr(node, side), "T", ast.Load())
            pair = {"left": node.left, "right": node.right, side: other}
            text = f"you {'do not transpose' if turned else 'transpose'} {word} in a matrix product"
            yield ast.BinOp(pair["left"], node.op, pair["right"]), text


@operator(ast.UnaryOp)
def no_sign(spot: Spot) -> Iterator[Change]:
    """A minus sign or a not left out."""
    node = spot.node
    assert isinstance(node, ast.UnaryOp)
    word = "minus sign before" if isinstance(node.op, ast.USub) else "not before"
    yield node.operand, f"you leave out the {word} {thing(node.operand, spot.scope)}"


@operator(ast.Name, ast.Attribute, ast.Call, ast.Subscript)
def the_other_sign(spot: Spot) -> Iterator[Change]:
    """A minus sign before an operand of a product, an argument of a function or a result."""
    in_place = isinstance(spot.parent, ast.Return) or (isinstance(spot.parent, ast.BinOp) and _is_product(spot))
    if in_place and not _is_text(spot) and not is_module(spot.node):
        yield ast.UnaryOp(ast.USub(), spot.node), f"you reverse the sign of {thing(spot.node, spot.scope)}"


def _is_product(spot: Spot) -> bool:
    return isinstance(getattr(spot.parent, "op", None), ast.Mult | ast.Div) and spot.field == "left"


def _is_text(spot: Spot) -> bool:
    return any(isinstance(node, ast.JoinedStr) for node in spot.above)


EQUALITY: dict[type[ast.cmpop], tuple[type[ast.cmpop], str]] = {
    ast.Lt: (ast.LtE, "you count {left} as smaller than {right} where they are equal"),
    ast.LtE: (ast.Lt, "you leave out the case that {left} equals {right}"),
    ast.Gt: (ast.GtE, "you count {left} as larger than {right} where they are equal"),
    ast.GtE: (ast.Gt, "you leave out the case that {left} equals {right}"),
    ast.Eq: (ast.NotEq, "you reverse a condition on {left} and {right}"),
    ast.NotEq: (ast.Eq, "you reverse a condition on {left} and {right}"),
    ast.In: (ast.NotIn, "you reverse the question whether {left} is in {right}"),
    ast.NotIn: (ast.In, "you reverse the question whether {left} is in {right}"),
    ast.Is: (ast.IsNot, "you reverse the question whether there is a value for {left}"),
}
TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}


@operator(ast.Compare)
def another_comparison(spot: Spot) -> Iterator[Change]:
    """< for <=, > for <, == for !=; each of a chain on its own."""
    node = spot.node
    assert isinstance(node, ast.Compare)
    sides = [node.left, *node.comparators]
    for i, op in enumerate(node.ops):
        words = {"left": thing(sides[i], spot.scope), "right": thing(sides[i + 1], spot.scope)}
        if type(op) in EQUALITY:
            kind, sentence = EQUALITY[type(op)]
            yield _compare(node, i, kind()), sentence.format(**words)
        if type(op) in TURNED:
            text = f"you reverse the comparison of {words['left']} and {words['right']}"
            yield _compare(node, i, TURNED[type(op)]()), text


def _compare(node: ast.Compare, i: int, op: ast.cmpop) -> ast.Compare:
    return ast.Compare(node.left, [*node.ops[:i], op, *node.ops[i + 1 :]], node.comparators)


@operator(ast.Compare)
def a_wider_limit(spot: Spot) -> Iterator[Change]:
    """A limit with a small tolerance, as against rounding errors."""
    node = spot.node
    assert isinstance(node, ast.Compare)
    if len(node.ops) == 1 and type(node.ops[0]) in TURNED:
        up = isinstance(node.ops[0], ast.Lt | ast.LtE)
        limit = ast.BinOp(node.comparators[0], ast.Add() if up else ast.Sub(), ast.Constant(1e-6))
        yield from _one_off(node, spot)
        words = f"you widen the limit of {thing(node.left, spot.scope)} by 1e-6"
        yield ast.Compare(node.left, node.ops, [limit]), words


def _one_off(node: ast.Compare, spot: Spot) -> Iterator[Change]:
    """The limit one more or one less."""
    for op, word in ((ast.Add(), "high"), (ast.Sub(), "low")):
        limit = ast.BinOp(node.comparators[0], op, ast.Constant(1))
        yield (
            ast.Compare(node.left, node.ops, [limit]),
            f"you set the limit of {thing(node.left, spot.scope)} one too {word}",
        )


@operator(ast.BinOp)
def an_operand_squared(spot: Spot) -> Iterator[Change]:
    """The square of a factor, a divisor or a term."""
    node = spot.node
    assert isinstance(node, ast.BinOp)
    if isinstance(node.op, ast.Mult | ast.Div | ast.Add | ast.Sub) and not isinstance(node.right, ast.Constant):
        word = thing(node.right, spot.scope)
        square = ast.BinOp(node.right, ast.Pow(), ast.Constant(2))
        yield ast.BinOp(node.left, node.op, square), f"you square {word}"


@operator(ast.BoolOp)
def other_conditions(spot: Spot) -> Iterator[Change]:
    """And for or, and a condition left out."""
    node = spot.node
    assert isinstance(node, ast.BoolOp)
    both = isinstance(node.op, ast.And)
    words = (
        "you ask for one condition where all must hold" if both else "you ask for all conditions where one is enough"
    )
    yield ast.BoolOp(ast.Or() if both else ast.And(), node.values), words
    for i, value in enumerate(node.values):
        rest = [*node.values[:i], *node.values[i + 1 :]]
        left = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
        yield left, f"you leave out {_condition(value, spot)}"


def _condition(node: ast.expr, spot: Spot) -> str:
    text = thing(node, spot.scope)
    return text if text.startswith("the condition") else f"the condition on {text}"
