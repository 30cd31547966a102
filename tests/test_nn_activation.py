"""Activations and dropout: closed forms, the error function to its last digits, extremes, chances."""

import math

import numpy as np
import pytest

from npaudio import nn
from npaudio.nn import init
from npaudio.nn.fast import normal_distribution as normal


@pytest.mark.parametrize("layer", [nn.ReLU(), nn.GELU(), nn.Sigmoid()])
def test_no_images_give_no_images(layer):
    y = layer(np.zeros((0, 3)))
    assert y.shape == (0, 3)
    assert layer.backward(y).shape == (0, 3)


def test_erfc_equals_the_standard_library():
    z = np.concatenate([np.linspace(0, 1, 500), np.geomspace(1e-8, 9, 500)])
    exact = np.array([math.erfc(value) for value in z])
    got = normal.erfc(z)
    assert np.max(np.abs(got - exact)) <= 3e-15
    digits = np.finfo(float).eps * (10 + z**2)
    assert np.all(np.abs(got / exact - 1)[z < 5] <= 4 * digits[z < 5])


def test_gelu_in_float32_is_as_exact_as_float32():
    """Within 1.5e-7 of the definition (for large x, of x), beyond the table too; PyTorch's is within 2.6e-7."""
    x = np.concatenate([np.linspace(-8, 8, 100_001), [1e30, -1e30, 0, -0.0]]).astype(np.float32)
    cdf = np.array([math.erfc(-value / math.sqrt(2)) / 2 for value in x.astype(float)])
    density = np.exp(-(np.clip(x.astype(float), -50, 50) ** 2) / 2) / math.sqrt(2 * math.pi)
    gelu = nn.GELU()
    y = gelu(x)
    assert y.dtype == np.float32
    assert np.all(np.abs(y - x * cdf) <= 1.5e-7 * np.maximum(1, np.abs(x)))
    assert np.max(np.abs(gelu.backward(np.ones_like(x)) - (cdf + x * density))) <= 2e-7


def test_gelu_in_float32_keeps_the_digits_of_small_numbers():
    x = np.geomspace(1e-30, 1e-2, 100).astype(np.float32)
    exact = [value * math.erfc(-value / math.sqrt(2)) / 2 for value in x.astype(float)]
    np.testing.assert_allclose(nn.GELU()(x), exact, rtol=2e-7)


def test_gelu_in_float32_of_what_is_no_number():
    assert np.array_equal(nn.GELU()(np.array([np.inf, np.nan], np.float32)), [np.inf, np.nan], equal_nan=True)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gelu_of_arrays_in_any_storage_order(dtype):
    x = np.random.default_rng(0).standard_normal((4, 5, 6, 7)).astype(dtype)
    expected = nn.GELU()(x)
    for view in (
        x.transpose(2, 0, 3, 1),
        x[:, ::-1],
        x[..., ::2],
        np.broadcast_to(x[:1], x.shape),
        x[:0],
        x[0, 0, 0, 0],
    ):
        assert np.array_equal(
            nn.GELU()(view), np.array([nn.GELU()(v.reshape(1))[0] for v in view.ravel()]).reshape(view.shape)
        )
    assert np.array_equal(nn.GELU()(x.transpose(0, 2, 3, 1)), expected.transpose(0, 2, 3, 1))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gelu_of_a_gradient_in_another_storage_order(dtype):
    x, grad = np.random.default_rng(0).standard_normal((2, 3, 4, 5)).astype(dtype)
    gelu = nn.GELU()
    gelu(x)
    assert np.array_equal(gelu.backward(grad), gelu.backward(np.asfortranarray(grad)))


def test_gelu_at_known_places_and_extremes():
    x = np.array([0.0, 1.0, -1.0, 40.0, -40.0, 1e30, -1e30])
    expected = [0, 0.8413447460685429, -0.15865525393145707, 40, 0, 1e30, 0]
    gelu = nn.GELU()
    np.testing.assert_allclose(gelu(x), expected, rtol=1e-14, atol=1e-100)
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(gelu.backward(np.ones(7))[[0, 3, 4]], [0.5, 1, 0], atol=1e-15)


def test_sigmoid_keeps_its_digits_in_both_tails():
    x = np.array([-1000.0, -50.0, 0.0, 50.0, 1000.0])
    np.testing.assert_allclose(nn.Sigmoid()(x), [0, math.exp(-50), 0.5, 1, 1], rtol=1e-14)


def test_relu_in_place_reuses_both_arrays():
    x, grad = np.array([[-1.0, 2.0]]), np.array([[5.0, 7.0]])
    layer = nn.ReLU(inplace=True)
    assert layer(x) is x
    assert layer.backward(grad) is grad
    assert np.array_equal(x, [[0, 2]])
    assert np.array_equal(grad, [[0, 7]])


def test_dropout_keeps_the_mean_and_the_share():
    layer, x = nn.Dropout(0.3, rng=0), np.ones((200, 500), np.float32)
    y = layer(x)
    assert set(np.unique(y)) == {0, np.float32(1) / np.float32(0.7)}
    assert np.mean(y == 0) == pytest.approx(0.3, abs=0.01)
    assert np.array_equal(layer.backward(x), y)


def test_dropout_repeats_with_its_seed_and_rests_in_evaluation():
    x = np.ones((5, 7))
    assert np.array_equal(nn.Dropout(rng=1)(x), nn.Dropout(rng=1)(x))
    layer = nn.Dropout(rng=1)
    assert not np.array_equal(layer(x), layer(x))
    assert np.array_equal(layer.eval()(x), x)
    assert not nn.Dropout(1.0)(x).any()
    with pytest.raises(ValueError, match="p must be between 0 and 1"):
        nn.Dropout(1.5)


def test_initialisations_have_the_spread_they_promise():
    shape = (64, 32, 3, 3)
    spreads = {
        init.kaiming_uniform: math.sqrt(2 / 288),
        init.kaiming_normal: math.sqrt(2 / 288),
        init.xavier_uniform: math.sqrt(2 / (288 + 576)),
        init.truncated_normal: 0.02 * 0.8796,
    }
    for draw, spread in spreads.items():
        values = draw(shape, rng=0)
        assert values.dtype == np.float32
        assert values.std() == pytest.approx(spread, rel=0.02)
    assert np.abs(init.truncated_normal(shape, rng=0)).max() <= 0.04
    weight, bias = init.torch_default(shape, rng=0, dtype=np.float64)
    assert weight.std() == pytest.approx(1 / math.sqrt(3 * 288), rel=0.02)
    assert np.abs(bias).max() <= 1 / math.sqrt(288)
    with pytest.raises(ValueError, match="at least the axes"):
        init.fans((3,))
