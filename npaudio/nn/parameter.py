"""What a layer learns: an array, and beside it the gradient of the loss with respect to it."""

import numpy as np


class Parameter:
    """An array to be learned, and the gradient of the loss with respect to it.

    Explained in lesson 03.

    Parameters
    ----------
    data : np.ndarray
        The values; float32 or float64.

    Attributes
    ----------
    data, grad : np.ndarray
        Of the same shape and dtype; `grad` starts at zero and is added to by every `backward`.

    See Also
    --------
    Module : finds all of them, `named_parameters()`.
    """

    def __init__(self, data: np.ndarray) -> None:
        self.data = np.ascontiguousarray(data)
        self.grad = np.zeros(self.data.shape, self.data.dtype)  # unlike zeros_like: no memory until it is written to

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the values and of the gradient."""
        return self.data.shape

    @property
    def size(self) -> int:
        """How many numbers are learned."""
        return self.data.size

    def zero_grad(self) -> None:
        """Set the gradient to zero, in place."""
        self.grad.fill(0)

    def __repr__(self) -> str:
        return f"Parameter(shape={self.shape}, dtype={self.data.dtype})"
