"""Scenes for sound event detection: several events over a background, with onsets and offsets known to the sample.

Conventions
-----------
- An event lasts from its first to its last audible sample (`scene_sounds` says what is audible); the rest is cut off,
  so that outside its events a scene is exactly its background. Pauses, such as between barks, belong to an event.
- The SNR of an event is the ratio of its mean power, while it lasts, to the mean power of the background, in dB.
- Events of different classes may overlap, those of one class do not: a frame detector could not tell them apart.
"""

from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np

from npaudio._core.checks import Check
from npaudio.audio import resample
from npaudio.datasets.base import SoundDataset
from npaudio.datasets.scene import Scene, Sound
from npaudio.datasets.scene_sounds import MIN_EVENT, Recordings, Synthesizers
from npaudio.datasets.synthetic import clip_count, drawn_seed, fold_count
from npaudio.sed import Event
from npaudio.signals import SOUND_CLASSES
from npaudio.signals.sound_parts import shaped_noise

PLACEMENTS = 20  # onsets tried before an event is left out, as the scene is full


class SyntheticScenes(SoundDataset):
    """Random scenes; an item is (waveform, [Event, ...]), and scene i is the same whenever it is asked for.

    The events are synthesized, or cut from the recordings of a data set. Then a scene belongs to one of the folds of
    the recordings, and holds sounds of that fold alone: no sound is in the scenes of two folds.

    Explained in lesson 08.

    Parameters
    ----------
    n_scenes : int
        Number of scenes.
    sounds : SoundDataset, optional
        Recordings with one label each, such as `ESC50(root)`, to cut the events from.
    classes : sequence of str, optional
        Some of `npaudio.SOUND_CLASSES`, or of the classes of `sounds`. None: all of them.
    sr : int
        Sample rate in Hz; at least 8000 for synthesized events.
    duration : float
        Seconds of a scene.
    n_events : (int, int)
        Fewest and most events drawn for a scene. An event for which there is no room is left out.
    event_duration : (float, float), optional
        Shortest and longest duration drawn, in seconds; sounds that die away end earlier. None: from 0.5 to 3, or to
        what fits into the scene.
    snr : (float, float)
        Lowest and highest signal-to-noise ratio of an event in dB.
    max_overlap : int
        Most events that sound at once.
    rng : numpy.random.Generator or int
        Seed; from a Generator one seed is drawn.
    n_folds : int, optional
        Number of folds. None: 5, or `n_scenes` if that is less. Not with `sounds`, which have folds.

    Raises
    ------
    ValueError
        If a class is unknown, a range is reversed, events would not fit, or there are fewer scenes than folds.

    See Also
    --------
    SoundScenes : recordings with annotations.
    npaudio.synthesize : makes the events.

    Examples
    --------
    >>> y, events = SyntheticScenes(1, duration=4.0)[0]
    >>> y.shape, all(event.offset <= 4.0 for event in events)
    ((64000,), True)
    """

    def __init__(
        self,
        n_scenes: int = 100,
        *,
        sounds: SoundDataset | None = None,
        classes: Sequence[str] | None = None,
        sr: int = 16000,
        duration: float = 10.0,
        n_events: tuple[int, int] = (1, 5),
        event_duration: tuple[float, float] | None = None,
        snr: tuple[float, float] = (0.0, 20.0),
        max_overlap: int = 2,
        rng: np.random.Generator | int = 0,
        n_folds: int | None = None,
    ) -> None:
        check = Check("SyntheticScenes")
        n_scenes = clip_count(check, n_scenes, "n_scenes")
        names = [f"scene-{k:04d}" for k in range(n_scenes)]
        self.sounds = _scene_sounds(check, sounds, classes, check.whole_number(sr, "sr"))
        super().__init__(
            names=names,
            labels=_EventsOnDemand(self),
            class_names=self.sounds.class_names,
            folds=_folds(check, self.sounds, n_scenes, n_folds),
            sources=np.array(names),
            sr=sr,
        )
        self.duration = check.positive(duration, "duration")
        self.n_events = _checked_range(n_events, "n_events", 0, whole=True)
        if event_duration is None:
            event_duration = (min(0.5, self.duration), min(3.0, self.duration))
        self.event_duration = _checked_range(event_duration, "event_duration", MIN_EVENT, self.duration)
        self.snr = _checked_range(snr, "snr")
        self.max_overlap = check.whole_number(max_overlap, "max_overlap")
        self.seed = drawn_seed(check, rng)

    def scene(self, index: int) -> Scene:
        """A scene in its parts: the background, and each sound with its place and SNR.

        Parameters
        ----------
        index : int
            Position in the data set.

        Returns
        -------
        Scene
        """
        index = self._index(index)
        rng, fold = np.random.default_rng([self.seed, index]), int(self.folds[index])
        slope = rng.uniform(0, 0.85)  # of the magnitude: 0 is white, 1/2 pink, 1 brown
        n_samples = round(self.sr * self.duration)
        background = shaped_noise(n_samples, self.sr, rng, lambda f: np.maximum(f, 30.0) ** -slope).astype(np.float64)
        sounds: list[Sound] = []
        for _ in range(rng.integers(self.n_events[0], self.n_events[1] + 1)):
            sounds.extend(self._placed(sounds, background, fold, rng))
        return _to_level(Scene(background, tuple(sounds), self.sr), 10 ** rng.uniform(-1.0, -0.05))

    def load(self, index: int, *, sr: int | None = None) -> np.ndarray:
        """Waveform of a scene, drawn at the data set's rate.

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
        y = self.scene(index).mixture
        return y if sr in (None, self.sr) else resample(y, orig_sr=self.sr, target_sr=sr)

    def content_key(self, index: int) -> str:
        """Everything that the sound of a scene depends on, apart from the code.

        Parameters
        ----------
        index : int
            Position in the data set.

        Returns
        -------
        str
        """
        index = self._index(index)
        settings = self.duration, self.n_events, self.event_duration, self.snr, self.max_overlap, self.seed
        return (
            f"SyntheticScenes {self.sounds.content_key(int(self.folds[index]))} sr={self.sr} {settings!r} index={index}"
        )

    def with_folds(self, folds: Sequence[int] | np.ndarray) -> Self:
        """The same scenes with other folds; refused if their sounds have folds, which must stay apart."""
        if isinstance(self.sounds, Recordings):
            raise ValueError(
                "SyntheticScenes: the folds of the scenes are those of their sounds; "
                "give the sounds other folds, with sounds.with_folds(...), and make new scenes"
            )
        return super().with_folds(folds)

    def __getitem__(self, index: int) -> tuple[np.ndarray, list[Event]]:
        """(waveform, events) of a scene, drawn once."""
        return (scene := self.scene(index)).mixture, scene.events

    def _placed(
        self, sounds: list[Sound], background: np.ndarray, fold: int, rng: np.random.Generator
    ) -> Iterator[Sound]:
        """One more sound, at its SNR and where there is room for it; none if there is no room, or it is silent."""
        label, event = self.sounds.draw(fold, self.event_duration, rng)
        snr = rng.uniform(*self.snr)
        if not event.any():
            return
        samples = event * np.sqrt(10 ** (snr / 10) * np.mean(background**2) / np.mean(event**2))
        for start in rng.integers(0, len(background) - len(event) + 1, size=PLACEMENTS):
            sound = Sound(label, int(start), samples, snr)
            if _has_room(sound, sounds, self.max_overlap):
                yield sound
                return


class _EventsOnDemand(Sequence[list[Event]]):
    """The labels of scenes: a scene must be drawn to know its onsets, so it is drawn when its labels are asked for."""

    def __init__(self, dataset: SyntheticScenes) -> None:
        self._dataset = dataset
        self._known: dict[int, list[Event]] = {}

    def __len__(self) -> int:
        return len(self._dataset)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]  # slices are not offered
        position = self._dataset._index(index)
        if position not in self._known:
            self._known[position] = self._dataset.scene(position).events
        return list(self._known[position])


def _scene_sounds(
    check: Check, sounds: SoundDataset | None, classes: Sequence[str] | None, sr: int
) -> Synthesizers | Recordings:
    if sounds is None:
        return Synthesizers(check, SOUND_CLASSES if classes is None else classes, sr)
    return Recordings(check, sounds, classes, sr)


def _folds(check: Check, sounds: Synthesizers | Recordings, n_scenes: int, n_folds: int | None) -> np.ndarray:
    """The folds take turns: those of the recordings, or 1 to `n_folds`."""
    if isinstance(sounds, Synthesizers):
        return np.arange(n_scenes) % fold_count(check, n_folds, n_scenes) + 1
    if n_folds is not None:
        raise check.error("n_folds must not be given with sounds, whose folds are taken; use sounds.with_folds(...)")
    return np.resize(sounds.folds, n_scenes)


def _has_room(new: Sound, sounds: Sequence[Sound], max_overlap: int) -> bool:
    """Whether the new sound overlaps none of its class, and at no time there are more than `max_overlap` sounds.

    The number of sounds is largest where one starts, so it is enough to look there.
    """
    beside = [sound for sound in sounds if sound.start < new.stop and new.start < sound.stop]
    if any(sound.label == new.label for sound in beside):
        return False
    starts = [max(new.start, sound.start) for sound in beside]
    return all(1 + sum(s.start <= at < s.stop for s in beside) <= max_overlap for at in starts)


def _to_level(scene: Scene, peak: float) -> Scene:
    """All parts by one factor, which leaves the SNRs as they are."""
    gain = peak / float(np.abs(scene.mixture).max())
    sounds = tuple(Sound(sound.label, sound.start, gain * sound.samples, sound.snr) for sound in scene.sounds)
    return Scene(gain * scene.background, sounds, scene.sr)


def _checked_range(
    pair: tuple[float, float], name: str, least: float = -np.inf, most: float = np.inf, *, whole: bool = False
) -> tuple:
    """(low, high) in order and within the limits."""
    try:
        low, high = pair
        good = bool(least <= low <= high <= most and np.isfinite(high - low))
        good = good and not (whole and any(number != int(number) for number in pair))
    except (TypeError, ValueError):
        good = False
    if not good:
        limits = "" if least == -np.inf else f" from {least} on" + ("" if most == np.inf else f" up to {most:g}")
        kind = "two whole numbers (low, high)" if whole else "(low, high)"
        raise ValueError(f"SyntheticScenes: {name} must be {kind}{limits}, got {pair!r}; reorder or change it")
    return (int(low), int(high)) if whole else (float(low), float(high))
