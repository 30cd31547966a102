"""Small random cases for the metrics, the same in the tests and in the scripts that make golden values.

`RandomState` is used because its streams never change, so that golden files need to hold results only.
"""

import numpy as np

LABELS = ["cat", "dog", "rain"]


def label_case(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels and scores (n_clips, n_classes): with and without ties, constant, one clip, all or no positives."""
    rng = np.random.RandomState(seed)
    n_clips, n_classes = (1 if seed % 10 == 0 else rng.randint(2, 30)), rng.randint(1, 6)
    y_true = (rng.uniform(size=(n_clips, n_classes)) < rng.choice([0.05, 0.3, 0.8])).astype(int)
    y_score = rng.normal(size=(n_clips, n_classes)) + y_true
    kind = seed % 5
    if kind == 1:
        y_score = np.round(y_score)
    elif kind == 2:
        y_score = np.zeros_like(y_score)
    elif kind == 3:
        y_true[:, 0] = 1
        y_score = np.round(y_score, 1)
    elif kind == 4:
        y_true[:, -1] = 0
    return y_true, y_score


def single_label_case(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """True and predicted classes; some classes are never predicted, or never true."""
    rng = np.random.RandomState(seed)
    n_clips, n_classes = rng.randint(1, 40), rng.randint(1, 6)
    y_true = rng.randint(0, n_classes, n_clips)
    y_pred = np.where(rng.uniform(size=n_clips) < 0.6, y_true, rng.randint(0, n_classes + seed % 2, n_clips))
    return y_true, y_pred


def _events(rng: np.random.RandomState, n: int, grid: float, labels: list[str]) -> list[tuple[float, float, str]]:
    onset = rng.uniform(0, 10, n)
    offset = onset + rng.uniform(0.05, 3, n)
    if grid:
        onset, offset = np.round(onset / grid) * grid, np.round(offset / grid) * grid
    label = rng.randint(0, len(labels), n)
    return [(float(a), float(b), labels[c]) for a, b, c in zip(onset, offset, label, strict=True)]


def _moved(rng: np.random.RandomState, events: list[tuple[float, float, str]], grid: float) -> list:
    """What a system might say: events near those annotated, some of another class, some missing."""
    moved = []
    for onset, offset, label in events:
        if rng.uniform() < 0.2:
            continue
        shift = rng.normal(size=2) * 0.3
        if grid:
            shift = np.round(shift / grid) * grid
        start = max(0.0, onset + shift[0])
        other = LABELS[rng.randint(len(LABELS))]
        moved.append((float(start), float(max(start, offset + shift[1])), other if rng.uniform() < 0.2 else label))
    return moved


def event_case(seed: int) -> tuple[dict, dict, dict]:
    """Reference, estimate, and settings (collar, share of length, resolution); empty lists and exact borders too."""
    rng = np.random.RandomState(seed)
    grid = (0.0, 0.1, 0.25)[seed % 3]
    reference, estimated = {}, {}
    for k in range(rng.randint(1, 4)):
        clip = _events(rng, rng.randint(0, 7), grid, LABELS[: rng.randint(1, 4)])
        reference[f"{k}.wav"] = clip
        estimated[f"{k}.wav"] = _moved(rng, clip, grid) + _events(rng, rng.randint(0, 3), grid, LABELS)
    settings = {
        "t_collar": (0.2, 0.1, 0.5, 1.0)[rng.randint(4)],
        "percentage_of_length": (0.0, 0.2, 0.5)[rng.randint(3)],
        "time_resolution": (1.0, 0.1, 0.3)[rng.randint(3)],
    }
    return reference, estimated, settings


def separate(events: list[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    """Only events that do not touch an earlier one of their class, and last: what the PSDS libraries accept."""
    kept: list[tuple[float, float, str]] = []
    for event in events:
        touches = any(e[2] == event[2] and e[0] <= event[1] and event[0] <= e[1] for e in kept)
        if not touches and event[1] > event[0]:
            kept.append(event)
    return kept


def detection_case(seed: int) -> tuple[dict, dict, dict]:
    """Reference with every class, detections at three thresholds, and durations."""
    rng = np.random.RandomState(seed)
    files = [f"{k}.wav" for k in range(3)]
    reference = {name: separate(_events(rng, 4, 0.0, LABELS)) for name in files}
    reference["0.wav"] = separate([(20.0 + k, 20.5 + k, label) for k, label in enumerate(LABELS)] + reference["0.wav"])
    detections = {
        t: {name: separate(_moved(rng, clip, 0.0) + _events(rng, 2, 0.0, LABELS)) for name, clip in reference.items()}
        for t in (0.2, 0.5, 0.8)
    }
    return reference, detections, dict.fromkeys(files, 30.0)


def score_case(seed: int) -> tuple[dict, dict, dict, float]:
    """Reference with every class, frame scores (with ties for odd seeds), durations, seconds from frame to frame."""
    rng = np.random.RandomState(seed)
    hop, n_frames = (0.064, 0.1, 0.25)[seed % 3], rng.randint(5, 40)
    end = hop * n_frames
    reference, scores = {}, {}
    for k in range(4):
        clip = [(a / 13 * end, b / 13 * end, label) for a, b, label in _events(rng, rng.randint(0, 5), 0.0, LABELS)]
        if seed % 2:  # borders on frames: shares of overlap that are met exactly
            clip = [(round(a / hop) * hop, round(b / hop) * hop, label) for a, b, label in clip]
        clip = separate(clip)
        logits = rng.normal(size=(len(LABELS), n_frames)).cumsum(axis=1) * 0.3
        for onset, offset, label in clip:
            logits[LABELS.index(label), int(onset / hop) : int(np.ceil(offset / hop))] += rng.uniform(0, 3)
        reference[f"{k}.wav"] = clip
        scores[f"{k}.wav"] = np.round(1 / (1 + np.exp(-logits)), 1 if seed % 2 else 12)
    extra = [(0.0, 3 * hop, label) for label in LABELS if all(e[2] != label for c in reference.values() for e in c)]
    reference["0.wav"] = reference["0.wav"] + extra
    return reference, scores, dict.fromkeys(reference, end), hop


PSDS_SETTINGS = [
    {"dtc": 0.7, "gtc": 0.7, "cttc": 0.3, "alpha_ct": 0.0, "alpha_st": 1.0, "max_efpr": 100.0},
    {"dtc": 0.1, "gtc": 0.1, "cttc": 0.3, "alpha_ct": 0.5, "alpha_st": 1.0, "max_efpr": 100.0},
    {"dtc": 0.5, "gtc": 0.5, "cttc": 0.3, "alpha_ct": 1.0, "alpha_st": 0.0, "max_efpr": 2000.0},
]
