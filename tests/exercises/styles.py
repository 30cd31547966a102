"""The same right answer in other styles: what the functions give back, and what they are, varies.

A style changes the solution's module from outside: results become lists or single precision, functions become objects
or decorated functions. Only the outermost call is changed, as in an answer whose own functions understand each other.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from exercises.checking.mutants import solution_of

Names = dict[str, Any]


def as_lists(value: Any) -> Any:
    """Arrays as nested lists."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return _inside(value, as_lists)


def single(value: Any) -> Any:
    """Numbers in single precision."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "fc":
        return value.astype(np.complex64 if value.dtype.kind == "c" else np.float32)
    return np.float32(value) if isinstance(value, float) else _inside(value, single)


def as_arrays(value: Any) -> Any:
    """Numbers as arrays without axes, arrays in Fortran's order."""
    if isinstance(value, np.ndarray):
        return np.asfortranarray(value) if value.ndim > 1 else value[::-1].copy()[::-1]
    return np.array(value) if isinstance(value, float) else _inside(value, as_arrays)


def other_types(value: Any) -> Any:
    """Decisions as whole numbers, whole numbers as real ones."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "bi":
        return value.astype(np.int16 if value.dtype.kind == "b" else np.float64)
    return _inside(value, other_types)


def read_only(value: Any) -> Any:
    """Arrays that nobody can change."""
    if isinstance(value, np.ndarray):
        value = value.view()
        value.flags.writeable = False
        return value
    return _inside(value, read_only)


def _inside(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: change(part) for key, part in value.items()}
    if type(value) in (tuple, list):
        return type(value)(change(part) for part in value)
    return value


def loud(value: Any) -> Any:
    """Something is printed on the way."""
    if not isinstance(value, int):  # the last line of run_tests is its own
        print("done", type(value).__name__)
    return value


class Callable_:
    """An object that can be called as the function that it keeps."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.__signature__ = inspect.signature(function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)


STYLES = {
    "lists": as_lists,
    "single precision": single,
    "arrays for numbers": as_arrays,
    "other types": other_types,
    "read-only arrays": read_only,
    "talking": loud,
}


def styled(exercise: str, change: Callable[[Any], Any]) -> Names:
    """The solution with what each of its functions gives back changed, single precision inside too."""
    names, depth = solution_of(exercise).names(), [0]
    keeps = ("conv2d_forward", "batch_norm_forward", "attention_forward")

    def outermost(function: Callable[..., Any], short: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def changed(*args: Any, **kwargs: Any) -> Any:
            depth[0] += 1
            try:
                value = function(*args, **kwargs)
            finally:
                depth[0] -= 1
            if depth[0] and change is not single:
                return value
            return (change(value[0]), value[1]) if short in keeps else change(value)

        return changed

    for name in solution_of(exercise).learners:
        owner, _, short = name.rpartition(".")
        if owner:
            setattr(names[owner], short, outermost(getattr(names[owner], short), short))
        else:
            names[short] = outermost(names[short], short)
    return names


def as_objects(exercise: str) -> Names:
    """Functions as objects that can be called; classes as subclasses."""
    names = solution_of(exercise).names()
    for name in solution_of(exercise).learners:
        owner, _, short = name.rpartition(".")
        if owner:
            names[owner] = type(owner, (names[owner],), {"__doc__": "mine"})
        else:
            names[short] = Callable_(names[short])
    return names


def on_copies(exercise: str) -> Names:
    """Functions that take nothing but lists of their inputs, and make arrays of them."""
    names = solution_of(exercise).names()

    def copied(value: Any) -> Any:
        return np.array(value.tolist(), dtype=value.dtype) if isinstance(value, np.ndarray) else value

    def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            return function(*map(copied, args), **{key: copied(value) for key, value in kwargs.items()})

        return call

    for name in solution_of(exercise).learners:
        owner, _, short = name.rpartition(".")
        if owner:
            setattr(names[owner], short, wrapped(getattr(names[owner], short)))
        else:
            names[short] = wrapped(names[short])
    return names
