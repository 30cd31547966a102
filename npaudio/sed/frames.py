"""Between frames and events: read off onsets and offsets, and draw events onto a grid of frames.

Conventions
-----------
Frame `i` lasts from `i * hop_length / sr` to `(i + 1) * hop_length / sr` seconds. An event of the frames `start` to
`stop - 1` begins with its first frame and ends with the end of its last: its offset is `stop * hop_length / sr`.
"""

from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np

from npaudio.sed.checks import SedCheck
from npaudio.sed.event import Event, as_event
from npaudio.sed.runs import Runs, find_runs, paint

_event_of_valid_fields = partial(tuple.__new__, Event)  # runs cannot have impossible times, so nothing is checked


def frames_to_events(
    binary: np.ndarray, *, labels: Sequence[str], hop_length: int, sr: float, scores: np.ndarray | None = None
) -> list[Event]:
    """One event per run, sorted by onset (runs that start together in the order of `labels`).

    Explained in lesson 08.

    Parameters
    ----------
    binary : ndarray (n_classes, n_frames), bool or 0 and 1
    labels : sequence of str
        Names of the classes.
    hop_length : int
        Samples from one frame to the next.
    sr : float
        Sample rate in Hz; frame i starts at `i * hop_length / sr` seconds.
    scores : ndarray (n_classes, n_frames), optional
        If given, the confidence of an event is the mean of its scores.

    Returns
    -------
    list of Event

    Raises
    ------
    ValueError
        Decisions other than 0 and 1, another number of labels than classes, or a frame rate that is not a number.

    See Also
    --------
    events_to_frames : the inverse.
    detect_events : all steps in one.
    """
    check = SedCheck("frames_to_events")
    active, labels = check.binary(binary), check.labels(labels)
    check.classes(active, labels)
    check.frame_rate(hop_length, sr)
    if scores is not None and np.shape(scores) != active.shape:
        raise check.error(f"scores {np.shape(scores)} for decisions {active.shape}; they must have one shape")
    runs = find_runs(active)
    means = None if scores is None else mean_scores(np.asarray(scores), runs)
    return events_of_clips(runs, 1, labels=labels, hop_length=hop_length, sr=sr, confidence=means)[0]


def events_of_clips(
    runs: Runs, n_clips: int, *, labels: Sequence[str], hop_length: int, sr: float, confidence: np.ndarray | None
) -> list[list[Event]]:
    """The events of each clip, sorted by onset; rows of runs are numbered `clip * n_classes + class`."""
    clip, label = np.divmod(runs.row, len(labels))
    order = np.lexsort((label, runs.start, clip))
    fields = (
        (runs.start[order] * hop_length / sr).tolist(),
        (runs.stop[order] * hop_length / sr).tolist(),
        [labels[k] for k in label[order].tolist()],
        [None] * len(order) if confidence is None else confidence[order].tolist(),
    )
    events = list(map(_event_of_valid_fields, zip(*fields, strict=True)))
    ends = np.cumsum(np.bincount(clip, minlength=n_clips)).tolist()
    return [events[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


def mean_scores(scores: np.ndarray, runs: Runs) -> np.ndarray:
    """Mean score of each run, in float64: sums from each start to its stop, and from there to the next start."""
    if not len(runs.row):
        return np.zeros(0)
    line = np.append(scores.reshape(-1), 0)  # the last run may stop after the last frame
    borders = np.stack([runs.start, runs.stop], axis=1) + runs.row[:, None] * scores.shape[-1]
    return np.add.reduceat(line, borders.reshape(-1), dtype=np.float64)[::2] / runs.length


def events_to_frames(
    events: Iterable[Event], *, labels: Sequence[str], hop_length: int, sr: float, n_frames: int | None = None
) -> np.ndarray:
    """Frames that an event touches, `(n_classes, n_frames)`: the reverse of `frames_to_events`.

    Explained in lesson 08.

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
        An event with a label that is not among `labels`, or a frame rate that is not a number.

    See Also
    --------
    frames_to_events : the inverse.
    """
    items = [as_event(item) for item in events]
    check = SedCheck("events_to_frames")
    labels = check.labels(labels)
    check.frame_rate(hop_length, sr)
    unknown = [event.label for event in items if event.label not in labels]
    if unknown:
        raise check.error(f"unknown label {unknown[0]!r}, expected one of {', '.join(labels)}; add it to labels")
    rows = np.array([labels.index(event.label) for event in items], dtype=int)
    position = np.array([event[:2] for event in items], dtype=float).reshape(-1, 2) * sr / hop_length
    nearest = np.round(position)
    position = np.where(np.abs(position - nearest) < 1e-6, nearest, position)
    start, stop = np.floor(position[:, 0]).astype(int), np.ceil(position[:, 1]).astype(int)
    if n_frames is None:
        n_frames = int(stop.max(initial=0))
    n_frames = int(check.frame_counts(n_frames, "n_frames"))
    runs = Runs(rows, np.minimum(start, n_frames), np.minimum(stop, n_frames))
    return paint(runs, (len(labels), n_frames))
