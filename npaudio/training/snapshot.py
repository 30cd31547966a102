"""Everything that a training needs to continue bit for bit, as named arrays, and back.

Layout
------
model/..., optimizer/..., average/..., best/...   arrays under their own names: `model/features.0.weight`
training    the rest as one JSON text; Python writes floats so that reading them gives the same bits
checksums   of all other entries as one JSON text, {name: checksum}, compared before anything is restored
"""

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from npaudio.checkpoints import CheckpointError
from npaudio.training.history import History
from npaudio.training.run import Run
from npaudio.training.settings import START_AGAIN, generators, refuse_other_settings

FORMAT = 3
PLACE = ("epoch", "step", "loss_sum", "n_seen", "lr")

Arrays = Mapping[str, np.ndarray]


def snapshot(run: Run, settings: dict[str, Any]) -> dict[str, np.ndarray]:
    """The training as it is between two steps, with the settings that it was started with."""
    optimizer = run.optimizer.state_dict()
    arrays = {name: value for name, value in optimizer.items() if isinstance(value, np.ndarray)}
    state = {
        "format": FORMAT,
        "settings": settings,
        "place": {name: getattr(run, name) for name in PLACE},
        "optimizer": {name: value for name, value in optimizer.items() if name not in arrays},
        "schedule": None if run.schedule is None else run.schedule.state_dict(),
        "averaged": 0 if run.average is None else run.average.count,
        "best": {"epoch": run.best.epoch, "rank": run.best.rank},
        "history": run.history.to_dict(),
        "generators": {name: rng.bit_generator.state for name, rng in generators(run.model).items()},
    }
    return with_checksums(
        {
            "training": np.array(json.dumps(state, default=plain)),
            **_prefixed("model", run.model.state_dict()),
            **_prefixed("optimizer", arrays),
            **_prefixed("average", {} if run.average is None else run.average.weights),
            **_prefixed("best", run.best.weights),
        }
    )


def restore(run: Run, arrays: Arrays, settings: dict[str, Any], *, path: str) -> None:
    """Bring a training made of the same parts to the step at which the snapshot was taken.

    Raises
    ------
    CheckpointError
        The file holds no training, or an entry of it was changed.
    ValueError
        It is from a training with other settings, or of another network.
    """
    state = _read_state(arrays, path)
    _require_checksums(arrays, path)
    refuse_other_settings(state["settings"], settings, path, used_optimizer=run.optimizer.t > 0)
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
    run.check_patience()  # patience and the number of epochs may have been changed
    for name, rng in generators(run.model).items():
        rng.bit_generator.state = state["generators"][name]


def with_checksums(arrays: Arrays) -> dict[str, np.ndarray]:
    """The entries of a checkpoint, and one more with their checksums."""
    return {**arrays, "checksums": np.array(json.dumps(_checksums(arrays)))}


def _checksums(arrays: Arrays) -> dict[str, str]:
    """CRC-32 of the type, shape and values of each entry."""
    checksums = {}
    for name, array in arrays.items():
        kind = zlib.crc32(f"{array.dtype.str} {array.shape}".encode())
        checksums[name] = f"{zlib.crc32(np.ascontiguousarray(array).tobytes(), kind):08x}"
    return checksums


def _require_checksums(arrays: Arrays, path: str) -> None:
    """Refuse a checkpoint with an entry that is missing, new, or not what was saved."""
    now = _checksums({name: array for name, array in arrays.items() if name != "checksums"})
    try:
        then = dict(json.loads(str(arrays["checksums"])))
    except (KeyError, ValueError, TypeError):
        then, now = {"checksums": ""}, {}
    different = [name for name in {**then, **now} if then.get(name) != now.get(name)]
    if different:
        what = f"the entry {different[0]!r} was changed, added or removed"
        raise CheckpointError(f"fit: {path!r} is damaged: {what}; take another copy of it, or {START_AGAIN}")


def _read_state(arrays: Arrays, path: str) -> dict[str, Any]:
    what = f"fit: {path!r} is not a checkpoint of a training"
    if "training" not in arrays:
        cure = "if it holds weights, start from them with model.load_state_dict(load_checkpoint(path))"
        raise CheckpointError(f"{what}: it has no entry 'training'; {cure} and another checkpoint=")
    try:
        state: dict[str, Any] = json.loads(str(arrays["training"]))
        found = state["format"]
    except (ValueError, TypeError, KeyError) as error:
        cure = "pass another path as checkpoint="
        raise CheckpointError(f"{what}: its entry 'training' cannot be read; {cure}") from error
    if found != FORMAT:
        cure = f"use the version of npaudio that wrote it, or {START_AGAIN}"
        raise CheckpointError(f"fit: {path!r} has format {found} in its entry 'training', not {FORMAT}; {cure}")
    return state


def _prefixed(prefix: str, arrays: Arrays) -> dict[str, np.ndarray]:
    return {f"{prefix}/{name}": array for name, array in arrays.items()}


def _part(prefix: str, arrays: Arrays) -> dict[str, np.ndarray]:
    start = f"{prefix}/"
    return {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}


def plain(value: Any) -> Any:
    """NumPy's numbers and arrays, which some bit generators have in their state, for JSON."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be saved as JSON")
