"""The convolutional part of event detectors: from spectrograms to features of each frame.

Conventions: inside, images are (B, C, T, F), time before frequency, as in the DESED baseline, so that its weights fit;
stored channels-last. Poolings are pairs (time, frequency).
"""

from collections.abc import Sequence

import numpy as np

from npaudio import nn
from npaudio._core.threads import for_each
from npaudio.nn.fast.channels_last import batch_tiles, channels_first, channels_last, empty, parts, sum_rows
from npaudio.nn.init import Rng, as_rng
from npaudio.nn.lengths import Lengths, is_padding

Pools = Sequence[tuple[int, int]]


class GatedLinearUnit(nn.Linear):
    """y = (W x + b) · sigmoid(x) for the C channels x of each pixel: a linear layer whose outputs pass through gates.

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

    bias: nn.Parameter  # always there

    def __init__(self, channels: int, *, rng: Rng = None, dtype: np.typing.DTypeLike = np.float32) -> None:
        super().__init__(channels, channels, rng=rng, dtype=dtype)

    def forward(self, x: np.ndarray) -> np.ndarray:  # (B, C, T, F)
        rows = self._rows(x)  # (n, C)
        y = empty(rows.shape, rows.dtype)

        def let_through(tile: slice) -> None:
            linear, gate = self._linear_and_gate(rows[tile])
            np.multiply(linear, gate, out=y[tile])

        for_each(let_through, batch_tiles(y))
        self._keep(x.shape, rows)
        return self._images(y, x.shape)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """The product rule: d(linear) = g · s, and through the gate dx = g · linear · s (1 - s); see `nn.Linear`.

        Both factors are computed once more, a tile at a time: that is quicker than storing and loading them.
        """
        (rows,) = self._recall(grad)
        g = self._rows(grad)  # (n, C)
        grad_x = empty(rows.shape, rows.dtype)

        def backward_tile(part: list[slice]) -> tuple[np.ndarray, np.ndarray]:
            grad_weight, grad_bias = np.zeros_like(self.weight.data), np.zeros_like(self.weight.data[0])
            for tile in part:
                linear, gate = self._linear_and_gate(rows[tile])
                to_linear = g[tile] * gate
                grad_weight += to_linear.T @ rows[tile]
                grad_bias += sum_rows(to_linear)
                through_gate = np.subtract(1, gate, out=gate)
                through_gate *= linear
                through_gate *= to_linear
                np.matmul(to_linear, self.weight.data, out=grad_x[tile])
                grad_x[tile] += through_gate
            return grad_weight, grad_bias

        for grad_weight, grad_bias in for_each(backward_tile, parts(batch_tiles(g))):
            self.weight.grad += grad_weight
            self.bias.grad += grad_bias
        return self._images(grad_x, grad.shape)

    def _linear_and_gate(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """W x + b and sigmoid(x) = (1 + tanh(x / 2)) / 2 for rows (n, C)."""
        linear = rows @ self.weight.data.T
        linear += self.bias.data
        gate = rows * rows.dtype.type(0.5)
        np.tanh(gate, out=gate)
        gate += 1
        gate *= rows.dtype.type(0.5)
        return linear, gate

    def _rows(self, x: np.ndarray) -> np.ndarray:
        return channels_last(x).reshape(-1, self.in_features)

    def _images(self, rows: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        b, c, t, f = shape
        return channels_first(rows.reshape(b, t, f, c))


class ConvBlocks(nn.Module):
    """Blocks of convolution 3 x 3, BatchNorm, nonlinearity, dropout and mean pooling; the layers have DESED's names.

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
            }
            if gated:
                layers["glu"] = named_layers(linear=GatedLinearUnit(n_out, rng=generator, dtype=dtype))
            else:
                layers["relu"] = nn.ReLU(inplace=True)
            if dropout:
                layers["dropout"] = nn.Dropout(dropout, rng=generator)
            layers["pooling"] = nn.AvgPool2d(pools[k])
            for name, layer in layers.items():
                setattr(self.cnn, f"{name}{k}", layer)

    def forward(self, x: np.ndarray, lengths: Lengths = None) -> np.ndarray:  # (B, 1, T, F)
        """Feature maps (B, C, T', F'). Frames from `lengths` (B,) on are padding, and are 0 before each block.

        So each convolution sees zeros after the end of a clip, as it does when the clip is alone.
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


def named_layers(**layers: nn.Module) -> nn.Sequential:
    """Layers one after the other, under names of their own instead of numbers."""
    sequence = nn.Sequential()
    for name, layer in layers.items():
        setattr(sequence, name, layer)
    return sequence


def _mask(x: np.ndarray, lengths: Lengths) -> np.ndarray | None:
    """Ones (B, 1, T, 1), and zeros in the padding; None if there is none."""
    padding = is_padding(lengths, len(x), x.shape[2], caller="ConvBlocks")
    return None if padding is None else (~padding).astype(x.dtype)[:, None, :, None]
