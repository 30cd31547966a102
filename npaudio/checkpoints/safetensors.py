"""The safetensors format: a header in JSON that says where each array lies, then the bytes of the arrays.

    8 bytes     length of the header, little-endian
    header      {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ..., "__metadata__": {...}}
    bytes       all arrays, one after the other, without gaps

There is nothing in it that could run. What a header claims is still checked before a single byte is reserved: offsets
must lie inside the file, fit the shapes, and neither overlap nor leave gaps.
"""

import json
import os
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from npaudio.checkpoints.stored_array import CheckpointError, Entry, StoredArray, checked_shape, size_in_bytes

LONGEST_HEADER = 16 * 1024 * 1024
KINDS = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
}
NAMES = {kind: name for name, kind in KINDS.items()}
METADATA = {"format": "pt"}  # without it Hugging Face's loader refuses a file


def read_safetensors(file: BinaryIO) -> dict[str, Entry]:
    """The arrays of a file, in the order of their bytes."""
    header, data_start, data_size = _read_header(file)
    header.pop("__metadata__", None)
    places = {name: _place(name, entry, data_size) for name, entry in header.items()}
    ordered = sorted(places.items(), key=lambda item: item[1][2:])
    _require_no_gaps(ordered, data_size)
    return {name: StoredArray(file, data_start + begin, shape, kind) for name, (shape, kind, begin, _) in ordered}


def write_safetensors(file: BinaryIO, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays in the given order, the first byte of the first array at a multiple of 8."""
    header: dict[str, Any] = {"__metadata__": METADATA}
    begin = 0
    for name, array in arrays.items():
        if name == "__metadata__" or array.dtype.name not in NAMES:
            raise ValueError(
                f"save_checkpoint: {name!r} is {array.dtype}, which safetensors cannot hold under that name; "
                "save numbers and booleans, or use .npz"
            )
        offsets = [begin, begin + array.nbytes]
        header[name] = {"dtype": NAMES[array.dtype.name], "shape": list(array.shape), "data_offsets": offsets}
        begin = offsets[1]
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little") + text)
    for array in arrays.values():
        file.write(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).data)


def _read_header(file: BinaryIO) -> tuple[dict[str, Any], int, int]:
    """The header, where the bytes begin, and how many there are."""
    file_size = os.fstat(file.fileno()).st_size
    length = int.from_bytes(file.read(8), "little")
    if file_size < 8 or length > min(file_size - 8, LONGEST_HEADER):
        raise CheckpointError(f"its header claims {length:,} bytes in a file of {file_size:,}")
    try:
        header = json.loads(file.read(length), object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except RecursionError:
        raise CheckpointError("its header is nested too deeply") from None
    if not isinstance(header, dict):
        raise CheckpointError("its header is not a table of names")
    return header, 8 + length, file_size - 8 - length


def _place(name: str, entry: Any, data_size: int) -> tuple[tuple[int, ...], str, int, int]:
    """Shape, kind, first and last offset of an array, if they make sense."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise CheckpointError(f"the entry of {name[:100]!r} does not consist of dtype, shape and data_offsets")
    if not isinstance(entry["dtype"], str) or entry["dtype"] not in KINDS:
        raise CheckpointError(f"{name[:100]!r} has the type {str(entry['dtype'])[:20]}, which is not read here")
    shape, kind = checked_shape(entry["shape"], name), KINDS[entry["dtype"]]
    offsets = checked_shape(entry["data_offsets"], f"data_offsets of {name}")
    if len(offsets) != 2 or not offsets[0] <= offsets[1] <= data_size:
        raise CheckpointError(f"{name[:100]!r} lies at {list(offsets[:3])}, outside the {data_size:,} bytes of data")
    if size_in_bytes(shape, kind) != offsets[1] - offsets[0]:
        raise CheckpointError(f"{name[:100]!r} of shape {shape} does not fit its {offsets[1] - offsets[0]:,} bytes")
    return shape, kind, *offsets


def _require_no_gaps(ordered: list[tuple[str, tuple[tuple[int, ...], str, int, int]]], data_size: int) -> None:
    end = 0
    for name, (_, _, begin, next_end) in ordered:
        if begin != end:
            raise CheckpointError(f"{name[:100]!r} {'overlaps' if begin < end else 'leaves a gap after'} another array")
        end = next_end
    if end != data_size:
        raise CheckpointError(f"{data_size - end:,} bytes at the end belong to no array")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise CheckpointError("a name occurs twice in its header")
    return table


def _no_constant(name: str) -> None:
    raise CheckpointError(f"its header holds {name}, which is not a number")
