"""Probes of exercise 09, attention."""

from functools import partial

import numpy as np

from exercises.checking.probes.asking import Probe

AXES = {"softmax": ("the rows", "the columns"), "attention_backward": ("the queries", "the keys")}
WORDS = {"powers": "the exponentials", "weights": "the weights", "dweights": "the gradient of the weights", "dscores":
         "the gradient of the scores", "x": "the scores"}  # fmt: skip


def scores(rng):
    """Rows of any size, now and then far out."""
    x = rng.normal(size=tuple(int(n) for n in rng.integers(1, 6, 2)))
    return (x + rng.choice([0, 0, 0, 1000, -1000], size=(len(x), 1)),)


def tokens(rng):
    """q, k, v."""
    n, m, d, e = (int(k) for k in rng.integers(1, 7, 4))
    if rng.random() < 0.6:
        n = m = d = e = max(n, 2)
    return rng.normal(size=(n, d)), rng.normal(size=(m, d)), rng.normal(size=(m, e))


def with_gradient(rng):
    """q, k, v, dout."""
    q, k, v = tokens(rng)
    return q, k, v, rng.normal(size=(len(q), v.shape[1]))


def gradient(module, q, k, v, dout, part):
    """dq, dk or dv, by way of the module's own cache."""
    return module.attention_backward(dout, module.attention_forward(q, k, v)[1])[part]


def large(rng):
    """Rows around 1000 and -1000."""
    return (np.round(scores(rng)[0], 1),)


PROBES = [
    Probe("softmax", scores, lambda m, x: m.softmax(x)),
    Probe("attention_forward", tokens, lambda m, *args: m.attention_forward(*args)[0], part=0, uses=("softmax",)),
    *(Probe("attention_backward", with_gradient, partial(gradient, part=i), part=i, uses=("attention_forward",))
      for i in range(3)),
]  # fmt: skip
