"""Tiles shared out among threads: done once each, in the same way whoever does them."""

import contextlib
import threading
import time

import numpy as np
import pytest

from npaudio import nn
from npaudio.models import AudioCNN
from npaudio.nn import threads


@pytest.fixture(params=[1, 2, 5])
def thread_count(request, monkeypatch):
    monkeypatch.setattr(threads, "thread_count", lambda: request.param)
    return request.param


def test_results_stand_in_the_order_of_the_tiles(thread_count):
    def work(tile):
        time.sleep(0.002 * (tile % 3))
        return tile * tile

    assert threads.for_each(work, range(20)) == [tile * tile for tile in range(20)]
    assert threads.for_each(work, []) == []


def test_threads_work_at_the_same_time(thread_count):
    """Each tile waits until as many are under way as there are threads: with one fewer it would wait for ever."""
    together = threading.Barrier(thread_count, timeout=20)
    threads.for_each(lambda tile: together.wait(), range(thread_count))
    assert threading.active_count() == 1


def test_what_the_work_raises_is_raised_when_all_have_stopped(thread_count):
    def work(tile):
        if tile == 3:
            raise KeyError(tile)
        time.sleep(0.002)

    with pytest.raises(KeyError, match="3"):
        threads.for_each(work, range(50))
    assert threading.active_count() == 1


def test_blas_has_one_thread_meanwhile_and_all_of_them_afterwards(monkeypatch):
    told = [4]
    monkeypatch.setattr(threads, "openblas", lambda: (lambda: told[-1], told.append))
    assert threads.thread_count() == 4
    assert threads.for_each(lambda tile: told[-1], range(8)) == [1] * 8
    assert told == [4, 1, 4]


def test_who_leaves_last_gives_blas_its_threads_back(monkeypatch):
    """Two networks at work in two threads of the user's, the second begun before the first has ended."""
    told = [3]
    monkeypatch.setattr(threads, "openblas", lambda: (lambda: told[-1], told.append))
    first, second = threads.one_blas_thread(), threads.one_blas_thread()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert told == [3, 1]
    second.__exit__(None, None, None)
    assert told == [3, 1, 3]


def test_settings_of_numpy_hold_in_all_threads(thread_count):
    together = threading.Barrier(thread_count, timeout=20)

    def overflow(tile):
        together.wait()
        return np.float32(3e38) * np.float32(10)

    with np.errstate(over="ignore"):
        assert threads.for_each(overflow, range(thread_count)) == [np.inf] * thread_count
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        threads.for_each(overflow, range(thread_count))


def test_the_number_of_blas_threads_comes_back_after_an_error(monkeypatch):
    told = [2]
    monkeypatch.setattr(threads, "openblas", lambda: (lambda: told[-1], told.append))
    with contextlib.suppress(KeyError), threads.one_blas_thread():
        raise KeyError
    assert told == [2, 1, 2]


@pytest.mark.parametrize("blas_threads", [1, 64])
def test_as_many_threads_as_blas_may_have(blas_threads, monkeypatch):
    monkeypatch.setattr(threads, "openblas", lambda: (lambda: blas_threads, lambda n: None))
    assert threads.thread_count() == min(blas_threads, threads.MOST)


def test_without_openblas_there_is_a_thread_for_each_processor(monkeypatch):
    monkeypatch.setattr(threads, "openblas", lambda: None)
    assert 1 <= threads.thread_count() <= threads.MOST
    assert threads.for_each(lambda tile: tile, [1, 2, 3]) == [1, 2, 3]


def test_a_training_step_is_the_same_to_the_last_bit_with_any_number_of_threads(monkeypatch):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((9, 1, 64, 99)).astype(np.float32)  # large enough for several tiles in most layers
    labels = rng.integers(0, 5, 9)

    def gradients(n):
        monkeypatch.setattr(threads, "thread_count", lambda: n)
        model, loss = AudioCNN(num_classes=5, rng=0), nn.CrossEntropyLoss()
        loss(model(x), labels)
        return [model.backward(loss.backward()), *(p.grad for p in model.parameters())]

    with threads.one_blas_thread():
        alone = gradients(1)
        for n in (2, 3):
            assert all(np.array_equal(a, b) for a, b in zip(alone, gradients(n), strict=True))
