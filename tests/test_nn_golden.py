"""Layers, losses and optimizers against PyTorch's float64 results: 1e-10 in float64, 1e-5 in float32."""

import numpy as np
import pytest

from npaudio import nn
from npaudio.models import AudioCNN
from tests import nn_cases
from tests.golden_values import load

TOLERANCES = {np.float64: 1e-10, np.float32: 1e-5}


def golden(file: str, case: str) -> dict[str, np.ndarray]:
    return {name.partition("/")[2]: array for name, array in load(file).items() if name.startswith(case + "/")}


def assert_close(values: dict[str, np.ndarray], expected: dict[str, np.ndarray], tolerance: float) -> None:
    assert set(values) == set(expected)
    for name, want in expected.items():
        assert np.shape(values[name]) == want.shape, name
        scale = max(np.max(np.abs(want)), 1e-300)
        assert np.max(np.abs(values[name] - want)) <= tolerance * scale, name


def layer_values(kind, options, shape, dtype):
    made = {"dtype": dtype} if kind in {"Linear", "Conv2d", "BatchNorm1d", "BatchNorm2d", "LayerNorm"} else {}
    layer = getattr(nn, kind)(**options, **made)
    layer.load_state_dict(nn_cases.state({k: v.shape for k, v in layer.state_dict().items()}), strict=False)
    layer(nn_cases.numbers(shape, 3).astype(dtype))
    layer.zero_grad()
    x = nn_cases.numbers(shape, 1).astype(dtype)
    y = layer(x)
    values = {"y": y, "grad_x": layer.backward(nn_cases.numbers(y.shape, 2).astype(dtype))}
    values |= {f"grad_{name}": p.grad.copy() for name, p in layer.named_parameters()}
    values |= {f"state_{name}": value for name, value in layer.state_dict().items()}
    y = layer.eval()(x)
    values |= {"eval_y": y, "eval_grad_x": layer.backward(nn_cases.numbers(y.shape, 2).astype(dtype))}
    return values


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("case", nn_cases.LAYERS)
def test_layer_equals_pytorch(case, dtype):
    values = layer_values(*nn_cases.LAYERS[case], dtype)
    assert_close(values, golden("nn_layers", case), TOLERANCES[dtype])
    assert all(v.dtype == dtype for k, v in values.items() if k != "state_num_batches_tracked")


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("case", nn_cases.LOSSES)
def test_loss_equals_pytorch(case, dtype):
    values = loss_values(*nn_cases.LOSSES[case], dtype)
    assert isinstance(values["loss"], float)
    assert values["grad"].dtype == dtype
    assert_close(values, golden("nn_losses", case), TOLERANCES[dtype])


def loss_values(kind, options, target_kind, dtype):
    loss = getattr(nn, kind)(**options)
    value = loss(nn_cases.numbers((6, 4), 5, spread=4).astype(dtype), nn_cases.targets(target_kind))
    return {"loss": value, "grad": loss.backward()}


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("case", nn_cases.OPTIMIZERS)
def test_ten_steps_equal_pytorch(case, dtype):
    path = path_of(*nn_cases.OPTIMIZERS[case], dtype)
    assert path.dtype == dtype
    assert_close({"path": path}, golden("nn_optim", case), TOLERANCES[dtype])


def path_of(kind, options, dtype):
    """The weights after each of ten steps."""
    w = nn.Parameter(nn_cases.numbers((3, 4), 11).astype(dtype))
    optimizer = getattr(nn, kind)([w], **options)
    path = []
    for step in range(nn_cases.N_STEPS):
        optimizer.zero_grad()
        w.grad += np.cos(w.data) * nn_cases.numbers((3, 4), 20 + step).astype(dtype)
        optimizer.step()
        path.append(w.data.copy())
    return np.array(path)


def test_one_cycle_equals_pytorch():
    optimizer = nn.Adam([nn.Parameter(np.zeros(1))])
    schedule = nn.OneCycle(optimizer, max_lr=0.3, total_steps=23)
    rates, momenta = [], []
    for _ in range(23):
        rates.append(optimizer.lr)
        momenta.append(optimizer.betas[0])
        schedule.step()
    assert_close({"lr": np.array(rates), "momentum": np.array(momenta)}, golden("nn_optim", "one_cycle"), 1e-12)


def test_clip_grad_norm_equals_pytorch():
    parameters = [nn.Parameter(np.zeros(shape)) for shape in ((3, 4), (5,))]
    for seed, parameter in enumerate(parameters):
        parameter.grad += nn_cases.numbers(parameter.shape, 60 + seed)
    norm = nn.clip_grad_norm(parameters, 1.5)
    values = {"norm": np.array(norm), "first": parameters[0].grad, "second": parameters[1].grad}
    assert_close(values, golden("nn_optim", "clip"), 1e-10)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-4)])
def test_one_training_step_of_audio_cnn_equals_pytorch(dtype, tolerance):
    values = audio_cnn_values(dtype)
    expected = load("nn_audio_cnn")
    for name in [name for name in expected if is_bias_before_batchnorm(name)]:
        weight = "norm_" + name.partition("_")[2].replace("bias", "weight")
        assert np.max(np.abs(values.pop(name))) <= tolerance * expected[weight], name
        assert np.max(np.abs(expected.pop(name))) <= 1e-10, name
    assert_close(values, expected, tolerance)


def audio_cnn_values(dtype):
    model = AudioCNN(n_mels=nn_cases.CNN_SHAPE[2], num_classes=nn_cases.CNN_CLASSES, dropout=0.0, dtype=dtype)
    model.load_state_dict(nn_cases.state({k: v.shape for k, v in model.state_dict().items()}), strict=False)
    loss = nn.CrossEntropyLoss()
    logits = model(nn_cases.numbers(nn_cases.CNN_SHAPE, 1).astype(dtype))
    values = {"logits": logits, "loss": np.array(loss(logits, np.arange(nn_cases.CNN_SHAPE[0]) * 7))}
    values["grad_x"] = model.backward(loss.backward())
    for name, parameter in model.named_parameters():
        values[f"grad_{name}"] = nn_cases.some_entries(parameter.grad)
        values[f"norm_{name}"] = np.linalg.norm(parameter.grad)
    return values | {f"state_{k}": v for k, v in model.state_dict().items() if "running" in k}


def is_bias_before_batchnorm(name: str) -> bool:
    """BatchNorm takes every offset away, so these gradients are 0 but for rounding, here and in PyTorch."""
    layer = name.rpartition("features.")[2].partition(".")[0]
    return name.endswith(".bias") and "features" in name and layer.isdigit() and int(layer) % 4 == 0
