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


class SedCheck(Check):
    """The checks of one function of this room, for instance `SedCheck("threshold")`."""

    def scores(self, scores: object) -> np.ndarray:
        """Probabilities with a time axis."""
        array = self.array(scores, "scores")
        if array.ndim == 0 or not np.issubdtype(array.dtype, np.floating):
            raise self.error(
                f"scores must be floating point with a time axis, got {array.dtype} of shape {array.shape}; "
                "convert with .astype(np.float32)"
            )
        if array.size == 0:
            return array
        low, high = array.min(), array.max()
        if np.isnan(low):
            raise self.error(f"scores hold {int(np.isnan(array).sum())} NaN; find where they arise")
        if low < 0 or high > 1:
            raise self.error(
                f"scores must be probabilities from 0 to 1, got {low:.4g} to {high:.4g}; "
                "turn logits into probabilities with a sigmoid"
            )
        return array

    def binary(self, binary: object) -> np.ndarray:
        """Decisions with a time axis, as bool."""
        array = self.array(binary, "binary")
        if array.ndim == 0:
            raise self.error("expected decisions with a time axis, got a single value; pass an array")
        if array.dtype != bool and not np.isin(array, (0, 1)).all():
            raise self.error("decisions must be 0 or 1, got other values; apply sed.threshold first")
        return array.astype(bool, copy=False)

    def classes(self, array: np.ndarray, labels: Sequence[str], *, clips: bool = False) -> None:
        """One label for each class of (n_classes, n_frames), or of (n_clips, n_classes, n_frames) if `clips`."""
        axes = array.ndim in ((2, 3) if clips else (2,))
        if axes and array.shape[-2] == len(labels):
            return
        transposed = axes and array.shape[-1] == len(labels)
        cure = "it looks transposed: swap its last two axes" if transposed else "give one label for each class"
        raise self.error(
            f"{len(labels)} labels for an array of shape {array.shape}, expected "
            f"({'[n_clips,] ' if clips else ''}n_classes, n_frames); {cure}"
        )

    def labels(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Names of classes, each once."""
        names = () if isinstance(labels, str) else tuple(labels)
        if not names or len(set(names)) < len(names) or not all(isinstance(name, str) and name for name in names):
            raise self.error(f"labels must be a list of different names, at least one, got {labels!r}; list them")
        return names

    def frame_rate(self, hop_length: float, sr: float) -> None:
        """Samples from frame to frame, and samples a second."""
        self.positive(hop_length, "hop_length")
        self.positive(sr, "sr")

    def of_each_class(self, value: PerClass, labels: Sequence[str], name: str) -> np.ndarray:
        """A number, one per class, or {label: number}, as an array (n_classes,) of finite numbers."""
        if isinstance(value, Mapping):
            value = self._in_order(value, labels, name)
        try:
            numbers = np.asarray(value, dtype=float)
            good = numbers.shape in ((), (len(labels),)) and bool(np.isfinite(numbers).all())
        except (TypeError, ValueError):
            good = False
        if not good:
            raise self.error(
                f"{name} must be one number, or one for each of {len(labels)} classes, got {value!r}; correct it"
            )
        return np.broadcast_to(numbers, (len(labels),))

    def _in_order(self, value: Mapping[str, float], labels: Sequence[str], name: str) -> list[float]:
        """The numbers of {label: number} in the order of the labels."""
        unknown, missing = set(value) - set(labels), set(labels) - set(value)
        if unknown or missing:
            extra = f"knows {sorted(unknown)[0]!r}, which is not a class" if unknown else ""
            fault = extra or f"lacks {sorted(missing)[0]!r}"
            raise self.error(f"{name} {fault}; expected a number for each of {', '.join(labels)}")
        return [value[label] for label in labels]

    def one_per_class(self, values: np.ndarray, rows: np.ndarray, name: str) -> None:
        """As many values as `rows` (..., n_classes, n_frames) has classes."""
        if rows.ndim < 2 or values.shape != rows.shape[-2:-1]:
            raise self.error(
                f"{name} has the shape {values.shape} for an array of shape {rows.shape}; "
                "give one number or one per class"
            )

    def frame_counts(self, value: object, name: str, *, least: int = 0) -> np.ndarray:
        """A whole number of frames of at least `least`, or an array of them, as int64."""
        numbers = np.asarray(value)
        if numbers.dtype.kind not in "iuf" or not (np.isfinite(numbers) & (numbers == np.floor(numbers))).all():
            raise self.error(f"{name} must be a whole number of frames, got {value!r}; round it")
        if (numbers < least).any():
            raise self.error(f"{name} must be at least {least}, got {numbers.min():g}; correct it")
        return numbers.astype(np.int64)

    def median_lengths(self, value: object, name: str) -> np.ndarray:
        """Odd numbers of frames."""
        lengths = self.frame_counts(value, name, least=1)
        even = lengths[lengths % 2 == 0]
        if even.size:
            raise self.error(
                f"{name} must be an odd number of frames, so that a window has a middle, got {even[0]}; "
                f"take {even[0] - 1} or {even[0] + 1}"
            )
        return lengths
