"""Refuse in one sentence what no training can be made of, before it begins and not in the middle of the night."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from npaudio import nn
from npaudio.nn.schedule import Schedule

MakeOptimizer = Callable[[Iterable[nn.Parameter]], nn.Optimizer]
MakeSchedule = Callable[..., Schedule]


def examples(x: Any, y: Any, *, name: str = "") -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets as arrays of one length; a memory map is not read."""
    x, y = np.asarray(x), np.asarray(y)
    of = f" of {name}" if name else ""
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y) or len(x) == 0:
        raise ValueError(
            f"fit: x{of} has shape {x.shape} and y {y.shape}, expected the same number of examples, at least one"
        )
    if y.dtype.kind not in "biuf":
        raise ValueError(f"fit: y{of} is {y.dtype}, expected classes or numbers; count the classes from 0")
    return x, y


def positive(value: int | None, *, name: str) -> int | None:
    """A whole number of at least 1, or None."""
    if value is None or (isinstance(value, int | np.integer) and not isinstance(value, bool) and value >= 1):
        return None if value is None else int(value)
    raise ValueError(f"fit: {name} must be a whole number of at least 1, got {value!r}")


def required(value: int, *, name: str) -> int:
    """A whole number of at least 1."""
    checked = positive(value, name=name)
    if checked is None:
        raise ValueError(f"fit: {name} must be a whole number of at least 1, got None")
    return checked


def seed_number(seed: int) -> int:
    """A whole number of at least 0; a generator could not be wound back to any step."""
    if isinstance(seed, int | np.integer) and not isinstance(seed, bool) and seed >= 0:
        return int(seed)
    raise ValueError(f"fit: seed must be a whole number of at least 0, got {seed!r}; draw one with rng.integers(2**32)")


def made_optimizer(optimizer: nn.Optimizer | MakeOptimizer, model: nn.Module) -> nn.Optimizer:
    """The optimizer, made for the model unless it is there already; its parameters must be the model's."""
    made = optimizer if isinstance(optimizer, nn.Optimizer) else optimizer(model.parameters())
    own = {id(parameter) for parameter in model.parameters()}
    if not isinstance(made, nn.Optimizer) or any(id(parameter) not in own for parameter in made.parameters):
        raise ValueError(
            "fit: the optimizer moves other weights than those of the model; "
            "make it from model.parameters(), or pass its class, as optimizer=nn.AdamW"
        )
    return made


def made_schedule(
    schedule: Schedule | MakeSchedule | None, optimizer: nn.Optimizer, total_steps: int
) -> Schedule | None:
    """The schedule, made for the optimizer and the number of steps unless it is there already."""
    if schedule is None:
        return None
    made = schedule if isinstance(schedule, Schedule) else schedule(optimizer, total_steps=total_steps)
    if made.optimizer is not optimizer:
        raise ValueError(
            "fit: the schedule belongs to another optimizer; make it for the one that is passed, or pass how to make "
            "it, as schedule=functools.partial(nn.OneCycle, max_lr=3e-3)"
        )
    if made.total_steps != total_steps:
        raise ValueError(
            f"fit: the schedule is made for {made.total_steps} steps, but there will be {total_steps}; "
            "make it for that number, or pass how to make it, as schedule=functools.partial(nn.OneCycle, max_lr=3e-3)"
        )
    return made
