"""Probes of exercise 06, batch normalisation."""

from functools import partial

from exercises.checking.probes.asking import Probe

AXES = dict.fromkeys(("batch_norm_forward", "batch_norm_backward"), ("the rows", "the channels"))
WORDS = {"centred": "the centred values", "inv_std": "1 / standard deviation", "x_hat": "the normalised values",
         "g": "gamma * dout"}  # fmt: skip


def batch(rng):
    """x, gamma, beta, eps."""
    n, c = int(rng.integers(2, 8)), int(rng.integers(2, 6))
    x = rng.normal(size=(n, c)) * rng.uniform(0.1, 3, c) + rng.normal(size=c)
    return x, rng.uniform(0.5, 2, c), rng.normal(size=c), float(rng.choice([1e-5, 0.02, 0.3]))


def with_gradient(rng):
    """x, gamma, beta, dout."""
    x, gamma, beta, _ = batch(rng)
    return x, gamma, beta, rng.normal(size=x.shape)


def with_eps(rng):
    """x, gamma, beta, dout, eps."""
    x, gamma, beta, eps = batch(rng)
    return x, gamma, beta, rng.normal(size=x.shape), eps


def gradient(module, x, gamma, beta, dout, *eps, part):
    """dx, dgamma or dbeta, by way of the module's own cache."""
    return module.batch_norm_backward(dout, module.batch_norm_forward(x, gamma, beta, *eps)[1])[part]


BOTH = ("batch_norm_forward",)
PROBES = [
    Probe("batch_norm_forward", batch, lambda m, *args: m.batch_norm_forward(*args)[0], part=0),
    *(Probe("batch_norm_backward", with_gradient, partial(gradient, part=i), part=i, uses=BOTH) for i in range(3)),
    *(Probe("batch_norm_backward", with_eps, partial(gradient, part=i), part=i, uses=BOTH) for i in range(3)),
]  # fmt: skip
