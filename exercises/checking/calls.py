"""One call of a learner's function: what went in, what came out, and what went wrong, in a sentence."""

import contextlib
import copy
import inspect
import linecache
import re
import traceback
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from exercises.checking.verdicts import Failed, Todo, Wrong


def guarded_call(
    function: Callable[..., Any], name: str, path: Path, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Call `function`; turn what goes wrong into `Wrong` or `Todo`, and see that its inputs stay as they are."""
    named = _bind(function, name, args, kwargs)
    before = {key: _kept(value) for key, value in named.items() if isinstance(value, np.ndarray | list)}
    changed: list[str] = []
    try:
        value = _called(function, name, path, named, args, kwargs)
    finally:
        changed += [key for key, kept in before.items() if not _unchanged(named[key], kept)]
        _restore(named, {key: before[key] for key in changed})
    if changed:
        told = f"{name} changes its input {changed[0]}, which the caller still needs."
        raise Wrong(f"{told} Work on a copy: {_copied(changed[0])}.")
    return value


def _kept(value: Any) -> Any:
    return value.copy(order="K") if isinstance(value, np.ndarray) else copy.deepcopy(value)


def _called(
    function: Callable[..., Any],
    name: str,
    path: Path,
    named: dict[str, Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    try:
        return function(*args, **kwargs)
    except NotImplementedError:
        raise Todo(name) from None
    except (Wrong, Todo):
        raise
    except RecursionError:
        raise Failed(f"{name} calls itself without an end.") from None
    except (Exception, SystemExit) as error:
        told = f"{name} stopped with {type(error).__name__}: {error}{where_in(path, error)}"
        raise Failed(f"{told}\nIt was called with {told_arguments(named)}.{_advice(error)}") from None


ADVICE = {
    r"has no attribute 'trapz'": "NumPy 2 calls it np.trapezoid.",
    r"all input arrays must have the same shape": "The arrays that you put together differ in length.",
    r"inhomogeneous shape": "The rows that you put together differ in length.",
    r"broadcast together with shapes (?:\((\d+),\d+\) \(\1,\)|\((\d+),\) \(\2,\d+\))": (
        r"NumPy lines shapes up from the right: a vector of shape (\1\2,) has one number for each column."
        "\n"
        r"With [:, np.newaxis] its shape is (\1\2, 1), one number for each row."
    ),
    r"broadcast together with shapes \((\d+),\) \((\d+),\)": (
        r"Vectors of \1 and \2 numbers don't pair up. If you mean a table of shape (\1, \2), make the first a column:"
        " [:, np.newaxis]."
    ),
}


def _advice(error: BaseException) -> str:
    """What an error of NumPy means, where its words don't say so."""
    found = ((re.search(words, str(error)), advice) for words, advice in ADVICE.items())
    return next((f"\n{match.expand(advice)}" for match, advice in found if match), "")


def _restore(named: dict[str, Any], before: dict[str, Any]) -> None:
    """What a function changed is as it was: the check, and the checks after it, still need it."""
    for key, kept in before.items():
        where = ... if isinstance(kept, np.ndarray) else slice(None)
        with contextlib.suppress(ValueError, TypeError):  # read-only, or of another shape
            named[key][where] = kept


def _bind(function: Callable[..., Any], name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments by the names of the parameters; a sentence if they don't fit the function's first line."""
    if not callable(function):
        raise Wrong(f"{name} is {function!r}, not a function.")
    try:
        signature = _signature(function)
    except (TypeError, ValueError):
        return {f"argument {i + 1}": value for i, value in enumerate(args)} | kwargs
    try:
        return dict(zip(_places(function, len(args), tuple(kwargs)), args, strict=True)) | kwargs
    except TypeError as error:
        count = len(args) + len(kwargs)
        raise Wrong(
            f"{name}{signature} can't be called as the task says ({error}): the check passes {count} "
            f"argument{'' if count == 1 else 's'}. Keep the first line of the skeleton."
        ) from None


@lru_cache(maxsize=64)
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    """Kept, since a check may call a function some thousand times."""
    return inspect.signature(function)


@lru_cache(maxsize=64)
def _places(function: Callable[..., Any], count: int, keywords: tuple[str, ...]) -> list[str]:
    """The names of the parameters that so many arguments go to."""
    bound = _signature(function).bind(*range(count), **dict.fromkeys(keywords))
    names = [name for name in bound.arguments if name not in keywords]
    return (names + [f"argument {i + 1}" for i in range(len(names), count)])[:count]


def where_in(path: Path, error: BaseException) -> str:
    """Line of the learner's file in which the error arose, as the end of a sentence."""
    lines = [entry for entry in traceback.extract_tb(error.__traceback__) if entry.filename == str(path)]
    if not lines:
        return ""
    code = (lines[-1].line or linecache.getline(str(path), lines[-1].lineno or 0)).strip()
    return f"\nLine {lines[-1].lineno} of {path.name}" + (f": `{code}`" if code else ".")


def told_arguments(named: dict[str, Any]) -> str:
    """Such as: y = float64 array of shape (83,), n_fft = 16."""
    return ", ".join(f"{key} = {_told(value)}" for key, value in named.items()) or "no arguments"


def _told(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} array of shape {value.shape}"
    text = " ".join(repr(value).split())
    return text if len(text) <= 40 else f"{type(value).__name__} {text[:30]}..."


def _unchanged(now: Any, before: Any) -> bool:
    if isinstance(before, np.ndarray):
        same_type = isinstance(now, np.ndarray) and now.shape == before.shape and now.dtype == before.dtype
        return same_type and now.tobytes() == before.tobytes()
    if isinstance(before, list | tuple):
        return isinstance(now, list | tuple) and len(now) == len(before) and all(map(_unchanged, now, before))
    comparable = type(before).__eq__ is not object.__eq__  # a copy of an object may differ from it by being another
    return not comparable or bool(now == before)


def _copied(name: str) -> str:
    return f"{name} = {name}.copy()"
