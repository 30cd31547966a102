"""The polyphonic sound detection ROC and the area under it: the last step of PSDS.

Bilen et al., "A framework for the robust evaluation of sound event detection", ICASSP 2020, sections 3 and 4.

Conventions
-----------
- A class's curve gives the best true-positive ratio that any threshold reaches at no more than an effective
  false-positive rate, per hour: a staircase that starts at (0, 0) and never falls.
- Areas end at `max_efpr` and are divided by it, so a score is from 0 to 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True)
class Staircase:
    """Corners of a curve: from `efpr[i]` on the ratio is `tpr[i]`; before the first corner it is 0.

    Used in lesson 08.

    Attributes
    ----------
    efpr : np.ndarray (n_corners,)
        Effective false positives per hour, rising.
    tpr : np.ndarray (n_corners,)
        The ratio from there on, 0 to 1.

    See Also
    --------
    PsdsScore : the score whose curve it is.
    """

    efpr: np.ndarray  # (n_corners,) rising
    tpr: np.ndarray  # (n_corners,) rising

    def at(self, efpr: np.ndarray) -> np.ndarray:
        """The ratio at each rate of `efpr` (any shape), per hour."""
        return np.concatenate([[0.0], self.tpr])[np.searchsorted(self.efpr, efpr, side="right")]

    def area(self, max_efpr: float) -> float:
        """Mean height from 0 to `max_efpr`, false positives per hour."""
        return float(np.sum(np.diff(self.efpr, append=max_efpr) * self.tpr) / max_efpr)


class PsdsScore(float):
    """A PSDS: a number from 0 to 1, with the curve whose area it is.

    Used in lesson 08.

    Parameters
    ----------
    x : float
        The score, from 0 to 1.

    Attributes
    ----------
    roc : Staircase
        Effective true-positive ratio over effective false-positive rate per hour.
    class_rocs : {label: Staircase}
        The curves of the classes.
    class_wise : {label: float}
        Area under each of them.
    max_efpr : float
        Where the curves end.

    See Also
    --------
    psds, psds_from_detections : compute it.
    """

    roc: Staircase
    class_rocs: dict[str, Staircase]
    class_wise: dict[str, float]
    max_efpr: float

    @classmethod
    def from_curves(
        cls, labels: Sequence[str], curves: Sequence[Staircase], *, alpha_st: float, max_efpr: float
    ) -> "PsdsScore":
        """Area under max(0, mean of the curves - `alpha_st` * their population standard deviation).

        Parameters
        ----------
        labels : sequence of str
            Names of the classes.
        curves : sequence of Staircase
            One for each class.
        alpha_st : float
            Cost of differences between the classes.
        max_efpr : float
            Where the area ends, in false positives per hour.

        Returns
        -------
        PsdsScore
            The score, with the curves.
        """
        efpr = np.unique(np.concatenate([[0.0], *(curve.efpr for curve in curves)]))
        tpr = np.array([curve.at(efpr) for curve in curves])
        roc = Staircase(efpr, np.maximum(tpr.mean(axis=0) - alpha_st * tpr.std(axis=0), 0))
        score = cls(roc.area(max_efpr))
        score.roc, score.max_efpr = roc, max_efpr
        score.class_rocs = dict(zip(labels, curves, strict=True))
        score.class_wise = {label: curve.area(max_efpr) for label, curve in score.class_rocs.items()}
        return score


def staircase(efpr: np.ndarray, tpr: np.ndarray, max_efpr: float) -> Staircase:
    """Upper left corners of the operating points: each has a higher ratio than all points of smaller or equal rate."""
    usable = efpr <= max_efpr
    efpr, tpr = efpr[usable], tpr[usable]
    order = np.lexsort((-tpr, efpr))
    efpr, tpr = efpr[order], tpr[order]
    best_before = np.maximum.accumulate(np.concatenate([[0.0], tpr]))[:-1]
    return Staircase(efpr[tpr > best_before], tpr[tpr > best_before])
