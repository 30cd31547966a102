"""Fair timing on a shared machine: the candidates in turn, again and again; medians, and ratios round by round.

Absolute times on a shared machine drift by a factor of two within a minute. Two candidates that take turns see the
same drift, so the ratio within one round is steady, and the median over the rounds is what to quote.
"""

import importlib.util
import time
from collections.abc import Callable, Iterable

import numpy as np

from benchmarks.comparison import Comparison


def alternate(
    candidates: dict[str, Callable[[], object]], *, rounds: int = 15, warmup: int = 1
) -> dict[str, np.ndarray]:
    """Seconds of each candidate in each round, {name: (rounds,)}; the order within a round is reversed each time."""
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for round_number in range(-warmup, rounds):
        order = list(candidates) if round_number % 2 else list(candidates)[::-1]
        for name in order:
            start = time.perf_counter()
            candidates[name]()
            elapsed = time.perf_counter() - start
            if round_number >= 0:
                seconds[name].append(elapsed)
    return {name: np.array(values) for name, values in seconds.items()}


def ratio(seconds: dict[str, np.ndarray], ours: str, peer: str) -> float:
    """Median over the rounds of our time divided by the peer's in the same round."""
    return float(np.median(seconds[ours] / seconds[peer]))


def installed(*modules: str) -> bool:
    """Whether all these modules can be imported; asking does not import them."""
    return all(importlib.util.find_spec(module) is not None for module in modules)


def compare(
    work: str, candidates: dict[str, Callable[[], object]], bars: dict[str, float | None], *, rounds: int = 15
) -> list[Comparison]:
    """A row for each peer in `bars`, those that are not among the candidates included; `candidates` begin with us."""
    return rows_of(work, alternate(candidates, rounds=rounds), bars)


def rows_of(work: str, seconds: dict[str, np.ndarray], bars: dict[str, float | None]) -> list[Comparison]:
    """The same from seconds that `alternate` measured."""
    ours = next(iter(seconds))
    milliseconds = {name: float(np.median(values)) * 1e3 for name, values in seconds.items()}
    return [
        Comparison(work, peer, milliseconds[ours], milliseconds[peer], ratio(seconds, ours, peer), bar)
        if peer in seconds
        else Comparison(work, peer, milliseconds[ours], bar=bar, note="not installed")
        for peer, bar in bars.items()
    ]


def fastest(seconds: dict[str, np.ndarray], names: Iterable[str]) -> str:
    """Who of these took least, in the median."""
    return min(names, key=lambda name: float(np.median(seconds[name])))
