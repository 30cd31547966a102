"""How a signal is continued beyond its ends, where samples before the first or after the last one are needed."""

from typing import Literal

import numpy as np

PadMode = Literal["constant", "reflect", "edge"]


def continued(y: np.ndarray, start: int, stop: int, pad_mode: PadMode = "constant") -> np.ndarray:
    """The samples start ... stop - 1 of `y` (n_samples,), where start may be negative and stop beyond the end.

    "constant" continues with zeros, "edge" with the last value, "reflect" with the mirror image of the signal, whose
    last sample is not repeated; all as in `np.pad`. A view of `y` if the samples all lie in it, else a copy.
    """
    n = len(y)
    if 0 <= start and stop <= n:
        return y[start:stop]
    before = _outside(y, np.arange(start, min(stop, 0)), pad_mode)
    after = _outside(y, np.arange(max(start, n), stop), pad_mode)
    return np.concatenate([before, y[max(start, 0) : max(stop, 0)], after])


def _outside(y: np.ndarray, index: np.ndarray, pad_mode: PadMode) -> np.ndarray:
    """The samples at places before the first or after the last one."""
    if pad_mode == "constant":
        return np.zeros(len(index), y.dtype)
    if pad_mode == "reflect" and len(y) > 1:
        period = 2 * (len(y) - 1)  # to the last sample and back
        index = np.abs((index + len(y) - 1) % period - (len(y) - 1))
    return y[np.clip(index, 0, len(y) - 1)]
