"""All that a training needs to go on bit for bit, as named arrays, and back.

The arrays of model, optimizer, average and best weights keep their names behind a prefix (`model/features.0.weight`).
What is not an array is one JSON text under the name `training`: Python writes floats so that they come back exactly.
"""

import dataclasses
import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from npaudio import nn
from npaudio.checkpoints import CheckpointError
from npaudio.training.averaging import SWA
from npaudio.training.history import History
from npaudio.training.run import Run

FORMAT = 1
PLACE = ("epoch", "step", "loss_sum", "n_seen", "lr")


def snapshot(run: Run) -> dict[str, np.ndarray]:
    """The training as it stands between two steps."""
    optimizer = run.optimizer.state_dict()
    arrays = {name: value for name, value in optimizer.items() if isinstance(value, np.ndarray)}
    state = {
        "format": FORMAT,
        "settings": settings(run),
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
    _refuse_other_settings(state["settings"], json.loads(json.dumps(settings(run))), path)
    _refuse_other_generators(set(state["generators"]), set(generators(run.model)), path)
    run.model.load_state_dict(_part("model", arrays))
    run.optimizer.load_state_dict({**state["optimizer"], **_part("optimizer", arrays)})
    if run.schedule is not None:
        run.schedule.load_state_dict(state["schedule"])
    if run.average is not None:
        run.average.count, run.average.weights = state["averaged"], _part("average", arrays)
    run.best.epoch, run.best.rank = state["best"]["epoch"], tuple(state["best"]["rank"])
    run.best.weights = _part("best", arrays)
    run.history = History.from_dict(state["history"])
    for name in PLACE:
        setattr(run, name, state["place"][name])
    for name, rng in generators(run.model).items():
        rng.bit_generator.state = state["generators"][name]


def settings(run: Run) -> dict[str, Any]:
    """What must be the same for a training to go on as if it had never stopped, as far as it can be compared.

    The number of epochs may grow, unless the learning rate or the average was planned for it.
    """
    x, y = run.batches.x, run.batches.y
    kind = None if run.average is None else run.average.kind
    planned = run.schedule is not None or isinstance(kind, SWA)
    return {
        "examples": f"{x.dtype} {x.shape}",
        "checksum of the targets": zlib.crc32(np.ascontiguousarray(y).tobytes()),
        "batch_size": run.batches.batch_size,
        "seed": run.batches.seed,
        "sampler": _name(run.batches.sampler),
        "augment": _name(run.batches.augment),
        "loss": _name(run.loss),
        "optimizer": _name(run.optimizer),
        "schedule": _name(run.schedule),
        "epochs": run.epochs if planned else None,
        "average": _name(kind),
        "clip_norm": run.clip_norm,
    }


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
            f"fit: {path!r} holds weights, but no training to resume; "
            "start from them with model.load_state_dict(load_checkpoint(path)) and another checkpoint="
        )
    state = json.loads(str(arrays["training"]))
    if state["format"] != FORMAT:
        raise CheckpointError(
            f"fit: {path!r} has format {state['format']}, this npaudio resumes format {FORMAT}; use the other version"
        )
    return state


def _refuse_other_settings(then: dict[str, Any], now: dict[str, Any], path: str) -> None:
    changed = [f"{name} was {then.get(name)}, now {value}" for name, value in now.items() if then.get(name) != value]
    if changed:
        raise ValueError(
            f"fit: {path!r} is of a training with other settings: {'; '.join(changed)}; "
            "pass what it was started with, or resume=False to start anew and overwrite it"
        )


def _refuse_other_generators(then: set[str], now: set[str], path: str) -> None:
    if then != now:
        raise ValueError(
            f"fit: {path!r} is of a network with random generators at {sorted(then) or 'no place'}, this one has them "
            f"at {sorted(now) or 'no place'}; build the network as it was"
        )


def _prefixed(prefix: str, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{prefix}/{name}": array for name, array in arrays.items()}


def _part(prefix: str, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    start = f"{prefix}/"
    return {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}


def _name(part: Any) -> str | None:
    """What to call a part, the same in every process: a dataclass by its settings, else a type or function by name."""
    if part is None or dataclasses.is_dataclass(part):
        return None if part is None else repr(part)
    return getattr(part, "__qualname__", type(part).__qualname__)


def _plain(value: Any) -> Any:
    """NumPy's numbers and arrays, which some bit generators have in their state, for JSON."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be saved in a checkpoint")
