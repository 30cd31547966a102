"""The GRU: against PyTorch's float64 values, finite differences, and itself without padding."""

import numpy as np
import pytest

from npaudio import nn
from tests import sed_cases as cases
from tests.golden_values import load
from tests.nn_cases import numbers

TOLERANCES = {np.float64: 1e-11, np.float32: 1e-5}


def golden(case: str) -> dict[str, np.ndarray]:
    return {name.partition("/")[2]: array for name, array in load("sed").items() if name.startswith(case + "/")}


def made(sizes, dtype=np.float64) -> nn.GRU:
    gru = nn.GRU(*sizes, dtype=dtype)
    gru.load_state_dict(cases.state({name: array.shape for name, array in gru.state_dict().items()}))
    return gru


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("case", cases.GRUS)
def test_gru_equals_pytorch(case, dtype):
    values, expected = gru_values(*cases.GRUS[case], dtype), golden(case)
    assert list(values) == list(expected)  # PyTorch's names in PyTorch's order
    for name, want in expected.items():
        assert values[name].dtype == dtype
        assert np.max(np.abs(values[name] - want)) <= TOLERANCES[dtype] * np.max(np.abs(want)), name


def gru_values(sizes, shape, lengths, dtype):
    gru = made(sizes, dtype)
    y = gru(numbers(shape, 1).astype(dtype), lengths)
    values = {"y": y, "grad_x": gru.backward(numbers(y.shape, 2).astype(dtype))}
    return values | {f"grad_{name}": parameter.grad for name, parameter in gru.named_parameters()}


@pytest.mark.parametrize("sizes", [(3, 4, 1, False), (3, 2, 2, True)])
def test_gru_passes_the_gradient_check(sizes):
    report = nn.gradcheck(nn.GRU(*sizes, rng=1), np.random.default_rng(0).standard_normal((2, 5, 3)))
    assert report.max_error <= 1e-7, str(report)


def test_gradients_of_padded_sequences_pass_the_gradient_check():
    class Padded(nn.Module):
        def __init__(self):
            super().__init__()
            self.gru = nn.GRU(2, 3, 2, True, rng=0)

        def forward(self, x):
            return self.gru(x, [4, 2, 6])

        def backward(self, grad):
            return self.gru.backward(grad)

    report = nn.gradcheck(Padded(), np.random.default_rng(0).standard_normal((3, 6, 2)))
    assert report.max_error <= 1e-7, str(report)


@pytest.mark.parametrize("dtype", TOLERANCES)
def test_padding_never_changes_a_result(dtype):
    rng = np.random.default_rng(0)
    gru = nn.GRU(4, 5, 2, True, rng=0, dtype=dtype)
    lengths = [7, 3, 1, 5]
    x = rng.standard_normal((4, 7, 4)).astype(dtype)
    grad = rng.standard_normal((4, 7, 10)).astype(dtype)
    y = gru(x, lengths)
    grad_x = gru.backward(grad)
    batch = {name: parameter.grad.copy() for name, parameter in gru.named_parameters()}
    gru.zero_grad()
    for k, n in enumerate(lengths):
        np.testing.assert_allclose(y[k, :n], gru(x[k : k + 1, :n])[0], atol=TOLERANCES[dtype])
        np.testing.assert_allclose(grad_x[k, :n], gru.backward(grad[k : k + 1, :n])[0], atol=TOLERANCES[dtype])
        assert not y[k, n:].any()
        assert not grad_x[k, n:].any()
    for name, parameter in gru.named_parameters():
        np.testing.assert_allclose(batch[name], parameter.grad, atol=10 * TOLERANCES[dtype], err_msg=name)
    spoilt = x.copy()
    for k, n in enumerate(lengths):
        spoilt[k, n:] = 1e30
    np.testing.assert_array_equal(gru(spoilt, lengths), y)


def test_the_same_seed_gives_the_same_weights_within_the_bound():
    one, two = (nn.GRU(3, 16, 2, True, rng=5).state_dict() for _ in range(2))
    assert one["weight_ih_l1_reverse"].shape == (48, 32)
    for name, array in one.items():
        np.testing.assert_array_equal(array, two[name])
        assert 0.2 < np.abs(array).max() <= 0.25
    assert repr(nn.GRU(3, 16)) == "GRU(3, 16)"
    assert repr(nn.GRU(3, 16, 2, True)) == "GRU(3, 16, num_layers=2, bidirectional=True)"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.GRU(0, 4), "GRU: input_size must be at least 1"),
        (lambda: nn.GRU(4, 4, num_layers=1.5), "GRU: num_layers must be a whole number"),
        (
            lambda: nn.GRU(4, 4)(np.zeros((2, 3), np.float32)),
            r"x has shape \(2, 3\), expected \(batch, n_frames, 4",
        ),
        (lambda: nn.GRU(4, 4)(np.zeros((2, 4, 3), np.float32)), r"shape \(2, 4, 3\)"),
        (lambda: nn.GRU(4, 4)(np.zeros((2, 3, 4), int)), "floating point"),
        (lambda: nn.GRU(4, 4)(np.zeros((2, 0, 4), np.float32)), r"shape \(2, 0, 4\)"),
        (lambda: nn.GRU(4, 4)(np.zeros((2, 3, 4)), [3]), "lengths must be 2 whole numbers"),
        (lambda: nn.GRU(4, 4)(np.zeros((2, 3, 4)), [3, 4]), r"lengths must lie in 1\.\.3, got 3\.\.4"),
        (lambda: nn.GRU(4, 4)(np.zeros((2, 3, 4)), [0, 3]), r"lengths must lie in 1\.\.3, got 0\.\.3"),
        (lambda: nn.GRU(4, 4).backward(np.zeros((2, 3, 4))), "call forward"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, message):
    with pytest.raises(ValueError, match=message) as error:
        call()
    assert "\n" not in str(error.value)
