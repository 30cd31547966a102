"""Augmentation: sounds and spectrograms changed as the world might change them, while their label stays right.

Each function makes one change. Its strengths are numbers, or (low, high) ranges from which a number is drawn:

    add_noise(y, snr_db=20.0, rng=0)                # exactly 20 dB
    add_noise(y, snr_db=(10, 30), rng=0)            # some value from 10 to 30 dB

`Compose` chains them. Every step holds its settings and the probability that it happens:

    chain = Compose([
        Step(time_shift, shift=(-0.5, 0.5)),
        OneOf([Step(speed_perturb, rate=(0.9, 1.1)), Step(pitch_shift, semitones=(-2, 2))], p=0.3),
        Step(add_noise, snr_db=(10, 30), color="pink", p=0.5),
    ])
    y = chain(y, rng=(seed, epoch, index))

Conventions
-----------
`y` is one recording (..., n_samples): its leading axes are channels, which share every strength that is drawn.
Spectrograms are (..., n_bands, n_frames), and every item of their leading axes gets its own draw, so that a batch needs
one call. float32 gives float32, float64 gives float64; the input is never overwritten (except by `spec_augment` with
out=S). Levels are in dB of power; silence stays silence.

`rng` is a `numpy.random.Generator`, a seed, or a tuple of seeds such as (seed, epoch, index): the tuple gives every
item of every epoch its own stream of random numbers, whichever process works on it and in whatever order. It may be
left out where nothing is drawn. The global random state is neither read nor changed.
"""

from npaudio.augment.chain import Augmentation, Compose, OneOf, Step
from npaudio.augment.masking import equalizer, spec_augment
from npaudio.augment.mixing import mixup
from npaudio.augment.noise import add_noise, mix_background
from npaudio.augment.placement import gain, polarity, random_crop, time_shift
from npaudio.augment.room import reverb
from npaudio.augment.tempo import pitch_shift, speed_perturb, time_stretch

__all__ = [
    "Augmentation",
    "Compose",
    "OneOf",
    "Step",
    "add_noise",
    "equalizer",
    "gain",
    "mix_background",
    "mixup",
    "pitch_shift",
    "polarity",
    "random_crop",
    "reverb",
    "spec_augment",
    "speed_perturb",
    "time_shift",
    "time_stretch",
]
