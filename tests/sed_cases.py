"""What the golden values of event detectors are computed for: shared by tests/golden/make_sed.py and the tests."""

import numpy as np

from tests.nn_cases import numbers

# name: (input_size, hidden_size, num_layers, bidirectional), shape of the input, lengths
GRUS = {
    "one_way": ((3, 4, 1, False), (2, 5, 3), None),
    "both_ways": ((3, 4, 1, True), (2, 5, 3), None),
    "two_layers": ((5, 3, 2, True), (3, 7, 5), None),
    "one_frame": ((2, 3, 1, True), (2, 1, 2), None),
    "lengths": ((3, 4, 1, True), (4, 6, 3), [6, 1, 4, 5]),
    "two_layers_lengths": ((5, 3, 2, True), (3, 7, 5), [3, 7, 2]),
}
POOLING_SHAPE = (3, 6, 8)  # (B, N, 2 K)
BLOCKS = {"channels": (3, 4, 5), "pools": ((2, 2), (1, 4), (2, 1))}
N_MELS, N_CLASSES, SHAPE = 8, 3, (4, 1, 8, 23)
CRNN = {**BLOCKS, "hidden_size": 4, "num_layers": 2}
FRAME_CNN = {**BLOCKS, "context": 3}
ENTRIES = 60


def state(shapes: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """The same weights for both sides; BatchNorm's scale around 1, everything else around 0."""
    values = {}
    for seed, (name, shape) in enumerate(sorted(shapes.items())):
        if "running" in name or "tracked" in name:
            continue
        spread = 1 / max(1, np.prod(shape[1:])) ** 0.5
        values[name] = numbers(shape, seed + 300, spread=spread) + ("norm" in name and name.endswith("weight"))
    return values


def some_entries(array: np.ndarray) -> np.ndarray:
    """About ENTRIES of an array, evenly spread."""
    return array.reshape(-1)[:: max(1, array.size // ENTRIES)]
