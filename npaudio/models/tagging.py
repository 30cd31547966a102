"""What networks that tag recordings share: from the waveform to probabilities and an embedding.

Conventions: `embed` turns spectrograms (B, 1, n_mels, n_frames) into one vector per clip, `head` turns that into
logits, and `forward` is both. A tag's probability is the sigmoid of its logit: several sounds may occur at once.
"""

import numpy as np

from npaudio.frontend import Frontend
from npaudio.nn.activation import sigmoid
from npaudio.nn.init import Rng, as_rng
from npaudio.nn.modes import evaluation
from npaudio.nn.module import Module


class Tagger(Module):
    """A network of an embedding and a head; subclasses define `embed` and `head`, and set `frontend`.

    Attributes
    ----------
    frontend : Frontend
        The recipe that turns waveforms into the spectrograms that this network was trained on.
    """

    frontend: Frontend

    def embed(self, x: np.ndarray) -> np.ndarray:
        """Spectrograms `x` (B, 1, n_mels, n_frames) to one vector per clip, (B, E); ValueError for another shape."""
        raise NotImplementedError(f"{type(self).__name__} does not define embed")

    def head(self) -> Module:
        """The layers from the embedding to the logits."""
        raise NotImplementedError(f"{type(self).__name__} does not define head")

    def tag(self, y: np.ndarray, *, sr: float | None = None) -> dict[str, np.ndarray]:
        """Probability of every class in a recording, and what the network made of it.

        Parameters
        ----------
        y : np.ndarray (..., n_samples)
            Waveform in the range ±1; leading axes are a batch.
        sr : float, optional
            Its sample rate in Hz; resampled to the rate of the front end if that is another. None: it is that rate.

        Returns
        -------
        dict
            "clipwise_output" (..., num_classes), probabilities; "embedding" (..., E), for transfer learning.
        """
        x, leading = self.spectrograms(y, sr=sr)
        with evaluation(self):
            embedding = self.embed(x)  # (B, E)
            logits = self.head()(embedding)  # (B, num_classes)
        outputs = {"clipwise_output": sigmoid(logits), "embedding": embedding}
        return {name: value.reshape(*leading, -1) for name, value in outputs.items()}

    def spectrograms(self, y: np.ndarray, *, sr: float | None = None) -> tuple[np.ndarray, tuple[int, ...]]:
        """The input (B, 1, n_mels, n_frames) for waveforms `y` (..., n_samples) at `sr` Hz, and the leading axes."""
        logmel = self.frontend(y, sr=None if sr is None else int(sr))  # (..., n_mels, n_frames)
        leading = logmel.shape[:-2]
        return logmel.reshape(-1, 1, *logmel.shape[-2:]), leading


def wake_dropout(model: Module, rng: Rng) -> None:
    """Give every layer that draws random numbers the generator `rng`."""
    generator = as_rng(rng)
    for module in model.modules():
        if hasattr(module, "rng"):
            module.rng = generator
