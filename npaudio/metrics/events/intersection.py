"""Intersection-based scores: an event is found if detections overlap enough of it.

Bilen et al., "A framework for the robust evaluation of sound event detection", ICASSP 2020, section 2, as the library
psds_eval computes it.

Conventions
-----------
Overlaps with several events of one class are summed. Events of length 0 are left out, as in psds_eval, because nothing
can overlap with them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from npaudio._core.checks import Check
from npaudio.metrics.events.event_results import EmptyOutput, EventMetrics, Figures, f_figures
from npaudio.metrics.events.event_table import Events, EventTable, event_tables
from npaudio.metrics.events.matching import Window, pairs_within_groups


@dataclass(frozen=True)
class Criteria:
    """How much overlap is enough, as shares of a length.

    Parameters
    ----------
    dtc : float
        Detection tolerance: share of a detection that must lie on references of its class, else it is a false positive.
    gtc : float
        Ground-truth tolerance: share of a reference event that accepted detections must cover for a true positive.
    cttc : float
        Cross-trigger tolerance: share of a false positive on references of another class that makes it a cross-trigger.
    """

    dtc: float
    gtc: float
    cttc: float = 0.3

    @classmethod
    def checked(cls, check: Check, **shares: float) -> "Criteria":
        """Criteria that are shares."""
        for name, share in shares.items():
            if not 0 < share <= 1:
                raise check.error(f"{name} is {share}, expected a share above 0 and up to 1; write 70 % as 0.7")
        return cls(**shares)


@dataclass(frozen=True)
class Counts:
    """True positives, false positives and cross-triggers of one operating point, by class."""

    tp: np.ndarray  # (n_classes,) reference events found
    fp: np.ndarray  # (n_classes,) detections that fail the detection tolerance
    ct: np.ndarray  # (n_classes, n_classes) those of class i that lie on references of class j


def intersection_based_metrics(
    reference: Events,
    estimated: Events,
    *,
    dtc: float = 0.5,
    gtc: float = 0.5,
    empty_output: EmptyOutput = "zero",
    labels: Sequence[str] | None = None,
) -> EventMetrics:
    """F = 2 TP / (2 TP + FP + FN), with TP the references of which accepted detections cover at least the share gtc.

    A detection is accepted if at least the share `dtc` of it lies on reference events of its class, else it is one
    false positive; a reference event is found if accepted detections cover at least the share `gtc` of it, else it is
    one false negative. The definition is that of Bilen et al. 2020 in psds_eval (`compute_macro_f_score`), the
    "intersection-based F" of DCASE task 4, whose class-wise average this is, with one difference: psds_eval leaves a
    class without any true positive out of the average, while this counts its F as 0, as sed_scores_eval does.

    Goes with lesson 08.

    Parameters
    ----------
    reference, estimated : {filename: [Event, ...]} or path
        As in `event_based_metrics`.
    dtc, gtc : float
        Shares above 0 and up to 1; DCASE uses 0.5 for both.
    empty_output : "zero" or "nan"
        Whether the F of a class without output is 0, or undefined and left out of the average.
    labels : sequence of str, optional
        The classes. By default all that occur in either list, sorted.

    Returns
    -------
    EventMetrics
        `overall`, `class_wise[label]` and `class_wise_average` with f_measure, precision TP / (TP + FP), recall TP /
        N_ref, and the counts n_ref, n_sys (TP + FP) and n_tp.

    Raises
    ------
    ValueError
        As `event_based_metrics`.

    See Also
    --------
    psds : The same criteria at all thresholds.

    Examples
    --------
    >>> result = intersection_based_metrics({"a.wav": [(1.0, 4.0, "Speech")]}, {"a.wav": [(2.0, 4.0, "Speech")]})
    >>> result.overall["f_measure"]
    1.0
    """
    check = Check("intersection_based_metrics")
    check.choice(empty_output, get_args(EmptyOutput), "empty_output")
    criteria = Criteria.checked(check, dtc=dtc, gtc=gtc)
    _, labels, ref, est = event_tables(check, reference, estimated, labels)
    ref, est = without_empty(ref), without_empty(est)
    counts = count_intersections(ref, est, len(labels), criteria)
    n_ref = np.bincount(ref.label, minlength=len(labels))
    n_out = np.bincount(est.label, minlength=len(labels))
    class_wise = {
        label: _figures(int(counts.tp[c]), int(counts.fp[c]), int(n_ref[c]), int(n_out[c]), empty_output)
        for c, label in enumerate(labels)
    }
    overall = _figures(int(counts.tp.sum()), int(counts.fp.sum()), len(ref), len(est), empty_output)
    return EventMetrics(overall, class_wise)


def count_intersections(ref: EventTable, est: EventTable, n_labels: int, criteria: Criteria) -> Counts:
    """Judge all detections of one operating point. Shares are summed and compared without rounding, as in psds_eval."""
    d, r, overlap = _overlaps(ref, est)
    same = ref.label[r] == est.label[d]
    on_own_class = np.bincount(d[same], overlap[same] / est.length[d[same]], minlength=len(est))
    accepted = on_own_class >= criteria.dtc
    use = same & accepted[d]
    covered = np.bincount(r[use], overlap[use] / ref.length[r[use]], minlength=len(ref))
    other = ~same & ~accepted[d]
    return Counts(
        tp=np.bincount(ref.label[covered >= criteria.gtc], minlength=n_labels),
        fp=np.bincount(est.label[~accepted], minlength=n_labels),
        ct=_cross_triggers(est, d[other], ref.label[r[other]], overlap[other], n_labels, criteria.cttc),
    )


def without_empty(table: EventTable) -> EventTable:
    """The events that are longer than 0."""
    return table if (table.length > 0).all() else table.rows(table.length > 0)


def _overlaps(ref: EventTable, est: EventTable) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Detection, reference and shared seconds of each overlapping pair in one file."""
    window = Window(est.onset - ref.length.max(initial=0), est.offset, ref.onset)
    d, r = pairs_within_groups(est.file, ref.file, window)
    overlap = np.minimum(est.offset[d], ref.offset[r]) - np.maximum(est.onset[d], ref.onset[r])
    return d[overlap > 0], r[overlap > 0], overlap[overlap > 0]


def _cross_triggers(
    est: EventTable, d: np.ndarray, other_label: np.ndarray, overlap: np.ndarray, n_labels: int, cttc: float
) -> np.ndarray:
    """Detections of class i whose share on references of class j reaches `cttc`, (n_classes, n_classes)."""
    pair, index = np.unique(d * n_labels + other_label, return_inverse=True)
    share = np.bincount(index, overlap / est.length[d], minlength=len(pair))
    triggered = pair[share >= cttc]
    cell = est.label[triggered // n_labels] * n_labels + triggered % n_labels
    return np.bincount(cell, minlength=n_labels**2).reshape(n_labels, n_labels)


def _figures(n_tp: int, n_fp: int, n_ref: int, n_out: int, empty_output: EmptyOutput) -> Figures:
    """F from the counts. If all output is accepted but covers no event enough (no TP, no FP), F is 0."""
    undefined = n_out == 0 and empty_output == "nan"
    return f_figures(n_tp, n_ref, n_tp + n_fp, empty_output="nan" if undefined else "zero")
