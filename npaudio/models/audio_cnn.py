"""The article's network: a spectrogram is a picture, so a network for pictures can classify sounds.

Conventions: spectrograms (B, 1, n_mels, n_frames), scores (B, num_classes); parameter names are PyTorch's, from
`features.0.weight` to `classifier.2.bias`.
"""

import numpy as np

from npaudio import nn
from npaudio._core.checks import Check
from npaudio._core.types import Images, Scores
from npaudio.models.spectrogram_shapes import check_spectrograms

check = Check("AudioCNN")

CHANNELS = (32, 64, 128, 256)
SHORTEST = 8


class AudioCNN(nn.Module):
    """Four blocks of convolution, BatchNorm and ReLU, each at half the resolution; then a mean and a linear layer.

    The channels grow from 1 to 32, 64, 128 and 256, while three poolings halve both axes. The mean over the remaining
    frequencies and frames allows any number of frames. 401,650 parameters with 50 classes.

    The article's network. Explained in lesson 03.

    Parameters
    ----------
    n_mels : int
        Mel bands of the spectrograms; at least 8.
    num_classes : int
        Number of scores.
    dropout : float
        Probability of dropping before the linear layer, in training.
    rng : np.random.Generator or int, optional
        For the initial weights and for dropout.
    dtype : dtype
        Of the parameters; float32 or float64.

    Raises
    ------
    ValueError
        `n_mels` below 8, or sizes that are not positive whole numbers.

    See Also
    --------
    npaudio.nn.fuse : the same network in 0.7 of the time, for evaluation.
    npaudio.models.summary : its layers, their shapes and their cost.

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
        self.n_mels = check.whole_number(n_mels, "n_mels")
        if self.n_mels < SHORTEST:
            raise check.error(f"n_mels must be at least {SHORTEST}, because three poolings halve it; got {n_mels}")
        self.num_classes = check.whole_number(num_classes, "num_classes")
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

    def forward(self, x: Images) -> Scores:  # (B, 1, n_mels, n_frames)
        check_spectrograms(self, np.shape(x), shortest=SHORTEST, because="because three poolings halve them")
        scores = self.classifier(self.features(x))  # (B, 256, 1, 1), (B, num_classes)
        self._keep(scores.shape)
        return scores

    def backward(self, grad: Scores) -> Images:
        """The chain rule: from the scores to the features, from the features to the spectrogram.

        The result says how much each point of the spectrogram contributed: a saliency map.
        """
        self._recall(grad)
        return self.features.backward(self.classifier.backward(grad))

    def backward_to_parameters(self, grad: Scores) -> None:
        """As `backward`, up to the parameters of the first convolution."""
        self._recall(grad)
        self.features.backward_to_parameters(self.classifier.backward(grad))
