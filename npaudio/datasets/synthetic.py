"""Sounds without a download: recordings of ten classes, drawn when they are asked for."""

from collections.abc import Sequence

import numpy as np

from npaudio._core.checks import check_choice, check_positive, check_positive_int
from npaudio.audio import resample
from npaudio.datasets.base import SoundDataset
from npaudio.datasets.folds import DEFAULT_FOLDS
from npaudio.signals import SOUND_CLASSES, synthesize


class SyntheticSounds(SoundDataset):
    """`n_per_class` drawn recordings of each class; clip i sounds the same whenever and wherever it is asked for.

    The classes take turns, so any run of clips is balanced, and a longer data set begins with the shorter one.

    Parameters
    ----------
    n_per_class : int
        Clips of each class.
    classes : sequence of str
        Some of `npaudio.SOUND_CLASSES`, in the order of their labels.
    sr : int
        Sampling rate in Hz, at least 8000.
    duration : float
        Seconds of a clip, at least 0.1.
    rng : numpy.random.Generator or int
        Seed; a Generator is drawn from once.
    n_folds : int, optional
        Number of folds. None: 5, or `n_per_class` if that is less.

    Raises
    ------
    ValueError
        If a class is unknown, fewer clips of a class than folds are asked for, or `sr` or `duration` is too small.

    Examples
    --------
    >>> dataset = SyntheticSounds(3, classes=("rain", "siren"), duration=0.5)
    >>> y, label = dataset[1]
    >>> y.shape, dataset.class_names[label]
    ((8000,), 'siren')
    """

    def __init__(
        self,
        n_per_class: int = 50,
        *,
        classes: Sequence[str] = SOUND_CLASSES,
        sr: int = 16000,
        duration: float = 2.0,
        rng: np.random.Generator | int = 0,
        n_folds: int | None = None,
    ) -> None:
        classes = checked_sound_classes(classes, caller="SyntheticSounds")
        n_per_class = check_positive_int(n_per_class, caller="SyntheticSounds", name="n_per_class")
        rounds, labels = np.divmod(np.arange(n_per_class * len(classes)), len(classes))
        names = [f"{classes[label]}-{k:04d}" for k, label in zip(rounds, labels, strict=True)]
        super().__init__(
            names=names,
            labels=labels,
            class_names=classes,
            folds=rounds % fold_count(n_folds, n_per_class, caller="SyntheticSounds") + 1,
            sources=np.array(names),
            sr=sr,
        )
        self.duration = check_positive(duration, caller="SyntheticSounds", name="duration")
        self.seed = drawn_seed(rng, caller="SyntheticSounds")
        synthesize(classes[0], sr=sr, duration=duration, rng=0, dry=True)  # refuses what is too small, now

    def load(self, index: int, *, sr: int | None = None) -> np.ndarray:
        """Waveform of a clip, drawn at the data set's rate.

        Parameters
        ----------
        index : int
            Position in the data set.
        sr : int, optional
            Sampling rate in Hz to resample to. None: that of the data set.

        Returns
        -------
        np.ndarray (round(sr * duration),), float32
        """
        index = self._index(index)
        label = self.class_names[self.labels[index]]
        y = synthesize(label, sr=self.sr, duration=self.duration, rng=np.random.default_rng([self.seed, index]))
        return y if sr in (None, self.sr) else resample(y, orig_sr=self.sr, target_sr=sr)

    def content_key(self, index: int) -> str:
        """All that the sound of a clip depends on, but for the code.

        Parameters
        ----------
        index : int
            Position in the data set.

        Returns
        -------
        str
        """
        index = self._index(index)
        label = self.class_names[self.labels[index]]
        return f"SyntheticSounds {label} sr={self.sr} duration={self.duration!r} seed={self.seed} index={index}"


def checked_sound_classes(classes: Sequence[str], *, caller: str) -> tuple[str, ...]:
    """The classes as a tuple, if all are known and none is there twice."""
    if isinstance(classes, str):
        raise ValueError(f"{caller}: classes must be a list of names, got the text {classes!r}; pass [{classes!r}]")
    for label in classes:
        check_choice(label, SOUND_CLASSES, caller=caller, name="class")
    if not classes or len(set(classes)) < len(classes):
        raise ValueError(
            f"{caller}: classes must be different and at least one, got {tuple(classes)!r}; name each once"
        )
    return tuple(classes)


def fold_count(n_folds: int | None, n_clips: int, *, caller: str) -> int:
    """Number of folds for so many clips (of each class)."""
    if n_folds is None:
        return min(DEFAULT_FOLDS, n_clips)
    n_folds = check_positive_int(n_folds, caller=caller, name="n_folds")
    if n_clips < n_folds:
        raise ValueError(f"{caller}: {n_clips} clips cannot fill {n_folds} folds; pass n_folds={n_clips} or more clips")
    return n_folds


def drawn_seed(rng: np.random.Generator | int, *, caller: str) -> int:
    """The seed itself, or one drawn from a Generator."""
    return int(rng.integers(2**63)) if isinstance(rng, np.random.Generator) else check_seed(rng, caller=caller)


def check_seed(rng: int, *, caller: str) -> int:
    """A seed that can be written down."""
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer) or rng < 0:
        raise ValueError(f"{caller}: rng must be a Generator or a whole number from 0 on, got {rng!r}; pass rng=0")
    return int(rng)
