"""The parts that Cnn6, Cnn10 and Cnn14 are made of: convolution blocks, and what becomes of time at the end.

Conventions: images (B, C, T, F), time before frequency, because the published kernels are stored that way.
"""

import numpy as np

from npaudio import nn
from npaudio.nn.init import Rng, as_rng, kaiming_uniform
from npaudio.nn.recompute import Recomputed


class ConvBlock(Recomputed):
    """Once or twice (convolution without bias, BatchNorm, ReLU), then average pooling and dropout.

    Parameters
    ----------
    n_in, n_out : int
        Channels before and after.
    kernel_size : int
        Of each convolution; the padding keeps the size of the image.
    n_convs : int
        1 or 2.
    pool : int
        Both axes are divided by it; 1 for no pooling.
    dropout : float
        Probability of dropping at the end, in training.
    rng, dtype
        For the initial weights and dropout; type of the parameters.
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        *,
        kernel_size: int = 3,
        n_convs: int = 2,
        pool: int = 2,
        dropout: float = 0.2,
        rng: Rng = None,
        dtype: np.typing.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        generator = as_rng(rng)
        self.n_convs = n_convs
        for number in range(1, n_convs + 1):
            setattr(self, f"conv{number}", _conv(n_in, n_out, kernel_size, generator, dtype))
            setattr(self, f"bn{number}", nn.BatchNorm2d(n_out, dtype=dtype))
            setattr(self, f"relu{number}", nn.ReLU(inplace=True))
            n_in = n_out
        self.pool = nn.AvgPool2d(pool)
        self.drop = nn.Dropout(dropout, rng=generator)

    def _forward(self, x: np.ndarray) -> np.ndarray:  # (B, C, T, F)
        for layer in self._layers():
            x = layer(x)
        return x  # (B, O, T / pool, F / pool)

    def _backward(self, grad: np.ndarray) -> np.ndarray:
        for layer in reversed(self._layers()):
            grad = layer.backward(grad)
        return grad

    def _layers(self) -> list[nn.Module]:
        numbers = range(1, self.n_convs + 1)
        stages = [getattr(self, f"{kind}{number}") for number in numbers for kind in ("conv", "bn", "relu")]
        return [*stages, *([] if self.pool.kernel_size == (1, 1) else [self.pool]), self.drop]


class MaxPlusMean(nn.Module):
    """Sequences of vectors to one vector: the maximum over time plus the mean over time, (B, C, T) -> (B, C)."""

    def forward(self, x: np.ndarray) -> np.ndarray:  # (B, C, T)
        winner = x.argmax(axis=2)[..., None]  # (B, C, 1)
        y = np.take_along_axis(x, winner, axis=2)[..., 0] + x.mean(axis=2)
        self._keep(y.shape, winner, x.shape)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """The mean gives every moment g / T; the maximum gives all of g to the moment that won."""
        winner, shape = self._recall(grad)
        grad_x = np.repeat(grad[..., None] / grad.dtype.type(shape[2]), shape[2], axis=2)
        won = np.take_along_axis(grad_x, winner, axis=2)
        np.put_along_axis(grad_x, winner, won + grad[..., None], axis=2)
        return grad_x


class MeanOverFrequency(nn.Module):
    """Images (B, C, T, F) to sequences (B, C, T)."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        y = x.mean(axis=3)
        self._keep(y.shape, x.shape)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Every one of the F bands receives g / F."""
        (shape,) = self._recall(grad)
        return np.repeat(grad[..., None] / grad.dtype.type(shape[3]), shape[3], axis=3)


class BandNorm(nn.BatchNorm2d):
    """BatchNorm with one mean and one variance for each mel band: (B, 1, n_mels, T) -> (B, 1, T, n_mels), turned."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        y = super().forward(x.transpose(0, 2, 3, 1))  # (B, n_mels, T, 1), the bands as channels
        return y.transpose(0, 3, 2, 1)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """BatchNorm's own, between turning the image back and forth."""
        grad_x = super().backward(grad.transpose(0, 3, 2, 1))
        return grad_x.transpose(0, 3, 1, 2)


def _conv(n_in: int, n_out: int, kernel_size: int, rng: np.random.Generator, dtype: np.typing.DTypeLike) -> nn.Conv2d:
    """A convolution that keeps the size of the image, its weights drawn for the ReLU that follows."""
    conv = nn.Conv2d(n_in, n_out, kernel_size, padding=kernel_size // 2, bias=False, rng=rng, dtype=dtype)
    conv.weight.data = _stored_as_multiplied(kaiming_uniform(conv.weight.shape, rng=rng, dtype=dtype))
    n_out, n_in, *kernel = conv.weight.shape
    conv.weight.grad = np.zeros((*kernel, n_in, n_out), dtype).transpose(3, 2, 0, 1)
    return conv


def _stored_as_multiplied(weight: np.ndarray) -> np.ndarray:
    """The same weight (O, C, kh, kw), in memory as the matrix (kh kw C, O) that columns are multiplied with.

    Otherwise every forward pass of Cnn14 would first rearrange 300 MB, which takes longer than its convolutions.
    """
    return np.ascontiguousarray(weight.transpose(2, 3, 1, 0)).transpose(3, 2, 0, 1)
