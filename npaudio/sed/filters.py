"""Post-processing, one function for each step: from scores to decisions, and from decisions to better ones.

    scores -> threshold or hysteresis_threshold -> median_filter -> fill_gaps -> remove_short -> frames_to_events

Conventions
-----------
- Scores and decisions have time as their last axis: `(n_frames,)`, `(n_classes, n_frames)`, or more leading axes, such
  as clips. Settings are one number, or one for each class of the last but one axis.
- A *run* is an unbroken row of active frames. A *gap* is an unbroken row of inactive frames between two runs; what
  lies before the first run or after the last is not a gap.
- `fill_gaps`, `remove_short` and both thresholds applied a second time change nothing; a median filter may.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from npaudio.sed.checks import SedCheck, accepts_names
from npaudio.sed.runs import Runs, drop_short, find_runs, join_close, paint

Levels = float | Sequence[float] | np.ndarray
Frames = int | Sequence[int] | np.ndarray

MEDIAN_BATCH = 1 << 20  # numbers in the windows that are sorted at once


@accepts_names(preds="scores")
def threshold(scores: np.ndarray, t: Levels = 0.5) -> np.ndarray:
    """Binary decision per frame, `scores > t`.

    Explained in lesson 08.

    Parameters
    ----------
    scores : ndarray (..., n_frames)
        Probabilities. The article's name `preds` is accepted too.
    t : float or sequence (n_classes,)
        One threshold, or one for each class. A score equal to its threshold is inactive, as in the article.

    Returns
    -------
    ndarray of bool, the shape of `scores`

    Raises
    ------
    ValueError
        Scores that are NaN or outside 0 to 1, or a number of thresholds that is not the number of classes.

    See Also
    --------
    hysteresis_threshold : two thresholds.
    npaudio.metrics.tune_thresholds : finds one for each class.
    """
    check = SedCheck("threshold")
    scores = check.scores(scores)
    return scores > _levels(check, t, scores, "t")


@accepts_names(preds="scores")
def hysteresis_threshold(scores: np.ndarray, low: Levels, high: Levels) -> np.ndarray:
    """Active where scores stay above `low`, in those stretches that somewhere exceed `high`.

    One threshold cuts an event in two wherever its score dips for a moment. With two, a high score is needed to begin
    an event, and a lower one is enough to go on. With `low` equal to `high` this is `threshold`.

    Goes with lesson 08.

    Parameters
    ----------
    scores : ndarray (..., n_frames)
        Probabilities.
    low, high : float or sequence (n_classes,)
        `low` at most `high`; both are exceeded strictly, as in `threshold`.

    Returns
    -------
    ndarray of bool, the shape of `scores`

    Raises
    ------
    ValueError
        As `threshold`, or a `low` above its `high`.

    See Also
    --------
    threshold : one threshold instead of two.
    """
    check = SedCheck("hysteresis_threshold")
    scores = check.scores(scores)
    lower, upper = _levels(check, low, scores, "low"), _levels(check, high, scores, "high")
    if np.any(np.asarray(lower) > upper):
        raise check.error(f"low {low} is above high {high}; swap them")
    return paint(runs_between(scores, lower, upper), scores.shape)


@accepts_names(preds="scores")
def median_filter(scores: np.ndarray, length: Frames) -> np.ndarray:
    """The middle value of each window of `length` frames around a frame; of decisions, the majority.

    What lasts less than half a window is smoothed away, steps stay steps. The median and a threshold can be swapped:
    the median of the decisions is the decision about the median. At its edges a clip is mirrored, the last frame
    included (`c b a | a b c d | d c b`), as `scipy.ndimage.median_filter` does by default.

    Explained in lesson 08.

    Parameters
    ----------
    scores : ndarray (..., n_frames)
        Scores, or decisions (bool, or integers 0 and 1).
    length : int or sequence (n_classes,)
        Odd; 1 changes nothing. May exceed the clip.

    Returns
    -------
    ndarray, shape and dtype of `scores`

    Raises
    ------
    ValueError
        A length that is even or below 1, or scores that are NaN.

    See Also
    --------
    fill_gaps, remove_short : say what they do in frames.
    """
    check, array = SedCheck("median_filter"), np.asarray(scores)
    lengths = check.median_lengths(length, "length")
    if array.dtype.kind != "f":
        return _each_length(check, check.binary(array), lengths, majority).astype(array.dtype, copy=False)
    if array.ndim == 0 or np.isnan(array).any():
        raise check.error("scores must have a time axis and no NaN; find where they arise")
    return _each_length(check, array, lengths, _median)


@accepts_names(max_gap="max_gap_frames")
def fill_gaps(binary: np.ndarray, max_gap_frames: Frames) -> np.ndarray:
    """Activate the gaps *shorter than* `max_gap_frames` between two runs.

    Explained in lesson 08.

    Parameters
    ----------
    binary : ndarray (..., n_frames), bool or 0 and 1
    max_gap_frames : int or sequence (n_classes,)
        Gaps of this many frames and longer stay open; 0 and 1 change nothing. The article calls it `max_gap`.

    Returns
    -------
    ndarray, shape and dtype of `binary`

    Raises
    ------
    ValueError
        Not 0 and 1, or a negative length.

    See Also
    --------
    remove_short : the next step.
    """
    return _by_runs(SedCheck("fill_gaps"), binary, join_close, max_gap_frames, "max_gap_frames")


@accepts_names(min_dur="min_duration_frames")
def remove_short(binary: np.ndarray, min_duration_frames: Frames) -> np.ndarray:
    """Deactivate the runs *shorter than* `min_duration_frames`.

    Explained in lesson 08.

    Parameters
    ----------
    binary : ndarray (..., n_frames), bool or 0 and 1
    min_duration_frames : int or sequence (n_classes,)
        Runs of this many frames and longer stay; 0 and 1 change nothing. The article calls it `min_dur`.

    Returns
    -------
    ndarray, shape and dtype of `binary`

    Raises
    ------
    ValueError
        Not 0 and 1, or a negative length.

    See Also
    --------
    fill_gaps : the step before.
    """
    return _by_runs(SedCheck("remove_short"), binary, drop_short, min_duration_frames, "min_duration_frames")


def runs_between(scores: np.ndarray, low: np.ndarray | float, high: np.ndarray | float) -> Runs:
    """Runs above `low` that hold a frame above `high`; the levels broadcast to the scores."""
    runs = find_runs(scores > low)
    if np.array_equal(low, high):
        return runs
    n_frames = scores.shape[-1]
    sure = np.concatenate([[0], np.cumsum(scores > high)])  # frames above `high` so far, all rows in a line
    position = runs.row * n_frames
    return runs.take(sure[position + runs.stop] > sure[position + runs.start])


def majority(active: np.ndarray, length: int) -> np.ndarray:
    """Median of decisions: more than half of the window is active.

    The active frames of windows of 1, 2, 4, ... frames are added up from two windows of half the size; a window of
    `length` frames is put together from those that `length` has as a binary number.
    """
    n_frames = active.shape[-1]
    counts: np.ndarray = _mirrored(active, length // 2).astype(np.uint16 if length < 2**16 else np.int64)
    total = np.zeros(active.shape, counts.dtype)
    begin, size = 0, 1
    while size <= length:
        if length & size:
            total += counts[..., begin : begin + n_frames]
            begin += size
        counts = counts[..., :-size] + counts[..., size:]
        size *= 2
    return total > length // 2


def _median(scores: np.ndarray, length: int) -> np.ndarray:
    """Middle of each sorted window, a few rows at a time."""
    padded = _mirrored(scores.reshape(-1, scores.shape[-1]), length // 2)
    result = np.empty((len(padded), scores.shape[-1]), dtype=scores.dtype)
    step = max(1, MEDIAN_BATCH // (length * scores.shape[-1]))
    for start in range(0, len(padded), step):
        windows = sliding_window_view(padded[start : start + step], length, axis=-1)
        result[start : start + step] = np.partition(windows, length // 2, axis=-1)[..., length // 2]
    return result.reshape(scores.shape)


def _mirrored(rows: np.ndarray, reach: int) -> np.ndarray:
    """`reach` more frames on either side, mirrored as often as it takes."""
    return np.pad(rows, [(0, 0)] * (rows.ndim - 1) + [(reach, reach)], mode="symmetric")


def _each_length(
    check: SedCheck, rows: np.ndarray, lengths: np.ndarray, smooth: Callable[[np.ndarray, int], np.ndarray]
) -> np.ndarray:
    """Smooth all rows with one window, or those of each class with the window of the class."""
    if rows.size == 0 or (lengths == 1).all():
        return rows.copy()
    if lengths.ndim == 0:
        return smooth(rows, int(lengths))
    check.one_per_class(lengths, rows, "length")
    result = np.empty_like(rows)
    for length in np.unique(lengths):
        classes = lengths == length
        result[..., classes, :] = smooth(rows[..., classes, :], int(length))
    return result


def _levels(check: SedCheck, t: Levels, scores: np.ndarray, name: str) -> np.ndarray | float:
    """One level, or a column of them; a Python float leaves float32 scores float32."""
    levels = np.asarray(t, dtype=float)
    if np.isnan(levels).any():
        raise check.error(f"{name} is {t!r}, expected numbers; correct it")
    if levels.ndim == 0:
        return float(levels)
    check.one_per_class(levels, scores, name)
    return levels.astype(scores.dtype)[:, None]


def _by_runs(
    check: SedCheck, binary: np.ndarray, change: Callable[[Runs, np.ndarray], Runs], limit: Frames, name: str
) -> np.ndarray:
    """Decisions whose runs were changed by a limit in frames, one for all or one for each class."""
    active = check.binary(binary)
    runs, frames = find_runs(active), check.frame_counts(limit, name)
    if frames.ndim:
        check.one_per_class(frames, active, name)
        frames = frames[runs.row % len(frames)]
    return paint(change(runs, frames), active.shape).astype(np.asarray(binary).dtype)
