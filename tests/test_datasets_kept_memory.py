"""Workers keep freed memory, and have one BLAS thread each."""

import os
import platform
import subprocess
import sys

import numpy as np
import pytest

from npaudio._core import threads
from npaudio.datasets.features import sharing

FAULTS_A_ROUND = """
import resource
import numpy as np
from npaudio.datasets.features.kept_memory import keep_freed_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(50):
        arrays = [np.ones(1 << 20, np.uint8) for _ in range(5)]
        del arrays
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 50

before = faults()
keep_freed_memory()
print(before, faults())
"""


def threads_after_a_large_product(size):
    """This process, and its threads once BLAS has done a product that it would share."""
    np.ones((size, size)) @ np.ones((size, size))
    with open("/proc/self/status") as stream:
        return os.getpid(), next(int(line.split()[1]) for line in stream if line.startswith("Threads:"))


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
@pytest.mark.skipif(threads.openblas() is None, reason="only NumPy's own OpenBLAS can be told how many threads to use")
def test_forked_workers_have_one_blas_thread_and_the_parent_keeps_its_own():
    get = threads.openblas()[0]
    before = get()
    assert sharing.fork_is_safe()
    own = threads_after_a_large_product(600)  # perhaps more than one, those of others such as pytest-xdist included
    found = {result for _, result in sharing.run(threads_after_a_large_product, list(range(600, 640)), processes=2)}
    assert {n_threads for pid, n_threads in found if pid != os.getpid()} == {1}
    assert all(n_threads <= own[1] for pid, n_threads in found if pid == os.getpid())
    assert get() == before


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the hint is for glibc's malloc")
def test_freed_memory_is_kept():
    """Five arrays of 1 MB are 1,280 pages, which are fetched again in each round unless the process keeps them."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_TUNABLES"))}
    script = [sys.executable, "-c", FAULTS_A_ROUND]
    result = subprocess.run(script, env=clean, capture_output=True, text=True, check=True)
    before, after = map(float, result.stdout.split())
    assert before > 500
    assert after < 100


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the hint is for glibc's malloc")
@pytest.mark.parametrize("processes", [1, 2])
def test_those_who_work_keep_their_memory(processes):
    """In a process of its own, because earlier tests may have freed a large array in this one."""
    code = (
        "from npaudio.datasets.features import sharing, worker\n"
        "from tests.slow_sounds import faults_of_five_arrays\n"
        "sharing.fork_is_safe = worker.fork_is_safe = lambda: False\n"
        f"print(*dict(sharing.run(faults_of_five_arrays, list(range(64)), processes={processes})).values())"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_TUNABLES"))}
    result = subprocess.run([sys.executable, "-c", code], env=clean, capture_output=True, text=True, check=True)
    faults = [int(count) for count in result.stdout.split()]
    assert np.median(faults) < 200
