"""The peers' metrics behind one call each, for golden values and for benchmarks.

psds_eval 0.5 and sed_scores_eval 0.0.4 stumble over pandas 3 and NumPy 2.4; the small patches here repair that and
change no figure.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

EVENT_KEYS = ("f_measure", "precision", "recall", "error_rate", "substitution_rate", "deletion_rate", "insertion_rate")
CLASS_KEYS = ("f_measure", "precision", "recall", "error_rate", "deletion_rate", "insertion_rate")
ACCURACY_KEYS = ("sensitivity", "specificity", "balanced_accuracy", "accuracy")


def sed_eval_metrics(
    reference: dict,
    estimated: dict,
    labels: list[str],
    *,
    zero: bool = False,
    t_collar: float = 0.2,
    percentage_of_length: float = 0.5,
    time_resolution: float = 1.0,
) -> tuple[Any, Any]:
    """sed_eval's event-based and segment-based objects after all files."""
    import sed_eval

    handling = "zero_score" if zero else None
    event = sed_eval.sound_event.EventBasedMetrics(
        labels, t_collar=t_collar, percentage_of_length=percentage_of_length, empty_system_output_handling=handling
    )
    segment = sed_eval.sound_event.SegmentBasedMetrics(labels, time_resolution=time_resolution)
    segment.empty_system_output_handling = handling
    for name, clip in reference.items():
        pair = as_dicts(clip, name), as_dicts(estimated.get(name, []), name)
        event.evaluate(*pair)
        segment.evaluate(*pair)
    return event, segment


def as_dicts(events: list, name: str) -> list[dict[str, Any]]:
    """sed_eval's form of an event list."""
    return [{"filename": name, "event_onset": e[0], "event_offset": e[1], "event_label": e[2]} for e in events]


def sed_eval_figures(reference: dict, estimated: dict, labels: list[str], **settings: Any) -> dict[str, np.ndarray]:
    """All of sed_eval's figures as arrays: overall, per class, and averaged, for events and for segments."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        event, segment = sed_eval_metrics(reference, estimated, labels, **settings)
        return {
            **_figures("event", event.results(), labels, EVENT_KEYS, CLASS_KEYS),
            **_figures("segment", segment.results(), labels, EVENT_KEYS + ACCURACY_KEYS, CLASS_KEYS + ACCURACY_KEYS),
        }


def _figures(
    kind: str, results: dict, labels: list[str], overall: tuple[str, ...], per_class: tuple[str, ...]
) -> dict[str, np.ndarray]:
    def flat(groups: dict, keys: tuple[str, ...]) -> list[float]:
        values = {key: value for group in groups.values() for key, value in group.items()}
        return [float(values[key]) for key in keys]

    return {
        f"{kind}_overall": np.array(flat(results["overall"], overall)),
        f"{kind}_class": np.array([flat(results["class_wise"][label], per_class) for label in labels]),
        f"{kind}_average": np.array(flat(results["class_wise_average"], per_class)),
    }


def our_figures(event: Any, segment: Any, labels: list[str]) -> dict[str, np.ndarray]:
    """The same arrays from our results."""
    arrays = {}
    for kind, result, extra in (("event", event, ()), ("segment", segment, ACCURACY_KEYS)):
        keys = CLASS_KEYS + extra
        arrays[f"{kind}_overall"] = np.array([result.overall[key] for key in EVENT_KEYS + extra])
        arrays[f"{kind}_class"] = np.array([[result.class_wise[label][key] for key in keys] for label in labels])
        arrays[f"{kind}_average"] = np.array([result.class_wise_average[key] for key in keys])
    return arrays


def psds_eval_score(
    reference: dict,
    detections: dict,
    durations: dict,
    *,
    dtc: float,
    gtc: float,
    cttc: float,
    alpha_ct: float,
    alpha_st: float,
    max_efpr: float,
) -> float:
    """psds_eval's score of some operating points."""
    import pandas as pd
    import psds_eval

    columns = ["onset", "offset", "event_label", "filename"]

    def frame(clips: dict) -> Any:
        return pd.DataFrame([(*e[:3], name) for name, clip in clips.items() for e in clip], columns=columns)

    metadata = pd.DataFrame(list(durations.items()), columns=["filename", "duration"])
    evaluation = psds_eval.PSDSEval(dtc, gtc, cttc, ground_truth=frame(reference), metadata=metadata)
    original = pd.DataFrame.fillna
    pd.DataFrame.fillna = lambda self, value=None, method=None: self.ffill() if method else original(self, value)
    try:
        for clips in detections.values():
            evaluation.add_operating_point(frame(clips))
        roc = evaluation._effective_tp_ratio(evaluation.psd_roc_curves(alpha_ct)[2], alpha_st)
    finally:
        pd.DataFrame.fillna = original
    # psds() itself fails on int(array) here: its staircase area, with the curve held up to max_efpr
    used = roc.xp <= max_efpr
    return float(np.sum(np.diff(roc.xp[used], append=max_efpr) * roc.yp[used]) / max_efpr)


def sed_scores_eval_psds(
    reference: dict, scores: dict, durations: dict, hop_time: float, labels: list[str], **settings: float
) -> float:
    """sed_scores_eval's score."""
    return float(sed_scores_eval_call(reference, scores, durations, hop_time, labels, **settings)()[0])


def sed_scores_eval_call(
    reference: dict,
    scores: dict,
    durations: dict,
    hop_time: float,
    labels: list[str],
    *,
    dtc: float,
    gtc: float,
    cttc: float,
    alpha_ct: float,
    alpha_st: float,
    max_efpr: float,
) -> Callable[[], Any]:
    """The call to time, its inputs already in the form the library wants."""
    from sed_scores_eval.base_modules import statistics
    from sed_scores_eval.base_modules.scores import create_score_dataframe
    from sed_scores_eval.intersection_based import psds

    if not hasattr(statistics, "compiled_curves"):
        statistics.compiled_curves = statistics.onset_offset_curves
        statistics.onset_offset_curves = lambda s, *rest: statistics.compiled_curves(np.array(s), *rest)
    frames = {
        name: create_score_dataframe(array.T, np.arange(array.shape[1] + 1) * hop_time, labels)
        for name, array in scores.items()
    }
    truth = {name: [tuple(e[:3]) for e in clip] for name, clip in reference.items()}
    return lambda: psds(
        frames,
        truth,
        durations,
        dtc_threshold=dtc,
        gtc_threshold=gtc,
        cttc_threshold=cttc if alpha_ct else None,
        alpha_ct=alpha_ct,
        alpha_st=alpha_st,
        max_efpr=max_efpr,
    )
