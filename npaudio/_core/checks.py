"""Refuse bad signals and settings in one sentence: what came, what was expected, what to do.

Used by the signal-processing modules. Every check takes the name of the function that asks, so that the
sentence begins with the name that the user typed.
"""

from collections.abc import Iterable

import numpy as np

FLOATING = (np.dtype(np.float32), np.dtype(np.float64))


def check_floating(y: np.ndarray, *, caller: str, name: str = "y") -> np.ndarray:
    """Return `y` as an array of float32 or float64; refuse everything else with the way to convert it."""
    y = np.asarray(y)
    if y.dtype in FLOATING:
        return y
    if y.dtype.newbyteorder("=") in FLOATING:  # as read from a file of another processor
        return y.astype(y.dtype.newbyteorder("="))
    expected = "floating point"
    if y.dtype.kind in "iu":
        cure = _integer_cure(y.dtype)
    elif np.iscomplexobj(y):
        cure = "take its real part with .real, or its magnitude with np.abs"
    elif y.dtype.kind in "US":
        cure = "load a file with npaudio.load"
    else:
        expected = "float32 or float64" if y.dtype.kind == "f" else expected
        cure = "convert with .astype(np.float32)"
    raise ValueError(f"{caller}: {name} must be {expected}, got {y.dtype} with shape {y.shape}; {cure}")


def check_waveform(
    y: np.ndarray, *, caller: str, name: str = "y", min_samples: int = 1, mono: bool = False
) -> np.ndarray:
    """Return `y` (..., n_samples) as a float array that is long enough and holds only finite numbers."""
    y = check_floating(y, caller=caller, name=name)
    if y.ndim == 0:
        raise ValueError(f"{caller}: {name} must have a time axis, got a single number; pass an array of samples")
    if mono and y.ndim != 1:
        raise ValueError(
            f"{caller}: {name} must be mono with shape (n_samples,), got shape {y.shape}; "
            f"mix with npaudio.to_mono({name})"
        )
    if y.size == 0:
        raise ValueError(f"{caller}: {name} is empty, got shape {y.shape}; pass at least one sample")
    if y.shape[-1] < min_samples:
        raise ValueError(
            f"{caller}: {name} has {y.shape[-1]} samples, at least {min_samples} are needed; "
            f"pad it with npaudio.fix_length({name}, size={min_samples})"
        )
    return check_finite(y, caller=caller, name=name)


def check_finite(y: np.ndarray, *, caller: str, name: str = "y") -> np.ndarray:
    """Return `y` if it holds neither NaN nor infinity. The extremes carry both out, without a temporary array."""
    if y.size and not (np.isfinite(y.min()) and np.isfinite(y.max())):
        bad = int(np.count_nonzero(~np.isfinite(y)))
        raise ValueError(
            f"{caller}: {name} holds {bad} values that are NaN or infinite; "
            "find where they arise, or replace them with np.nan_to_num"
        )
    return y


def check_positive_int(value: int, *, caller: str, name: str) -> int:
    """Return `value` as an int of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise ValueError(f"{caller}: {name} must be a whole number, got {value!r}; round it with int({name})")
    if value < 1:
        raise ValueError(f"{caller}: {name} must be at least 1, got {value}")
    return int(value)


def check_positive(value: float, *, caller: str, name: str) -> float:
    """Return `value` as a finite float above zero."""
    try:
        if np.isfinite(value) and value > 0:
            return float(value)
    except (TypeError, ValueError):  # a text, None, an array
        pass
    raise ValueError(f"{caller}: {name} must be a finite number above 0, got {value!r}")


def check_choice(value: str, choices: Iterable[str], *, caller: str, name: str) -> str:
    """Return `value` if it is one of `choices`, else list them."""
    allowed = sorted(choices)
    if value not in allowed:
        raise ValueError(f"{caller}: unknown {name} {value!r}; choose one of {', '.join(map(repr, allowed))}")
    return value


def _integer_cure(dtype: np.dtype) -> str:
    """How samples of an integer type become floats of range ±1; 64 bits are no samples, but what NumPy counts in."""
    info = np.iinfo(dtype)
    if info.bits == 64:
        return "convert with .astype(np.float32)"
    return "load with npaudio.load, or " + _scaling_hint(info)


def _scaling_hint(info: np.iinfo) -> str:
    if info.min == 0:
        half = (info.max + 1) // 2
        return f"subtract {half} and divide by {half}"
    return f"divide by {info.max + 1}"
