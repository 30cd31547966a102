"""Checks of exercise 10, patches and positions; its known mistakes stand in checking/mistakes_ex10.py."""

import numpy as np

from exercises.checking import claim, expect
from exercises.checking.mistakes_ex10 import PATCHES, POSITIONS


def spectrogram(n_mels, n_frames):
    return np.random.default_rng(n_mels).normal(size=(n_mels, n_frames))


def patches_one_by_one(mel, patch, stride):
    """Number i, j of the patch at f, t is mel[f + i, t + j]."""
    starts = [range(0, n - patch + 1, stride) for n in mel.shape]
    inside = range(patch)
    return np.array([[mel[f + i, t + j] for i in inside for j in inside] for f in starts[0] for t in starts[1]])


def axis_by_axis(pos, old_grid, new_grid):
    """np.interp of every row of numbers along time, then along frequency; it keeps the ends' values beyond the ends."""
    grid = pos.reshape(*old_grid, -1)
    for axis in (1, 0):
        old, new = old_grid[axis], new_grid[axis]
        centres = (np.arange(new) + 0.5) * old / new - 0.5
        grid = np.apply_along_axis(lambda line, c=centres, n=old: np.interp(c, np.arange(n), line), axis, grid)
    return grid.reshape(-1, pos.shape[1])


def check_patches(answer, n_mels, n_frames, patch, stride):
    mel = spectrogram(n_mels, n_frames)
    yours, expected = answer.extract_patches(mel, patch, stride), patches_one_by_one(mel, patch, stride)
    label = f"extract_patches of {n_mels} bands, {n_frames} frames, patch {patch}, stride {stride}"
    expect(label, yours, expected, PATCHES.on(mel, patch, stride))


def check_positions(answer, old_grid, new_grid, dim=3):
    pos = np.random.default_rng(old_grid).normal(size=(old_grid[0] * old_grid[1], dim))
    yours = answer.interpolate_positions(pos, old_grid, new_grid)
    label = f"interpolate_positions from {old_grid} to {new_grid}"
    expect(label, yours, axis_by_axis(pos, old_grid, new_grid), POSITIONS.on(pos, old_grid, new_grid))


def test_patches_that_touch(answer):
    check_patches(answer, 6, 9, 3, 3)


def test_patches_that_overlap(answer):
    check_patches(answer, 7, 11, 3, 2)
    check_patches(answer, 9, 7, 4, 3)


def test_what_is_left_over_is_dropped(answer):
    check_patches(answer, 8, 13, 3, 3)
    check_patches(answer, 7, 6, 2, 3)


def test_as_many_patches_as_the_transformer_has(answer):
    mel = np.add.outer(1000 * np.arange(128.0), np.arange(1024.0))
    for stride, rows, columns in ((16, 8, 64), (10, 12, 101)):
        shape = np.shape(answer.extract_patches(mel, 16, stride))
        told = f"{rows} x {columns} = {rows * columns} patches of 256 numbers are expected"
        label = f"extract_patches of 128 bands, 1024 frames, patch 16, stride {stride}"
        claim(shape == (rows * columns, 256), f"{label}: your result has shape {shape}; {told}.")


def test_two_places_become_four(answer):
    pos, old_grid, new_grid = np.array([[0.0], [1.0]]), (1, 2), (1, 4)
    yours = answer.interpolate_positions(pos, old_grid, new_grid)
    expected = [[0], [0.25], [0.75], [1]]
    expect("interpolate_positions of 0 and 1 to (1, 4)", yours, expected, POSITIONS.on(pos, old_grid, new_grid))


def test_to_a_larger_grid(answer):
    check_positions(answer, (2, 3), (5, 7))
    check_positions(answer, (3, 2), (4, 9), dim=2)


def test_to_a_smaller_grid(answer):
    check_positions(answer, (5, 8), (3, 5))


def test_from_square_images_to_wide_spectrograms(answer):
    check_positions(answer, (5, 5), (3, 11), dim=4)


def test_the_same_grid_changes_nothing(answer):
    check_positions(answer, (3, 4), (3, 4))
