"""PSDS, the polyphonic sound detection score: how well events are found at any threshold, in one number.

Bilen et al., "A framework for the robust evaluation of sound event detection", ICASSP 2020, computed over all
thresholds as in Ebbers, Serizel and Haeb-Umbach, "Threshold-independent evaluation of sound event detection scores",
ICASSP 2022.

Conventions
-----------
- Classes without a reference event have no true-positive ratio. They are left out of the mean, with a warning that
  counts them, and their detections are not looked at.
- Rates are per hour of audio (false positives) and per hour of the other class's events (cross-triggers).
"""

import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from npaudio.metrics.events.event_table import Events, EventTable, as_clips, event_tables, table
from npaudio.metrics.events.intersection import Criteria, count_intersections, without_empty
from npaudio.metrics.events.psd_roc import SECONDS_PER_HOUR, PsdsScore, staircase
from npaudio.metrics.events.threshold_sweep import Sweep
from npaudio.metrics.tagging.label_checks import UndefinedMetricWarning


def psds(
    reference: Events,
    scores: Mapping[str, np.ndarray],
    *,
    durations: Mapping[str, float],
    labels: Sequence[str],
    hop_time: float,
    dtc: float = 0.7,
    gtc: float = 0.7,
    cttc: float = 0.3,
    alpha_ct: float = 0.0,
    alpha_st: float = 1.0,
    max_efpr: float = 100.0,
    ct_average: str = "others",
) -> PsdsScore:
    """Mean of max(0, mean over classes - alpha_st * std over classes of TPR(e)) for rates e from 0 to max_efpr.

    TPR is the best share of reference events found (see `intersection_based_metrics`) at any threshold whose effective
    false-positive rate FPR + alpha_ct * (mean cross-trigger rate over the other classes) is at most e. The definition
    is that of Bilen et al. 2020. It is exact, over every threshold that changes a decision, as sed_scores_eval
    computes it; psds_eval sees only the thresholds it is given and so finds less (`psds_from_detections`). DCASE's
    PSDS1 is the default; PSDS2 is dtc=gtc=0.1, cttc=0.3, alpha_ct=0.5.

    Parameters
    ----------
    reference : {filename: [Event, ...]} or path
        Annotations; the files scored are its keys.
    scores : {filename: ndarray (n_classes, n_frames)}
        Frame scores of every one of these files; -inf means never.
    durations : {filename: seconds}
        Length of each clip.
    labels : sequence of str
        Class of each row of the scores.
    hop_time : float
        Seconds from frame to frame; frame i lasts from i * hop_time to (i + 1) * hop_time.
    dtc, gtc, cttc : float
        Shares of overlap; see `Criteria`. As in sed_scores_eval, seconds of overlap are rounded to a microsecond before
        they are compared, so that a share that is met exactly counts as met.
    alpha_ct : float
        Weight of cross-triggers.
    alpha_st : float
        Weight of the standard deviation between classes.
    max_efpr : float
        Effective false positives per hour at which the curve ends.
    ct_average : "others" or "all"
        Whether the mean cross-trigger rate divides by the number of other classes (the paper, sed_scores_eval,
        psds_eval today), or of all classes (psds_eval's first release).

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
        A file without scores or duration, scores that are NaN or have the wrong shape, an unknown label.
    """
    criteria = _checked(Criteria(dtc, gtc, cttc), alpha_ct, alpha_st, max_efpr, ct_average, caller="psds")
    clips = as_clips(reference, caller="psds")
    _check_scores(clips, scores, labels, hop_time)
    hours = _hours(list(clips), durations, caller="psds")
    ref = without_empty(table(clips, list(clips), labels, "psds"))
    present = _present_classes(ref, labels, caller="psds")
    weights = _cross_trigger_weights(ref, present, len(labels), alpha_ct, ct_average)
    sweep = Sweep(ref, present, len(labels), criteria, hop_time, weights)
    sweep.add_files([np.asarray(scores[name]) for name in clips])
    curves = []
    for c in present:
        fp, tp, ct_rate = sweep.curve(c)
        curves.append(staircase(fp / hours + ct_rate, tp / np.count_nonzero(ref.label == c), max_efpr))
    return PsdsScore.from_curves([labels[c] for c in present], curves, alpha_st=alpha_st, max_efpr=max_efpr)


def psds_from_detections(
    reference: Events,
    detections: Mapping[float, Events],
    *,
    durations: Mapping[str, float],
    labels: Sequence[str] | None = None,
    dtc: float = 0.7,
    gtc: float = 0.7,
    cttc: float = 0.3,
    alpha_ct: float = 0.0,
    alpha_st: float = 1.0,
    max_efpr: float = 100.0,
    ct_average: str = "all",
) -> PsdsScore:
    """PSDS over the given thresholds only: each list of detections is one operating point of every class.

    The definition is that of `psds`, from Bilen et al. 2020, computed as psds_eval does: a lower bound of the exact
    value that rises as thresholds are added (with alpha_st = 0). Shares
    are compared unrounded, as in psds_eval; sed_scores_eval has no such function.

    Parameters
    ----------
    reference : {filename: [Event, ...]} or path
        Annotations; the files scored are its keys. Overlaps of events of one class sum up, as in psds_eval's first
        release; today it refuses such events.
    detections : {threshold: {filename: [Event, ...]} or path}
        What the system says at each threshold.
    durations : {filename: seconds}
        Length of each clip.
    labels : sequence of str, optional
        The classes. By default all that occur.
    dtc, gtc, cttc, alpha_ct, alpha_st, max_efpr
        As in `psds`.
    ct_average : "all" or "others"
        As in `psds`, but the default is what psds_eval's first release does; "others" is psds_eval today.

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
        No detections at all, a file without duration, a detection in a file that the reference does not list.
    """
    caller = "psds_from_detections"
    criteria = _checked(Criteria(dtc, gtc, cttc), alpha_ct, alpha_st, max_efpr, ct_average, caller=caller)
    clips = as_clips(reference, caller=caller)
    points = [as_clips(point, caller=caller) for point in detections.values()]
    if not points:
        raise ValueError(
            f"{caller}: no detections, expected {{threshold: {{filename: events}}}}; give one threshold or more"
        )
    if labels is None:
        labels = sorted({event.label for lists in (clips, *points) for clip in lists.values() for event in clip})
    hours = _hours(list(clips), durations, caller=caller)
    tables = [event_tables(clips, point, labels, caller=caller)[2:] for point in points]
    ref = without_empty(tables[0][0])
    present = _present_classes(ref, labels, caller=caller)
    counts = [count_intersections(ref, without_empty(est), len(labels), criteria) for _, est in tables]
    tp, fp, ct = (np.array([getattr(count, name) for count in counts]) for name in ("tp", "fp", "ct"))
    ct_rate = ct @ _cross_trigger_weights(ref, present, len(labels), alpha_ct, ct_average)  # (n_points, n_classes)
    curves = [
        staircase(fp[:, c] / hours + ct_rate[:, c], tp[:, c] / np.count_nonzero(ref.label == c), max_efpr)
        for c in present
    ]
    return PsdsScore.from_curves([labels[c] for c in present], curves, alpha_st=alpha_st, max_efpr=max_efpr)


def _cross_trigger_weights(
    ref: EventTable, present: np.ndarray, n_labels: int, alpha_ct: float, ct_average: str
) -> np.ndarray:
    """What one cross-trigger on each class adds to the effective rate, (n_labels,): alpha_ct * mean of 1 / (its hours).

    Overlapping reference events of one class count twice in its hours, as in psds_eval.
    """
    n_averaged = len(present) - (ct_average == "others")
    hours = np.bincount(ref.label, ref.length, minlength=n_labels) / SECONDS_PER_HOUR
    return np.divide(alpha_ct / max(n_averaged, 1), hours, out=np.zeros(n_labels), where=hours > 0)


def _present_classes(ref: EventTable, labels: Sequence[str], *, caller: str) -> np.ndarray:
    """Indices of the classes that have a reference event."""
    present = np.unique(ref.label)
    if len(present) == 0:
        raise ValueError(f"{caller}: reference holds no event, expected at least one; PSDS is undefined without")
    if len(present) < len(labels):
        warnings.warn(
            f"{caller}: {len(labels) - len(present)} of {len(labels)} classes have no reference event and are left out",
            UndefinedMetricWarning,
            stacklevel=3,
        )
    return present


def _hours(files: list[str], durations: Mapping[str, float], *, caller: str) -> float:
    """Hours of audio."""
    missing = [name for name in files if name not in durations]
    if missing:
        raise ValueError(
            f"{caller}: durations lacks {len(missing)} file(s), such as {missing[0]!r}; give their seconds"
        )
    for name in files:
        if not 0 <= durations[name] < float("inf"):
            raise ValueError(
                f"{caller}: {name!r} lasts {durations[name]} s, expected 0 s or more; correct its duration"
            )
    total = float(sum(durations[name] for name in files))
    if total == 0:
        raise ValueError(f"{caller}: the durations add up to {total} s, expected a positive number of seconds")
    return total / SECONDS_PER_HOUR


def _checked(
    criteria: Criteria, alpha_ct: float, alpha_st: float, max_efpr: float, ct_average: str, *, caller: str
) -> Criteria:
    if ct_average not in ("others", "all"):
        raise ValueError(f'{caller}: ct_average is {ct_average!r}, expected "others" or "all"')
    if not 0 <= alpha_ct <= 1:
        raise ValueError(f"{caller}: alpha_ct is {alpha_ct}, expected a weight from 0 to 1")
    if not alpha_st >= 0:
        raise ValueError(f"{caller}: alpha_st is {alpha_st}, expected a weight of 0 or more")
    if not (np.isfinite(max_efpr) and max_efpr > 0):
        raise ValueError(f"{caller}: max_efpr is {max_efpr}, expected false positives per hour above 0")
    return criteria.check(caller=caller)


def _check_scores(
    clips: Mapping[str, object], scores: Mapping[str, np.ndarray], labels: Sequence[str], hop_time: float
) -> None:
    if not (np.isfinite(hop_time) and hop_time > 0):
        raise ValueError(f"psds: hop_time is {hop_time}, expected seconds from frame to frame, hop_length / sr")
    if set(scores) != set(clips):
        example = sorted(set(scores) ^ set(clips))[0]
        where = "reference" if example in scores else "scores"
        raise ValueError(f"psds: {where} lacks the file {example!r}, expected the same files in both; add or remove it")
    for name, array in scores.items():
        shape = np.shape(array)
        if len(shape) != 2 or shape[0] != len(labels):
            raise ValueError(
                f"psds: scores of {name!r} have shape {shape}, expected ({len(labels)}, n_frames); transpose if need be"
            )
        if np.isnan(array).any():
            raise ValueError(f"psds: scores of {name!r} hold {int(np.isnan(array).sum())} NaN; find where they arise")
