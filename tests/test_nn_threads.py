"""Tiles shared out among threads: done once each, in the same way whoever does them."""

import contextlib
import threading
import time

import numpy as np
import pytest

from npaudio import nn
from npaudio._core import threads
from npaudio.models import AudioCNN
from npaudio.nn import conv
from npaudio.nn.fast import channels_last as layout


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


def test_after_an_error_no_tile_is_begun(thread_count):
    begun = []

    def work(tile):
        begun.append(tile)
        time.sleep(0.005)
        if tile == 0:
            raise KeyError(tile)
        time.sleep(0.005)

    with pytest.raises(KeyError):
        threads.for_each(work, range(100))
    assert len(begun) <= 2 * thread_count


def test_where_no_thread_can_be_started_this_one_does_it_all(monkeypatch, thread_count):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert threads.for_each(lambda tile: (tile, threading.get_ident()), range(5)) == [
        (tile, threading.get_ident()) for tile in range(5)
    ]


def test_after_ctrl_c_in_this_thread_the_others_end_their_tiles(monkeypatch):
    """The other thread is in the middle of its tile when the interrupt comes, and needs a while longer."""
    monkeypatch.setattr(threads, "thread_count", lambda: 2)
    begun, finished = threading.Event(), []
    here = threading.get_ident()

    def work(tile):
        if threading.get_ident() == here:
            assert begun.wait(20)
            raise KeyboardInterrupt
        begun.set()
        time.sleep(0.05)
        finished.append(tile)

    with pytest.raises(KeyboardInterrupt):
        threads.for_each(work, range(50))
    assert len(finished) == 1
    assert threading.active_count() == 1


@pytest.mark.parametrize("n_tiles", [1, 8])
def test_blas_has_one_thread_meanwhile_and_all_of_them_afterwards(monkeypatch, n_tiles):
    told = [4]
    monkeypatch.setattr(threads, "openblas", lambda: (lambda: told[-1], told.append))
    assert threads.thread_count() == 4
    assert threads.for_each(lambda tile: told[-1], range(n_tiles)) == [1] * n_tiles
    assert told == [4, 1, 4]


@pytest.mark.parametrize(("size", "blas_threads"), [(4, 1), (200, 4)])
def test_large_products_have_the_threads_of_blas(monkeypatch, size, blas_threads):
    class Noting(np.ndarray):
        def __matmul__(self, other):
            during.append(told[-1])
            return np.asarray(self) @ np.asarray(other)

    told, during = [4], []
    monkeypatch.setattr(threads, "openblas", lambda: (lambda: told[-1], told.append))
    a, b = np.ones((size, 7)).view(Noting), np.ones((7, size))
    monkeypatch.setattr(threads, "SMALL_PRODUCT", 10_000)
    np.testing.assert_array_equal(threads.product(a, b), np.full((size, size), 7.0))
    assert during == [blas_threads]
    assert told[-1] == 4


LAYERS = {
    "conv": (lambda: nn.Conv2d(3, 4, 3, padding=1, rng=0, dtype=np.float64), (5, 3, 9, 7)),
    "batchnorm": (lambda: nn.BatchNorm2d(3, dtype=np.float64), (7, 3, 9, 5)),
    "relu": (lambda: nn.ReLU(), (7, 5, 3)),
    "relu in place": (lambda: nn.ReLU(inplace=True), (7, 5, 3)),
    "gelu": (lambda: nn.GELU(), (7, 5, 3)),
    "maxpool": (lambda: nn.MaxPool2d(2), (7, 3, 9, 5)),
    "maxpool, overlapping": (lambda: nn.MaxPool2d(3, stride=2, padding=1), (7, 3, 9, 5)),
    "linear": (lambda: nn.Linear(6, 4, rng=0, dtype=np.float64), (7, 6)),
}


@pytest.mark.parametrize("kind", LAYERS)
def test_layers_in_many_tiles_equal_those_in_one(kind, thread_count, monkeypatch):
    make, shape = LAYERS[kind]
    x = np.random.default_rng(0).standard_normal(shape)

    def both_ways(tile_bytes):
        monkeypatch.setattr(layout, "TILE_BYTES", tile_bytes)
        monkeypatch.setattr(layout, "FOLDS", 2 if tile_bytes == 1 else 64)
        monkeypatch.setattr(conv, "COLUMNS_BYTES", tile_bytes)
        layer = make()
        y = layer(x.copy())
        grad = np.random.default_rng(1).standard_normal(y.shape)
        return [y.copy(), layer.backward(grad), *(parameter.grad for parameter in layer.parameters())]

    for many, one in zip(both_ways(1), both_ways(10**9), strict=True):
        np.testing.assert_allclose(many, one, rtol=0, atol=1e-12)


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


def test_with_another_blas_one_thread_does_all_tiles(monkeypatch):
    """It could not be told to stand back, and its threads would fight with ours."""
    monkeypatch.setattr(threads, "openblas", lambda: None)
    assert threads.for_each(lambda tile: (tile, threading.get_ident()), [1, 2, 3]) == [
        (tile, threading.get_ident()) for tile in (1, 2, 3)
    ]


def test_a_training_step_is_the_same_to_the_last_bit_with_any_number_of_threads(monkeypatch):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((9, 1, 64, 99)).astype(np.float32)  # large enough for several tiles in most layers
    labels = rng.integers(0, 5, 9)

    def gradients(n):
        monkeypatch.setattr(threads, "thread_count", lambda: n)
        model, loss = AudioCNN(num_classes=5, rng=0), nn.CrossEntropyLoss()
        loss(model(x), labels)
        return [model.backward(loss.backward()), *(p.grad for p in model.parameters())]

    alone = gradients(1)
    for n in (2, 3):
        assert all(np.array_equal(a, b) for a, b in zip(alone, gradients(n), strict=True))
