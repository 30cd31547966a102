"""Event-based scores: how many events are found with the right label at the right time.

Mesaros, Heittola and Virtanen, "Metrics for polyphonic sound event detection", Applied Sciences 6(6), 2016, section
4.2, as the library sed_eval computes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from npaudio._core.checks import Check
from npaudio.metrics.events.event_results import EmptyOutput, EventMetrics, error_figures, f_figures
from npaudio.metrics.events.event_table import Events, EventTable, event_tables
from npaudio.metrics.events.explanation import Explanation, explain
from npaudio.metrics.events.matching import Tolerance, allowed_pairs, maximum_matching

Substitutions = Literal["greedy", "optimal"]


@dataclass(frozen=True)
class EventBasedMetrics(EventMetrics):
    """Event-based figures; `explain()` says what happened to every event.

    Used in lesson 08.

    Attributes
    ----------
    overall : dict of float
        Figures of all events together: "f_measure", "precision", "recall", "error_rate" and its parts.
    class_wise : {label: dict of float}
        The same for each class.
    class_wise_average : dict of float
        Mean over the classes.
    files : list of str
        In the order of the tables.
    reference, estimated : EventTable
        All events, as columns.
    matching : dict from int to int
        Reference event to estimated event.
    tolerance : Tolerance
        Collar in seconds and the other limits.

    See Also
    --------
    event_based_metrics : makes it.
    """

    files: list[str] = field(repr=False, compare=False)
    reference: EventTable = field(repr=False, compare=False)
    estimated: EventTable = field(repr=False, compare=False)
    matching: dict[int, int] = field(repr=False, compare=False)  # row of the reference -> row of the estimate
    tolerance: Tolerance = field(repr=False, compare=False)

    def explain(self) -> Explanation:
        """Why each event was found or missed: print it, or iterate over its files.

        Returns
        -------
        Explanation
            For each file: every reference event, with its match or with the nearest detection and how far off it is;
            and every false alarm.
        """
        return explain(self.files, self.reference, self.estimated, self.matching, self.tolerance)


def event_based_metrics(
    reference: Events,
    estimated: Events,
    *,
    t_collar: float = 0.2,
    percentage_of_length: float = 0.5,
    empty_output: EmptyOutput = "nan",
    labels: Sequence[str] | None = None,
    evaluate_onset: bool = True,
    evaluate_offset: bool = True,
    substitutions: Substitutions = "greedy",
) -> EventBasedMetrics:
    """F = 2 TP / (N_ref + N_sys), with TP the largest number of pairs of events with one label and close times.

    Each event is in at most one pair. Close means |onset difference| <= t_collar and |offset difference| <=
    max(t_collar, percentage_of_length * length of the reference event). The definition is that of Mesaros et al. 2016,
    and the figures are those of sed_eval to the last digit. mir_eval's transcription metrics compare the offset in the
    same way but expect notes instead of labels; sed_scores_eval's collar-based F takes the mean over classes and counts
    a class without output as 0, which is `empty_output="zero"` here; psds_eval uses overlap instead of onset and offset
    (`intersection_based_metrics`).

    Explained in lesson 08.

    Parameters
    ----------
    reference, estimated : {filename: [Event, ...]} or path
        Events, tuples (onset, offset, label), or a DCASE file. The files scored are those of `reference`.
    t_collar : float
        Tolerance of onset and offset in seconds. sed_eval's default and DCASE's value are 0.2.
    percentage_of_length : float
        Share of the reference event's length by which the offset may differ, if that is more than the collar.
        sed_eval's default is 0.5; the DCASE challenges use 0.2.
    empty_output : "nan" or "zero"
        Precision of a class without output. With "nan" (sed_eval's default) its F is undefined and left out of the
        class-wise average, so a system can gain by never detecting a hard class; with "zero" it counts as 0.
    labels : sequence of str, optional
        The classes. By default all that occur in either list, sorted.
    evaluate_onset, evaluate_offset : bool
        Whether the onsets, and whether the offsets, must be close; at least one of the two is required.
    substitutions : "greedy" or "optimal"
        How events with the right time but the wrong label are counted in the overall error rate. "greedy" is
        sed_eval's: each unmatched reference event, in the order of the list, takes the first free estimate that fits,
        so the rate can depend on that order. "optimal" counts how many more pairs could be matched if labels did not
        matter, which does not depend on the order. Other figures do not change.

    Returns
    -------
    EventBasedMetrics
        `overall` with f_measure, precision, recall, error_rate, substitution_rate, deletion_rate, insertion_rate and
        the counts n_ref, n_sys, n_tp; `class_wise[label]` and `class_wise_average` have the same without substitutions:
        a wrong label is a deletion in one class and an insertion in another.

    Raises
    ------
    ValueError
        A file in the estimate that is not in the reference, an unknown label, an impossible event or setting.

    See Also
    --------
    segment_based_metrics : Count seconds instead of events.
    intersection_based_metrics : Compare by overlap.
    psds : All thresholds at once.
    npaudio.sed.detect_events : From frame scores to events.

    Examples
    --------
    >>> result = event_based_metrics({"a.wav": [(1.0, 4.0, "Speech")]}, {"a.wav": [(1.31, 4.0, "Speech")]})
    >>> result.overall["f_measure"]
    0.0
    >>> print(result.explain())
    a.wav
      missed       1.000 -   4.000 s  Speech  onset 0.31 s late, collar 0.2 s (nearest detection 1.310 - 4.000 s)
      false alarm  1.310 -   4.000 s  Speech  onset 0.31 s late, collar 0.2 s (nearest annotation 1.000 - 4.000 s)
    """
    check = Check("event_based_metrics")
    check.choice(empty_output, get_args(EmptyOutput), "empty_output")
    check.choice(substitutions, get_args(Substitutions), "substitutions")
    tolerance = _tolerance(check, t_collar, percentage_of_length, evaluate_onset, evaluate_offset)
    files, labels, ref, est = event_tables(check, reference, estimated, labels)
    matching = maximum_matching(*allowed_pairs(ref, est, tolerance, same_label=True))
    n_subs = _count_substitutions(ref, est, matching, tolerance, substitutions)
    class_wise = _class_wise(labels, ref, est, matching, empty_output)
    overall = _figures(len(matching), len(ref), len(est), n_subs, empty_output)
    return EventBasedMetrics(overall, class_wise, files, ref, est, matching, tolerance)


def _figures(n_tp: int, n_ref: int, n_sys: int, n_subs: int | None, empty_output: EmptyOutput) -> dict[str, float]:
    """All figures from the counts; a substitution counts neither as a deletion nor as an insertion."""
    wrong_label = n_subs or 0
    return {
        **f_figures(n_tp, n_ref, n_sys, empty_output=empty_output),
        **error_figures(
            n_ref, deletions=n_ref - n_tp - wrong_label, insertions=n_sys - n_tp - wrong_label, substitutions=n_subs
        ),
    }


def _class_wise(
    labels: list[str], ref: EventTable, est: EventTable, matching: dict[int, int], empty_output: EmptyOutput
) -> dict[str, dict[str, float]]:
    """Figures of each class. One matching serves all of them, because both events of a pair have the same label."""
    n = len(labels)
    n_tp = np.bincount(ref.label[list(matching)], minlength=n).tolist()
    n_ref, n_sys = np.bincount(ref.label, minlength=n).tolist(), np.bincount(est.label, minlength=n).tolist()
    return {label: _figures(n_tp[c], n_ref[c], n_sys[c], None, empty_output) for c, label in enumerate(labels)}


def _count_substitutions(
    ref: EventTable, est: EventTable, matching: dict[int, int], tolerance: Tolerance, method: Substitutions
) -> int:
    """How many more pairs there are if the labels may differ."""
    pairs = allowed_pairs(ref, est, tolerance, same_label=False)
    if method == "optimal":
        return len(maximum_matching(*pairs)) - len(matching)
    matched_est = set(matching.values())
    used_ref, used_est = set[int](), set[int]()
    for r, e in zip(pairs[0].tolist(), pairs[1].tolist(), strict=True):
        if not (r in matching or e in matched_est or r in used_ref or e in used_est):
            used_ref.add(r)
            used_est.add(e)
    return len(used_ref)


def _tolerance(check: Check, t_collar: float, percentage_of_length: float, onset: bool, offset: bool) -> Tolerance:
    if check.number(t_collar, "t_collar") < 0:
        raise check.error(f"t_collar is {t_collar}, expected 0 s or more; give the tolerance in seconds, such as 0.2")
    share = check.between(percentage_of_length, 0, 1, "percentage_of_length", "write 20 % as 0.2")
    if not (onset or offset):
        raise check.error("neither onset nor offset is evaluated; set evaluate_onset or evaluate_offset to True")
    return Tolerance(float(t_collar), share, onset, offset)
