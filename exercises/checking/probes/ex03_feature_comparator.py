"""Probes of exercise 03, the feature comparator."""

import contextlib
import io
from functools import partial

import numpy as np

from exercises.checking.probes.asking import Probe

SMALL = {"sr": 8000, "n_fft": 96, "hop_length": 40, "n_mels": 7, "floor": 0.3}
NAMES = ("sine", "white_noise", "sweep", "speech_like", "music_like")
FEATURES = ("centroid", "flatness", "variation")
AXES = dict.fromkeys(("spectral_centroid", "spectral_flatness"), ("the bins", "the frames"))
AXES["temporal_variation"] = ("the bands", "the frames")
WORDS = {"S": "the magnitudes", "f": "the frequencies of the bins", "y": "the signal", "article_signals":
         "the five signals", "magnitudes": "the magnitudes", "mel_db": "the mel spectrogram", "holds": "the verdicts",
         "measured": "what compare gives", "min": "the lowest", "max": "the highest"}  # fmt: skip
CLASS = "AudioFeatureComparator"


def sound(rng):
    """Coloured noise that fades, loud or soft."""
    white = rng.normal(size=int(rng.integers(300, 700)))
    shape = np.linspace(1, rng.uniform(0.05, 1), len(white))
    return (np.convolve(white, rng.uniform(0, 1, 3), "same") * shape * rng.uniform(0.2, 2),)


def sound_and_settings(rng):
    """A sound, and settings of the object."""
    n_fft = int(rng.integers(40, 120))
    settings = {"sr": int(rng.choice([8000, 11025, 16000])), "n_fft": n_fft, "hop_length": int(rng.integers(10, n_fft)),
                "n_mels": int(rng.integers(3, 9)), "floor": float(10 ** rng.uniform(-3, 0))}  # fmt: skip
    return (*sound(rng), settings)


def feature(module, y, settings=SMALL, *, method):
    """One feature of a sound."""
    return getattr(module.AudioFeatureComparator(**settings), method)(y)


def settings(rng):
    """Of a short object."""
    return ({"sr": int(rng.choice([11025, 16000])), "duration": float(rng.choice([0.25, 0.3])), "n_fft": 256},)


def figures(rng):
    """Features of five sounds as compare would give them; sometimes two are equal."""
    made = {name: dict(zip(FEATURES, np.round(rng.uniform(0, 9, 3), 1), strict=True)) for name in NAMES}
    if rng.random() < 0.5:
        made["sweep"]["centroid"] = made[str(rng.choice(["sine", "white_noise"]))]["centroid"]
        made["speech_like"]["variation"] = max(made[name]["variation"] for name in ("sine", "sweep", "music_like"))
    if rng.random() < 0.5:
        made["white_noise"]["flatness"], made["sine"]["flatness"] = 10.0, -1.0
        centroids = sorted(made[name]["centroid"] for name in ("sine", "sweep", "white_noise"))
        made["sine"]["centroid"], made["sweep"]["centroid"], made["white_noise"]["centroid"] = centroids
    return (made,)


def verdicts(module, made):
    """What verify says to figures that compare did not make."""
    comparator = module.AudioFeatureComparator()
    comparator.compare = lambda: made
    return comparator.verify()


def printed(module, chosen):
    """What print_table prints."""
    with contextlib.redirect_stdout(io.StringIO()) as text:
        module.AudioFeatureComparator(**chosen).print_table()
    return text.getvalue()


PROBES = [
    *(Probe(f"{CLASS}.{name}", sound, partial(feature, method=name))
      for name in ("spectral_centroid", "spectral_flatness", "temporal_variation")),
    *(Probe(f"{CLASS}.{name}", sound_and_settings, partial(feature, method=name))
      for name in ("spectral_centroid", "spectral_flatness", "temporal_variation")),
    Probe(f"{CLASS}.generate_signals", settings, lambda m, s: m.AudioFeatureComparator(**s).generate_signals()),
    Probe(f"{CLASS}.compare", settings, lambda m, s: m.AudioFeatureComparator(**s).compare()),
    Probe(f"{CLASS}.verify", figures, verdicts),
    Probe(f"{CLASS}.print_table", settings, printed),
]  # fmt: skip
