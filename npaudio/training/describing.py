"""The parts of a training as text, so that a resumed one can tell whether it was started with the same.

The text must be the same in every process, however NumPy prints there, and must not depend on what a part has become
since it was made: a loss may remember its last value, a counter may have counted.
"""

import dataclasses
import functools
import inspect
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from npaudio import nn
from npaudio.nn.schedule import Schedule

LARGE = 2**26  # bytes; of a larger array only so many values of so many rows are looked at
SOME_ROWS, SOME_VALUES = 256, 2**12
LONGEST = 200  # characters of a setting in a message
LONGEST_LIST = 2000
DEEPEST = 8  # parts within parts; some hold each other
NO_NUMBERS = {"t", "k", "parameters"}  # what an optimizer and a schedule count, and what is moved


def fingerprint(array: np.ndarray) -> str:
    """Type, shape, and a checksum; of a large array, which may be a memory map, that of the beginnings of some rows."""
    checksum = 0
    if array.nbytes <= LARGE:
        checksum = zlib.crc32(array.tobytes())
    else:
        for row in np.unique(np.linspace(0, len(array) - 1, SOME_ROWS).astype(int)):
            checksum = zlib.crc32(array[row].reshape(-1)[:SOME_VALUES].tobytes(), checksum)
    return f"{array.dtype} {array.shape} with checksum {checksum:08x}"


def described(part: Any, depth: int = DEEPEST) -> str:
    """A part with the arguments of its `__init__` that it keeps under their names, arrays by their checksums.

    A function has its name only, and so has a dataclass that is not frozen, as its fields may have changed, and what
    lies more than `depth` parts deep.
    """
    inside = functools.partial(described, depth=depth - 1)
    if isinstance(part, np.generic):
        part = part.item()
    if part is None or isinstance(part, bool | int | float | str):
        return repr(part)
    if hasattr(part, "__qualname__"):
        return str(part.__qualname__)
    if depth == 0:
        return type(part).__qualname__
    if isinstance(part, np.ndarray):
        return inside(part.tolist()) if part.dtype.hasobject else fingerprint(part)
    if isinstance(part, list | tuple):
        return shortened(f"[{', '.join(map(inside, part))}]", LONGEST_LIST)
    if isinstance(part, set | frozenset):
        return f"{{{', '.join(sorted(map(inside, part)))}}}"
    if isinstance(part, dict):
        return f"{{{_pairs(part, inside)}}}"
    if isinstance(part, functools.partial):
        given = [*map(inside, part.args), *filter(None, [_pairs(part.keywords, inside)])]
        return f"{inside(part.func)}({', '.join(given)})"
    if isinstance(part, nn.Module):
        return type(part).__qualname__ if " at 0x" in repr(part) else repr(part)
    kept = getattr(part, "__dict__", {})
    options = {name: kept[name] for name in _arguments(part) if name in kept}
    return f"{type(part).__qualname__}({_pairs(options, inside)})"


def numbers(part: nn.Optimizer | Schedule) -> str:
    """An optimizer or schedule as it was made: its numbers, without those that count steps."""
    options = {name: v for name, v in vars(part).items() if isinstance(v, int | float | tuple | list)}
    return f"{type(part).__qualname__}({_pairs({n: v for n, v in options.items() if n not in NO_NUMBERS}, described)})"


def shortened(value: Any, longest: int = LONGEST) -> str:
    """A text, cut and with its checksum if it is long."""
    text = str(value).strip()
    return text if len(text) <= longest else f"{text[:longest]}... with checksum {zlib.crc32(text.encode()):08x}"


def _pairs(options: dict[str, Any], text_of: Callable[[Any], str]) -> str:
    return ", ".join(f"{name}={text_of(value)}" for name, value in options.items())


def _arguments(part: Any) -> list[str]:
    """Names of the arguments that an object may have been made with."""
    kind = type(part)
    dataclass: Any = getattr(kind, "__dataclass_params__", None)
    if dataclass is not None:
        return [field.name for field in dataclasses.fields(kind)] if dataclass.frozen else []
    makers = [vars(cls)["__init__"] for cls in kind.__mro__[:-1] if "__init__" in vars(cls)]
    return list(dict.fromkeys(name for make in makers for name in list(inspect.signature(make).parameters)[1:]))
