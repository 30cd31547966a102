"""Check the arguments of `fit` before the training begins, and make the parts that they describe."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from npaudio import nn
from npaudio._core.checks import Check, all_finite, is_whole
from npaudio._core.types import Inputs, Targets
from npaudio.augment import Augmentation
from npaudio.nn.schedule import Schedule
from npaudio.training.averaging import EMA, SWA, RunningAverage
from npaudio.training.batches import Batches
from npaudio.training.evaluation import Metric, Validation
from npaudio.training.samplers import Sampler, Shuffled

MakeOptimizer = Callable[[Iterable[nn.Parameter]], nn.Optimizer]
MakeSchedule = Callable[..., Schedule]
HOW_TO_MAKE = "schedule=functools.partial(nn.OneCycle, max_lr=3e-3)"

check = Check("fit")


def network(model: object) -> nn.Module:
    """A model that has weights."""
    if not isinstance(model, nn.Module):
        raise check.error(f"model must be an nn.Module, got {_shown(model)}; put layers into nn.Sequential(...)")
    return model


def optional_count(value: object, name: str) -> int | None:
    """A whole number of at least 1, or None."""
    return None if value is None else check.whole_number(value, name)


def seed_number(seed: object) -> int:
    """A whole number of at least 0; a generator could not be rewound to an earlier step."""
    if is_whole(seed) and seed >= 0:
        return int(seed)
    raise check.error(f"seed must be a whole number of at least 0, got {seed!r}; draw one with rng.integers(2**32)")


def function(value: Any, name: str) -> Any:
    """Something to call, or None."""
    if value is not None and not callable(value):
        raise check.error(f"{name} must be a function, got {_shown(value)}; pass the function itself")
    return value


def made_batches(x: Any, y: Any, batch_size: int, sampler: Any, augment: Any, seed: int) -> Batches:
    """The batches to train on."""
    x, y = _examples(x, y)
    return Batches(
        x,
        y,
        batch_size=check.whole_number(batch_size, "batch_size"),
        sampler=Shuffled() if sampler is None else _sampler(sampler),
        augment=EachExample(augment) if isinstance(augment, Augmentation) else function(augment, "augment"),
        seed=seed_number(seed),
    )


def made_validation(data: Any, metric: Metric | None, patience: int | None, batch_size: int) -> Validation | None:
    """The validation, if there are data; metric and patience need them."""
    if data is None:
        if metric is not None or patience is not None:
            raise check.error("metric and patience need data to measure on; pass validation=(x_val, y_val)")
        return None
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise check.error(f"validation must be (x_val, y_val), got {type(data).__name__}")
    x, y = _examples(*data, name="validation")
    _require_finite(x)
    return Validation(x, y, metric=function(metric, "metric"), batch_size=check.whole_number(batch_size, "batch_size"))


def made_loss(loss: Any) -> nn.Loss:
    """The loss; cross entropy by default."""
    if loss is None:
        return nn.CrossEntropyLoss()
    made = _made(loss)
    if isinstance(made, type) or not callable(made) or not hasattr(made, "backward"):
        raise check.error(f"loss must be an nn.Loss, got {_shown(loss)}; pass for example nn.CrossEntropyLoss()")
    return made


def made_average(average: Any) -> RunningAverage | None:
    """The average of the weights, still empty; None if there is to be none."""
    if average is None:
        return None
    made = _made(average)
    if not isinstance(made, EMA | SWA):
        raise check.error(f"average must be training.EMA() or training.SWA(), got {_shown(average)}; pass one of them")
    return RunningAverage(made)


def made_optimizer(optimizer: nn.Optimizer | MakeOptimizer, model: nn.Module) -> nn.Optimizer:
    """The optimizer, made for the model unless it is one already; its parameters must be the model's."""
    if optimizer is None:
        raise check.error("optimizer must not be None; leave it out for nn.AdamW, or pass for example nn.SGD")
    made = optimizer
    if not isinstance(optimizer, nn.Optimizer):
        made = function(optimizer, "optimizer")(model.parameters())
    own = {id(parameter) for parameter in model.parameters()}
    if not isinstance(made, nn.Optimizer) or any(id(parameter) not in own for parameter in made.parameters):
        raise check.error("the optimizer has other parameters than the model; pass its class, as optimizer=nn.AdamW")
    return made


def made_schedule(
    schedule: Schedule | MakeSchedule | None, optimizer: nn.Optimizer, total_steps: int
) -> Schedule | None:
    """The schedule, made for the optimizer and the number of steps unless it is one already."""
    if schedule is None:
        return None
    made = schedule if isinstance(schedule, Schedule) else _make_schedule(schedule, optimizer, total_steps)
    if made.optimizer is not optimizer:
        raise check.error(f"the schedule belongs to another optimizer; pass how to make it: {HOW_TO_MAKE}")
    if made.total_steps != total_steps:
        there = f"made for {made.total_steps} steps, but there will be {total_steps}"
        raise check.error(f"the schedule is {there}; pass how to make it: {HOW_TO_MAKE}")
    return made


def _make_schedule(schedule: MakeSchedule, optimizer: nn.Optimizer, total_steps: int) -> Schedule:
    try:
        made = function(schedule, "schedule")(optimizer, total_steps=total_steps)
    except TypeError as error:
        raise check.error(f"the schedule cannot be made ({error}); give it what it needs: {HOW_TO_MAKE}") from error
    if not isinstance(made, Schedule):
        raise check.error(f"schedule made {_shown(made)}, expected a schedule; pass for example nn.OneCycle")
    return made


def _examples(x: Any, y: Any, *, name: str = "") -> tuple[Inputs, Targets]:
    """Inputs and targets as arrays of one length; a memory map is not read."""
    of = f" of {name}" if name else ""
    x, y = _array(x, f"x{of}"), _array(y, f"y{of}")
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y) or len(x) == 0:
        found = f"x{of} has shape {x.shape} and y {y.shape}"
        raise check.error(f"{found}, expected the same number of examples, at least one; give each example its target")
    if y.dtype.kind not in "biuf":
        cure = "for labels take np.unique(labels, return_inverse=True)[1]"
        raise check.error(f"y{of} is {y.dtype}, expected targets, integers or numbers; {cure}")
    return x, y


def _array(values: Any, name: str) -> np.ndarray:
    try:
        return check.array(values, name)
    except ValueError as error:
        if isinstance(values, np.ndarray):
            raise
        raise check.error(f"{name} holds examples of different shapes; cut or pad them, then np.stack") from error


def _require_finite(x: Inputs) -> None:
    """Refuse validation inputs with NaN or infinity: the loss on them would be NaN in every epoch."""
    if x.dtype.kind != "f" or all_finite(x):
        return
    bad = next(k for k, example in enumerate(x) if not all_finite(example))
    raise check.error(f"example {bad} of the validation x holds NaN or infinity; check its recording, or leave it out")


def _sampler(sampler: Any) -> Sampler:
    made = _made(sampler)
    if isinstance(made, type) or not callable(made):
        raise check.error(f"sampler must be one like training.ClassBalanced(), got {_shown(sampler)}; make one first")
    return made


@dataclass(frozen=True)
class EachExample:
    """Augment the examples of a batch one by one, each with its own random draws."""

    chain: Augmentation

    def __call__(self, x: Inputs, y: Targets, rng: np.random.Generator) -> tuple[Inputs, Targets]:
        """The batch, with unchanged targets."""
        changed = [self.chain(example, rng=rng) for example in x]
        if len({example.shape for example in changed}) > 1:
            raise check.error("augment gave examples of different lengths; end the chain with a random_crop")
        return np.stack(changed), y


def _made(part: Any) -> Any:
    """An object of a class that needs no arguments, if the class was given; everything else as it is."""
    try:
        return part() if isinstance(part, type) else part
    except TypeError:
        return part


def _shown(value: Any) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else repr(value)
