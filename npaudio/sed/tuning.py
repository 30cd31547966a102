"""Tuning: which post-processing suits each class, tried on a validation set."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from npaudio.sed.checks import SedCheck
from npaudio.sed.detection import detect_events
from npaudio.sed.filters import median_filter
from npaudio.sed.settings import PostProcessing

THRESHOLDS = tuple(np.linspace(0.1, 0.9, 17).round(2).tolist())
MEDIAN_FRAMES = (1, 3, 5, 9, 15)
MIN_DURATION_FRAMES = (1, 3, 6)


def tune_postprocessing(
    reference: Any,
    scores: Mapping[str, np.ndarray],
    *,
    labels: Sequence[str],
    hop_length: int,
    sr: float,
    metric: Callable[..., Any],
    thresholds: Sequence[float] | None = THRESHOLDS,
    median_frames: Sequence[int] = MEDIAN_FRAMES,
    max_gap_frames: Sequence[int] = (0,),
    min_duration_frames: Sequence[int] = MIN_DURATION_FRAMES,
) -> PostProcessing:
    """Best settings of each class among all combinations, as a metric judges them on a validation set.

    Classes do not influence each other's figures, so one pass over the combinations tunes all classes.

    Explained in lesson 08.

    Parameters
    ----------
    reference : {filename: [Event, ...]} or path
        Annotations of the validation set.
    scores : {filename: ndarray (n_classes, n_frames)}
        Probabilities for every file of the reference.
    labels : sequence of str
        Class of each row of the scores.
    hop_length, sr : int, float
        A frame is `hop_length / sr` seconds; sr in Hz.
    metric : callable
        Called as `metric(reference, detections, labels=labels)`, for instance `metrics.event_based_metrics` or
        `metrics.intersection_based_metrics`, with settings of its own by `functools.partial`; the result's `class_wise`
        holds the figure of each class, or a dictionary with its `f_measure`. Higher is better.
    thresholds : sequence of float, or None
        Candidates. None for a metric that looks at all thresholds itself, such as
        `partial(metrics.psds, durations=durations)`: it is called as `metric(reference, filtered_scores, labels=labels,
        hop_time=hop_length / sr)`, and only the median filter is tuned.
    median_frames, max_gap_frames, min_duration_frames : sequence of int
        Candidates of the other settings, in frames. Among equally good ones the first is taken.

    Returns
    -------
    PostProcessing
        Prints itself as a table; for `detect_events(..., postprocessing=...)`. A class for which no setting reaches
        more than 0 keeps the defaults, and its `achieved` is NaN.

    Raises
    ------
    ValueError
        Scores that are not probabilities or do not fit the labels, or candidates that are impossible.

    See Also
    --------
    detect_events : uses what it finds.
    npaudio.metrics.tune_thresholds : thresholds alone, for clips.

    Examples
    --------
    >>> from npaudio.metrics import event_based_metrics
    >>> reference, scores = {"a": [(0.0, 0.4, "Dog")]}, {"a": np.array([[0.4, 0.3, 0.4, 0.4, 0.2, 0.2, 0.2]])}
    >>> tuned = tune_postprocessing(
    ...     reference, scores, labels=["Dog"], hop_length=1600, sr=16000, metric=event_based_metrics
    ... )
    >>> print(tuned)
    frames of 0.1 s
    class  threshold  median  max gap  min duration  achieved
    Dog         0.20       -        -             -     1.000
    """
    check = SedCheck("tune_postprocessing")
    names = check.labels(labels)
    for clip in scores.values():
        check.classes(check.scores(clip), names)
    check.median_lengths(list(median_frames), "median_frames")
    default = PostProcessing.of(names, hop_length, sr, caller=check.caller)
    task = _Task(reference, scores, default, metric)
    if thresholds is None:
        return task.best(task.filtered(median_frames))
    return task.best(task.detected(thresholds, median_frames, max_gap_frames, min_duration_frames))


@dataclass(frozen=True)
class _Task:
    """The validation set and how it is judged."""

    reference: Any
    scores: Mapping[str, np.ndarray]
    default: PostProcessing
    metric: Callable[..., Any]

    def detected(self, *candidates: Sequence[float]) -> Iterator[tuple[dict[str, float], Any]]:
        """Every combination of threshold, median, gap and duration, with what the metric says about its events."""
        names = ("threshold", "median_frames", "max_gap_frames", "min_duration_frames")
        labels, hop_length, sr = list(self.default.labels), self.default.hop_length, self.default.sr
        for combination in itertools.product(*candidates):
            settings: dict[str, Any] = dict(zip(names, combination, strict=True))
            chosen = PostProcessing.of(labels, hop_length, sr, **settings)
            events = detect_events(self.scores, labels=labels, hop_length=hop_length, sr=sr, postprocessing=chosen)
            yield settings, self.metric(self.reference, events, labels=labels)

    def filtered(self, median_frames: Sequence[int]) -> Iterator[tuple[dict[str, float], Any]]:
        """Every median filter, with what a metric of all thresholds says about the filtered scores."""
        hop_time = self.default.hop_length / self.default.sr
        for length in median_frames:
            smooth = {name: median_filter(np.asarray(clip), length) for name, clip in self.scores.items()}
            labels = list(self.default.labels)
            yield {"median_frames": length}, self.metric(self.reference, smooth, labels=labels, hop_time=hop_time)

    def best(self, judged: Iterator[tuple[dict[str, float], Any]]) -> PostProcessing:
        """For each class the settings of its highest figure."""
        tried, figures = [], []
        for settings, result in judged:
            tried.append(settings)
            figures.append([_figure(result.class_wise.get(label)) for label in self.default.labels])
        winner = np.argmax(figures, axis=0)  # (n_classes,)
        highest = np.max(figures, axis=0)
        columns = {}
        for name in tried[0]:
            kept = getattr(self.default, name)
            columns[name] = tuple(tried[w][name] if f > 0 else k for w, f, k in zip(winner, highest, kept, strict=True))
        low = columns.get("threshold", self.default.low_threshold)
        achieved = tuple(float(f) if f > 0 else float("nan") for f in highest)
        return replace(self.default, **columns, low_threshold=low, achieved=achieved)  # type: ignore[arg-type]


def _figure(value: Any) -> float:
    """The figure of one class; an undefined one, or none, counts as 0."""
    number = 0.0 if value is None else value["f_measure"] if isinstance(value, Mapping) else value
    return 0.0 if np.isnan(number) else float(number)
