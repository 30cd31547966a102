"""Runs: unbroken rows of active frames, and what post-processing does with them.

Conventions
-----------
Decisions have time as their last axis. All leading axes together are counted as *rows*; with classes as the last but
one axis, the class of a row is `row % n_classes`. A run holds the frames `start` to `stop - 1`.
"""

from typing import NamedTuple

import numpy as np


class Runs(NamedTuple):
    """Row, first frame, and frame after the last of each run; rows in order, runs of a row from left to right."""

    row: np.ndarray
    start: np.ndarray
    stop: np.ndarray

    @property
    def length(self) -> np.ndarray:
        """Frames of each run."""
        return self.stop - self.start

    def take(self, keep: np.ndarray) -> "Runs":
        """The runs where `keep` is true, or at these positions."""
        return Runs(self.row[keep], self.start[keep], self.stop[keep])


def find_runs(active: np.ndarray) -> Runs:
    """All runs of decisions (..., n_frames).

    One inactive frame is added after every row, so that no run reaches into the next row. In the long row that results,
    decisions change at the beginning and at the end of each run: the changes are starts and stops in turn.
    """
    n_frames = active.shape[-1]
    n_rows = active.size // max(1, n_frames)
    rows = np.zeros((n_rows, n_frames + 1), dtype=bool)
    rows[:, :-1] = active.reshape(n_rows, n_frames)
    line = np.concatenate([[False], rows.reshape(-1)])
    change = np.flatnonzero(line[1:] != line[:-1])
    row, start = np.divmod(change[::2], n_frames + 1)
    return Runs(row, start, change[1::2] - row * (n_frames + 1))


def join_close(runs: Runs, max_gap: np.ndarray | int) -> Runs:
    """Join neighbors of a row with fewer than `max_gap` frames between them; one limit, or one per run."""
    limit = np.broadcast_to(max_gap, runs.row.shape)[1:]
    joined = (runs.row[1:] == runs.row[:-1]) & (runs.start[1:] - runs.stop[:-1] < limit)
    first, last = np.ones(len(runs.row), dtype=bool), np.ones(len(runs.row), dtype=bool)
    first[1:], last[:-1] = ~joined, ~joined
    return Runs(runs.row[first], runs.start[first], runs.stop[last])


def drop_short(runs: Runs, min_length: np.ndarray | int) -> Runs:
    """Drop the runs of fewer than `min_length` frames; one limit, or one per run."""
    return runs.take(runs.length >= min_length)


def paint(runs: Runs, shape: tuple[int, ...]) -> np.ndarray:
    """Decisions of this shape with these runs, which may overlap: +1 at each start, -1 at each stop, summed up."""
    n_frames = shape[-1]
    edges = np.zeros((int(np.prod(shape[:-1])), n_frames + 1), dtype=np.int32)
    np.add.at(edges, (runs.row, runs.start), 1)
    np.add.at(edges, (runs.row, runs.stop), -1)
    return (np.cumsum(edges, axis=1)[:, :n_frames] > 0).reshape(shape)
