"""All that a training needs to go on bit for bit, as named arrays, and back.

The arrays of model, optimizer, average and best weights keep their names behind a prefix (`model/features.0.weight`).
What is not an array is one JSON text under the name `training`: Python writes floats so that they come back exactly.
"""

import itertools
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from npaudio import nn
from npaudio.checkpoints import CheckpointError
from npaudio.training.averaging import SWA
from npaudio.training.describing import described, fingerprint, numbers, shortened
from npaudio.training.history import History
from npaudio.training.run import Run

FORMAT = 2
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
    _refuse_other_settings(state["settings"], run.settings, path, used_optimizer=run.optimizer.t > 0)
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
    fresh = {"optimizer": numbers(run.optimizer)} if run.optimizer.t == 0 else {}
    return {
        "network": described(run.model),
        "x": fingerprint(batches.x),
        "y": fingerprint(batches.y),
        "batch_size": batches.batch_size,
        "seed": batches.seed,
        "sampler": described(batches.sampler),
        "augment": None if batches.augment is None else described(batches.augment),
        "loss": described(run.loss),
        "kind of optimizer": type(run.optimizer).__qualname__,
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


def _refuse_other_settings(then: dict[str, Any], now: dict[str, Any], path: str, *, used_optimizer: bool) -> None:
    now = json.loads(json.dumps(now))
    changed = [name for name in now.keys() & then.keys() if now[name] != then[name]]
    if changed:
        said = "; ".join(f"{name} {_difference(then[name], now[name])}" for name in now if name in changed)
        cure = "pass what it was started with, or resume=False to start anew and overwrite it"
        if used_optimizer and "schedule" in changed:
            cure = "the optimizer has been used, and its learning rate has moved: make a new one"
        raise ValueError(f"fit: {path!r} is of a training with other settings: {said}; {cure}")


def _difference(then: Any, now: Any) -> str:
    """Both in short; of texts of several lines, such as a network, the first line that differs."""
    if isinstance(then, str) and isinstance(now, str):
        lines = itertools.zip_longest(then.splitlines(), now.splitlines(), fillvalue="nothing")
        then, now = next(pair for pair in lines if pair[0] != pair[1])
    return f"was {shortened(then)}, now {shortened(now)}"


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
