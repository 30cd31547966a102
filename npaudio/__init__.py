"""npaudio: audio classification from the sample to the sound event, in NumPy that can be read.

Every step is written out, every gradient derived by hand, every number checked against the libraries of the field.
"The article" is "Learn AI Series (#95) – Audio Classification", whose systems are built and whose claims are checked.

>>> import numpy as np, npaudio
>>> y = npaudio.sine(440.0, sr=16000, duration=1.0)
>>> npaudio.melspectrogram(y, sr=16000, n_fft=1024, hop_length=512, n_mels=64).shape
(64, 32)

Conventions
-----------
A waveform `y` is (..., n_samples) in floating point, nominally within ±1; several channels are (channels, n_samples).
Spectrograms are (..., n_freq, n_frames), mel spectrograms (..., n_mels, n_frames), batches of images (B, C, F, T):
batch, channel, frequency, time. Scores of clips are (n_clips, n_classes), of frames (n_classes, n_frames).

Settings have librosa's names (`sr`, `n_fft`, `hop_length`, `win_length`, `n_mels`, `fmin`, `fmax`) and are given by
name. Times are in seconds, frequencies in Hz, levels in dB; frames are counted only inside `npaudio.sed`, and the name
says so. Chance comes in as `rng`, a `numpy.random.Generator` or a seed, never from the global state.

float32 in gives float32 out, float64 gives float64; integers are refused with the way to convert them. Bad input
raises `ValueError`: what came, what was expected, what to do.
"""

from importlib import import_module as _import_module

from npaudio import audio, augment, checkpoints, features, frontend, mel, metrics, models, nn, sed, signals, spectrum
from npaudio._core.former_paths import keep_former_paths as _keep_former_paths
from npaudio._core.version import __version__
from npaudio.audio import AudioFileError, AudioFileWarning, fix_length, load, normalize_peak, resample, save, to_mono
from npaudio.features import (
    rms,
    spectral_bandwidth,
    spectral_centroid,
    spectral_flatness,
    spectral_rolloff,
    temporal_variation,
    zero_crossing_rate,
)
from npaudio.frontend import Frontend
from npaudio.mel import (
    EmptyFilterWarning,
    hz_to_mel,
    kaldi_fbank,
    log_mel,
    mel_centers,
    mel_filterbank,
    mel_to_hz,
    melspectrogram,
    mfcc,
)
from npaudio.signals import SOUND_CLASSES, music_like, sine, speech_like, sweep, synthesize, white_noise
from npaudio.spectrum import db_to_power, frame, get_window, istft, power_to_db, stft

__all__ = [
    "SOUND_CLASSES",
    "AudioFileError",
    "AudioFileWarning",
    "EmptyFilterWarning",
    "Frontend",
    "__version__",
    "audio",
    "augment",
    "checkpoints",
    "db_to_power",
    "features",
    "fix_length",
    "frame",
    "frontend",
    "get_window",
    "hz_to_mel",
    "istft",
    "kaldi_fbank",
    "load",
    "log_mel",
    "mel",
    "mel_centers",
    "mel_filterbank",
    "mel_to_hz",
    "melspectrogram",
    "metrics",
    "mfcc",
    "models",
    "music_like",
    "nn",
    "normalize_peak",
    "power_to_db",
    "resample",
    "rms",
    "save",
    "sed",
    "signals",
    "sine",
    "spectral_bandwidth",
    "spectral_centroid",
    "spectral_flatness",
    "spectral_rolloff",
    "spectrum",
    "speech_like",
    "stft",
    "sweep",
    "synthesize",
    "temporal_variation",
    "to_mono",
    "white_noise",
    "zero_crossing_rate",
]

_keep_former_paths()

# Imported when first asked for: Matplotlib and the network modules of the standard library take their time.
_IMPORTED_LATER = {"datasets", "pipeline", "plot", "streaming", "training"}


def __getattr__(name: str) -> object:
    if name in _IMPORTED_LATER:
        return _import_module(f"npaudio.{name}")
    raise AttributeError(f"module 'npaudio' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_IMPORTED_LATER})
