"""The features of clips on disk, under names made of everything that they were computed from.

Layout
------
cache_dir/RECIPE/recipe.txt      the recipe in words, whose hash RECIPE is
cache_dir/RECIPE/CLIP.npy        features of one clip; CLIP is a hash of its content, not of its name
cache_dir/RECIPE/TABLE.flat.npy  those of all clips of a data set, one after the other, read through a memory map

Every file is written under a temporary name and then renamed, so a killed process never leaves a partial file under
the final name. Two runs that write the same file write the same bytes, so their order does not matter. A file of
features ends with a checksum, four bytes that NumPy does not read: a file that was damaged later, such as by a broken
copy, is recognized when it is opened, and computed again. The folder can be deleted at any time.
"""

import hashlib
import io
import itertools
import math
import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from npaudio._core.atomic_write import remove_leftovers, replacing
from npaudio._core.checks import Check

FORMAT = 2
NAME_LENGTH = 32  # hexadecimal digits, 128 bits: two different clips never get the same name in practice
LEFTOVER_AGE = 24 * 3600  # seconds after which a temporary file belongs to a process that was killed
PACKAGE = Path(__file__).parents[2]
# The code that features depend on: the foundation, the signal house and the front ends, and what draws sounds.
FOLDERS = ("_core", "audio", "features", "frontend", "mel", "signals", "spectrum")
SOUNDS = ("scene.py", "scene_sounds.py", "scenes.py", "synthetic.py")
MODULES = ("datasets/features/extraction.py", *(f"datasets/{name}" for name in SOUNDS), "sed/runs.py")
CHECKSUM_SIZE = 4  # bytes, of a CRC-32
BLOCK = 2**20


class FeatureCache:
    """The folder of one recipe.

    Parameters
    ----------
    cache_dir : path
        Folder of all recipes; created if it does not exist.
    recipe : str
        Everything that features depend on apart from the clip. The code that computes them is added here.
    """

    def __init__(self, cache_dir: str | os.PathLike[str], recipe: str) -> None:
        recipe = f"format {FORMAT}, code {code_hash()}\n{recipe}\n"
        self.folder = Path(cache_dir) / name_of(recipe)[:16]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            what = f"cache_dir {os.fspath(cache_dir)!r} is a file, or lies below one"
            raise Check("extract_features").error(f"{what}; pass a folder") from error
        if not (self.folder / "recipe.txt").exists():
            self._write(self.folder / "recipe.txt", [recipe.encode()])
        remove_leftovers(self.folder, older_than=LEFTOVER_AGE)

    def read_clip(self, name: str) -> np.ndarray | None:
        """Features of a clip; None if they are missing or damaged."""
        path = self.folder / f"{name}.npy"
        return np.load(path, allow_pickle=False) if _is_whole(path) else None

    def shape(self, name: str) -> tuple[int, ...] | None:
        """Shape of the features of a clip; None if they are missing or damaged."""
        clip = self.read_clip(name)
        return None if clip is None else clip.shape

    def write_clip(self, name: str, values: np.ndarray) -> None:
        """Save the features of a clip."""
        values = np.ascontiguousarray(values)
        content = [_header(values.shape, values.dtype), values.tobytes()]
        self._write(self.folder / f"{name}.npy", _with_checksum(content))

    def table(self, names: Sequence[str], shapes: Sequence[tuple[int, ...]]) -> np.ndarray:
        """Features of these clips as one flat memory map; the file is written if it is missing or damaged."""
        path = self.folder / f"{name_of(' '.join(names))}.flat.npy"
        size = sum(map(math.prod, shapes))
        if not _is_whole(path):
            self._put_together(path, names, size)
        return np.load(path, mmap_mode="r", allow_pickle=False)

    def _put_together(self, path: Path, names: Sequence[str], size: int) -> None:
        """Copy the clips into one file, a clip at a time."""
        dtype = self._clip(names[0]).dtype
        content = (self._clip(name).astype(dtype, copy=False).tobytes() for name in names)
        self._write(path, _with_checksum(itertools.chain([_header((size,), dtype)], content)))

    def _clip(self, name: str) -> np.ndarray:
        """Features of a clip that is known to be in the cache."""
        clip = self.read_clip(name)
        if clip is None:
            where = f"the cache {str(self.folder)!r}"
            raise OSError(f"extract_features: the clip {name!r} was removed from {where}; run again")
        return clip

    def _write(self, path: Path, parts: Iterable[bytes]) -> None:
        """Write a file completely or not at all."""
        try:
            with replacing(path, caller="extract_features") as stream:
                stream.writelines(parts)
        except PermissionError:
            # Windows does not replace a file that another process has open: if it is complete, it is the same.
            if os.name != "nt" or not (_is_whole(path) if path.suffix == ".npy" else path.is_file()):
                raise
        except OSError as error:
            where = f"the cache {str(path.parent)!r} cannot be written; the files in it are intact"
            error.add_note(f"extract_features: {where}; free some space, or pass another cache_dir")
            raise


def name_of(text: str) -> str:
    """A file name for any text; different texts have different names."""
    return hashlib.sha256(text.encode()).hexdigest()[:NAME_LENGTH]


def code_hash(package: Path = PACKAGE) -> str:
    """Hash of the code that features depend on, so that an edited mel filterbank makes new features."""
    digest = hashlib.sha256()
    paths = [path for folder in FOLDERS for path in sorted((package / folder).rglob("*.py"))]
    for path in [*paths, *(package / module for module in MODULES)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:NAME_LENGTH]


def _is_whole(path: Path) -> bool:
    """Whether a file of features exists and ends with the checksum of the bytes before."""
    try:
        with open(path, "rb") as stream:
            rest = os.fstat(stream.fileno()).st_size - CHECKSUM_SIZE
            checksum = 0
            while rest > 0 and (block := stream.read(min(BLOCK, rest))):
                checksum = zlib.crc32(block, checksum)
                rest -= len(block)
            return rest == 0 and stream.read() == _as_bytes(checksum)
    except OSError:
        return False


def _with_checksum(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The parts of a file, and then their checksum."""
    checksum = 0
    for part in parts:
        checksum = zlib.crc32(part, checksum)
        yield part
    yield _as_bytes(checksum)


def _as_bytes(checksum: int) -> bytes:
    return checksum.to_bytes(CHECKSUM_SIZE, "little")


def _header(shape: tuple[int, ...], dtype: np.dtype) -> bytes:
    """The header of a .npy file."""
    stream = io.BytesIO()
    fields = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, fields)
    return stream.getvalue()
