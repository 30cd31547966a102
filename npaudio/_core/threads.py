"""Several processors at once: the tiles of a layer, shared out among threads.

Python runs one thread at a time, but NumPy lets go of the interpreter while it works on an array. So two threads that
do large tiles, one each, keep two processors busy, with nothing more to it than

    for_each(work, tiles)        for        for tile in tiles: work(tile)

Matrix products would otherwise be all that runs on several processors, because BLAS has threads of its own. Two kinds
of threads fight over the processors: those of BLAS turn in circles for 25 ms after each product, in case another one
comes. So while ours are at work BLAS is told to use one thread for each product, and every thread multiplies what it
has just written to its cache.

Who does a tile makes no difference to it, and sums over tiles are taken in the order of the tiles: the result is the
same to the last bit with one thread and with many.

Conventions: as many threads as BLAS may have (OPENBLAS_NUM_THREADS, OMP_NUM_THREADS, threadpoolctl), at most `MOST`.
Only the OpenBLAS of NumPy's own packages can be asked and told. With another BLAS one thread does all tiles, and BLAS
shares the products as it likes.
"""

import contextlib
import contextvars
import ctypes
import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

MOST = 8  # more would spend their time waiting for the interpreter
SMALL_PRODUCT = 2**22  # multiplications
PREFIXES = ("scipy_openblas_{}64_", "scipy_openblas_{}", "openblas_{}64_", "openblas_{}")


def for_each(work: Callable[[Any], Any], tiles: Sequence[Any]) -> list[Any]:
    """[work(tile) for tile in tiles], by several threads, each of which takes the next tile when it is done with one.

    What `work` raises is raised here, once all threads have stopped; the tiles that are waiting then are not begun.
    """
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

    n_threads = min(thread_count(), len(tiles))
    with one_blas_thread(), helped(take_tiles, n_threads - 1):
        take_tiles()
    if errors:
        raise errors[0]
    return results


@contextlib.contextmanager
def helped(work: Callable[[], None], n_helpers: int) -> Iterator[None]:
    """While this lasts `n_helpers` other threads do the work too, or fewer if the system grants no more."""
    started = []
    try:
        with contextlib.suppress(RuntimeError):  # can't start new thread
            for _ in range(n_helpers):
                # In a copy of this thread's context, where np.errstate keeps its settings.
                helper = threading.Thread(target=contextvars.copy_context().run, args=(work,))
                helper.start()
                started.append(helper)
        yield
    finally:
        for helper in started:
            helper.join()


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Matrix product a @ b; a small one by this thread alone, for it is over before the threads of BLAS are awake."""
    small = a.size * b.shape[-1] < SMALL_PRODUCT
    with one_blas_thread() if small else contextlib.nullcontext():
        return a @ b


def thread_count() -> int:
    """How many threads may share the tiles: as many as BLAS may have at this moment."""
    library = openblas()
    return 1 if library is None else min(MOST, library[0]())


class _OneBlasThread:
    """For a while each matrix product has one thread; processes that are forked meanwhile keep it so.

    For a fork it must be said before: OpenBLAS ends its threads, and whoever tells the child a number starts them anew.
    Several threads may ask for it at once: who comes first says it, who leaves last takes it back.
    """

    def __init__(self) -> None:
        self._lock, self._inside, self._before = threading.Lock(), 0, 1

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
                self._inside, entered = self._inside + 1, True  # at once, for Ctrl-C may come between two lines
                if self._inside == 1:
                    set_to(1)
            yield
        finally:
            if entered:
                with self._lock:
                    self._inside -= 1
                    if self._inside == 0:
                        set_to(self._before)


one_blas_thread = _OneBlasThread()


@functools.cache
def openblas() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """Its functions that get and set the number of threads; None if NumPy has another BLAS."""
    package = Path(np.__file__).parent
    for path in (*package.parent.glob("numpy.libs/*openblas*"), *package.glob(".dylibs/*openblas*")):
        with contextlib.suppress(OSError):  # of a file that is no library
            library = ctypes.CDLL(str(path))
            for prefix in PREFIXES:
                names = prefix.format("get_num_threads"), prefix.format("set_num_threads")
                if all(hasattr(library, name) for name in names):
                    return getattr(library, names[0]), getattr(library, names[1])
    return None
