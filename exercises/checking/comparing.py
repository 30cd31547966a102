"""Compare an answer with what is right, and say how they differ; what mistake it is, `diagnosis.py` finds out."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from exercises.checking.mistakes import Suspects
from exercises.checking.verdicts import Evidence, Exhibit, Wrong, wrong_value
from exercises.checking.wording import difference

RTOL = 1e-4  # an answer in float32 passes; no mistake worth naming is this small


def expect(
    label: str,
    yours: Any,
    expected: Any,
    mistakes: Iterable[tuple[str, Any]] = (),
    *,
    rtol: float = RTOL,
    hear: int | None = None,
    see: bool = False,
) -> None:
    """Pass if `yours` equals `expected` as numbers, whatever holds them; otherwise raise `Wrong` with the reason.

    Parameters
    ----------
    label : str
        What was called, such as "hann(9)"; the message begins with it.
    yours : array or nested list or number
        The answer.
    expected : array_like
        What is right.
    mistakes : Suspects or iterable of (str, array_like)
        `Mistakes.on(...)`: which function and which part of its result this is. Or sentences and what each means.
    rtol : float
        Tolerance, relative to each value, and a tenth of it to the largest.
    hear : int, optional
        Both are sounds at this sampling rate: write them as WAV files.
    see : bool
        Both are pictures or curves: write them as PNG.
    """
    expected = np.asarray(expected)
    array = as_array(label, yours)
    if close(array, expected, rtol=rtol):
        return
    exhibit = Exhibit(array, expected, hear) if hear or see else None
    raise mistaken(label, array, difference(array, expected, rtol), mistakes, exhibit)


def mistaken(
    label: str,
    yours: Any,
    difference: str,
    mistakes: Iterable[tuple[str, Any]] = (),
    exhibit: Exhibit | None = None,
    shown: str = "",
) -> Wrong:
    """`Wrong` with what a diagnosis needs; sentences that come with values are taken as they are."""
    if isinstance(mistakes, Suspects):
        known, part = mistakes.mistakes, mistakes.part
        part = known.part if part is None else part
        return wrong_value(Evidence(label, yours, difference, known.function, part, shown, known), exhibit)
    reason = next((text for text, value in mistakes if close(yours, value)), None)
    return wrong_value(Evidence(label, yours, reason or difference, shown=shown), exhibit)


def claim(condition: Any, message: str) -> None:
    """Raise `Wrong` with the message unless the condition holds: for what `expect` can't compare."""
    if not condition:
        raise Wrong(message)


def close(yours: Any, expected: Any, *, rtol: float = RTOL) -> bool:
    """Whether two arrays, lists or numbers have the same shape and the same values within `rtol`."""
    try:
        yours, expected = np.asarray(yours), np.asarray(expected)
        if expected.ndim == 0 and yours.size == 1:
            yours = yours.reshape(())
        if yours.shape != expected.shape or np.iscomplexobj(yours) != np.iscomplexobj(expected):
            return False
        if np.array_equal(yours, expected):
            return True
        return expected.dtype.kind in "biufc" and _near(_wide(yours), _wide(expected), rtol)
    except (TypeError, ValueError):
        return False


def _near(yours: np.ndarray, expected: np.ndarray, rtol: float) -> bool:
    """`np.allclose` with NaN equal to NaN, in a quarter of its time: a diagnosis compares thousands of values."""
    size = np.abs(expected)
    finite = size < np.inf  # not NaN either
    if not finite.all():
        odd = ~finite
        if not np.array_equal(yours[odd], expected[odd], equal_nan=True):
            return False
        yours, expected, size = yours[finite], expected[finite], size[finite]
    return bool(np.all(np.abs(yours - expected) <= rtol * (size + 0.1 * size.max(initial=0))))


def as_array(label: str, yours: Any) -> np.ndarray:
    """The answer as an array of numbers, or a sentence about what it is instead."""
    try:
        array = np.asarray(yours)
    except ValueError:
        array = np.empty(0, object)
    if array.dtype.kind in "biufc":
        return array
    lengths = (
        sorted({len(part) for part in yours if not isinstance(part, np.ndarray) or part.ndim})
        if _is_ragged(yours)
        else []
    )
    if lengths:
        told = f"its {len(yours)} parts have lengths from {lengths[0]} to {lengths[-1]}"
        raise Wrong(f"{label}: your result is a list whose rows differ in length: {told}. Make them equally long.")
    if isinstance(yours, tuple) or (isinstance(yours, list) and any(isinstance(part, np.ndarray) for part in yours)):
        raise Wrong(f"{label}: your result is a {type(yours).__name__} of {len(yours)} parts, an array was expected.")
    raise Wrong(f"{label}: your result is of type {type(yours).__name__}, numbers were expected: {_short(yours)}.")


def _is_ragged(yours: Any) -> bool:
    """A list of rows, as of frames, that differ in length."""
    if not isinstance(yours, list) or not all(isinstance(part, list | tuple | np.ndarray) for part in yours):
        return False
    return len({len(part) for part in yours if not isinstance(part, np.ndarray) or part.ndim}) > 1


def _wide(array: np.ndarray) -> np.ndarray:
    return array.astype(np.complex128 if np.iscomplexobj(array) else np.float64)


def _short(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."
