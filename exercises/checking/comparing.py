"""Compare an answer with what is right, then with what known mistakes give, and say how they differ."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from exercises.checking.verdicts import Exhibit, Wrong
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
    mistakes : iterable of (str, array_like)
        Sentences and what the mistake gives; `Mistakes.on(...)` makes them.
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
    reason = next((text for text, value in mistakes if close(array, value, rtol=rtol)), None)
    exhibit = Exhibit(array, expected, hear) if hear or see else None
    raise Wrong(f"{label}: {reason or difference(array, expected, rtol)}", exhibit)


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
        if expected.dtype.kind not in "biufc":
            return bool(np.array_equal(yours, expected))
        finite = np.abs(expected[np.isfinite(expected)])
        largest = float(finite.max()) if finite.size else 0.0
        return np.allclose(_wide(yours), _wide(expected), rtol=rtol, atol=0.1 * rtol * largest, equal_nan=True)
    except (TypeError, ValueError):
        return False


def as_array(label: str, yours: Any) -> np.ndarray:
    """The answer as an array of numbers, or a sentence about what it is instead."""
    try:
        array = np.asarray(yours)
    except ValueError:
        array = np.empty(0, object)
    if array.dtype.kind in "biufc":
        return array
    if isinstance(yours, tuple) or (isinstance(yours, list) and any(isinstance(part, np.ndarray) for part in yours)):
        raise Wrong(f"{label}: your result is a {type(yours).__name__} of {len(yours)} parts, an array was expected.")
    if isinstance(yours, list) and array.dtype == object:
        raise Wrong(f"{label}: your result is a list whose rows differ in length; make them equally long.")
    raise Wrong(f"{label}: your result is of type {type(yours).__name__}, numbers were expected: {_short(yours)}.")


def _wide(array: np.ndarray) -> np.ndarray:
    return array.astype(np.complex128 if np.iscomplexobj(array) else np.float64)


def _short(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."
