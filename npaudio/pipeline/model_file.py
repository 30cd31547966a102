"""One file for a whole classifier: weights, recipe, labels, versions and the training record, without pickle.

The file is an `.npz` as `npaudio.checkpoints.save_checkpoint` writes it: the weights under `network.` and their PyTorch
names, and one text, `pipeline`, that holds everything else as JSON.
"""

import contextlib
import dataclasses
import json
import os
import platform
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from npaudio._core.version import __version__
from npaudio.checkpoints import CheckpointError, load_checkpoint, save_checkpoint
from npaudio.frontend import Frontend
from npaudio.training.snapshot import plain

FORMAT = 1
WEIGHTS = "network."


class ModelFileError(ValueError):
    """A file that is not a model of this package, is damaged, or was written by a newer version."""


def write_model(
    path: str | os.PathLike[str],
    kind: str,
    header: Mapping[str, Any],
    weights: Mapping[str, np.ndarray],
    *,
    dtype: np.typing.DTypeLike = np.float32,
) -> None:
    """Write a model.

    Parameters
    ----------
    path : str or path
        Ends in `.npz`.
    kind : str
        "classifier" or "detector".
    header : mapping
        Everything but the weights, as JSON takes it; front ends are taken too.
    weights : mapping from str to array
        `state_dict()` of the network.
    dtype : float32 or float16
        Of the floating-point weights in the file.
    """
    versions = {"npaudio": __version__, "numpy": np.__version__, "python": platform.python_version()}
    text = json.dumps({"format": FORMAT, "kind": kind, "versions": versions, **header}, default=_plain)
    stored = {name: array.astype(dtype) if array.dtype.kind == "f" else array for name, array in weights.items()}
    save_checkpoint(path, {"pipeline": np.array(text), **{WEIGHTS + name: array for name, array in stored.items()}})


def read_model(path: str | os.PathLike[str], kind: str | None = None) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Header and weights of a model file; float16 weights come as float32.

    Parameters
    ----------
    path : str or path
    kind : str, optional
        Refuse a model of another kind.

    Returns
    -------
    header : dict
    weights : dict from str to array

    Raises
    ------
    ModelFileError
        Naming what is wrong with the file.
    OSError
        There is no such file.
    """
    name = repr(os.fspath(path))
    if os.path.isdir(path):
        raise ModelFileError(f"{name} is a folder; pass the file that `save` wrote")
    try:
        arrays = load_checkpoint(path)
    except CheckpointError as error:
        raise ModelFileError(f"{name} is damaged or not a model ({error.__cause__ or error}); copy it again") from error
    except ValueError as error:
        raise ModelFileError(f"{name} is not a model of npaudio: models end in .npz") from error
    header = _header(name, arrays.pop("pipeline", None))
    if kind is not None and header.get("kind") != kind:
        raise ModelFileError(f"{name} holds a {header.get('kind')}, expected a {kind}")
    weights = {key.removeprefix(WEIGHTS): _float32(array) for key, array in arrays.items() if key.startswith(WEIGHTS)}
    return header, weights


@contextlib.contextmanager
def damage_told(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn what goes wrong with the entries of a model file into one error that names the file."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"has no entry {error}" if isinstance(error, KeyError) else f"has an entry that does not fit ({error})"
        raise ModelFileError(f"{os.fspath(path)!r} {what}; copy it again") from error


def frontend_of(settings: Mapping[str, Any]) -> Frontend:
    """The front end that was written as a mapping of its settings.

    Parameters
    ----------
    settings : mapping

    Returns
    -------
    Frontend
    """
    plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()}
    return Frontend(**plain)


def _header(name: str, entry: np.ndarray | None) -> dict[str, Any]:
    try:
        header = json.loads(str(entry)) if entry is not None and entry.dtype.kind == "U" else None
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{name} is damaged: its description is not JSON; copy it again") from error
    if not isinstance(header, dict) or not isinstance(header.get("format"), int):
        raise ModelFileError(f"{name} holds arrays, but is not a model of npaudio; make one with `npaudio train`")
    if header["format"] > FORMAT:
        raise ModelFileError(
            f"{name} has format {header['format']}, this is npaudio {__version__}, which knows up to {FORMAT}; "
            "install a newer npaudio"
        )
    return header


def _float32(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float32) if array.dtype == np.float16 else array


def _plain(value: Any) -> Any:
    """Plain values in place of what JSON does not know: settings of a front end, NumPy's numbers and arrays."""
    return dataclasses.asdict(value) if isinstance(value, Frontend) else plain(value)
