"""Arrays under names in one file: the weights of a network, or all that a training needs to go on.

    save_checkpoint("dog_detector.npz", model.state_dict())
    model.load_state_dict(load_checkpoint("dog_detector.npz"))

Conventions
-----------
The suffix of the path is the format; so far it is `.npz`, NumPy's own: a zip archive with one `.npy` file an array.
Only numbers, booleans and text are written and read, never pickled objects, so a checkpoint from a stranger can hold
wrong numbers but cannot run code. A file is written whole or not at all: whoever is killed, or finds the disk full,
leaves the old one as it was. The same arrays give the same bytes.
"""

import os
import zipfile
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

import numpy as np

from npaudio._core.atomic_write import replacing

Path = str | os.PathLike[str]


class CheckpointError(ValueError):
    """A file that is damaged, or is not the kind of checkpoint that is needed."""


def save_checkpoint(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write named arrays to a file, which takes the place of an older one only when it is complete.

    Parameters
    ----------
    path : str or path
        Ends in `.npz`; the folder must exist.
    arrays : mapping from str to array
        As from `model.state_dict()`: numbers, booleans or text.

    Raises
    ------
    ValueError
        An unknown suffix, or something that is no array of numbers or text.
    OSError
        The file cannot be written: no such folder, no permission, no space. A file that was there before is whole.
    """
    _, write = _format(path, caller="save_checkpoint")
    checked = {name: _checked_array(name, value) for name, value in arrays.items()}
    try:
        with replacing(path, caller="save_checkpoint") as stream:
            write(stream, checked)
            stream.flush()
            os.fsync(stream.fileno())  # a full disk, or a power cut, must not come after the old file is gone
    except OSError as error:
        error.add_note(f"save_checkpoint: {os.fspath(path)!r} is what it was before; see to the cause and save again")
        raise


def load_checkpoint(path: Path) -> dict[str, np.ndarray]:
    """Read all arrays of a file.

    Parameters
    ----------
    path : str or path
        Ends in `.npz`.

    Returns
    -------
    dict from str to np.ndarray
        In the order in which they were saved.

    Raises
    ------
    CheckpointError
        A damaged file, or one that holds pickled objects.
    ValueError
        An unknown suffix.
    OSError
        There is no such file, or it may not be read.
    """
    read, _ = _format(path, caller="load_checkpoint")
    with open(path, "rb") as stream:
        try:
            return read(stream)
        except Exception as error:  # damage comes to light as an exception of almost any kind
            raise CheckpointError(
                f"load_checkpoint: {os.fspath(path)!r} is damaged or holds something other than arrays "
                f"({type(error).__name__}: {error}); take another copy of it"
            ) from error


def _read_npz(stream: BinaryIO) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(stream) as archive:
        names = archive.namelist()
        arrays = {}
        for name in names:
            with archive.open(name) as member:
                arrays[name.removesuffix(".npy")] = np.lib.format.read_array(member, allow_pickle=False)
                if member.read(1):  # reading to the end is what makes zipfile compare the checksum
                    raise ValueError(f"{name} is longer than its array")
    return arrays


def _write_npz(stream: BinaryIO, arrays: Mapping[str, np.ndarray]) -> None:
    """The same as np.savez, but for names that are its own arguments, and for the date in the archive."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


Reader = Callable[[BinaryIO], dict[str, np.ndarray]]
Writer = Callable[[BinaryIO, Mapping[str, np.ndarray]], None]
FORMATS: dict[str, tuple[Reader, Writer]] = {".npz": (_read_npz, _write_npz)}


def _format(path: Path, *, caller: str) -> tuple[Reader, Writer]:
    """How a file of this suffix is read and written."""
    suffix = os.path.splitext(os.fspath(path))[1].lower()
    if suffix not in FORMATS:
        raise ValueError(
            f"{caller}: {os.fspath(path)!r} has the suffix {suffix!r}, expected {' or '.join(FORMATS)}; "
            "convert the file, or give it the suffix of what it is"
        )
    return FORMATS[suffix]


def _checked_array(name: str, value: Any) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in "biufcU":
        raise ValueError(
            f"save_checkpoint: {name!r} is {array.dtype}, expected numbers, booleans or text; "
            "save state_dict() of a model, not the model itself"
        )
    return array
