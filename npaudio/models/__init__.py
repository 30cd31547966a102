"""Networks of the field."""

from npaudio.models.attention_pooling import AttentionPooling
from npaudio.models.audio_cnn import AudioCNN
from npaudio.models.crnn import CRNN
from npaudio.models.frame_cnn import FrameCNN
from npaudio.models.frame_detector import ClipTagger, FrameDetector
from npaudio.models.layer_table import Summary, summary

__all__ = [
    "CRNN",
    "AttentionPooling",
    "AudioCNN",
    "ClipTagger",
    "FrameCNN",
    "FrameDetector",
    "Summary",
    "summary",
]
