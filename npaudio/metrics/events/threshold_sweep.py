"""All thresholds at once: how each possible detection changes the counts of PSDS.

Ebbers, Serizel and Haeb-Umbach, "Threshold-independent evaluation of sound event detection scores", ICASSP 2022, with
another algorithm: their library tries every threshold of every clip, here every detection is examined once.

Conventions
-----------
As the threshold falls through a row of n scores, detections appear, grow and merge, but there are at most n different
ones: for each frame t the frames around it that score at least as high. Such a *run* exists from its lowest score (its
`level`) down to the higher of the two scores next to it (its `end`), where a longer run replaces it. So a quantity that
is a sum over detections is a list of changes, +x at `level` and -x at `end`; their cumulative sum, sorted by threshold,
gives the quantity at all thresholds.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from npaudio.metrics.events.event_table import EventTable
from npaudio.metrics.events.intersection import Criteria
from npaudio.metrics.events.matching import Window, pairs_within_groups

Change = tuple[np.ndarray, np.ndarray, np.ndarray]  # label, threshold, and change of the count, of many runs
_DECIMALS = 6  # seconds of overlap are compared as microseconds
_BATCH = 1 << 18  # scores held at a time: the work arrays stay in cache


class Runs(NamedTuple):
    """Every detection at any threshold, in rows of scores."""

    row: np.ndarray
    start: np.ndarray  # first frame
    stop: np.ndarray  # frame after the last
    level: np.ndarray  # highest threshold at which it exists
    end: np.ndarray  # threshold at which a longer run replaces it; -inf: never


def runs_of_all_thresholds(rows: list[np.ndarray]) -> Runs:
    """The runs of each row, shape (n_frames,) each."""
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    first = np.cumsum(lengths + 1) - lengths  # position of each row's first frame: -inf stands before it and after it
    s = np.full(int(lengths.sum()) + len(rows) + 1, -np.inf)
    frame = np.arange(lengths.sum()) + np.repeat(first - (np.cumsum(lengths) - lengths), lengths)
    s[frame] = np.concatenate([*rows, np.empty(0)])
    frame = frame[s[frame] > -np.inf]
    before = _nearest_lower(s, frame, step=-1, stop_at_equal=True)
    leftmost = s[before] < s[frame]  # frames with the same run: keep the leftmost
    frame, before = frame[leftmost], before[leftmost]
    after = _nearest_lower(s, frame, step=1, stop_at_equal=False)
    row = np.searchsorted(first, frame, side="right") - 1
    return Runs(row, before + 1 - first[row], after - first[row], s[frame], np.maximum(s[before], s[after]))


def _nearest_lower(s: np.ndarray, frame: np.ndarray, *, step: int, stop_at_equal: bool) -> np.ndarray:
    """Position of the nearest lower (or equal) score to one side of each `frame`.

    Pointer jumping: every position points at its neighbor. While the score there is not lower, it copies that
    position's own pointer, because nothing in between is lower. All positions jump at once, so that distances double.
    """
    pointer = np.arange(len(s)) + step
    pointer[0] = pointer[-1] = 0  # the borders, where no run starts
    active = frame
    while len(active):
        target = s[pointer[active]]
        active = active[target > s[active]] if stop_at_equal else active[target >= s[active]]
        pointer[active] = pointer[pointer[active]]
    return pointer[frame]


@dataclass(eq=False)
class Sweep:
    """Changes of the counts of each class, collected over the files.

    Parameters
    ----------
    ref : EventTable
        Annotations, all of some length.
    present : ndarray of int
        Classes that are scored.
    n_labels : int
        Rows of the scores.
    criteria : Criteria
    hop_time : float
        Seconds from frame to frame.
    ct_weights : ndarray (n_labels,)
        Increase of the effective false-positive rate by a cross-trigger on each class; all zero if alpha_ct is 0.
    """

    ref: EventTable
    present: np.ndarray
    n_labels: int
    criteria: Criteria
    hop_time: float
    ct_weights: np.ndarray
    changes: dict[str, list[Change]] = field(default_factory=lambda: {"fp": [], "tp": [], "ct": []}, init=False)

    def add_files(self, scores: list[np.ndarray]) -> None:
        """Add the scores of every file, (n_classes, n_frames) each, in the order of the table's file numbers."""
        pending: list[tuple[int, int, np.ndarray]] = []
        held = 0
        for file, array in enumerate(scores):
            pending += [(file, int(c), array[c]) for c in self.present]
            held += array.size
            if held >= _BATCH:
                self._add(pending)
                pending, held = [], 0
        self._add(pending)

    def curve(self, c: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """False positives, true positives and weighted cross-triggers of class `c` at every threshold, falling."""
        parts = {kind: self._of_class(kind, c) for kind in self.changes}
        threshold = np.concatenate([level for level, _ in parts.values()])
        order = np.argsort(-threshold)
        last_of_equal = np.flatnonzero(_changes_after(threshold[order]))
        columns, begin = [], 0
        for level, change in parts.values():
            column = np.zeros(len(threshold))
            column[begin : begin + len(level)] = change
            columns.append(np.cumsum(column[order])[last_of_equal])
            begin += len(level)
        return columns[0], columns[1], columns[2]

    def _add(self, rows: list[tuple[int, int, np.ndarray]]) -> None:
        """Add the runs of some rows, each with its file and class."""
        if not rows:
            return
        runs = runs_of_all_thresholds([scores for _, _, scores in rows])
        file, label = (np.array([row[i] for row in rows])[runs.row] for i in (0, 1))
        start, stop = runs.start * self.hop_time, runs.stop * self.hop_time
        own_class = file * self.n_labels + label, self.ref.file * self.n_labels + self.ref.label
        r, g = pairs_within_groups(*own_class, self._window(start, stop))
        overlap = self._overlap(start[r], stop[r], g)
        on_own_class = np.bincount(r, overlap, minlength=len(start))
        accepted = reaches(on_own_class, self.criteria.dtc, stop - start)
        failed = np.flatnonzero(~accepted)
        self._record("fp", label[failed], runs, failed, np.ones(len(failed)))
        counts = accepted[r] & (overlap > 0)
        self._record_found(runs, r[counts], g[counts], overlap[counts])
        if self.ct_weights.any():
            self._record_cross_triggers(runs, failed, file[failed], label[failed], start[failed], stop[failed])

    def _record_found(self, runs: Runs, r: np.ndarray, g: np.ndarray, overlap: np.ndarray) -> None:
        """The thresholds at which each reference event begins or ceases to be covered enough."""
        event, threshold = np.concatenate([g, g]), np.concatenate([runs.level[r], runs.end[r]])
        order = np.lexsort((-threshold, event))
        event, threshold = event[order], threshold[order]
        covered = np.cumsum(np.concatenate([overlap, -overlap])[order])  # each event ends at 0, as all its runs end
        settled = _changes_after(event) | _changes_after(threshold)
        event, threshold = event[settled], threshold[settled]
        found = reaches(covered[settled], self.criteria.gtc, self.ref.length[event])
        was_found = np.concatenate([[False], found[:-1] & (event[1:] == event[:-1])])[: len(event)]
        change = found.astype(float) - was_found
        there = (threshold > -np.inf) & (change != 0)
        self.changes["tp"].append((self.ref.label[event[there]], threshold[there], change[there]))

    def _record_cross_triggers(
        self, runs: Runs, failed: np.ndarray, file: np.ndarray, label: np.ndarray, start: np.ndarray, stop: np.ndarray
    ) -> None:
        """False positives that overlap another class, weighted so that their sum is a rate per hour."""
        r, g = pairs_within_groups(file, self.ref.file, self._window(start, stop))
        overlap = self._overlap(start[r], stop[r], g)
        other = (overlap > 0) & (label[r] != self.ref.label[g])
        r, other_label = r[other], self.ref.label[g[other]]
        pair, index = np.unique(r * self.n_labels + other_label, return_inverse=True)
        r, other_label = pair // self.n_labels, pair % self.n_labels
        total = np.bincount(index, overlap[other], minlength=len(pair))
        triggered = reaches(total, self.criteria.cttc, (stop - start)[r])
        r, weight = r[triggered], self.ct_weights[other_label[triggered]]
        self._record("ct", label[r], runs, failed[r], weight)

    def _record(self, kind: str, label: np.ndarray, runs: Runs, which: np.ndarray, amount: np.ndarray) -> None:
        """Runs that count `amount` from their level down to their end."""
        level, end = runs.level[which], runs.end[which]
        ends = end > -np.inf
        self.changes[kind].append((label, level, amount))
        self.changes[kind].append((label[ends], end[ends], -amount[ends]))

    def _window(self, start: np.ndarray, stop: np.ndarray) -> Window:
        """Range of onsets of the reference events that can overlap with each detection."""
        return Window(start - self.ref.length.max(initial=0), stop, self.ref.onset)

    def _overlap(self, start: np.ndarray, stop: np.ndarray, g: np.ndarray) -> np.ndarray:
        """Seconds that the detections share with the reference events `g`."""
        return np.maximum(np.minimum(stop, self.ref.offset[g]) - np.maximum(start, self.ref.onset[g]), 0)

    def _of_class(self, kind: str, c: int) -> tuple[np.ndarray, np.ndarray]:
        """Thresholds and changes of one class."""
        chosen = [(level[label == c], change[label == c]) for label, level, change in self.changes[kind]]
        empty = np.empty(0)
        return np.concatenate([empty, *(p[0] for p in chosen)]), np.concatenate([empty, *(p[1] for p in chosen)])


def reaches(overlap: np.ndarray, share: float, length: np.ndarray) -> np.ndarray:
    """Whether the overlap is at least the share of the length, to the microsecond."""
    return np.round(overlap, _DECIMALS) >= np.round(share * length, _DECIMALS)


def _changes_after(values: np.ndarray) -> np.ndarray:
    """Whether each value differs from the next, true for the last. Values are compared, because inf - inf is not 0."""
    return np.append(values[1:] != values[:-1], True)[: len(values)]
