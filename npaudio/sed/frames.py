"""From frame scores to events: threshold, close gaps, drop blips, read off onsets and offsets.

Conventions
-----------
- Scores and decisions have time as their last axis: `(n_frames,)` or `(n_classes, n_frames)`; functions of decisions
  take any number of leading axes.
- A *run* is an unbroken row of active frames. A *gap* is an unbroken row of inactive frames between two runs; what
  lies before the first run or after the last is not a gap.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from npaudio.sed.event import Event, as_event


def threshold(preds: np.ndarray, t: float | Sequence[float] | np.ndarray = 0.5) -> np.ndarray:
    """Binary decision per frame, `preds > t`.

    Parameters
    ----------
    preds : ndarray (n_frames,) or (n_classes, n_frames)
        Scores.
    t : float or sequence (n_classes,)
        One threshold, or one for each class. A score equal to its threshold is inactive, as in the article.

    Returns
    -------
    ndarray of bool, the shape of `preds`

    Raises
    ------
    ValueError
        Scores that are NaN, or a number of thresholds that is not the number of classes.
    """
    preds = _checked_scores(preds, caller="threshold")
    levels = np.asarray(t, dtype=float)
    if levels.ndim == 0:
        return preds > float(levels)  # a Python float leaves float32 scores float32
    if preds.ndim != 2 or levels.shape != preds.shape[:1]:
        raise ValueError(
            f"threshold: {levels.shape} thresholds for scores of shape {preds.shape}; give one number or one a class"
        )
    return preds > levels.astype(preds.dtype)[:, None]


def fill_gaps(binary: np.ndarray, max_gap: int) -> np.ndarray:
    """Activate the gaps *shorter than* `max_gap` frames between two runs.

    Parameters
    ----------
    binary : ndarray (..., n_frames), bool or 0 and 1
    max_gap : int
        Gaps of this many frames and longer stay open; 0 and 1 change nothing.

    Returns
    -------
    ndarray, shape and dtype of `binary`
    """
    active = _checked_binary(binary, caller="fill_gaps")
    row, start, stop = _runs(active)
    short_gap = (row[1:] == row[:-1]) & (start[1:] - stop[:-1] < max_gap)
    gaps = _paint(active.shape, row[:-1][short_gap], stop[:-1][short_gap], start[1:][short_gap])
    return (active | gaps).astype(np.asarray(binary).dtype)


def remove_short(binary: np.ndarray, min_dur: int) -> np.ndarray:
    """Deactivate the runs *shorter than* `min_dur` frames.

    Parameters
    ----------
    binary : ndarray (..., n_frames), bool or 0 and 1
    min_dur : int
        Runs of this many frames and longer stay; 0 and 1 change nothing.

    Returns
    -------
    ndarray, shape and dtype of `binary`
    """
    active = _checked_binary(binary, caller="remove_short")
    row, start, stop = _runs(active)
    long_enough = stop - start >= min_dur
    kept = _paint(active.shape, row[long_enough], start[long_enough], stop[long_enough])
    return kept.astype(np.asarray(binary).dtype)


def frames_to_events(
    binary: np.ndarray, *, labels: Sequence[str], hop_length: int, sr: float, scores: np.ndarray | None = None
) -> list[Event]:
    """One event a run, sorted by onset (runs that start together in the order of `labels`).

    Parameters
    ----------
    binary : ndarray (n_classes, n_frames), bool or 0 and 1
    labels : sequence of str
        Names of the classes.
    hop_length : int
        Samples from one frame to the next.
    sr : float
        Sampling rate in Hz; frame i starts at `i * hop_length / sr` seconds.
    scores : ndarray (n_classes, n_frames), optional
        If given, the confidence of an event is the mean of its scores.
    """
    active = _checked_binary(binary, caller="frames_to_events")
    _check_labels(active, labels, caller="frames_to_events")
    row, start, stop = _runs(active)
    confidence = [None] * len(row) if scores is None else _mean_scores(np.asarray(scores), active, row, start, stop)
    by_onset = np.argsort(start, kind="stable")
    return [
        Event(start[i] * hop_length / sr, stop[i] * hop_length / sr, labels[row[i]], confidence[i]) for i in by_onset
    ]


def events_to_frames(
    events: Iterable[Event], *, labels: Sequence[str], hop_length: int, sr: float, n_frames: int | None = None
) -> np.ndarray:
    """Frames that an event touches, `(n_classes, n_frames)`: the reverse of `frames_to_events`.

    Parameters
    ----------
    events : iterable of Event or tuples (onset, offset, label)
        Events of one recording.
    labels, hop_length, sr
        As for `frames_to_events`.
    n_frames : int, optional
        Frames of the result; what lies beyond is cut. By default as many as the last event needs.

    Returns
    -------
    ndarray of bool
        Active from floor(onset * sr / hop_length) to ceil(offset * sr / hop_length) - 1, as sed_eval rounds. A time
        within a millionth of a frame of a frame's border lies on it, so that rounding in the division adds no frame.

    Raises
    ------
    ValueError
        An event with a label that is not among `labels`.
    """
    items = [as_event(item) for item in events]
    rows = np.array([_label_index(event.label, labels) for event in items], dtype=int)
    position = np.array([[event.onset, event.offset] for event in items]).reshape(-1, 2) * sr / hop_length
    nearest = np.round(position)
    position = np.where(np.abs(position - nearest) < 1e-6, nearest, position)
    start, stop = np.floor(position[:, 0]).astype(int), np.ceil(position[:, 1]).astype(int)
    if n_frames is None:
        n_frames = int(stop.max(initial=0))
    return _paint((len(labels), n_frames), rows, np.minimum(start, n_frames), np.minimum(stop, n_frames))


def detect_events(
    preds: np.ndarray,
    *,
    labels: Sequence[str],
    hop_length: int,
    sr: float,
    threshold: float | Sequence[float] = 0.5,
    min_duration_frames: int = 3,
) -> list[Event]:
    """Events of frame scores as the article finds them: threshold, drop what is too short, read off the times.

    Parameters
    ----------
    preds : ndarray (n_classes, n_frames)
        Scores.
    labels : sequence of str
        Names of the classes.
    hop_length : int
        Samples from one frame to the next.
    sr : float
        Sampling rate in Hz.
    threshold : float or sequence (n_classes,)
        A frame is active if its score is above it.
    min_duration_frames : int
        Shorter runs are dropped.

    Returns
    -------
    list of Event
        Sorted by onset; `confidence` is the mean score over the event's frames.

    Examples
    --------
    >>> scores = np.array([[0.1, 0.75, 0.75, 0.75, 0.2]])
    >>> detect_events(scores, labels=["Dog"], hop_length=512, sr=16000)
    [Event(onset=0.032, offset=0.128, label='Dog', confidence=0.75)]
    """
    binary = _threshold(preds, threshold)
    _check_labels(binary, labels, caller="detect_events")
    binary = remove_short(binary, min_duration_frames)
    return frames_to_events(binary, labels=labels, hop_length=hop_length, sr=sr, scores=preds)


_threshold = threshold  # detect_events has an argument of the same name


def _runs(active: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row, first frame and frame after the last of each run, rows in order and runs from left to right."""
    rows = active.reshape(-1, active.shape[-1]) if active.size else np.zeros((0, 0), dtype=bool)
    edges = np.diff(np.pad(rows, ((0, 0), (1, 1))).astype(np.int8), axis=1)  # +1 at an onset, -1 at an offset
    row, start = np.nonzero(edges == 1)
    return row, start, np.nonzero(edges == -1)[1]


def _paint(shape: tuple[int, ...], row: np.ndarray, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Boolean array that is true from `start` to `stop - 1` in each `row`: +1 and -1 at the borders, summed up."""
    n_frames = shape[-1]
    edges = np.zeros((int(np.prod(shape[:-1])), n_frames + 1), dtype=np.int32)
    np.add.at(edges, (row, start), 1)
    np.add.at(edges, (row, stop), -1)
    return (np.cumsum(edges, axis=1)[:, :n_frames] > 0).reshape(shape)


def _mean_scores(
    scores: np.ndarray, active: np.ndarray, row: np.ndarray, start: np.ndarray, stop: np.ndarray
) -> list[float]:
    """Mean score of each run."""
    if scores.shape != active.shape:
        raise ValueError(
            f"frames_to_events: scores {scores.shape} for decisions {active.shape}; they must have one shape"
        )
    return [float(scores[r, a:b].mean()) for r, a, b in zip(row, start, stop, strict=True)]


def _label_index(label: str, labels: Sequence[str]) -> int:
    try:
        return list(labels).index(label)
    except ValueError:
        known = ", ".join(labels)
        raise ValueError(
            f"events_to_frames: unknown label {label!r}, expected one of {known}; add it to labels"
        ) from None


def _check_labels(active: np.ndarray, labels: Sequence[str], *, caller: str) -> None:
    if active.ndim != 2 or len(labels) != active.shape[0]:
        raise ValueError(
            f"{caller}: {len(labels)} labels for an array of shape {active.shape}; "
            "expected (n_classes, n_frames) with one label a class"
        )


def _checked_scores(preds: np.ndarray, *, caller: str) -> np.ndarray:
    preds = np.asarray(preds)
    if preds.ndim == 0 or not np.issubdtype(preds.dtype, np.floating):
        raise ValueError(
            f"{caller}: scores must be floating point with a time axis, got {preds.dtype} of shape {preds.shape}; "
            "convert with .astype(np.float32)"
        )
    if np.isnan(preds).any():
        raise ValueError(f"{caller}: scores hold {int(np.isnan(preds).sum())} NaN; find where they arise")
    return preds


def _checked_binary(binary: np.ndarray, *, caller: str) -> np.ndarray:
    binary = np.asarray(binary)
    if binary.ndim == 0:
        raise ValueError(f"{caller}: expected decisions with a time axis, got a single value; pass an array")
    if binary.dtype != bool and not np.isin(binary, (0, 1)).all():
        raise ValueError(f"{caller}: decisions must be 0 or 1, got other values; apply sed.threshold first")
    return binary.astype(bool)
