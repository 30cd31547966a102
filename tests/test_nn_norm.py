"""BatchNorm and LayerNorm against their definition in loops, and the statistics where digits get lost."""

import numpy as np
import pytest

from npaudio import nn
from npaudio.nn.fast import channels_last as layout
from npaudio.nn.fast import row_statistics as columns
from tests import oracles


@pytest.mark.parametrize("tile_bytes", [1, 200, 10**6])
@pytest.mark.parametrize("shape", [(1, 1, 1, 2), (2, 3, 5, 7), (1, 4, 3, 9)])
def test_batchnorm_equals_its_loops(shape, tile_bytes, monkeypatch):
    monkeypatch.setattr(layout.tiles, "__kwdefaults__", {"tile_bytes": tile_bytes})
    rng = np.random.default_rng(0)
    layer = nn.BatchNorm2d(shape[1], dtype=np.float64)
    layer.weight.data[...], layer.bias.data[...] = rng.standard_normal((2, shape[1]))
    x = rng.standard_normal(shape) + 3
    y = layer(x)
    np.testing.assert_allclose(y, oracles.batchnorm_loops(x, layer.weight.data, layer.bias.data, 1e-5), atol=1e-10)
    grad = rng.standard_normal(shape)
    expected = oracles.batchnorm_backward_loops(x, layer.weight.data, grad, 1e-5)
    np.testing.assert_allclose(layer.backward(grad), expected, atol=1e-9)


@pytest.mark.parametrize("shift", [1000, -1000])
def test_statistics_keep_their_digits_where_the_mean_is_large(shift):
    rows = (np.random.default_rng(0).standard_normal((100_000, 3)) + shift).astype(np.float32)
    mean, var = columns.column_statistics(rows)
    exact = rows.astype(np.float64)
    np.testing.assert_allclose(mean, exact.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(var, exact.var(axis=0), rtol=1e-4)


def test_statistics_where_squares_overflow():
    rows = (1e20 * (1 + 1e-3 * np.random.default_rng(0).standard_normal((1000, 3)))).astype(np.float32)
    mean, var = columns.column_statistics(rows)
    exact = rows.astype(np.float64)
    np.testing.assert_allclose(mean, exact.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(var, exact.var(axis=0), rtol=1e-4)


@pytest.mark.parametrize("mean", [0, 4.9, 5.1, 1000, -1000])  # on both sides of FAR, and far beyond
def test_gradients_keep_their_digits_where_the_mean_is_large(mean):
    rng = np.random.default_rng(2)
    x, grad = rng.standard_normal((2, 5000, 3)).astype(np.float32)
    x[:, 1] += np.float32(mean)  # one channel of three
    coarse, fine = nn.BatchNorm1d(3), nn.BatchNorm1d(3, dtype=np.float64)
    coarse(x), fine(x.astype(np.float64))
    dx, expected = coarse.backward(grad), fine.backward(grad.astype(np.float64))
    np.testing.assert_allclose(coarse.running_var, fine.running_var, rtol=1e-6)
    np.testing.assert_allclose(coarse.weight.grad, fine.weight.grad, rtol=0, atol=1e-5 * np.sqrt(len(x)))
    np.testing.assert_allclose(dx, expected, rtol=0, atol=4e-6)


def test_backward_takes_away_what_shifts_and_what_stretches():
    rng = np.random.default_rng(1)
    layer, x = nn.BatchNorm2d(3, dtype=np.float64), rng.standard_normal((4, 3, 5, 6))
    x_hat = layer(x)
    dx = layer.backward(rng.standard_normal(x.shape))
    np.testing.assert_allclose(dx.sum(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose((dx * x_hat).sum(axis=(0, 2, 3)), 0, atol=1e-3)


def test_evaluation_uses_and_keeps_the_running_statistics():
    layer = nn.BatchNorm2d(2)
    layer(np.random.default_rng(0).standard_normal((4, 2, 3, 3)).astype(np.float32))
    before = layer.state_dict()
    x = np.full((1, 2, 1, 1), 5, np.float32)
    expected = (5 - layer.running_mean) / np.sqrt(layer.running_var + 1e-5)
    np.testing.assert_allclose(layer.eval()(x).ravel(), expected, rtol=1e-6)
    assert all(np.array_equal(before[name], array) for name, array in layer.state_dict().items())


def test_single_value_a_channel_is_refused_in_training_only():
    for layer, shape in ((nn.BatchNorm2d(2), (1, 2, 1, 1)), (nn.BatchNorm1d(2), (1, 2))):
        with pytest.raises(ValueError, match="more than one value per channel"):
            layer(np.zeros(shape, np.float32))
        assert layer.eval()(np.zeros(shape, np.float32)).shape == shape


def test_constant_input_gives_beta_and_no_nan():
    for layer, shape in ((nn.BatchNorm2d(2), (3, 2, 4, 4)), (nn.LayerNorm(4), (3, 4))):
        layer.bias.data += 7
        y = layer(np.full(shape, 3, np.float32))
        np.testing.assert_allclose(y, 7, atol=1e-4)
        assert np.isfinite(layer.backward(np.ones_like(y))).all()
