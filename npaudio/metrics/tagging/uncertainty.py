"""Confidence intervals of a metric by the bootstrap, and the calibration error of probabilities."""

import warnings
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.terminal import ProgressLine
from npaudio._core.types import Scores
from npaudio.metrics.tagging.target_checks import Targets, UndefinedMetricWarning, check_scores, targets_and_scores


class Interval(NamedTuple):
    """A figure with the ends of its confidence interval.

    Used in lesson 07.

    Attributes
    ----------
    estimate : float
        The figure of all clips.
    low, high : float
        Ends of its confidence interval, in the unit of the figure.

    See Also
    --------
    bootstrap_ci : computes it.
    """

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
    """Quantiles (1 - confidence) / 2 and (1 + confidence) / 2 of the metric over clips resampled with replacement.

    The percentile bootstrap of Efron 1979. `scipy.stats.bootstrap` corrects for bias and skewness by default (BCa),
    which costs one more evaluation for each clip. A terminal shows a progress line, and Ctrl-C works at any time.

    Explained in lesson 07.

    Parameters
    ----------
    metric : callable
        A function of the arrays that returns a number, such as `mean_average_precision`.
    *arrays : ndarray (n_clips, ...)
        Resampled together, clip by clip: `bootstrap_ci(mean_average_precision, y_true, y_score)`.
    n_resamples : int
        Number of resamples; more give a more precise interval.
    confidence : float
        Share of the resamples within the interval.
    rng : Generator or int
        Random numbers; the same seed gives the same interval.

    Returns
    -------
    Interval
        (estimate, low, high). Resamples for which the metric is NaN are left out; if all are, the ends are NaN.

    Raises
    ------
    ValueError
        Arrays of different length, no clip, a confidence that is not a share.

    See Also
    --------
    mean_average_precision, accuracy, roc_auc : Metrics to pass.

    Examples
    --------
    >>> y_true, y_pred = np.arange(100) % 2, np.arange(100) % 2 * (np.arange(100) < 90)
    >>> bootstrap_ci(accuracy, y_true, y_pred)  # doctest: +SKIP
    Interval(estimate=0.95, low=0.9, high=0.99)
    """
    check = Check("bootstrap_ci")
    data = [check.array(array, f"array {k}") for k, array in enumerate(arrays)]
    lengths = [len(array) if array.ndim else 0 for array in data]
    if len(set(lengths)) != 1 or lengths[0] == 0:
        raise check.error(f"arrays have lengths {lengths}, expected one length above 0")
    if not 0 < confidence < 1:
        raise check.error(f"confidence is {confidence}, expected a share between 0 and 1, such as 0.95")
    n_resamples = check.whole_number(n_resamples, "n_resamples")
    estimate = float(metric(*data))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)  # a resample may miss all positives of a rare class
        figures = _resampled(metric, data, n_resamples, np.random.default_rng(rng))
    defined = figures[~np.isnan(figures)]
    if len(defined) == 0:
        return Interval(estimate, float("nan"), float("nan"))
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(estimate, float(low), float(high))


def expected_calibration_error(
    y_true: Targets, y_score: Scores, *, n_bins: int = 15, average: Literal["macro"] | None = "macro"
) -> Any:
    """ECE = sum over bins of (share of clips in the bin) * |mean score in the bin - share of positives in it|.

    Naeini et al. 2015, in bins of equal width as in Guo et al. 2017, each without its lower border. For one class per
    clip (`y_true` of class indices) it is Guo's: the score is that of the predicted class, and positive means that the
    prediction is right. torchmetrics has the same with bins that include their lower border instead.

    Goes with lesson 07.

    Parameters
    ----------
    y_true : ndarray (n_clips,) or (n_clips, n_classes) of 0 and 1; or (n_clips,) of class indices with 2-d scores
    y_score : ndarray (n_clips,) or (n_clips, n_classes)
        Probabilities from 0 to 1.
    n_bins : int
        Bins between 0 and 1.
    average : "macro" or None
        Mean over the classes of multi-label scores, or one error for each class.

    Returns
    -------
    float or ndarray (n_classes,)
        0 is perfect.

    Raises
    ------
    ValueError
        Shapes that do not fit, scores outside 0 to 1, or fewer than one bin.

    See Also
    --------
    tune_thresholds : what does not need calibrated scores.

    Examples
    --------
    >>> expected_calibration_error(np.array([0, 1, 1, 1]), np.array([0.25, 0.75, 0.75, 0.75]))
    0.25
    """
    check = Check("expected_calibration_error")
    n_bins = check.whole_number(n_bins, "n_bins")
    check.choice(average, ("macro", None), "average")
    if np.ndim(y_true) == 1 and np.ndim(y_score) == 2:
        hit, score = _top_class(check, check.array(y_true, "y_true"), check.array(y_score, "y_score"))
    else:
        hit, score = targets_and_scores(check, y_true, y_score)
    if ((score < 0) | (score > 1)).any():
        raise check.error(
            f"scores reach from {score.min():g} to {score.max():g}, expected probabilities; apply a sigmoid"
        )
    if hit.ndim == 1:
        return _ece(hit, score, n_bins)
    errors = np.array([_ece(hit[:, c], score[:, c], n_bins) for c in range(hit.shape[1])])
    return float(errors.mean()) if average else errors


def _resampled(
    metric: Callable[..., float], data: list[np.ndarray], n_resamples: int, rng: np.random.Generator
) -> np.ndarray:
    """The metric of each resample, (n_resamples,)."""
    figures = np.empty(n_resamples)
    line = ProgressLine("bootstrap", n_resamples, unit="resamples")
    try:
        for k in range(n_resamples):
            chosen = rng.integers(0, len(data[0]), size=len(data[0]))
            figures[k] = metric(*(array[chosen] for array in data))
            line.show(k + 1)
    finally:
        line.close()
    return figures


def _ece(hit: np.ndarray, score: np.ndarray, n_bins: int) -> float:
    """The gap of a bin times its share is |sum of scores - number of hits| / n; empty bins add nothing."""
    bins = np.clip(np.ceil(score.astype(np.float64) * n_bins) - 1, 0, n_bins - 1)
    index = np.unique(bins, return_inverse=True)[1]
    gap = np.bincount(index, score) - np.bincount(index, hit)
    return float(np.abs(gap).sum() / len(score))


def _top_class(check: Check, y_true: np.ndarray, y_score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whether the class with the highest score is the right one, and that score."""
    if len(y_true) != len(y_score) or y_true.dtype.kind not in "iu" or len(y_true) == 0:
        raise check.error(
            f"y_true {y_true.dtype} {y_true.shape} for y_score {y_score.shape}, expected one class index for each clip"
        )
    scores = check_scores(check, y_score)
    return scores.argmax(axis=1) == y_true, scores.max(axis=1)
