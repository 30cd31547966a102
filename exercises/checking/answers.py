"""The learner's module as the checks see it: read with care, looked up with care, every call guarded.

A file that can't be read, a name that is missing, a call that fails, changes its inputs or gives None back: each
becomes one sentence (`Wrong`). A call that meets `raise NotImplementedError` becomes `Todo`.
"""

import contextlib
import difflib
import inspect
import io
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from exercises.checking.calls import guarded_call, where_in
from exercises.checking.verdicts import Todo, Wrong

Calling = Callable[[str], None]


def read_answer(path: Path, source: str | None = None) -> dict[str, Any]:
    """Run a file of answers and return its names; `source` stands for the file's text if it is given.

    The file is compiled afresh, so that no outdated byte code can be in the way.
    """
    try:
        text = path.read_text(encoding="utf-8") if source is None else source
    except FileNotFoundError:
        raise Wrong(f"There is no file {path}. `python -m exercises reset {path.stem[2:4]}` makes it anew.") from None
    except UnicodeDecodeError:
        raise Wrong(f"{path.name} is not saved as UTF-8; tell your editor to save it so.") from None
    module = types.ModuleType(f"{path.parent.name}.{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # dataclasses look their module up here
    try:
        exec(compile(text, str(path), "exec"), module.__dict__)
    except SyntaxError as error:
        raise Wrong(_syntax(error, path)) from None
    except NotImplementedError:
        raise Todo("the module") from None
    except (Exception, SystemExit) as error:
        at = where_in(path, error)
        raise Wrong(f"{path.name} stops while it is read, with {type(error).__name__}: {error}{at}") from None
    return module.__dict__


def _syntax(error: SyntaxError, path: Path) -> str:
    line = (error.text or "").strip()
    shown = f": `{line}`" if line else ""
    return f"{path.name}, line {error.lineno}: Python can't read this line{shown} ({error.msg})."


class Answer:
    """The names of the learner's module; functions and classes come back guarded.

    Parameters
    ----------
    path : Path
        The file, for messages.
    names : dict
        What the module holds.
    calling : callable, optional
        Told the name of every function before it is called.
    """

    def __init__(self, path: Path, names: dict[str, Any], calling: Calling = lambda name: None) -> None:
        self._path, self._names, self._called = path, names, [""]
        self._report = calling

    def _calling(self, name: str) -> None:
        self._report(name)
        self._called.append(name)

    def __getattr__(self, name: str) -> Any:
        if name not in self._names:
            own = [key for key, value in self._names.items() if not key.startswith("__") and not _imported(value)]
            raise Wrong(_missing(name, own, self._path.name))
        value = self._names[name]
        kind = GuardedClass if inspect.isclass(value) else GuardedFunction  # what can't be called will say so
        return kind(value, name, self._path, self._calling)


def names_of(answer: Answer) -> dict[str, Any]:
    """What the answer's module holds, unguarded."""
    return answer._names


def last_called(answer: Answer) -> str:
    """The function that was called last."""
    return answer._called[-1]


def called(answer: Answer) -> list[str]:
    """All functions that were called."""
    return answer._called


def forget_calls(answer: Answer) -> None:
    """Before a check."""
    answer._called = [""]


class GuardedFunction:
    """A function of the learner's whose calls can go wrong in known ways only."""

    def __init__(self, function: Callable[..., Any], name: str, path: Path, calling: Calling) -> None:
        self._function, self._name, self._path, self._calling = function, name, path, calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        value = self._run(args, kwargs)
        if value is None:
            raise Wrong(f"{self._name} gives None back. Is a `return` missing at its end?")
        return value

    def printed(self, *args: Any, **kwargs: Any) -> str:
        """What the call prints; it may return anything."""
        with contextlib.redirect_stdout(io.StringIO()) as text:
            self._run(args, kwargs)
        return text.getvalue()

    def _run(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self._calling(self._name)
        return guarded_call(self._function, self._name, self._path, args, kwargs)


class GuardedClass(GuardedFunction):
    """A class of the learner's; its instances are guarded too."""

    def __call__(self, *args: Any, **kwargs: Any) -> "GuardedInstance":
        return GuardedInstance(self._run(args, kwargs), self._name, self._path, self._calling)


class GuardedInstance:
    """An instance of a class of the learner's: its methods are guarded, its attributes are looked up with care."""

    def __init__(self, thing: Any, name: str, path: Path, calling: Calling) -> None:
        self._thing, self._name, self._path, self._calling = thing, name, path, calling

    def __getattr__(self, name: str) -> Any:
        try:
            value = getattr(self._thing, name)
        except AttributeError:
            own = [key for key in dir(self._thing) if not key.startswith("__")]
            raise Wrong(_missing(name, own, f"The class {self._name}")) from None
        return GuardedFunction(value, name, self._path, self._calling) if callable(value) else value

    @contextlib.contextmanager
    def replaced(self, name: str, value: Any) -> Iterator[None]:
        """For a while the instance has another attribute, to see whether the rest goes by what that one says."""
        own = vars(self._thing).copy()
        setattr(self._thing, name, value)
        try:
            yield
        finally:
            vars(self._thing).clear()
            vars(self._thing).update(own)


def _imported(value: Any) -> bool:
    return inspect.ismodule(value)


def _missing(name: str, own: list[str], owner: str) -> str:
    near = difflib.get_close_matches(name, own, n=2, cutoff=0.6)
    told = f"{owner} has no {name!r}."
    if near:
        return f"{told} Did you mean to write {name!r} where it says {' or '.join(map(repr, near))}?"
    return f"{told} Keep the names of the skeleton; `python -m exercises reset` brings them back."
