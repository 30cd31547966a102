"""Refuse in one sentence what no training can be made of, before it begins and not in the middle of the night."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from npaudio import nn
from npaudio._core.checks import check_positive
from npaudio.augment import Augmentation
from npaudio.nn.finite import all_finite
from npaudio.nn.schedule import Schedule
from npaudio.training.averaging import EMA, SWA
from npaudio.training.batches import Augment
from npaudio.training.samplers import Sampler

MakeOptimizer = Callable[[Iterable[nn.Parameter]], nn.Optimizer]
MakeSchedule = Callable[..., Schedule]


def examples(x: Any, y: Any, *, name: str = "") -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets as arrays of one length; a memory map is not read."""
    of = f" of {name}" if name else ""
    x, y = _array(x, f"x{of}"), _array(y, f"y{of}")
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y) or len(x) == 0:
        raise ValueError(
            f"fit: x{of} has shape {x.shape} and y {y.shape}, expected the same number of examples, at least one; give "
            "each example its target"
        )
    if y.dtype.kind not in "biuf":
        raise ValueError(
            f"fit: y{of} is {y.dtype}, expected classes or numbers; of names take "
            "np.unique(names, return_inverse=True)[1]"
        )
    return x, y


def _array(values: Any, name: str) -> np.ndarray:
    try:
        return np.asarray(values)
    except ValueError as error:
        raise ValueError(
            f"fit: {name} holds examples of different shapes; cut or pad them to one, then np.stack"
        ) from error


def refuse_non_finite(x: np.ndarray) -> None:
    """Refuse validation inputs with NaN or infinity: the loss on them would be NaN in every epoch."""
    if x.dtype.kind != "f" or all_finite(x):
        return
    bad = next(k for k, example in enumerate(x) if not all_finite(example))
    raise ValueError(
        f"fit: example {bad} of the validation x holds NaN or infinity; look at its recording, or leave it out"
    )


def network(model: Any) -> nn.Module:
    """A model that has weights."""
    if not isinstance(model, nn.Module):
        raise ValueError(f"fit: model must be an nn.Module, got {_shown(model)}; put layers into nn.Sequential(...)")
    return model


def function(value: Any, *, name: str) -> Any:
    """Something to call, or None."""
    if value is not None and not callable(value):
        raise ValueError(f"fit: {name} must be a function, got {_shown(value)}; pass the function itself")
    return value


def norm(value: float | None) -> float | None:
    """The longest that gradients may be: a number above 0, or None."""
    return None if value is None else check_positive(value, caller="fit", name="clip_norm")


def made_loss(loss: Any) -> nn.Loss:
    """The loss; cross entropy by default; of a class one with its defaults."""
    if loss is None:
        return nn.CrossEntropyLoss()
    made = _made(loss)
    if isinstance(made, type) or not callable(made) or not hasattr(made, "backward"):
        raise ValueError(f"fit: loss must be an nn.Loss, got {_shown(loss)}; pass such as nn.CrossEntropyLoss()")
    return made


def checked_average(average: Any) -> EMA | SWA:
    """What to average the weights by; of a class one with its defaults."""
    made = _made(average)
    if not isinstance(made, EMA | SWA):
        raise ValueError(
            f"fit: average must be training.EMA() or training.SWA(), got {_shown(average)}; pass one of them"
        )
    return made


def made_sampler(sampler: Any) -> Sampler:
    """The sampler; of a class one with its defaults."""
    made = _made(sampler)
    if isinstance(made, type) or not callable(made):
        raise ValueError(
            f"fit: sampler must be such as training.ClassBalanced(), got {_shown(sampler)}; make one first"
        )
    return made


def made_augment(augment: Any) -> Augment | None:
    """The function of a batch; a chain of augmentations for single sounds is done to each."""
    return EachExample(augment) if isinstance(augment, Augmentation) else function(augment, name="augment")


@dataclass(frozen=True)
class EachExample:
    """Augment the examples of a batch one by one, each with draws of its own."""

    chain: Augmentation

    def __call__(self, x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """The batch, with its targets as they were."""
        changed = [self.chain(example, rng=rng) for example in x]
        if len({example.shape for example in changed}) > 1:
            raise ValueError("fit: augment gave examples of different lengths; end the chain with a random_crop")
        return np.stack(changed), y


def _made(part: Any) -> Any:
    """Of a class that needs no arguments one with its defaults; everything else as it is."""
    try:
        return part() if isinstance(part, type) else part
    except TypeError:
        return part


def _shown(value: Any) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else repr(value)


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
    if optimizer is None:
        raise ValueError("fit: optimizer must not be None; leave it out for nn.AdamW, or pass such as nn.SGD")
    made = optimizer
    if not isinstance(optimizer, nn.Optimizer):
        made = function(optimizer, name="optimizer")(model.parameters())
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
    made = schedule if isinstance(schedule, Schedule) else _make_schedule(schedule, optimizer, total_steps)
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


def _make_schedule(schedule: MakeSchedule, optimizer: nn.Optimizer, total_steps: int) -> Schedule:
    try:
        made = function(schedule, name="schedule")(optimizer, total_steps=total_steps)
    except TypeError as error:
        raise ValueError(
            f"fit: the schedule cannot be made ({error}); give it what it needs, as "
            "schedule=functools.partial(nn.OneCycle, max_lr=3e-3)"
        ) from error
    if not isinstance(made, Schedule):
        raise ValueError(
            f"fit: schedule made {_shown(made)}, expected a schedule of npaudio.nn; pass such as nn.OneCycle"
        )
    return made
