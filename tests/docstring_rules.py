"""What a public docstring must say, as CONTRIBUTING has it; `faults` lists what one lacks."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator

from tests.public_docstrings import Public, ours, resolved

UNITS = {
    **dict.fromkeys(("sr", "orig_sr", "target_sr", "fmin", "fmax", "frequency"), "Hz"),
    **dict.fromkeys(("duration", "t_collar", "hop_time", "time_resolution", "fade_in", "fade_out"), "second"),
    **dict.fromkeys(("snr", "gain_db", "top_db"), "dB"),
}
SHAPE = re.compile(r"\([^()]*\)|shape|as many|scalar|size")
AS_ELSEWHERE = re.compile(r"(?:[Aa]s (?:for|in) |[Aa]s |[Ss]ee |those of )`([\w.]+)`")
SOURCE = re.compile(
    r"librosa|PyTorch|torch|scikit-learn|sklearn|sed_eval|psds_eval|sed_scores_eval|Kaldi|SciPy|DCASE|NumPy|np\.(?!ndarray|random|float|int|zeros|ones|array)\w+"
    r"|[Tt]he article|article's|HTK|Slaney|PANNs|Hugging Face|TensorFlow"
    r"|[A-Z][\w-]+(?: et al\.| and [A-Z]\w+|, [A-Z]\w+ and [A-Z]\w+)? (?:19|20)\d\d"
)
WITH_SOURCE = {"spectrum", "mel", "features", "metrics", "nn", "models"}  # definitions that the field has


def faults(public: Public) -> list[str]:
    """What its docstring lacks, a few words for each; empty if nothing."""
    return [*_summary(public), *_parameters(public), *_returns(public), *_raises(public), *_source(public)]


def _summary(public: Public) -> Iterator[str]:
    first = public.doc.split("\n\n")[0]
    if not first:
        yield "no docstring"
    elif "\n" in first or not first.endswith((".", ":")):
        yield f"no summary of one line: {first!r}"


def _parameters(public: Public) -> Iterator[str]:
    for name in public.parameters:
        said = _said_of(name, public)
        if said is None:
            yield f"nothing on {name}"
        elif AS_ELSEWHERE.search(said):
            continue
        elif re.search(r"ndarray|\barray\b", said.split("\n")[0]) and not SHAPE.search(said):
            yield f"no shape of {name}"
        elif name in UNITS and not re.search(UNITS[name], said, re.IGNORECASE):
            yield f"no unit of {name}, {UNITS[name]}"


def _said_of(name: str, public: Public) -> str | None:
    """Type and description of a parameter. A method may name it in its text, or mean its class's."""
    places = [public, Public(public.room, public.owner.__name__, public.owner)] if public.owner else [public]
    for place in [*places, *_elsewhere(public)]:
        entries = place.entries("Parameters", "Attributes")
        if name in entries:
            return entries[name]
    sentence = re.search(rf"[^.;]*`\**{name}`[^.;]*", public.sections[""]) if public.owner else None
    return f"\n{sentence[0]}" if sentence else None


def _elsewhere(public: Public) -> list[Public]:
    """Where the text says that the parameters are told."""
    names = re.findall(r"[Pp]arameters(?:, \w+)*(?: and \w+)? are those of `([\w.]+)`", public.doc)
    return [Public(public.room, name, resolved(name, public)) for name in names if resolved(name, public) is not None]


def _returns(public: Public) -> Iterator[str]:
    """The summary of a method may tell what it returns."""
    if public.is_class or isinstance(public.value, property):
        return
    entries = public.entries("Returns", "Yields")
    returned = inspect.signature(public.function).return_annotation
    if not entries and public.owner is None and returned not in (None, "None"):
        yield "nothing on what it returns"
    for kind, text in entries.items():
        if re.search(r"ndarray|\barray\b", kind + text.split("\n")[0]) and not SHAPE.search(kind + text):
            yield f"no shape of what it returns: {kind}"


def _raises(public: Public) -> Iterator[str]:
    if public.is_error or isinstance(public.value, property) or not raises_value_error(public.function, public.owner):
        return
    in_text = re.search(r"\b\w*Error\b", public.sections[""]) if public.owner else None
    if (
        "Raises" not in public.sections
        and not in_text
        and not re.search(r"[Ee]rrors (?:are those of|as) `", public.doc)
    ):
        yield "it can raise ValueError"


def _source(public: Public) -> Iterator[str]:
    """The library, the paper or the article whose definition it is; of functions and classes that compute something."""
    is_result = public.is_class and not ({"forward", "step", "lr_at"} & set(dir(public.value)))
    if public.room in WITH_SOURCE and public.owner is None and not is_result and not SOURCE.search(public.doc):
        yield "no source"


def raises_value_error(function: object, owner: type | None = None, seen: set[object] | None = None) -> bool:
    """Whether a call can raise ValueError: `raise`, a check, or a function of the library that does, or a method."""
    seen = set() if seen is None else seen
    if function in seen:
        return False
    seen.add(function)
    return any(_raises_itself(node, part) or _calls_one_that_raises(node, part, owner, seen)
               for part in _code(function) for node in ast.walk(_tree(part)))  # fmt: skip


def _code(function: object) -> list[object]:
    """The function itself, or the constructors of a class."""
    if not inspect.isclass(function):
        return [function]
    made = [vars(base).get(name) for base in function.__mro__ if ours(base) for name in ("__init__", "__post_init__")]
    return [part for part in made if inspect.isfunction(part) and not part.__code__.co_filename.startswith("<")]


def _tree(function: object) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def _raises_itself(node: ast.AST, function: object) -> bool:
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        name = ast.unparse(node.exc.func)
        kind = inspect.unwrap(function).__globals__.get(name, getattr(__import__("builtins"), name, None))
        return name.endswith(".error") or (inspect.isclass(kind) and issubclass(kind, ValueError))
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and ast.unparse(called.value) in ("check", "_check", "self._checks")


def _calls_one_that_raises(node: ast.AST, function: object, owner: type | None, seen: set[object]) -> bool:
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        called = inspect.unwrap(function).__globals__.get(node.func.id)
    elif isinstance(node.func, ast.Attribute) and ast.unparse(node.func).startswith("self._"):
        called = getattr(owner, node.func.attr, None)
    elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        called = getattr(inspect.unwrap(function).__globals__.get(node.func.value.id), node.func.attr, None)
    else:
        return False
    called = getattr(called, "__func__", called)  # of a class method
    is_code = inspect.isfunction(called) or inspect.isclass(called)
    return is_code and ours(called) and called.__name__ != "Check" and raises_value_error(called, owner, seen)
