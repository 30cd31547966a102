r"""Exercise 09: attention, forward and backward.

Each of N queries asks M keys how well they fit, and gets the mean of the M values, weighted by the answers:

    scores  = q k^T / sqrt(d)             (N, M)      d is the length of a query, and of a key
    weights = softmax(scores)             (N, M)      over the keys: each row is positive and sums to 1
    out     = weights v                   (N, e)      e is the length of a value

The softmax of a row is exp(x) / sum of exp(x). Take the row's largest number away first: that changes nothing, and exp
can't overflow.

On the way back dout = dL/dout comes in. Through the products,

    dv = weights^T dout                   dweights = dout v^T

through the softmax, where every weight depends on every score of its row,

    dscores = weights * (dweights - sum over the keys of weights * dweights)

and through the scores, dq = dscores k / sqrt(d) and dk = dscores^T q / sqrt(d). One head, one clip, no mask.

Check:  pytest exercises/test_ex09_attention.py        Hints:  python -m exercises hint 09
Lesson: lessons/06_transformer.py
"""

from typing import Any

import numpy as np


def softmax(x: np.ndarray) -> np.ndarray:
    """Turn each row into positive numbers that sum to 1.

    Parameters
    ----------
    x : np.ndarray (n_rows, n_columns)
        Scores of any size, 1000 and -1000 included.

    Returns
    -------
    np.ndarray (n_rows, n_columns)
        exp(x) / sum of exp(x), a row at a time.
    """
    raise NotImplementedError  # the row's maximum away, exp, divide by the row's sum


def attention_forward(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, tuple[Any, ...]]:
    """Scaled dot-product attention; Vaswani et al. 2017, equation 1.

    Parameters
    ----------
    q : np.ndarray (N, d)
        A row a query.
    k : np.ndarray (M, d)
        A row a key.
    v : np.ndarray (M, e)
        A row a value, one for each key.

    Returns
    -------
    out : np.ndarray (N, e)
        A row for each query.
    cache : tuple
        Whatever your `attention_backward` needs; nobody else looks at it.
    """
    raise NotImplementedError  # scores, weights, and what is kept


def attention_backward(dout: np.ndarray, cache: tuple[Any, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of the loss with respect to the inputs of `attention_forward`.

    Parameters
    ----------
    dout : np.ndarray (N, e)
        dL/dout.
    cache : tuple
        What `attention_forward` returned as its second part.

    Returns
    -------
    dq : np.ndarray (N, d)
    dk : np.ndarray (M, d)
    dv : np.ndarray (M, e)
        Each in the shape of its input.
    """
    raise NotImplementedError  # back through the three steps, last one first
