"""Storage and long arrays: tiles, sums, views, and memory that is used again but never twice at once."""

import gc
import threading

import numpy as np
import pytest

from npaudio.nn.fast import channels_last as layout

LARGE = (layout.LARGE_BYTES // 4 + 7,)


def memory_of(array):
    return array.__array_interface__["data"][0]


@pytest.mark.parametrize("n", [0, 1, 7, 100])
def test_tiles_are_a_partition_of_nearly_equal_parts(n):
    parts = [list(range(n))[tile] for tile in layout.tiles(n, 10, tile_bytes=95)]
    assert [i for part in parts for i in part] == list(range(n))
    assert max(map(len, parts), default=0) <= 9


@pytest.mark.parametrize("n", [1, 63, 64, 65, 200])
def test_sum_rows_equals_the_plain_sum(n):
    rows = np.random.default_rng(0).standard_normal((n, 3))
    np.testing.assert_allclose(layout.sum_rows(rows), [sum(rows[:, c]) for c in range(3)], atol=1e-12)


def test_channels_first_undoes_channels_last_without_copies():
    stored_last = np.arange(120.0).reshape(2, 3, 4, 5)  # (B, F, T, C)
    images = layout.channels_first(stored_last)
    assert images.shape == (2, 5, 3, 4)
    assert np.shares_memory(layout.channels_last(images), stored_last)
    assert np.array_equal(layout.channels_last(np.ascontiguousarray(images)), stored_last)


def test_memory_is_used_again_once_its_last_view_is_gone():
    first = layout.empty(LARGE, np.float32)
    address, view = memory_of(first), first[5:9]
    first = None
    gc.collect()
    second = layout.empty(LARGE, np.float32)
    assert memory_of(second) != address
    view = None
    gc.collect()
    third = layout.empty((LARGE[0] - 3,), np.float32)
    assert memory_of(third) == address
    assert view is first is None


def test_arrays_that_live_at_once_never_share_memory():
    arrays = [layout.empty((2, LARGE[0]), np.float32) for _ in range(5)]
    for number, array in enumerate(arrays):
        array[...] = number
    assert all(np.all(array == number) for number, array in enumerate(arrays))
    assert all(array.shape == (2, LARGE[0]) and array.dtype == np.float32 and array.flags.writeable for array in arrays)


def test_threads_never_get_the_same_memory():
    spoiled = []

    def use(number):
        for _ in range(30):
            array = layout.empty(LARGE, np.float32)
            array[::1000] = number
            if not np.all(array[::1000] == number):
                spoiled.append(number)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not spoiled


def test_little_free_memory_is_held_back():
    arrays = [layout.empty(LARGE, np.float32) for _ in range(20)]
    del arrays
    gc.collect()
    assert len(layout._Block.free) <= layout._Block.most_free
