"""Whatever the user passes (a folder, files, waveforms, a data set) as a data set or as a list of recordings.

Conventions: a waveform is mono (n_samples,), or (channels, n_samples), which is mixed.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from npaudio.audio import load_blocks, resample, to_mono
from npaudio.datasets import ESC50, AudioFolder, SoundDataset, UrbanSound8K

Recording = str | os.PathLike[str] | np.ndarray
PATHS = (str, os.PathLike)


class Recordings(SoundDataset):
    """Files or waveforms in a list, with a label each.

    Used in lesson 09.

    Parameters
    ----------
    recordings : sequence of path or np.ndarray (n_samples,)
        Sound files, or waveforms at `sr` Hz.
    labels : sequence of str, or array (n, n_classes) of 0 and 1
        Name of the class of each; or which classes each holds, in the order of `class_names`.
    sr : int
        Sample rate in Hz of the items.
    class_names : sequence of str, optional
        All classes. None: those that occur, sorted.
    folds, sources : sequence, optional
        As in `SoundDataset`. None: one fold, every recording a source of its own.

    Raises
    ------
    ValueError
        Lengths that differ, nothing at all, or a label that is not in `class_names`.

    See Also
    --------
    npaudio.datasets.AudioFolder : the same from folders.
    """

    def __init__(
        self,
        recordings: Sequence[Recording],
        labels: Sequence[str] | np.ndarray,
        *,
        sr: int,
        class_names: Sequence[str] | None = None,
        folds: Sequence[int] | None = None,
        sources: Sequence[Any] | None = None,
    ) -> None:
        if len(recordings) != len(labels) or len(recordings) == 0:
            raise ValueError(
                f"Recordings: got {len(recordings)} recordings and {len(labels)} labels; pass one label each"
            )
        self.recordings = list(recordings)
        names = [str(r) if isinstance(r, PATHS) else f"waveform {i}" for i, r in enumerate(self.recordings)]
        targets, class_names = _targets(labels, class_names)
        super().__init__(
            names=names,
            labels=targets,
            class_names=class_names,
            folds=np.ones(len(names), int) if folds is None else folds,
            sources=np.array(names) if sources is None else sources,
            sr=sr,
        )

    def load(self, index: int, *, sr: int | None = None) -> np.ndarray:
        """Waveform of recording number `index`, mono, at `sr` Hz; ValueError if it holds no samples."""
        return waveform(self.recordings[self._index(index)], self.sr, target_sr=sr or self.sr)

    def content_key(self, index: int) -> str:
        """SHA-256 of the samples."""
        return hashlib.sha256(np.ascontiguousarray(self.load(index)).tobytes()).hexdigest()


def blocks_of(recording: "Recording | Clip", sr: int, *, target_sr: int) -> Iterator[np.ndarray]:
    """Mono samples at `target_sr`, in blocks: of a file, a clip of a data set, or a waveform whose rate is `sr`."""
    if isinstance(recording, PATHS):
        return load_blocks(recording, sr=target_sr)
    if isinstance(recording, Clip):
        return iter([recording.load(sr=target_sr)])
    y = to_mono(recording)
    return iter([y if sr == target_sr else resample(y, orig_sr=sr, target_sr=target_sr)])


def waveform(recording: Recording, sr: int, *, target_sr: int) -> np.ndarray:
    """The same in one piece."""
    blocks = list(blocks_of(recording, sr, target_sr=target_sr))
    if not blocks:
        raise ValueError(f"{os.fspath(recording)!r} holds no samples")  # type: ignore[arg-type]
    return np.concatenate(blocks)


def open_dataset(root: str | os.PathLike[str], *, sr: int = 16000, min_per_class: int = 2) -> SoundDataset:
    """The data set in a folder: ESC-50 or UrbanSound8K by their tables, else one folder per class.

    Used in lesson 09.

    Parameters
    ----------
    root : str or path
        The folder.
    sr : int
        Sample rate in Hz of the items.
    min_per_class : int
        As for `AudioFolder`.

    Returns
    -------
    SoundDataset

    Raises
    ------
    ValueError
        There is no such folder, or no data set in it.

    See Also
    --------
    npaudio.datasets.AudioFolder, npaudio.datasets.ESC50 : what it opens.
    """
    path = Path(root)
    if (path / "meta" / "esc50.csv").is_file():
        return ESC50(path, sr=sr, missing="skip")
    if (path / "metadata" / "UrbanSound8K.csv").is_file():
        return UrbanSound8K(path, sr=sr, missing="skip")
    return AudioFolder(path, sr=sr, min_per_class=min_per_class)


def as_dataset(X: Any, y: Any, *, sr: int, caller: str, min_per_class: int) -> SoundDataset:
    """A data set, a folder with so many recordings of each class, or a list with labels, as a data set."""
    if isinstance(X, SoundDataset) and y is None:
        return X
    if isinstance(X, PATHS) and y is None:
        return open_dataset(X, sr=sr, min_per_class=min_per_class)
    if isinstance(X, Sequence | np.ndarray) and not isinstance(X, PATHS) and y is not None:
        return Recordings(list(X), y, sr=sr)
    raise ValueError(
        f"{caller}: got {type(X).__name__} {'without' if y is None else 'with'} labels; pass a folder, a data set, "
        "or a list of files or waveforms and the list of their labels"
    )


def listed(X: Any) -> list[tuple[str, Any]]:
    """(name, recording) of one recording, several, or a folder; of a data set its positions."""
    if isinstance(X, SoundDataset):
        return [(name, Clip(X, i)) for i, name in enumerate(X.names)]
    if isinstance(X, PATHS):
        files = sorted(path for path in Path(X).rglob("*") if path.is_file()) if Path(X).is_dir() else [Path(X)]
        return [(str(path), path) for path in files]
    if isinstance(X, np.ndarray) and X.dtype != object:
        return [("waveform", X)]
    return [(str(x) if isinstance(x, PATHS) else f"waveform {i}", x) for i, x in enumerate(X)]


class Clip:
    """A clip of a data set that is loaded when it is needed."""

    def __init__(self, dataset: SoundDataset, index: int) -> None:
        self.dataset, self.index = dataset, index

    def load(self, *, sr: int) -> np.ndarray:
        return self.dataset.load(self.index, sr=sr)


def windows(blocks: Iterable[np.ndarray], size: int) -> Iterator[np.ndarray]:
    """Windows of `size` samples, one every half of that, and a last one that ends with the recording.

    The recording (n_samples,) comes in blocks of any length, so that it need not be in memory as a whole. If it is
    shorter than a window, it is the only window.
    """
    hop, kept, start = max(1, size // 2), np.zeros(0, np.float32), 0  # kept[0] is sample `start` of the next window
    behind = 0  # samples at the beginning of `kept` that only the last window may need
    for block in blocks:
        kept = np.concatenate([kept, block])
        while len(kept) - behind >= size:
            yield kept[behind : behind + size]
            behind, start = behind + hop, start + hop
        dropped = max(0, min(behind, len(kept) - size))
        kept, behind = kept[dropped:], behind - dropped
    if len(kept) and (start == 0 or len(kept) - behind > size - hop):
        yield kept[-size:]


def _targets(labels: Any, class_names: Sequence[str] | None) -> tuple[np.ndarray, Sequence[str]]:
    array = np.asarray(labels)
    if array.ndim == 2:
        names = class_names if class_names is not None else [str(k) for k in range(array.shape[1])]
        return array.astype(np.float32), names
    names = sorted({str(label) for label in labels}) if class_names is None else list(class_names)
    unknown = sorted({str(label) for label in labels} - set(names))
    if unknown:
        raise ValueError(f"Recordings: unknown label {unknown[0]!r}; class_names has {', '.join(names)}")
    return np.array([names.index(str(label)) for label in labels]), names
