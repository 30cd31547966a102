"""The convolutional part of event detectors: from spectrograms to features of each frame.

Conventions: inside, images are (B, C, T, F), time before frequency, as in the DESED baseline, so that its weights fit;
stored channels-last. Poolings are pairs (time, frequency).
"""

from collections.abc import Sequence

import numpy as np

from npaudio import nn
from npaudio._core.threads import for_each
from npaudio.nn.fast.channels_last import batch_tiles, channels_first, channels_last, empty
from npaudio.nn.init import Rng, as_rng
from npaudio.nn.lengths import Lengths, is_padding

Pools = Sequence[tuple[int, int]]


class GatedLinearUnit(nn.Module):
    """y = (W x + b) · sigmoid(x) for the C channels x of each pixel: a linear layer whose outputs are let through.

    Parameters
    ----------
    channels : int
        C.
    rng : np.random.Generator or int, optional
        For the initial weights.
    dtype : dtype
        Of the parameters.

    Notes
    -----
    As in the DESED baseline; Dauphin et al. 2017 compute the gate by a second linear layer.
    """

    def __init__(self, channels: int, *, rng: Rng = None, dtype: np.typing.DTypeLike = np.float32) -> None:
        super().__init__()
        self.linear = nn.Linear(channels, channels, rng=rng, dtype=dtype)

    def forward(self, x: np.ndarray) -> np.ndarray:  # (B, C, T, F)
        rows = channels_last(x)  # (B, T, F, C)
        linear = self.linear(rows)
        gate, y = empty(rows.shape, rows.dtype), empty(rows.shape, rows.dtype)

        def let_through(tile: slice) -> None:
            g = np.multiply(rows[tile], 0.5, out=gate[tile])  # sigmoid(x) = (1 + tanh(x / 2)) / 2
            np.tanh(g, out=g)
            g += 1
            g *= 0.5
            np.multiply(linear[tile], g, out=y[tile])

        for_each(let_through, batch_tiles(y))
        self._keep(x.shape, linear, gate)
        return channels_first(y)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """The product rule: d(linear) = g · s, and through the gate dx = g · linear · s (1 - s)."""
        linear, gate = self._recall(grad)
        g = channels_last(grad)
        to_linear, through_gate = empty(g.shape, g.dtype), empty(g.shape, g.dtype)

        def go_back(tile: slice) -> None:
            np.multiply(g[tile], gate[tile], out=to_linear[tile])
            t = np.subtract(1, gate[tile], out=through_gate[tile])
            t *= linear[tile]
            t *= to_linear[tile]

        for_each(go_back, batch_tiles(g))
        through_gate += self.linear.backward(to_linear)
        return channels_first(through_gate)


class ConvBlocks(nn.Module):
    """Blocks of convolution 3 x 3, BatchNorm, nonlinearity, dropout and mean pooling; the layers bear DESED's names.

    Parameters
    ----------
    channels : sequence of int
        Output channels of each block.
    pools : sequence of (int, int)
        Pooling of each block over (time, frequency).
    gated : bool
        Gated linear units instead of ReLU.
    dropout : float
        Probability of dropping, after each nonlinearity.
    momentum, eps : float
        Of BatchNorm.
    rng : np.random.Generator or int, optional
        For weights and dropout.
    dtype : dtype
        Of the parameters.
    """

    def __init__(
        self,
        channels: Sequence[int],
        pools: Pools,
        *,
        gated: bool,
        dropout: float,
        momentum: float = 0.1,
        eps: float = 1e-5,
        rng: Rng = None,
        dtype: np.typing.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        generator = as_rng(rng)
        self.cnn = nn.Sequential()
        for k, (n_in, n_out) in enumerate(zip((1, *channels), channels, strict=False)):
            layers: dict[str, nn.Module] = {
                "conv": nn.Conv2d(n_in, n_out, 3, padding=1, rng=generator, dtype=dtype),
                "batchnorm": nn.BatchNorm2d(n_out, eps=eps, momentum=momentum, dtype=dtype),
                "glu" if gated else "relu": (
                    GatedLinearUnit(n_out, rng=generator, dtype=dtype) if gated else nn.ReLU(inplace=True)
                ),
            }
            if dropout:
                layers["dropout"] = nn.Dropout(dropout, rng=generator)
            layers["pooling"] = nn.AvgPool2d(pools[k])
            for name, layer in layers.items():
                setattr(self.cnn, f"{name}{k}", layer)

    def forward(self, x: np.ndarray, lengths: Lengths = None) -> np.ndarray:  # (B, 1, T, F)
        """Feature maps (B, C, T', F'). Frames from `lengths` (B,) on are padding, and are 0 before each block.

        So each convolution sees zeros behind the end of a clip, as it does when the clip is alone.
        """
        masks = [_mask(x, lengths)]
        x = x if masks[-1] is None else x * masks[-1]
        for layer in self.cnn:
            x = layer(x)
            if isinstance(layer, nn.AvgPool2d) and lengths is not None:
                lengths = np.asarray(lengths) // layer.kernel_size[0]
                masks.append(_mask(x, lengths))
                x = x if masks[-1] is None else x * masks[-1]
        self._keep(x.shape, masks if lengths is not None else [None])
        return x

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """The chain rule; what was set to 0 has no gradient."""
        (masks,) = self._recall(grad)
        waiting = list(masks)
        for layer in reversed(list(self.cnn)):
            if isinstance(layer, nn.AvgPool2d) and len(masks) > 1:
                mask = waiting.pop()
                grad = grad if mask is None else grad * mask
            grad = layer.backward(grad)
        return grad if waiting[0] is None else grad * waiting[0]


def _mask(x: np.ndarray, lengths: Lengths) -> np.ndarray | None:
    """Ones (B, 1, T, 1), and zeros in the padding; None if there is none."""
    padding = is_padding(lengths, len(x), x.shape[2], caller="ConvBlocks")
    return None if padding is None else (~padding).astype(x.dtype)[:, None, :, None]
