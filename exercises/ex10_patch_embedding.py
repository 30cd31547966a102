r"""Exercise 10: a spectrogram as a sequence of patches.

The audio spectrogram transformer (Gong et al. 2021) cuts a mel spectrogram into square patches and treats them like
words. Patches start every `stride` bands and every `stride` frames; a smaller stride makes them overlap. What is left
at the top or at the end is dropped. Along an axis of n there are 1 + (n - patch) // stride patches, so 128 bands and
1024 frames give 8 x 64 = 512 patches of 16 x 16 at stride 16, and 12 x 101 = 1212 at stride 10.

The order is frequency-major, AST's: first all patches of the lowest bands from the first frame to the last, then the
next row of patches. Within a patch likewise: its lowest band from its first frame to its last, then the next band.

A transformer does not know where a patch came from, so every place of the grid has a learned vector, its position. A
network trained on one grid is used on another by interpolating these vectors between the places, bilinearly, as
torch.nn.functional.interpolate does it with mode="bilinear", align_corners=False. Each patch is an area, not a point,
and both grids cover the same area. So the centre of place j of n_new lies, counted in places of the old grid, at

    c = (j + 1/2) * n_old / n_new - 1/2          and not below 0, not above n_old - 1

and the value there lies on the straight line between the two neighbours, floor(c) and floor(c) + 1. Do this along
frequency, then along time (or the other way round, the result is the same). Each of the D numbers goes for itself.

Check:  pytest exercises/test_ex10_patch_embedding.py        Hints:  python -m exercises hint 10
Lesson: lessons/06_transformer.py
"""

import numpy as np


def extract_patches(mel: np.ndarray, patch: int, stride: int) -> np.ndarray:
    """Cut a mel spectrogram into square patches, frequency-major.

    Parameters
    ----------
    mel : np.ndarray (n_mels, n_frames)
        Spectrogram, at least patch bands and patch frames large.
    patch : int
        Side of a patch, in bands and in frames.
    stride : int
        Bands from a patch to the next one above it, and frames to the next one in time.

    Returns
    -------
    np.ndarray (n_patches, patch * patch)
        A row a patch, n_patches = rows of patches * patches in a row.
    """
    raise NotImplementedError  # a loop over the bands, in it one over the frames; flatten each patch


def interpolate_positions(pos: np.ndarray, old_grid: tuple[int, int], new_grid: tuple[int, int]) -> np.ndarray:
    """Positions of one grid of patches, interpolated bilinearly to another (align_corners=False).

    Parameters
    ----------
    pos : np.ndarray (F_old * T_old, D)
        A vector a place, frequency-major.
    old_grid : (int, int)
        F_old rows of patches along frequency, T_old along time.
    new_grid : (int, int)
        F_new and T_new, each smaller, larger or the same.

    Returns
    -------
    np.ndarray (F_new * T_new, D)
        A vector a place of the new grid, frequency-major.
    """
    raise NotImplementedError  # make a grid, interpolate along its first axis, then its second, make a list again
