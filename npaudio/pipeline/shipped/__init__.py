"""The models that come with the package, and how a model is opened by the command line.

`python -m benchmarks shipped` trains and measures them; README.md has their model card.
"""

import os
from pathlib import Path

from npaudio.pipeline.classifier import AudioClassificationPipeline
from npaudio.pipeline.detector import EventDetector

CLASSIFIER = Path(__file__).parent / "esc10.npz"
DETECTOR = Path(__file__).parent / "esc10_events.npz"


def open_classifier(path: str | os.PathLike[str] | None = None) -> AudioClassificationPipeline:
    """A classifier: that of a file, or the one that comes with the package.

    Parameters
    ----------
    path : str or path, optional
        What `AudioClassificationPipeline.save` wrote. None: ten everyday sounds, learned from ESC-10.

    Returns
    -------
    AudioClassificationPipeline

    Raises
    ------
    ModelFileError
        The file is damaged, something else, or of a newer version.
    """
    return AudioClassificationPipeline.load(CLASSIFIER if path is None else path)


def open_detector(path: str | os.PathLike[str] | None = None) -> EventDetector:
    """An event detector: that of a file, or the one that comes with the package.

    Parameters
    ----------
    path : str or path, optional
        What `EventDetector.save` wrote. None: ten everyday sounds, learned from scenes of ESC-10's recordings.

    Returns
    -------
    EventDetector

    Raises
    ------
    ModelFileError
        The file is damaged, something else, or of a newer version.
    """
    return EventDetector.load(DETECTOR if path is None else path)
