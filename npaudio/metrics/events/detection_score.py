"""PSDS, the polyphonic sound detection score: one number for the detections at all thresholds.

Bilen et al., "A framework for the robust evaluation of sound event detection", ICASSP 2020, computed over all
thresholds as in Ebbers, Serizel and Haeb-Umbach, "Threshold-independent evaluation of sound event detection scores",
ICASSP 2022.

Conventions
-----------
- Classes without a reference event have no true-positive ratio. They are left out of the mean, with a warning that
  counts them, and so are their detections.
- Rates are per hour of audio (false positives) and per hour of the other class's events (cross-triggers).
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from npaudio._core.checks import Check
from npaudio.metrics.events.event_table import (
    Durations,
    Events,
    EventTable,
    as_clips,
    durations_of,
    event_tables,
    table,
)
from npaudio.metrics.events.intersection import Criteria, count_intersections, without_empty
from npaudio.metrics.events.psd_roc import SECONDS_PER_HOUR, PsdsScore, staircase
from npaudio.metrics.events.threshold_sweep import Sweep
from npaudio.metrics.tagging.target_checks import warn_undefined

CtAverage = Literal["others", "all"]


def psds(
    reference: Events,
    scores: Mapping[str, np.ndarray],
    *,
    durations: Durations,
    labels: Sequence[str],
    hop_time: float,
    dtc: float = 0.7,
    gtc: float = 0.7,
    cttc: float = 0.3,
    alpha_ct: float = 0.0,
    alpha_st: float = 1.0,
    max_efpr: float = 100.0,
    ct_average: CtAverage = "others",
) -> PsdsScore:
    """Mean of max(0, mean over classes - alpha_st * std over classes of TPR(e)) for rates e from 0 to max_efpr.

    TPR is the best share of reference events found (see `intersection_based_metrics`) at any threshold whose effective
    false-positive rate FPR + alpha_ct * (mean cross-trigger rate over the other classes) is at most e. The definition
    is that of Bilen et al. 2020. It is exact, over every threshold that changes a decision, as in sed_scores_eval;
    psds_eval uses only the thresholds that it is given, so its value is lower (`psds_from_detections`). The default is
    DCASE's PSDS1; PSDS2 is dtc=gtc=0.1, cttc=0.3, alpha_ct=0.5.

    Explained in lesson 08.

    Parameters
    ----------
    reference : {filename: [Event, ...]} or path
        Annotations; the files scored are its keys.
    scores : {filename: ndarray (n_classes, n_frames)}
        Frame scores of each of these files; -inf is below every threshold.
    durations : {filename: seconds}
        Length of each clip.
    labels : sequence of str
        Class of each row of the scores.
    hop_time : float
        Seconds from frame to frame; frame i covers i * hop_time to (i + 1) * hop_time.
    dtc, gtc, cttc : float
        Shares of overlap; see `Criteria`. As in sed_scores_eval, seconds of overlap are rounded to a microsecond before
        they are compared, so that an overlap of exactly the share is enough.
    alpha_ct : float
        Weight of cross-triggers.
    alpha_st : float
        Weight of the standard deviation between classes.
    max_efpr : float
        Effective false positives per hour at which the curve ends.
    ct_average : "others" or "all"
        Whether the mean cross-trigger rate divides by the number of other classes (the paper, sed_scores_eval,
        psds_eval since 0.5), or of all classes (psds_eval's first release).

    Returns
    -------
    PsdsScore
        A float, with the curves as attributes: `roc`, `class_rocs`, `class_wise`.

    Warns
    -----
    UndefinedMetricWarning
        Classes without reference events, which are left out.

    Raises
    ------
    ValueError
        A file without scores or duration, a duration that is negative or not finite, scores that are NaN or have the
        wrong shape, an unknown label.

    See Also
    --------
    psds_from_detections : From lists of events at some thresholds.
    intersection_based_metrics : The same criteria at one threshold.

    Examples
    --------
    >>> score = psds({"a.wav": [(1.0, 3.0, "Dog")]}, {"a.wav": np.array([[0.1, 0.9, 0.8, 0.2]])},
    ...              durations={"a.wav": 4.0}, labels=["Dog"], hop_time=1.0)
    >>> float(score)
    1.0
    """
    check = Check("psds")
    criteria = Criteria.checked(check, dtc=dtc, gtc=gtc, cttc=cttc)
    _check_settings(check, alpha_ct, alpha_st, max_efpr, ct_average)
    clips = as_clips(check, reference)
    scores = _checked_scores(check, clips, scores, labels)
    hop_time = check.positive(hop_time, "hop_time")
    hours = _hours(check, list(clips), durations)
    ref = without_empty(table(check, clips, list(clips), labels))
    present = _present_classes(check, ref, labels)
    weights = _cross_trigger_weights(ref, present, len(labels), alpha_ct, ct_average)
    sweep = Sweep(ref, present, len(labels), criteria, hop_time, weights)
    sweep.add_files([scores[name] for name in clips])
    curves = []
    for c in present:
        fp, tp, ct_rate = sweep.curve(c)
        curves.append(staircase(fp / hours + ct_rate, tp / np.count_nonzero(ref.label == c), max_efpr))
    return PsdsScore.from_curves([labels[c] for c in present], curves, alpha_st=alpha_st, max_efpr=max_efpr)


def psds_from_detections(
    reference: Events,
    detections: Mapping[float, Events],
    *,
    durations: Durations,
    labels: Sequence[str] | None = None,
    dtc: float = 0.7,
    gtc: float = 0.7,
    cttc: float = 0.3,
    alpha_ct: float = 0.0,
    alpha_st: float = 1.0,
    max_efpr: float = 100.0,
    ct_average: CtAverage = "all",
) -> PsdsScore:
    """PSDS over the given thresholds only: each list of detections is one operating point of every class.

    The definition is that of `psds`, from Bilen et al. 2020, computed as in psds_eval: a lower bound of the exact value
    that rises as thresholds are added (with alpha_st = 0). Shares are compared unrounded, as in psds_eval;
    sed_scores_eval has no such function.

    Goes with lesson 08.

    Parameters
    ----------
    reference : {filename: [Event, ...]} or path
        Annotations; the files scored are its keys. Overlaps of events of one class are summed, as in psds_eval's first
        release; its current release refuses such events.
    detections : {threshold: {filename: [Event, ...]} or path}
        The system's output at each threshold.
    durations : {filename: seconds}
        Length of each clip.
    labels : sequence of str, optional
        The classes. By default all that occur.
    dtc, gtc, cttc, alpha_ct, alpha_st, max_efpr
        As in `psds`.
    ct_average : "all" or "others"
        As in `psds`, but the default is that of psds_eval's first release; "others" is its current release.

    Returns
    -------
    PsdsScore
        A float, with the curves as attributes: `roc`, `class_rocs`, `class_wise`.

    Warns
    -----
    UndefinedMetricWarning
        Classes without reference events, which are left out.

    Raises
    ------
    ValueError
        No detections at all, a file without a valid duration, a detection in a file that is not in the reference.

    See Also
    --------
    psds : The exact value, from frame scores.

    Examples
    --------
    >>> detections = {0.5: {"a.wav": [(1.0, 3.0, "Dog")]}, 0.2: {"a.wav": [(0.0, 4.0, "Dog")]}}
    >>> float(psds_from_detections({"a.wav": [(1.0, 3.0, "Dog")]}, detections, durations={"a.wav": 4.0}))
    1.0
    """
    check = Check("psds_from_detections")
    criteria = Criteria.checked(check, dtc=dtc, gtc=gtc, cttc=cttc)
    _check_settings(check, alpha_ct, alpha_st, max_efpr, ct_average)
    clips = as_clips(check, reference)
    points = [as_clips(check, point) for point in detections.values()]
    if not points:
        raise check.error("no detections, expected {threshold: {filename: events}}; give one threshold or more")
    if labels is None:
        labels = sorted({event.label for lists in (clips, *points) for clip in lists.values() for event in clip})
    hours = _hours(check, list(clips), durations)
    tables = [event_tables(check, clips, point, labels)[2:] for point in points]
    ref = without_empty(tables[0][0])
    present = _present_classes(check, ref, labels)
    counts = [count_intersections(ref, without_empty(est), len(labels), criteria) for _, est in tables]
    tp, fp, ct = (np.array([getattr(count, name) for count in counts]) for name in ("tp", "fp", "ct"))
    ct_rate = ct @ _cross_trigger_weights(ref, present, len(labels), alpha_ct, ct_average)  # (n_points, n_classes)
    curves = [
        staircase(fp[:, c] / hours + ct_rate[:, c], tp[:, c] / np.count_nonzero(ref.label == c), max_efpr)
        for c in present
    ]
    return PsdsScore.from_curves([labels[c] for c in present], curves, alpha_st=alpha_st, max_efpr=max_efpr)


def _cross_trigger_weights(
    ref: EventTable, present: np.ndarray, n_labels: int, alpha_ct: float, ct_average: CtAverage
) -> np.ndarray:
    """Increase of the effective rate by one cross-trigger on each class, (n_labels,): alpha_ct * mean of 1 / hours.

    The hours are the total length of the class's events; overlapping events count twice, as in psds_eval.
    """
    n_averaged = len(present) - (ct_average == "others")
    hours = np.bincount(ref.label, ref.length, minlength=n_labels) / SECONDS_PER_HOUR
    return np.divide(alpha_ct / max(n_averaged, 1), hours, out=np.zeros(n_labels), where=hours > 0)


def _present_classes(check: Check, ref: EventTable, labels: Sequence[str]) -> np.ndarray:
    """Indices of the classes that have a reference event."""
    present = np.unique(ref.label)
    if len(present) == 0:
        raise check.error("reference holds no event, expected at least one; PSDS is undefined without events")
    what = "classes have no reference event and are left out"
    warn_undefined(check, len(labels) - len(present), len(labels), what, stacklevel=4)
    return present


def _hours(check: Check, files: list[str], durations: Durations) -> float:
    """Hours of audio."""
    total = float(durations_of(check, files, durations).sum())
    if not 0 < total < np.inf:
        raise check.error(f"the durations add up to {total} s, expected a positive number of seconds")
    return total / SECONDS_PER_HOUR


def _check_settings(check: Check, alpha_ct: float, alpha_st: float, max_efpr: float, ct_average: CtAverage) -> None:
    check.choice(ct_average, ("others", "all"), "ct_average")
    check.between(alpha_ct, 0, 1, "alpha_ct")
    check.between(alpha_st, 0, np.inf, "alpha_st")
    check.positive(max_efpr, "max_efpr")


def _checked_scores(
    check: Check, clips: Mapping[str, object], scores: Mapping[str, np.ndarray], labels: Sequence[str]
) -> dict[str, np.ndarray]:
    if set(scores) != set(clips):
        example = sorted(set(scores) ^ set(clips))[0]
        where = "reference" if example in scores else "scores"
        raise check.error(f"{where} lacks the file {example!r}, expected the same files in both; add or remove it")
    arrays = {name: check.array(array, f"the array of scores of {name!r}") for name, array in scores.items()}
    for name, array in arrays.items():
        if array.ndim != 2 or len(array) != len(labels):
            raise check.error(
                f"scores of {name!r} have shape {array.shape}, expected ({len(labels)}, n_frames); transpose if need be"
            )
        if np.isnan(array).any():
            raise check.error(f"scores of {name!r} hold {int(np.isnan(array).sum())} NaN; find where they arise")
    return arrays
