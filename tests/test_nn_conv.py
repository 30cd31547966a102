"""Conv2d against its definition in loops, at odd sizes, strides and paddings, in tiles of every kind."""

import numpy as np
import pytest

from npaudio import nn
from npaudio._core.checks import Check
from npaudio.nn import conv
from npaudio.nn.fast import channels_last as layout
from npaudio.nn.fast import im2col
from tests import oracles

CASES = [
    ((1, 1, 3, 3), (1, 1), (1, 1), (0, 0)),
    ((2, 3, 5, 7), (3, 3), (1, 1), (1, 1)),
    ((3, 2, 7, 5), (2, 3), (2, 1), (0, 2)),
    ((1, 2, 8, 9), (1, 5), (3, 2), (2, 1)),
    ((2, 1, 4, 11), (4, 2), (1, 3), (1, 0)),
]


def layer_and_input(shape, kernel, stride, padding):
    rng = np.random.default_rng(0)
    layer = nn.Conv2d(shape[1], 4, kernel, stride, padding, rng=rng, dtype=np.float64)
    return layer, rng.standard_normal(shape), rng


@pytest.mark.parametrize("long_run", [1, 100])
@pytest.mark.parametrize("tile_bytes", [1, 1500, 10**7])
@pytest.mark.parametrize("case", CASES)
def test_equals_its_loops(case, tile_bytes, long_run, monkeypatch):
    monkeypatch.setattr(im2col, "COLUMNS_BYTES", tile_bytes)
    monkeypatch.setattr(im2col, "LONG_RUN", long_run)
    layer, x, rng = layer_and_input(*case)
    y = layer(x)
    np.testing.assert_allclose(y, oracles.conv2d_loops(x, layer.weight.data, layer.bias.data, *case[2:]), atol=1e-12)
    grad = rng.standard_normal(y.shape)
    expected = oracles.conv2d_backward_loops(x, layer.weight.data, grad, *case[2:])
    got = layer.backward(grad), layer.weight.grad, layer.bias.grad
    for ours, loops in zip(got, expected, strict=True):
        np.testing.assert_allclose(ours, loops, atol=1e-12)


@pytest.mark.parametrize("n_images", [1, 4, 5, 13])
@pytest.mark.parametrize("tile_bytes", [1, 700, 3000, 10**6])
def test_tiles_cover_every_output_pixel_once(tile_bytes, n_images, monkeypatch):
    monkeypatch.setattr(im2col, "COLUMNS_BYTES", tile_bytes)
    windows = im2col.Im2col(1, (3, 3), (1, 1), (0, 0))
    seen = np.zeros((n_images, 7, 3, 2), int)
    all_parts = layout.parts(windows.image_tiles(seen))
    for images in (images for part in all_parts for images in part):
        for rows in windows.row_tiles(seen[images]):
            assert np.shares_memory(conv._pixels(seen[images, rows]), seen)
            conv._pixels(seen[images, rows])[...] += 1
    assert np.all(seen == 1)
    assert 1 <= len(all_parts) <= layout.PARTS


def test_storage_order_of_input_and_gradient_does_not_matter():
    layer, x, rng = layer_and_input((2, 3, 5, 7), (3, 3), (1, 1), (1, 1))
    y = layer(x)
    grad = rng.standard_normal(y.shape)
    grad_x = layer.backward(grad)
    stored_last = np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    assert np.array_equal(layer(stored_last), y)
    assert np.array_equal(layer(x[::-1][::-1]), y)
    assert np.array_equal(layer.backward(np.asfortranarray(grad)), grad_x)


def test_images_smaller_than_the_kernel_are_refused_with_the_least_size():
    with pytest.raises(ValueError, match=r"2 x 9 is smaller than the window of 5 x 3 .*at least 3 x 1"):
        nn.Conv2d(1, 1, (5, 3), padding=1)(np.zeros((1, 1, 2, 9), np.float32))


def test_initial_weights_are_within_pytorchs_bound_and_repeat():
    layer, again = (nn.Conv2d(4, 50, 3, rng=3) for _ in range(2))
    bound = 1 / np.sqrt(4 * 9)
    for parameter in layer.parameters():
        assert 0.95 * bound < np.abs(parameter.data).max() <= bound
    assert np.array_equal(layer.weight.data, again.weight.data)
    assert not np.array_equal(layer.weight.data, nn.Conv2d(4, 50, 3, rng=4).weight.data)


@pytest.mark.parametrize("long_run", [1, 100])
@pytest.mark.parametrize("case", CASES)
def test_add_is_the_transpose_of_columns(case, long_run, monkeypatch):
    """<columns(x), c> = <x, add(c)> for any x and c: what im2col copies, col2im adds back."""
    monkeypatch.setattr(im2col, "LONG_RUN", long_run)
    (b, c, f, t), kernel, stride, padding = case
    windows = im2col.Im2col(c, kernel, stride, padding)
    n_f, _ = im2col.window_counts((f, t), kernel, stride, padding, check=Check("Conv2d"))
    rng = np.random.default_rng(0)
    x = rng.standard_normal((b, f, t, c))
    for rows in (slice(0, n_f), slice(n_f - 1, n_f)):
        columns, added = windows.columns(x, rows), np.zeros_like(x)
        other = rng.standard_normal(columns.shape)
        windows.add(other, added, rows)
        np.testing.assert_allclose(np.sum(columns * other), np.sum(x * added), rtol=1e-12)


def test_padding_may_be_wider_than_the_kernel():
    layer = nn.Conv2d(1, 1, 1, padding=2, rng=0, dtype=np.float64)
    y = layer(np.ones((1, 1, 1, 1)))
    expected = np.full((5, 5), layer.bias.data[0])
    expected[2, 2] += layer.weight.data[0, 0, 0, 0]
    np.testing.assert_allclose(y[0, 0], expected)
    assert layer.backward(np.ones_like(y)).item() == pytest.approx(layer.weight.data.item())
