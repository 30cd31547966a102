"""From raw recordings to a trained model, predictions and an evaluation."""

from npaudio.pipeline.classifier import AudioClassificationPipeline
from npaudio.pipeline.detector import EventDetector
from npaudio.pipeline.evaluation import Evaluation, Mistake
from npaudio.pipeline.model_file import ModelFileError
from npaudio.pipeline.recordings import Recordings, open_dataset
from npaudio.pipeline.stored import NotFittedError

__all__ = [
    "AudioClassificationPipeline",
    "Evaluation",
    "EventDetector",
    "Mistake",
    "ModelFileError",
    "NotFittedError",
    "Recordings",
    "open_dataset",
]
