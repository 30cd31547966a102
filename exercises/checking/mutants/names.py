"""Mutation operators for names and indices: another parameter, a default whatever is passed, a bound off by one."""

import ast
from collections.abc import Iterator

from exercises.checking.mutants.phrases import thing
from exercises.checking.mutants.spots import Change, Spot, operator


@operator(ast.Name, ast.Attribute)
def the_default(spot: Spot) -> Iterator[Change]:
    """A setting that is always its default, whatever is passed."""
    node = spot.node
    name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
    if isinstance(node, ast.Attribute) and not (isinstance(node.value, ast.Name) and node.value.id == "self"):
        return
    default = spot.scope.defaults.get(name)
    if default is None or not _is_read(node) or name == "rng":
        return
    if not (isinstance(default, ast.Constant) and default.value is None):
        yield default, f"you take {ast.unparse(default)} for {name}, whatever is passed"


@operator(ast.Name)
def another_parameter(spot: Spot) -> Iterator[Change]:
    """Another parameter of the same type."""
    node, kinds = spot.node, spot.scope.kinds
    assert isinstance(node, ast.Name)
    if node.id not in kinds or not _is_read(node):
        return
    for other, kind in kinds.items():
        if other != node.id and kind == kinds[node.id]:
            words = [spot.scope.words.get(name, name) for name in (other, node.id)]
            yield ast.Name(other, ast.Load()), f"you use {words[0]} instead of {words[1]}"


@operator(ast.Attribute)
def another_attribute(spot: Spot) -> Iterator[Change]:
    """Another setting of the object, onset for offset; a transposition left out."""
    node = spot.node
    assert isinstance(node, ast.Attribute)
    if node.attr == "T":
        yield node.value, f"you do not transpose {thing(node.value, spot.scope)}"
    for pair in (("onset", "offset"),):
        if node.attr in pair:
            other = pair[1 - pair.index(node.attr)]
            yield ast.Attribute(node.value, other, ast.Load()), f"you use an {other} instead of an {node.attr}"
    kinds = spot.scope.kinds
    if isinstance(node.value, ast.Name) and node.value.id == "self" and _is_read(node):
        name = f"self.{node.attr}"
        for other in (key for key, kind in kinds.items() if key.startswith("self.") and kind == kinds.get(name)):
            if other != name:
                words = f"you use {other} instead of {name}"
                yield ast.Attribute(node.value, other[5:], ast.Load()), words


def _is_read(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", None), ast.Load)


@operator(ast.Slice)
def another_bound(spot: Spot) -> Iterator[Change]:
    """A bound of a slice one off, or left out; a step left out."""
    node = spot.node
    assert isinstance(node, ast.Slice)
    for side, word in (("lower", "begins"), ("upper", "ends")):
        bound = getattr(node, side)
        if bound is None:
            continue
        for op, late in ((ast.Add(), "late"), (ast.Sub(), "early")):
            yield (
                _with(node, **{side: ast.BinOp(bound, op, ast.Constant(1))}),
                f"you let {_sliced(spot)} {word[:-1]} one too {late}",
            )
        yield (
            _with(node, **{side: None}),
            f"you let {_sliced(spot)} {'begin with the first' if side == 'lower' else 'run to the end'}",
        )
    if node.step is not None:
        yield _with(node, step=None), f"you leave out the step of {_sliced(spot)}"


def _sliced(spot: Spot) -> str:
    """The slice, with what it is cut from."""
    array = next((node for node in reversed(spot.above) if isinstance(node, ast.Subscript)), None)
    return f"the slice of {thing(array.value, spot.scope)}" if array else "a slice"


def _with(node: ast.Slice, **bounds: ast.expr | None) -> ast.Slice:
    return ast.Slice(**{"lower": node.lower, "upper": node.upper, "step": node.step, **bounds})


@operator(ast.Subscript)
def another_index(spot: Spot) -> Iterator[Change]:
    """Two indices exchanged: rows for columns; a new axis at the other place."""
    node = spot.node
    assert isinstance(node, ast.Subscript)
    if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
        first, second = node.slice.elts
        words = "you exchange rows and columns in an index"
        if any(isinstance(side, ast.Attribute) and side.attr == "newaxis" for side in (first, second)):
            words = f"you lay {thing(node.value, spot.scope)} along the other axis"
        yield ast.Subscript(node.value, ast.Tuple([second, first], ast.Load()), node.ctx), words


@operator(ast.Tuple)
def parts_exchanged(spot: Spot) -> Iterator[Change]:
    """Two neighbouring parts of a result or of a shape in the other order."""
    node = spot.node
    assert isinstance(node, ast.Tuple)
    if not _is_read(node) or isinstance(spot.parent, ast.Subscript | ast.For | ast.comprehension):
        return
    for i in range(len(node.elts) - 1):
        parts = list(node.elts)
        parts[i], parts[i + 1] = parts[i + 1], parts[i]
        words = [thing(part, spot.scope) for part in node.elts[i : i + 2]]
        both = " and ".join(words) if words[0] != words[1] else "two neighbouring values"
        yield ast.Tuple(parts, ast.Load()), f"you exchange {both}"


@operator(ast.Subscript)
def another_dimension(spot: Spot) -> Iterator[Change]:
    """The length of another axis: shape[0] for shape[1]."""
    node = spot.node
    assert isinstance(node, ast.Subscript)
    value, index = node.value, node.slice
    if isinstance(value, ast.Attribute) and value.attr == "shape" and isinstance(index, ast.Constant):
        other = 1 - index.value if index.value in (0, 1) else 5 - index.value  # type: ignore[operator]
        words = f"you use the length of axis {other} instead of that of axis {index.value}"
        yield ast.Subscript(value, ast.Constant(other), ast.Load()), words


@operator(ast.Call)
def another_length(spot: Spot) -> Iterator[Change]:
    """The number of columns for the number of rows; another array's length."""
    node = spot.node
    assert isinstance(node, ast.Call)
    if isinstance(node.func, ast.Name) and node.func.id == "len" and isinstance(node.args[0], ast.Name):
        kinds = spot.scope.kinds
        name = node.args[0].id
        if "ndarray" in kinds.get(name, ""):
            shape = ast.Attribute(node.args[0], "shape", ast.Load())
            last = ast.Subscript(shape, ast.UnaryOp(ast.USub(), ast.Constant(1)), ast.Load())
            yield last, f"you take the length of the last axis of {name} instead of the first"
