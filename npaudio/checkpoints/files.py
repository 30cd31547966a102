"""Named arrays in one file: the weights of a network, or everything that a training needs to continue.

    save_checkpoint("dog_detector.npz", model.state_dict())
    model.load_state_dict(load_checkpoint("dog_detector.npz"))

    with open_checkpoint("Cnn14.pth") as file:      # a network that others have trained
        print(file.entries["model.fc1.weight"].shape)

Conventions
-----------
The suffix of the path is the format: `.npz` (NumPy's own), `.safetensors` (Hugging Face's), and `.pth`, `.pt`, `.ckpt`
(PyTorch's, read only). Nothing in a file is ever run, so a checkpoint from a stranger can hold wrong numbers but no
code; what a file claims is checked before memory is reserved for it. A file is written whole or not at all: a killed
process or a full disk leaves the old one as it was. The same arrays give the same bytes.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Self

import numpy as np

from npaudio._core.atomic_write import replacing
from npaudio.checkpoints.npz import read_npz, write_npz
from npaudio.checkpoints.pth import read_pth
from npaudio.checkpoints.safetensors import read_safetensors, write_safetensors
from npaudio.checkpoints.stored_array import CheckpointError, Entry

Path = str | os.PathLike[str]
Reader = Callable[[BinaryIO], dict[str, Entry]]
Writer = Callable[[BinaryIO, Mapping[str, np.ndarray]], None]

READERS: dict[str, Reader] = {
    ".npz": read_npz,
    ".safetensors": read_safetensors,
    ".pth": read_pth,
    ".pt": read_pth,
    ".ckpt": read_pth,
}
WRITERS: dict[str, Writer] = {".npz": write_npz, ".safetensors": write_safetensors}


def save_checkpoint(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write named arrays to a file, which takes the place of an older one only when it is complete.

    Goes with lesson 05.

    Parameters
    ----------
    path : str or path
        Ends in `.npz` or `.safetensors`; the folder must exist.
    arrays : mapping from str to array
        As from `model.state_dict()`: numbers or booleans; with `.npz` also text.

    Raises
    ------
    ValueError
        An unknown suffix, or something that is not an array of numbers or text.
    OSError
        The file cannot be written: no such folder, no permission, no space. An earlier file is kept as it was.

    See Also
    --------
    load_checkpoint : reads it.
    npaudio.nn.Module : `state_dict()` gives the arrays.
    """
    write = _by_suffix(path, WRITERS, caller="save_checkpoint")
    checked = {name: _checked_array(name, value) for name, value in arrays.items()}
    try:
        with replacing(path, caller="save_checkpoint") as stream:
            write(stream, checked)
            stream.flush()
            os.fsync(stream.fileno())  # a full disk, or a power cut, must not come after the old file is gone
    except OSError as error:
        error.add_note(f"save_checkpoint: {os.fspath(path)!r} is unchanged; remove the cause and save again")
        raise


def load_checkpoint(path: Path) -> dict[str, np.ndarray]:
    """Read all arrays of a file.

    Used in lesson 05.

    Parameters
    ----------
    path : str or path
        Ends in `.npz`, `.safetensors`, `.pth`, `.pt` or `.ckpt`.

    Returns
    -------
    dict from str to np.ndarray
        In the order in which they were saved. Tables within tables of a PyTorch file have dotted names
        (`model.fc1.weight`). Half-precision numbers of `.safetensors` and PyTorch files are float32.

    Raises
    ------
    CheckpointError
        A damaged file, or one that holds something other than arrays; the message says what.
    ValueError
        An unknown suffix.
    OSError
        There is no such file, or it may not be read.

    See Also
    --------
    open_checkpoint : reads one array at a time.
    save_checkpoint : writes such a file.
    """
    with open_checkpoint(path, caller="load_checkpoint") as file:
        return {name: file.read(name) for name in file.entries}


def open_checkpoint(path: Path, *, caller: str = "open_checkpoint") -> "CheckpointFile":
    """Open a file and look at what is in it, without reading the arrays yet; use it in a `with` statement.

    Used in lesson 05.

    Parameters
    ----------
    path : str or path
        Ends in `.npz`, `.safetensors`, `.pth`, `.pt` or `.bin`.
    caller : str
        Name of the function, for error messages.

    Returns
    -------
    CheckpointFile
        Open until the end of the `with` statement.

    Raises
    ------
    CheckpointError
        An unknown ending, not a file of this format, or a damaged one.

    See Also
    --------
    load_checkpoint : reads everything at once.
    """
    return CheckpointFile(path, _by_suffix(path, READERS, caller=caller), caller)


class CheckpointFile:
    """An open file of named arrays, which are read one at a time.

    Used in lesson 05.

    Parameters
    ----------
    path : str or path
        The file.
    read : callable
        Reads the entries of this format, and returns them by name.
    caller : str
        Name of the function, for error messages.

    Attributes
    ----------
    entries : dict from str to Entry
        Shape and type of each array.

    Raises
    ------
    CheckpointError
        Not a file of this format, or a damaged one.

    See Also
    --------
    open_checkpoint : opens one.
    """

    def __init__(self, path: Path, read: Reader, caller: str) -> None:
        self.path, self.caller = os.fspath(path), caller
        self._stream = open(path, "rb")  # noqa: SIM115  closed by __exit__
        try:
            self.entries: dict[str, Entry] = self._guarded(read, self._stream)
        except BaseException:
            self._stream.close()
            raise

    def read(self, name: str) -> np.ndarray:
        """The array called `name`, in the shape and type that `entries` states."""
        entry = self.entries[name]
        return self.read_into(name, np.empty(entry.shape, entry.dtype))

    def read_into(self, name: str, out: np.ndarray) -> np.ndarray:
        """Copy the array called `name` into `out`, without holding it twice; ValueError if the shapes differ."""
        if out.shape != self.entries[name].shape:
            raise ValueError(f"{self.caller}: {name!r} has shape {self.entries[name].shape}, expected {out.shape}")
        self._guarded(self.entries[name].read_into, out)
        return out

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def _guarded(self, function: Callable[..., Any], argument: Any) -> Any:
        """Damage comes to light as an exception of almost any kind; all of them become one that tells what to do."""
        try:
            return function(argument)
        except Exception as error:
            kind = "" if isinstance(error, CheckpointError) else f"{type(error).__name__}: "
            raise CheckpointError(
                f"{self.caller}: {self.path!r} is damaged or holds something other than arrays "
                f"({kind}{str(error)[:500]}); take another copy of it"
            ) from error


def _by_suffix(path: Path, functions: Mapping[str, Any], *, caller: str) -> Any:
    """How a file of this suffix is read or written."""
    suffix = os.path.splitext(os.fspath(path))[1].lower()
    if suffix not in functions:
        raise ValueError(
            f"{caller}: {os.fspath(path)!r} has the suffix {suffix!r}, expected {' or '.join(functions)}; "
            "convert the file, or give it the suffix of what it is"
        )
    return functions[suffix]


def _checked_array(name: str, value: Any) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in "biufcU":
        raise ValueError(
            f"save_checkpoint: {name!r} is {array.dtype}, expected numbers, booleans or text; "
            "save state_dict() of a model, not the model itself"
        )
    return array
