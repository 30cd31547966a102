"""A transformer block: first the tokens exchange information, then each one is processed by itself.

    x = x + attention(norm1(x))        (B, N, D)      between tokens
    x = x + mlp(norm2(x))              (B, N, D)      within each token

Both steps are *added* to x. So a block computes a correction of its input, the gradient always has a direct path back
to the first layer (the derivative of x + f(x) is 1 + f'), and blocks can be stacked by the dozen. The norms are inside
the branches ("pre-norm"), so the direct path from the first block to the last passes through no norm.

Source: Dosovitskiy et al. 2021, eq. 2 and 3; Xiong et al. 2020 on where the norm belongs.
"""

import numpy as np

from npaudio.nn.activation import GELU
from npaudio.nn.attention import MultiHeadAttention
from npaudio.nn.dropout import Dropout
from npaudio.nn.init import Rng, as_rng
from npaudio.nn.linear import transformer_linear
from npaudio.nn.module import Module
from npaudio.nn.norm import LayerNorm
from npaudio.nn.recompute import Recomputed


class TransformerBlock(Recomputed):
    """Attention between tokens and a small network on each token, each added to its input (pre-norm).

    Vaswani et al. 2017, with the norms before the branches as in Dosovitskiy et al. 2021. In evaluation only the input
    is kept, and `backward`, if it is called, repeats the forward pass (see `Recomputed`).

    Used in lesson 06.

    Parameters
    ----------
    dim : int
        D, the length of a token.
    num_heads : int
        Heads of the attention; they share D between them.
    mlp_dim : int
        Width of the hidden layer of the small network; four times D in most transformers.
    dropout : float
        Probability of dropping numbers of either branch before it is added, in training.
    norm_eps : float
        Added to the variance in both norms.
    rng : np.random.Generator or int, optional
        For the initial weights and for dropout.
    dtype : dtype
        Of the parameters; float32 or float64.

    Raises
    ------
    ValueError
        Sizes that are not positive whole numbers, or `dim` that the heads cannot share.

    See Also
    --------
    MultiHeadAttention, LayerNorm, GELU : its parts.

    Examples
    --------
    >>> import numpy as np
    >>> block = TransformerBlock(dim=8, num_heads=2, mlp_dim=32, rng=0)
    >>> block(np.zeros((1, 5, 8), np.float32)).shape
    (1, 5, 8)
    """

    def __init__(
        self,
        dim: int,
        num_heads: int,
        mlp_dim: int,
        *,
        dropout: float = 0.0,
        norm_eps: float = 1e-6,
        rng: Rng = None,
        dtype: np.typing.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        generator = as_rng(rng)
        self.norm1 = LayerNorm(dim, eps=norm_eps, dtype=dtype)
        self.attn = MultiHeadAttention(dim, num_heads, rng=generator, dtype=dtype)
        self.norm2 = LayerNorm(dim, eps=norm_eps, dtype=dtype)
        self.mlp = Mlp(dim, mlp_dim, rng=generator, dtype=dtype)
        self.drop1, self.drop2 = Dropout(dropout, rng=generator), Dropout(dropout, rng=generator)

    def forward(self, x: np.ndarray, *, first: int | None = None) -> np.ndarray:  # (B, N, D)
        """With `first`, only that many tokens are computed, for a network that reads no others afterwards.

        The other tokens are only looked at. So (B, N, D) becomes (B, first, D), with the same numbers up to rounding.
        It is called as `block.forward(x, first=2)`.
        """
        return super().forward(x, first=first)

    def _forward(self, x: np.ndarray, first: int | None = None) -> np.ndarray:  # (B, N, D)
        from_others = self.drop1(self.attn.forward(self.norm1(x), first=first))  # (B, n, D)
        x = add_to(x[:, :first], from_others)
        return add_to(x, self.drop2(self.mlp(self.norm2(x))))  # (B, n, D)

    def _backward(self, grad: np.ndarray) -> np.ndarray:  # (B, n, D)
        """The derivative of x + f(x) is 1 + f': the gradient itself, plus what comes back through the branch.

        A token that was only looked at has no gradient of its own, only what comes back through attention.
        """
        grad = add_to(grad, self.norm2.backward(self.mlp.backward(self.drop2.backward(grad))))  # (B, n, D)
        from_branch = self.norm1.backward(self.attn.backward(self.drop1.backward(grad)))  # (B, N, D)
        from_branch[:, : grad.shape[1]] += grad
        return from_branch


def add_to(x: np.ndarray, correction: np.ndarray) -> np.ndarray:
    """The sum x + correction, in the memory of `correction`."""
    return np.add(x, correction, out=correction)


class Mlp(Module):
    """Two linear layers with a GELU between them, on each token alone: (..., D) -> (..., M) -> (..., D)."""

    def __init__(self, dim: int, hidden_dim: int, *, rng: Rng = None, dtype: np.typing.DTypeLike = np.float32) -> None:
        super().__init__()
        generator = as_rng(rng)
        self.fc1 = transformer_linear(dim, hidden_dim, rng=generator, dtype=dtype)
        self.act = GELU()
        self.fc2 = transformer_linear(hidden_dim, dim, rng=generator, dtype=dtype)

    def forward(self, x: np.ndarray) -> np.ndarray:  # (..., D)
        rows = x.reshape(-1, x.shape[-1])  # all tokens of all clips in one tall matrix
        y = self.fc2(self.act(self.fc1(rows))).reshape(x.shape)
        self._keep(y.shape)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """The chain rule through the three layers in reverse."""
        self._recall(grad)
        rows = grad.reshape(-1, grad.shape[-1])
        return self.fc1.backward(self.act.backward(self.fc2.backward(rows))).reshape(grad.shape)
