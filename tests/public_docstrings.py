"""The public names, and their docstrings taken apart: sections in the manner of numpydoc, and the entries of each."""

import importlib
import inspect
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[1]
ROOMS = sorted({path.parent.name for path in (ROOT / "npaudio").glob("*/__init__.py")} - {"_core", "cli"})


@dataclass(frozen=True)
class Public:
    """A function, class or method that a user may call: its room, its name there, and the object."""

    room: str
    name: str
    value: object
    owner: type | None = None

    def __str__(self) -> str:
        return f"{self.room}.{self.name}"

    @property
    def function(self) -> object:
        """What runs when it is called."""
        value = self.value
        if isinstance(value, classmethod | staticmethod):
            return value.__func__
        return value.fget if isinstance(value, property) else value

    @property
    def is_class(self) -> bool:
        return inspect.isclass(self.value)

    @property
    def is_error(self) -> bool:
        """Errors and warnings: what they mean is all there is to say."""
        return self.is_class and issubclass(self.value, BaseException)

    @property
    def own_doc(self) -> str:
        doc = vars(self.value).get("__doc__") if self.is_class else self.function.__doc__
        return inspect.cleandoc(doc or "")

    @property
    def doc(self) -> str:
        """Its docstring; a method keeps what the same method of the classes above it promises, so theirs too."""
        if self.owner is None:
            return self.own_doc
        same = (vars(base).get(self.name.split(".")[1]) for base in self.owner.__mro__ if ours(base))
        docs = (Public(self.room, self.name, method).own_doc for method in same if method is not None)
        return "\n\n".join(docs).strip()

    @cached_property
    def sections(self) -> dict[str, str]:
        """Heading to text; what stands before the first heading under ""."""
        parts = re.split(r"(?m)^([A-Z][A-Za-z ]+)\n-{3,}\n", self.doc)
        found = {"": parts[0].strip()}
        for head, text in zip(parts[1::2], parts[2::2], strict=True):
            found[head] = f"{found.get(head, '')}\n{text}"
        return found

    def entries(self, *headings: str) -> dict[str, str]:
        """What sections list: name to type and description. What is returned has no name but its type."""
        found = {}
        for heading in headings:
            for entry in re.split(r"(?m)^(?=\S)", self.sections.get(heading, "")):
                head, _, text = entry.partition("\n")
                names, _, kind = head.partition(" :")
                alone = [names] if heading in ("Returns", "Yields") else names.split(",")
                found |= {name.strip("* "): f"{kind.strip()}\n{inspect.cleandoc(text)}" for name in alone if name}
        return found

    @property
    def parameters(self) -> list[str]:
        """Names of what a caller gives."""
        if self.is_error or isinstance(self.value, property):
            return []
        try:
            names = list(inspect.signature(self.function).parameters)
        except ValueError:  # a class whose constructor is written in C
            return []
        return [name for name in names if name not in ("self", "cls")]


def ours(thing: object) -> bool:
    """Whether a class or function is defined in the library."""
    return getattr(thing, "__module__", "").split(".")[0] == "npaudio"


@cache
def public_names() -> tuple[Public, ...]:
    """Everything callable that the rooms export, and the public methods of the classes among it."""
    found = []
    for room in ROOMS:
        module = importlib.import_module(f"npaudio.{room}")
        for name in module.__all__:
            value = getattr(module, name)
            if callable(value) and not isinstance(value, ModuleType):
                found.append(Public(room, name, value))
                found += methods(room, name, value) if inspect.isclass(value) else []
    return tuple(found)


@cache
def public_classes() -> frozenset[type]:
    """All classes that a room exports."""
    modules = [importlib.import_module(f"npaudio.{room}") for room in ROOMS]
    return frozenset(v for m in modules for v in map(m.__dict__.get, m.__all__) if inspect.isclass(v))


def methods(room: str, name: str, owner: type) -> list[Public]:
    """The public methods and properties of a class; not those that a public class above it has."""
    found = {}
    for base in filter(ours, owner.__mro__):
        if base is not owner and base in public_classes():
            continue
        for key, value in vars(base).items():
            is_method = inspect.isfunction(value) or isinstance(value, classmethod | staticmethod | property)
            if is_method and (key == "__call__" or not key.startswith("_")):
                found.setdefault(key, Public(room, f"{name}.{key}", value, owner))
    return list(found.values())


def top_level() -> list[Public]:
    """Functions and classes, each once, without errors and warnings."""
    return [p for p in public_names() if p.owner is None and not p.is_error and str(p) != "training.accuracy"]


def resolved(name: str, near: Public) -> object | None:
    """What a name in a docstring means: in the room, in the file, or by its full path; None if it means nothing."""
    module = importlib.import_module(f"npaudio.{near.room}")
    own = importlib.import_module(getattr(near.owner or near.value, "__module__", module.__name__))
    for place in (near.owner, module, own):
        found = _attribute(place, name)
        if found is not None:
            return found
    if name.split(".")[0] != "npaudio":
        return None
    return _attribute(importlib.import_module("npaudio"), name.partition(".")[2])


def _attribute(thing: object, path: str) -> object | None:
    for part in path.split("."):
        if isinstance(thing, ModuleType) and not hasattr(thing, part):
            try:
                thing = importlib.import_module(f"{thing.__name__}.{part}")
            except ModuleNotFoundError:
                return None
            continue
        thing = getattr(thing, part, None)
        if thing is None:
            return None
    return thing
