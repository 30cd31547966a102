"""Where the events of a scene come from: the synthesizers of `npaudio.signals`, or the recordings of a data set.

Conventions: an event is float64, (n_samples,), and begins and ends with an audible sample. A sample of a synthesized
sound is audible if it is within 40 dB of the peak, and pauses belong to the event. A recording has noise of its own,
and may hold several events: frames of 20 ms are audible if they are within 30 dB of the loudest, and pauses of half a
second separate events.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np

from npaudio._core.checks import Check
from npaudio.datasets.base import SoundDataset
from npaudio.datasets.synthetic import checked_sound_classes
from npaudio.sed.runs import find_runs, join_close
from npaudio.signals import synthesize

AUDIBLE = 10 ** (-40 / 20)  # of the peak of a synthesized sound
AUDIBLE_POWER = 10 ** (-30 / 10)  # of the loudest frame of a recording
FRAME, PAUSE = 0.02, 0.5  # seconds
MIN_EVENT = 0.1  # seconds that `synthesize` needs
RECORDINGS_HELD = 256


class Synthesizers:
    """Events from formulas, a new one at every draw."""

    def __init__(self, check: Check, classes: Sequence[str], sr: int) -> None:
        self.class_names, self.sr = checked_sound_classes(check, classes), sr
        synthesize(self.class_names[0], sr=sr, duration=MIN_EVENT, rng=0, dry=True)  # refuses too low a rate, now

    def draw(self, fold: int, duration: tuple[float, float], rng: np.random.Generator) -> tuple[str, np.ndarray]:
        """Label and samples of an event of some seconds, or less if it dies away; the fold does not matter."""
        label = self.class_names[rng.integers(len(self.class_names))]
        y = synthesize(label, sr=self.sr, duration=rng.uniform(*duration), rng=rng, dry=True)
        heard = np.flatnonzero(np.abs(y) >= AUDIBLE * np.abs(y).max())
        return label, y[heard[0] : heard[-1] + 1].astype(np.float64)

    def content_key(self, fold: int) -> str:
        """Text that changes if the sounds of a fold change: here with the classes alone."""
        return f"{self.class_names}"


class Recordings:
    """Events cut from the recordings of a data set; each fold has its own.

    Parameters
    ----------
    check : Check
    sounds : SoundDataset
        With one label for each recording.
    classes : sequence of str, optional
        Some of its classes; all by default.
    sr : int
        Sample rate of the scenes in Hz.
    """

    def __init__(self, check: Check, sounds: SoundDataset, classes: Sequence[str] | None, sr: int) -> None:
        labels = getattr(sounds, "labels", None)
        if not isinstance(labels, np.ndarray) or labels.dtype.kind not in "iu" or not len(labels):
            raise check.error(
                f"sounds must be a data set with one label for each recording, got {type(sounds).__name__}; pass for "
                "example ESC50(root) or AudioFolder(root)"
            )
        self.sounds, self.sr = sounds, sr
        self.class_names = tuple(sounds.class_names) if classes is None else tuple(classes)
        unknown = [name for name in self.class_names if name not in sounds.class_names]
        if isinstance(classes, str) or unknown or not self.class_names:
            raise check.error(
                f"classes must be some of those of the sounds ({', '.join(sounds.class_names)}), got {classes!r}"
            )
        numbers = [sounds.class_names.index(name) for name in self.class_names]
        self._members = self._sorted_by_fold(labels, numbers)
        self.folds = sorted(self._members)
        if not self.folds:
            raise check.error(f"there is no recording of {', '.join(self.class_names)} among the sounds; add some")
        self._held: OrderedDict[int, np.ndarray] = OrderedDict()
        self._keys: dict[int, str] = {}

    def draw(self, fold: int, duration: tuple[float, float], rng: np.random.Generator) -> tuple[str, np.ndarray]:
        """(label, samples): some seconds of an audible stretch of a recording, all drawn, as is the class."""
        classes = self._members[fold]
        label = list(classes)[rng.integers(len(classes))]
        y = self._load(int(rng.choice(classes[label])))
        longest = round(rng.uniform(*duration) * self.sr)
        stretches = audible_stretches(y, self.sr)
        if not stretches:
            return label, np.zeros(0)
        start, stop = stretches[rng.integers(len(stretches))]
        if stop - start > longest:
            start = int(rng.integers(start, stop - longest + 1))
            stop = start + longest
        return label, y[start:stop].astype(np.float64)

    def content_key(self, fold: int) -> str:
        """A digest of the keys of all recordings of the fold."""
        if fold not in self._keys:
            recordings = {name: [int(k) for k in members] for name, members in self._members[fold].items()}
            keys = {name: [self.sounds.content_key(k) for k in members] for name, members in recordings.items()}
            self._keys[fold] = hashlib.sha256(repr(keys).encode()).hexdigest()
        return self._keys[fold]

    def _sorted_by_fold(self, labels: np.ndarray, numbers: Sequence[int]) -> dict[int, dict[str, np.ndarray]]:
        """Positions of the recordings, by fold and class."""
        members: dict[int, dict[str, np.ndarray]] = {}
        for fold in np.unique(self.sounds.folds).tolist():
            for name, number in zip(self.class_names, numbers, strict=True):
                found = np.flatnonzero((self.sounds.folds == fold) & (labels == number))
                if len(found):
                    members.setdefault(fold, {})[name] = found
        return members

    def _load(self, index: int) -> np.ndarray:
        """A recording at the rate of the scenes; the last few hundred are kept in memory."""
        if index not in self._held:
            y = self.sounds.load(index, sr=self.sr)
            if not np.isfinite(y).all():
                raise ValueError(f"SyntheticScenes: {self.sounds.names[index]!r} holds NaN or infinity; leave it out")
            self._held[index] = y
            while len(self._held) > RECORDINGS_HELD:
                self._held.popitem(last=False)
        return self._held[index]

    def __getstate__(self) -> dict[str, Any]:
        """For other processes: everything but the recordings that are kept in memory."""
        return {**vars(self), "_held": OrderedDict()}


def audible_stretches(y: np.ndarray, sr: int) -> list[tuple[int, int]]:
    """First sample and the one after the last of each stretch without a pause of half a second; see the top."""
    size = max(1, round(FRAME * sr))
    n_frames = -(-len(y) // size)
    frames = np.zeros(n_frames * size)
    frames[: len(y)] = y
    power = np.square(frames).reshape(n_frames, size).mean(axis=1)
    if not power.any():
        return []
    runs = join_close(find_runs((power > AUDIBLE_POWER * power.max())[None]), round(PAUSE / FRAME))
    borders = zip((runs.start * size).tolist(), np.minimum(runs.stop * size, len(y)).tolist(), strict=True)
    return [(start, stop) for start, stop in borders if stop - start >= MIN_EVENT * sr]
