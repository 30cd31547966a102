"""All that a training needs to go on bit for bit, as named arrays, and back.

The arrays of model, optimizer, average and best weights keep their names behind a prefix (`model/features.0.weight`).
What is not an array is one JSON text under the name `training`: Python writes floats so that they come back exactly.
"""

import functools
import itertools
import json
import sys
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from npaudio import nn
from npaudio.checkpoints import CheckpointError
from npaudio.nn.schedule import Schedule
from npaudio.training.averaging import SWA
from npaudio.training.history import History
from npaudio.training.run import Run

FORMAT = 2
LARGE, SOME_ROWS = 2**26, 256  # bytes, and of what is larger so many rows are looked at
LONGEST = 200  # characters of a setting in a message
COUNTERS = {"t", "k"}  # of an optimizer and of a schedule
PLACE = ("epoch", "step", "loss_sum", "n_seen", "lr")


def snapshot(run: Run) -> dict[str, np.ndarray]:
    """The training as it stands between two steps."""
    optimizer = run.optimizer.state_dict()
    arrays = {name: value for name, value in optimizer.items() if isinstance(value, np.ndarray)}
    state = {
        "format": FORMAT,
        "settings": run.settings,
        "place": {name: getattr(run, name) for name in PLACE},
        "optimizer": {name: value for name, value in optimizer.items() if name not in arrays},
        "schedule": None if run.schedule is None else run.schedule.state_dict(),
        "averaged": 0 if run.average is None else run.average.count,
        "best": {"epoch": run.best.epoch, "rank": run.best.rank},
        "history": run.history.to_dict(),
        "generators": {name: rng.bit_generator.state for name, rng in generators(run.model).items()},
    }
    return {
        "training": np.array(json.dumps(state, default=_plain)),
        **_prefixed("model", run.model.state_dict()),
        **_prefixed("optimizer", arrays),
        **_prefixed("average", {} if run.average is None else run.average.weights),
        **_prefixed("best", run.best.weights),
    }


def restore(run: Run, arrays: Mapping[str, np.ndarray], *, path: str) -> None:
    """Put a training, made of the same parts, where it stood when the snapshot was taken.

    Raises
    ------
    CheckpointError
        The file holds no training.
    ValueError
        It is of a training with other settings, or of another network.
    """
    state = _read_state(arrays, path)
    _refuse_other_settings(state["settings"], run.settings, path)
    _refuse_other_generators(state["generators"], generators(run.model), path)
    before = run.model.state_dict()
    run.model.load_state_dict(_part("model", arrays))
    try:
        run.optimizer.load_state_dict({**state["optimizer"], **_part("optimizer", arrays)})
    except ValueError:
        run.model.load_state_dict(before)
        raise
    if run.schedule is not None:
        run.schedule.load_state_dict(state["schedule"])
    if run.average is not None:
        run.average.count, run.average.weights = state["averaged"], _part("average", arrays)
    run.best.epoch, run.best.rank = state["best"]["epoch"], tuple(state["best"]["rank"])
    run.best.weights = _part("best", arrays)
    run.history = History.from_dict(state["history"])
    for name in PLACE:
        setattr(run, name, state["place"][name])
    run.look_at_patience()  # which may be another now, and the number of epochs too
    for name, rng in generators(run.model).items():
        rng.bit_generator.state = state["generators"][name]


def settings(run: Run) -> dict[str, Any]:
    """What must be the same for a training to go on as if it had never stopped, as far as it can be compared.

    To be taken before the first step. The number of epochs may grow, unless the learning rate or the average was
    planned for it, and patience may change. An optimizer that has been used tells its kind only, since its learning
    rate and momentum have moved.
    """
    batches, validation = run.batches, run.validation
    kind = None if run.average is None else run.average.kind
    planned = run.schedule is not None or isinstance(kind, SWA)
    fresh = {"optimizer": options(run.optimizer)} if run.optimizer.t == 0 else {}
    return {
        "network": described(run.model),
        "x": fingerprint(batches.x),
        "y": fingerprint(batches.y),
        "batch_size": batches.batch_size,
        "seed": batches.seed,
        "sampler": described(batches.sampler),
        "augment": described(batches.augment),
        "loss": described(run.loss),
        "kind of optimizer": type(run.optimizer).__qualname__,
        **fresh,
        "schedule": options(run.schedule),
        "epochs": run.epochs if planned else None,
        "average": described(kind),
        "clip_norm": run.clip_norm,
        "validation x": None if validation is None else fingerprint(validation.x),
        "validation y": None if validation is None else fingerprint(validation.y),
        "metric": None if validation is None or validation.metric is None else validation.metric_name,
    }


def fingerprint(array: np.ndarray) -> str:
    """Type, shape, and a checksum; of a large array, which may be a memory map, that of some rows."""
    some = array if array.nbytes <= LARGE else array[np.linspace(0, len(array) - 1, SOME_ROWS).astype(int)]
    return f"{array.dtype} {array.shape} with checksum {zlib.crc32(np.ascontiguousarray(some).tobytes()):08x}"


def described(part: Any) -> str | None:
    """A part with its options, as far as it tells them, the same in every process; a function by its name."""
    if part is None:
        return None
    if isinstance(part, functools.partial):
        given = [f"{described(value)}" for value in part.args]
        given += [f"{name}={described(value)}" for name, value in part.keywords.items()]
        return f"{described(part.func)}({', '.join(given)})"
    if hasattr(part, "__qualname__"):
        return str(part.__qualname__)
    with np.printoptions(threshold=sys.maxsize, floatmode="unique"):  # arrays in full, or two would look the same
        text = repr(part)
    return type(part).__qualname__ if " at 0x" in text else text


def options(part: nn.Optimizer | Schedule | None) -> str | None:
    """An optimizer or schedule as it was made: its numbers, without those that count steps."""
    if part is None:
        return None
    numbers = {name: v for name, v in vars(part).items() if isinstance(v, int | float | tuple) and name not in COUNTERS}
    return f"{type(part).__qualname__}({', '.join(f'{name}={value!r}' for name, value in numbers.items())})"


def generators(model: nn.Module) -> dict[str, np.random.Generator]:
    """The random generators that a model holds, those of its Dropout layers above all, under their paths."""
    return {
        f"{path}.{name}": value
        for path, module in model.named_modules()
        for name, value in vars(module).items()
        if isinstance(value, np.random.Generator)
    }


def _read_state(arrays: Mapping[str, np.ndarray], path: str) -> dict[str, Any]:
    if "training" not in arrays:
        raise CheckpointError(
            f"fit: {path!r} holds weights or other arrays, but no training to resume; "
            "start from them with model.load_state_dict(load_checkpoint(path)) and another checkpoint="
        )
    try:
        state = json.loads(str(arrays["training"]))
        found = state["format"]
    except (ValueError, TypeError, KeyError) as error:
        raise CheckpointError(
            f"fit: {path!r} is no checkpoint of a training; pass another path as checkpoint="
        ) from error
    if found != FORMAT:
        raise CheckpointError(
            f"fit: {path!r} has format {found}, this npaudio resumes format {FORMAT}; use the other version, or "
            "resume=False to start anew and overwrite it"
        )
    return state


def _refuse_other_settings(then: dict[str, Any], now: dict[str, Any], path: str) -> None:
    now = json.loads(json.dumps(now))
    changed = [name for name in now.keys() & then.keys() if now[name] != then[name]]
    if changed:
        said = "; ".join(f"{name} {_difference(then[name], now[name])}" for name in now if name in changed)
        raise ValueError(
            f"fit: {path!r} is of a training with other settings: {said}; "
            "pass what it was started with, or resume=False to start anew and overwrite it"
        )


def _difference(then: Any, now: Any) -> str:
    """Both in short; of texts of several lines, such as a network, the first line that differs."""
    if isinstance(then, str) and isinstance(now, str):
        lines = itertools.zip_longest(then.splitlines(), now.splitlines(), fillvalue="nothing")
        then, now = next(pair for pair in lines if pair[0] != pair[1])
    return f"was {_short(then)}, now {_short(now)}"


def _short(value: Any) -> str:
    text = str(value).strip()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({zlib.crc32(text.encode()):08x})"


def _refuse_other_generators(then: dict[str, Any], now: dict[str, np.random.Generator], path: str) -> None:
    kinds_then = {name: state["bit_generator"] for name, state in then.items()}
    kinds_now = {name: rng.bit_generator.state["bit_generator"] for name, rng in now.items()}
    if kinds_then != kinds_now:
        raise ValueError(
            f"fit: {path!r} is of a network with random generators at {kinds_then or 'no place'}, this one has them "
            f"at {kinds_now or 'no place'}; build the network as it was"
        )


def _prefixed(prefix: str, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{prefix}/{name}": array for name, array in arrays.items()}


def _part(prefix: str, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    start = f"{prefix}/"
    return {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}


def _plain(value: Any) -> Any:
    """NumPy's numbers and arrays, which some bit generators have in their state, for JSON."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be saved in a checkpoint")
