"""Figures that come from several seeds: their mean, how sure it is, and whether two ways to train differ.

Arrays have the seeds on their first axis; shares are printed in percent.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

# 95 % of Student's t for the mean of 2, 3, ... values; for more than 10 it comes slowly down to 1.96.
STUDENT = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26)


def error(values: np.ndarray) -> Any:
    """Standard error of the mean."""
    return np.std(values, axis=0, ddof=1) / np.sqrt(len(values))


def plus_minus(values: Any) -> str:
    """Mean and standard error as text."""
    return f"{100 * np.mean(values):.1f} ± {100 * error(values):.1f}"


def verdict(cure: Any, plain: Any) -> str:
    """The mean difference on the same seeds in points, and whether it is more than chance."""
    difference = np.asarray(cure) - np.asarray(plain)
    reach = STUDENT[min(len(difference) - 2, len(STUDENT) - 1)] * error(difference)
    word = "within chance" if abs(difference.mean()) <= reach else "helps" if difference.mean() > 0 else "hurts"
    if len(difference) < 3:
        word = "too few seeds to tell"
    return f"{100 * difference.mean():+.1f} ± {100 * error(difference):.1f}, {word}"


def paired_bars(ax: Any, names: Sequence[str], pair: Mapping[str, np.ndarray], *, ylabel: str) -> None:
    """Draw two bars with their errors at each name; `pair` holds two arrays (seeds, names)."""
    looks = ((-0.2, "#1f4e79", ""), (0.2, "#e8a592", "//"))
    for (label, values), (offset, colour, hatch) in zip(pair.items(), looks, strict=True):
        look = {"color": colour, "hatch": hatch, "edgecolor": "black", "capsize": 4}
        ax.bar(np.arange(len(names)) + offset, values.mean(0), 0.38, yerr=error(values), label=label, **look)
    seeds = len(next(iter(pair.values())))
    ax.set(xticks=range(len(names)), xticklabels=names, ylabel=ylabel, ylim=(0, 1.15))
    ax.set_title(f"mean of {seeds} seeds, bars are standard errors")
    ax.legend(loc="upper right", ncols=2)
