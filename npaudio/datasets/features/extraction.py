"""Features of a whole data set: computed once, in several processes, and found again on disk the next time.

Conventions
-----------
A clip's features are what the front end makes of its waveform, (n_mels, n_frames) for a `Frontend`, float32. With
`duration` all clips are first cut, or padded with zeros at their end, to one length, so that all have one shape and are
an array `table.X` (n_clips, n_mels, n_frames). Without it each keeps its own number of frames, and `table[i]` gives it.
"""

import contextlib
import os
import re
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from npaudio._core.checks import check_positive, check_positive_int
from npaudio._core.terminal import ProgressLine
from npaudio.audio import fix_length
from npaudio.datasets.base import SoundDataset
from npaudio.datasets.features.cache import FeatureCache, name_of
from npaudio.datasets.features.table import FeatureTable
from npaudio.datasets.features.worker import CHUNK, available_processors, run
from npaudio.datasets.skipped import Skipped

WORTH_A_PROCESS = 4 * CHUNK  # clips to compute; for fewer, starting a process takes longer than it saves


class RecipeLike(Protocol):
    """What can make features: a `Frontend`, or any callable that has a rate and whose repr tells all its settings."""

    @property
    def sr(self) -> int:
        """Rate in Hz of the waveforms that it wants."""

    def __call__(self, y: np.ndarray) -> np.ndarray:
        """Features (..., n_frames) of a waveform (n_samples,)."""


@dataclass(frozen=True)
class Waveform:
    """The front end that leaves the waveform as it is, at the rate `sr`: for augmentation of waveforms."""

    sr: int

    def __call__(self, y: np.ndarray) -> np.ndarray:
        """The waveform itself."""
        return y


def extract_features(
    dataset: SoundDataset,
    frontend: RecipeLike | None,
    *,
    duration: float | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
    processes: int | None = None,
) -> FeatureTable:
    """Features of all clips of a data set, those that were computed before read from the cache.

    The cache knows a clip by the hash of its content, and the recipe by all settings and the code, so renamed files
    are found again, and changed files, settings or code are not mistaken for the old. Two runs may share a cache, and
    any may be killed: what it has done is kept. A terminal shows a progress line. Opening a cache reads all of it once,
    to compare checksums.

    Parameters
    ----------
    dataset : SoundDataset
        The clips.
    frontend : Frontend, similar callable, or None
        From waveform to features; clips are resampled to its `sr`. Another callable than a `Frontend` must be
        picklable, and its repr must tell all its settings. None: the waveforms themselves, at `dataset.sr`.
    duration : float, optional
        Seconds that every clip is cut or padded with zeros to. None: clips keep their lengths.
    cache_dir : str or path, optional
        Where features are kept; made if it is not there. None: in memory only.
    processes : int, optional
        Processes that share the work. 1: in this one, without starting any. None: one for each processor, or fewer if
        there is little to do. What is defined in the main script or a notebook, other interpreters cannot import: with
        such a front end this process may have to do it all.

    Returns
    -------
    FeatureTable
        Features with labels and folds. Clips that could not be read, or are too short for the front end, are left out
        and named in `skipped`, after those that the data set had left out.

    Raises
    ------
    ValueError
        If no clip could be read, or a setting is none of the above.
    OSError
        If the cache cannot be written. What was there before stays whole.
    """
    if not hasattr(dataset, "content_key"):
        kind = type(dataset).__name__
        raise ValueError(f"extract_features: dataset must be a SoundDataset, got {kind}; open files with AudioFolder")
    frontend = Waveform(dataset.sr) if frontend is None else frontend
    recipe = _recipe(frontend, duration)
    if processes is not None:
        processes = check_positive_int(processes, caller="extract_features", name="processes")
    work = ClipWork(dataset, frontend, duration)
    if cache_dir is None:
        return _in_memory(work, processes)
    return _through_cache(work, FeatureCache(cache_dir, recipe), processes)


@dataclass(frozen=True)
class ClipWork:
    """The work on one clip: load, fix the length, apply the front end; callable in any process."""

    dataset: SoundDataset
    frontend: RecipeLike
    duration: float | None

    def __call__(self, index: int) -> np.ndarray | str:
        """Features of a clip; or the reason why there are none."""
        try:
            y = self.dataset.load(index, sr=self.frontend.sr)
            if self.duration is not None:
                y = fix_length(y, size=round(self.duration * self.frontend.sr))
            values = np.asarray(self.frontend(y))
        except (ValueError, OSError) as error:
            return _predicate(error)
        if values.ndim == 0:
            raise TypeError(
                f"extract_features: the front end gave {values!r} for a clip, expected an array of features"
            )
        return values if values.size else "is too short for the front end, which gives no frame"


@dataclass(frozen=True)
class CachedWork:
    """The same, with the result kept in the cache under a name."""

    work: ClipWork
    cache: FeatureCache

    def __call__(self, clip: tuple[int, str]) -> tuple[int, ...] | str:
        """Shape of the features of a clip (index, name); or the reason why there are none."""
        index, name = clip
        if shape := self.cache.shape(name):
            return shape  # another run has been here in the meantime
        values = self.work(index)
        if isinstance(values, str):
            return values
        self.cache.write_clip(name, values)
        return values.shape


def _in_memory(work: ClipWork, processes: int | None) -> FeatureTable:
    """Features that are neither looked up nor kept."""
    results = _results(work, list(range(len(work.dataset))), processes)
    faults = {index: result for index, result in results.items() if isinstance(result, str)}
    rows = _rows(work.dataset, faults)
    flat = np.concatenate([results[index].ravel() for index in rows])
    return _table(work.dataset, rows, flat, [results[index].shape for index in rows], faults)


def _through_cache(work: ClipWork, cache: FeatureCache, processes: int | None) -> FeatureTable:
    """Features of new content are computed, all are read from the cache."""
    names, faults = _clip_names(work.dataset)
    shapes = {name: shape for name in names.values() if (shape := cache.shape(name)) is not None}
    missing = {name: index for index, name in names.items() if name not in shapes}  # one clip for each content
    results = _results(CachedWork(work, cache), sorted((index, name) for name, index in missing.items()), processes)
    reasons = {name: result for (_, name), result in results.items() if isinstance(result, str)}
    shapes |= {name: result for (_, name), result in results.items() if name not in reasons}
    faults |= {index: reasons[name] for index, name in names.items() if name in reasons}
    rows = _rows(work.dataset, faults)
    names_of_rows = [names[index] for index in rows]
    shapes_of_rows = [shapes[name] for name in names_of_rows]
    return _table(work.dataset, rows, cache.table(names_of_rows, shapes_of_rows), shapes_of_rows, faults)


def _clip_names(dataset: SoundDataset) -> tuple[dict[int, str], dict[int, str]]:
    """Name in the cache of each clip, and what was wrong with those whose content cannot be read.

    Threads do, since hashing and reading leave the interpreter free.
    """

    def name(index: int) -> tuple[str | None, str]:
        try:
            return name_of(dataset.content_key(index)), ""
        except OSError as error:
            return None, _predicate(error)

    with ThreadPoolExecutor(available_processors()) as pool:
        found = list(enumerate(pool.map(name, range(len(dataset)))))
    names = {index: known for index, (known, _) in found if known is not None}
    return names, {index: reason for index, (known, reason) in found if known is None}


def _results(work: Callable[[Any], Any], clips: Sequence[Any], processes: int | None) -> dict[Any, Any]:
    """Do the work on all clips, in several processes and with a progress line; {clip: result}."""
    if not clips:
        return {}
    if processes is None:
        processes = min(available_processors(), max(1, len(clips) // WORTH_A_PROCESS))
    line = ProgressLine("features", len(clips), unit="clips")
    line.show(0)
    results = {}
    with contextlib.closing(run(work, clips, processes=processes)) as pairs:  # Ctrl-C ends the workers too
        for clip, result in pairs:
            results[clip] = result
            line.show(len(results))
    n_failed = sum(isinstance(result, str) for result in results.values())
    line.close(f"{len(results) - n_failed} clips computed, {n_failed} skipped")
    return results


def _rows(dataset: SoundDataset, faults: dict[int, str]) -> np.ndarray:
    """Positions of the clips that could be used; refuse a data set without any."""
    rows = np.array([index for index in range(len(dataset)) if index not in faults], dtype=np.intp)
    if len(rows):
        return rows
    if faults:
        first = f"the first, {dataset.names[0]!r}: {faults[0]}"
    elif dataset.skipped:
        first = f"the data set had skipped {len(dataset.skipped)}, first {dataset.skipped[0].name!r}, which "
        first += dataset.skipped[0].reason
    else:
        first = "the data set is empty"
    raise ValueError(f"extract_features: none of {len(dataset)} clips could be read; {first}")


def _table(
    dataset: SoundDataset, rows: np.ndarray, flat: np.ndarray, shapes: list[tuple[int, ...]], faults: dict[int, str]
) -> FeatureTable:
    skipped = [Skipped(dataset.names[index], reason) for index, reason in sorted(faults.items())]
    return FeatureTable(dataset, rows, flat, shapes, (*dataset.skipped, *skipped))


def _recipe(frontend: RecipeLike, duration: float | None) -> str:
    """All settings as text; refuse a front end whose text says nothing."""
    for name in ("sr", "__call__"):
        if not hasattr(frontend, name):
            raise ValueError(f"extract_features: frontend must be a Frontend or None, got {frontend!r} without {name}")
    if isinstance(frontend, type):
        raise ValueError(
            f"extract_features: frontend is the class {frontend.__name__}, pass one of it, with its settings"
        )
    with np.printoptions(threshold=sys.maxsize, floatmode="unique"):  # arrays in full, or two would look the same
        settings = repr(frontend)
    if " at 0x" in settings:
        raise ValueError(
            f"extract_features: the repr of the front end must tell its settings, got {settings}; "
            "make it a dataclass, so that the cache can tell it from others"
        )
    if duration is not None:
        duration = check_positive(duration, caller="extract_features", name="duration")
        if duration * frontend.sr < 1:
            raise ValueError(f"extract_features: duration={duration} s holds no sample at {frontend.sr} Hz; raise it")
    return f"{settings}\nduration={duration!r}"


def _predicate(error: Exception) -> str:
    """An error as the reason of a table that has the file's name already."""
    if isinstance(error, OSError):
        return f"cannot be opened ({error.strerror or error})"
    return re.sub(r"^load: (['\"]).*?\1 ", "", str(error))
