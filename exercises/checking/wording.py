"""How two arrays differ, in words: shape, type, factor, offset, sign, order, shift, first and worst value.

Each `_...` function knows one way to be wrong; it returns its sentence, or None if that is not it.
"""

import numpy as np

FACTORS = {
    2.0: "twice", 0.5: "half", np.pi: "pi times", 2 * np.pi: "2 pi times", np.sqrt(2): "sqrt(2) times",
    1 / np.sqrt(2): "1 / sqrt(2) times", np.log(10): "ln(10) times", 1 / np.log(10): "1 / ln(10) times",
    np.log(2): "ln(2) times", 1 / np.log(2): "1 / ln(2) times", 10.0: "ten times", 0.1: "a tenth of",
}  # fmt: skip


def difference(yours: np.ndarray, expected: np.ndarray, rtol: float = 1e-4) -> str:
    """A sentence or two on how `yours` differs from `expected`."""
    yours, expected = _signed(yours), _signed(expected)
    if yours.shape != expected.shape:
        return _shape(yours, expected, rtol)
    for look in (_complex, _missing_numbers, _constant, _sign, _factor, _offset, _order, _shift):
        sentence = look(yours, expected, rtol)
        if sentence:
            return sentence
    return _first_and_worst(yours, expected, rtol)


def _signed(array: np.ndarray) -> np.ndarray:
    """Truth values and unsigned integers as signed ones, which can be subtracted."""
    return array.astype(np.int64) if array.dtype.kind in "bu" else array


def same(yours: np.ndarray, expected: np.ndarray, rtol: float) -> bool:
    """Whether arrays of the same shape agree, relative to the largest value."""
    if yours.shape != expected.shape:
        return False
    finite = np.abs(expected[np.isfinite(expected)])
    largest = float(finite.max()) if finite.size else 0.0
    return bool(np.allclose(yours, expected, rtol=rtol, atol=0.1 * rtol * largest))


def _shape(yours: np.ndarray, expected: np.ndarray, rtol: float) -> str:
    told = f"your result has shape {yours.shape}, expected {expected.shape}"
    if same(yours.T, expected, rtol):
        return f"your values are right, but transposed: {told}. Swap the axes."
    if yours.shape == expected.shape[::-1] and yours.ndim > 1:
        return f"{told}: it looks transposed."
    if yours.size == expected.size and same(yours.reshape(expected.shape), expected, rtol):
        return f"your values are right, but {told}. Reshape it."
    if yours.ndim == expected.ndim:
        return told + _lengths(yours, expected, rtol)
    return f"{told}: it has {yours.ndim} {'axis' if yours.ndim == 1 else 'axes'}, not {expected.ndim}."


def _lengths(yours: np.ndarray, expected: np.ndarray, rtol: float) -> str:
    """Which axis is too long or too short, and whether the part that both have agrees."""
    axes = [axis for axis in range(yours.ndim) if yours.shape[axis] != expected.shape[axis]]
    parts = []
    for axis in axes:
        more = yours.shape[axis] - expected.shape[axis]
        many = f"{abs(more)} too {'many' if more > 0 else 'few'}"
        parts.append(f"{many} along axis {axis}" if yours.ndim > 1 else many)
    common = tuple(slice(0, min(a, b)) for a, b in zip(yours.shape, expected.shape, strict=True))
    agree = expected[common].size and same(yours[common], expected[common], rtol)
    return ": " + " and ".join(parts) + ("; the values that both have agree." if agree else ".")


def _complex(yours: np.ndarray, expected: np.ndarray, rtol: float) -> str | None:
    if np.iscomplexobj(yours) and not np.iscomplexobj(expected):
        return "your values are complex, real ones were expected: take the real part, or the magnitude np.abs(...)."
    if np.iscomplexobj(expected) and not np.iscomplexobj(yours):
        kind = "the magnitudes of" if same(yours, np.abs(expected), rtol) else "real, not"
        return f"your values are {kind} complex numbers; the phase is missing: keep the complex values."
    if np.iscomplexobj(expected) and same(yours, np.conj(expected), rtol):
        return "your values are the complex conjugates: the exponent has the wrong sign."
    return None


def _missing_numbers(yours: np.ndarray, expected: np.ndarray, rtol: float) -> str | None:
    bad = ~np.isfinite(yours) & np.isfinite(expected)
    if not bad.any():
        return None
    first = _index(np.unravel_index(int(np.argmax(bad)), bad.shape))
    at = f", the first at {first}" if first else ""
    return f"{int(bad.sum())} of your {yours.size} values are NaN or infinite{at}."


def _constant(yours: np.ndarray, expected: np.ndarray, rtol: float) -> str | None:
    if yours.size > 1 and np.ptp(np.abs(expected)) > 0 and np.all(yours == yours.flat[0]):
        return f"all of your {yours.size} values are {_number(yours.flat[0])}; they should differ."
    return None


def _sign(yours: np.ndarray, expected: np.ndarray, rtol: float) -> str | None:
    return "your values have the opposite sign." if same(-yours, expected, rtol) else None


def _factor(yours: np.ndarray, expected: np.ndarray, rtol: float) -> str | None:
    energy = np.sum(np.abs(expected) ** 2)
    if expected.size < 2 or energy == 0:
        return None
    factor = np.sum(np.conj(expected) * yours) / energy
    if abs(factor) < 1e-12 or abs(np.imag(factor)) > rtol * abs(factor) or not same(yours, factor * expected, rtol):
        return None
    name = next((name for value, name in FACTORS.items() if abs(factor / value - 1) < rtol), None)
    number = f"{np.real(factor):.6g}"
    return f"your values are {name or number + ' times'} the expected ones{f' (factor {number})' if name else ''}."


def _offset(yours: np.ndarray, expected: np.ndarray, rtol: float) -> str | None:
    if expected.size < 3 or np.ptp(np.abs(expected)) == 0:
        return None
    offset = np.mean(yours - expected)
    if not same(yours, expected + offset, rtol):
        return None
    return f"your values are the expected ones {'plus' if np.real(offset) > 0 else 'minus'} {_number(abs(offset))}."


def _order(yours: np.ndarray, expected: np.ndarray, rtol: float) -> str | None:
    if expected.size < 2 or np.ptp(np.abs(expected)) == 0:
        return None
    for axis in range(expected.ndim):
        if same(np.flip(yours, axis), expected, rtol):
            return "your values are in reverse order" + (f" along axis {axis}." if expected.ndim > 1 else ".")
    if expected.ndim > 1 and same(yours.T, expected, rtol):
        return "your values are right, but transposed: swap the axes."
    return None


def _shift(yours: np.ndarray, expected: np.ndarray, rtol: float) -> str | None:
    """The same values some places later or earlier; what is pushed in from outside the range does not matter."""
    for axis in range(expected.ndim - 1, -1, -1):
        length = expected.shape[axis]
        for k in range(1, min(length // 3, 64) + 1):
            early, late = _take(yours, axis, 0, length - k), _take(yours, axis, k, length)
            for part, other, word in (
                (late, _take(expected, axis, 0, length - k), "late"),
                (early, _take(expected, axis, k, length), "early"),
            ):
                if np.ptp(np.abs(other)) > 0 and same(part, other, rtol):
                    places = f"{k} place{'s' if k > 1 else ''}"
                    return f"your values come {places} too {word}" + (
                        f" along axis {axis}." if expected.ndim > 1 else "."
                    )
    return None


def _take(array: np.ndarray, axis: int, start: int, stop: int) -> np.ndarray:
    return array[(slice(None),) * axis + (slice(start, stop),)]


def _first_and_worst(yours: np.ndarray, expected: np.ndarray, rtol: float) -> str:
    if expected.ndim == 0 or expected.size == 1:
        return f"you have {_number(yours.flat[0])}, expected {_number(expected.flat[0])}.{_whole(yours, expected)}"
    gap = np.abs(np.subtract(yours, expected, dtype=np.result_type(yours, expected, np.float64)))
    gap = np.where(np.isfinite(gap), gap, 0)
    largest = float(np.max(np.abs(np.where(np.isfinite(expected), expected, 0))))
    wrong = gap > rtol * np.abs(expected) + 0.1 * rtol * largest
    wrong |= np.isnan(yours) != np.isnan(expected)
    first = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    worst = np.unravel_index(int(np.argmax(gap)), gap.shape)
    told = f"{int(wrong.sum())} of {expected.size} values differ. First at {_pair(yours, expected, first)}"
    if worst != first:
        told += f"; worst at {_pair(yours, expected, worst)}"
    return told + "." + _whole(yours, expected)


def _whole(yours: np.ndarray, expected: np.ndarray) -> str:
    if yours.dtype.kind in "iu" and expected.dtype.kind in "fc":
        return f" Your result has whole numbers ({yours.dtype}): an integer array cuts off the fractions."
    return ""


def _pair(yours: np.ndarray, expected: np.ndarray, where: tuple[np.intp, ...]) -> str:
    return f"{_index(where)}: yours {_number(yours[where])}, expected {_number(expected[where])}"


def _index(where: tuple[np.intp, ...]) -> str:
    return f"[{', '.join(str(int(i)) for i in where)}]" if where else ""


def _number(value: object) -> str:
    return f"{value:.6g}"
