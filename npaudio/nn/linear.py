"""The linear layer: every output is a weighted sum of all inputs. Its gradient is the pattern for all other layers.

Conventions: the weight is stored as PyTorch's, (out_features, in_features); any number of leading axes.
"""

import numpy as np

from npaudio._core.threads import product, products
from npaudio.nn.fast.channels_last import sum_rows
from npaudio.nn.init import Rng, torch_default, truncated_normal
from npaudio.nn.module import Module, Parameter


class Linear(Module):
    """y = x·Wᵀ + b over the last axis.

    Used in lesson 03.

    Parameters
    ----------
    in_features, out_features : int
        Lengths of the last axis before and after.
    bias : bool
        Whether b is added.
    rng : np.random.Generator or int, optional
        For the initial weights, uniform within ±1 / sqrt(in_features), as in PyTorch.
    dtype : dtype
        Of the parameters; float32 or float64.

    Raises
    ------
    ValueError
        Sizes that are not positive whole numbers.

    See Also
    --------
    Conv2d : the same weights at every place.

    Examples
    --------
    >>> layer = Linear(2, 3, rng=0)
    >>> layer(np.ones((4, 5, 2), np.float32)).shape
    (4, 5, 3)
    >>> layer.backward(np.ones((4, 5, 3), np.float32)).shape, layer.bias.grad
    ((4, 5, 2), array([20., 20., 20.], dtype=float32))
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        rng: Rng = None,
        dtype: np.typing.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        self.in_features = self._checks.whole_number(in_features, "in_features")
        self.out_features = self._checks.whole_number(out_features, "out_features")
        weight, bias_values = torch_default((self.out_features, self.in_features), rng=rng, dtype=dtype)
        self.weight = Parameter(weight)  # (O, I)
        self.bias = Parameter(bias_values) if bias else None  # (O,)

    def forward(self, x: np.ndarray) -> np.ndarray:  # (..., I)
        x = self._checks.features(x, self.in_features)
        bias = None if self.bias is None else self.bias.data
        y = product(x.reshape(-1, self.in_features), self.weight.data.T, plus=bias)  # (n, O)
        y = y.reshape(*x.shape[:-1], self.out_features)  # (..., O)
        self._keep(y.shape, x)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """From y_o = Σ_i W_oi x_i + b_o:  dx_i = Σ_o g_o W_oi,  dW_oi = g_o x_i,  db_o = g_o.

        W and b are shared by all rows, so their gradients are sums over the rows: dW = gᵀ·x, db = 1ᵀ·g.
        """
        (x,) = self._recall(grad)
        rows = grad.reshape(-1, self.out_features)  # (n, O)
        grad_weight, grad_x = products(
            (rows.T, x.reshape(-1, self.in_features), None),  # (O, n) (n, I)
            (rows, self.weight.data, None),  # (n, O) (O, I)
        )
        self.weight.grad += grad_weight
        if self.bias is not None:
            self.bias.grad += sum_rows(rows)
        return grad_x.reshape(x.shape)  # (..., I)

    def _options(self) -> str:
        return f"{self.in_features}, {self.out_features}" + ("" if self.bias else ", bias=False")


def transformer_linear(
    n_in: int, n_out: int, bias: bool = True, *, rng: np.random.Generator, dtype: np.typing.DTypeLike
) -> Linear:
    """A linear layer with a transformer's initial weights: normal, standard deviation 0.02; biases zero."""
    layer = Linear(n_in, n_out, bias, rng=rng, dtype=dtype)
    layer.weight.data = truncated_normal((n_out, n_in), rng=rng, dtype=dtype)
    if layer.bias is not None:
        layer.bias.data.fill(0)
    return layer
