"""Put a probe to a version of an answer, and compare what two versions give."""

import copy
import importlib
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from exercises.checking.comparing import close

Names = Mapping[str, Any]


@dataclass(frozen=True)
class Probe:
    """One question.

    Parameters
    ----------
    function : str
        What is asked: "hann", or "MultiLabelEvaluator.compute_ap".
    inputs : callable
        Makes a tuple of valid inputs from a random generator. Those of the first probe of a function are what its
        known mistakes take.
    ask : callable
        Gets the module and the inputs, and gives the value.
    part : int or str, optional
        Which part of the function's result the value is.
    right : callable, optional
        Where a task leaves freedom: whether a value is right for these inputs, though it is not the solution's.
    uses : tuple of str
        Other functions that are called.
    view : callable, optional
        What of a value is compared, from the value and the inputs, such as the level of noise that is drawn.
    fixed : bool
        The question is always the same, so that it is asked once.
    """

    function: str
    inputs: Callable[[np.random.Generator], tuple[Any, ...]]
    ask: Callable[..., Any]
    part: int | str | None = None
    right: Callable[..., bool] | None = None
    uses: tuple[str, ...] = ()
    view: Callable[..., Any] | None = None
    fixed: bool = False

    def some(self, seeds: range) -> range:
        """The seeds of different inputs."""
        return seeds[:1] if self.fixed else seeds

    def draw(self, seed: int) -> tuple[Any, ...]:
        """Inputs number `seed`."""
        return copied(_drawn(self, seed))


@lru_cache(maxsize=8192)
def _drawn(probe: Probe, seed: int) -> Any:
    """The inputs themselves, which nobody may change."""
    return probe.inputs(np.random.default_rng([seed, 95]))


@dataclass(frozen=True)
class Raised:
    """What a version gives that stops with an error."""

    kind: str


@dataclass(frozen=True)
class Observed:
    """What a version gives, and which of its inputs it changed."""

    value: Any
    changed: tuple[int, ...] = ()


def observe(probe: Probe, names: Names, seed: int) -> Observed:
    """Ask a version, given by the names of its module. Whoever calls this keeps it quiet."""
    inputs = _drawn(probe, seed)
    passed = copied(inputs)
    try:
        value = probe.ask(types.SimpleNamespace(**names), *passed)
        value = value if probe.view is None else probe.view(value, *inputs)
    except (Exception, SystemExit) as error:
        return Observed(Raised(type(error).__name__))
    return Observed(value, tuple(i for i, kept in enumerate(inputs) if not _is_kept(passed[i], kept)))


def copied(value: Any) -> Any:
    """A copy that may be changed; for what probes draw it is quicker than `copy.deepcopy`."""
    if isinstance(value, np.ndarray):
        return value.copy(order="K")
    if type(value) in (tuple, list):
        return type(value)(map(copied, value))
    if isinstance(value, dict):
        return {key: copied(part) for key, part in value.items()}
    return value if isinstance(value, int | float | str | tuple) else copy.deepcopy(value)


def _is_kept(now: Any, before: Any) -> bool:
    """Whether an input is what it was, to the last bit."""
    if isinstance(before, np.ndarray):
        return now.shape == before.shape and now.tobytes() == before.tobytes()
    if type(before) in (tuple, list):
        return len(now) == len(before) and all(map(_is_kept, now, before))
    return isinstance(before, np.random.Generator) or bool(now == before)


def is_right(probe: Probe, seed: int, seen: Observed, right: Observed) -> bool:
    """Whether a version gives what the solution gives, or what the task allows beside it."""
    if agree(seen, right):
        return True
    if probe.right is None or isinstance(seen.value, Raised) or seen.changed:
        return False
    try:
        return probe.right(seen.value, *_drawn(probe, seed))
    except Exception:  # a wrong value need not have the form of a right one
        return False


def agree(one: Any, other: Any) -> bool:
    """Whether two values are the same: numbers within a tolerance, text to the letter, containers part by part."""
    if isinstance(one, Observed) and isinstance(other, Observed):
        return one.changed == other.changed and agree(one.value, other.value)
    if isinstance(one, dict) and isinstance(other, dict):
        return list(map(str, one)) == list(map(str, other)) and all(map(agree, one.values(), other.values()))
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return _agree_in_order(one, other)
    if isinstance(one, str | Raised | np.random.Generator) or isinstance(other, str | Raised) or one is None:
        return type(one) is type(other) and (isinstance(one, np.random.Generator) or one == other)
    return close(one, other)


def _agree_in_order(one: Any, other: Any) -> bool:
    if any(isinstance(part, list | tuple | dict | str | np.ndarray) for part in (*one, *other)):
        return len(one) == len(other) and all(map(agree, one, other))
    return close(one, other)


def probes_of(exercise: str, function: str | None = None, part: object = None) -> list[Probe]:
    """The probes of an exercise; of one function (its name, or that of a method alone); of one part of its result."""
    every: list[Probe] = importlib.import_module(f"exercises.checking.probes.{exercise}").PROBES
    if function is None:
        return every
    short = function.rpartition(".")[2]
    found = [probe for probe in every if probe.function.rpartition(".")[2] == short]
    return [probe for probe in found if part is None or probe.part in (None, part)]


def vocabulary(exercise: str) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """What axes and names of an exercise's solution are called."""
    module = importlib.import_module(f"exercises.checking.probes.{exercise}")
    return getattr(module, "AXES", {}), getattr(module, "WORDS", {})
