"""Refuse impossible scores, decisions and settings in one sentence: what came, what was expected, what to do."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

import numpy as np

from npaudio._core.checks import Check

P = ParamSpec("P")
R = TypeVar("R")
PerClass = float | Sequence[float] | np.ndarray | Mapping[str, float]


def accepts_names(**names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator: take keyword arguments under the article's names too, as `accepts_names(preds="scores")`."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            renamed: dict[str, Any] = {names.get(name, name): value for name, value in kwargs.items()}
            if len(renamed) < len(kwargs):
                twice = next(f"{old} and {new}" for old, new in names.items() if old in kwargs and new in kwargs)
                raise ValueError(f"{function.__name__}: {twice} are two names of one argument; give one of them")
            return function(*args, **renamed)

        return call

    return decorate


def check_scores(scores: object, *, caller: str) -> np.ndarray:
    """Probabilities with a time axis."""
    array = Check(caller).array(scores, "scores")
    if array.ndim == 0 or not np.issubdtype(array.dtype, np.floating):
        raise ValueError(
            f"{caller}: scores must be floating point with a time axis, got {array.dtype} of shape {array.shape}; "
            "convert with .astype(np.float32)"
        )
    if array.size == 0:
        return array
    low, high = array.min(), array.max()
    if np.isnan(low):
        raise ValueError(f"{caller}: scores hold {int(np.isnan(array).sum())} NaN; find where they arise")
    if low < 0 or high > 1:
        raise ValueError(
            f"{caller}: scores must be probabilities from 0 to 1, got {low:.4g} to {high:.4g}; "
            "turn logits into probabilities with a sigmoid"
        )
    return array


def check_binary(binary: object, *, caller: str) -> np.ndarray:
    """Decisions with a time axis, as bool."""
    array = Check(caller).array(binary, "binary")
    if array.ndim == 0:
        raise ValueError(f"{caller}: expected decisions with a time axis, got a single value; pass an array")
    if array.dtype != bool and not np.isin(array, (0, 1)).all():
        raise ValueError(f"{caller}: decisions must be 0 or 1, got other values; apply sed.threshold first")
    return array.astype(bool, copy=False)


def check_classes(array: np.ndarray, labels: Sequence[str], *, caller: str, clips: bool = False) -> None:
    """One label for each class of (n_classes, n_frames), or of (n_clips, n_classes, n_frames) if `clips`."""
    axes = array.ndim in ((2, 3) if clips else (2,))
    if axes and array.shape[-2] == len(labels):
        return
    transposed = axes and array.shape[-1] == len(labels)
    cure = "it looks transposed: swap its last two axes" if transposed else "give one label for each class"
    raise ValueError(
        f"{caller}: {len(labels)} labels for an array of shape {array.shape}, expected "
        f"({'[n_clips,] ' if clips else ''}n_classes, n_frames); {cure}"
    )


def check_labels(labels: Sequence[str], *, caller: str) -> tuple[str, ...]:
    """Names of classes, each once."""
    names = () if isinstance(labels, str) else tuple(labels)
    if not names or len(set(names)) < len(names) or not all(isinstance(name, str) and name for name in names):
        raise ValueError(f"{caller}: labels must be a list of different names, at least one, got {labels!r}; list them")
    return names


def check_frame_rate(hop_length: float, sr: float, *, caller: str) -> None:
    """Samples from frame to frame, and samples a second."""
    for name, value, unit in (("hop_length", hop_length, "samples"), ("sr", sr, "Hz")):
        try:
            good = bool(np.isfinite(value) and value > 0)
        except TypeError:
            good = False
        if not good:
            raise ValueError(f"{caller}: {name} must be a finite number of {unit} above 0, got {value!r}; correct it")


def of_each_class(value: PerClass, labels: Sequence[str], *, caller: str, name: str) -> np.ndarray:
    """A number, one per class, or {label: number}, as an array (n_classes,) of finite numbers."""
    if isinstance(value, Mapping):
        value = _by_label(value, labels, caller=caller, name=name)
    try:
        numbers = np.asarray(value, dtype=float)
        good = numbers.shape in ((), (len(labels),)) and bool(np.isfinite(numbers).all())
    except (TypeError, ValueError):
        good = False
    if not good:
        raise ValueError(
            f"{caller}: {name} must be one number, or one for each of {len(labels)} classes, got {value!r}; correct it"
        )
    return np.broadcast_to(numbers, (len(labels),))


def _by_label(value: Mapping[str, float], labels: Sequence[str], *, caller: str, name: str) -> list[float]:
    unknown, missing = set(value) - set(labels), set(labels) - set(value)
    if unknown or missing:
        fault = f"knows {sorted(unknown)[0]!r}, which is not a class" if unknown else f"lacks {sorted(missing)[0]!r}"
        raise ValueError(f"{caller}: {name} {fault}; expected a number for each of {', '.join(labels)}")
    return [value[label] for label in labels]


def frame_counts(value: object, *, caller: str, name: str, least: int = 0) -> np.ndarray:
    """A whole number of frames of at least `least`, or an array of them, as int64."""
    numbers = np.asarray(value)
    if numbers.dtype.kind not in "iuf" or not (np.isfinite(numbers) & (numbers == np.floor(numbers))).all():
        raise ValueError(f"{caller}: {name} must be a whole number of frames, got {value!r}; round it")
    if (numbers < least).any():
        raise ValueError(f"{caller}: {name} must be at least {least}, got {numbers.min():g}; correct it")
    return numbers.astype(np.int64)


def median_lengths(value: object, *, caller: str, name: str) -> np.ndarray:
    """Odd numbers of frames."""
    lengths = frame_counts(value, caller=caller, name=name, least=1)
    even = lengths[lengths % 2 == 0] if lengths.ndim else lengths[None][lengths[None] % 2 == 0]
    if even.size:
        raise ValueError(
            f"{caller}: {name} must be an odd number of frames, so that a window has a middle, got {even[0]}; "
            f"take {even[0] - 1} or {even[0] + 1}"
        )
    return lengths
