"""Winograd's convolution equals the definition: outputs, gradients, odd sizes and paddings, tiles, precision."""

import numpy as np
import pytest

from npaudio import nn
from npaudio.nn.fast import winograd
from npaudio.nn.gradient_check import gradcheck
from tests import oracles

RNG = np.random.default_rng(0)
SIZES = [(7, 9), (8, 6), (5, 5), (1, 9), (9, 1)]  # even and odd, thinner than a patch
PADDINGS = [(0, 0), (1, 1), (2, 2), (2, 0), (0, 1)]
CASES = [(s, p) for s in SIZES for p in PADDINGS if min(s[0] + 2 * p[0], s[1] + 2 * p[1]) >= 3]


@pytest.fixture
def always(monkeypatch):
    """Winograd's way for any number of channels and pixels."""
    monkeypatch.setattr(winograd, "FEWEST_CHANNELS", 1)
    monkeypatch.setattr(winograd, "FEWEST_PIXELS", 1)


def test_four_products_instead_of_six():
    """The formulas at the top of the module, as written there."""
    (g0, g1, g2), (d0, d1, d2, d3) = g, d = RNG.standard_normal(3), RNG.standard_normal(4)
    m = (d0 - d2) * g0, (d1 + d2) * (g0 + g1 + g2) / 2, (d2 - d1) * (g0 - g1 + g2) / 2, (d1 - d3) * g2
    np.testing.assert_allclose([m[0] + m[1] + m[2], m[1] - m[2] - m[3]], [d[:3] @ g, d[1:] @ g], rtol=1e-12)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("patch_bytes", [1, 3000, 10**9])
@pytest.mark.parametrize(("size", "padding"), CASES)
def test_outputs_and_gradients_equal_those_of_im2col(size, padding, patch_bytes, bias, monkeypatch):
    conv = nn.Conv2d(3, 5, 3, padding=padding, bias=bias, rng=0, dtype=np.float64)
    x = RNG.standard_normal((3, 3, *size))

    def values():
        conv.zero_grad()
        y = conv(x)
        return [
            y,
            conv.backward(np.cos(np.arange(y.size)).reshape(y.shape)),
            *(p.grad.copy() for p in conv.parameters()),
        ]

    expected = values()
    monkeypatch.setattr(winograd, "PATCH_BYTES", patch_bytes)
    monkeypatch.setattr(winograd, "FEWEST_TILES", 1)
    monkeypatch.setattr(winograd, "FEWEST_CHANNELS", 1)
    monkeypatch.setattr(winograd, "FEWEST_PIXELS", 1)
    monkeypatch.setattr(nn.Conv2d, "_kernel", None)  # so that im2col would stop with an error
    for got, want in zip(values(), expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)


def test_the_outputs_equal_the_loops(always):
    conv, x = nn.Conv2d(2, 3, 3, padding=1, rng=0, dtype=np.float64), RNG.standard_normal((2, 2, 5, 6))
    expected = oracles.conv2d_loops(x, conv.weight.data, conv.bias.data, (1, 1), (1, 1))
    np.testing.assert_allclose(conv(x), expected, rtol=0, atol=1e-12)


def test_gradcheck(always):
    report = gradcheck(nn.Conv2d(2, 3, 3, padding=1, rng=0, dtype=np.float64), RNG.standard_normal((2, 2, 5, 4)))
    assert report.max_error <= 1e-7, report


def test_backward_to_parameters_gives_the_same_parameter_gradients(always):
    conv, x = nn.Conv2d(2, 3, 3, padding=1, rng=0, dtype=np.float64), RNG.standard_normal((2, 2, 5, 4))
    y = conv(x)
    conv.backward(np.ones_like(y))
    expected = [p.grad.copy() for p in conv.parameters()]
    conv.zero_grad()
    conv.backward_to_parameters(np.ones_like(y))
    assert all(np.array_equal(p.grad, want) for p, want in zip(conv.parameters(), expected, strict=True))


def test_float32_loses_no_more_than_a_few_roundings():
    """At a size at which it is really taken: within 2e-6 of the largest output, as the definition in float32 is."""
    conv = nn.Conv2d(64, 32, 3, padding=1, rng=0)
    x = RNG.standard_normal((2, 64, 16, 39)).astype(np.float32)
    assert winograd.suits((2, 16, 39, 32), 64, (3, 3), (1, 1), (1, 1))
    exact = nn.Conv2d(64, 32, 3, padding=1, dtype=np.float64)
    exact.load_state_dict(conv.state_dict())
    want = exact(x.astype(np.float64))
    y = conv(x)
    assert y.dtype == np.float32
    assert np.max(np.abs(y - want)) <= 2e-6 * np.max(np.abs(want))


@pytest.mark.parametrize(
    ("shape", "channels", "kernel", "stride", "padding"),
    [
        ((2, 16, 39, 32), 31, (3, 3), (1, 1), (1, 1)),
        ((2, 16, 39, 31), 32, (3, 3), (1, 1), (1, 1)),
        ((1, 16, 31, 32), 32, (3, 3), (1, 1), (1, 1)),
        ((2, 16, 39, 32), 32, (3, 1), (1, 1), (1, 1)),
        ((2, 16, 39, 32), 32, (3, 3), (1, 2), (1, 1)),
        ((2, 16, 39, 32), 32, (3, 3), (1, 1), (3, 1)),
        ((2, 16, 39, 2048), 2048, (3, 3), (1, 1), (1, 1)),
    ],
)
def test_where_the_definition_is_quicker_or_the_only_way(shape, channels, kernel, stride, padding):
    assert not winograd.suits(shape, channels, kernel, stride, padding)


@pytest.mark.parametrize("n", [1, 3, 4, 16, 100])
def test_a_small_batch_is_shared_too(n):
    x, y = np.empty((n, 8, 16, 128), np.float32), np.empty((n, 8, 16, 256), np.float32)
    cut = winograd.image_tiles(x, y)
    assert [image for tile in cut for image in range(tile.start, tile.stop)] == list(range(n))
    assert len(cut) >= min(n, winograd.FEWEST_TILES)
