"""The article's network: a spectrogram is a picture, so the network that tells pictures apart tells sounds apart too.

Conventions: spectrograms (B, 1, n_mels, n_frames), logits (B, num_classes); parameter names are PyTorch's, from
`features.0.weight` to `classifier.2.bias`.
"""

import numpy as np

from npaudio import nn
from npaudio.nn.short_cuts import short_cuts

CHANNELS = (32, 64, 128, 256)
SHORTEST = 8


class AudioCNN(nn.Module):
    """Four times convolution, BatchNorm, ReLU, each at half the resolution of the last; then a mean and a linear layer.

    Channels grow 1, 32, 64, 128, 256 while three poolings halve both axes. The mean over all that is left of frequency
    and time makes any number of frames possible. 401,650 parameters with 50 classes.

    Parameters
    ----------
    n_mels : int
        Mel bands of the spectrograms; at least 8.
    num_classes : int
        Number of logits.
    dropout : float
        Probability of dropping before the linear layer, in training.
    rng : np.random.Generator or int, optional
        For the initial weights and for dropout.
    dtype : dtype
        Of the parameters; float32 or float64.

    Examples
    --------
    >>> model = AudioCNN(num_classes=50, rng=0)
    >>> model(np.zeros((4, 1, 64, 173), np.float32)).shape
    (4, 50)
    """

    def __init__(
        self,
        n_mels: int = 64,
        num_classes: int = 50,
        *,
        dropout: float = 0.3,
        rng: np.random.Generator | int | None = None,
        dtype: np.typing.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        if n_mels < SHORTEST:
            raise ValueError(f"AudioCNN: n_mels must be at least {SHORTEST}, for three poolings halve it; got {n_mels}")
        self.n_mels, self.num_classes = n_mels, num_classes
        generator = np.random.default_rng(rng)
        self.features = nn.Sequential()
        for n_in, n_out in zip((1, *CHANNELS), CHANNELS, strict=False):
            self.features.append(nn.Conv2d(n_in, n_out, 3, padding=1, rng=generator, dtype=dtype))
            self.features.append(nn.BatchNorm2d(n_out, dtype=dtype))
            self.features.append(nn.ReLU(inplace=True))
            self.features.append(nn.AdaptiveAvgPool2d((1, 1)) if n_out == CHANNELS[-1] else nn.MaxPool2d(2))
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Dropout(dropout, rng=generator),
            nn.Linear(CHANNELS[-1], num_classes, rng=generator, dtype=dtype),
        )

    def forward(self, x: np.ndarray) -> np.ndarray:  # (B, 1, n_mels, n_frames)
        x = np.asarray(x)
        self._check(x.shape)
        if self.training:
            self._keep((len(x), self.num_classes), None)
            return self._whole(x)  # (B, num_classes)
        self._keep((len(x), self.num_classes), x)
        for layer in short_cuts([*self.features, *self.classifier]):
            x = layer(x)
        return x

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """The chain rule: logits to features, features to spectrogram. The result is what a saliency picture shows.

        In evaluation `forward` took a short cut and kept nothing but x, so the way forth is gone once more, as a whole.
        """
        (evaluated,) = self._recall(grad)
        if evaluated is not None:
            self._require_evaluation()
            self._whole(evaluated)
        return self.features.backward(self.classifier.backward(grad))

    def _require_evaluation(self) -> None:
        if any(module.training for module in self.modules()):
            raise ValueError(
                "AudioCNN.backward: forward ran in evaluation, but the network is in training now; "
                "call forward again, or eval() first"
            )

    def _whole(self, x: np.ndarray) -> np.ndarray:
        return self.classifier(self.features(x))  # (B, 256, 1, 1), (B, num_classes)

    def _check(self, shape: tuple[int, ...]) -> None:
        """Refuse what is no batch of spectrograms of this height, or too short for three poolings."""
        if len(shape) != 4 or shape[1] != 1 or shape[2] != self.n_mels:
            raise ValueError(
                f"AudioCNN: expected spectrograms of shape (batch, 1, {self.n_mels}, n_frames), got {shape}; "
                "add missing axes with S[None, None], or build AudioCNN(n_mels=...) for your number of bands"
            )
        if shape[3] < SHORTEST:
            raise ValueError(
                f"AudioCNN: got {shape[3]} frames, at least {SHORTEST} are needed, for three poolings halve them; "
                "pad the recording"
            )
