"""The settings of post-processing, which can differ from class to class; in seconds or in frames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np

from npaudio._core.checks import Check
from npaudio.sed.checks import PerClass, SedCheck
from npaudio.sed.filters import median_filter, runs_between
from npaudio.sed.runs import Runs, drop_short, find_runs, join_close, paint

ARTICLE_MIN_DURATION_FRAMES = 3


@dataclass(frozen=True)
class PostProcessing:
    """Settings of `detect_events`, one of each for every class; `print` shows them as a table.

    Made by `PostProcessing.of(...)` from what `detect_events` takes, or by `tune_postprocessing`. Durations are whole
    frames of `hop_length / sr` seconds.

    Explained in lesson 08.

    Attributes
    ----------
    labels : tuple of str
    hop_length, sr : int, float
        Samples from frame to frame, and their rate in Hz.
    threshold, low_threshold : tuple of float
        Equal where there is no hysteresis.
    median_frames, max_gap_frames, min_duration_frames : tuple of int
        1, 0 and 0 where a step does nothing.
    achieved : tuple of float, optional
        What tuning reached for each class; NaN where no setting found anything and the defaults were kept.

    See Also
    --------
    detect_events : applies it.
    tune_postprocessing : finds one.
    """

    labels: tuple[str, ...]
    hop_length: int
    sr: float
    threshold: tuple[float, ...]
    low_threshold: tuple[float, ...]
    median_frames: tuple[int, ...]
    max_gap_frames: tuple[int, ...]
    min_duration_frames: tuple[int, ...]
    achieved: tuple[float, ...] | None = None

    @classmethod
    def of(
        cls,
        labels: Sequence[str],
        hop_length: int,
        sr: float,
        *,
        threshold: PerClass = 0.5,
        low_threshold: PerClass | None = None,
        median: PerClass | None = None,
        median_frames: PerClass | None = None,
        max_gap: PerClass | None = None,
        max_gap_frames: PerClass | None = None,
        min_duration: PerClass | None = None,
        min_duration_frames: PerClass | None = None,
        caller: str = "PostProcessing.of",
    ) -> "PostProcessing":
        """Settings from seconds or frames, from one number for all classes or one for each; see `detect_events`.

        Parameters
        ----------
        labels : sequence of str
            Names of the classes.
        hop_length : int
            Samples from frame to frame.
        sr : float
            Sample rate in Hz.
        threshold, low_threshold, median, median_frames, max_gap, max_gap_frames, min_duration, min_duration_frames
            As for `detect_events`.
        caller : str
            Name of the function, for error messages.

        Returns
        -------
        PostProcessing
            With a setting for each class, in frames.

        Raises
        ------
        ValueError
            As `detect_events`.
        """
        check = SedCheck(caller)
        names = check.labels(labels)
        check.frame_rate(hop_length, sr)
        grid = _Grid(check, names, hop_length / sr)
        high = check.of_each_class(threshold, names, "threshold")
        low = high if low_threshold is None else check.of_each_class(low_threshold, names, "low_threshold")
        if (low > high).any():
            raise check.error(f"low_threshold {low_threshold} is above threshold {threshold}; swap them")
        least = grid.at_least("min_duration", min_duration, min_duration_frames, ARTICLE_MIN_DURATION_FRAMES)
        gaps = grid.at_least("max_gap", max_gap, max_gap_frames, 0)
        windows = grid.odd("median", median, median_frames, 1)
        columns = (tuple(column.tolist()) for column in (high, low, windows, gaps, least))
        return cls(names, hop_length, sr, *columns)

    def runs(self, scores: np.ndarray) -> Runs:
        """The runs that are events, of `scores` (..., n_classes, n_frames); ValueError for scores of other classes."""
        decisions = self.decisions(scores)
        one_for_all = len(set(self.median_frames)) == 1
        smooth = median_filter(decisions, self.median_frames[0] if one_for_all else self.median_frames)
        return self.kept(self.joined(find_runs(smooth)))

    def decisions(self, scores: np.ndarray) -> np.ndarray:
        """Active frames of `scores` (..., n_classes, n_frames) by one threshold or two, before anything is smoothed."""
        low, high = (np.array(t, scores.dtype)[:, None] for t in (self.low_threshold, self.threshold))
        if np.array_equal(low, high):
            return scores > high
        return paint(runs_between(scores, low, high), scores.shape)

    def joined(self, runs: Runs) -> Runs:
        """The `runs` with their short gaps filled."""
        return join_close(runs, self._of_run(self.max_gap_frames, runs))

    def kept(self, runs: Runs) -> Runs:
        """Those of the `runs` that last long enough."""
        return drop_short(runs, self._of_run(self.min_duration_frames, runs))

    def __str__(self) -> str:
        seconds = self.hop_length / self.sr
        header = ["class", "threshold", "median", "max gap", "min duration"] + ["achieved"] * (
            self.achieved is not None
        )
        rows = [self._row(k, seconds) for k in range(len(self.labels))]
        widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
        lines = [
            "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))])
            for row in [header, *rows]
        ]
        return "\n".join([f"frames of {seconds:.4g} s", *lines])

    def _row(self, k: int, seconds: float) -> list[str]:
        """One class as text: frames, and seconds in brackets."""
        low, high = self.low_threshold[k], self.threshold[k]
        cells = [self.labels[k], f"{high:.2f}" if low == high else f"{low:.2f} / {high:.2f}"]
        for frames in (self.median_frames[k], self.max_gap_frames[k], self.min_duration_frames[k]):
            cells.append(f"{frames} ({frames * seconds:.3g} s)" if frames > 1 else "-")
        return cells if self.achieved is None else [*cells, f"{self.achieved[k]:.3f}"]

    def _of_run(self, frames: tuple[int, ...], runs: Runs) -> np.ndarray | int:
        """A setting for each run, by its class."""
        return frames[0] if len(set(frames)) == 1 else np.array(frames)[runs.row % len(frames)]


@dataclass(frozen=True)
class _Grid:
    """Turns seconds into frames of `seconds` each; says which setting was wrong."""

    check: SedCheck
    labels: tuple[str, ...]
    seconds: float

    def at_least(self, name: str, seconds: PerClass | None, frames: PerClass | None, default: int) -> np.ndarray:
        """Fewest frames that last at least so long, with a tolerance of a millionth of a frame."""
        if seconds is None:
            return self.check.frame_counts(self._frames(name, frames, default), f"{name}_frames")
        return np.ceil(self._lasting(name, seconds, frames) - 1e-6).astype(np.int64)

    def odd(self, name: str, seconds: PerClass | None, frames: PerClass | None, default: int) -> np.ndarray:
        """The odd number of frames that is nearest."""
        if seconds is None:
            return self.check.median_lengths(self._frames(name, frames, default), f"{name}_frames")
        half = np.round((self._lasting(name, seconds, frames) - 1) / 2)
        return 2 * np.maximum(half, 0).astype(np.int64) + 1

    def _frames(self, name: str, frames: PerClass | None, default: int) -> np.ndarray:
        return self.check.of_each_class(default if frames is None else frames, self.labels, f"{name}_frames")

    def _lasting(self, name: str, seconds: PerClass, frames: PerClass | None) -> np.ndarray:
        """Seconds as a fractional number of frames."""
        if frames is not None:
            raise self.check.error(f"{name} and {name}_frames are one setting; give one of them")
        values = self.check.of_each_class(seconds, self.labels, name)
        if (values < 0).any():
            raise self.check.error(f"{name} must be 0 s or more, got {values.min():g} s; correct it")
        return values / self.seconds


class Settings(TypedDict, total=False):
    """The optional arguments of `detect_events`."""

    threshold: PerClass
    low_threshold: PerClass | None
    median: PerClass | None
    median_frames: PerClass | None
    max_gap: PerClass | None
    max_gap_frames: PerClass | None
    min_duration: PerClass | None
    min_duration_frames: PerClass | None
    postprocessing: PostProcessing | None


def chosen_settings(
    check: Check,
    given: PostProcessing | None,
    settings: Mapping[str, Any],
    labels: Sequence[str],
    hop_length: int,
    sr: float,
) -> PostProcessing:
    """The settings given as a whole, if they are for these classes and frames; or those given one by one."""
    if given is None:
        return PostProcessing.of(labels, hop_length, sr, **settings, caller=check.caller)
    if settings:
        raise check.error(f"postprocessing holds all settings; leave out {', '.join(settings)}")
    if given.labels != tuple(labels) or given.hop_length / given.sr != hop_length / sr:
        raise check.error(
            f"postprocessing is for {', '.join(given.labels)} at {given.hop_length / given.sr:g} s a "
            f"frame, not for {', '.join(labels)} at {hop_length / sr:g} s; tune it for this network"
        )
    return given
