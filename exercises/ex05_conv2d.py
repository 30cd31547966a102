r"""Exercise 05: a two-dimensional convolution, forward and backward.

What deep learning calls a convolution slides a kernel over the image without turning it round:

    out[n, o, i, j] = b[o] + sum_{c, u, v}  w[o, c, u, v] * xp[n, c, i * stride + u, j * stride + v]

where xp is x with `pad` zeros on each of the four sides. Backwards comes dout, the derivative of some loss L with
respect to out; the chain rule asks, for each of x, w and b, which out it has been part of, and with which factor:

    db[o]           = sum_{n, i, j}     dout[n, o, i, j]
    dw[o, c, u, v]  = sum_{n, i, j}     dout[n, o, i, j] * xp[n, c, i * stride + u, j * stride + v]
    dxp[n, c, i * stride + u, j * stride + v]  gets  + dout[n, o, i, j] * w[o, c, u, v]  from all o, i, j, u, v

and dx is dxp without the padding. NumPy is enough; loops over the positions of the kernel are quick enough.

Check:  pytest exercises/test_ex05_conv2d.py        Hints:  python -m exercises hint 05
Lesson: lessons/03_cnn.py
"""

from typing import Any

import numpy as np


def conv2d_forward(
    x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int = 1, pad: int = 0
) -> tuple[np.ndarray, Any]:
    """Slide each of O kernels over each of N images.

    Parameters
    ----------
    x : np.ndarray (N, C, F, T)
        Images: batch, channel, frequency, time.
    w : np.ndarray (O, C, kf, kt)
        Kernels.
    b : np.ndarray (O,)
        A bias for each output channel.
    stride : int
        Step along both axes.
    pad : int
        Zeros on each side of both axes.

    Returns
    -------
    out : np.ndarray (N, O, 1 + (F + 2 pad - kf) // stride, 1 + (T + 2 pad - kt) // stride)
        The convolution.
    cache : Any
        Whatever conv2d_backward needs; nothing may be kept elsewhere.
    """
    raise NotImplementedError  # pad, then add up a product for each position (u, v) of the kernel


def conv2d_backward(dout: np.ndarray, cache: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Derivatives of the loss with respect to x, w and b.

    Parameters
    ----------
    dout : np.ndarray, the shape of out
        Derivative of the loss with respect to out.
    cache : Any
        From the call of conv2d_forward that gave this out.

    Returns
    -------
    dx, dw, db : np.ndarray
        In the shapes of x, w and b.
    """
    raise NotImplementedError  # the same loop over (u, v): each product of the forward pass gives to dw and to dx
