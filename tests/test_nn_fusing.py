"""Fused networks give the scores of the plain ones in evaluation, and leave them as they are."""

import numpy as np
import pytest

from npaudio import nn
from npaudio.models import AudioCNN
from npaudio.training import predict
from tests.test_nn_module import Holding


def kinds(model):
    return [type(layer).__name__ for layer in model]


def trained(model, shape):
    """With running statistics that are not those of the beginning."""
    for seed in range(3):
        model(np.random.default_rng(seed).standard_normal(shape) + 0.5)
    return model


def test_audio_cnn_fused_equals_its_layers():
    model = trained(AudioCNN(n_mels=16, num_classes=3, rng=0, dtype=np.float64), (5, 1, 16, 20))
    x = np.random.default_rng(9).standard_normal((5, 1, 16, 20))
    fused = nn.fuse(model)
    assert kinds(fused.features) == ["Conv2d", "MaxPool2d", "ReLU"] * 3 + ["Conv2d", "ReLU", "AdaptiveAvgPool2d"]
    assert len(model.features) == 16
    assert not fused.training
    assert all(module.training for module in model.modules())
    np.testing.assert_allclose(fused(x), model.eval()(x), rtol=1e-10)


def test_other_layers_and_lone_batchnorms_stay():
    model = nn.Sequential(
        nn.BatchNorm2d(2), nn.Conv2d(2, 3, 1, bias=False, rng=0), nn.BatchNorm2d(3), nn.ReLU(), nn.Conv2d(3, 1, 1)
    )
    fused = nn.fuse(model)
    assert kinds(fused) == ["BatchNorm2d", "Conv2d", "ReLU", "Conv2d"]
    assert model[1].bias is None
    x = np.random.default_rng(0).standard_normal((2, 2, 3, 4))
    np.testing.assert_allclose(fused(x), model.eval()(x), atol=1e-6)


def test_batchnorm_without_running_statistics_and_mean_pooling_stay():
    model = nn.Sequential(nn.Conv2d(2, 3, 1), nn.BatchNorm2d(3, track_running_stats=False), nn.ReLU(), nn.AvgPool2d(2))
    assert kinds(nn.fuse(model)) == kinds(model)


def block(**options):
    return nn.Sequential(nn.Conv2d(1, 2, 3, rng=0), nn.BatchNorm2d(2), nn.ReLU(**options))


def test_networks_inside_lists_tuples_and_dicts_are_fused_and_the_originals_left_alone():
    model = Holding(blocks=[block()], heads={"a": (block(), 3)}, other=[1, 2])
    fused = nn.fuse(model)
    assert kinds(fused.blocks[0]) == kinds(fused.heads["a"][0]) == ["Conv2d", "ReLU"]
    assert kinds(model.blocks[0]) == ["Conv2d", "BatchNorm2d", "ReLU"]
    assert all(module.training for module in model.modules())
    assert not any(module.training for module in fused.modules())


class Residual(nn.Sequential):
    """A Sequential with another forward pass may count on the number of its layers."""

    def forward(self, x):
        return x + self[2](self[1](x))


def test_a_sequential_with_a_forward_of_its_own_keeps_its_layers():
    model = Residual(nn.Conv2d(1, 1, 3), nn.BatchNorm2d(1), nn.ReLU())
    fused = nn.fuse(model)
    assert kinds(fused) == kinds(model)
    x = np.ones((1, 1, 4, 4))
    np.testing.assert_array_equal(fused(x), model.eval()(x))


def test_the_forward_pass_of_the_original_is_not_forgotten():
    model = trained(block(), (2, 1, 5, 5))
    x = np.random.default_rng(0).standard_normal((2, 1, 5, 5))
    grad = np.ones_like(model(x))
    expected = model.backward(grad).copy()
    nn.fuse(model)(np.zeros((7, 1, 9, 9)))
    np.testing.assert_array_equal(model.backward(grad), expected)


@pytest.mark.parametrize("first", [nn.ReLU(inplace=True), nn.Sequential(nn.ReLU(inplace=True))])
def test_predict_leaves_its_input_alone(first):
    x = np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32)
    before = x.copy()
    scores = predict(nn.Sequential(first, nn.Linear(3, 2, rng=0)), x, batch_size=3)
    assert scores.shape == (4, 2)
    np.testing.assert_array_equal(x, before)
