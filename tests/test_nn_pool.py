"""Pooling against its definition in loops; ties; sizes."""

import numpy as np
import pytest

from npaudio import nn
from tests import oracles

CASES = [
    ((2, 2), (2, 2), (0, 0)),
    ((3, 2), (1, 3), (1, 0)),
    ((2, 3), (3, 1), (1, 1)),
    ((5, 1), (2, 2), (2, 0)),
]


@pytest.mark.parametrize("kind", ["max", "mean"])
@pytest.mark.parametrize("case", CASES)
def test_pooling_equals_its_loops(case, kind):
    rng = np.random.default_rng(0)
    x = rng.integers(-2, 3, (2, 3, 7, 9)).astype(np.float64)  # many ties
    layer = (nn.MaxPool2d if kind == "max" else nn.AvgPool2d)(*case)
    y = layer(x)
    grad = rng.standard_normal(y.shape)
    expected, expected_grad = oracles.pool2d_loops(x, grad, *case, kind)
    np.testing.assert_allclose(y, expected, atol=1e-12)
    np.testing.assert_allclose(layer.backward(grad), expected_grad, atol=1e-12)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 5), (9, 11)])
def test_adaptive_pooling_equals_its_loops(size):
    x = np.random.default_rng(0).standard_normal((2, 3, 7, 5))
    np.testing.assert_allclose(nn.AdaptiveAvgPool2d(size)(x), oracles.adaptive_avgpool2d_loops(x, *size), atol=1e-12)


def test_first_of_equal_maxima_gets_the_whole_gradient():
    layer = nn.MaxPool2d(2)
    layer(np.array([[[[0.0, 1.0], [1.0, 1.0]]]]))
    assert np.array_equal(layer.backward(np.array([[[[5.0]]]]))[0, 0], [[0, 5], [0, 0]])


def test_more_than_255_taps_are_told_apart():
    x = np.arange(17 * 17, dtype=np.float64).reshape(1, 1, 17, 17)
    layer = nn.MaxPool2d(17)
    assert layer(x).item() == 288
    assert layer.backward(np.ones((1, 1, 1, 1))).argmax() == 288


def test_padding_of_negative_numbers_never_wins():
    assert np.all(nn.MaxPool2d(2, padding=1)(np.full((1, 1, 3, 3), -5.0)) == -5)


def test_images_smaller_than_the_window_and_too_much_padding_are_refused():
    with pytest.raises(ValueError, match=r"MaxPool2d: an image of 1 x 5 is smaller .*at least 2 x 2"):
        nn.MaxPool2d(2)(np.zeros((1, 1, 1, 5), np.float32))
    with pytest.raises(ValueError, match="at most half the kernel size"):
        nn.AvgPool2d(2, padding=2)


def test_flatten_keeps_the_logical_order_whatever_the_storage():
    x = np.arange(24.0).reshape(2, 3, 2, 2)
    stored_last = np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    assert np.array_equal(nn.Flatten()(stored_last), x.reshape(2, 12))
