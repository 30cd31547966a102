"""Files of the three formats written byte by byte, so that they can lie: about offsets, shapes, sizes, names."""

import io
import json
import struct
import zipfile
from collections.abc import Mapping, Sequence

import numpy as np


def safetensors(header: Mapping | str, data: bytes = b"", length: int | None = None) -> bytes:
    """A header, as a table or as raw text, and the bytes behind it."""
    text = (header if isinstance(header, str) else json.dumps(header)).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


def entry(dtype: object = "F32", shape: object = (2,), offsets: object = (0, 8)) -> dict:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


# --- Pickles, put together from their instructions ---


def value(x: object) -> bytes:
    """Instructions that push a value: text, number, None, or a tuple of such; bytes are instructions already."""
    if isinstance(x, bytes):
        return x
    if isinstance(x, str):
        return b"X" + struct.pack("<I", len(x.encode())) + x.encode()
    if x is None or isinstance(x, bool):
        return {None: b"N", True: b"\x88", False: b"\x89"}[x]
    if isinstance(x, float):
        return b"G" + struct.pack(">d", x)
    if isinstance(x, int):
        number = x.to_bytes(x.bit_length() // 8 + 1, "little", signed=True)
        return b"\x8a" + bytes([len(number)]) + number
    return b"(" + b"".join(map(value, x)) + b"t"


def name(module: str, attribute: str) -> bytes:
    return f"c{module}\n{attribute}\n".encode()


def call(function: bytes, *arguments: object) -> bytes:
    return function + value(arguments) + b"R"


def storage(key: str = "0", count: object = 6, kind: str = "FloatStorage", *more: object) -> bytes:
    return value(("storage", name("torch", kind), key, "cpu", count, *more)) + b"Q"


def tensor(shape: object = (2, 3), strides: object = (3, 1), offset: object = 0, stored: bytes | None = None) -> bytes:
    function = name("torch._utils", "_rebuild_tensor_v2")
    stored = storage() if stored is None else stored
    return call(function, stored, offset, shape, strides, False, call(name("collections", "OrderedDict")))


def table(entries: Mapping[str, bytes] | Sequence[tuple[object, bytes]]) -> bytes:
    pairs = entries.items() if isinstance(entries, Mapping) else entries
    return b"}(" + b"".join(value(key) + part for key, part in pairs) + b"u"


def pickle(instructions: bytes) -> bytes:
    return b"\x80\x02" + instructions + b"."


NUMBERS = np.arange(6, dtype="<f4").tobytes()


def pth(
    instructions: bytes, members: Mapping[str, bytes] | None = None, compression: int = zipfile.ZIP_STORED
) -> bytes:
    """A file in PyTorch's zip format."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        archive.writestr("archive/data.pkl", pickle(instructions))
        for member, content in ({"data/0": NUMBERS} if members is None else members).items():
            archive.writestr(f"archive/{member}", content)
    return stream.getvalue()


MAGIC = 0x1950A86A20F9469CFC6C


def older_pth(
    instructions: bytes,
    data: bytes | None = None,
    keys: Sequence[str] = ("0",),
    magic: int = MAGIC,
    version: int = 1001,
) -> bytes:
    """A file in PyTorch's older format; the reference to a storage has one more entry there."""
    listed = b"](" + b"".join(map(value, keys)) + b"e"
    parts = [value(magic), value(version), table({}), instructions, listed]
    data = (6).to_bytes(8, "little") + NUMBERS if data is None else data
    return b"".join(map(pickle, parts)) + data


# --- npz ---


def npy(shape: object = (2, 3), dtype: str = "<f4", data: bytes = NUMBERS, fortran: object = False) -> bytes:
    """A `.npy` file whose header claims this."""
    header = repr({"descr": dtype, "fortran_order": fortran, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def npz(members: Sequence[tuple[str, bytes]], compression: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for member, content in members:
            archive.writestr(member, content)
    return stream.getvalue()
