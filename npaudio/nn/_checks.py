"""Refuse bad input in one sentence: what came, what was expected, what to do. For layers, losses and optimizers."""

import numpy as np


def floating(x: object, *, caller: str, name: str = "x") -> np.ndarray:
    """Return `x` as an array of float32 or float64; refuse every other type with the way to convert it."""
    array = np.asarray(x)
    if array.dtype != np.float32 and array.dtype != np.float64:
        raise ValueError(
            f"{caller}: {name} must be float32 or float64, got {array.dtype} with shape {array.shape}; "
            f"convert with {name}.astype(np.float32)"
        )
    return array


def images(x: object, *, caller: str, channels: int | None = None) -> np.ndarray:
    """Return `x` as a floating (B, C, F, T) array with a non-empty batch and, where given, `channels` channels."""
    array = floating(x, caller=caller)
    if array.ndim != 4:
        raise ValueError(
            f"{caller}: x must have the axes (batch, channel, frequency, time), got shape {array.shape}; "
            "add the missing axes with x[None] or x[:, None]"
        )
    if array.size == 0:
        raise ValueError(f"{caller}: x is empty, got shape {array.shape}; pass at least one image")
    if channels is not None and array.shape[1] != channels:
        raise ValueError(
            f"{caller}: x has {array.shape[1]} channels in shape {array.shape}, expected {channels}; "
            "build the layer for that number, or check the order of the axes"
        )
    return array


def last_axis(x: np.ndarray, size: int, *, caller: str) -> None:
    """Refuse an array whose last axis has not `size` entries."""
    if x.ndim == 0 or x.shape[-1] != size:
        raise ValueError(
            f"{caller}: x has shape {x.shape}, expected (..., {size}); "
            "build the layer for that number of features, or check the order of the axes"
        )


def pair(value: int | tuple[int, int], *, caller: str, name: str, least: int = 1) -> tuple[int, int]:
    """Return a whole number, or a pair of them, as (frequency, time)."""
    both = (value, value) if isinstance(value, int | np.integer) else value
    is_pair = isinstance(both, tuple | list) and len(both) == 2
    if not is_pair or not all(isinstance(v, int | np.integer) and v >= least for v in both):
        raise ValueError(
            f"{caller}: {name} must be a whole number of at least {least} or a pair of them, got {value!r}"
        )
    return int(both[0]), int(both[1])


def size(value: int, *, caller: str, name: str) -> int:
    """Return `value` as an int of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{caller}: {name} must be a whole number of at least 1, got {value!r}")
    return int(value)


def between(value: float, low: float, high: float, *, caller: str, name: str) -> float:
    """Return `value` if it lies in [low, high]."""
    if not low <= value <= high:
        raise ValueError(f"{caller}: {name} must be between {low:g} and {high:g}, got {value!r}")
    return float(value)
