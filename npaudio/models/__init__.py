"""Networks for the classification of sounds and the detection of sound events."""

from npaudio.models.attention_pooling import AttentionPooling
from npaudio.models.audio_cnn import AudioCNN
from npaudio.models.audioset_labels import AUDIOSET_LABELS
from npaudio.models.audioset_results import AUDIOSET_RESULTS, AudioSetResult
from npaudio.models.crnn import CRNN
from npaudio.models.frame_cnn import FrameCNN
from npaudio.models.frame_detector import ClipTagger, FrameDetector
from npaudio.models.layer_table import Summary, summary
from npaudio.models.panns import Cnn6, Cnn10, Cnn14
from npaudio.models.panns_frames import Cnn14FrameWise
from npaudio.models.spectrogram_transformer import SpectrogramTransformer

__all__ = [
    "AUDIOSET_LABELS",
    "AUDIOSET_RESULTS",
    "CRNN",
    "AttentionPooling",
    "AudioCNN",
    "AudioSetResult",
    "ClipTagger",
    "Cnn6",
    "Cnn10",
    "Cnn14",
    "Cnn14FrameWise",
    "FrameCNN",
    "FrameDetector",
    "SpectrogramTransformer",
    "Summary",
    "summary",
]
