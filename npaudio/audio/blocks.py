"""Sound files of any length, a block at a time: a recording of hours needs the memory of seconds.

`load_blocks` gives the same samples as `load`, cut into pieces. Resampling is the only step for which a piece needs its
neighbors: the filter reaches some samples to each side. So each piece is resampled together with that much of what
comes before and after it, and the margins are cut off.
"""

import os
import warnings
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import numpy as np

from npaudio._core.checks import Check
from npaudio.audio.files import check_growth, check_samples
from npaudio.audio.formats import opened
from npaudio.audio.resampling import filter_reach, reduced_ratio, resample
from npaudio.audio.wav import AudioFileError, AudioFileWarning
from npaudio.audio.waveform import average_channels


def load_blocks(
    path: str | os.PathLike[str] | BinaryIO, *, sr: int | None = None, seconds: float = 10.0
) -> Iterator[np.ndarray]:
    """Load a sound file block by block, mono.

    Goes with lesson 08.

    Parameters
    ----------
    path : str, path or binary file object
        As for `load`.
    sr : int, optional
        Sample rate in Hz to resample to; by default the file's own.
    seconds : float
        About how much sound a block holds; the last one is shorter.

    Yields
    ------
    np.ndarray (n_samples,), float32
        Joined, they are what `load` gives (resampled ones within rounding). A file without samples yields nothing.

    Raises
    ------
    AudioFileError, OSError, ValueError
        As `load`, when the block with the fault is reached.

    Warns
    -----
    AudioFileWarning
        If the file is shorter than its header says.

    See Also
    --------
    load : The whole file at once.

    Examples
    --------
    >>> loudest = max(abs(y).max() for y in load_blocks("long.wav"))  # doctest: +SKIP
    """
    check = Check("load_blocks")
    target_sr = None if sr is None else check.whole_number(sr, "sr")
    seconds = check.positive(seconds, "seconds")
    name = repr(getattr(path, "name", type(path).__name__) if hasattr(path, "read") else os.fspath(path))
    try:
        with opened(path) as reader:
            description = reader.describe()
            check_growth(description, target_sr)
            if description.remark is not None:
                warnings.warn(f"load_blocks: {name} {description.remark}", AudioFileWarning, stacklevel=2)
            size = max(1, round(seconds * description.sr))
            mono = (_checked_mono(block) for block in reader.blocks(np.dtype(np.float32), size))
            if target_sr in (None, description.sr):
                yield from mono
            else:
                yield from resample_blocks(mono, orig_sr=description.sr, target_sr=target_sr)
    except AudioFileError as error:
        raise AudioFileError(f"load_blocks: {name} {error}") from error.__cause__


def resample_blocks(blocks: Iterable[np.ndarray], *, orig_sr: int, target_sr: int) -> Iterator[np.ndarray]:
    """Resample a signal that comes in blocks: joined, the results are `resample` of the joined blocks.

    Parameters
    ----------
    blocks : iterable of np.ndarray (n_samples,)
        Of any lengths.
    orig_sr, target_sr : int
        Sample rates in Hz.

    Yields
    ------
    np.ndarray (n_samples,)
    """
    up, down = reduced_ratio(orig_sr, target_sr)
    margin = -(-filter_reach(up, down) // down) * down  # whole periods, so that outputs fall on the same instants
    kept, before = np.zeros(0, np.float32), 0  # samples that are still needed, and how many of them are margin
    for block in blocks:
        kept = np.concatenate([kept, block])
        ready = (len(kept) - before - margin) // down * down
        if ready > 0:
            out = resample(kept[: before + ready + margin], orig_sr=orig_sr, target_sr=target_sr)
            yield out[before // down * up : (before + ready) // down * up]
            kept = kept[max(0, before + ready - margin) :]
            before = min(margin, before + ready)
    if len(kept) > before:
        yield resample(kept, orig_sr=orig_sr, target_sr=target_sr)[before // down * up :]


def _checked_mono(block: np.ndarray) -> np.ndarray:
    check_samples(block)
    return block[0] if len(block) == 1 else average_channels(block)
