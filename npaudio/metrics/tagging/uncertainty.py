"""How sure is a figure, and how honest are the scores: bootstrap intervals and calibration error."""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from npaudio.metrics.tagging.label_checks import (
    UndefinedMetricWarning,
    check_binary,
    check_labels_and_scores,
    check_scores,
)


class Interval(NamedTuple):
    """A figure with the ends of its confidence interval."""

    estimate: float
    low: float
    high: float


def bootstrap_ci(
    metric: Callable[..., float],
    *arrays: np.ndarray,
    n_resamples: int = 1000,
    confidence: float = 0.95,
    rng: np.random.Generator | int = 0,
) -> Interval:
    """Quantiles (1 - confidence) / 2 and (1 + confidence) / 2 of the metric over clips drawn anew with replacement.

    The percentile bootstrap of Efron 1979. `scipy.stats.bootstrap` corrects for bias and skewness by default (BCa), at
    the price of one more evaluation a clip.

    Parameters
    ----------
    metric : callable
        Takes the arrays and returns a number, such as `mean_average_precision`.
    *arrays : ndarray (n_clips, ...)
        Drawn together, clip by clip: `bootstrap_ci(mean_average_precision, y_true, y_score)`.
    n_resamples : int
        Draws; more make the ends of the interval steadier.
    confidence : float
        Share of the draws within the interval.
    rng : Generator or int
        Source of the draws; the same seed gives the same interval.

    Returns
    -------
    Interval
        (estimate, low, high). Draws for which the metric is NaN are left out; if all are, the ends are NaN.

    Raises
    ------
    ValueError
        Arrays of different length, no clip, a confidence that is not a share.
    """
    data = [np.asarray(array) for array in arrays]
    if not data or len({len(array) for array in data}) != 1 or len(data[0]) == 0:
        raise ValueError(f"bootstrap_ci: arrays have lengths {[len(a) for a in data]}, expected one length above 0")
    if not 0 < confidence < 1:
        raise ValueError(f"bootstrap_ci: confidence is {confidence}, expected a share between 0 and 1, such as 0.95")
    if n_resamples < 1:
        raise ValueError(f"bootstrap_ci: n_resamples is {n_resamples}, expected at least 1")
    generator = np.random.default_rng(rng)
    estimate = float(metric(*data))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)  # a draw may miss all positives of a rare class
        draws = np.array([_draw(metric, data, generator) for _ in range(n_resamples)])
    defined = draws[~np.isnan(draws)]
    if len(defined) == 0:
        return Interval(estimate, float("nan"), float("nan"))
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(estimate, float(low), float(high))


def expected_calibration_error(
    y_true: np.ndarray, y_score: np.ndarray, *, n_bins: int = 15, average: str | None = "macro"
) -> Any:
    """ECE = sum over bins of (share of clips in the bin) * |mean score in the bin - share of positives in it|.

    Naeini et al. 2015, in bins of equal width as Guo et al. 2017 use them, each without its lower border. For one
    label a clip (`y_true` of class indices) it is Guo's: the score is that of the predicted class, and positive means
    that it is right. torchmetrics has the same with bins that hold their lower border instead.

    Parameters
    ----------
    y_true : ndarray (n_clips,) or (n_clips, n_classes) of 0 and 1; or (n_clips,) of class indices with 2-d scores
    y_score : ndarray (n_clips,) or (n_clips, n_classes)
        Probabilities from 0 to 1.
    n_bins : int
        Bins between 0 and 1.
    average : "macro" or None
        Mean over the classes of multi-label scores, or one error a class.

    Returns
    -------
    float or ndarray (n_classes,)
        0 is perfect.
    """
    caller = "expected_calibration_error"
    if np.ndim(y_true) == 1 and np.ndim(y_score) == 2:
        hit, score = _top_class(np.asarray(y_true), np.asarray(y_score), caller)
    else:
        hit, score = check_labels_and_scores(y_true, y_score, caller=caller)
    if ((score < 0) | (score > 1)).any():
        raise ValueError(
            f"{caller}: scores reach from {score.min():g} to {score.max():g}, expected probabilities; apply a sigmoid"
        )
    if n_bins < 1 or average not in ("macro", None):
        raise ValueError(
            f'{caller}: n_bins is {n_bins} and average {average!r}, expected 1 or more, and "macro" or None'
        )
    if hit.ndim == 1:
        return _ece(hit, score, n_bins)
    errors = np.array([_ece(hit[:, c], score[:, c], n_bins) for c in range(hit.shape[1])])
    return float(errors.mean()) if average else errors


def _draw(metric: Callable[..., float], data: list[np.ndarray], rng: np.random.Generator) -> float:
    chosen = rng.integers(0, len(data[0]), size=len(data[0]))
    return float(metric(*(array[chosen] for array in data)))


def _ece(hit: np.ndarray, score: np.ndarray, n_bins: int) -> float:
    """The gap of a bin times its share is |sum of scores - number of hits| / n."""
    index = np.clip(np.ceil(score.astype(np.float64) * n_bins).astype(int) - 1, 0, n_bins - 1)
    gap = np.bincount(index, score, minlength=n_bins) - np.bincount(index, hit, minlength=n_bins)
    return float(np.abs(gap).sum() / len(score))


def _top_class(y_true: np.ndarray, y_score: np.ndarray, caller: str) -> tuple[np.ndarray, np.ndarray]:
    """Whether the class with the highest score is the right one, and that score."""
    if len(y_true) != len(y_score) or y_true.dtype.kind not in "iu" or len(y_true) == 0:
        raise ValueError(
            f"{caller}: y_true {y_true.dtype} {y_true.shape} for y_score {y_score.shape}, "
            "expected one class index a clip"
        )
    scores = check_scores(y_score, caller=caller)
    right = check_binary(scores.argmax(axis=1) == y_true, caller=caller)
    return right, scores.max(axis=1)
