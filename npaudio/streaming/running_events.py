"""Post-processing as frames come in: the events of `sed.detect_events` on the whole, each as soon as it is certain.

Conventions: scores come in blocks (n_classes, n_frames) of any length. A run is open as long as a later frame could
extend it; it is closed as soon as the inactive frames after it are too many for a gap that is filled.
"""

from typing import NamedTuple

import numpy as np

from npaudio.sed import Event, PostProcessing, median_filter
from npaudio.sed.runs import find_runs


class OpenRun(NamedTuple):
    """A run that may go on: its frames, and the sums of all scores of its class before its first and its last frame."""

    start: int
    stop: int
    sum_at_start: float
    sum_at_stop: float


class RunningEvents:
    """Turns blocks of scores into events.

    What is kept: the last scores, as many as the widest median filter spans, and one open run for each class.

    Parameters
    ----------
    settings : PostProcessing
        Without hysteresis: whether a frame between the two thresholds is active may be known arbitrarily late.
    """

    def __init__(self, settings: PostProcessing) -> None:
        if settings.low_threshold != settings.threshold:
            raise ValueError(
                "StreamingDetector: hysteresis decides about a frame arbitrarily late, so it cannot be streamed; "
                "leave out low_threshold"
            )
        self.settings = settings
        self.reach = max(settings.median_frames) // 2
        self.closing_gap = np.maximum(settings.max_gap_frames, 1)
        n_classes = len(settings.labels)
        self._scores = np.zeros((n_classes, 0), np.float32)  # not smoothed yet, after `reach` that are
        self._n_smoothed = 0  # frames since the beginning
        self._sums = np.zeros(n_classes)  # of all smoothed frames
        self._open: list[OpenRun | None] = [None] * n_classes

    @property
    def delay_frames(self) -> int:
        """The largest number of frames between the end of an event and the moment when it is certain."""
        return self.reach + int(self.closing_gap.max())

    def push(self, scores: np.ndarray) -> list[Event]:
        """Events that are certain with these next scores."""
        self._scores = np.concatenate([self._scores, scores], axis=1, dtype=scores.dtype)
        return self._smooth(self._scores.shape[1] - self.reach)

    def finish(self) -> list[Event]:
        """The last events: no more frames will come."""
        events = self._smooth(self._scores.shape[1])
        events += [event for c in range(len(self._open)) for event in self._closed(c)]
        return sorted(events, key=lambda event: event.onset)

    def _smooth(self, stop: int) -> list[Event]:
        """Go on to position `stop` in the scores that are held; what lies beyond is the filter's right half."""
        begin = min(self._n_smoothed, self.reach)  # held frames that are smoothed already
        if stop <= begin:
            return []
        active = median_filter(self.settings.decisions(self._scores), self.settings.median_frames)[:, begin:stop]
        events = self._advance(active, self._scores[:, begin:stop])
        self._scores = self._scores[:, max(0, stop - self.reach) :]
        return events

    def _advance(self, active: np.ndarray, scores: np.ndarray) -> list[Event]:
        """Take in the next smoothed frames (n_classes, n)."""
        sums = np.concatenate([self._sums[:, None], scores], axis=1, dtype=np.float64).cumsum(
            axis=1
        )  # (n_classes, n+1)
        events = []
        for c, start, stop in zip(*(part.tolist() for part in find_runs(active)), strict=True):
            run = OpenRun(self._n_smoothed + start, self._n_smoothed + stop, sums[c, start], sums[c, stop])
            events += self._extended(c, run)
        self._n_smoothed += active.shape[1]
        self._sums = sums[:, -1]
        for c, open_run in enumerate(self._open):
            if open_run is not None and self._n_smoothed - open_run.stop >= self.closing_gap[c]:
                events += self._closed(c)
        return sorted(events, key=lambda event: event.onset)

    def _extended(self, c: int, run: OpenRun) -> list[Event]:
        """Join the run with the open one of its class, or close that and open this."""
        before = self._open[c]
        if before is not None and run.start - before.stop < self.closing_gap[c]:
            self._open[c] = run._replace(start=before.start, sum_at_start=before.sum_at_start)
            return []
        events = self._closed(c)
        self._open[c] = run
        return events

    def _closed(self, c: int) -> list[Event]:
        """The event of the open run of a class, if there is one and it lasts long enough."""
        run, self._open[c] = self._open[c], None
        if run is None or run.stop - run.start < self.settings.min_duration_frames[c]:
            return []
        hop_length, sr = self.settings.hop_length, self.settings.sr
        confidence = (run.sum_at_stop - run.sum_at_start) / (run.stop - run.start)
        return [Event(run.start * hop_length / sr, run.stop * hop_length / sr, self.settings.labels[c], confidence)]
