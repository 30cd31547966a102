"""Segment-based scores: which classes sound in each second, right or wrong.

Mesaros, Heittola and Virtanen, "Metrics for polyphonic sound event detection", Applied Sciences 6(6), 2016, section
4.1, as the library sed_eval computes them.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from npaudio.metrics.events.event_results import (
    EventMetrics,
    Figures,
    accuracy_figures,
    check_empty_output,
    class_average,
    error_figures,
    f_figures,
)
from npaudio.metrics.events.event_table import Events, EventTable, event_tables


def segment_based_metrics(
    reference: Events,
    estimated: Events,
    *,
    time_resolution: float = 1.0,
    empty_output: str = "nan",
    labels: Sequence[str] | None = None,
    durations: Mapping[str, float] | None = None,
) -> EventMetrics:
    """F = 2 TP / (N_ref + N_sys), counted in cells of one segment and one class, active if an event touches them.

    An event is active from segment floor(onset / resolution) to ceil(offset / resolution) - 1. The error rate adds up,
    per segment, substitutions S = min(N_ref, N_sys) - TP, deletions D = max(0, N_ref - N_sys) and insertions I =
    max(0, N_sys - N_ref), and divides by the active cells of the reference. The definition is that of Mesaros et al.
    2016 in sed_eval, whose figures these are, digit by digit. sed_scores_eval's segment-based F rounds
    times to a microsecond first.

    Parameters
    ----------
    reference, estimated : {filename: [Event, ...]} or path
        Events, tuples (onset, offset, label), or a DCASE file. The files scored are those of `reference`.
    time_resolution : float
        Length of a segment in seconds.
    empty_output : "nan" or "zero"
        As in `event_based_metrics`.
    labels : sequence of str, optional
        The classes. By default all that occur in either list, sorted. They matter for specificity and accuracy, which
        count inactive cells.
    durations : {filename: seconds}, optional
        Length of each clip; events are cut there. By default a clip ends with the last event of either list, as in
        sed_eval. Only figures that count inactive cells depend on it, and events beyond the end.

    Returns
    -------
    EventMetrics
        `overall` with f_measure, precision, recall, error_rate, substitution_rate, deletion_rate, insertion_rate,
        sensitivity, specificity, balanced_accuracy, accuracy and the counts n_ref, n_sys, n_tp; `class_wise[label]` and
        `class_wise_average` without the substitution rate.

    Raises
    ------
    ValueError
        A file in the estimate that is not in the reference, an unknown label, an impossible event or setting.
    """
    check_empty_output(empty_output, caller="segment_based_metrics")
    if not (np.isfinite(time_resolution) and time_resolution > 0):
        raise ValueError(f"segment_based_metrics: time_resolution is {time_resolution}, expected seconds above 0")
    files, labels, ref, est = event_tables(reference, estimated, labels, caller="segment_based_metrics")
    n_segments = _segments_per_file(files, ref, est, time_resolution, durations)
    cells = _count_cells(ref, est, n_segments, len(labels), time_resolution)
    class_wise = {label: _class_figures(cells, c, empty_output) for c, label in enumerate(labels)}
    return EventMetrics(_overall_figures(cells, len(labels), empty_output), class_wise, class_average(class_wise))


class _Cells(NamedTuple):
    """Active cells (segment, class), summed over the classes or over the segments."""

    per_segment: np.ndarray  # (3, n_segments): both, reference, estimate
    per_class: np.ndarray  # (3, n_classes)


def _count_cells(ref: EventTable, est: EventTable, n_segments: np.ndarray, n_labels: int, resolution: float) -> _Cells:
    """Active cells of both lists. Only active cells are held, so silence and absent classes cost nothing."""
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


def _segments_per_file(
    files: list[str],
    ref: EventTable,
    est: EventTable,
    resolution: float,
    durations: Mapping[str, float] | None,
) -> np.ndarray:
    """Number of segments of each file."""
    if durations is None:
        end = np.zeros(len(files))
        np.maximum.at(end, ref.file, ref.offset)
        np.maximum.at(end, est.file, est.offset)
    else:
        missing = [name for name in files if name not in durations]
        if missing:
            raise ValueError(f"segment_based_metrics: no duration for {missing[0]!r}, expected one a file; add it")
        end = np.array([durations[name] for name in files], dtype=float)
    return np.ceil(end / resolution).astype(np.int64)


def _overall_figures(cells: _Cells, n_labels: int, empty_output: str) -> Figures:
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


def _class_figures(cells: _Cells, c: int, empty_output: str) -> Figures:
    n_tp, n_ref, n_sys = cells.per_class[:, c].tolist()
    n_tn = cells.per_segment.shape[1] - (n_ref + n_sys - n_tp)
    return {
        **f_figures(n_tp, n_ref, n_sys, empty_output=empty_output),
        **error_figures(n_ref, deletions=n_ref - n_tp, insertions=n_sys - n_tp),
        **accuracy_figures(n_tp, n_tn, n_sys - n_tp, n_ref - n_tp),
    }
