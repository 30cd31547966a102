"""The networks that a pipeline can train."""

import numpy as np

from npaudio import models, nn
from npaudio._core.checks import Check
from npaudio.frontend import Frontend


def make_network(kind: str, frontend: Frontend, size: int, n_classes: int, *, seed: int) -> nn.Module:
    """A network with random weights for the images of clips of `size` samples."""
    Check("AudioClassificationPipeline").choice(kind, ("cnn", "transformer"), "model")
    if kind == "cnn":
        return models.AudioCNN(frontend.n_mels, n_classes, dropout=0.0, rng=seed)
    n_frames = frontend(np.zeros(size, np.float32)).shape[-1]
    return models.SpectrogramTransformer.tiny(
        n_mels=frontend.n_mels, n_frames=n_frames, num_classes=n_classes, rng=seed
    )
