"""What a process is told before it does the same work a thousand times: to keep its memory, and to leave threads alone.

Both are hints to libraries below NumPy. Where the memory is not glibc's, or BLAS is not the OpenBLAS of NumPy's own
packages, nothing happens and nothing breaks.
"""

import contextlib
import ctypes
import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np

KEPT_BYTES = 16 * 1024 * 1024
PREFIXES = ("scipy_openblas_{}64_", "scipy_openblas_{}", "openblas_{}64_", "openblas_{}")


def keep_freed_memory() -> None:
    """Have the process keep freed arrays of up to `KEPT_BYTES` for the next ones, where it would hand them back.

    A clip needs the same few arrays as the last one. glibc gives each back to the system, which clears every page
    before it hands it out again, and that can take as long as the work itself. But glibc learns from the largest array
    that it has ever freed; one that is never written to costs nothing. (mallopt(3), M_MMAP_THRESHOLD.)
    """
    np.empty(KEPT_BYTES, np.uint8)


@contextlib.contextmanager
def one_blas_thread() -> Iterator[None]:
    """For a while each matrix product has one thread; processes that are forked meanwhile keep it so.

    It must be said before the fork. OpenBLAS ends its threads for a fork, and whoever tells the child a number starts
    them anew: each then turns in circles for 2**26 ticks, some 25 ms, on a processor that another worker needs.
    """
    library = openblas()
    if library is None:
        yield
        return
    get, set_to = library
    before = get()
    set_to(1)
    try:
        yield
    finally:
        set_to(before)


@functools.cache
def openblas() -> tuple["ctypes._NamedFuncPointer", "ctypes._NamedFuncPointer"] | None:
    """Its functions that get and set the number of threads; None if NumPy has another BLAS."""
    package = Path(np.__file__).parent
    for path in (*package.parent.glob("numpy.libs/*openblas*"), *package.glob(".dylibs/*openblas*")):
        library = ctypes.CDLL(str(path))
        for prefix in PREFIXES:
            names = prefix.format("get_num_threads"), prefix.format("set_num_threads")
            if all(hasattr(library, name) for name in names):
                return getattr(library, names[0]), getattr(library, names[1])
    return None
