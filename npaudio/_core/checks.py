"""Refuse bad arrays and settings in one sentence: what came, what was expected, what to do.

A `Check` knows the function it works for, so that every sentence begins with the name that the user typed:

>>> check = Check("stft")
>>> check.whole_number(512, "hop_length")
512
>>> check.whole_number(0, "hop_length")
Traceback (most recent call last):
ValueError: stft: hop_length must be at least 1, got 0

Each method returns what it was given, converted to the type that the library computes with: arrays of float32 or
float64, Python's own int and float (so that np.int8(100) does not overflow later).
"""

import math
from collections.abc import Iterable
from typing import TypeGuard, TypeVar

import numpy as np
from numpy.ma import MaskedArray  # at once: a first use of np.ma would import it, and a fork meanwhile would hang

Choice = TypeVar("Choice")

FEW_SAMPLES = 8  # with more channels than that and no more samples, an array is a transposed recording
FLOATING = (np.dtype(np.float32), np.dtype(np.float64))


class Check:
    """The checks of one function.

    Parameters
    ----------
    caller : str
        Its name, as the user types it.
    """

    __slots__ = ("caller",)

    def __init__(self, caller: str) -> None:
        self.caller = caller

    def error(self, sentence: str) -> ValueError:
        """The error to raise: the sentence, after the name of the function."""
        return ValueError(f"{self.caller}: {sentence}")

    def array(self, x: object, name: str) -> np.ndarray:
        """Return `x` as an array of any type; refuse a masked one, whose hidden values would be used like others."""
        if isinstance(x, MaskedArray):
            raise self.error(
                f"{name} is a masked array, and its mask would be ignored; "
                f"replace the masked values with {name}.filled(0), or leave them out with {name}.compressed()"
            )
        return np.asarray(x)

    def floating(self, x: object, name: str = "y") -> np.ndarray:
        """Return `x` as an array of float32 or float64; refuse every other type with the way to convert it."""
        x = self.array(x, name)
        if x.dtype in FLOATING:
            return x
        if x.dtype.newbyteorder("=") in FLOATING:  # as read from a file of another processor
            return x.astype(x.dtype.newbyteorder("="))
        expected = "float32 or float64" if x.dtype.kind == "f" else "floating point"
        raise self.error(f"{name} must be {expected}, got {x.dtype} with shape {x.shape}; {_conversion(x.dtype)}")

    def finite(self, x: np.ndarray, name: str = "y") -> np.ndarray:
        """Return a float array that holds neither NaN nor infinity."""
        if not all_finite(x):
            bad = int(np.count_nonzero(~np.isfinite(x)))
            raise self.error(
                f"{name} holds {bad} values that are NaN or infinite; "
                "find where they arise, or replace them with np.nan_to_num"
            )
        return x

    def samples(self, y: object, name: str = "y", *, least: int = 1) -> np.ndarray:
        """Return `y` (..., n_samples) as a float array of at least so many samples, NaN or not."""
        if type(y) is not np.ndarray or y.dtype not in FLOATING:  # `floating` would say yes, but two calls later
            y = self.floating(y, name)
        shape = y.shape
        if not shape:
            raise self.error(f"{name} must have a time axis, got a single number; pass an array of samples")
        if 0 in shape:
            raise self.error(f"{name} is empty, got shape {shape}; pass at least one sample")
        if shape[-1] < least:
            raise self.error(
                f"{name} has {shape[-1]} samples, at least {least} are needed; "
                f"pad it with npaudio.fix_length({name}, size={least})"
            )
        return y

    def waveform(self, y: object, name: str = "y", *, least: int = 1) -> np.ndarray:
        """Return `y` (..., n_samples) as a float array that is long enough and holds only finite numbers."""
        return self.finite(self.samples(y, name, least=least), name)

    def time_last(self, y: np.ndarray, name: str = "y") -> np.ndarray:
        """Return `y` unless its shape is that of a transposed recording, (n_samples, channels)."""
        if y.ndim > 1 and y.shape[-1] <= FEW_SAMPLES < y.shape[-2]:
            raise self.error(
                f"{name} must have time as its last axis, got ({y.shape[-2]}, {y.shape[-1]}): "
                f"transpose it with {name}.T if these are the samples of {y.shape[-1]} channels"
            )
        return y

    def spectrogram(self, S: object, what: str = "a real spectrogram", name: str = "S") -> np.ndarray:
        """Return `S` (..., n_freq, n_frames) as a real float array with at least two axes."""
        S = self.array(S, name)
        if np.iscomplexobj(S):
            raise self.error(
                f"{name} must be {what}, got complex numbers of shape {S.shape}; take np.abs({name}) first"
            )
        S = self.floating(S, name)
        if S.ndim < 2 or S.size == 0:
            raise self.error(f"{name} must be {what} with shape (..., n_freq, n_frames), got shape {S.shape}")
        return S

    def whole_number(self, value: object, name: str, *, least: int = 1) -> int:
        """Return `value` as an int of at least `least`."""
        if not is_whole(value):
            raise self.error(f"{name} must be a whole number, got {value!r}; round it with int({name})")
        if value < least:
            raise self.error(f"{name} must be at least {least}, got {value}")
        return int(value)

    def number(self, value: object, name: str) -> float:
        """Return `value` as a finite float."""
        x = _as_float(value)
        if not math.isfinite(x):
            raise self.error(f"{name} must be a finite number, got {value!r}")
        return x

    def positive(self, value: object, name: str) -> float:
        """Return `value` as a finite float above zero, as rates, durations and powers must be."""
        x = _as_float(value)
        if not 0 < x < math.inf:
            raise self.error(f"{name} must be a finite number above 0, got {value!r}")
        return x

    def between(self, value: object, low: float, high: float, name: str, hint: str = "") -> float:
        """Return `value` as a float from `low` to `high`, both included; `hint` says what is usual."""
        x = _as_float(value)
        if not low <= x <= high:
            limits = f"at least {low:g}" if high == math.inf else f"between {low:g} and {high:g}"
            raise self.error(f"{name} must be {limits}, got {value!r}{hint and '; ' + hint}")
        return x

    def one_of(self, y: object, S: object, what: str) -> None:
        """Refuse both a signal and a spectrogram, and neither."""
        if (y is None) == (S is None):
            raise self.error(f"give either a signal y or {what}, and not both")

    def choice(self, value: Choice, choices: Iterable[Choice], name: str) -> Choice:
        """Return `value` if it is one of `choices`, texts or None, else list them."""
        allowed = list(choices)
        if not (value is None or isinstance(value, str)) or value not in allowed:
            listed = ", ".join(sorted(map(repr, allowed)))
            raise self.error(f"unknown {name} {value!r}; choose one of {listed}")
        return value


def all_finite(x: np.ndarray) -> bool:
    """Whether an array holds neither NaN nor infinity: both show in its minimum or its maximum."""
    return x.size == 0 or (math.isfinite(x.min()) and math.isfinite(x.max()))


def is_whole(value: object) -> TypeGuard[int | np.integer]:
    """Whether this is a whole number of Python or NumPy; True and False are none."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def settle(value: object, **fields: object) -> None:
    """Set fields of a frozen dataclass while it is being made, to what the checks returned."""
    for name, settled in fields.items():
        object.__setattr__(value, name, settled)


def _as_float(value: object) -> float:
    """`value` as a float, or NaN if it is not a single real number."""
    if isinstance(value, bool | np.bool_ | str | bytes) or np.ndim(value) > 0:  # type: ignore[arg-type]
        return math.nan
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _conversion(dtype: np.dtype) -> str:
    """How to make floats of range ±1 of an array of this type."""
    if dtype.kind in "iu":
        return _scaling(np.iinfo(dtype))
    if dtype.kind == "c":
        return "take its real part with .real, or its magnitude with np.abs"
    return "load a file with npaudio.load" if dtype.kind in "US" else "convert with .astype(np.float32)"


def _scaling(info: np.iinfo) -> str:
    """Integer samples are scaled by the range of their type; 64-bit integers are not samples, but a plain list."""
    if info.bits == 64:
        return "convert with .astype(np.float32)"
    half = (info.max + 1) // 2
    scaling = f"subtract {half} and divide by {half}" if info.min == 0 else f"divide by {info.max + 1}"
    return "load with npaudio.load, or " + scaling
