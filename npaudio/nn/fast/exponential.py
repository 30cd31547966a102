"""exp of many scores: by the quickest function that NumPy has for it on this processor, and without overflow.

    exp(x) = 2^(x · log2 e)

A processor has no instruction for e^x, but 2^x is almost one: the whole part of x goes straight into the exponent of a
floating-point number. Where NumPy computes 2^x with the wide registers of AVX-512, it takes half the time of exp.
Elsewhere NumPy leaves 2^x to the C library, one number at a time, and exp is quicker.
"""

import functools
import math

import numpy as np

SAFE_EXPONENT = 40  # exp(40) = 2e17, far from the largest and the smallest numbers of float32


@functools.cache
def quickest_exp(dtype: np.dtype) -> tuple[np.ufunc, float]:
    """A function f of NumPy and a factor a, such that exp(x) = f(a · x)."""
    if dtype != np.float32 or not hasattr(np.lib, "introspect"):  # NumPy before 2.1 can't be asked
        return np.exp, 1.0
    variants = np.lib.introspect.opt_func_info(func_name="^exp2$", signature="float32")
    in_use = [variant["current"] for variant in variants.get("exp2", {}).values()]
    return (np.exp, 1.0) if not in_use or "baseline" in in_use[0] else (np.exp2, math.log2(math.e))


def lower_large_rows(scores: np.ndarray, *, at_most: float) -> None:
    """Subtract from each row (..., n, N) its largest number, so that exp cannot overflow, unless no row needs it.

    `at_most` is a bound of |scores| that is quick to compute: if it is small enough, the rows need not be searched.
    """
    if not at_most < SAFE_EXPONENT:  # NaN, too
        largest = scores.max(axis=-1, keepdims=True)  # (..., n, 1)
        if not np.all(np.abs(largest) < SAFE_EXPONENT):
            scores -= largest


def longest(vectors: np.ndarray) -> float:
    """The length of the longest of many vectors (..., d)."""
    return float(np.sqrt(np.einsum("...d,...d->...", vectors, vectors).max(initial=0)))
