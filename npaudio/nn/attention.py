r"""Attention: every token looks at all tokens, decides how much each one matters to it, and takes their weighted mean.

A convolution sees its neighbors. Attention sees everything at once: the second bark of a dog can look at the first
one, wherever that was. From each token x_i three vectors are computed, by linear functions that are learned:

    query q_i   what am I looking for?
    key   k_j   what do I have to offer?
    value v_j   what do I pass on to those that look at me?

Definition
----------
The score of a key for a query is their scalar product. The softmax turns the scores of one query with all N keys into
weights, which are positive and sum to 1. The output is the mean of the values with these weights:

    s_ij = q_i · k_j / sqrt(d)                 scores    (N, N)
    p_ij = exp(s_ij) / Σ_m exp(s_im)           weights   (N, N)    each row sums to 1
    o_i  = Σ_j p_ij v_j                        output    (N, d)

or in one line, softmax(Q Kᵀ / sqrt(d)) V. Why sqrt(d)? If the d numbers of q and k are independent with variance 1,
their scalar product has variance d. Without the division the scores would be of the size of sqrt(d), one weight of each
row would be almost 1, and the softmax would pass on hardly any gradient.

Four tokens, with a pencil
--------------------------
Tokens 0 and 2 are barks, token 1 is silence, token 3 is a siren. Each kind has its own key (d = 4, so sqrt(d) = 2), and
each token looks for its own kind. The factor 2 ln 3 is chosen so that a match scores ln 3 and everything else 0:

>>> import numpy as np
>>> from npaudio.nn.attention import attention, attention_backward, attention_weights
>>> k = np.eye(4)[[0, 1, 0, 2]]
>>> q = 2 * np.log(3) * k
>>> v = np.array([[0.0], [0.0], [0.0], [24.0]])

exp(ln 3) = 3 and exp(0) = 1. So the first bark gives 3 parts each to itself and to the other bark, 1 part each to
silence and siren: 8 parts in all. The siren finds only itself: 3 of 6 parts.

>>> attention_weights(q, k)[0] * 8
array([3., 1., 3., 1.])
>>> attention_weights(q, k)[3] * 6
array([1., 1., 1., 3.])

Only the siren has a value other than zero, v = 24, and every token receives its share of it:

>>> attention(q, k, v).ravel()
array([ 3.,  4.,  3., 12.])

The backward pass
-----------------
Let g_i = dL/do_i be given. Two of the three steps are matrix products, and C = A B has dA = dC Bᵀ and dB = Aᵀ dC.
Hence, from o = P V and S = Q Kᵀ / sqrt(d),

    dV = Pᵀ g            dP = g Vᵀ            dQ = dS K / sqrt(d)            dK = dSᵀ Q / sqrt(d)

The step between them is the softmax of one row, p_j = exp(s_j) / Z with Z = Σ_m exp(s_m). Raising s_m raises exp(s_m),
and Z with it. The first raises p_m, the second lowers every weight of the row, p_m included:

    dp_j/ds_m = p_j · [j = m]  -  p_j · p_m              (quotient rule; dZ/ds_m = exp(s_m) = Z · p_m)

    dL/ds_m = Σ_j dL/dp_j · dp_j/ds_m
            = p_m · dL/dp_m - p_m · Σ_j p_j · dL/dp_j
            = p_m · (dL/dp_m - <dL/dp>)                  where <.> is the mean with the weights p

In words: raising a score raises L if dL/dp of its weight is above the mean of the row. The result sums to zero,
because adding the same number to all scores of a row changes nothing.

With the pencil again: let L = o_0, the output of the first bark, so g = (1, 0, 0, 0). Then dL/dp is (0, 0, 0, 24) in
the first row, its mean with the weights is 24/8 = 3, and dL/ds = (3, 1, 3, 1)/8 · (-3, -3, -3, 21).

>>> g = np.array([[1.0], [0.0], [0.0], [0.0]])
>>> dq, dk, dv = attention_backward(q, k, v, g)
>>> dv.ravel() * 8  # the weights with which the first bark looked at the values
array([3., 1., 3., 1.])
>>> dq[0] * 16  # dL/ds · K / 2: barks -9 - 9, silence -3, siren 21; no token has the fourth key
array([-18.,  -3.,  21.,   0.])

Several heads, and blocks of queries
------------------------------------
One softmax gives each token one set of weights. `MultiHeadAttention` cuts q, k and v of D numbers into H heads of
d = D/H, computes attention in each head, and mixes their outputs with one more linear layer.

The weights of all heads are H·N² numbers, 71 MB for the 1,214 tokens of a 10 s clip and 12 heads. But a row needs
no other row. So queries are processed in blocks (`fast/attention_blocks.py`), and memory grows with N instead of N².

Source: Vaswani et al. 2017, section 3.2.
"""

import math

import numpy as np

from npaudio._core.threads import for_each
from npaudio.nn.fast.attention_blocks import Block, blocks, blocks_by_head
from npaudio.nn.fast.exponential import longest, lower_large_rows, quickest_exp
from npaudio.nn.init import Rng, as_rng
from npaudio.nn.linear import transformer_linear
from npaudio.nn.module import Module


def attention(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The definition, softmax(q kᵀ / sqrt(d)) v, with the division by Z moved after the product.

    Σ_j (exp(s_ij) / Z_i) v_j = (Σ_j exp(s_ij) v_j) / Z_i, which divides n·e numbers instead of n·N.

    Parameters
    ----------
    q, k, v : np.ndarray (..., n, d), (..., N, d), (..., N, e)
        Queries; a key and a value of each token.

    Returns
    -------
    np.ndarray (..., n, e)
        For each query the weighted mean of the values.
    """
    powers = _exp_scores(q, k)  # (..., n, N)
    z = powers @ np.ones((k.shape[-2], 1), powers.dtype)  # (..., n, 1), the sum of each row
    return (powers @ v) / z  # (..., n, N) (..., N, e)


def attention_weights(q: np.ndarray, k: np.ndarray) -> np.ndarray:
    """How much each query looks at each key: softmax(q kᵀ / sqrt(d)), (..., n, N)."""
    powers = _exp_scores(q, k)  # (..., n, N)
    powers /= powers.sum(axis=-1, keepdims=True)
    return powers


def attention_backward(q: np.ndarray, k: np.ndarray, v: np.ndarray, g: np.ndarray) -> tuple[np.ndarray, ...]:
    """From g = dL/do compute dL/dq, dL/dk and dL/dv; derived at the top of the module. Weights are computed again."""
    scale = q.dtype.type(1 / math.sqrt(q.shape[-1]))
    p = attention_weights(q, k)  # (..., n, N)
    dv = p.swapaxes(-1, -2) @ g  # (..., N, e)
    ds = g @ v.swapaxes(-1, -2)  # (..., n, N)   here still dL/dp
    ds -= np.einsum("...ij,...ij->...i", ds, p)[..., None]  # minus its mean with the weights
    ds *= p
    dq = (ds @ k) * scale  # (..., n, d)
    dk = ds.swapaxes(-1, -2) @ (q * scale)  # (..., N, d)
    return dq, dk, dv


class MultiHeadAttention(Module):
    """H heads of attention over the same tokens, side by side: (B, N, D) -> (B, N, D).

    Explained in lesson 06.

    Parameters
    ----------
    embed_dim : int
        D, the length of a token.
    num_heads : int
        H; each head works on d = D/H of the numbers.
    bias : bool
        Whether q, k and v have a bias.
    rng : np.random.Generator or int, optional
        For the initial weights: normal, standard deviation 0.02, truncated at two deviations; biases zero.
    dtype : dtype
        Of the parameters; float32 or float64.

    Raises
    ------
    ValueError
        `embed_dim` is not a multiple of `num_heads`, or either is not a positive whole number.

    See Also
    --------
    TransformerBlock : the attention with what belongs around it.

    Notes
    -----
    The rows of the linear layer `qkv` are those of q, then k, then v; `proj` mixes the heads. PyTorch's
    MultiheadAttention calls their weights `in_proj_weight` and `out_proj.weight`.

    Examples
    --------
    >>> attention = MultiHeadAttention(8, num_heads=2, rng=0)
    >>> tokens = np.random.default_rng(0).standard_normal((1, 5, 8), np.float32)
    >>> attention(tokens).shape, attention.weights(tokens).shape
    ((1, 5, 8), (1, 2, 5, 5))
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        bias: bool = True,
        *,
        rng: Rng = None,
        dtype: np.typing.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        self.embed_dim = self._checks.whole_number(embed_dim, "embed_dim")
        self.num_heads = self._checks.whole_number(num_heads, "num_heads")
        if embed_dim % num_heads:
            message = (
                f"embed_dim={embed_dim} is not divisible by num_heads={num_heads}; choose a number that divides it"
            )
            raise self._checks.error(message)
        generator = as_rng(rng)
        self.qkv = transformer_linear(embed_dim, 3 * embed_dim, bias, rng=generator, dtype=dtype)
        self.proj = transformer_linear(embed_dim, embed_dim, rng=generator, dtype=dtype)

    def forward(self, x: np.ndarray, *, first: int | None = None) -> np.ndarray:  # (B, N, D)
        """With `first`, only that many tokens look at all N, and are returned: (B, first, D)."""
        x = self._checked(x)
        n = None if first is None else self._checks.whole_number(first, "first")
        q, k, v = self._project(x)  # three times (B, H, N, d)
        q = q[:, :, :n]  # (B, H, n, d)
        mixed = np.empty((len(x), q.shape[2], self.num_heads, q.shape[3]), q.dtype)  # (B, n, H, d)
        outputs = mixed.transpose(0, 2, 1, 3)  # the same memory as (B, H, n, d)

        def attend(block: Block) -> None:
            keys = block[:2]  # of all tokens
            outputs[block] = attention(q[block], k[keys], v[keys])  # (b, h, n, d)

        for_each(attend, blocks(q.shape, n_keys=x.shape[1]))
        y = self.proj(mixed.reshape(-1, self.embed_dim)).reshape(len(x), -1, self.embed_dim)  # (B, n, D)
        self._keep(y.shape, q, k, v)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:  # (B, n, D)
        """The three steps in reverse: the mixing layer, attention, the projection to q, k and v.

        One thread takes all blocks of a head, because the gradient of a key is a sum over the blocks of queries.
        """
        q, k, v = self._recall(grad)
        grad_mixed = self.proj.backward(grad.reshape(-1, self.embed_dim)).reshape(grad.shape)  # (B, n, D)
        (g,) = self._split(grad_mixed)  # (B, H, n, d)
        grad_qkv = np.zeros((len(grad), k.shape[2], 3 * self.embed_dim), q.dtype)  # (B, N, 3 D)
        dq, dk, dv = self._split(grad_qkv)  # views of it, three times (B, H, N, d)
        dq = dq[:, :, : q.shape[2]]  # (B, H, n, d)

        def backward_tile(of_one_head: list[Block]) -> None:
            for block in of_one_head:
                keys = block[:2]  # of all tokens
                from_q, from_k, from_v = attention_backward(q[block], k[keys], v[keys], g[block])
                dq[block] = from_q
                dk[keys] += from_k
                dv[keys] += from_v

        for_each(backward_tile, blocks_by_head(q.shape, n_keys=k.shape[2]))
        grad_x = self.qkv.backward(grad_qkv.reshape(-1, 3 * self.embed_dim))
        return grad_x.reshape(len(grad), -1, self.embed_dim)  # (B, N, D)

    def weights(self, x: np.ndarray, queries: slice = slice(None)) -> np.ndarray:
        """The attention weights, for inspection: (B, H, n, N), each row sums to 1.

        Parameters
        ----------
        x : np.ndarray (B, N, D)
            Tokens, as for `forward`.
        queries : slice
            Whose weights to return; those of all N tokens are H·N² numbers per image.

        Returns
        -------
        np.ndarray (B, H, n, N)
            From 0 to 1.

        Raises
        ------
        ValueError
            As `forward`.
        """
        q, k, _ = self._project(self._checked(x))
        return attention_weights(q[:, :, queries], k)

    def _project(self, x: np.ndarray) -> list[np.ndarray]:
        """Queries, keys and values of each head, three times (B, H, N, d)."""
        joined = self.qkv(x.reshape(-1, self.embed_dim))  # (B N, 3 D)
        return self._split(joined.reshape(*x.shape[:2], -1))

    def _split(self, joined: np.ndarray) -> list[np.ndarray]:
        """View (B, N, m·D) as m arrays (B, H, N, d); never copies."""
        b, n, width = joined.shape
        m, d = width // self.embed_dim, self.embed_dim // self.num_heads
        return list(joined.reshape(b, n, m, self.num_heads, d).transpose(2, 0, 3, 1, 4))

    def _checked(self, x: np.ndarray) -> np.ndarray:
        x = self._checks.floating(x, "x")
        if x.ndim != 3 or x.shape[2] != self.embed_dim or x.size == 0:
            raise self._checks.error(
                f"x has shape {x.shape}, expected tokens (batch, n_tokens, {self.embed_dim}), at "
                "least one of them; build the layer for that size, or check the order of the axes"
            )
        return x

    def _options(self) -> str:
        return f"{self.embed_dim}, {self.num_heads}"


def _exp_scores(q: np.ndarray, k: np.ndarray) -> np.ndarray:
    """exp(q kᵀ / sqrt(d)), (..., n, N), each row times a constant that cancels in the softmax."""
    exp, factor = quickest_exp(q.dtype)  # exp(s) = exp2(log2(e) · s)
    scaled = q * q.dtype.type(factor / math.sqrt(q.shape[-1]))  # (..., n, d), smaller than the scores
    scores = scaled @ k.swapaxes(-1, -2)  # (..., n, N)
    lower_large_rows(scores, at_most=longest(scaled) * longest(k))  # |q · k| <= |q| |k|
    return exp(scores, out=scores)
