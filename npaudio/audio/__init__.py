"""Sound files and waveforms: load, save, resample, mix to mono, level and length."""

from npaudio.audio.files import fix_length, load, normalize_peak, save, to_mono
from npaudio.audio.resampling import resample
from npaudio.audio.wav import AudioFileError, AudioFileWarning

__all__ = [
    "AudioFileError",
    "AudioFileWarning",
    "fix_length",
    "load",
    "normalize_peak",
    "resample",
    "save",
    "to_mono",
]
