"""The plain loop versions of `npaudio.sed` and `npaudio.metrics`; see tests/oracles.py."""

from itertools import pairwise, permutations

import numpy as np


def sed_runs_loops(active: np.ndarray) -> list[tuple[int, int]]:
    """First frame and frame after the last of each run of one row."""
    runs, start = [], None
    for i, on in enumerate([*active, False]):
        if on and start is None:
            start = i
        if not on and start is not None:
            runs.append((start, i))
            start = None
    return runs


def sed_fill_gaps_loops(active: np.ndarray, max_gap: int) -> np.ndarray:
    filled = active.copy()
    runs = sed_runs_loops(active)
    for (_, stop), (start, _) in pairwise(runs):
        if start - stop < max_gap:
            filled[stop:start] = True
    return filled


def sed_remove_short_loops(active: np.ndarray, min_dur: int) -> np.ndarray:
    kept = np.zeros_like(active)
    for start, stop in sed_runs_loops(active):
        if stop - start >= min_dur:
            kept[start:stop] = True
    return kept


def sed_median_loops(row: np.ndarray, length: int) -> np.ndarray:
    """The middle of the sorted window; behind the last frame the frames come again in reverse order."""
    n, reach = len(row), length // 2
    mirrored = [*row, *row[::-1]]  # and again and again
    windows = [[mirrored[k % (2 * n)] for k in range(i - reach, i + reach + 1)] for i in range(n)]
    return np.array([sorted(window)[reach] for window in windows], dtype=row.dtype)


def sed_hysteresis_loops(row: np.ndarray, low: float, high: float) -> np.ndarray:
    active = np.zeros(len(row), dtype=bool)
    for start, stop in sed_runs_loops(row > low):
        active[start:stop] = any(score > high for score in row[start:stop])
    return active


def sed_detect_loops(scores, labels, frame_time, *, low, high, median, max_gap, min_dur) -> list[tuple]:
    """All of post-processing, class by class."""
    events = []
    for c, label in enumerate(labels):
        active = sed_median_loops(sed_hysteresis_loops(scores[c], low[c], high[c]), median[c])
        active = sed_remove_short_loops(sed_fill_gaps_loops(active, max_gap[c]), min_dur[c])
        for start, stop in sed_runs_loops(active):
            events.append((start * frame_time, stop * frame_time, label, float(np.mean(scores[c, start:stop]))))
    return sorted(events, key=lambda event: event[0])


def sed_frames_loops(events: list, labels: list[str], hop_length: int, sr: float, n_frames: int) -> np.ndarray:
    """A frame is active if it shares more than a millionth of its length with the event."""
    frames = np.zeros((len(labels), n_frames), dtype=bool)
    for onset, offset, label, *_ in events:
        for i in range(n_frames):
            common = min(offset, (i + 1) * hop_length / sr) - max(onset, i * hop_length / sr)
            frames[labels.index(label), i] |= common > 1e-6 * hop_length / sr
    return frames


def metrics_pr_points_loops(y_true: np.ndarray, y_score: np.ndarray) -> list[tuple[float, float]]:
    """(recall, precision) of the rule score >= t, for every distinct score t, highest first."""
    points = []
    for t in sorted(set(y_score.tolist()), reverse=True):
        chosen = [int(y) for y, s in zip(y_true, y_score, strict=True) if s >= t]
        points.append((sum(chosen) / int(sum(y_true)), sum(chosen) / len(chosen)))
    return points


def metrics_ap_loops(y_true: np.ndarray, y_score: np.ndarray, method: str) -> float:
    points = metrics_pr_points_loops(y_true, y_score)
    if method == "11-point":
        recalls = [i / 10 for i in range(11)]
        return sum(max(p for r, p in points if r >= wanted - 1e-12) for wanted in recalls) / 11
    area, r_before, p_before = 0.0, 0.0, 1.0
    for i, (r, p) in enumerate(points):
        height = {"step": p, "trapezoid": (p + p_before) / 2, "interpolated": max(q for _, q in points[i:])}[method]
        area += (r - r_before) * height
        r_before, p_before = r, p
    return area


def metrics_auc_loops(y_true: np.ndarray, y_score: np.ndarray) -> float:
    """Every positive against every negative."""
    positives = [s for y, s in zip(y_true, y_score, strict=True) if y]
    negatives = [s for y, s in zip(y_true, y_score, strict=True) if not y]
    won = sum(1.0 if p > n else 0.5 if p == n else 0.0 for p in positives for n in negatives)
    return won / (len(positives) * len(negatives))


def metrics_lwlrap_loops(y_true: np.ndarray, y_score: np.ndarray) -> float:
    precisions = []
    for truth, scores in zip(y_true, y_score, strict=True):
        for label in np.flatnonzero(truth):
            above = [k for k in range(len(scores)) if scores[k] >= scores[label]]
            precisions.append(sum(int(truth[k]) for k in above) / len(above))
    return sum(precisions) / len(precisions)


def metrics_best_f_loops(y_true: np.ndarray, y_score: np.ndarray, beta: float) -> float:
    """Largest F of the rule score > t, over a threshold below every distinct score."""
    best = 0.0
    for t in y_score:
        chosen = y_score >= t
        tp = int(np.sum(chosen & (y_true == 1)))
        best = max(best, (1 + beta**2) * tp / (beta**2 * int(y_true.sum()) + int(chosen.sum())))
    return best


def metrics_ece_loops(y_true: np.ndarray, y_score: np.ndarray, n_bins: int) -> float:
    error = 0.0
    for b in range(n_bins):
        inside = [i for i, s in enumerate(y_score) if b / n_bins < s <= (b + 1) / n_bins or (b == 0 and s == 0)]
        if inside:
            gap = sum(y_score[i] for i in inside) / len(inside) - sum(y_true[i] for i in inside) / len(inside)
            error += len(inside) / len(y_true) * abs(gap)
    return error


def metrics_largest_matching_loops(n_ref: int, n_est: int, allowed: set[tuple[int, int]]) -> int:
    """Try every assignment."""
    if n_ref > n_est:
        n_ref, n_est, allowed = n_est, n_ref, {(b, a) for a, b in allowed}
    return max(sum((r, e) in allowed for r, e in enumerate(chosen)) for chosen in permutations(range(n_est), n_ref))


def metrics_allowed_loops(reference: list, estimated: list, t_collar: float, share: float) -> set[tuple[int, int]]:
    """Pairs of one label whose borders are close."""
    return {
        (i, j)
        for i, (on, off, label, *_) in enumerate(reference)
        for j, (est_on, est_off, est_label, *_) in enumerate(estimated)
        if label == est_label
        and abs(on - est_on) <= t_collar
        and abs(off - est_off) <= max(t_collar, share * (off - on))
    }


def metrics_operating_point_loops(
    reference: dict, detections: dict, labels: list[str], dtc: float, gtc: float, cttc: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True positives, false positives and cross-triggers of PSDS, file by file, compared to the microsecond."""

    def common(a: tuple, b: tuple) -> float:
        return max(0.0, min(a[1], b[1]) - max(a[0], b[0]))

    def enough(overlap: float, share: float, length: float) -> bool:
        return round(overlap, 6) >= round(share * length, 6)

    tp, fp, ct = np.zeros(len(labels)), np.zeros(len(labels)), np.zeros((len(labels), len(labels)))
    for name, clip in reference.items():
        accepted = []
        for d in detections[name]:
            own = sum(common(d, r) for r in clip if r[2] == d[2])
            if enough(own, dtc, d[1] - d[0]):
                accepted.append(d)
                continue
            fp[labels.index(d[2])] += 1
            for other in {r[2] for r in clip if r[2] != d[2]}:
                if enough(sum(common(d, r) for r in clip if r[2] == other), cttc, d[1] - d[0]):
                    ct[labels.index(d[2]), labels.index(other)] += 1
        for r in clip:
            covered = sum(common(d, r) for d in accepted if d[2] == r[2])
            tp[labels.index(r[2])] += enough(covered, gtc, r[1] - r[0])
    return tp, fp, ct


def metrics_psds_loops(
    points: list, reference: dict, hours: float, alpha_ct: float, alpha_st: float, max_efpr: float
) -> float:
    """Area under the curve by a fine list of rates: every rate at which any class can change."""
    labels = sorted({e[2] for clip in reference.values() for e in clip})
    seconds = np.array([sum(e[1] - e[0] for c in reference.values() for e in c if e[2] == label) for label in labels])
    n_ref = np.array([sum(e[2] == label for c in reference.values() for e in c) for label in labels])
    curves = [[(0.0, 0.0)] for _ in labels]
    for tp, fp, ct in points:
        for c in range(len(labels)):
            others = [k for k in range(len(labels)) if k != c]
            ct_rate = sum(ct[c, k] / (seconds[k] / 3600) for k in others) / max(len(others), 1)
            curves[c].append((fp[c] / hours + alpha_ct * ct_rate, tp[c] / n_ref[c]))
    rates = sorted({rate for curve in curves for rate, _ in curve if rate <= max_efpr})
    area = 0.0
    for rate, following in zip(rates, [*rates[1:], max_efpr], strict=True):
        tpr = np.array([max(t for r, t in curve if r <= rate) for curve in curves])
        area += (following - rate) * max(0.0, tpr.mean() - alpha_st * tpr.std())
    return area / max_efpr


def metrics_runs_of_all_thresholds_loops(scores: np.ndarray) -> set[tuple[int, int, float, float]]:
    """(start, stop, level, end) of every run of any threshold, by trying every score as threshold."""
    padded = [-np.inf, *scores, -np.inf]
    found = set()
    for t in scores:
        if t > -np.inf:
            for start, stop in sed_runs_loops(scores >= t):
                end = max(padded[start], padded[stop + 1])
                found.add((start, stop, float(min(scores[start:stop])), float(end)))
    return found


def metrics_dtw_cost_loops(x: np.ndarray, y: np.ndarray) -> float:
    n, m = x.shape[1], y.shape[1]
    total = np.full((n, m), np.inf)
    for i in range(n):
        for j in range(m):
            before = [total[a, b] for a, b in ((i - 1, j - 1), (i - 1, j), (i, j - 1)) if a >= 0 and b >= 0]
            total[i, j] = np.sqrt(np.sum((x[:, i] - y[:, j]) ** 2)) + (min(before) if before else 0.0)
    return float(total[-1, -1])
