"""PyTorch's files, without PyTorch: `.pth`, `.pt` and `.ckpt` files in the zip format and in the older one.

A PyTorch file is a pickle in which each tensor is a call of `torch._utils._rebuild_tensor_v2` with a reference to its
storage, the raw numbers, which lie outside the pickle:

    zip format (since 1.6)      a zip archive with `data.pkl` and one member `data/KEY` for each storage
    older format                five pickles (a magic number, a version, the system, the object, the keys of the
                                storages), then for each key eight bytes with the count and the raw numbers

The pickle is read by a machine of our own that knows just the names of `NAMES` (see `restricted_pickle`).

Conventions: tables within tables become dotted names, `{"model": {"fc1.weight": ...}}` gives `model.fc1.weight`;
numbers become arrays without axes; everything else (text, objects) is left out.
"""

import io
import math
import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import numpy as np

from npaudio.checkpoints.restricted_pickle import LONGEST_PICKLE, Opaque, read_pickle
from npaudio.checkpoints.stored_array import (
    STORED,
    CheckpointError,
    Checksum,
    Entry,
    InMemory,
    StoredArray,
    checked_shape,
)
from npaudio.checkpoints.zip_members import Member, members

MAGIC = 0x1950A86A20F9469CFC6C  # the first pickle of the older format
VERSION = 1001
DEEPEST, MOST_LEAVES = 32, 1_000_000
SHARED_TIMES = 4  # tensors may share storages, but not so often that reading them fills the memory

STORAGES = {
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
}


@dataclass(frozen=True)
class StorageKind:
    """The class of a storage, which says how its numbers are stored."""

    kind: str


@dataclass(frozen=True)
class Storage:
    """Raw numbers outside the pickle."""

    key: str
    kind: str
    count: int


@dataclass(frozen=True)
class Tensor:
    """A view of a storage: element (i, j, ...) is number offset + i · strides[0] + j · strides[1] + ..."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True)
class Turned:
    """A tensor whose elements do not lie in reading order, such as a transposed one."""

    whole: StoredArray
    tensor: Tensor

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the tensor."""
        return self.tensor.shape

    @property
    def dtype(self) -> np.dtype:
        """Type that it is read as."""
        return self.whole.dtype

    def read_into(self, out: np.ndarray) -> None:
        """Read the whole storage, and pick the elements."""
        numbers = np.empty(self.whole.shape, self.dtype)
        self.whole.read_into(numbers)
        strides = [stride * numbers.itemsize for stride in self.tensor.strides]
        out[...] = np.lib.stride_tricks.as_strided(numbers[self.tensor.offset :], self.shape, strides)


def read_pth(file: BinaryIO) -> dict[str, Entry]:
    """The tensors and numbers of a file under dotted names."""
    is_zip = file.read(4) == b"PK\x03\x04"
    file.seek(0)
    value, places = _read_zip(file) if is_zip else _read_older(file)
    entries = {name: _entry(leaf, places) for name, leaf in _leaves(value)}
    _require_reasonable(entries, os.fstat(file.fileno()).st_size)
    return entries


Places = Callable[[Storage], StoredArray]


def _read_zip(file: BinaryIO) -> tuple[Any, Places]:
    archive = zipfile.ZipFile(file)
    found = members(archive, file)
    roots = [name.removesuffix("data.pkl") for name in found if name == "data.pkl" or name.endswith("/data.pkl")]
    if len(roots) != 1:
        raise CheckpointError("it is a zip archive, but not one that PyTorch wrote: it lacks one data.pkl")
    root = roots[0]
    if f"{root}byteorder" in found and _unzipped(archive, found[f"{root}byteorder"]) != b"little":
        raise CheckpointError("its numbers are stored big-endian")
    value = read_pickle(io.BytesIO(_unzipped(archive, found[f"{root}data.pkl"])), NAMES, _storage)

    def place(storage: Storage) -> StoredArray:
        member = found.get(f"{root}data/{storage.key}")
        n_bytes = storage.count * STORED[storage.kind][0].itemsize
        if member is None or member.offset is None or member.size != n_bytes:
            raise CheckpointError(f"storage {storage.key[:20]!r} of {n_bytes:,} bytes is missing or has another size")
        return StoredArray(file, member.offset, (storage.count,), storage.kind, Checksum(0, member.info.CRC))

    return value, place


def _unzipped(archive: zipfile.ZipFile, member: Member) -> bytes:
    if member.size > LONGEST_PICKLE:
        raise CheckpointError(f"{member.info.filename[:100]!r} has {member.size:,} bytes, far more than names need")
    return archive.read(member.info)


def _read_older(file: BinaryIO) -> tuple[Any, Places]:
    stream = io.BytesIO(file.read(min(LONGEST_PICKLE, os.fstat(file.fileno()).st_size)))
    storages: dict[str, Storage] = {}

    def collect(reference: Any) -> Storage:
        storage = _storage(reference)
        if storages.setdefault(storage.key, storage) != storage:
            raise CheckpointError(f"storage {storage.key[:20]!r} is described twice")
        return storage

    magic, version, _, value, keys = (read_pickle(stream, NAMES, collect) for _ in range(5))
    if magic != MAGIC or version != VERSION or not isinstance(keys, list) or sorted(map(str, keys)) != sorted(storages):
        raise CheckpointError("it is neither a zip archive nor PyTorch's older format")
    offsets = _older_offsets(file, stream.tell(), [storages[key] for key in keys])
    return value, lambda storage: StoredArray(file, offsets[storage.key], (storage.count,), storage.kind)


def _older_offsets(file: BinaryIO, position: int, storages: list[Storage]) -> dict[str, int]:
    """Where each storage begins: eight bytes, its count, after the end of the one before."""
    offsets, file_size = {}, os.fstat(file.fileno()).st_size
    for storage in storages:
        file.seek(position)
        count = int.from_bytes(file.read(8), "little", signed=True)
        offsets[storage.key] = position + 8
        position += 8 + storage.count * STORED[storage.kind][0].itemsize
        if count != storage.count or position > file_size:
            raise CheckpointError(f"storage {storage.key[:20]!r} is cut off, or has another size than its tensors say")
    return offsets


def _storage(reference: Any) -> Storage:
    """From ("storage", class, key, device, count, ...) as PyTorch writes it."""
    if not isinstance(reference, tuple) or len(reference) < 5 or reference[0] != "storage":
        raise CheckpointError("its pickle refers to something outside that is not a storage")
    _, kind, key, _, count, *view = reference
    if not isinstance(kind, StorageKind) or not isinstance(key, str) or (view and view[0] is not None):
        raise CheckpointError("its pickle describes a storage in an unknown way")
    return Storage(key, kind.kind, *checked_shape([count], f"storage {key}"))


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> Tensor:
    """What `torch._utils._rebuild_tensor_v2` is called with, if all of it lies inside the storage."""
    if not isinstance(storage, Storage):
        raise CheckpointError("its pickle makes a tensor of something that is not a storage")
    shape, strides = checked_shape(shape, "a tensor"), checked_shape(strides, "strides")
    (offset,) = checked_shape([offset], "offset")
    last = offset + sum((n - 1) * stride for n, stride in zip(shape, strides, strict=True))
    if math.prod(shape) and (last >= storage.count or math.prod(shape) > storage.count):
        raise CheckpointError(f"a tensor of shape {shape} reaches beyond its storage of {storage.count:,} numbers")
    return Tensor(storage, offset, shape, strides)


def _table(*pairs: Any) -> dict[Any, Any]:
    if pairs and pairs[0]:
        raise CheckpointError("its pickle makes an OrderedDict in an unknown way")
    return {}


# All names that a pickle may ask for, and what takes their place here. NumPy's appear in the state of samplers and
# schedules; such objects are recognized, and not read.
NAMES: dict[str, Any] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": lambda data, *_: data,
    "torch.Size": lambda values=(): tuple(values),
    "collections.OrderedDict": _table,
    **{f"torch.{name}": StorageKind(kind) for name, kind in STORAGES.items()},
    **{
        name: Opaque(name)
        for package in ("numpy.core.multiarray", "numpy._core.multiarray")
        for name in (f"{package}._reconstruct", f"{package}.scalar")
    },
    **{name: Opaque(name) for name in ("numpy.ndarray", "numpy.dtype", "_codecs.encode")},
}


def _leaves(value: Any) -> Iterator[tuple[str, Any]]:
    """Tensors and numbers in tables and lists, with their dotted names."""
    waiting, visited = [("", value, 0)], 0
    while waiting:
        name, value, depth = waiting.pop()
        visited += 1
        if depth > DEEPEST or visited > MOST_LEAVES:
            raise CheckpointError("its tables are nested too deeply, or have too many entries")
        if isinstance(value, dict | list | tuple):
            items = value.items() if isinstance(value, dict) else enumerate(value)
            inner = [(f"{name}.{key}" if name else str(key), part, depth + 1) for key, part in items]
            waiting += inner[::-1]
        elif isinstance(value, Tensor) or _is_number(value):
            yield name, value


def _is_number(value: Any) -> bool:
    return isinstance(value, bool | float) or (isinstance(value, int) and -(2**63) <= value < 2**63)


def _entry(leaf: Any, places: Places) -> Entry:
    if not isinstance(leaf, Tensor):
        return InMemory(np.asarray(leaf))
    whole = places(leaf.storage)
    if not _in_reading_order(leaf):
        return Turned(whole, leaf)
    offset = whole.offset + leaf.offset * STORED[whole.kind][0].itemsize
    covers_all = math.prod(leaf.shape) == leaf.storage.count
    return replace(whole, offset=offset, shape=leaf.shape, checksum=whole.checksum if covers_all else None)


def _in_reading_order(tensor: Tensor) -> bool:
    """Whether the last index runs fastest; the stride of an axis of length 1 means nothing."""
    expected = [math.prod(tensor.shape[axis + 1 :]) for axis in range(len(tensor.shape))]
    of_interest = zip(tensor.shape, tensor.strides, expected, strict=True)
    return math.prod(tensor.shape) == 0 or all(n == 1 or stride == want for n, stride, want in of_interest)


def _require_reasonable(entries: dict[str, Entry], file_size: int) -> None:
    """Refuse many tensors on one storage: reading them all would take far more memory than the file has bytes."""
    read = [entry.whole if isinstance(entry, Turned) else entry for entry in entries.values()]
    total = sum(math.prod(entry.shape) * entry.dtype.itemsize for entry in read)
    if total > SHARED_TIMES * file_size + LONGEST_PICKLE:
        raise CheckpointError(f"its tensors share storages so often that they would take {total:,} bytes")
