"""Sounds without a download: recordings of ten classes, synthesized when they are read."""

from collections.abc import Sequence

import numpy as np

from npaudio._core.checks import Check, is_whole
from npaudio._core.types import Waveform
from npaudio.audio import resample
from npaudio.datasets.base import SoundDataset
from npaudio.datasets.folds import DEFAULT_FOLDS
from npaudio.signals import SOUND_CLASSES, synthesize

MOST_CLIPS = 10**7


class SyntheticSounds(SoundDataset):
    """`n_per_class` synthesized recordings of each class; clip i is the same whenever and wherever it is read.

    The classes take turns, so any run of clips is balanced, and a longer data set begins with the shorter one.

    Used in lesson 09.

    Parameters
    ----------
    n_per_class : int
        Clips of each class.
    classes : sequence of str
        Some of `npaudio.SOUND_CLASSES`, in the order of their indices.
    sr : int
        Sample rate in Hz, at least 8000.
    duration : float
        Seconds of a clip, at least 0.1.
    rng : numpy.random.Generator or int
        Seed; from a Generator one seed is drawn.
    n_folds : int, optional
        Number of folds. None: 5, or `n_per_class` if that is less.

    Raises
    ------
    ValueError
        If a class is unknown, fewer clips of a class than folds or more than ten million clips are asked for, or `sr`
        or `duration` is too small.

    See Also
    --------
    SyntheticScenes : several such sounds over a background, for event detection.

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
        check = Check("SyntheticSounds")
        classes = checked_sound_classes(check, classes)
        n_per_class = clip_count(check, n_per_class, "n_per_class", most=MOST_CLIPS // len(classes))
        rounds, labels = np.divmod(np.arange(n_per_class * len(classes)), len(classes))
        names = [f"{classes[label]}-{k:04d}" for k, label in zip(rounds, labels, strict=True)]
        super().__init__(
            names=names,
            labels=labels,
            class_names=classes,
            folds=rounds % fold_count(check, n_folds, n_per_class) + 1,
            sources=np.array(names),
            sr=sr,
        )
        self.duration = check.positive(duration, "duration")
        self.seed = drawn_seed(check, rng)
        synthesize(classes[0], sr=self.sr, duration=self.duration, rng=0, dry=True)  # refuses what is too small

    def load(self, index: int, *, sr: int | None = None) -> Waveform:
        """Waveform of a clip, synthesized at the data set's sample rate.

        Parameters
        ----------
        index : int
            Position in the data set.
        sr : int, optional
            Sample rate in Hz to resample to. None: that of the data set.

        Returns
        -------
        np.ndarray (round(sr * duration),), float32

        Raises
        ------
        ValueError
            A rate that is not a positive whole number.
        """
        index = self._index(index)
        label = self.class_names[self.labels[index]]
        y = synthesize(label, sr=self.sr, duration=self.duration, rng=np.random.default_rng([self.seed, index]))
        return y if sr in (None, self.sr) else resample(y, orig_sr=self.sr, target_sr=sr)

    def content_key(self, index: int) -> str:
        """Everything that the sound of a clip depends on, apart from the code.

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


def checked_sound_classes(check: Check, classes: Sequence[str]) -> tuple[str, ...]:
    """The classes as a tuple, if all are known and none comes twice."""
    if isinstance(classes, str):
        raise check.error(f"classes must be a list of names, got the text {classes!r}; pass [{classes!r}]")
    for label in classes:
        check.choice(label, SOUND_CLASSES, "class")
    if not classes or len(set(classes)) < len(classes):
        raise check.error(f"classes must be different and at least one, got {tuple(classes)!r}; name each once")
    return tuple(classes)


def clip_count(check: Check, value: int, name: str, *, most: int = MOST_CLIPS) -> int:
    """A number of clips whose names fit into memory."""
    value = check.whole_number(value, name)
    if value > most:
        raise check.error(f"{name} must be at most {most}, got {value}; the name of every clip is kept in memory")
    return value


def fold_count(check: Check, n_folds: int | None, n_clips: int) -> int:
    """Number of folds for so many clips (of each class)."""
    if n_folds is None:
        return min(DEFAULT_FOLDS, n_clips)
    n_folds = check.whole_number(n_folds, "n_folds")
    if n_clips < n_folds:
        raise check.error(f"{n_clips} clips cannot fill {n_folds} folds; pass n_folds={n_clips} or more clips")
    return n_folds


def drawn_seed(check: Check, rng: np.random.Generator | int) -> int:
    """The seed itself, or one drawn from a Generator."""
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(2**63))
    if not is_whole(rng) or rng < 0:
        raise check.error(f"rng must be a Generator or a whole number from 0 on, got {rng!r}; pass rng=0")
    return int(rng)
