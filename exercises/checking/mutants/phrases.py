"""Words for pieces of a solution that don't give its lines away: "the mean", "a product", the name of a parameter."""

import ast

from exercises.checking.mutants.spots import Scope, Spot, called

NOUNS = {
    "mean": "the mean", "sum": "the sum", "max": "the maximum", "min": "the minimum", "maximum": "the larger one",
    "minimum": "the smaller one", "log": "the natural logarithm", "log10": "the logarithm to base 10",
    "log2": "the logarithm to base 2", "log1p": "log(1 + x)", "exp": "the exponential", "expm1": "exp(x) - 1",
    "sqrt": "the root", "abs": "the absolute value", "cos": "the cosine", "sin": "the sine",
    "cumsum": "the running sum", "argsort": "the order", "len": "the length", "median": "the median",
    "diff": "the differences", "sign": "the sign", "norm": "the norm", "normal": "Gaussian random numbers",
    "arange": "the numbers 0, 1, 2 ...", "rfft": "the spectrum", "clip": "the limited values",
    "ravel": "the flattening", "copy": "a copy", "floor": "rounding down", "std": "the standard deviation",
    "var": "the variance", "prod": "the product", "uniform": "uniform random numbers", "zeros": "zeros",
    "ones": "ones", "append": "the point put at an end", "tile": "the repeated row", "repeat": "the repeated items",
    "softmax": "the softmax", "hann": "the window", "linspace": "even steps", "outer": "the outer product",
    "argmax": "the place of the maximum", "square": "the square", "exp2": "the power of 2",
    "fft": "the whole spectrum", "cumprod": "the running product", "zeros_like": "zeros", "ones_like": "ones",
    "join": "the joined text", "where": "the choice", "einsum": "the sum of products", "escape": "the escaped form",
}  # fmt: skip
SHAPES = {ast.Add: "a sum", ast.Sub: "a difference", ast.Mult: "a product", ast.Div: "a quotient", ast.Pow: "a power",
          ast.MatMult: "a matrix product", ast.FloorDiv: "a quotient", ast.Mod: "a remainder"}  # fmt: skip


def thing(node: ast.AST, scope: Scope) -> str:
    """A short name for what a node stands for."""
    if isinstance(node, ast.Constant):
        return repr(node.value)
    if isinstance(node, ast.Name):
        return scope.words.get(node.id, node.id)
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return thing(node.value, scope)
    if isinstance(node, ast.Attribute):
        return "the shape" if node.attr == "shape" else scope.words.get(node.attr, node.attr)
    if isinstance(node, ast.Call):
        return _result(node, scope)
    if isinstance(node, ast.BinOp):
        return SHAPES.get(type(node.op), "a value") + _with(node, scope)
    return _other(node, scope)


def _other(node: ast.AST, scope: Scope) -> str:
    if isinstance(node, ast.UnaryOp):
        return thing(node.operand, scope)
    if isinstance(node, ast.Subscript):
        part = thing(node.value, scope)
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            return f"{part} of {node.slice.value!r}"
        return "a length" if part == "the shape" else part
    if isinstance(node, ast.Compare):
        return f"the condition on {thing(node.left, scope)}"
    if isinstance(node, ast.BoolOp):
        return thing(node.values[0], scope)
    kinds = {ast.Tuple: "a tuple", ast.List: "a list", ast.ListComp: "a list", ast.Lambda: "a function"}
    return kinds.get(type(node), "a value")


def _result(node: ast.Call, scope: Scope) -> str:
    name = called(node)
    if name in ("float", "int", "asarray", "array", "list", "str", "bool", "set", "sorted", "reshape", "round"):
        inner = node.args[0] if node.args and name != "reshape" else getattr(node.func, "value", None)
        return thing(inner, scope) if inner is not None else "a value"
    return NOUNS.get(name) or scope.words.get(name) or f"what {name} gives"


def _with(node: ast.BinOp, scope: Scope) -> str:
    """The first named thing in a calculation tells it from others: "a product with beta"."""
    names = [n for n in ast.walk(node) if isinstance(n, ast.Name | ast.Attribute | ast.Call) and _telling(n)]
    return f" with {thing(names[0], scope)}" if names else ""


def _telling(node: ast.AST) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else called(node)
    return name not in ("np", "npaudio", "self", "newaxis", "shape", "asarray", "T", "float", "int")


def role(spot: Spot) -> str:
    """What a number does where it stands: as a factor, as an index."""
    parent = spot.parent
    if isinstance(parent, ast.UnaryOp) and len(spot.above) > 1:
        parent = spot.above[-2]
    if isinstance(parent, ast.BinOp):
        return _operand(parent, spot)
    if isinstance(parent, ast.keyword):
        return f" for {parent.arg}"
    if isinstance(parent, ast.Call):
        name = called(parent)
        return f" in {name}" if name else ""
    if isinstance(parent, ast.Compare):
        return " as a limit"
    if isinstance(parent, ast.Slice):
        return " as a bound of a slice"
    return " as an index" if any(isinstance(a, ast.Subscript) for a in spot.above[-2:]) else ""


def _operand(parent: ast.BinOp, spot: Spot) -> str:
    """What a number is to the other side of a calculation: "as a factor of hop"."""
    left = spot.field == "left"
    other = thing(parent.right if left else parent.left, spot.scope)
    if isinstance(parent.op, ast.Pow):
        return " as the base of a power" if left else f" as an exponent of {other}"
    if isinstance(parent.op, ast.Div | ast.FloorDiv | ast.Mod):
        return f", divided by {other}" if left else f" as a divisor of {other}"
    kind = {ast.Add: "in a sum with", ast.Sub: "in a difference with"}.get(type(parent.op), "as a factor of")
    return f" {kind} {other}"


def axis(value: object, scope: Scope) -> str:
    """An axis with what it counts, if that is known."""
    if value is None:
        return "all axes at once"
    if isinstance(value, int) and -len(scope.axes) <= value < len(scope.axes):
        return f"axis {value} ({scope.axes[value]})"
    return f"axis {value}"
