"""Probes of exercise 10, patches and positions."""

from exercises.checking.probes.asking import Probe

AXES = {"extract_patches": ("the bands", "the frames")}
WORDS = {"n_rows": "the rows of patches", "n_columns": "the patches of a row", "patches": "the patches", "p":
         "the number of the patch", "f": "the first band", "t": "the first frame", "centres": "the centres", "n_old":
         "the old size", "n_new": "the new size", "to_rows": "the shares along frequency", "to_columns":
         "the shares along time", "grid": "the grid", "_between_places": "the shares of the old places", "mel":
         "the spectrogram", "pos": "the positions", "einsum": "the sum of products"}  # fmt: skip


def spectrogram(rng):
    """mel, patch, stride."""
    patch = int(rng.integers(1, 5))
    mel = rng.normal(size=(patch + int(rng.integers(0, 8)), patch + int(rng.integers(0, 8))))
    return mel, patch, int(rng.integers(1, 6))


def grids(rng, least=2):
    """pos, old_grid, new_grid."""
    sizes = [int(n) for n in rng.integers(least, 8, 4)]
    pos = rng.normal(size=(sizes[0] * sizes[1], int(rng.integers(1, 4))))
    return pos, (sizes[0], sizes[1]), (sizes[2], sizes[3])


PROBES = [
    Probe("extract_patches", spectrogram, lambda m, *args: m.extract_patches(*args)),
    Probe("interpolate_positions", grids, lambda m, *args: m.interpolate_positions(*args)),
    Probe("interpolate_positions", lambda rng: grids(rng, 1), lambda m, *args: m.interpolate_positions(*args)),
]
