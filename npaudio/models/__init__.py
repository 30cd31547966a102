"""Networks of the field."""

from npaudio.models.audio_cnn import AudioCNN
from npaudio.models.summary import Summary, summary

__all__ = ["AudioCNN", "Summary", "summary"]
