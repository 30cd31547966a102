"""Features of a whole data set: computed once, by several processes, and read from disk the next time.

Conventions
-----------
A clip's features are the output of the front end for its waveform, (n_mels, n_frames) for a `Frontend`, float32. With
`duration` all clips are first cut, or padded with zeros at their end, to one length, so that all features have one
shape and are an array `table.X` (n_clips, n_mels, n_frames). Without it each clip keeps its own number of frames, and
is read with `table[i]`.
"""

import contextlib
import functools
import os
import sys
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.terminal import ProgressLine
from npaudio._core.types import Waveform
from npaudio.audio import fix_length
from npaudio.datasets.base import SoundDataset
from npaudio.datasets.features.cache import FeatureCache, name_of
from npaudio.datasets.features.sharing import CHUNK, available_processors, run, run_in
from npaudio.datasets.features.table import FeatureTable
from npaudio.datasets.skipped import Skipped, reason_of

WORTH_A_PROCESS = 4 * CHUNK  # clips to compute; for fewer, starting a process takes longer than it saves

Share = Callable[[Callable[[Any], Any], Sequence[Any]], Generator[tuple[Any, Any], None, None]]


class RecipeLike(Protocol):
    """What can compute features: a `Frontend`, or any callable with a sample rate, whose repr shows its settings."""

    @property
    def sr(self) -> int:
        """Sample rate in Hz of the waveforms that it takes."""

    def __call__(self, y: Waveform) -> np.ndarray:
        """Features (..., n_frames) of a waveform (n_samples,)."""


@dataclass(frozen=True)
class PlainWaveform:
    """The front end that returns the waveform itself, at the sample rate `sr`: for augmentation of waveforms."""

    sr: int

    def __call__(self, y: Waveform) -> Waveform:
        """The waveform itself."""
        return y


def extract_features(
    dataset: SoundDataset,
    frontend: RecipeLike | None,
    *,
    duration: float | None = None,
    cache_dir: str | os.PathLike[str] | None = None,
    processes: int | None = None,
    executor: Executor | None = None,
) -> FeatureTable:
    """Features of all clips of a data set; those that were computed before are read from the cache.

    The cache knows a clip by the hash of its content, and the recipe by all settings and the code. So renamed files
    are recognized, and changed files, settings or code are never mistaken for the old ones. Two runs may share a cache,
    and each may be killed: what it has finished is kept. On a terminal a progress line is shown. Opening a cache reads
    all of it once, to compare checksums.

    Used in lesson 03.

    Parameters
    ----------
    dataset : SoundDataset
        The clips.
    frontend : Frontend, similar callable, or None
        From waveform to features; clips are resampled to its `sr`. A callable other than a `Frontend` must be
        picklable, and its repr must show all its settings. None: the waveforms themselves, at `dataset.sr`.
    duration : float, optional
        Seconds to which every clip is cut or padded with zeros. None: clips keep their lengths.
    cache_dir : str or path, optional
        Folder for the features; created if it does not exist. None: in memory only.
    processes : int, optional
        Number of processes that share the work, this one included, or fewer if there is little to do. None: one for
        each processor. New interpreters cannot import a front end that is defined in the main script or a notebook;
        where they would be needed, this process does all the work.
    executor : concurrent.futures.Executor, optional
        Does the work instead of processes of npaudio, such as `client.get_executor()` of Dask. Its workers must see the
        same files, cache included. The features are the same to the last bit, and the clips of a lost worker are
        computed again.

    Returns
    -------
    FeatureTable
        Features, targets and folds. Clips that could not be read, or are too short for the front end, are left out
        and named in `skipped`, after those that the data set had left out.

    Raises
    ------
    ValueError
        If no clip could be read, or a setting is none of the above.
    OSError
        If the cache cannot be written. What was there before is kept.

    See Also
    --------
    npaudio.Frontend : the recipe.
    FeatureTable : the result, with folds for cross-validation.

    Examples
    --------
    >>> from npaudio import Frontend, datasets
    >>> sounds = datasets.SyntheticSounds(2, classes=("rain", "siren"), duration=0.5)
    >>> extract_features(sounds, Frontend(), duration=0.5, processes=1).X.shape
    (4, 64, 16)
    """
    check = Check("extract_features")
    if not hasattr(dataset, "content_key"):
        kind = type(dataset).__name__
        raise check.error(f"dataset must be a SoundDataset, got {kind}; open files with AudioFolder")
    frontend = PlainWaveform(dataset.sr) if frontend is None else frontend
    recipe = _recipe(check, frontend, duration)
    work = ClipWork(dataset, frontend, None if duration is None else float(duration))
    share = _sharing(check, processes, executor)
    if cache_dir is None:
        return _in_memory(work, share)
    return _through_cache(work, FeatureCache(cache_dir, recipe), share)


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
            return reason_of(error)
        if values.ndim == 0:
            found = f"the front end returned {values!r} for a clip"
            raise TypeError(f"extract_features: {found}, expected an array of features")
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
            return shape  # another run has computed it in the meantime
        values = self.work(index)
        if isinstance(values, str):
            return values
        self.cache.write_clip(name, values)
        return values.shape


def _in_memory(work: ClipWork, share: Share) -> FeatureTable:
    """Features that are kept in memory only."""
    results = _with_progress(share(work, range(len(work.dataset))), len(work.dataset))
    faults = {index: result for index, result in results.items() if isinstance(result, str)}
    rows = _rows(work.dataset, faults)
    flat = np.concatenate([results[index].ravel() for index in rows])
    return _table(work.dataset, rows, flat, [results[index].shape for index in rows], faults)


def _through_cache(work: ClipWork, cache: FeatureCache, share: Share) -> FeatureTable:
    """Features that are not in the cache are computed; then all are read from it."""
    names, faults = _clip_names(work.dataset)
    shapes = {name: shape for name in names.values() if (shape := cache.shape(name)) is not None}
    missing = {name: index for index, name in names.items() if name not in shapes}  # one clip for each content
    clips = sorted((index, name) for name, index in missing.items())
    results = _with_progress(share(CachedWork(work, cache), clips), len(clips))
    reasons = {name: result for (_, name), result in results.items() if isinstance(result, str)}
    shapes |= {name: result for (_, name), result in results.items() if name not in reasons}
    faults |= {index: reasons[name] for index, name in names.items() if name in reasons}
    rows = _rows(work.dataset, faults)
    names_of_rows = [names[index] for index in rows]
    shapes_of_rows = [shapes[name] for name in names_of_rows]
    return _table(work.dataset, rows, cache.table(names_of_rows, shapes_of_rows), shapes_of_rows, faults)


def _clip_names(dataset: SoundDataset) -> tuple[dict[int, str], dict[int, str]]:
    """Name of each clip in the cache, and the reason for each clip whose content cannot be read.

    Threads are enough here, because hashing and reading do not need the interpreter.
    """

    def name(index: int) -> tuple[str | None, str]:
        try:
            return name_of(dataset.content_key(index)), ""
        except OSError as error:
            return None, reason_of(error)

    with ThreadPoolExecutor(available_processors()) as pool:
        found = list(enumerate(pool.map(name, range(len(dataset)))))
    names = {index: known for index, (known, _) in found if known is not None}
    return names, {index: reason for index, (known, reason) in found if known is None}


def _sharing(check: Check, processes: int | None, executor: Executor | None) -> Share:
    """How the work is shared: by an executor, or by so many processes."""
    if processes is not None:
        processes = check.whole_number(processes, "processes")
    if executor is None:
        return lambda work, clips: run(work, clips, processes=processes or _worthwhile_processes(len(clips)))
    if not callable(getattr(executor, "submit", None)):
        raise check.error(f"executor must be a concurrent.futures.Executor, got {executor!r}; pass one or none")
    if processes is not None:
        raise check.error("processes and executor exclude each other: an executor has its own workers; pass one")
    return functools.partial(run_in, executor)


def _worthwhile_processes(n_clips: int) -> int:
    return min(available_processors(), max(1, n_clips // WORTH_A_PROCESS))


def _with_progress(pairs: Generator[tuple[Any, Any], None, None], n_clips: int) -> dict[Any, Any]:
    """{clip: result}, with a progress line while they are computed."""
    if n_clips == 0:
        return {}
    line = ProgressLine("features", n_clips, unit="clips")
    line.show(0)
    results = {}
    with contextlib.closing(pairs):  # Ctrl-C ends the workers too
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


def _recipe(check: Check, frontend: RecipeLike, duration: float | None) -> str:
    """All settings as text; refuse a front end whose text does not show them."""
    for name in ("sr", "__call__"):
        if not hasattr(frontend, name):
            raise check.error(f"frontend must be a Frontend or None, got {frontend!r} without {name}")
    if isinstance(frontend, type):
        raise check.error(f"frontend is the class {frontend.__name__}, pass an object of it, with its settings")
    with np.printoptions(threshold=sys.maxsize, floatmode="unique"):  # arrays in full, or two would look the same
        settings = repr(frontend)
    if " at 0x" in settings:
        raise check.error(f"the repr of the front end must show its settings, got {settings}; make it a dataclass")
    if duration is not None:
        duration = check.positive(duration, "duration")
        if duration * frontend.sr < 1:
            raise check.error(f"duration={duration} s holds no sample at {frontend.sr} Hz; raise it")
    return f"{settings}\nduration={duration!r}"
