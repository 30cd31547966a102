"""Detection: all of post-processing in one call."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack, overload

import numpy as np

from npaudio.sed.checks import PerClass, SedCheck, accepts_names
from npaudio.sed.event import Event
from npaudio.sed.frames import events_of_clips, mean_scores
from npaudio.sed.settings import PostProcessing, Settings, chosen_settings

BATCH = 1 << 20  # scores that are worked on at once: their decisions stay in the cache


@overload
def detect_events(
    scores: Mapping[str, np.ndarray], *, labels: Sequence[str], hop_length: int, sr: float, **settings: Unpack[Settings]
) -> dict[str, list[Event]]: ...


@overload
def detect_events(
    scores: np.ndarray, *, labels: Sequence[str], hop_length: int, sr: float, **settings: Unpack[Settings]
) -> list[Event]: ...


@accepts_names(preds="scores", min_dur_frames="min_duration_frames")
def detect_events(
    scores: Any,
    *,
    labels: Sequence[str],
    hop_length: int,
    sr: float,
    threshold: PerClass = 0.5,
    low_threshold: PerClass | None = None,
    median: PerClass | None = None,
    median_frames: PerClass | None = None,
    max_gap: PerClass | None = None,
    max_gap_frames: PerClass | None = None,
    min_duration: PerClass | None = None,
    min_duration_frames: PerClass | None = None,
    postprocessing: PostProcessing | None = None,
) -> Any:
    """Events of frame scores: threshold, median filter, fill short gaps, drop what is too short, read off the times.

    By default as the article does it: a threshold of 0.5, runs of at least 3 frames, nothing else. Every setting is one
    number, a sequence (n_classes,), or {label: number}; the three durations are given in seconds, or in frames under
    the names that end in `_frames`.

    Explained in lesson 08.

    Parameters
    ----------
    scores : ndarray (n_classes, n_frames), or (n_clips, n_classes, n_frames), or {filename: (n_classes, n_frames)}
        Probabilities. The article's names `preds` and `min_dur_frames` are accepted too.
    labels : sequence of str
        Names of the classes.
    hop_length : int
        Samples from one frame to the next.
    sr : float
        Sample rate in Hz.
    threshold : number(s)
        A frame is active if its score is above it.
    low_threshold : number(s), optional
        If given, a run goes on down to this score once it has passed `threshold`; see `hysteresis_threshold`.
    median, median_frames : number(s), optional
        Window of a median filter; see `median_filter`. Seconds are rounded to the nearest odd number of frames.
    max_gap, max_gap_frames : number(s), optional
        Gaps *shorter* than this are filled; see `fill_gaps`.
    min_duration, min_duration_frames : number(s), optional
        Runs *shorter* than this are dropped; see `remove_short`. 3 frames by default.
    postprocessing : PostProcessing, optional
        All settings at once, as from `tune_postprocessing`, in place of the ones above.

    Returns
    -------
    list of Event
        Sorted by onset; `confidence` is the mean score over the event's frames. For several clips a list of such lists,
        for a dictionary a dictionary, ready for `npaudio.metrics`.

    Raises
    ------
    ValueError
        Scores that are NaN, outside 0 to 1, or transposed; settings that are impossible or name an unknown label.

    See Also
    --------
    tune_postprocessing : finds the settings.
    npaudio.streaming.StreamingDetector : the same on a stream.

    Examples
    --------
    >>> scores = np.array([[0.1, 0.75, 0.75, 0.75, 0.2]])
    >>> detect_events(scores, labels=["Dog"], hop_length=512, sr=16000)
    [Event(onset=0.032, offset=0.128, label='Dog', confidence=0.75)]
    """
    options = {
        "threshold": None if isinstance(threshold, float) and threshold == 0.5 else threshold,
        "low_threshold": low_threshold,
        "median": median,
        "median_frames": median_frames,
        "max_gap": max_gap,
        "max_gap_frames": max_gap_frames,
        "min_duration": min_duration,
        "min_duration_frames": min_duration_frames,
    }
    check, settings = SedCheck("detect_events"), {name: value for name, value in options.items() if value is not None}
    chosen = chosen_settings(check, postprocessing, settings, labels, hop_length, sr)
    if isinstance(scores, Mapping):
        return {name: _detected(check, clip, chosen)[0] for name, clip in scores.items()}
    clips = _detected(check, scores, chosen)
    return clips if np.ndim(scores) == 3 else clips[0]


def _detected(check: SedCheck, scores: Any, chosen: PostProcessing) -> list[list[Event]]:
    """Events of each clip of ([n_clips,] n_classes, n_frames), a few clips at a time."""
    scores = check.scores(scores)
    check.classes(scores, chosen.labels, clips=True)
    clips = scores if scores.ndim == 3 else scores[None]
    step = max(1, BATCH // max(1, clips[:1].size))
    events: list[list[Event]] = []
    for start in range(0, len(clips), step):
        batch = clips[start : start + step]
        runs = chosen.runs(batch)
        events += events_of_clips(
            runs,
            len(batch),
            labels=chosen.labels,
            hop_length=chosen.hop_length,
            sr=chosen.sr,
            confidence=mean_scores(batch, runs),
        )
    return events
