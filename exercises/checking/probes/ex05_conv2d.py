"""Probes of exercise 05, the convolution."""

from functools import partial

from exercises.checking.probes.asking import Probe

AXES = {"conv2d_backward": ("the images", "the channels", "frequency", "time")}
WORDS = {
    "s_": "the windows", "xp": "the padded image", "seen": "what the kernel sees", "out": "the output",
    "kf": "the kernel's height", "kt": "the kernel's width", "rows": "the rows of the output",
    "columns": "the columns of the output", "dxp": "the gradient of the padded image",
    "einsum": "the sum of products", "here": "the place of the kernel", "u": "the kernel's row",
    "v": "the kernel's column", "cache": "the cache",
}  # fmt: skip


def images(rng):
    """x, w, b, stride, pad."""
    kf, kt, pad = int(rng.integers(1, 4)), int(rng.integers(1, 4)), int(rng.integers(0, 3))
    n, c, o = (int(k) for k in rng.integers(1, 4, 3))
    x = rng.normal(size=(n, c, kf + int(rng.integers(0, 5)), kt + int(rng.integers(0, 5))))
    return x, rng.normal(size=(o, c, kf, kt)), rng.normal(size=o), int(rng.integers(1, 4)), pad


def with_gradient(rng):
    """dout, and what went in."""
    x, w, b, stride, pad = images(rng)
    rows, columns = (1 + (x.shape[i] + 2 * pad - w.shape[i]) // stride for i in (2, 3))
    return rng.normal(size=(len(x), len(w), rows, columns)), x, w, b, stride, pad


def gradient(module, dout, *inputs, part):
    """dx, dw or db, by way of the module's own cache."""
    return module.conv2d_backward(dout, module.conv2d_forward(*inputs)[1])[part]


PROBES = [
    Probe("conv2d_forward", images, lambda m, *args: m.conv2d_forward(*args)[0], part=0),
    *(Probe("conv2d_backward", with_gradient, partial(gradient, part=i), part=i, uses=("conv2d_forward",))
      for i in range(3)),
]  # fmt: skip
