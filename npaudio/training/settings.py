"""The settings of a training as text, so that a resumed training can be compared with the one that was started.

A text must be the same in every process, whatever NumPy's print options are, and must not depend on what a part has
become since it was made: a loss may remember its last value, a counter may have counted.
"""

import functools
import inspect
import itertools
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from npaudio import nn
from npaudio._core.checks import Check
from npaudio.nn.schedule import Schedule
from npaudio.training.averaging import SWA
from npaudio.training.run import Run

START_AGAIN = "pass resume=False to start from the beginning and overwrite it"
LARGE = 2**26  # bytes; only some values of some rows of a larger array are read
SOME_ROWS, SOME_VALUES = 256, 2**12
LONGEST = 200  # characters of a setting in a message
LONGEST_LIST = 2000
DEEPEST = 8  # parts within parts; some contain each other
NO_SETTINGS = {"t", "k", "parameters"}  # attributes of optimizers and schedules: counters of steps, and parameters


def settings(run: Run) -> dict[str, Any]:
    """Everything that must be the same for a training to continue as if it had never stopped, if it can be compared.

    To be called before the first step. The number of epochs may grow, unless the learning rate or the average was
    planned for it, and the patience may change. Of an optimizer that has been used only the kind is compared, because
    its learning rate and momentum have changed.
    """
    batches, validation = run.batches, run.validation
    kind = None if run.average is None else run.average.kind
    planned = run.schedule is not None or isinstance(kind, SWA)
    fresh = {"optimizer": numbers(run.optimizer)} if run.optimizer.t == 0 else {}
    return {
        "network": described(run.model),
        "random generators": {name: type(rng.bit_generator).__name__ for name, rng in generators(run.model).items()},
        "x": fingerprint(batches.x),
        "y": fingerprint(batches.y),
        "batch_size": batches.batch_size,
        "seed": batches.seed,
        "sampler": described(batches.sampler),
        "augment": None if batches.augment is None else described(batches.augment),
        "loss": described(run.loss),
        "kind of optimizer": f"{type(run.optimizer).__qualname__} of {len(run.optimizer.parameters)} parameters",
        **fresh,
        "schedule": None if run.schedule is None else numbers(run.schedule),
        "epochs": run.epochs if planned else None,
        "average": None if kind is None else described(kind),
        "clip_norm": run.clip_norm,
        "validation x": None if validation is None else fingerprint(validation.x),
        "validation y": None if validation is None else fingerprint(validation.y),
        "metric": None if validation is None or validation.metric is None else validation.metric_name,
    }


def generators(model: nn.Module) -> dict[str, np.random.Generator]:
    """The random generators of a model, mostly those of its Dropout layers, under their paths.

    They are found among the attributes of its layers, and in lists, tuples and dicts there.
    """
    return {
        f"{path}.{name}": rng for path, module in model.named_modules() for name, rng in _generators_in(vars(module))
    }


def _generators_in(values: Mapping[Any, Any]) -> Iterator[tuple[str, np.random.Generator]]:
    for name, value in values.items():
        if isinstance(value, np.random.Generator):
            yield str(name), value
        elif isinstance(value, list | tuple | dict):
            inside = value if isinstance(value, dict) else dict(enumerate(value))
            yield from ((f"{name}.{path}", rng) for path, rng in _generators_in(inside))


def refuse_other_settings(then: dict[str, Any], now: dict[str, Any], path: str, *, used_optimizer: bool) -> None:
    """Refuse to continue a training with settings other than those it was started with, naming each."""
    now = json.loads(json.dumps(now))
    changed = [name for name in now if name in then and now[name] != then[name]]
    if not changed:
        return
    listed = "; ".join(f"{name} {_difference(then[name], now[name])}" for name in changed)
    cure = f"pass what it was started with, or {START_AGAIN}"
    if used_optimizer and "schedule" in changed:
        cure = "the optimizer has been used, and its learning rate has changed: make a new one"
    raise Check("fit").error(f"{path!r} is from a training with other settings: {listed}; {cure}")


def _difference(then: Any, now: Any) -> str:
    """Both, shortened; of texts with several lines, such as a network, the first line that differs."""
    if isinstance(then, str) and isinstance(now, str):
        lines = itertools.zip_longest(then.splitlines(), now.splitlines(), fillvalue="nothing")
        then, now = next(pair for pair in lines if pair[0] != pair[1])
    return f"was {shortened(then)}, now {shortened(now)}"


def described(part: Any, depth: int = DEEPEST) -> str:
    """A part by its repr, or by its qualified name and the arguments that it was made with.

    Those are the arguments of its `__init__` that it keeps as attributes of the same names. Arrays are described by
    checksums. The name alone describes a function, because an error in it may have been corrected since, a dataclass
    that is not frozen, because its fields may have changed, and anything more than `depth` parts deep.
    """
    inside = functools.partial(described, depth=depth - 1)
    if isinstance(part, np.generic):
        part = part.item()
    if part is None or isinstance(part, bool | int | float | str):
        return repr(part)
    if hasattr(part, "__qualname__"):
        return str(part.__qualname__)
    if depth == 0:
        return type(part).__qualname__
    if isinstance(part, np.ndarray):
        return inside(part.tolist()) if part.dtype.hasobject else fingerprint(part)
    if isinstance(part, list | tuple | set | frozenset | dict):
        return _collection(part, inside)
    if isinstance(part, functools.partial):
        given = [*map(inside, part.args), *filter(None, [_pairs(part.keywords, inside)])]
        return f"{inside(part.func)}({', '.join(given)})"
    if isinstance(part, nn.Module):
        return type(part).__qualname__ if " at 0x" in repr(part) else repr(part)
    kept = getattr(part, "__dict__", {})
    options = {name: kept[name] for name in _arguments(part) if name in kept}
    return f"{type(part).__qualname__}({_pairs(options, inside)})"


def _collection(part: Any, text_of: Callable[[Any], str]) -> str:
    """The entries of a list, set or dict; those of a set sorted, because its order differs between processes."""
    if isinstance(part, dict):
        return f"{{{_pairs(part, text_of)}}}"
    if isinstance(part, set | frozenset):
        return f"{{{', '.join(sorted(map(text_of, part)))}}}"
    return shortened(f"[{', '.join(map(text_of, part))}]", LONGEST_LIST)


def _pairs(options: dict[str, Any], text_of: Callable[[Any], str]) -> str:
    return ", ".join(f"{name}={text_of(value)}" for name, value in options.items())


def _arguments(part: Any) -> list[str]:
    """Names of the arguments that an object may have been made with."""
    kind = type(part)
    dataclass: Any = getattr(kind, "__dataclass_params__", None)
    if dataclass is not None and not dataclass.frozen:
        return []
    makers = [vars(cls)["__init__"] for cls in kind.__mro__[:-1] if "__init__" in vars(cls)]
    return list(dict.fromkeys(name for make in makers for name in list(inspect.signature(make).parameters)[1:]))


def numbers(part: nn.Optimizer | Schedule) -> str:
    """An optimizer or schedule by its numbers, without those that count steps."""
    options = {
        name: value
        for name, value in vars(part).items()
        if isinstance(value, int | float | tuple | list) and name not in NO_SETTINGS
    }
    return f"{type(part).__qualname__}({_pairs(options, described)})"


def fingerprint(array: np.ndarray) -> str:
    """Type, shape and checksum; of a large array, which may be a memory map, the checksum of parts of some rows."""
    checksum = 0
    if array.nbytes <= LARGE:
        checksum = zlib.crc32(array.tobytes())
    else:
        for row in np.unique(np.linspace(0, len(array) - 1, SOME_ROWS).astype(int)):
            checksum = zlib.crc32(array[row].reshape(-1)[:SOME_VALUES].tobytes(), checksum)
    return f"{array.dtype} {array.shape} with checksum {checksum:08x}"


def shortened(value: Any, longest: int = LONGEST) -> str:
    """A text, cut off and with its checksum if it is long."""
    text = str(value).strip()
    return text if len(text) <= longest else f"{text[:longest]}... with checksum {zlib.crc32(text.encode()):08x}"
