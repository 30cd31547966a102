"""What the golden values of `npaudio.nn` are computed for: shared by tests/golden/make_nn.py and the tests."""

import numpy as np

# name: (layer, its arguments, shape of its input); the names and arguments are PyTorch's and ours alike
LAYERS: dict[str, tuple[str, dict, tuple[int, ...]]] = {
    "linear": ("Linear", {"in_features": 5, "out_features": 3}, (4, 5)),
    "linear_nd_no_bias": ("Linear", {"in_features": 5, "out_features": 3, "bias": False}, (2, 3, 5)),
    "conv": ("Conv2d", {"in_channels": 2, "out_channels": 3, "kernel_size": 3, "padding": 1}, (2, 2, 5, 7)),
    "conv_strided": (
        "Conv2d",
        {"in_channels": 3, "out_channels": 4, "kernel_size": (2, 5), "stride": (3, 2), "padding": (0, 2)},
        (2, 3, 8, 9),
    ),
    "conv_no_bias": ("Conv2d", {"in_channels": 1, "out_channels": 2, "kernel_size": 1, "bias": False}, (3, 1, 4, 3)),
    "batchnorm1d": ("BatchNorm1d", {"num_features": 4}, (6, 4)),
    "batchnorm1d_sequence": ("BatchNorm1d", {"num_features": 3, "momentum": None}, (2, 3, 5)),
    "batchnorm2d": ("BatchNorm2d", {"num_features": 3}, (2, 3, 4, 5)),
    "batchnorm2d_plain": (
        "BatchNorm2d",
        {"num_features": 3, "affine": False, "track_running_stats": False, "eps": 1e-3},
        (2, 3, 4, 5),
    ),
    "layernorm": ("LayerNorm", {"normalized_shape": 6}, (2, 3, 6)),
    "layernorm_two_axes": ("LayerNorm", {"normalized_shape": (3, 4), "bias": False}, (5, 3, 4)),
    "relu": ("ReLU", {}, (3, 7)),
    "gelu": ("GELU", {}, (3, 70)),
    "sigmoid": ("Sigmoid", {}, (3, 70)),
    "flatten": ("Flatten", {}, (2, 3, 4, 2)),
    "maxpool": ("MaxPool2d", {"kernel_size": 2}, (2, 3, 5, 7)),
    "maxpool_overlapping": ("MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}, (2, 3, 6, 7)),
    "avgpool": ("AvgPool2d", {"kernel_size": (2, 3), "stride": (1, 2), "padding": (1, 1)}, (2, 3, 5, 8)),
    "adaptive": ("AdaptiveAvgPool2d", {"output_size": (3, 2)}, (2, 3, 7, 5)),
    "adaptive_none": ("AdaptiveAvgPool2d", {"output_size": (None, 4)}, (1, 2, 3, 3)),
}

# name: (loss, its arguments, kind of target)
LOSSES: dict[str, tuple[str, dict, str]] = {
    "cross_entropy": ("CrossEntropyLoss", {}, "classes"),
    "cross_entropy_weighted": ("CrossEntropyLoss", {"weight": [0.5, 2.0, 1.0, 0.1], "label_smoothing": 0.1}, "classes"),
    "cross_entropy_soft": (
        "CrossEntropyLoss",
        {"weight": [0.5, 2.0, 1.0, 0.1], "label_smoothing": 0.2},
        "probabilities",
    ),
    "bce": ("BCEWithLogitsLoss", {"pos_weight": [3.0, 1.0, 0.2, 5.0]}, "binary"),
    "mse": ("MSELoss", {}, "probabilities"),
    "focal": ("FocalLoss", {"gamma": 2.0, "alpha": 0.25}, "binary"),
    "focal_classes": ("FocalLoss", {"gamma": 1.5}, "classes"),
    "generalized": ("GeneralizedCrossEntropyLoss", {"q": 0.7}, "classes"),
}

OPTIMIZERS: dict[str, tuple[str, dict]] = {
    "sgd": ("SGD", {"lr": 0.1}),
    "sgd_momentum": ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.1, "weight_decay": 0.01}),
    "sgd_nesterov": ("SGD", {"lr": 0.05, "momentum": 0.8, "nesterov": True}),
    "adam": ("Adam", {"lr": 0.02, "betas": (0.8, 0.99), "weight_decay": 0.05}),
    "adamw": ("AdamW", {"lr": 0.02, "weight_decay": 0.3}),
}

N_STEPS = 10
CNN_SHAPE, CNN_CLASSES, CNN_ENTRIES = (5, 1, 16, 21), 50, 400


def numbers(shape: tuple[int, ...], seed: int, spread: float = 2.0) -> np.ndarray:
    """Uniform numbers in ±spread that float32 holds exactly, as float64."""
    uniform = np.random.default_rng(seed).random(shape)
    return ((2 * uniform - 1) * spread).astype(np.float32).astype(np.float64)


def targets(kind: str, n: int = 6, n_classes: int = 4) -> np.ndarray:
    """Targets for scores (n, n_classes)."""
    uniform = numbers((n, n_classes), 7, 0.5) + 0.5
    if kind == "classes":
        return uniform.argmax(axis=1)
    if kind == "binary":
        return (uniform > 0.5).astype(np.float64)
    return uniform / uniform.sum(axis=1, keepdims=True)


def state(shapes: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """The same weights for both sides, about as large as initial weights are; buffers are left alone."""
    learned = {name: shape for name, shape in shapes.items() if name.rpartition(".")[2] in {"weight", "bias"}}
    values = {}
    for seed, (name, shape) in enumerate(sorted(learned.items())):
        fan_in = int(np.prod(shape[1:]))
        values[name] = numbers(shape, seed + 100, spread=1 / fan_in**0.5) + (len(shape) == 1)
    return values


def some_entries(array: np.ndarray) -> np.ndarray:
    """About CNN_ENTRIES of an array, evenly spread: whole gradients of 400,000 numbers would be a large file."""
    return array.reshape(-1)[:: max(1, array.size // CNN_ENTRIES)]
