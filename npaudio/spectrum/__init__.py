"""Frames, windows, the short-time Fourier transform and its inverse, decibels."""

from npaudio.spectrum.decibels import db_to_power, power_to_db
from npaudio.spectrum.framing import frame
from npaudio.spectrum.transform import istft, stft
from npaudio.spectrum.windows import get_window

__all__ = ["db_to_power", "frame", "get_window", "istft", "power_to_db", "stft"]
