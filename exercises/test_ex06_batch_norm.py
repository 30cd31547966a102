"""Checks of exercise 06, batch normalisation, and the mistakes that it knows by name."""

import numpy as np

from exercises.checking import Mistakes, claim, close, expect
from exercises.checking.parts import parts
from npaudio import nn

FORWARD = Mistakes("batch_norm_forward")
# The cache is the learner's own, so wrong versions of the way back take the inputs of the forward instead.
DX, DGAMMA, DBETA = (Mistakes("batch_norm_backward", plantable=False, part=part) for part in range(3))


def numbers(n, c):
    """A batch whose channels differ in mean and spread, gamma, beta and an upstream gradient."""
    rng = np.random.default_rng(n * c)
    x = rng.normal(size=(n, c)) * np.linspace(0.5, 3, c) + np.linspace(-2, 4, c)
    return x, rng.uniform(0.5, 2, c), rng.normal(size=c), rng.normal(size=(n, c))


def batch_norm(x, gamma, beta, eps=1e-5, dout=None):
    """out, or (dx, dgamma, dbeta) for an upstream gradient: the library's layer."""
    layer = nn.BatchNorm1d(len(gamma), eps=eps, dtype=np.float64)
    layer.weight.data, layer.bias.data = np.float64(gamma), np.float64(beta)
    out = layer(np.float64(x))
    return out if dout is None else (layer.backward(np.float64(dout)), layer.weight.grad, layer.bias.grad)


def normalised(x, eps=1e-5):
    """x_hat and 1 / sqrt(var + eps)."""
    inv_std = 1 / np.sqrt(x.var(axis=0) + eps)
    return (x - x.mean(axis=0)) * inv_std, inv_std


@FORWARD.mistake(
    "you divide by the *unbiased* variance, that with N - 1.",
    "A batch is normalised with the biased one, divided by N: leave out ddof=1.",
)
def unbiased(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0, ddof=1) + eps) + beta, ()


@FORWARD.mistake(
    "you divide by the variance instead of by its square root.",
    "The standard deviation is np.sqrt(var + eps).",
)
def no_root(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(0)) / (x.var(0) + eps) + beta, ()


@FORWARD.mistake("you add eps behind the square root.", "It belongs to the variance: np.sqrt(var + eps).")
def eps_outside(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(0)) / (x.std(0) + eps) + beta, ()


@FORWARD.mistake("eps is missing: a channel that hardly varies is blown up.", "Divide by np.sqrt(var + eps).")
def no_eps(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(0)) / x.std(0) + beta, ()


@FORWARD.mistake(
    "you use eps = 1e-5 whatever is passed as eps.", "Write the name eps, not its default value, under the root."
)
def eps_fixed(x, gamma, beta, eps=1e-5):
    return batch_norm(x, gamma, beta, 1e-5), ()


@FORWARD.mistake(
    "you normalise each row; that is layer normalisation.",
    "Mean and variance of a channel run down its column: axis=0.",
)
def rows(x, gamma, beta, eps=1e-5):
    return gamma * normalised(x.T, eps)[0].T + beta, ()


@FORWARD.mistake(
    "you take one mean and one variance for the whole batch.",
    "Each channel has its own: mean and variance with axis=0.",
)
def whole_batch(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta, ()


@FORWARD.mistake("the mean is not subtracted from x.", "x_hat = (x - mean) / sqrt(var + eps).")
def not_centred(x, gamma, beta, eps=1e-5):
    return gamma * x / np.sqrt(x.var(0) + eps) + beta, ()


@FORWARD.mistake(
    "your variance is the mean of the squares; the square of the mean is missing.",
    "Square the centred values: mean of (x - mean)^2.",
)
def mean_square(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(0)) / np.sqrt(np.mean(x**2, 0) + eps) + beta, ()


@FORWARD.mistake("you return x_hat; gamma and beta are missing.", "out = gamma * x_hat + beta.")
def no_line(x, gamma, beta, eps=1e-5):
    return normalised(x, eps)[0], ()


@FORWARD.mistake("you scale with gamma, but beta is missing.", "out = gamma * x_hat + beta.")
def no_beta(x, gamma, beta, eps=1e-5):
    return gamma * normalised(x, eps)[0], ()


@FORWARD.mistake("gamma and beta have changed places.", "gamma multiplies, beta is added.")
def swapped(x, gamma, beta, eps=1e-5):
    return beta * normalised(x, eps)[0] + gamma, ()


@DBETA.mistake("you take the mean over the rows; the task asks for the sum.", "Every row adds its part: sum(axis=0).")
def dbeta_mean(x, gamma, beta, dout):
    return dout.mean(0)


@DBETA.mistake(
    "you count the rows: the upstream gradient is forgotten.", "Chain rule: dout times d(out)/d(beta), which is 1."
)
def dbeta_without_upstream(x, gamma, beta, dout):
    return np.full(x.shape[1], float(len(x)))


@DBETA.mistake("you return dout; it is not summed over the rows.", "beta acts on every row: dout.sum(axis=0).")
def dbeta_not_summed(x, gamma, beta, dout):
    return dout


@DBETA.mistake(
    "your dbeta is multiplied by gamma.", "beta is added after gamma has multiplied, so gamma is not in its gradient."
)
def dbeta_gamma(x, gamma, beta, dout):
    return gamma * dout.sum(0)


@DBETA.mistake("this is dgamma.", "Return dx, dgamma, dbeta in this order.")
def dbeta_is_dgamma(x, gamma, beta, dout):
    return (dout * normalised(x)[0]).sum(0)


@DGAMMA.mistake("this is dbeta.", "gamma multiplies x_hat: dgamma = sum of dout * x_hat over the rows.")
def dgamma_is_dbeta(x, gamma, beta, dout):
    return dout.sum(0)


@DGAMMA.mistake("you take the mean over the rows; the task asks for the sum.", "Every row adds its part: sum(axis=0).")
def dgamma_mean(x, gamma, beta, dout):
    return (dout * normalised(x)[0]).mean(0)


@DGAMMA.mistake("you multiply dout by x instead of by x_hat.", "gamma meets the normalised values.")
def dgamma_of_x(x, gamma, beta, dout):
    return (dout * x).sum(0)


@DGAMMA.mistake("you multiply dout by out instead of by x_hat.", "Keep x_hat in the cache.")
def dgamma_of_out(x, gamma, beta, dout):
    return (dout * (gamma * normalised(x)[0] + beta)).sum(0)


@DGAMMA.mistake("your values are not summed over the rows.", "gamma acts on every row: (dout * x_hat).sum(axis=0).")
def dgamma_not_summed(x, gamma, beta, dout):
    return dout * normalised(x)[0]


@DX.mistake(
    "you treat mean and variance as constants.",
    "One x moves both for its whole column; two terms are missing, - <g> and - x_hat * <g * x_hat>.",
)
def dx_constants(x, gamma, beta, dout):
    return normalised(x)[1] * gamma * dout


@DX.mistake("you treat the variance as a constant.", "The term - x_hat * <g * x_hat> is missing.")
def dx_constant_variance(x, gamma, beta, dout):
    g = gamma * dout
    return normalised(x)[1] * (g - g.mean(0))


@DX.mistake("you treat the mean as a constant.", "The term - <g> is missing.")
def dx_constant_mean(x, gamma, beta, dout):
    x_hat, inv_std = normalised(x)
    g = gamma * dout
    return inv_std * (g - x_hat * (g * x_hat).mean(0))


@DX.mistake("gamma is missing.", "g = gamma * dout: in the backward pass gamma comes first.")
def dx_no_gamma(x, gamma, beta, dout):
    return batch_norm(x, np.ones_like(gamma), beta, dout=dout)[0]


@DX.mistake("the factor 1 / sqrt(var + eps) is missing.", "The centred values were multiplied by it, so dx is too.")
def dx_no_inv_std(x, gamma, beta, dout):
    return batch_norm(x, gamma, beta, dout=dout)[0] / normalised(x)[1]


@DX.mistake("you take sums over the rows where <.> asks for means.", "Use .mean(axis=0) in both terms.")
def dx_sums(x, gamma, beta, dout):
    x_hat, inv_std = normalised(x)
    g = gamma * dout
    return inv_std * (g - g.sum(0) - x_hat * (g * x_hat).sum(0))


@DX.mistake("the last term has the wrong sign.", "It is subtracted: - x_hat * <g * x_hat>.")
def dx_sign(x, gamma, beta, dout):
    x_hat, inv_std = normalised(x)
    g = gamma * dout
    return inv_std * (g - g.mean(0) + x_hat * (g * x_hat).mean(0))


def forward_out(answer, *inputs):
    return parts("batch_norm_forward", answer.batch_norm_forward(*inputs), "out", "cache")[0]


def gradients(answer, x, gamma, beta, dout):
    """The learner's (dx, dgamma, dbeta), once the way there is right."""
    result = answer.batch_norm_forward(x, gamma, beta)
    out, cache = parts("batch_norm_forward", result, "out", "cache")
    right = close(out, batch_norm(x, gamma, beta))
    claim(right, "batch_norm_backward: to be checked when the output of batch_norm_forward is right; see above.")
    return parts("batch_norm_backward", answer.batch_norm_backward(dout, cache), "dx", "dgamma", "dbeta")


def test_two_rows_by_hand(answer):
    x, gamma, beta = np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1)
    yours = forward_out(answer, x, gamma, beta)
    expect("batch_norm_forward([[1], [3]], [1], [0])", yours, [[-1], [1]], FORWARD.on(x, gamma, beta, part=0))


def test_forward(answer):
    for n, c in ((7, 3), (4, 6)):
        x, gamma, beta, _ = numbers(n, c)
        yours = forward_out(answer, x, gamma, beta)
        label = f"batch_norm_forward of {n} rows, {c} channels"
        expect(label, yours, batch_norm(x, gamma, beta), FORWARD.on(x, gamma, beta, part=0))


def test_forward_of_channels_that_hardly_vary(answer):
    x, gamma, beta, _ = numbers(5, 3)
    quiet = 0.01 * x
    for eps in (1e-5, 0.02):
        yours = forward_out(answer, quiet, gamma, beta, eps)
        label = f"batch_norm_forward of small values, eps={eps:g}"
        expect(label, yours, batch_norm(quiet, gamma, beta, eps), FORWARD.on(quiet, gamma, beta, eps, part=0))


def test_dbeta(answer):
    x, gamma, beta, dout = numbers(7, 3)
    dbeta = gradients(answer, x, gamma, beta, dout)[2]
    expect(
        "dbeta of 7 rows, 3 channels", dbeta, batch_norm(x, gamma, beta, dout=dout)[2], DBETA.on(x, gamma, beta, dout)
    )


def test_dgamma(answer):
    x, gamma, beta, dout = numbers(7, 3)
    dgamma = gradients(answer, x, gamma, beta, dout)[1]
    expect(
        "dgamma of 7 rows, 3 channels",
        dgamma,
        batch_norm(x, gamma, beta, dout=dout)[1],
        DGAMMA.on(x, gamma, beta, dout),
    )


def test_dx(answer):
    for n, c in ((7, 3), (4, 5)):
        x, gamma, beta, dout = numbers(n, c)
        dx = gradients(answer, x, gamma, beta, dout)[0]
        label = f"dx of {n} rows, {c} channels"
        expect(label, dx, batch_norm(x, gamma, beta, dout=dout)[0], DX.on(x, gamma, beta, dout))


def test_dx_of_an_upstream_gradient_that_only_shifts(answer):
    x, gamma, beta, _ = numbers(6, 4)
    dx = np.asarray(gradients(answer, x, gamma, beta, np.ones_like(x))[0])
    label = "dx for dout = 1 everywhere (a column that is shifted as a whole changes nothing)"
    claim(np.all(np.abs(dx) < 1e-4), f"{label}: zeros expected, yours reach {np.max(np.abs(dx)):.3g}.")


def test_single_precision(answer):
    inputs = [part.astype(np.float32) for part in numbers(9, 5)]
    x, gamma, beta, dout = inputs
    expected = batch_norm(x, gamma, beta, dout=dout)
    known = {"dx": DX, "dgamma": DGAMMA, "dbeta": DBETA}
    for name, part, right in zip(known, gradients(answer, *inputs), expected, strict=True):
        expect(f"{name} of float32 numbers", part, right, known[name].on(*inputs), rtol=1e-3)
