r"""Exercise 06: batch normalisation, forward and backward.

Every column of x (a channel) gets the mean 0 and the variance 1 over the N rows of the batch, then a learned line:

    mean[c] = 1/N sum_n x[n, c]                 var[c] = 1/N sum_n (x[n, c] - mean[c])^2
    x_hat   = (x - mean) / sqrt(var + eps)      out    = gamma * x_hat + beta

On the way back dout = dL/dout comes in, an upstream gradient of the shape of out. gamma and beta act on all rows, so
their gradients are sums over the rows. With g = gamma * dout and <.> the mean over the rows of a column,

    dx = (g - <g> - x_hat * <g * x_hat>) / sqrt(var + eps)

The two means are there because one x moves the mean and the variance of its whole column. Derive it with a pencil if
you can, then write both functions. This is the layer while it trains; there are no running statistics.

Check:  pytest exercises/test_ex06_batch_norm.py        Hints:  python -m exercises hint 06
Lesson: lessons/03_cnn.py
"""

from typing import Any

import numpy as np


def batch_norm_forward(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float = 1e-5
) -> tuple[np.ndarray, tuple[Any, ...]]:
    """Normalise each column of a batch, then scale and shift it.

    Parameters
    ----------
    x : np.ndarray (N, C)
        A row an example, a column a channel; N at least 2.
    gamma, beta : np.ndarray (C,)
        Scale and shift of each channel.
    eps : float
        Added to the variance, inside the square root.

    Returns
    -------
    out : np.ndarray (N, C)
        The normalised batch.
    cache : tuple
        Whatever your `batch_norm_backward` needs; nobody else looks at it.
    """
    raise NotImplementedError  # three or four lines; mind the axis, and which variance


def batch_norm_backward(dout: np.ndarray, cache: tuple[Any, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of the loss with respect to the inputs of `batch_norm_forward`.

    Parameters
    ----------
    dout : np.ndarray (N, C)
        dL/dout.
    cache : tuple
        What `batch_norm_forward` returned as its second part.

    Returns
    -------
    dx : np.ndarray (N, C)
        dL/dx, through x itself, through the mean and through the variance.
    dgamma, dbeta : np.ndarray (C,)
        dL/dgamma and dL/dbeta.
    """
    raise NotImplementedError  # dbeta and dgamma are sums over the rows; dx is the formula at the top
