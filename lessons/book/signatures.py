"""How a function or class is called, in the words of its source: `y: Waveform` instead of what that stands for."""

import ast
import importlib
import inspect
import textwrap
from functools import reduce
from typing import Any

from book.highlight import highlighted

WIDTH = 96


def signature(member: Any) -> str:
    """The heading of a member of pdoc's tree in HTML: what to write to call it, or its name and type."""
    if member.kind == "class":
        text = _call(member.qualname, _constructor(member.obj))
    elif member.kind == "function":
        name = member.qualname.removesuffix(".__call__")
        text = _call(name if name == member.qualname else name.lower(), _definition(member.obj))
    else:
        value = reduce(getattr, member.qualname.split("."), importlib.import_module(member.modulename))
        kind = _definition(value.fget)[1] if isinstance(value, property) else ""
        text = member.qualname + (f": {kind}" if kind else "")
    return f'<pre class="signature" tabindex="0"><code>{highlighted(text)}</code></pre>'


def _definition(function: Any) -> tuple[list[str], str]:
    """Arguments and result in the words of the source."""
    function = inspect.unwrap(getattr(function, "__func__", function))
    node = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(node, ast.FunctionDef)
    arguments = [text for text in _arguments(node.args) if text.split(":")[0] not in ("self", "cls")]
    return arguments, ast.unparse(node.returns) if node.returns else ""


def _arguments(given: ast.arguments) -> list[str]:
    """Each argument with annotation and default, in order; `*` and `/` where they belong."""
    positional = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(positional) - len(given.defaults)) + list(given.defaults)
    texts = [_argument(arg, default) for arg, default in zip(positional, defaults, strict=True)]
    if given.vararg or given.kwonlyargs:
        texts.append(f"*{_argument(given.vararg, None)}" if given.vararg else "*")
    texts += [_argument(arg, default) for arg, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)]
    return [*texts, f"**{_argument(given.kwarg, None)}"] if given.kwarg else texts


def _argument(arg: ast.arg, default: ast.expr | None) -> str:
    kind = f": {ast.unparse(arg.annotation)}" if arg.annotation else ""
    if default is None:
        return arg.arg + kind
    return f"{arg.arg}{kind}{' = ' if kind else '='}{ast.unparse(default)}"


def _constructor(cls: type) -> tuple[list[str], str]:
    """Arguments of a class: of the first `__init__` that is written out, or the fields of a dataclass or tuple."""
    for base in cls.__mro__:
        made = vars(base).get("__init__")
        if inspect.isfunction(made) and made.__code__.co_filename != "<string>":
            return _definition(made)[0], ""
        if inspect.isfunction(made) or "_fields" in vars(base):
            return _fields(base), ""
    return [], ""


def _fields(cls: type) -> list[str]:
    """Name, type and default of what a dataclass or a named tuple holds."""
    node = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(node, ast.ClassDef)
    fields = (ast.unparse(part) for part in node.body if isinstance(part, ast.AnnAssign))
    by_name = [p.name for p in inspect.signature(cls).parameters.values() if p.kind is p.KEYWORD_ONLY]
    return ["*"] * bool(by_name) + [field for field in fields if "ClassVar" not in field]


def _call(name: str, definition: tuple[list[str], str]) -> str:
    """One line, or one line for each argument if that is too long."""
    arguments, result = definition
    end = f" -> {result}" if result else ""
    line = f"{name}({', '.join(arguments)}){end}"
    if len(line) <= WIDTH:
        return line
    return f"{name}(\n" + "".join(f"    {argument},\n" for argument in arguments) + f"){end}"
