"""Every layer and loss against finite differences at odd shapes; and the checker against planted faults."""

import numpy as np
import pytest

from npaudio import nn
from npaudio.models import AudioCNN


def off_the_kinks(shape, rng):
    """Numbers that are all different and none of them near 0: steps of 0.05 in random order."""
    size = int(np.prod(shape))
    return ((rng.permutation(size) - size / 2 + 0.25) * 0.05).reshape(shape)


CONVS = [(k, s, p) for k in (1, 2, 3, (2, 5)) for s in (1, 2, 3) for p in (0, 1, 2)]


@pytest.mark.parametrize(("kernel", "stride", "padding"), CONVS)
def test_conv2d(kernel, stride, padding):
    batch = 1 if padding == 0 else 2
    x = np.random.default_rng(0).standard_normal((batch, 2, 5, 7))
    layer = nn.Conv2d(2, 3, kernel, stride, padding, bias=stride != 2, rng=0)
    assert nn.gradcheck(layer, x).max_error <= 1e-7


@pytest.mark.parametrize("pool", [nn.MaxPool2d, nn.AvgPool2d])
@pytest.mark.parametrize(("kernel", "stride", "padding"), [(k, s, p) for k, s, p in CONVS if k in (2, 3) and p < 2])
def test_pooling(pool, kernel, stride, padding):
    x = off_the_kinks((1, 3, 7, 5), np.random.default_rng(1))
    assert nn.gradcheck(pool(kernel, stride, padding), x).max_error <= 1e-7


OTHERS = {
    "linear": (nn.Linear(5, 3, rng=0), (3, 5)),
    "linear without bias": (nn.Linear(5, 3, bias=False, rng=0), (1, 2, 5)),
    "batchnorm of vectors": (nn.BatchNorm1d(3), (5, 3)),
    "batchnorm of sequences": (nn.BatchNorm1d(3), (1, 3, 7)),
    "batchnorm of images": (nn.BatchNorm2d(3), (1, 3, 5, 7)),
    "batchnorm without affine": (nn.BatchNorm2d(3, affine=False), (3, 3, 1, 3)),
    "batchnorm in evaluation": (nn.BatchNorm2d(3).eval(), (1, 3, 3, 5)),
    "layernorm": (nn.LayerNorm(7), (1, 3, 7)),
    "layernorm of two axes": (nn.LayerNorm((3, 5)), (2, 3, 5)),
    "layernorm without affine": (nn.LayerNorm(5, elementwise_affine=False), (3, 5)),
    "relu": (nn.ReLU(), (3, 5, 7)),
    "relu in place": (nn.ReLU(inplace=True), (3, 5, 7)),
    "gelu": (nn.GELU(), (3, 5, 7)),
    "sigmoid": (nn.Sigmoid(), (3, 5, 7)),
    "dropout": (nn.Dropout(0.4, rng=0), (5, 7)),
    "dropout in evaluation": (nn.Dropout(0.4, rng=0).eval(), (5, 7)),
    "flatten": (nn.Flatten(), (1, 3, 5, 2)),
    "adaptive, fewer bins": (nn.AdaptiveAvgPool2d((2, 3)), (1, 2, 7, 5)),
    "adaptive, more bins": (nn.AdaptiveAvgPool2d((None, 4)), (2, 1, 3, 3)),
    "adaptive, one bin": (nn.AdaptiveAvgPool2d(1), (1, 3, 5, 3)),
}


@pytest.mark.parametrize("name", OTHERS)
def test_layer(name):
    layer, shape = OTHERS[name]
    for parameter in layer.parameters():
        parameter.data += np.random.default_rng(2).standard_normal(parameter.shape).astype(np.float32)
    assert nn.gradcheck(layer, off_the_kinks(shape, np.random.default_rng(3))).max_error <= 1e-7


CLASSES, BINARY = np.array([2, 0, 1]), np.array([[1, 0, 0, 1], [0, 1, 1, 0], [0, 0, 1, 1]])
SOFT = np.array([[0.1, 0.2, 0.3, 0.4], [1, 0, 0, 0], [0.25, 0.25, 0.5, 0]])
LOSSES = {
    "cross entropy": (nn.CrossEntropyLoss(), CLASSES),
    "cross entropy, weighted and smoothed": (nn.CrossEntropyLoss([1, 2, 3, 0.5], label_smoothing=0.2), CLASSES),
    "cross entropy, soft": (nn.CrossEntropyLoss([1, 2, 3, 0.5], label_smoothing=0.1), SOFT),
    "binary cross entropy": (nn.BCEWithLogitsLoss(pos_weight=[1, 2, 3, 0.5]), BINARY),
    "binary cross entropy, soft": (nn.BCEWithLogitsLoss(), SOFT),
    "focal": (nn.FocalLoss(2.0, alpha=0.25), BINARY),
    "focal, small gamma": (nn.FocalLoss(0.5), SOFT),
    "focal, classes": (nn.FocalLoss(1.5), CLASSES),
    "generalized": (nn.GeneralizedCrossEntropyLoss(0.7), CLASSES),
    "generalized, soft": (nn.GeneralizedCrossEntropyLoss(1.0), SOFT),
    "mse": (nn.MSELoss(), SOFT),
}


@pytest.mark.parametrize("name", LOSSES)
def test_loss(name):
    loss, targets = LOSSES[name]
    scores = np.random.default_rng(4).standard_normal((3, 4)) * 3
    assert nn.gradcheck(loss, scores, targets).max_error <= 1e-7


def test_whole_network():
    model = AudioCNN(n_mels=8, num_classes=3, rng=0)
    x = np.random.default_rng(5).standard_normal((2, 1, 8, 9))
    report = nn.gradcheck(model, x, max_entries=3)
    assert report.max_error <= 1e-6
    assert len(report.rows) == 1 + len(list(model.parameters()))


class MissingFactor(nn.Linear):
    def backward(self, grad):
        return super().backward(grad) / 2


class TransposedWeight(nn.Linear):
    def backward(self, grad):
        super().backward(grad)
        return grad @ self.weight.data.T


class WrongAxis(nn.Linear):
    def backward(self, grad):
        before = self.bias.grad.copy()
        result = super().backward(grad)
        self.bias.grad[...] = before + grad.sum(axis=1)
        return result


class Overwritten(nn.Linear):
    def backward(self, grad):
        self.zero_grad()
        return super().backward(grad)


class ForgottenBias(nn.Linear):
    def backward(self, grad):
        before = self.bias.grad.copy()
        result = super().backward(grad)
        self.bias.grad[...] = before
        return result


class NotANumber(nn.Linear):
    def backward(self, grad):
        return super().backward(grad) * np.nan


FAULTS = {
    MissingFactor: {"x"},
    TransposedWeight: {"x"},
    WrongAxis: {"bias"},
    Overwritten: {"weight", "bias"},
    ForgottenBias: {"bias"},
    NotANumber: {"x"},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_fault_is_caught_where_it_is(fault):
    report = nn.gradcheck(fault(3, 3, rng=0), np.random.default_rng(6).standard_normal((3, 3)))
    assert {row.array for row in report.rows if not row.ok} == FAULTS[fault]
    assert not report


def test_report_prints_a_table():
    report = nn.gradcheck(MissingFactor(3, 2, rng=0), np.ones((1, 3)))
    head, *rows = str(report).splitlines()
    assert head.split()[:3] == ["array", "analytic", "numeric"]
    assert "worst index" in head
    assert head.endswith("verdict")
    assert [row.split()[0] for row in rows] == ["x", "weight", "bias"]
    assert [row.split()[-1] for row in rows] == ["WRONG", "ok", "ok"]
    bad = report.rows[0]
    assert bad.analytic == pytest.approx(bad.numeric / 2)


def test_module_is_left_as_it_was():
    layer = nn.Sequential(nn.Linear(4, 3, rng=0), nn.BatchNorm1d(3), nn.Dropout(0.5, rng=0))
    before, random_state = layer.state_dict(), layer[2].rng.bit_generator.state
    nn.gradcheck(layer, np.random.default_rng(0).standard_normal((5, 4)))
    after = layer.state_dict()
    assert all(np.array_equal(before[name], after[name]) and before[name].dtype == after[name].dtype for name in before)
    assert layer[2].rng.bit_generator.state == random_state
    assert all(not p.grad.any() and p.grad.dtype == np.float32 for p in layer.parameters())


def test_bias_before_batchnorm_is_no_false_alarm():
    layer = nn.Sequential(nn.Linear(4, 3, rng=0), nn.BatchNorm1d(3))
    assert nn.gradcheck(layer, np.random.default_rng(0).standard_normal((5, 4)))


class TwoGains(nn.Module):
    """y = 1000 a x + b x, with a `backward` that makes the gradient of b too large by 0.001."""

    def __init__(self):
        super().__init__()
        self.a, self.b = (nn.Parameter(np.ones(1)) for _ in range(2))

    def forward(self, x):
        self.x = x
        return (1000 * self.a.data + self.b.data) * x

    def backward(self, grad):
        self.a.grad += 1000 * np.sum(grad * self.x)
        self.b.grad += np.sum(grad * self.x) + 0.001
        return grad * (1000 * self.a.data + self.b.data)


def test_errors_are_measured_against_a_hundredth_of_the_largest_gradient_at_least():
    rows = {row.array: row for row in nn.gradcheck(TwoGains(), np.ones((1, 1)), tolerance=1e-2).rows}
    largest = max(abs(row.numeric) for row in rows.values())
    assert rows["b"].error == pytest.approx(0.001 / (largest / 100), rel=1e-3)
    assert rows["a"].error < 1e-6
