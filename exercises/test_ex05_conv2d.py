"""Checks of exercise 05, the convolution; the mistakes that it knows are in checking/mistakes_ex05.py."""

from dataclasses import dataclass
from functools import cache as remember

import numpy as np

from exercises.checking import claim, close, expect
from exercises.checking.mistakes_ex05 import DB, DW, DX, FORWARD
from exercises.checking.parts import parts
from npaudio.nn import Conv2d


@dataclass(frozen=True)
class Case:
    """Sizes of a convolution, and what comes in and out of it; all sizes are odd, small and different."""

    x_shape: tuple[int, ...]
    w_shape: tuple[int, ...]
    stride: int
    pad: int

    def __str__(self):
        return f"x {self.x_shape}, w {self.w_shape}, stride {self.stride}, pad {self.pad}"

    @property
    def inputs(self):
        rng = np.random.default_rng(5)
        x, w = rng.normal(size=self.x_shape), rng.normal(size=self.w_shape)
        return x, w, rng.normal(size=self.w_shape[0]), self.stride, self.pad

    def dout(self, out):
        return np.random.default_rng(6).normal(size=out.shape)


PLAIN = Case((2, 3, 5, 7), (4, 3, 2, 3), 1, 0)
PADDED = Case((3, 2, 5, 6), (4, 2, 3, 3), 1, 1)
STRIDED = Case((2, 2, 6, 9), (3, 2, 3, 2), 2, 1)  # the last row is not reached
WIDE = Case((2, 2, 4, 5), (3, 2, 3, 2), 1, 2)
CASES = (PLAIN, PADDED, STRIDED, WIDE)


@remember
def right(case):
    """The library's out, dx, dw, db for a case and its dout."""
    x, w, b, stride, pad = case.inputs
    layer = Conv2d(w.shape[1], w.shape[0], w.shape[2:], stride, pad, dtype=np.float64)
    layer.weight.data[...], layer.bias.data[...] = w, b
    out = np.asarray(layer.forward(x))
    dx = layer.backward(case.dout(out))
    return out, np.asarray(dx), np.asarray(layer.weight.grad), np.asarray(layer.bias.grad)


def forward(answer, *inputs):
    return parts("conv2d_forward", answer.conv2d_forward(*inputs), "out", "cache")


def backward(answer, dout, kept):
    return parts("conv2d_backward", answer.conv2d_backward(dout, kept), "dx", "dw", "db")


def check_forward(answer, case):
    out, _ = forward(answer, *case.inputs)
    expect(f"conv2d_forward, {case}", out, right(case)[0], FORWARD.on(*case.inputs, part=0))


def test_forward(answer):
    check_forward(answer, PLAIN)


def test_forward_with_padding(answer):
    check_forward(answer, PADDED)
    check_forward(answer, WIDE)


def test_forward_with_stride(answer):
    check_forward(answer, STRIDED)


def gradients(answer, case):
    _, kept = forward(answer, *case.inputs)
    return backward(answer, case.dout(right(case)[0]), kept)


def test_db(answer):
    for case in CASES:
        out, _, _, expected = right(case)
        expect(
            f"db of conv2d_backward, {case}", gradients(answer, case)[2], expected, DB.on(case.dout(out), *case.inputs)
        )


def test_dw(answer):
    for case in CASES:
        out, _, expected, _ = right(case)
        known = DW.on(case.dout(out), *case.inputs)
        expect(f"dw of conv2d_backward, {case}", gradients(answer, case)[1], expected, known)


def test_dx(answer):
    for case in CASES:
        out, expected, _, _ = right(case)
        known = DX.on(case.dout(out), *case.inputs)
        expect(f"dx of conv2d_backward, {case}", gradients(answer, case)[0], expected, known)


def test_nothing_is_kept_outside_of_the_cache(answer):
    x, w, b, stride, pad = PLAIN.inputs
    _, kept = forward(answer, x, w, b, stride, pad)
    dout = PLAIN.dout(right(PLAIN)[0])
    before = backward(answer, dout, kept)
    answer.conv2d_forward(x + 1, 2 * w, b, stride, pad)
    after = backward(answer, dout, kept)
    for name, value, again in zip(("dx", "dw", "db"), before, after, strict=True):
        told = f"{name} differs when conv2d_forward was called again in between: keep what you need in the cache, "
        claim(close(again, value), told + "and leave it as it is in conv2d_backward.")


def test_single_precision(answer):
    x, w, b, stride, pad = (np.float32(value) if np.ndim(value) else value for value in STRIDED.inputs)
    out, _ = forward(answer, x, w, b, stride, pad)
    expect("conv2d_forward of float32", out, right(STRIDED)[0], FORWARD.on(x, w, b, stride, pad, part=0), rtol=1e-3)
