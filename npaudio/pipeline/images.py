"""From waveforms to what the network sees, and how training changes both.

Conventions: waveforms (B, n_samples) at the front end's rate, images (B, 1, n_mels, n_frames) of mean 0 and deviation 1
over the clips that the network learns from.
"""

from dataclasses import dataclass

import numpy as np

from npaudio.audio import fix_length, normalize_peak
from npaudio.augment import Augmentation, Compose, Step, mixup, random_crop, spec_augment, speed_perturb, time_shift
from npaudio.frontend import Frontend

FRONTEND = Frontend(name="esc10", sr=16000, n_fft=1024, hop_length=512, n_mels=64, top_db=80.0)  # of `npaudio train`
CROPPED = 0.82  # share of a clip that a training image shows
MIXUP_ALPHA = 0.2


def prepared(y: np.ndarray, size: int, frontend: Frontend) -> np.ndarray:
    """The article's preprocessing of (..., n_samples): peak to 1, pad or cut, (log-)mel; silence stays silence."""
    return frontend(fix_length(normalize_peak(y), size=size))


@dataclass(frozen=True)
class Images:
    """Makes the network's input of clips that have one length and a peak of 1."""

    frontend: Frontend
    mean: float
    deviation: float

    @classmethod
    def of_training(cls, waveforms: np.ndarray, frontend: Frontend) -> "Images":
        """Mean and deviation over the clips (n, n_samples) to learn from, a few at a time."""
        parts = [frontend(np.asarray(waveforms[i : i + 32])) for i in range(0, len(waveforms), 32)]
        count = sum(part.size for part in parts)
        mean = sum(float(part.sum(dtype=np.float64)) for part in parts) / count
        variance = sum(float(((part - mean) ** 2).sum(dtype=np.float64)) for part in parts) / count
        return cls(frontend, mean, float(np.sqrt(variance)) or 1.0)

    def __call__(self, waveforms: np.ndarray) -> np.ndarray:
        """Images (B, 1, n_mels, n_frames) of waveforms (B, n_samples)."""
        S = self.frontend(waveforms)
        return ((S - S.dtype.type(self.mean)) / S.dtype.type(self.deviation))[:, np.newaxis]


@dataclass(frozen=True)
class TrainingImages:
    """Makes a training batch: each waveform changed, its picture masked, and mixed with another one's.

    Attributes
    ----------
    images : Images
        Makes the pictures.
    waveforms : Augmentation
        Changes a waveform, such as `waveform_changes`.
    """

    images: Images
    waveforms: Augmentation

    def __call__(self, x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Images and soft targets of a batch of waveforms (B, n_samples) and targets (B, n_classes)."""
        changed = np.stack([self.waveforms(clip, rng=rng) for clip in x])
        return mixup(spec_augment(self.images(changed), fill=0.0, rng=rng), y, alpha=MIXUP_ALPHA, rng=rng)


def waveform_changes(size: int) -> Augmentation:
    """What is done to a waveform before `size` samples are taken from it."""
    return Compose(
        [
            Step(time_shift, shift=(-0.5, 0.5)),  # the clip is rolled: any part may come first
            Step(speed_perturb, rate=(0.8, 1.25), p=0.5),
            Step(random_crop, size=size),
        ]
    )
