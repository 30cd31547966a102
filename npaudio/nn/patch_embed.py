"""From picture to tokens: cut a spectrogram into patches, and describe each one by a vector of D numbers.

A transformer reads sequences of vectors. So a patch of, say, 16 bands by 16 frames is written out as 256 numbers, and
a linear layer that is the same for all patches turns it into a token. A linear layer applied to every window of an
image is a convolution whose stride is the distance between patches; a stride below the patch size makes them overlap.

Conventions: images (B, C, F, T) in, tokens (B, F'·T', D) out, with F' = (F - patch) // stride + 1 and T' likewise.
Token number f·T' + t is the patch in row f and column t: first all times of the lowest bands, then the next.
"""

import math

import numpy as np

from npaudio.nn._checks import LayerCheck
from npaudio.nn.conv import Conv2d
from npaudio.nn.init import Rng, truncated_normal
from npaudio.nn.module import Module


class PatchEmbed(Module):
    """Patches of an image as tokens: (B, C, F, T) -> (B, F'·T', D).

    Dosovitskiy et al. 2021, and with overlapping patches Gong et al. 2021. Explained in lesson 06.

    Parameters
    ----------
    patch_size : int or pair of int
        Bands and frames of a patch.
    stride : int or pair of int, optional
        Distance from patch to patch; the patch size by default, so that patches do not overlap.
    in_channels : int
        C; 1 for a spectrogram.
    dim : int
        D, the length of a token.
    rng : np.random.Generator or int, optional
        For the initial weights: variance 1 / (numbers per patch), so that tokens are about as large as their patches.
    dtype : dtype
        Of the parameters; float32 or float64.

    Raises
    ------
    ValueError
        Sizes that are not positive whole numbers.

    See Also
    --------
    Conv2d : what it computes.

    Examples
    --------
    >>> embed = PatchEmbed(16, stride=10, dim=768, rng=0)
    >>> embed.grid(128, 1024)
    (12, 101)
    """

    def __init__(
        self,
        patch_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        *,
        in_channels: int = 1,
        dim: int,
        rng: Rng = None,
        dtype: np.typing.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        stride = patch_size if stride is None else stride
        self.proj = Conv2d(in_channels, dim, patch_size, stride=stride, rng=rng, dtype=dtype)
        shape = self.proj.weight.shape
        std = 1 / math.sqrt(math.prod(shape[1:]))
        self.proj.weight.data = truncated_normal(shape, std=std, rng=rng, dtype=dtype)
        if self.proj.bias is not None:
            self.proj.bias.data.fill(0)

    @property
    def dim(self) -> int:
        """Numbers a token."""
        return self.proj.out_channels

    def grid(self, n_freq: int, n_frames: int) -> tuple[int, int]:
        """Rows and columns of patches in `n_freq` x `n_frames` pixels; ValueError if that is less than one patch."""
        if n_freq < self.proj.kernel_size[0] or n_frames < self.proj.kernel_size[1]:
            raise ValueError(
                f"PatchEmbed: an image of {n_freq} x {n_frames} is smaller than a patch of "
                f"{self.proj.kernel_size[0]} x {self.proj.kernel_size[1]} (frequency x time); pad it"
            )
        sizes = zip((n_freq, n_frames), self.proj.kernel_size, self.proj.stride, strict=True)
        rows, columns = ((n - patch) // stride + 1 for n, patch, stride in sizes)
        return rows, columns

    def forward(self, x: np.ndarray) -> np.ndarray:  # (B, C, F, T)
        x = LayerCheck("PatchEmbed").images(x, self.proj.in_channels)
        self.grid(*x.shape[2:])
        patches = self.proj(x)  # (B, D, F', T')
        tokens = patches.transpose(0, 2, 3, 1).reshape(len(x), -1, self.dim)  # (B, F' T', D)
        self._keep(tokens.shape, patches.shape)
        return tokens

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Put the tokens back on the grid; a pixel in several patches gets the sum of their gradients."""
        return self.proj.backward(self._on_grid(grad))

    def backward_to_parameters(self, grad: np.ndarray) -> None:
        """As `backward`, but without the gradient of the image."""
        self.proj.backward_to_parameters(self._on_grid(grad))

    def _on_grid(self, grad: np.ndarray) -> np.ndarray:
        (shape,) = self._recall(grad)
        b, d, rows, columns = shape
        return grad.reshape(b, rows, columns, d).transpose(0, 3, 1, 2)
