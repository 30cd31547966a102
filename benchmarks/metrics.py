"""Metrics: mAP, event scores and PSDS against scikit-learn, sed_eval and sed_scores_eval, in time and in figures.

`python -m benchmarks metrics --annotations DIR` measures on real annotations, and adds the golden figures of DCASE 2019
task 4's baseline, and sed_eval's at ten thresholds and several collars.
"""

import argparse
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.comparison import Comparison
from benchmarks.recordings import annotations_folder
from benchmarks.timing import compare, installed
from npaudio import metrics, sed
from tests.golden import metric_peers as peers
from tests.metric_cases import LABELS, PSDS_SETTINGS, event_case, label_case

Clips = dict[str, list[sed.Event]]
EVENT_GOLDEN = {
    "f_measure": 0.238375350140056,
    "precision": 0.2930440771349862,
    "recall": 0.20089707271010387,
    "error_rate": 1.2566100094428707,
    "substitution_rate": 0.027148253068932957,
    "deletion_rate": 0.7719546742209632,
    "insertion_rate": 0.45750708215297453,
}
PSDS_GOLDEN = {(0.5, 0, 0): 0.408129268, (0.5, 1, 0): 0.291484666, (0.7, 0, 1): 0.144528286, (0.1, 0.5, 1): 0.248840751}


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--annotations", type=annotations_folder, help="folder of DCASE 2019 task 4 annotations")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of alternating calls")
    parser.add_argument("--cases", type=int, default=3000, help="random cases to compare with the peers")


def comparisons(options: argparse.Namespace) -> Iterator[Comparison]:
    warnings.simplefilter("ignore")
    yield from label_metrics(options.rounds)
    yield from psds_from_scores(options.rounds)
    yield from event_metrics(options.annotations, options.rounds)


def details(options: argparse.Namespace) -> int:
    """The figures themselves, on random cases and on real annotations."""
    failures = [random_labels(options.cases), random_events(options.cases)]
    if options.annotations:
        failures += [golden_figures(options.annotations), every_threshold(options.annotations)]
    print("figures: all agree" if not any(failures) else "figures: SOME DIFFER")
    return int(any(failures))


def check(name: str, difference: float, limit: float) -> bool:
    """Print a difference beside its limit; True if it is too large."""
    failed = not difference <= limit
    print(f"  {name:<58} differs by {difference:.1e}   (limit: {limit:.0e}) {'DIFFERS' if failed else 'ok'}")
    return failed


def label_metrics(rounds: int) -> Iterator[Comparison]:
    """MAP of AudioSet's size: 20,000 clips, 527 classes, of which some are in 40 % and some in 0.03 % of the clips."""
    rng = np.random.default_rng(0)
    y_true = rng.uniform(size=(20_000, 527)) < np.geomspace(0.0003, 0.4, 527)
    y_true[0] = True
    y_score = (rng.normal(size=y_true.shape) + y_true).astype(np.float32)
    candidates = {"npaudio": lambda: metrics.mean_average_precision(y_true, y_score)}
    if installed("sklearn"):
        from sklearn.metrics import average_precision_score

        candidates["scikit-learn"] = lambda: average_precision_score(y_true, y_score, average="macro")
        agree(*(candidate() for candidate in candidates.values()), 1e-12)
    yield from compare("mAP of 20,000 clips x 527 classes", candidates, {"scikit-learn": 0.30}, rounds=rounds)


def agree(ours: float, theirs: float, limit: float) -> None:
    """Comparing times would mean nothing if the results were different."""
    if not abs(ours - theirs) <= limit:
        raise SystemExit(f"the peer computes something else: {theirs} instead of {ours}")


def random_labels(cases: int) -> bool:
    """AP and AUC of small random cases against scikit-learn."""
    if not installed("sklearn"):
        print("AP and AUC: scikit-learn is not installed")
        return False
    from sklearn.metrics import average_precision_score, roc_auc_score

    worst = 0.0
    for seed in range(cases):
        y_true, y_score = label_case(seed)
        for c in np.flatnonzero(y_true.any(axis=0) & ~y_true.all(axis=0)):
            truth, score = y_true[:, c], y_score[:, c]
            ap = abs(metrics.average_precision(truth, score) - average_precision_score(truth, score))
            worst = max(worst, ap, abs(metrics.roc_auc(truth, score) - roc_auc_score(truth, score)))
    return check(f"AP and AUC of {cases} random cases", worst, 1e-12)


def random_events(cases: int) -> bool:
    """Small random annotations against sed_eval, every figure."""
    if not installed("sed_eval"):
        print("event metrics: sed_eval is not installed")
        return False
    print("event-based and segment-based figures")
    worst = 0.0
    for seed in range(cases):
        reference, estimated, settings = event_case(seed)
        worst = max(worst, difference_to_sed_eval(reference, estimated, LABELS, zero=bool(seed % 2), **settings))
    return check(f"{cases} random annotations", worst, 1e-12)


def difference_to_sed_eval(
    reference: Clips, estimated: Clips, labels: list[str], *, zero: bool, time_resolution: float, **collars: float
) -> float:
    """Largest relative difference of any figure; NaN where sed_eval has NaN."""
    theirs = peers.sed_eval_figures(reference, estimated, labels, zero=zero, time_resolution=time_resolution, **collars)
    options = {"labels": labels, "empty_output": "zero" if zero else "nan"}
    event = metrics.event_based_metrics(reference, estimated, **collars, **options)
    segment = metrics.segment_based_metrics(reference, estimated, time_resolution=time_resolution, **options)
    ours = peers.our_figures(event, segment, labels)
    if any((np.isnan(ours[key]) != np.isnan(theirs[key])).any() for key in theirs):
        return float("inf")
    gaps = [np.abs(ours[key] - theirs[key]) / np.maximum(1, np.abs(theirs[key])) for key in theirs]
    return max(float(np.nanmax(gap, initial=0.0)) for gap in gaps)


def read(data: Path) -> tuple[Clips, dict[float, Clips], dict[str, float]]:
    """Annotations, detections at ten thresholds, durations."""
    detections = {k / 10: sed.read_events(data / f"baseline_{k / 10}.csv") for k in range(1, 11)}
    durations = sed.read_durations(data / "dcase2019t4_meta.csv")
    return sed.read_events(data / "dcase2019t4_gt.csv"), detections, durations


def golden_figures(data: Path) -> bool:
    """The published figures of the baseline."""
    reference, detections, durations = read(data)
    print("golden figures of the DCASE 2019 task 4 baseline")
    event = metrics.event_based_metrics(
        reference, detections[0.5], t_collar=0.2, percentage_of_length=0.2, empty_output="zero"
    )
    segment = metrics.segment_based_metrics(reference, detections[0.5])
    gaps = [abs(event.overall[key] - value) for key, value in EVENT_GOLDEN.items()]
    gaps.append(abs(event.class_wise_average["f_measure"] - 0.21649708602613468))
    failed = [check("event-based at 0.5", max(gaps), 1e-12)]
    gaps = [
        abs(segment.overall["f_measure"] - 0.624572579511921),
        abs(segment.overall["error_rate"] - 0.5758422063187293),
        abs(segment.class_wise_average["f_measure"] - 0.5437966656990698),
    ]
    failed.append(check("segment-based at 0.5", max(gaps), 1e-12))
    for (share, alpha_ct, alpha_st), value in PSDS_GOLDEN.items():
        score = metrics.psds_from_detections(
            reference, detections, durations=durations, dtc=share, gtc=share, alpha_ct=alpha_ct, alpha_st=alpha_st
        )
        failed.append(
            check(f"PSDS, DTC = GTC = {share}, alpha_CT {alpha_ct}, alpha_ST {alpha_st}", abs(score - value), 1e-6)
        )
    return any(failed)


def every_threshold(data: Path) -> bool:
    """sed_eval on the real annotations, ten thresholds and several collars."""
    if not installed("sed_eval"):
        return False
    reference, detections, _ = read(data)
    labels = sorted({event.label for clip in reference.values() for event in clip})
    failed = []
    for collar, share, resolution in ((0.2, 0.2, 1.0), (0.1, 0.5, 0.1), (0.5, 0.0, 0.25), (1.0, 0.5, 2.0)):
        worst = max(
            difference_to_sed_eval(
                reference, clips, labels, zero=share == 0.2, t_collar=collar, percentage_of_length=share,
                time_resolution=resolution,
            )
            for clips in detections.values()
        )  # fmt: skip
        failed.append(check(f"ten thresholds, collar {collar}, {share:.0%}, segments of {resolution} s", worst, 1e-12))
    return any(failed)


def event_metrics(data: Path | None, rounds: int) -> Iterator[Comparison]:
    """Time of event-based plus segment-based figures, from event lists in memory: real annotations or drawn ones."""
    if data:
        reference, detections, _ = read(data)
        estimated = detections[0.5]
    else:
        reference, scores, labels = scenes(1168, 10, 156, 0.064)
        estimated = {name: sed.detect_events(clip, labels=labels, hop_length=1024, sr=16000)
                     for name, clip in scores.items()}  # fmt: skip
    work = f"event-based and segment-based figures of {len(reference):,} {'real' if data else 'drawn'} clips"

    def ours() -> None:
        metrics.event_based_metrics(reference, estimated, percentage_of_length=0.2)
        metrics.segment_based_metrics(reference, estimated)

    candidates = {"npaudio": ours}
    if installed("sed_eval"):
        candidates["sed_eval"] = sed_eval_call(reference, estimated)
    yield from compare(work, candidates, {"sed_eval": 0.10}, rounds=rounds)


def sed_eval_call(reference: Clips, estimated: Clips) -> Callable[[], None]:
    """The same with sed_eval, given the events in its own form."""
    import sed_eval

    labels = sorted({event.label for clip in reference.values() for event in clip})
    pairs = [
        (peers.as_dicts(clip, name), peers.as_dicts(estimated.get(name, []), name)) for name, clip in reference.items()
    ]

    def theirs() -> None:
        event = sed_eval.sound_event.EventBasedMetrics(labels, t_collar=0.2, percentage_of_length=0.2)
        segment = sed_eval.sound_event.SegmentBasedMetrics(labels, time_resolution=1.0)
        for pair in pairs:
            event.evaluate(*pair)
            segment.evaluate(*pair)
        event.results()
        segment.results()

    return theirs


def scenes(n_files: int, n_classes: int, n_frames: int, hop: float) -> tuple[Clips, dict[str, np.ndarray], list[str]]:
    """Random scenes and frame scores that follow them, noisily."""
    rng = np.random.default_rng(0)
    labels = [f"class {c}" for c in range(n_classes)]
    reference: Clips = {}
    scores = {}
    for k in range(n_files):
        logits = rng.normal(size=(n_classes, n_frames)).cumsum(axis=1) * 0.3
        clip = []
        for c in rng.permutation(n_classes)[: rng.poisson(3)]:
            onset = rng.uniform(0, 0.8 * n_frames * hop)
            offset = min(n_frames * hop, onset + rng.uniform(0.1, 5.0))
            clip.append(sed.Event(onset, offset, labels[c]))
            logits[c, int(onset / hop) : int(offset / hop) + 1] += rng.uniform(0, 3)
        reference[f"{k}.wav"], scores[f"{k}.wav"] = clip, 1 / (1 + np.exp(-logits))
    return reference, scores, labels


def psds_from_scores(rounds: int) -> Iterator[Comparison]:
    """300 clips of 10 s, 10 classes, every threshold; each is given scores in the form that it expects."""
    for n_frames, hop in ((156, 0.064), (500, 0.02)):
        reference, scores, labels = scenes(300, 10, n_frames, hop)
        durations = dict.fromkeys(reference, n_frames * hop)
        for name, settings in zip(("PSDS1", "PSDS2"), PSDS_SETTINGS, strict=False):
            about = {"durations": durations, "labels": labels, "hop_time": hop, **settings}
            candidates = {"npaudio": partial(metrics.psds, reference, scores, **about)}
            if installed("sed_scores_eval"):
                call = peers.sed_scores_eval_call(reference, scores, durations, hop, labels, **settings)
                candidates["sed_scores_eval"] = call
                agree(float(candidates["npaudio"]()), float(call()[0]), 1e-6)
            work = f"{name} of 300 clips x 10 classes x {n_frames} frames, every threshold"
            yield from compare(work, candidates, {"sed_scores_eval": 1.0}, rounds=rounds)
