"""What the golden values of `npaudio.models` are computed for: shared by tests/golden/make_models.py and the tests."""

import numpy as np

from tests.nn_cases import numbers

AST_SIZES = {"dim": 12, "depth": 2, "num_heads": 3, "mlp_dim": 20, "num_classes": 5}
AST_MELS, AST_FRAMES = 48, 64
AST_STRIDES = (10, 16)
PANNS = {  # channels of each block
    "Cnn6": (3, 4, 5, 6),
    "Cnn10": (3, 4, 5, 6),
    "Cnn14": (2, 3, 3, 4, 4, 5),
    "Cnn14FrameWise": (2, 3, 3, 4, 4, 5),
}
PANNS_MELS, PANNS_FRAMES, PANNS_EMBED, PANNS_CLASSES = 33, 100, 7, 5
STEP_CLASSES = 6
CNN6_SHAPE = (3, 1, 64, 48)  # of the full-size network's training step
TINY_SHAPE = (4, 1, 64, 128)
ENTRIES = 60


def state(shapes: dict[str, tuple[int, ...]], scale: float = 1.0) -> dict[str, np.ndarray]:
    """The same weights for both sides: small, different, and variances above zero."""
    values = {}
    for seed, (name, shape) in enumerate(sorted(shapes.items())):
        if name.endswith("num_batches_tracked"):
            continue
        fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else 1
        value = numbers(shape, seed + 300, spread=scale / max(fan_in, 1) ** 0.5)
        is_gain = len(shape) == 1 and name.endswith("weight")
        values[name] = np.abs(value) + 0.5 if name.endswith("running_var") else value + is_gain
    return values


def some_entries(array: np.ndarray) -> np.ndarray:
    """About ENTRIES of an array, evenly spread: whole gradients would be a large file."""
    return array.reshape(-1)[:: max(1, array.size // ENTRIES)]


def waveform(sr: int, seconds: float = 1.0) -> np.ndarray:
    """A tone that sweeps up, a click and some noise, float32."""
    t = np.arange(int(sr * seconds)) / sr
    y = 0.3 * np.sin(2 * np.pi * (200 + 2000 * t) * t) + numbers(t.shape, 5, spread=0.02)
    y[len(y) // 2] += 0.5
    return y.astype(np.float32)
