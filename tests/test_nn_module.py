"""Modules: names, states, modes, copies, and the errors that one makes with them."""

import copy
import pickle

import numpy as np
import pytest

from npaudio import nn


def network(dtype=np.float32):
    return nn.Sequential(nn.Linear(4, 3, rng=0, dtype=dtype), nn.BatchNorm1d(3, dtype=dtype), nn.ReLU())


def test_names_are_the_paths_to_the_attributes():
    assert [name for name, _ in network().named_parameters()] == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert [name for name, _ in network().named_modules()] == ["", "0", "1", "2"]


def test_state_dict_has_buffers_after_the_parameters_of_their_module():
    state = network().state_dict()
    assert list(state) == [
        "0.weight",
        "0.bias",
        "1.weight",
        "1.bias",
        "1.running_mean",
        "1.running_var",
        "1.num_batches_tracked",
    ]
    assert state["1.num_batches_tracked"].dtype == np.int64
    assert state["1.num_batches_tracked"].shape == ()


def test_state_dict_is_a_copy_and_loads_back():
    model, other = network(), network(np.float64)
    state = model.state_dict()
    before = state["0.weight"].copy()
    model[0].weight.data += 1
    assert np.array_equal(state["0.weight"], before)
    other.load_state_dict(state)
    assert other[0].weight.data.dtype == np.float64
    assert np.array_equal(other[0].weight.data, state["0.weight"])


def test_load_state_dict_names_every_fault_at_once_and_changes_nothing():
    model = network()
    before = model.state_dict()
    state = {name: array + 1 for name, array in before.items() if name != "0.bias"}
    state |= {"2.weight": np.zeros(3), "1.weight": np.zeros(5)}
    with pytest.raises(ValueError, match=r"missing: 0\.bias; unexpected: 2\.weight; misshapen: 1\.weight has shape"):
        model.load_state_dict(state)
    assert all(np.array_equal(before[name], array) for name, array in model.state_dict().items())


def test_load_state_dict_not_strict_skips_names_but_no_shapes():
    model = network()
    result = model.load_state_dict({"0.bias": np.full(3, 7.0), "more": np.zeros(1)}, strict=False)
    assert np.all(model[0].bias.data == 7)
    assert result.unexpected_keys == ["more"]
    assert "0.weight" in result.missing_keys
    with pytest.raises(ValueError, match=r"misshapen: 0\.bias has shape \(2,\) instead of \(3,\)"):
        model.load_state_dict({"0.bias": np.zeros(2)}, strict=False)


def test_modes_reach_everything_below():
    model = nn.Sequential(network(), nn.Dropout())
    assert model.eval() is model
    assert not any(module.training for module in model.modules())
    assert all(module.training for module in model.train().modules())


def test_sequential_is_a_sequence():
    model = network()
    assert len(model) == 3
    assert [type(layer).__name__ for layer in model] == ["Linear", "BatchNorm1d", "ReLU"]
    assert model[-1] is model[2]
    assert list(model[:2]) == [model[0], model[1]]
    assert len(model.append(nn.Sigmoid())) == 4
    with pytest.raises(ValueError, match="must be a Module"):
        nn.Sequential([nn.ReLU()])


class Holding(nn.Module):
    """Layers in whatever the attributes hold."""

    def __init__(self, **parts):
        super().__init__()
        vars(self).update(parts)


def test_layers_in_lists_tuples_and_dicts_have_pytorchs_names():
    blocks = [nn.Linear(2, 3, rng=0), nn.Sequential(nn.BatchNorm1d(3))]
    heads = {"speech": nn.Linear(3, 1), "music": (nn.ReLU(), [nn.Linear(3, 1, bias=False)])}
    model = Holding(blocks=blocks, scale=[nn.Parameter(np.ones(3))], heads=heads, sizes=[1, (2, 3)], pairs={1: "one"})
    assert list(model.state_dict()) == [
        "scale.0",
        "blocks.0.weight",
        "blocks.0.bias",
        "blocks.1.0.weight",
        "blocks.1.0.bias",
        "blocks.1.0.running_mean",
        "blocks.1.0.running_var",
        "blocks.1.0.num_batches_tracked",
        "heads.speech.weight",
        "heads.speech.bias",
        "heads.music.1.0.weight",
    ]
    assert not any(module.training for module in model.eval().modules())
    assert heads["music"][0].training is False
    assert model.to(np.float64).heads["music"][1][0].weight.data.dtype == np.float64
    assert "(heads.music.1.0): Linear(3, 1, bias=False)" in repr(model)


def test_layers_in_a_list_are_trained():
    model = Holding(blocks=[nn.Linear(2, 3, rng=0)])
    model.blocks[0].weight.grad += 1
    before = model.blocks[0].weight.data.copy()
    nn.SGD(model.parameters(), lr=0.5).step()
    np.testing.assert_array_equal(model.blocks[0].weight.data, before - 0.5)


def test_one_parameter_may_be_shared_by_two_layers():
    first, second = nn.Linear(3, 3, rng=0), nn.Linear(3, 3)
    second.weight = first.weight
    model = nn.Sequential(first, second)
    assert [name for name, _ in model.named_parameters()] == ["0.weight", "0.bias", "1.bias"]
    assert "1.weight" in model.state_dict()
    assert nn.gradcheck(model, np.random.default_rng(0).standard_normal((2, 3))).max_error <= 1e-7


def nested(relu):
    return nn.Sequential(nn.Sequential(nn.Linear(2, 2), relu), nn.Linear(2, 2))


@pytest.mark.parametrize(
    "append", [lambda relu: nn.Sequential(relu, nn.Linear(2, 2), relu), lambda relu: nested(relu).append(relu)]
)
def test_one_layer_cannot_be_put_in_a_sequential_twice(append):
    with pytest.raises(
        ValueError, match=r"ReLU: the same object is at two places .* '0.*' and '2', .*make one for each"
    ):
        append(nn.ReLU())


def test_what_is_refused_is_not_put_there():
    relu = nn.ReLU()
    model = nested(relu)
    with pytest.raises(ValueError, match="two places"):
        model.append(relu)
    assert len(model) == 2
    model.train()


@pytest.mark.parametrize("visit", ["parameters", "train", "eval", "modules", "state_dict", "zero_grad"])
def test_one_layer_at_two_attributes_is_refused_at_the_first_visit(visit):
    layer = nn.Linear(2, 2)
    with pytest.raises(
        ValueError, match=r"Linear: the same object is at two places of the network, 'first' and 'more\.0'"
    ):
        getattr(Holding(first=layer, more=[layer]), visit)()


def test_a_network_that_holds_itself_is_refused():
    model = nn.Sequential(nn.ReLU())
    with pytest.raises(ValueError, match="two places"):
        model.append(model)


def test_a_gradient_that_is_no_float_array_is_refused():
    layer = nn.Linear(2, 2)
    layer(np.ones((1, 2), np.float32))
    with pytest.raises(ValueError, match=r"Linear\.backward: grad must be an array, got list; convert with np.asarray"):
        layer.backward([[1.0, 2.0]])
    with pytest.raises(ValueError, match=r"Linear\.backward: grad must be floating point, got int64"):
        layer.backward(np.ones((1, 2), int))
    with pytest.raises(ValueError, match=r"Linear\.backward: grad is a masked array"):
        layer.backward(np.ma.ones((1, 2)))


def test_repr_shows_the_tree():
    assert repr(network()).splitlines()[1] == "  (0): Linear(4, 3)"
    assert repr(nn.Sequential(network())).splitlines()[2] == "    (0): Linear(4, 3)"
    assert "kernel_size=(3, 3)" in repr(nn.Conv2d(1, 2, 3))
    assert repr(nn.CrossEntropyLoss(label_smoothing=0.1)) == "CrossEntropyLoss(label_smoothing=0.1)"


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_are_independent_and_carry_no_forward_pass(clone):
    model = network()
    x = np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32)
    y = model(x)
    other = clone(model)
    with pytest.raises(ValueError, match="no forward pass"):
        other.backward(y)
    other[0].weight.data += 1
    assert not np.array_equal(model[0].weight.data, other[0].weight.data)
    assert np.array_equal(model(x), y)


def test_to_converts_parameters_gradients_and_floating_buffers():
    model = network().to(np.float64)
    kinds = {name: array.dtype for name, array in model.state_dict().items()}
    assert kinds.pop("1.num_batches_tracked") == np.int64
    assert set(kinds.values()) == {np.dtype(np.float64)}
    assert all(p.grad.dtype == np.float64 for p in model.parameters())


LAYERS = {
    "linear": (nn.Linear(4, 3), (2, 4)),
    "conv": (nn.Conv2d(2, 3, 3), (2, 2, 4, 5)),
    "batchnorm": (nn.BatchNorm2d(2), (2, 2, 4, 5)),
    "layernorm": (nn.LayerNorm(4), (2, 4)),
    "maxpool": (nn.MaxPool2d(2), (2, 2, 4, 5)),
    "avgpool": (nn.AvgPool2d(2), (2, 2, 4, 5)),
    "adaptive": (nn.AdaptiveAvgPool2d(2), (2, 2, 4, 5)),
    "relu": (nn.ReLU(), (2, 4)),
    "gelu": (nn.GELU(), (2, 4)),
    "sigmoid": (nn.Sigmoid(), (2, 4)),
    "dropout": (nn.Dropout(), (2, 4)),
    "flatten": (nn.Flatten(), (2, 2, 4)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_backward_before_forward_and_wrong_gradients_are_refused(name):
    layer, shape = copy.deepcopy(LAYERS[name][0]), LAYERS[name][1]
    kind = type(layer).__name__
    with pytest.raises(ValueError, match=f"{kind}.backward: there is no forward pass"):
        layer.backward(np.zeros(shape, np.float32))
    y = layer(np.ones(shape, np.float32))
    with pytest.raises(ValueError, match=f"{kind}.backward: grad has shape"):
        layer.backward(np.zeros((*y.shape, 1), np.float32))


@pytest.mark.parametrize("name", LAYERS)
def test_backward_may_be_called_twice_and_adds(name):
    layer, shape = copy.deepcopy(LAYERS[name][0]), LAYERS[name][1]
    rng = np.random.default_rng(0)
    grad = rng.standard_normal(layer(rng.standard_normal(shape)).shape)
    first = layer.backward(grad).copy()
    once = [p.grad.copy() for p in layer.parameters()]
    assert np.array_equal(layer.backward(grad), first)
    assert all(np.allclose(p.grad, 2 * g) for p, g in zip(layer.parameters(), once, strict=True))
    layer.zero_grad()
    assert not any(p.grad.any() for p in layer.parameters())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LAYERS)
def test_dtype_and_input_are_kept(name, dtype):
    layer, shape = copy.deepcopy(LAYERS[name][0]).to(dtype), LAYERS[name][1]
    x = np.random.default_rng(0).standard_normal(shape).astype(dtype)
    before = x.copy()
    y = layer(x)
    grad = np.ones_like(y)
    assert y.dtype == layer.backward(grad).dtype == dtype
    assert np.array_equal(x, before)
    assert np.all(grad == 1)


@pytest.mark.parametrize("name", LAYERS)
def test_integers_are_refused(name):
    layer, shape = LAYERS[name]
    with pytest.raises(ValueError, match=r"must be floating point, got int64 .*astype"):
        layer(np.ones(shape, np.int64))


@pytest.mark.parametrize("name", ["conv", "batchnorm", "maxpool", "avgpool", "adaptive"])
def test_images_without_batch_and_empty_images_are_refused(name):
    layer, shape = LAYERS[name]
    with pytest.raises(ValueError, match="batch, channel, frequency, time"):
        layer(np.ones(shape[1:], np.float32))
    with pytest.raises(ValueError, match="x is empty"):
        layer(np.ones((0, *shape[1:]), np.float32))


def test_flatten_leaves_a_matrix_as_it_is():
    np.testing.assert_array_equal(nn.Flatten()(np.arange(6.0).reshape(2, 3)), [[0, 1, 2], [3, 4, 5]])


def test_wrong_sizes_are_refused():
    with pytest.raises(ValueError, match=r"Conv2d: x has 3 channels in shape \(1, 3, 4, 4\), expected 2"):
        nn.Conv2d(2, 3, 3)(np.zeros((1, 3, 4, 4), np.float32))
    with pytest.raises(ValueError, match=r"Flatten: x needs a batch axis and at least one more, got shape \(3,\)"):
        nn.Flatten()(np.zeros(3, np.float32))
    with pytest.raises(ValueError, match=r"BatchNorm1d: x has shape \(0, 3\)"):
        nn.BatchNorm1d(3)(np.zeros((0, 3), np.float32))
    with pytest.raises(ValueError, match=r"Linear: x has shape \(2, 5\), expected \(..., 4\)"):
        nn.Linear(4, 3)(np.zeros((2, 5), np.float32))
    with pytest.raises(ValueError, match=r"LayerNorm: x has shape \(2, 5\), expected \(..., 4\)"):
        nn.LayerNorm(4)(np.zeros((2, 5), np.float32))
    with pytest.raises(ValueError, match="BatchNorm1d: x has shape"):
        nn.BatchNorm1d(4)(np.zeros((2, 5), np.float32))
    with pytest.raises(ValueError, match="Conv2d: kernel_size must be a whole number"):
        nn.Conv2d(1, 1, 0)
    with pytest.raises(ValueError, match="Linear: in_features must be"):
        nn.Linear(0, 3)


def test_base_classes_say_what_is_missing():
    with pytest.raises(NotImplementedError, match="Module does not define forward"):
        nn.Module()(np.zeros(1))
    with pytest.raises(NotImplementedError, match="Module does not define backward"):
        nn.Module().backward(np.zeros(1))


UNKNOWN_OPTIONS = {
    "MaxPool2d: got an unexpected keyword argument 'dilation'; it takes kernel_size, stride, padding": (
        lambda: nn.MaxPool2d(2, dilation=2)
    ),
    "Conv2d: got an unexpected keyword argument 'groups'; it takes in_channels, out_channels, kernel_size, stride": (
        lambda: nn.Conv2d(2, 2, 3, groups=2)
    ),
    "AvgPool2d: .*'count_include_pad'": lambda: nn.AvgPool2d(2, count_include_pad=False),
    "BatchNorm2d: .*'device'": lambda: nn.BatchNorm2d(2, device="cpu"),
    "ReLU: too many positional arguments; it takes inplace": lambda: nn.ReLU(True, 2),
    "Flatten: .*'start_dim'; it takes no options": lambda: nn.Flatten(start_dim=1),
    "CrossEntropyLoss: .*'ignore_index'; it takes weight, label_smoothing": lambda: nn.CrossEntropyLoss(ignore_index=1),
    "Adam: .*'amsgrad'": lambda: nn.Adam([nn.Parameter(np.ones(1))], amsgrad=True),
    "OneCycle: .*'anneal_strategy'": lambda: nn.OneCycle(
        nn.SGD([nn.Parameter(np.ones(1))]), 1.0, 3, anneal_strategy="linear"
    ),
    "MaxPool2d: missing a required argument: 'kernel_size'": lambda: nn.MaxPool2d(stride=2),
}


@pytest.mark.parametrize("message", UNKNOWN_OPTIONS)
def test_options_that_do_not_exist_name_the_class_and_what_it_takes(message):
    with pytest.raises(TypeError, match=f"^{message}"):
        UNKNOWN_OPTIONS[message]()


SMALL = np.int8(100)


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda: nn.Conv2d(SMALL, SMALL, np.int8(3), padding=np.int8(1)), (1, 100, 4, 5)),
        (lambda: nn.Linear(SMALL, np.uint8(200)), (3, 100)),
        (lambda: nn.BatchNorm2d(SMALL), (2, 100, 3, 3)),
        (lambda: nn.LayerNorm(SMALL), (2, 100)),
        (lambda: nn.LayerNorm((np.int8(20), SMALL)), (2, 20, 100)),
        (lambda: nn.MaxPool2d(SMALL, SMALL), (1, 1, 300, 200)),
        (lambda: nn.AvgPool2d((SMALL, np.int8(2))), (1, 1, 300, 200)),
        (lambda: nn.AdaptiveAvgPool2d(SMALL), (1, 1, 300, 200)),
    ],
)
def test_small_numpy_integers_do_not_overflow(make, shape):
    layer = make()
    options = [entry for value in vars(layer).values() for entry in (value if isinstance(value, tuple) else [value])]
    assert not any(isinstance(option, np.integer) for option in options)
    y = layer(np.random.default_rng(0).standard_normal(shape))
    assert layer.backward(y).shape == shape


@pytest.mark.parametrize("name", LAYERS)
def test_masked_arrays_are_refused(name):
    layer, shape = LAYERS[name]
    with pytest.raises(ValueError, match=f"^{type(layer).__name__}: x is a masked array"):
        layer(np.ma.ones(shape))


@pytest.mark.parametrize(
    "model",
    [
        nn.Conv2d(1, 2, 3, rng=0),
        nn.Sequential(nn.Conv2d(1, 2, 3, rng=0), nn.BatchNorm2d(2), nn.ReLU()),
        nn.Sequential(nn.Flatten(), nn.Linear(63, 2, rng=0)),
        nn.Linear(9, 2, rng=0),
    ],
)
def test_backward_to_parameters_gives_them_the_same_gradients(model):
    rng = np.random.default_rng(0)
    grad = rng.standard_normal(model(rng.standard_normal((3, 1, 7, 9))).shape)
    model.backward(grad)
    expected = [parameter.grad.copy() for parameter in model.parameters()]
    model.zero_grad()
    assert model.backward_to_parameters(grad) is None
    assert all(np.array_equal(p.grad, e) for p, e in zip(model.parameters(), expected, strict=True))
