"""Maximum bipartite matching of estimated and reference events: the most pairs in which no event occurs twice.

Conventions
-----------
A pair is *allowed* if its onsets differ by at most the collar and its offsets by at most the larger of the collar and a
share of the reference event's length. A difference equal to its limit is allowed, and nothing is rounded (sed_eval).
An event without a partner is *free*.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from npaudio.metrics.events.event_table import EventTable


@dataclass(frozen=True)
class Tolerance:
    """How far the times of a pair may differ.

    Parameters
    ----------
    t_collar : float
        Seconds by which an onset or offset may differ.
    percentage_of_length : float
        The offset may differ by this share of the reference event's length, if that is more than the collar.
    evaluate_onset, evaluate_offset : bool
        Whether the onsets, and whether the offsets, are compared.
    """

    t_collar: float = 0.2
    percentage_of_length: float = 0.5
    evaluate_onset: bool = True
    evaluate_offset: bool = True

    def offset_collar(self, reference_length: np.ndarray | float) -> np.ndarray:
        """Seconds by which the offset may differ."""
        return np.maximum(self.t_collar, self.percentage_of_length * np.asarray(reference_length))

    def allows(self, reference: EventTable, estimated: EventTable, ref: np.ndarray, est: np.ndarray) -> np.ndarray:
        """Whether row `ref[i]` of the reference and row `est[i]` of the estimate agree in time, for every i."""
        allowed = np.ones(len(ref), dtype=bool)
        if self.evaluate_onset:
            allowed &= np.abs(reference.onset[ref] - estimated.onset[est]) <= self.t_collar
        if self.evaluate_offset:
            collar = self.offset_collar(reference.length[ref])
            allowed &= np.abs(reference.offset[ref] - estimated.offset[est]) <= collar
        return allowed


def allowed_pairs(
    reference: EventTable, estimated: EventTable, tolerance: Tolerance, *, same_label: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of reference and estimate that may be matched, sorted by reference row, then by estimate row."""
    n_labels = 1 + max(reference.label.max(initial=0), estimated.label.max(initial=0)) if same_label else 1
    ref_group = reference.file * n_labels + (reference.label if same_label else 0)
    est_group = estimated.file * n_labels + (estimated.label if same_label else 0)
    window = None
    if tolerance.evaluate_onset:  # wider than the collar, as 0.28 - 0.08 <= 0.2 but 0.28 - 0.2 > 0.08; `allows` decides
        reach = tolerance.t_collar + 1e-9 * (1 + reference.onset)
        window = Window(reference.onset - reach, reference.onset + reach, estimated.onset)
    ref, est = pairs_within_groups(ref_group, est_group, window)
    allowed = tolerance.allows(reference, estimated, ref, est)
    ref, est = ref[allowed], est[allowed]
    order = np.lexsort((est, ref))
    return ref[order], est[order]


class Window(NamedTuple):
    """Item i of the first list is paired only with items j of the second whose `low[i] <= time[j] <= high[i]`."""

    low: np.ndarray
    high: np.ndarray
    time: np.ndarray


def pairs_within_groups(
    a_group: np.ndarray, b_group: np.ndarray, window: Window | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Every (i, j) with `a_group[i] == b_group[j]` (and within the window), in the order of i.

    The second list is sorted by group and time, so that the partners of each i are next to each other, and two binary
    searches find the first and the last. Times are replaced by their ranks, so that one integer key holds group and
    time.
    """
    first, last, b_key = a_group, a_group + 1, b_group
    if window is not None:
        times, rank = np.unique(window.time, return_inverse=True)
        scale = len(times) + 1
        first = a_group * scale + np.searchsorted(times, window.low, side="left")
        last = a_group * scale + np.searchsorted(times, window.high, side="right")
        b_key = b_group * scale + rank
    b_order = np.argsort(b_key, kind="stable")
    b_sorted = b_key[b_order]
    begin = np.searchsorted(b_sorted, first)
    count = np.maximum(np.searchsorted(b_sorted, last) - begin, 0)
    i = np.repeat(np.arange(len(a_group)), count)
    place_in_group = np.arange(len(i)) - np.repeat(np.cumsum(count) - count, count)
    return i, b_order[np.repeat(begin, count) + place_in_group]


def maximum_matching(ref: np.ndarray, est: np.ndarray) -> dict[int, int]:
    """Maximum matching `{ref: est}` of the bipartite graph whose edges are the pairs `(ref[i], est[i])`.

    Hopcroft and Karp 1973: match greedily, then look for shortest augmenting paths until there are none. An augmenting
    path leads from a free estimate to a free reference, over edges that are alternately outside and inside the
    matching; exchanging the two kinds gains one pair. Events are visited in the order of mir_eval and sed_eval, so
    that among several maximum matchings the result is the same as theirs.
    """
    neighbors: dict[int, list[int]] = {}
    for r, e in zip(ref.tolist(), est.tolist(), strict=True):
        neighbors.setdefault(e, []).append(r)
    partner: dict[int, int] = {}  # the estimate of each matched reference
    for e, refs in neighbors.items():
        free = next((r for r in refs if r not in partner), None)
        if free is not None:
            partner[free] = e
    while True:
        ends, reached_by, came_from = _layered_graph(neighbors, partner)
        if not ends:
            return partner
        for end in ends:
            _augment(end, reached_by, came_from, partner)


def _layered_graph(
    neighbors: dict[int, list[int]], partner: dict[int, int]
) -> tuple[list[int], dict[int, list[int]], dict[int, int | None]]:
    """Breadth-first search from the free estimates, up to the layer in which the first free references are found.

    Returns these free references; for each reference the estimates of the layer before it; and for each estimate its
    partner, the reference in the layer before it (None for a free estimate).
    """
    matched = set(partner.values())
    came_from: dict[int, int | None] = {e: None for e in neighbors if e not in matched}
    reached_by: dict[int, list[int]] = {}
    layer, ends = list(came_from), list[int]()
    while layer and not ends:
        found: dict[int, list[int]] = {}
        for e in layer:
            for r in neighbors[e]:
                if r not in reached_by:
                    found.setdefault(r, []).append(e)
        reached_by |= found
        ends = [r for r in found if r not in partner]
        layer = [partner[r] for r in found if r in partner]
        came_from |= {partner[r]: r for r in found if r in partner}
    return ends, reached_by, came_from


def _augment(
    end: int, reached_by: dict[int, list[int]], came_from: dict[int, int | None], partner: dict[int, int]
) -> None:
    """Depth-first search back from a free reference to a free estimate; exchange the edges of the path, if any."""
    path = [(end, iter(reached_by.pop(end)))]
    taken: list[int] = []  # the estimates on the path, one after each reference
    while path:
        e = next((candidate for candidate in path[-1][1] if candidate in came_from), None)
        if e is None:
            path.pop()
            del taken[-1:]
            continue
        taken.append(e)
        previous = came_from.pop(e)
        if previous is None:
            partner.update({r: e for (r, _), e in zip(path, taken, strict=True)})
            return
        path.append((previous, iter(reached_by.pop(previous, []))))
