"""The features of clips on disk: computed once, found again by what they were computed from.

Layout
------
cache_dir/RECIPE/recipe.txt      what the folder's name stands for, to be read by people
cache_dir/RECIPE/CLIP.npy        features of one clip; CLIP is a hash of its content, not of its name
cache_dir/RECIPE/TABLE.flat.npy  those of all clips of a data set, one after the other, read through a memory map

Every file is written under a temporary name and then renamed, so it is whole or not there, whoever is killed when. Two
runs that write the same file write the same bytes, so it does not matter who comes last. What was damaged all the same,
such as by a broken copy, does not open, and is computed again. The folder can be deleted at any time.
"""

import contextlib
import hashlib
import io
import math
import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from npaudio._replacing import replacing

FORMAT = 1
NAME_LENGTH = 32  # hexadecimal digits, 128 bits: two clips of one name are out of the question
LEFTOVER_AGE = 24 * 3600  # seconds after which a temporary file belongs to a process that was killed
CODE = (  # the signal house, the front ends, and what draws sounds
    "_[!_]*.py",
    "audio.py",
    "features.py",
    "frontend.py",
    "mel.py",
    "signals.py",
    "spectrum.py",
    "datasets/extraction.py",
    "datasets/scenes.py",
    "datasets/synthetic.py",
)
DAMAGED = (OSError, ValueError, EOFError, SyntaxError, TypeError)  # what a file cut anywhere may raise


class FeatureCache:
    """The folder of one recipe.

    Parameters
    ----------
    cache_dir : path
        Folder of all recipes; made if it is not there.
    recipe : str
        All that features depend on but the clip. The code that computes them is added here.
    """

    def __init__(self, cache_dir: str | os.PathLike[str], recipe: str) -> None:
        recipe = f"format {FORMAT}, code {code_hash()}\n{recipe}\n"
        self.folder = Path(cache_dir) / name_of(recipe)[:16]
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / "recipe.txt").exists():
            self._write(self.folder / "recipe.txt", [recipe.encode()])
        self._remove_leftovers()

    def read_clip(self, name: str) -> np.ndarray | None:
        """Features of a clip, mapped; None if they are not there, or damaged."""
        return _open(self.folder / f"{name}.npy")

    def shape(self, name: str) -> tuple[int, ...] | None:
        """Shape of the features of a clip; None if they are not there, or damaged."""
        clip = self.read_clip(name)
        return None if clip is None else clip.shape

    def write_clip(self, name: str, values: np.ndarray) -> None:
        """Keep the features of a clip."""
        values = np.ascontiguousarray(values)
        self._write(self.folder / f"{name}.npy", [_header(values.shape, values.dtype), values.tobytes()])

    def table(self, names: Sequence[str], shapes: Sequence[tuple[int, ...]]) -> np.ndarray:
        """Features of these clips as one flat mapped array; put together if it is not there, or not whole."""
        path = self.folder / f"{name_of(' '.join(names))}.flat.npy"
        size = sum(map(math.prod, shapes))
        flat = _open(path)
        if flat is None or flat.shape != (size,):
            self._put_together(path, names, size)
            flat = _open(path)
        if flat is None:
            raise OSError(f"FeatureCache: {str(path)!r} was written, but cannot be read; look at the disk")
        return flat

    def _put_together(self, path: Path, names: Sequence[str], size: int) -> None:
        """Copy the clips into one file, a clip at a time."""
        dtype = self._clip(names[0]).dtype
        content = (self._clip(name).astype(dtype, copy=False).tobytes() for name in names)
        self._write(path, [_header((size,), dtype)], content)

    def _clip(self, name: str) -> np.ndarray:
        """Features of a clip that was there a moment ago, read as a whole."""
        path = self.folder / f"{name}.npy"
        try:
            return np.load(path, allow_pickle=False)
        except DAMAGED as error:
            raise OSError(f"FeatureCache: {str(path)!r} vanished while it was read ({error}); run again") from error

    def _write(self, path: Path, *parts: Iterable[bytes]) -> None:
        """Write a file whole or not at all."""
        try:
            with replacing(path, caller="extract_features") as stream:
                for part in parts:
                    stream.writelines(part)
        except PermissionError:
            # Windows does not replace a file that another process has open: then it is there already, and the same.
            if os.name != "nt" or not path.is_file():
                raise

    def _remove_leftovers(self) -> None:
        """Temporary files of processes that were killed; those of processes at work are younger."""
        for path in self.folder.glob(".npaudio-*.tmp"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > LEFTOVER_AGE:
                    path.unlink()


def name_of(text: str) -> str:
    """A file name for any text: the same for the same text only."""
    return hashlib.sha256(text.encode()).hexdigest()[:NAME_LENGTH]


def code_hash() -> str:
    """Hash of the code that features depend on, so that whoever edits the mel filterbank gets new features."""
    folder = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(path for pattern in CODE for path in folder.glob(pattern)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:NAME_LENGTH]


def _open(path: Path) -> np.ndarray | None:
    """A mapped array, or None if it is not there or not whole: a file that is too short for its header does not map."""
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except DAMAGED:
        return None


def _header(shape: tuple[int, ...], dtype: np.dtype) -> bytes:
    """What a .npy file begins with."""
    stream = io.BytesIO()
    fields = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, fields)
    return stream.getvalue()
