"""The normal distribution function Phi for arrays of float64: the exact GELU needs it, and NumPy has no error function.

The standard library has `math.erfc` for single numbers. For z >= 0 and t = 2 / (2 + z) the function
log(erfc(z) / t) + z² is smooth and nearly flat on 0 < t <= 1. So a polynomial through a few dozen exact values at
Chebyshev points gives erfc(z) = t · exp(-z² + polynomial(t)) almost to full precision. (The substitution is that of
Numerical Recipes, 6.2.2; the coefficients are computed here, when they are first needed.)
"""

import functools
import math

import numpy as np

TERMS = 28
CHUNK = 16384  # numbers that are processed at once
SMALLEST_T = 2 / (2 + 26.0)  # erfc(26) = 5.7e-296 is about the last value with all its digits


def erfc(z: np.ndarray) -> np.ndarray:
    """1 - erf(z) for z >= 0: float64, relative error below 1e-14 + 1e-16 z²."""
    return _erfc(z, np.empty((3, *z.shape), z.dtype))


def normal_cdf(x: np.ndarray) -> np.ndarray:
    """Phi(x) = erfc(-x / sqrt 2) / 2, keeping its relative precision in the lower tail.

    It takes some thirty operations on each number. So they are done on `CHUNK` numbers at a time, in work arrays that
    stay in the cache and are used again for each chunk.
    """
    x = x if x.flags.c_contiguous else np.ascontiguousarray(x)
    phi = np.empty_like(x)
    numbers, results = x.reshape(-1), phi.reshape(-1)
    work = np.empty((4, min(CHUNK, max(1, x.size))), x.dtype)
    for start in range(0, x.size, CHUNK):
        chunk = slice(start, start + CHUNK)
        _normal_cdf(numbers[chunk], results[chunk], work[:, : len(numbers[chunk])])
    return phi


def _normal_cdf(x: np.ndarray, phi: np.ndarray, work: np.ndarray) -> None:
    """Write Phi(x) into `phi`. The tail beyond |x| is Phi(x) for negative x, and 1 - Phi(x) for positive x.

    Choosing by `np.where` would take longer than all the rest, because the processor cannot predict the branch.
    """
    z = np.abs(x, out=work[3])
    z *= math.sqrt(0.5)
    both_tails = _erfc(z, work[:3])
    np.multiply(both_tails, 0.5, out=phi)
    np.subtract(1, both_tails, out=both_tails)
    both_tails *= np.greater(x, 0, out=z)
    phi += both_tails


def _erfc(z: np.ndarray, work: np.ndarray) -> np.ndarray:
    """The formula at the top of the module, in three work arrays of the shape of z; the result is in the last one."""
    t, u, y = work
    np.add(z, 2, out=t)
    np.divide(2, t, out=t)
    np.maximum(t, SMALLEST_T, out=t)
    _to_interval(t, out=u)
    _polynomial(u, _coefficients(), out=y)
    y -= np.multiply(z, z, out=u)
    np.exp(y, out=y)
    y *= t
    return y


def _to_interval(t: np.ndarray, out: np.ndarray) -> None:
    """Stretch [SMALLEST_T, 1] to [-1, 1], the interval of Chebyshev points."""
    np.subtract(t, SMALLEST_T, out=out)
    out *= 2 / (1 - SMALLEST_T)
    out -= 1


def _polynomial(u: np.ndarray, coefficients: list[float], out: np.ndarray) -> None:
    """Horner's scheme: (... (c_n u + c_(n-1)) u + ...) u + c_0."""
    np.multiply(u, coefficients[-1], out=out)
    for coefficient in coefficients[-2:0:-1]:
        out += coefficient
        out *= u
    out += coefficients[0]


@functools.cache
def _coefficients() -> list[float]:
    """Coefficients of the polynomial in u that equals log(erfc(z) / t) + z², t = 2 / (2 + z), at `TERMS` points."""

    def smooth_part(u: np.ndarray) -> np.ndarray:
        t = (u + 1) / 2 * (1 - SMALLEST_T) + SMALLEST_T
        z = 2 / t - 2
        return np.array([math.log(math.erfc(zi) / ti) + zi * zi for zi, ti in zip(z, t, strict=True)])

    series: np.ndarray = np.polynomial.chebyshev.chebinterpolate(smooth_part, TERMS - 1)
    return [float(c) for c in np.polynomial.chebyshev.cheb2poly(series)]
