"""Several processors at once: the tiles of an array, shared among threads.

Python runs one thread at a time, but NumPy releases the interpreter while it works on an array. So two threads that
each work on a large tile keep two processors busy. All it takes is to write

    for_each(work, tiles)        instead of        for tile in tiles: work(tile)

BLAS has threads of its own for matrix products. After each product they spin for some tens of milliseconds, in case
another one comes, and take the processors away from ours. So while `for_each` runs, BLAS is limited to one thread, and
each of our threads computes its own products, from tiles that are still in its cache.

How an array is cut into tiles depends only on its shape, never on the number of threads, and sums over tiles are taken
in the order of the tiles. So the result is the same to the last bit with one thread and with many, on one kind of
processor and with one version of NumPy.

Conventions: as many threads as BLAS may use (OPENBLAS_NUM_THREADS, OMP_NUM_THREADS, threadpoolctl), at most `MOST`.
Only the OpenBLAS in NumPy's own packages can be limited. With another BLAS one thread works on all tiles, and the last
bits of a matrix product depend on the threads that this BLAS uses.
"""

import contextlib
import contextvars
import ctypes
import functools
import math
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

MOST = 8  # more would spend their time waiting for the interpreter
TILE_PRODUCT = 2**23  # multiplications worth a tile of their own
MOST_PRODUCT_TILES = 4  # BLAS rearranges the other matrix for each tile: 5 % of the time for 4 tiles, 10 % for 8
PREFIXES = ("scipy_openblas_{}64_", "scipy_openblas_{}", "openblas_{}64_", "openblas_{}")


def for_each(work: Callable[[Any], Any], tiles: Sequence[Any]) -> list[Any]:
    """[work(tile) for tile in tiles], by several threads, each of which takes the next tile when it has finished one.

    What `work` raises is raised here, once all threads have stopped; tiles that have not begun by then are left out.
    If `work` itself calls `for_each`, the inner call does all its tiles in that one thread, since BLAS has one then.
    """
    n_threads = min(thread_count(), len(tiles))
    if n_threads <= 1:
        with one_blas_thread():
            return [work(tile) for tile in tiles]
    results: list[Any] = [None] * len(tiles)
    errors: list[BaseException] = []
    waiting, lock = iter(range(len(tiles))), threading.Lock()

    def next_number() -> int | None:
        with lock:
            return None if errors else next(waiting, None)

    def take_tiles() -> None:
        try:
            for k in iter(next_number, None):
                results[k] = work(tiles[k])
        except BaseException as error:
            errors.append(error)

    with one_blas_thread(), helped(take_tiles, n_threads - 1):
        take_tiles()
    if errors:
        raise errors[0]
    return results


@contextlib.contextmanager
def helped(work: Callable[[], None], n_helpers: int) -> Iterator[None]:
    """Inside the block up to `n_helpers` other threads do the work too, fewer if they are busy."""
    helping = []
    with contextlib.suppress(RuntimeError):  # can't start new thread, or Python is about to end
        for _ in range(n_helpers):
            # In a copy of this thread's context, where np.errstate keeps its settings.
            helping.append(helpers().submit(contextvars.copy_context().run, work))
    try:
        yield
    finally:
        for helper in helping:
            if not helper.cancel():  # it has begun
                helper.result()


@functools.cache
def helpers() -> ThreadPoolExecutor:
    """Threads that wait for work, since starting one takes as long as a small tile."""
    return ThreadPoolExecutor(MOST - 1, thread_name_prefix="npaudio")


def end_helpers() -> None:
    """End the waiting threads, as a process should before it forks; the next `for_each` starts new ones."""
    helpers().shutdown()
    helpers.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=helpers.cache_clear)  # a child has only the thread that forked


def product(a: np.ndarray, b: np.ndarray, plus: np.ndarray | None = None) -> np.ndarray:
    """Matrix product of a (n, k) and b (k, m), in tiles that threads share; `plus` (m,) is added to each row."""
    (result,) = products((a, b, plus))
    return result


def products(*factors: tuple[np.ndarray, np.ndarray, np.ndarray | None]) -> list[np.ndarray]:
    """`product` of several triples (a, b, plus) at once, because waking a thread takes as long as a small product."""
    results = [np.empty((len(a), b.shape[1]), np.result_type(a, b)) for a, b, _ in factors]

    def multiply(tile: tuple[int, slice, slice]) -> None:
        number, rows, columns = tile
        a, b, plus = factors[number]
        np.matmul(a[rows], b[:, columns], out=results[number][rows, columns])
        if plus is not None:
            results[number][rows, columns] += plus[columns]

    for_each(multiply, [(number, *tile) for number, (a, b, _) in enumerate(factors) for tile in _product_tiles(a, b)])
    return results


def _product_tiles(a: np.ndarray, b: np.ndarray) -> list[tuple[slice, slice]]:
    """Rows and columns of the result: its longer axis is cut into a few tiles, one if the product is small."""
    n, m = len(a), b.shape[1]
    pieces = min(MOST_PRODUCT_TILES, max(1, a.size * m // TILE_PRODUCT))
    step = max(1, math.ceil(max(n, m) / pieces))
    steps = [slice(start, start + step) for start in range(0, max(n, m), step)]
    return [(tile, slice(None)) if n >= m else (slice(None), tile) for tile in steps]


def thread_count() -> int:
    """How many threads may share the tiles: as many as BLAS may use at this moment."""
    library = openblas()
    return 1 if library is None else min(MOST, library[0]())


class _OneBlasThread:
    """Inside `with one_blas_thread():` each matrix product uses one thread, also in processes that are forked there.

    Set the limit before forking: OpenBLAS stops its threads at a fork, and setting a number in the child restarts them.
    Several threads may be inside at once: the first to enter sets the limit, the last to leave lifts it.

    A fork copies the state as it is at that moment, perhaps with the lock held by a thread that the child does not
    have. So the child starts with a new lock, and with what the forking thread itself had entered. And a fork waits
    while another thread sets the number, because OpenBLAS holds a lock of its own meanwhile. (Not for ever: the thread
    that holds our lock may be the one that forks, in a signal handler.)
    """

    def __init__(self) -> None:
        self._lock, self._inside, self._before = threading.Lock(), 0, 1
        self._own = threading.local()  # .inside: how many of `_inside` this thread entered
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(
                before=self._wait, after_in_parent=self._go_on, after_in_child=self._forget_other_threads
            )

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        library, entered = openblas(), False
        if library is None:
            yield
            return
        get, set_to = library
        try:
            with self._lock:
                if self._inside == 0:
                    self._before = get()
                self._count(1)
                entered = True  # at once, because Ctrl-C may come between two lines
                if self._inside == 1:
                    set_to(1)
            yield
        finally:
            if entered:
                with self._lock:
                    self._count(-1)
                    if self._inside == 0:
                        set_to(self._before)

    def _count(self, change: int) -> None:
        self._own.inside = self._own_inside() + change
        self._inside += change

    def _own_inside(self) -> int:
        return getattr(self._own, "inside", 0)

    def _wait(self) -> None:
        self._own.waited = self._lock.acquire(timeout=1)

    def _go_on(self) -> None:
        if self._own.waited:
            self._lock.release()

    def _forget_other_threads(self) -> None:
        """In a forked child, which has only the thread that forked."""
        limited, self._inside = self._inside > 0, self._own_inside()
        self._lock = threading.Lock()
        library = openblas()
        if limited and self._inside == 0 and library is not None:
            library[1](self._before)


one_blas_thread = _OneBlasThread()


@functools.cache
def openblas() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """The functions of OpenBLAS that get and set its number of threads; None if NumPy has another BLAS."""
    package = Path(np.__file__).parent
    for path in (*package.parent.glob("numpy.libs/*openblas*"), *package.glob(".dylibs/*openblas*")):
        with contextlib.suppress(OSError):  # a file that is not a library
            library = ctypes.CDLL(str(path))
            for prefix in PREFIXES:
                names = prefix.format("get_num_threads"), prefix.format("set_num_threads")
                if all(hasattr(library, name) for name in names):
                    return getattr(library, names[0]), getattr(library, names[1])
    return None
