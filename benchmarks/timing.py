"""Fair timing on a shared machine: the candidates in turn, again and again; medians, and ratios round by round.

Absolute times on a shared machine drift by a factor of two within a minute. Two candidates that take turns see the
same drift, so the ratio within one round is steady, and the median over the rounds is what to quote.
"""

import importlib.util
import time
from collections.abc import Callable

import numpy as np


def alternate(
    candidates: dict[str, Callable[[], object]], *, rounds: int = 15, warmup: int = 2
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


def print_ratios(seconds: dict[str, np.ndarray], ours: str, bars: dict[str, float]) -> None:
    """Print the medians in milliseconds and, for each peer in `bars`, our ratio beside the bar that was set."""
    for name, values in seconds.items():
        print(f"  {name:<28}{np.median(values) * 1e3:>10.2f} ms")
    for peer, bar in bars.items():
        if peer in seconds:
            value = ratio(seconds, ours, peer)
            verdict = "ok" if value <= bar else "MISSED"
            print(f"  {f'{ours} / {peer}':<28}{value:>10.2f}     (bar: {bar:.2f}) {verdict}")
