"""Mutation operators for statements: one left out, = for +=, one of two branches, a loop that ends too early."""

import ast
from collections.abc import Iterator

from exercises.checking.mutants.phrases import thing
from exercises.checking.mutants.spots import Change, Spot, operator

PASS = ast.Pass()


@operator(ast.Assign, ast.AugAssign, ast.Expr, ast.If)
def a_step_less(spot: Spot) -> Iterator[Change]:
    """A statement left out, if the function can do without."""
    node = spot.node
    if isinstance(node, ast.If):
        yield PASS, f"you do not treat {_case(node.test, spot)} on its own"
    elif isinstance(node, ast.AugAssign):
        yield PASS, f"you leave out a step that changes {thing(node.target, spot.scope)}"
    elif isinstance(node, ast.Expr):
        yield PASS, f"you leave out {thing(node.value, spot.scope)}"
    elif isinstance(node, ast.Assign) and _again(node, spot):
        yield PASS, f"you leave out a step that changes {thing(node.targets[0], spot.scope)}"


def _again(node: ast.Assign, spot: Spot) -> bool:
    """Whether a name gets a second value, or a part of an array one: only then the rest can run without."""
    target = node.targets[0]
    if isinstance(target, ast.Subscript):
        return True
    return isinstance(target, ast.Name) and any(
        isinstance(other, ast.Name) and other.id == target.id for other in ast.walk(node.value)
    )


def _case(test: ast.expr, spot: Spot) -> str:
    if isinstance(test, ast.Compare):
        return _compared(test, spot)
    text = thing(test, spot.scope)
    return f"a case that meets {text}" if text.startswith("the condition") else f"the case of {text}"


def _compared(test: ast.Compare, spot: Spot) -> str:
    left, right = thing(test.left, spot.scope), thing(test.comparators[0], spot.scope)
    words = {
        ast.Lt: "below", ast.LtE: "at or below", ast.Gt: "above", ast.GtE: "at or above", ast.Eq: "equal to",
        ast.NotEq: "not equal to", ast.In: "in", ast.NotIn: "not in", ast.Is: "",
    }  # fmt: skip
    is_so = f"is {words.get(type(test.ops[0]), 'beside')} {right}"
    return f"the case that {left} {' '.join(is_so.split())}"


@operator(ast.AugAssign)
def another_update(spot: Spot) -> Iterator[Change]:
    """= for +=, - for +."""
    node = spot.node
    assert isinstance(node, ast.AugAssign)
    name = thing(node.target, spot.scope)
    yield ast.Assign([node.target], node.value), f"you overwrite {name} in each step instead of changing it"
    others = {
        ast.Add: (ast.Sub, "subtract from {} instead of adding to it"),
        ast.Mult: (ast.Add, "add to {} instead of multiplying it"),
    }
    if type(node.op) in others:
        op, words = others[type(node.op)]
        yield ast.AugAssign(node.target, op(), node.value), f"you {words.format(name)}"


@operator(ast.Assign)
def adding_up(spot: Spot) -> Iterator[Change]:
    """+= for = where a part of an array is set."""
    node = spot.node
    assert isinstance(node, ast.Assign)
    target = node.targets[0]
    if isinstance(target, ast.Subscript):
        yield (
            ast.AugAssign(target, ast.Add(), node.value),
            f"you add to {thing(target, spot.scope)} instead of setting it",
        )


@operator(ast.If)
def one_branch(spot: Spot) -> Iterator[Change]:
    """One of two branches, whatever the condition says."""
    node = spot.node
    assert isinstance(node, ast.If)
    test, case = node.test, _case(node.test, spot)
    yield ast.If(ast.Constant(True), node.body, node.orelse), f"you treat everything as {case}"
    yield ast.If(ast.UnaryOp(ast.Not(), test), node.body, node.orelse), f"you reverse the condition for {case}"


@operator(ast.IfExp)
def one_value(spot: Spot) -> Iterator[Change]:
    """One of two values, whatever the condition says."""
    node = spot.node
    assert isinstance(node, ast.IfExp)
    case = _case(node.test, spot)
    yield node.body, f"you treat everything as {case}"
    yield node.orelse, f"you do not treat {case} on its own"
    yield ast.IfExp(node.test, node.orelse, node.body), f"you reverse the condition for {case}"


@operator(ast.Call)
def one_of_two_choices(spot: Spot) -> Iterator[Change]:
    """np.where that takes the same side everywhere, or the wrong one."""
    node = spot.node
    assert isinstance(node, ast.Call)
    if getattr(node.func, "attr", "") == "where" and len(node.args) == 3:
        test, yes, no = node.args
        yield yes, f"you take {thing(yes, spot.scope)} everywhere"
        yield no, f"you take {thing(no, spot.scope)} everywhere"
        yield ast.Call(node.func, [test, no, yes], []), f"you exchange {thing(yes, spot.scope)} and the other value"


@operator(ast.For, ast.comprehension)
def a_round_less(spot: Spot) -> Iterator[Change]:
    """A loop that leaves out its first or its last round, or goes backwards."""
    node = spot.node
    assert isinstance(node, ast.For | ast.comprehension)
    items = ast.Call(ast.Name("list", ast.Load()), [node.iter], [])
    minus = ast.UnaryOp(ast.USub(), ast.Constant(1))
    for part, word in ((ast.Slice(None, minus), "last"), (ast.Slice(ast.Constant(1)), "first")):
        yield _loop(node, ast.Subscript(items, part, ast.Load())), f"you leave out the {word} round of a loop"


def _loop(node: ast.For | ast.comprehension, items: ast.expr) -> ast.AST:
    if isinstance(node, ast.For):
        return ast.For(node.target, items, node.body, node.orelse)
    return ast.comprehension(node.target, items, node.ifs, node.is_async)


@operator(ast.For)
def one_round(spot: Spot) -> Iterator[Change]:
    """A loop that stops after its first round, as with a return inside it."""
    node = spot.node
    assert isinstance(node, ast.For)
    yield (
        ast.For(node.target, node.iter, [*node.body, ast.Break()], node.orelse),
        "you stop a loop after its first round",
    )


@operator(ast.comprehension)
def no_choice(spot: Spot) -> Iterator[Change]:
    """A list without its condition, or with the opposite one."""
    node = spot.node
    assert isinstance(node, ast.comprehension)
    for i, test in enumerate(node.ifs):
        rest = [*node.ifs[:i], *node.ifs[i + 1 :]]
        words = thing(test, spot.scope)
        yield ast.comprehension(node.target, node.iter, rest, 0), f"you keep all items, whatever {words} says"
        turned = [*rest, ast.UnaryOp(ast.Not(), test)]
        yield ast.comprehension(node.target, node.iter, turned, 0), f"you keep just the items that {words} should drop"


@operator(ast.Continue)
def stop_instead(spot: Spot) -> Iterator[Change]:
    """Break for continue."""
    yield ast.Break(), "you end a loop where it should go on to the next round"
    yield PASS, "you go on with a round that should be skipped"


@operator(ast.Return)
def another_return(spot: Spot) -> Iterator[Change]:
    """The opposite truth value."""
    node = spot.node
    assert isinstance(node, ast.Return)
    if isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool):
        yield (
            ast.Return(ast.Constant(not node.value.value)),
            f"you return {not node.value.value} instead of {node.value.value}",
        )


@operator(ast.List, ast.Dict)
def an_item_less(spot: Spot) -> Iterator[Change]:
    """An item of a list or a dict left out."""
    node = spot.node
    if isinstance(node, ast.List) and len(node.elts) > 1:
        for i in range(len(node.elts)):
            yield ast.List([*node.elts[:i], *node.elts[i + 1 :]], ast.Load()), f"you leave out item {i + 1} of a list"
    if isinstance(node, ast.Dict):
        for i, key in enumerate(node.keys):
            rest = ast.Dict([*node.keys[:i], *node.keys[i + 1 :]], [*node.values[:i], *node.values[i + 1 :]])
            yield rest, f"you leave out {thing(key, spot.scope) if key else 'an item'}"
