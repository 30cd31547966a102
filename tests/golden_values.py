"""Read golden files: values that the libraries of the field computed, each beside the script that made it."""

from pathlib import Path

import numpy as np


def load(name: str) -> dict[str, np.ndarray]:
    """The arrays of tests/golden/{name}.npz by their names."""
    with np.load(Path(__file__).parent / "golden" / f"{name}.npz", allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


def relative_error(ours: np.ndarray, golden: np.ndarray) -> float:
    """Largest difference, relative to the peak of the golden values; shapes must be the same."""
    assert ours.shape == golden.shape, f"shape {ours.shape}, golden {golden.shape}"
    return float(np.max(np.abs(ours - golden)) / np.max(np.abs(golden)))
