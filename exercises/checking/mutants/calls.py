"""Mutation operators for calls: another function, another axis, an argument left out, exchanged or at its default."""

import ast
import re
from collections.abc import Iterator

from exercises.checking.mutants.phrases import NOUNS, axis, thing
from exercises.checking.mutants.spots import Change, Spot, called, is_module, operator

NEIGHBOURS = {
    "mean": ("sum", "median", "max"), "sum": ("mean", "max"), "max": ("min",), "min": ("max",), "cos": ("sin",),
    "sin": ("cos",), "maximum": ("minimum",), "minimum": ("maximum",), "log": ("log10", "log2"), "sqrt": ("square",),
    "log10": ("log", "log2"), "log1p": ("log",), "exp": ("exp2", "expm1"), "zeros": ("ones",), "repeat": ("tile",),
    "zeros_like": ("ones_like",), "cumsum": ("cumprod",), "normal": ("uniform",), "rfft": ("fft",),
}  # fmt: skip
METHODS = {"mean": ("sum", "max"), "sum": ("mean", "max"), "max": ("min", "mean"), "min": ("max",),
           "normal": ("uniform",), "endswith": ("startswith",), "integers": ()}  # fmt: skip
UNWRAPPED = {"sqrt", "abs", "log", "log10", "log1p", "exp", "cos", "sin", "cumsum", "sign", "mean", "sum", "diff",
             "ravel", "copy", "clip", "softmax", "argsort", "escape"}  # fmt: skip
SETTINGS: dict[object, tuple[object, ...]] = {
    "htk": ("slaney",), "slaney": ("htk",), None: ("slaney",), True: (False,), False: (True,), "same": ("full", "valid")
}  # fmt: skip


def _named(node: ast.Call, spot: Spot) -> str:
    """The name of what is called, or what it does if only the solution has it."""
    return spot.scope.words.get(called(node), called(node))


def _source(node: ast.Call) -> ast.expr | None:
    """What a function or a method works on: its first argument, or the object before the point."""
    if isinstance(node.func, ast.Attribute) and not is_module(_root(node.func)):
        return node.func.value
    return node.args[0] if node.args and not isinstance(node.args[0], ast.Starred) else None


def _root(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node


@operator(ast.Call)
def another_function(spot: Spot) -> Iterator[Change]:
    """Its neighbour in the library: a sum for a mean, a sine for a cosine."""
    node = spot.node
    assert isinstance(node, ast.Call)
    name = called(node)
    if not isinstance(node.func, ast.Attribute):
        for other in NEIGHBOURS.get(name, ()) if name in ("max", "min") else ():
            yield ast.Call(ast.Name(other, ast.Load()), node.args, node.keywords), _instead(name, other)
        return
    table = NEIGHBOURS if is_module(_root(node.func)) else METHODS
    for other in table.get(name, ()):
        function = ast.Attribute(node.func.value, other, ast.Load())
        yield ast.Call(function, node.args, node.keywords), _instead(name, other)


def _instead(name: str, other: str) -> str:
    return f"you take {NOUNS.get(other, f'what {other} gives')} instead of {NOUNS.get(name, f'what {name} gives')}"


@operator(ast.Call)
def no_function(spot: Spot) -> Iterator[Change]:
    """The root, the magnitude or the logarithm left out."""
    node = spot.node
    assert isinstance(node, ast.Call)
    source, name = _source(node), called(node)
    if name in UNWRAPPED and source is not None and not (name in ("mean", "sum") and len(node.args) > 1):
        yield source, f"you do not take {NOUNS.get(name, name)} of {thing(source, spot.scope)}"


@operator(ast.keyword)
def another_setting(spot: Spot) -> Iterator[Change]:
    """Another axis, another scale or norm, or no setting at all."""
    node = spot.node
    assert isinstance(node, ast.keyword)
    if node.arg == "axis":
        for other, text in _axes(node.value, spot):
            yield ast.keyword("axis", other), text
    elif isinstance(node.value, ast.Constant) and node.arg != "keepdims":
        for other_value in SETTINGS.get(node.value.value, ()):
            text = f"you set {node.arg} to {other_value!r} instead of {node.value.value!r}"
            yield ast.keyword(node.arg, ast.Constant(other_value)), text  # type: ignore[arg-type]


def _axes(node: ast.expr, spot: Spot) -> Iterator[tuple[ast.expr, str]]:
    name = NOUNS.get(called(spot.parent), f"what {called(spot.parent)} gives")
    right = ast.literal_eval(node)
    if isinstance(right, tuple):
        for i in range(len(right)):
            rest = right[:i] + right[i + 1 :]
            yield ast.parse(repr(rest), mode="eval").body, f"you leave {axis(right[i], spot.scope)} out of {name}"
        return
    others = {0: (1, None), 1: (0, None), -1: (0, None)}.get(right, (0,))
    for other in others:
        text = f"you take {name} along {axis(other, spot.scope)} instead of {axis(right, spot.scope)}"
        yield ast.Constant(other), text


@operator(ast.Call)
def without_an_argument(spot: Spot) -> Iterator[Change]:
    """A keyword or the last argument left out, so that its default holds."""
    node = spot.node
    assert isinstance(node, ast.Call)
    for i, keyword in enumerate(node.keywords):
        if keyword.arg not in ("kind", "strict", "dtype", "replace", None):
            rest = [*node.keywords[:i], *node.keywords[i + 1 :]]
            yield ast.Call(node.func, node.args, rest), f"you do not pass {keyword.arg} to {_named(node, spot)}"
    if len(node.args) > 1 and called(node) not in ("Event",):
        text = f"you do not pass {thing(node.args[-1], spot.scope)} to {_named(node, spot)}"
        yield ast.Call(node.func, node.args[:-1], node.keywords), text


@operator(ast.Call)
def arguments_exchanged(spot: Spot) -> Iterator[Change]:
    """Two arguments that stand side by side, in the other order."""
    node = spot.node
    assert isinstance(node, ast.Call)
    if called(node) in ("maximum", "minimum", "max", "min", "cast") or any(
        isinstance(arg, ast.Starred) for arg in node.args
    ):
        return
    for i in range(len(node.args) - 1):
        args = list(node.args)
        args[i], args[i + 1] = args[i + 1], args[i]
        first, second = thing(node.args[i], spot.scope), thing(node.args[i + 1], spot.scope)
        both = f"{first} and {second}" if first != second else "two arguments"
        text = f"you pass {both} to {_named(node, spot)} in the other order"
        yield ast.Call(node.func, args, node.keywords), text


@operator(ast.Call)
def a_count_off_by_one(spot: Spot) -> Iterator[Change]:
    """range, arange, zeros and linspace with one more or one less; a random choice likewise."""
    node = spot.node
    assert isinstance(node, ast.Call)
    if called(node) not in ("range", "arange", "linspace", "integers", "repeat", "permutation") or not node.args:
        return
    place = 1 if called(node) in ("repeat",) else len(node.args) - 1
    for sign, word in ((1, "more"), (-1, "less")):
        op = ast.Add() if sign > 0 else ast.Sub()
        args = list(node.args)
        args[place] = ast.BinOp(args[place], op, ast.Constant(1))
        text = f"you count one {word} in {called(node)} than {thing(node.args[place], spot.scope)}"
        yield ast.Call(node.func, args, node.keywords), text


@operator(ast.Call)
def the_other_way_round(spot: Spot) -> Iterator[Change]:
    """A result turned round, or flattened in the other order."""
    node = spot.node
    assert isinstance(node, ast.Call)
    name, source = called(node), _source(node)
    if name in ("ravel", "reshape") and source is not None and isinstance(node.func, ast.Attribute):
        turned = ast.Call(ast.Attribute(ast.Attribute(source, "T", ast.Load()), name, ast.Load()), node.args, [])
        yield turned, f"you transpose {thing(source, spot.scope)} before you flatten or reshape"
    if name in ("cumsum", "argsort", "arange", "linspace", "repeat") and isinstance(node.func, ast.Attribute):
        back = ast.Slice(None, None, ast.UnaryOp(ast.USub(), ast.Constant(1)))
        yield ast.Subscript(node, back, ast.Load()), f"you let {NOUNS.get(name, name)} run backwards"


@operator(ast.Constant)
def another_text(spot: Spot) -> Iterator[Change]:
    """A piece of text left out; a piece of a pattern left out; the letters of einsum exchanged."""
    text = getattr(spot.node, "value", None)
    if not isinstance(text, str) or isinstance(spot.parent, ast.keyword) or text in ("", " "):
        return
    if isinstance(spot.parent, ast.Call) and called(spot.parent) == "einsum":
        return
    if isinstance(spot.parent, ast.Call) and called(spot.parent) == "sub":
        yield from _patterns(text)
    elif not isinstance(spot.parent, ast.Subscript | ast.JoinedStr):
        yield ast.Constant(""), f"you leave out the text {text!r}"
        yield ast.Constant(text + "e"), f"you misspell the text {text!r}"


PIECES = {
    r"\b": "a word boundary", r"(?!\d)": "the look at the digit behind", "?": "a question mark", "st|": "the ending st",
    "nd|": "the ending nd", "|rd": "the ending rd", "|th": "the ending th", r"\$": "the dollar sign", "+": "a plus",
    "|\\d+": "the number without commas", ",\\d{3}": "the group of thousands", "{1,2}": "the one or two of the hour",
    ":": "the colon",
}  # fmt: skip


def _patterns(text: str) -> Iterator[Change]:
    for piece, name in PIECES.items():
        for found in re.finditer(re.escape(piece), text):
            rest = text[: found.start()] + text[found.end() :]
            try:
                if re.compile(rest).groups == re.compile(text).groups:
                    yield ast.Constant(rest), f"you leave {name} out of a pattern"
            except re.error:
                continue
