"""Memory of large arrays is used again, never twice at once, and given back."""

import gc
import signal
import threading
from pathlib import Path

import numpy as np
import pytest

from npaudio import nn
from npaudio.nn.fast import recycled_memory
from npaudio.nn.fast.recycled_memory import empty

LARGE = (recycled_memory.SMALLEST // 4 + 7,)


@pytest.fixture(autouse=True)
def no_spare_blocks():
    recycled_memory.spare_blocks.clear()
    yield
    recycled_memory.spare_blocks.clear()


def memory_of(array):
    return array.__array_interface__["data"][0]


def test_memory_is_used_again_once_its_last_view_is_gone():
    first = empty(LARGE, np.float32)
    address, view = memory_of(first), first[5:9]
    first = None
    second = empty(LARGE, np.float32)
    assert memory_of(second) != address
    view = None
    third = empty((LARGE[0] - 3,), np.float32)
    assert memory_of(third) == address
    assert view is first is None


def test_a_block_that_is_too_small_or_far_too_large_stays_spare():
    array = empty(LARGE, np.float32)
    address = memory_of(array)
    del array
    larger, smaller = empty((2, *LARGE), np.float32), empty((2 * LARGE[0] // 5,), np.float32)
    assert address not in (memory_of(larger), memory_of(smaller))
    assert memory_of(empty(LARGE, np.float32)) == address


@pytest.mark.parametrize(
    ("n_bytes", "kept"),
    [
        (recycled_memory.SMALLEST - 1, 0),
        (recycled_memory.SMALLEST, 1),
        (recycled_memory.LARGEST, 1),
        (recycled_memory.LARGEST + 1, 0),
    ],
)
def test_only_blocks_between_two_sizes_are_kept(n_bytes, kept):
    array = empty((n_bytes,), np.uint8)
    del array
    assert len(recycled_memory.spare_blocks) == kept


def test_arrays_that_live_at_once_never_share_memory():
    arrays = [empty((2, LARGE[0]), np.float32) for _ in range(5)]
    for number, array in enumerate(arrays):
        array[...] = number
    assert all(np.all(array == number) for number, array in enumerate(arrays))
    assert all(array.shape == (2, LARGE[0]) and array.dtype == np.float32 and array.flags.writeable for array in arrays)


def spoiled_after(number, rounds, size):
    """How often one of two arrays did not keep what was written to it."""
    spoiled = 0
    for _ in range(rounds):
        first, second = empty((size,), np.float32), empty((size,), np.float32)
        first[:], second[:] = number, number + 0.5
        spoiled += not (np.all(first == number) and np.all(second == number + 0.5))
    return spoiled


def test_threads_never_get_the_same_memory(monkeypatch):
    monkeypatch.setattr(recycled_memory, "SMALLEST", 4000)
    spoiled = []
    threads = [threading.Thread(target=lambda n=n: spoiled.append(spoiled_after(n, 300, 1000 + n))) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert spoiled == [0] * 4


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timer signals")
def test_a_signal_handler_never_gets_memory_that_is_in_use(monkeypatch):
    """It comes between any two steps of the interpreter, those of `empty` included, and keeps some arrays."""
    monkeypatch.setattr(recycled_memory, "SMALLEST", 4000)
    kept, spoiled = [], []

    def handler(number, frame):
        spoiled.append(sum(not np.all(array == -1) for array in kept))
        del kept[2:]
        kept.insert(0, empty((1000,), np.float32))
        kept[0][:] = -1

    before = signal.signal(signal.SIGALRM, handler)
    try:
        for delay in range(3000):
            signal.setitimer(signal.ITIMER_REAL, 1e-6 * (1 + delay % 30))
            spoiled.append(spoiled_after(1, 2, 1000))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert len(spoiled) > 4000
    assert not any(spoiled)


def test_little_memory_is_held_back():
    arrays = [empty((k, *LARGE), np.float32) for k in (1, 2, 3, 6, 1, 2, 3, 6) for _ in range(3)]
    del arrays
    gc.collect()
    spare = [memory.nbytes for memory in recycled_memory.spare_blocks]
    assert len(spare) == recycled_memory.SPARE
    assert max(spare) <= recycled_memory.LARGEST


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="this system does not show the memory of a process")
def test_the_memory_of_a_large_forward_pass_is_given_back():
    def resident_megabytes():
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20

    layers = nn.Sequential(nn.Conv2d(1, 32, 3, padding=1, rng=0), nn.BatchNorm2d(32))
    before = resident_megabytes()
    y = layers(np.ones((32, 1, 128, 157), np.float32))  # 78 MB in each layer
    during = resident_megabytes()
    del y, layers
    gc.collect()
    assert during - before > 140
    assert resident_megabytes() - before < 20
