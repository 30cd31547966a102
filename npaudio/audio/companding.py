"""Mu-law and A-law: 8-bit samples whose steps grow with the level, as telephones send them (ITU-T G.711).

A code has a sign bit, three bits of exponent e and four bits of mantissa m. Quiet sounds get small steps and loud ones
large steps, so 8 bits sound like 13. Both laws store some bits inverted, which kept old telephone lines in step.
"""

import numpy as np


def mu_law_levels() -> np.ndarray:
    """Sample of range ±1 of each code, (256,): ((2m + 33) * 2**e - 33) / 8192, with all bits inverted."""
    code = np.arange(256) ^ 0xFF
    negative, exponent, mantissa = _fields(code)
    magnitude = (2 * mantissa + 33) * 2**exponent - 33
    return np.where(negative, -magnitude, magnitude) / 8192


def a_law_levels() -> np.ndarray:
    """Sample of range ±1 of each code, (256,): (2m + 33) * 2**(e - 1) / 4096.

    For e = 0 it is (2m + 1) / 4096. Every second bit is stored inverted, and the sign bit is set for positive samples.
    """
    code = np.arange(256) ^ 0x55
    positive, exponent, mantissa = _fields(code)
    magnitude = np.where(exponent == 0, 2 * mantissa + 1, (2 * mantissa + 33) * 2 ** np.maximum(exponent - 1, 0))
    return np.where(positive, magnitude, -magnitude) / 4096


def _fields(code: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sign bit, exponent and mantissa of each code."""
    return code >> 7 == 1, code >> 4 & 7, code & 15
