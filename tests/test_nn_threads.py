"""Tiles shared out among threads: done once each, in the same way whoever does them."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from npaudio import nn
from npaudio._core import threads
from npaudio.models import AudioCNN
from npaudio.nn.fast import channels_last as layout
from npaudio.nn.fast import im2col


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
    threads.end_helpers()
    assert threading.active_count() == 1


def test_tiles_may_have_tiles_of_their_own(thread_count):
    """More threads are asked for than there are; whoever gets none does all by itself, and nobody waits for ever."""
    for _ in range(20):
        sums = threads.for_each(lambda k: sum(threads.for_each(lambda j: j * k, range(6))), range(12))
        assert sums == [15 * k for k in range(12)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_has_threads_of_its_own(thread_count):
    def both_at_once():
        together = threading.Barrier(thread_count, timeout=20)
        threads.for_each(lambda tile: together.wait(), range(thread_count))

    both_at_once()
    assert wait_for(fork_and(both_at_once)) == 0


def test_what_the_work_raises_is_raised_when_all_have_stopped(thread_count):
    def work(tile):
        if tile == 3:
            raise KeyError(tile)
        time.sleep(0.002)

    with pytest.raises(KeyError, match="3"):
        threads.for_each(work, range(50))
    threads.end_helpers()
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

    threads.end_helpers()  # those that wait for work since another test
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
    threads.end_helpers()
    assert threading.active_count() == 1


@pytest.mark.parametrize("n_tiles", [1, 8])
def test_blas_has_one_thread_meanwhile_and_all_of_them_afterwards(monkeypatch, n_tiles):
    told = [4]
    monkeypatch.setattr(threads, "openblas", lambda: (lambda: told[-1], told.append))
    assert threads.thread_count() == 4
    assert threads.for_each(lambda tile: told[-1], range(n_tiles)) == [1] * n_tiles
    assert told == [4, 1, 4]


@pytest.mark.parametrize("n_tiles", [1, 8])
def test_inside_the_work_one_thread_does_all_tiles(monkeypatch, n_tiles):
    told = [4]
    monkeypatch.setattr(threads, "openblas", lambda: (lambda: told[-1], told.append))

    def work(tile):
        return threads.for_each(
            lambda inner: time.sleep(0.001) or threading.get_ident(), range(4)
        ), threading.get_ident()

    for inner, own in threads.for_each(work, range(n_tiles)):
        assert inner == [own] * 4


@pytest.mark.parametrize("shape", [(1, 1, 1), (40, 7, 3), (3, 7, 40), (0, 2, 3), (2, 3, 0)])
@pytest.mark.parametrize("tile", [1, 100, 10**9])
def test_product_in_tiles_equals_the_plain_one(shape, tile, thread_count, monkeypatch):
    monkeypatch.setattr(threads, "TILE_PRODUCT", tile)
    n, k, m = shape
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((k, n)).T, rng.standard_normal((k, m))
    np.testing.assert_allclose(threads.product(a, b), a @ b, rtol=0, atol=1e-12)


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
        monkeypatch.setattr(im2col, "COLUMNS_BYTES", tile_bytes)
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


def network_gradients():
    """Of layers whose products are large enough for several threads."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((9, 1, 64, 99)).astype(np.float32)
    model, loss = AudioCNN(num_classes=5, rng=0), nn.CrossEntropyLoss()
    loss(model(x), rng.integers(0, 5, 9))
    gradients = [model.backward(loss.backward()), *(p.grad for p in model.parameters())]
    for n, n_in, n_out in ((700, 300, 500), (5, 2000, 4000)):
        layer, x = nn.Linear(n_in, n_out, rng=0), rng.standard_normal((n, n_in)).astype(np.float32)
        gradients += [y := layer(x), layer.backward(y), layer.weight.grad, layer.bias.grad]
    return gradients


def test_a_training_step_is_the_same_to_the_last_bit_with_any_number_of_threads(monkeypatch):
    def gradients(n):
        monkeypatch.setattr(threads, "thread_count", lambda: n)
        return network_gradients()

    alone = gradients(1)
    for n in (2, 3):
        assert all(np.array_equal(a, b) for a, b in zip(alone, gradients(n), strict=True))


def test_a_training_step_is_the_same_to_the_last_bit_however_many_threads_blas_has():
    code = "import hashlib, tests.test_nn_threads as t; b = b''.join(g.tobytes() for g in t.network_gradients()); "
    code += "print(hashlib.sha256(b).hexdigest())"
    hashes = set()
    for n in ("1", "2", "4"):
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": n}
        run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        hashes.add(run.stdout)
    assert len(hashes) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_that_is_forked_while_a_network_runs_does_not_hang():
    """In a process of its own: this one has become large by earlier tests, and takes three times as long to fork."""
    code = "import tests.test_nn_threads as t; print(t.codes_of_children(200))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == f"{[0] * 200}\n"


def codes_of_children(count):
    """A thread runs a small network all the time; each child that is forked meanwhile runs a layer: the exit codes."""
    done, x = threading.Event(), np.ones((4, 6), np.float32)

    def run():
        while not done.is_set():
            network(x)

    network = nn.Sequential(nn.Linear(6, 5, rng=0), nn.BatchNorm1d(5), nn.ReLU())
    worker = threading.Thread(target=run)
    worker.start()
    try:
        return [wait_for(fork_and(lambda: nn.Linear(6, 5, rng=0)(x))) for _ in range(count)]
    finally:
        done.set()
        worker.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("inside", [True, False])
def test_a_child_keeps_the_limit_of_the_thread_that_forked_only(inside, monkeypatch):
    told = [4]
    monkeypatch.setattr(threads, "openblas", lambda: (lambda: told[-1], told.append))
    entered, done = threading.Event(), threading.Event()

    def stay_inside():
        with threads.one_blas_thread():
            entered.set()
            done.wait()

    other = threading.Thread(target=stay_inside)
    other.start()
    entered.wait()

    def in_child():
        assert told[-1] == (1 if inside else 4)
        with threads.one_blas_thread():
            assert told[-1] == 1
        assert told[-1] == (1 if inside else 4)

    with threads.one_blas_thread() if inside else contextlib.nullcontext():
        child = fork_and(in_child)
    done.set()
    other.join()
    assert wait_for(child) == 0
    assert told[-1] == 4


def fork_and(work):
    """The id of a child process that does the work and ends: with 0 if all went well."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def wait_for(child, seconds=20):
    """The exit code of a child process; one that hangs is ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "hung"
