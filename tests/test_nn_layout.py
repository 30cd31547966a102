"""Storage and long arrays: tiles, sums and views."""

import numpy as np
import pytest

from npaudio.nn.fast import channels_last as layout


@pytest.mark.parametrize("n", [0, 1, 7, 100])
def test_tiles_are_a_partition_of_nearly_equal_parts(n):
    parts = [list(range(n))[tile] for tile in layout.tiles(n, 10, tile_bytes=95)]
    assert [i for part in parts for i in part] == list(range(n))
    assert max(map(len, parts), default=0) <= 9


@pytest.mark.parametrize("n", [1, 63, 64, 65, 200])
def test_sum_rows_equals_the_plain_sum(n):
    rows = np.random.default_rng(0).standard_normal((n, 3))
    np.testing.assert_allclose(layout.sum_rows(rows), [sum(rows[:, c]) for c in range(3)], atol=1e-12)
    products = rows * rows[::-1]
    np.testing.assert_allclose(layout.sum_rows(rows, rows[::-1]), [sum(products[:, c]) for c in range(3)], atol=1e-12)


def test_channels_first_undoes_channels_last_without_copies():
    stored_last = np.arange(120.0).reshape(2, 3, 4, 5)  # (B, F, T, C)
    images = layout.channels_first(stored_last)
    assert images.shape == (2, 5, 3, 4)
    assert np.shares_memory(layout.channels_last(images), stored_last)
    assert np.array_equal(layout.channels_last(np.ascontiguousarray(images)), stored_last)
