"""Numbers that come from several trainings: their mean, what their error bars cover, and whether two ways differ.

Arrays have the seeds on their first axis; shares are printed in percent. Two sources of chance are told apart: the
trainings (first weights, order of the clips) and the test clips, which might have been others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from npaudio import plot

# 95 % of Student's t for the mean of 2, 3, ... values; for more than 10 it comes slowly down to 1.96.
STUDENT = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26)
NORMAL = 1.96


def error(values: np.ndarray) -> Any:
    """Standard error of the mean over the seeds."""
    return np.std(values, axis=0, ddof=1) / np.sqrt(len(values))


def plus_minus(values: Any) -> str:
    """Mean and standard error over the seeds as text, in percent."""
    return f"{100 * np.mean(values):.1f} ± {100 * error(values):.1f}"


def student(n: int) -> float:
    """How many standard errors of n values the 95 % interval of their mean reaches."""
    return STUDENT[min(n - 2, len(STUDENT) - 1)]


@dataclass(frozen=True)
class Difference:
    """A difference between two ways to train, as a share, with the half width of its 95 % interval."""

    mean: float
    reach: float

    @property
    def verdict(self) -> str:
        """Whether it is more than chance."""
        return "within chance" if abs(self.mean) <= self.reach else "helps" if self.mean > 0 else "hurts"

    @property
    def in_points(self) -> str:
        """For a sentence."""
        return f"{100 * self.mean:+.1f} ± {100 * self.reach:.1f} points ({self.verdict})"

    def __str__(self) -> str:
        return f"{100 * self.mean:+.1f} ± {100 * self.reach:.1f}, {self.verdict}"


def paired_difference(cure: np.ndarray, plain: np.ndarray) -> Difference:
    """The difference between two ways on the same seeds and the same test clips.

    The interval covers other seeds and other test clips: the two half widths are added as squares.

    Parameters
    ----------
    cure, plain : np.ndarray (seeds, clips)
        Whether each clip is right, for each training.
    """
    difference = cure.astype(float) - plain.astype(float)
    of_seeds = student(len(difference)) * error(difference.mean(axis=1))
    by_clip = difference.mean(axis=0)
    of_clips = NORMAL * np.std(by_clip, ddof=1) / np.sqrt(len(by_clip))
    return Difference(float(difference.mean()), float(np.hypot(of_seeds, of_clips)))


def difference_of_seeds(cure: Any, plain: Any) -> Difference:
    """The mean difference on the same seeds; its interval covers other seeds, and not other test clips."""
    difference = np.asarray(cure) - np.asarray(plain)
    return Difference(float(difference.mean()), float(student(len(difference)) * error(difference)))


def draw_differences(ax: Any, differences: Mapping[str, Difference], order: Sequence[str]) -> None:
    """A point with its interval for each difference, in points, from top to bottom in the given order."""
    colours = {"helps": plot.PALETTE[2], "hurts": plot.PALETTE[1], "within chance": "grey"}
    markers = {"helps": "o", "hurts": "s", "within chance": "D"}
    for i, name in enumerate(order):
        d = differences[name]
        ax.errorbar(100 * d.mean, i, xerr=100 * d.reach, color=colours[d.verdict], fmt=markers[d.verdict], capsize=3)
    ax.axvline(0, color="black", linewidth=0.8)
    ax.set_yticks(range(len(order)), order)
    ax.set_ylim(len(order) - 0.5, -0.5)
    ax.grid(axis="x")


def paired_points(
    ax: Any, names: Sequence[str], pair: Mapping[str, np.ndarray], *, ylabel: str, legend: str = "lower left"
) -> None:
    """Draw two points with their standard errors at each name; `pair` holds two arrays (seeds, names)."""
    looks = ((-0.12, plot.PALETTE[0], "o"), (0.12, plot.PALETTE[1], "s"))
    for (label, values), (offset, colour, marker) in zip(pair.items(), looks, strict=True):
        x = np.arange(len(names)) + offset
        ax.errorbar(x, 100 * values.mean(0), 100 * error(values), color=colour, fmt=marker, capsize=3, label=label)
        for seed in values:
            ax.plot(x + np.sign(offset) * 0.07, 100 * seed, ".", color=colour, alpha=0.35, markersize=4)
    ax.set_xticks(range(len(names)), names)
    ax.set(ylabel=ylabel, ylim=(0, 103), xlim=(-0.5, len(names) - 0.5))
    ax.grid(axis="y")
    ax.legend(loc=legend, ncols=2)
