"""One scene: a background, and sounds at their places in it."""

from dataclasses import dataclass

import numpy as np

from npaudio.sed import Event


@dataclass(frozen=True)
class Sound:
    """One sound in a scene: its class, its first sample, its samples as they are in the mixture, its SNR in dB."""

    label: str
    start: int
    samples: np.ndarray
    snr: float

    @property
    def stop(self) -> int:
        """The sample after its last."""
        return self.start + len(self.samples)


@dataclass(frozen=True)
class Scene:
    """A mixture and what it is made of: the sum of `background` and all `sounds` at their places.

    Explained in lesson 08.

    Attributes
    ----------
    background : np.ndarray (n_samples,)
        What sounds throughout.
    sounds : tuple of Sound
        Label, first sample, samples and SNR in dB of each event.
    sr : int
        Sample rate in Hz.

    See Also
    --------
    SyntheticScenes : `scene(i)` makes one.
    """

    background: np.ndarray
    sounds: tuple[Sound, ...]
    sr: int

    @property
    def mixture(self) -> np.ndarray:
        """The waveform, (n_samples,) float32."""
        y = self.background.copy()
        for sound in self.sounds:
            y[sound.start : sound.stop] += sound.samples
        return y.astype(np.float32)

    @property
    def events(self) -> list[Event]:
        """The events in order of their onsets."""
        return sorted(Event(sound.start / self.sr, sound.stop / self.sr, sound.label) for sound in self.sounds)
