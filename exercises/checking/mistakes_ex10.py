"""Exercise 10, patches and their positions: what is right, and the mistakes that its checks know by name."""

import numpy as np

from exercises.checking.mistakes import Mistakes

PATCHES, POSITIONS = Mistakes("extract_patches"), Mistakes("interpolate_positions")


def grid_of_patches(mel, patch, stride, stride_t=None):
    """Patches (rows, columns, patch, patch)."""
    windows = np.lib.stride_tricks.sliding_window_view(mel, (patch, patch))
    return windows[::stride, :: stride_t or stride]


def patches_of(mel, patch, stride):
    return grid_of_patches(mel, patch, stride).reshape(-1, patch * patch)


@PATCHES.mistake(
    "your patches are right, but in time-major order: the second one lies above the first.",
    "Frequency-major: the outer loop goes through the bands, the inner one through the frames.",
)
def time_major(mel, patch, stride):
    return grid_of_patches(mel, patch, stride).swapaxes(0, 1).reshape(-1, patch * patch)


@PATCHES.mistake(
    "your patches are in the right order, but each is flattened time first.",
    "Its lowest band comes first, from the first frame to the last: .ravel() without .T.",
)
def flattened_time_first(mel, patch, stride):
    return grid_of_patches(mel, patch, stride).swapaxes(2, 3).reshape(-1, patch * patch)


@PATCHES.mistake(
    "your patches are in time-major order, and each is flattened time first: the spectrogram is transposed.",
    "Bands are the first axis of mel, frames the second.",
)
def transposed(mel, patch, stride):
    return patches_of(mel.T, patch, stride)


@PATCHES.mistake(
    "your patches lie side by side; stride is not used.", "A patch starts at a multiple of stride, not of patch."
)
def side_by_side(mel, patch, stride):
    return patches_of(mel, patch, patch)


@PATCHES.mistake("patch and stride have changed places.", "patch is the side, stride the step.")
def changed_places(mel, patch, stride):
    return patches_of(mel, stride, patch)


@PATCHES.mistake(
    "your patches step by one in time; stride is for both axes.", "Frames too start at multiples of stride."
)
def stride_in_frequency_only(mel, patch, stride):
    return grid_of_patches(mel, patch, stride, 1).reshape(-1, patch * patch)


@PATCHES.mistake(
    "the last row and the last column of patches are missing.", "1 + (n - patch) // stride: the first patch counts too."
)
def one_too_few(mel, patch, stride):
    return grid_of_patches(mel, patch, stride)[:-1, :-1].reshape(-1, patch * patch)


@PATCHES.mistake(
    "you fill up the ends with zeros for more patches.", "What is left over is dropped: round down, with //."
)
def padded(mel, patch, stride):
    return patches_of(np.pad(mel, [(0, -(n - patch) % stride) for n in mel.shape]), patch, stride)


@PATCHES.mistake(
    "you only reshape the spectrogram, so that a row holds a run of frames of one band.",
    "A patch takes bands and frames: slice mel[f : f + patch, t : t + patch].",
)
def only_reshaped(mel, patch, stride):
    n = len(patches_of(mel, patch, stride))
    return np.resize(mel, (n, patch * patch))


@PATCHES.mistake(
    "your patches are not flattened.", "A row a patch: .ravel(), or reshape to (n_patches, patch * patch)."
)
def not_flattened(mel, patch, stride):
    return grid_of_patches(mel, patch, stride).reshape(-1, patch, patch)


def half_pixel(n_old, n_new):
    return (np.arange(n_new) + 0.5) * n_old / n_new - 0.5


def with_centres(pos, old_grid, new_grid, centres=half_pixel, clip=True):
    """Bilinear interpolation; `centres(n_old, n_new)` says where the new places lie among the old."""
    grid = pos.reshape(*old_grid, -1)
    for axis in (0, 1):
        c, last = centres(old_grid[axis], new_grid[axis]), old_grid[axis] - 1
        c = np.clip(c, 0, last) if clip else c
        low = np.clip(np.floor(c).astype(int), 0, max(last - 1, 0))
        share = (c - low).reshape([-1 if a == axis else 1 for a in range(3)])
        grid = (1 - share) * grid.take(low, axis) + share * grid.take(np.minimum(low + 1, last), axis)
    return grid.reshape(-1, pos.shape[1])


@POSITIONS.mistake(
    "you interpolate with the outermost centres on each other, as align_corners=True does.",
    "Centres lie at (j + 1/2) * n_old / n_new - 1/2.",
)
def corners(pos, old_grid, new_grid):
    return with_centres(pos, old_grid, new_grid, lambda old, new: np.arange(new) * (old - 1) / max(new - 1, 1))


@POSITIONS.mistake(
    "the half is missing: your centres lie at j * n_old / n_new.", "A place is an area; its centre is at j + 1/2."
)
def no_half(pos, old_grid, new_grid):
    return with_centres(pos, old_grid, new_grid, lambda old, new: np.arange(new) * old / new)


@POSITIONS.mistake(
    "your centres lie at (j + 1/2) * n_old / n_new: the second half is missing.",
    "Subtract 1/2 again: the centre of the old place 0 is 0.",
)
def half_once(pos, old_grid, new_grid):
    return with_centres(pos, old_grid, new_grid, lambda old, new: (np.arange(new) + 0.5) * old / new)


@POSITIONS.mistake(
    "beyond the outermost centres you go on with the straight line.", "Keep the end's value: clip c to 0 ... n_old - 1."
)
def extrapolated(pos, old_grid, new_grid):
    return with_centres(pos, old_grid, new_grid, clip=False)


@POSITIONS.mistake(
    "you take the nearest old place; nothing is interpolated.", "Take the straight line between the two neighbours."
)
def nearest(pos, old_grid, new_grid):
    return with_centres(pos, old_grid, new_grid, lambda old, new: np.floor((np.arange(new) + 0.5) * old / new))


@POSITIONS.mistake(
    "you take the nearest old place, rounded down from j * n_old / n_new.",
    "Take the straight line between the two neighbours.",
)
def nearest_below(pos, old_grid, new_grid):
    return with_centres(pos, old_grid, new_grid, lambda old, new: np.floor(np.arange(new) * old / new))


@POSITIONS.mistake(
    "you read the grids as (time, frequency).", "The first number of a grid is frequency: pos.reshape(F_old, T_old, D)."
)
def grids_turned(pos, old_grid, new_grid):
    return with_centres(pos, old_grid[::-1], new_grid[::-1])


@POSITIONS.mistake(
    "your vectors are right, but in time-major order.",
    "The frequency is the slower index: (F_new, T_new, D) flattened.",
)
def comes_out_time_major(pos, old_grid, new_grid):
    right = with_centres(pos, old_grid, new_grid)
    return right.reshape(*new_grid, -1).swapaxes(0, 1).reshape(right.shape)


@POSITIONS.mistake(
    "you interpolate along the list of places, from the end of one row into the next.",
    "Make a grid of it first: pos.reshape(F_old, T_old, D).",
)
def along_the_list(pos, old_grid, new_grid):
    return with_centres(pos, (1, len(pos)), (1, new_grid[0] * new_grid[1]))


@POSITIONS.mistake(
    "only frequency is interpolated; along time you repeat the nearest.", "Both axes, one after the other."
)
def one_axis(pos, old_grid, new_grid):
    between = with_centres(pos, old_grid, (new_grid[0], old_grid[1]))
    return nearest(between, (new_grid[0], old_grid[1]), new_grid)


@POSITIONS.mistake("you cut off or repeat the list of vectors.", "Interpolate: a new place lies between old ones.")
def repeated(pos, old_grid, new_grid):
    return np.resize(pos, (new_grid[0] * new_grid[1], pos.shape[1]))


@POSITIONS.mistake("you return a grid of vectors, (F_new, T_new, D).", "Flatten it: reshape(F_new * T_new, D).")
def left_as_grid(pos, old_grid, new_grid):
    return with_centres(pos, old_grid, new_grid).reshape(*new_grid, -1)
