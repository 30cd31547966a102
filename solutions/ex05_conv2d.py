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
    # [yours] pad, then add up a product for each position (u, v) of the kernel
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    kf, kt = w.shape[2:]
    rows, columns = 1 + (xp.shape[2] - kf) // stride, 1 + (xp.shape[3] - kt) // stride
    out = np.zeros((len(x), len(w), rows, columns), dtype=x.dtype) + b[:, np.newaxis, np.newaxis]
    for u in range(kf):
        for v in range(kt):
            seen = xp[:, :, u : u + rows * stride : stride, v : v + columns * stride : stride]  # (N, C, rows, columns)
            out += np.einsum("ncij,oc->noij", seen, w[:, :, u, v])
    return out, (xp, w, stride, pad)


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
    # [yours] the same loop over (u, v): each product of the forward pass gives to dw and to dx
    xp, w, stride, pad = cache
    rows, columns = dout.shape[2:]
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for u in range(w.shape[2]):
        for v in range(w.shape[3]):
            here = np.s_[:, :, u : u + rows * stride : stride, v : v + columns * stride : stride]
            dw[:, :, u, v] = np.einsum("noij,ncij->oc", dout, xp[here])
            dxp[here] += np.einsum("noij,oc->ncij", dout, w[:, :, u, v])
    dx = dxp[:, :, pad : xp.shape[2] - pad, pad : xp.shape[3] - pad]
    return dx, dw, dout.sum(axis=(0, 2, 3))
