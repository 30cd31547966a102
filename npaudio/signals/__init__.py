"""Sounds from formulas: five test signals, and ten synthesizers of sound events."""

from npaudio.signals.closed_forms import sine, sweep, white_noise
from npaudio.signals.fading import fade
from npaudio.signals.modulated import article_signals, music_like, speech_like
from npaudio.signals.synthesizers import SOUND_CLASSES, synthesize

__all__ = [
    "SOUND_CLASSES",
    "article_signals",
    "fade",
    "music_like",
    "sine",
    "speech_like",
    "sweep",
    "synthesize",
    "white_noise",
]
