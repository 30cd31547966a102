"""Networks of the field."""

from npaudio.models.audio_cnn import AudioCNN
from npaudio.models.layer_table import Summary, summary

__all__ = ["AudioCNN", "Summary", "summary"]
