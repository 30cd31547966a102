"""Sound files and waveforms: load, save, resample, mix to mono, level and length."""

from npaudio.audio.blocks import load_blocks
from npaudio.audio.files import load, save
from npaudio.audio.resampling import resample
from npaudio.audio.wav import AudioFileError, AudioFileWarning
from npaudio.audio.waveform import fix_length, normalize_peak, to_mono

__all__ = [
    "AudioFileError",
    "AudioFileWarning",
    "fix_length",
    "load",
    "load_blocks",
    "normalize_peak",
    "resample",
    "save",
    "to_mono",
]
