"""A training that breaks says at which step and in which layer."""

import numpy as np
import pytest

from npaudio import nn
from npaudio._core.checks import all_finite


def network():
    return nn.Sequential(nn.Linear(3, 4, rng=0), nn.ReLU(), nn.Linear(4, 2, rng=0))


def step(model, x, number, lr=0.1):
    criterion, optimizer = nn.MSELoss(), nn.SGD(model.parameters(), lr=lr)
    optimizer.zero_grad()
    with np.errstate(all="ignore"):
        loss = criterion(model(x), np.zeros((len(x), 2)))
        model.backward(criterion.backward())
        nn.require_finite(model, x, loss, step=number)
        optimizer.step()


def test_finite_training_passes():
    for number in range(3):
        step(network(), np.ones((2, 3), np.float32), number)


def test_training_that_diverges_names_step_and_layer():
    model, x = network(), np.full((2, 3), 100, np.float32)

    def train():
        for number in range(50):
            step(model, x, number, lr=1e6)

    with pytest.raises(nn.NonFiniteError, match=r"step \d+: .*first appeared in") as caught:
        train()
    assert 0 < caught.value.step < 50
    assert caught.value.layer


def test_overflow_names_the_first_layer_not_the_last():
    model = network()
    model[0].weight.data[...] = 3e38
    with pytest.raises(nn.NonFiniteError, match=r"step 7: the loss is .*the output of layer 0 \(Linear\)"):
        step(model, np.full((2, 3), 3, np.float32), 7)


def test_broken_parameter_input_and_target_are_told_apart():
    model, x = network(), np.ones((2, 3), np.float32)
    with pytest.raises(nn.NonFiniteError, match="it first appeared in the input x"):
        step(model, np.full((2, 3), np.nan, np.float32), 1)
    with pytest.raises(nn.NonFiniteError, match="it first appeared in the loss itself"):
        nn.require_finite(model, x, float("nan"), step=1)
    model[2].bias.data[0] = np.inf
    with pytest.raises(nn.NonFiniteError, match=r"it first appeared in the parameter 2\.bias"):
        step(model, x, 1)


def test_bad_gradient_names_the_layer_nearest_to_the_loss():
    model = network()
    for index in (0, 2):
        model[index].weight.grad[0, 0] = np.nan
    with pytest.raises(nn.NonFiniteError, match=r"step 4: the loss is finite, .*in 2 \(gradient of weight\)"):
        nn.require_finite(model, np.ones((2, 3), np.float32), 1.0, step=4)


def test_the_search_leaves_the_layers_as_they_were():
    model = network()
    with pytest.raises(nn.NonFiniteError):
        nn.require_finite(model, np.ones((2, 3), np.float32), float("inf"), step=0)
    assert all("forward" not in vars(layer) for layer in model)


@pytest.mark.parametrize(
    ("values", "finite"),
    [([], True), ([1, -1], True), ([1, np.inf], False), ([-np.inf, 1], False), ([0, np.nan], False)],
)
def test_an_array_is_finite_if_its_ends_are(values, finite):
    assert all_finite(np.array(values)) is finite
