"""Segment-based scores: whether the classes that are active in each second are detected.

Mesaros, Heittola and Virtanen, "Metrics for polyphonic sound event detection", Applied Sciences 6(6), 2016, section
4.1, as the library sed_eval computes them.
"""

from collections.abc import Sequence
from typing import NamedTuple, get_args

import numpy as np

from npaudio._core.checks import Check
from npaudio.metrics.events.event_results import (
    EmptyOutput,
    EventMetrics,
    Figures,
    accuracy_figures,
    error_figures,
    f_figures,
)
from npaudio.metrics.events.event_table import Durations, Events, EventTable, durations_of, event_tables


def segment_based_metrics(
    reference: Events,
    estimated: Events,
    *,
    time_resolution: float = 1.0,
    empty_output: EmptyOutput = "nan",
    labels: Sequence[str] | None = None,
    durations: Durations | None = None,
) -> EventMetrics:
    """F = 2 TP / (N_ref + N_sys), counted in cells of one segment and one class, active if an event touches them.

    An event is active from segment floor(onset / resolution) to ceil(offset / resolution) - 1. The error rate adds up,
    per segment, substitutions S = min(N_ref, N_sys) - TP, deletions D = max(0, N_ref - N_sys) and insertions I =
    max(0, N_sys - N_ref), and divides by the active cells of the reference. The definition is that of Mesaros et al.
    2016, and the figures are those of sed_eval to the last digit. sed_scores_eval's segment-based F rounds times to a
    microsecond first.

    Explained in lesson 08.

    Parameters
    ----------
    reference, estimated : {filename: [Event, ...]} or path
        Events, tuples (onset, offset, label), or a DCASE file. The files scored are those of `reference`.
    time_resolution : float
        Length of a segment in seconds.
    empty_output : "nan" or "zero"
        As in `event_based_metrics`.
    labels : sequence of str, optional
        The classes. By default all that occur in either list, sorted. Specificity and accuracy, which
        count inactive cells, depend on them.
    durations : {filename: seconds}, optional
        Length of each clip, where events are cut. By default a clip ends with the last event of either list, as in
        sed_eval. Only events beyond the end and figures that count inactive cells depend on it.

    Returns
    -------
    EventMetrics
        `overall` with f_measure, precision, recall, error_rate, substitution_rate, deletion_rate, insertion_rate,
        sensitivity, specificity, balanced_accuracy, accuracy and the counts n_ref, n_sys, n_tp; `class_wise[label]` and
        `class_wise_average` without the substitution rate.

    Raises
    ------
    ValueError
        A file in the estimate that is not in the reference, an unknown label, an impossible event or setting, a
        duration that is missing, negative or not finite.

    See Also
    --------
    event_based_metrics : Count events instead of seconds.

    Examples
    --------
    >>> result = segment_based_metrics({"a.wav": [(1.0, 4.0, "Speech")]}, {"a.wav": [(2.0, 4.0, "Speech")]})
    >>> result.overall["f_measure"], result.overall["error_rate"]
    (0.8, 0.3333333333333333)
    """
    check = Check("segment_based_metrics")
    check.choice(empty_output, get_args(EmptyOutput), "empty_output")
    time_resolution = check.positive(time_resolution, "time_resolution")
    files, labels, ref, est = event_tables(check, reference, estimated, labels)
    end = _ends(files, ref, est) if durations is None else durations_of(check, files, durations)
    n_segments = np.ceil(end / time_resolution).astype(np.int64)
    cells = _count_cells(ref, est, n_segments, len(labels), time_resolution)
    class_wise = {label: _class_figures(cells, c, empty_output) for c, label in enumerate(labels)}
    return EventMetrics(_overall_figures(cells, len(labels), empty_output), class_wise)


class _Cells(NamedTuple):
    """Active cells (segment, class), summed over the classes or over the segments."""

    per_segment: np.ndarray  # (3, n_segments): both, reference, estimate
    per_class: np.ndarray  # (3, n_classes)


def _count_cells(ref: EventTable, est: EventTable, n_segments: np.ndarray, n_labels: int, resolution: float) -> _Cells:
    """Active cells of both lists. Only active cells are stored, so silence and absent classes cost nothing."""
    in_ref = _active_cells(ref, n_segments, n_labels, resolution)
    in_est = _active_cells(est, n_segments, n_labels, resolution)
    groups = (np.intersect1d(in_ref, in_est, assume_unique=True), in_ref, in_est)
    n_labels = max(n_labels, 1)
    return _Cells(
        np.array([np.bincount(cells // n_labels, minlength=int(n_segments.sum())) for cells in groups]),
        np.array([np.bincount(cells % n_labels, minlength=n_labels) for cells in groups]),
    )


def _active_cells(table: EventTable, n_segments: np.ndarray, n_labels: int, resolution: float) -> np.ndarray:
    """Numbers of the active cells, sorted: segment (counted through all files) * n_labels + class."""
    last = n_segments[table.file]
    start = np.minimum(np.floor(table.onset / resolution).astype(np.int64), last)
    stop = np.minimum(np.ceil(table.offset / resolution).astype(np.int64), last)
    first_of_file = np.cumsum(n_segments) - n_segments
    count = stop - start
    place_in_event = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    segment = np.repeat(first_of_file[table.file] + start, count) + place_in_event
    return np.unique(segment * n_labels + np.repeat(table.label, count))


def _ends(files: list[str], ref: EventTable, est: EventTable) -> np.ndarray:
    """The last offset in each file, (n_files,)."""
    end = np.zeros(len(files))
    np.maximum.at(end, ref.file, ref.offset)
    np.maximum.at(end, est.file, est.offset)
    return end


def _overall_figures(cells: _Cells, n_labels: int, empty_output: EmptyOutput) -> Figures:
    both, in_ref, in_est = cells.per_segment
    n_tp, n_ref, n_sys = int(both.sum()), int(in_ref.sum()), int(in_est.sum())
    n_tn = len(both) * n_labels - (n_ref + n_sys - n_tp)
    return {
        **f_figures(n_tp, n_ref, n_sys, empty_output=empty_output),
        **error_figures(
            n_ref,
            deletions=int(np.maximum(0, in_ref - in_est).sum()),
            insertions=int(np.maximum(0, in_est - in_ref).sum()),
            substitutions=int((np.minimum(in_ref, in_est) - both).sum()),
        ),
        **accuracy_figures(n_tp, n_tn, n_sys - n_tp, n_ref - n_tp),
    }


def _class_figures(cells: _Cells, c: int, empty_output: EmptyOutput) -> Figures:
    n_tp, n_ref, n_sys = cells.per_class[:, c].tolist()
    n_tn = cells.per_segment.shape[1] - (n_ref + n_sys - n_tp)
    return {
        **f_figures(n_tp, n_ref, n_sys, empty_output=empty_output),
        **error_figures(n_ref, deletions=n_ref - n_tp, insertions=n_sys - n_tp),
        **accuracy_figures(n_tp, n_tn, n_sys - n_tp, n_ref - n_tp),
    }
