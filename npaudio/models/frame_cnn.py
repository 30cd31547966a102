"""FrameCNN: convolutions alone, so that the scores of a frame depend on a known stretch of sound around it."""

from collections.abc import Sequence

import numpy as np

from npaudio import nn
from npaudio.models.conv_blocks import ConvBlocks, Pools
from npaudio.models.crnn import check_pools
from npaudio.models.frame_detector import FrameDetector
from npaudio.nn.init import Rng, as_rng
from npaudio.nn.lengths import Lengths


class FrameCNN(FrameDetector):
    """Convolutions that leave one pixel of frequency, one more over time, frame logits and attention pooling.

    Our own, with the two heads of the DESED baseline (DCASE task 4). Explained in lesson 08.

    Parameters
    ----------
    n_mels : int
        Mel bands of the spectrograms; the product of the poolings over frequency.
    num_classes : int
        K.
    channels : sequence of int
        Of the blocks of convolutions.
    pools : sequence of (int, int)
        Pooling of each block over (time, frequency).
    context : int
        Odd number of output frames that the last convolution looks at.
    dropout : float
        Probability of dropping before the logits.
    rng : np.random.Generator or int, optional
        For weights and dropout.
    dtype : dtype
        Of the parameters; float32 or float64.

    Raises
    ------
    ValueError
        An even `context`, another number of `pools` than of `channels`, or a product of them over frequency that is not
        `n_mels`.

    See Also
    --------
    CRNN : with a memory of the whole recording.
    npaudio.streaming.StreamingDetector : runs it on a stream.

    Examples
    --------
    >>> model = FrameCNN(num_classes=3, rng=0).eval()
    >>> model(np.zeros((2, 1, 64, 100), np.float32)).shape, model.clip_logits().shape
    ((2, 3, 25), (2, 3))
    >>> model.context_frames
    23
    """

    def __init__(
        self,
        n_mels: int = 64,
        num_classes: int = 10,
        *,
        channels: Sequence[int] = (16, 32, 64, 64),
        pools: Pools = ((2, 4), (2, 4), (1, 2), (1, 2)),
        context: int = 7,
        dropout: float = 0.2,
        rng: Rng = None,
        dtype: np.typing.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        generator = as_rng(rng)
        if context < 1 or context % 2 == 0:
            raise ValueError(f"FrameCNN: context must be an odd number of frames, got {context}; take {context + 1}")
        self.n_mels, self.num_classes = n_mels, num_classes
        self.time_pooling = check_pools(channels, pools, n_mels, caller="FrameCNN")
        self.context_frames = context_frames(pools, context)
        self.cnn = ConvBlocks(channels, pools, gated=False, dropout=0, rng=generator, dtype=dtype)
        width = channels[-1]
        self.over_time = nn.Sequential(
            nn.Conv2d(width, width, (context, 1), padding=(context // 2, 0), rng=generator, dtype=dtype),
            nn.BatchNorm2d(width, dtype=dtype),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout, rng=generator),
        )
        self._add_heads(width, generator, dtype)

    def features(self, x: np.ndarray, lengths: Lengths) -> tuple[np.ndarray, Lengths]:
        """Features (B, N', D) of each frame and its neighbors."""
        maps = self.cnn(np.ascontiguousarray(x.swapaxes(2, 3)), lengths)  # (B, C, N', 1)
        pooled = None if lengths is None else np.asarray(lengths) // self.time_pooling
        return self.over_time(maps)[..., 0].swapaxes(1, 2), pooled

    def features_backward(self, grad: np.ndarray) -> np.ndarray:
        """The chain rule from the features to the spectrogram."""
        grad = self.over_time.backward(grad.swapaxes(1, 2)[..., None])
        return self.cnn.backward(grad).swapaxes(2, 3)


def context_frames(pools: Pools, context: int) -> int:
    """Frames of the spectrogram on either side that one frame of the output depends on.

    A convolution of width 3 adds one of its own frames on either side. Each of these is as many frames of the
    spectrogram wide as the product of the poolings before it.
    """
    reach, width = 0, 1
    for over_time, _ in pools:
        reach += width
        width *= over_time
    return reach + context // 2 * width
