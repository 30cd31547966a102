"""CRNN: convolutions describe what a frame sounds like, a recurrent network takes the frames around it into account.

The architecture of the DESED baseline (Turpault et al. 2019, DCASE task 4); `CRNN.desed()` has its size, and its
parameter names, so that published weights fit: `model.load_state_dict(state)`, with the state's prefix removed.
"""

from collections.abc import Sequence

import numpy as np

from npaudio import nn
from npaudio.models.conv_blocks import ConvBlocks, Pools
from npaudio.models.frame_detector import FrameDetector
from npaudio.nn.init import Rng, as_rng
from npaudio.nn.lengths import Lengths

DESED_CHANNELS = (16, 32, 64, 128, 128, 128, 128)
DESED_POOLS = ((2, 2), (2, 2), (1, 2), (1, 2), (1, 2), (1, 2), (1, 2))


class RecurrentLayers(nn.Module):
    """The GRU under the name that it has in the DESED baseline, `rnn.rnn`."""

    def __init__(self, gru: nn.GRU) -> None:
        super().__init__()
        self.rnn = gru

    def forward(self, x: np.ndarray, lengths: Lengths = None) -> np.ndarray:
        """Outputs of the GRU."""
        return self.rnn(x, lengths)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """The backward pass of the GRU."""
        return self.rnn.backward(grad)


class CRNN(FrameDetector):
    """Gated convolutions that leave one pixel of frequency, a bidirectional GRU, and attention pooling.

    The network of the DESED baseline (DCASE task 4, Turpault et al. 2019). Explained in lesson 08.

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
    hidden_size, num_layers : int
        Of the GRU; each direction has `hidden_size`.
    dropout : float
        Probability of dropping in each block, and after the GRU.
    rng : np.random.Generator or int, optional
        For weights and dropout.
    dtype : dtype
        Of the parameters; float32 or float64.

    Raises
    ------
    ValueError
        As many `pools` as `channels` are expected, and their product over frequency must be `n_mels`.

    See Also
    --------
    FrameCNN : has no memory, and is quicker.
    npaudio.nn.GRU : its memory.

    Examples
    --------
    >>> model = CRNN.desed(rng=0).eval()
    >>> sum(parameter.size for parameter in model.parameters())
    1112420
    >>> model(np.zeros((1, 1, 128, 626), np.float32)).shape, model.clip_logits().shape
    ((1, 10, 156), (1, 10))
    """

    def __init__(
        self,
        n_mels: int = 64,
        num_classes: int = 10,
        *,
        channels: Sequence[int] = (16, 32, 64, 64),
        pools: Pools = ((2, 4), (2, 4), (1, 2), (1, 2)),
        hidden_size: int = 64,
        num_layers: int = 1,
        dropout: float = 0.2,
        rng: Rng = None,
        dtype: np.typing.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        generator = as_rng(rng)
        self.n_mels, self.num_classes = n_mels, num_classes
        self.time_pooling = check_pools(channels, pools, n_mels, caller="CRNN")
        self.context_frames = None
        self.cnn = ConvBlocks(
            channels, pools, gated=True, dropout=dropout, momentum=0.99, eps=0.001, rng=generator, dtype=dtype
        )
        gru = nn.GRU(channels[-1], hidden_size, num_layers, bidirectional=True, rng=generator, dtype=dtype)
        self.rnn = RecurrentLayers(gru)
        self.dropout = nn.Dropout(dropout, rng=generator)
        self._add_heads(2 * hidden_size, generator, dtype)

    @classmethod
    def desed(cls, num_classes: int = 10, *, rng: Rng = None, dtype: np.typing.DTypeLike = np.float32) -> "CRNN":
        """The DESED baseline: 1,112,420 parameters at ten classes, 128 mel bands, a frame of output for four of input.

        Its front end is `Frontend.desed()`: frames of the output are 64 ms apart.
        """
        return cls(
            128,
            num_classes,
            channels=DESED_CHANNELS,
            pools=DESED_POOLS,
            hidden_size=128,
            num_layers=2,
            dropout=0.5,
            rng=rng,
            dtype=dtype,
        )

    def features(self, x: np.ndarray, lengths: Lengths) -> tuple[np.ndarray, Lengths]:
        """States of the GRU, (B, N', 2 H)."""
        maps = self.cnn(np.ascontiguousarray(x.swapaxes(2, 3)), lengths)  # (B, C, N', 1)
        pooled = None if lengths is None else np.asarray(lengths) // self.time_pooling
        h = self.rnn(maps[..., 0].swapaxes(1, 2), pooled)
        return self.dropout(h), pooled

    def features_backward(self, grad: np.ndarray) -> np.ndarray:
        """The chain rule from the states to the spectrogram."""
        grad = self.rnn.backward(self.dropout.backward(grad))  # (B, N', C)
        return self.cnn.backward(grad.swapaxes(1, 2)[..., None]).swapaxes(2, 3)


def check_pools(channels: Sequence[int], pools: Pools, n_mels: int, *, caller: str) -> int:
    """Return the product of the poolings over time; refuse pools that do not fit the blocks or leave several bands."""
    if len(channels) != len(pools) or not len(pools):
        raise ValueError(f"{caller}: {len(channels)} channels and {len(pools)} pools, expected one for each block")
    over_time, over_frequency = (int(np.prod([pool[axis] for pool in pools])) for axis in (0, 1))
    if over_frequency != n_mels:
        raise ValueError(
            f"{caller}: the pools divide frequency by {over_frequency}, but there are {n_mels} mel bands; "
            "choose pools whose product is the number of bands"
        )
    return over_time
