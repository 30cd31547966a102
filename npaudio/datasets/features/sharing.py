"""Work shared among processes of Python.

This process does its share of the work. Whoever runs out of items gets the next, in ever smaller shares, so that all
end together (after guided self-scheduling, Polychronopoulos and Kuck 1987): the workers from the beginning of the list,
this process one at a time from its end, with a look at the answers after each.

Processes and not threads, because a clip is many short NumPy calls, and each of them needs the interpreter: for 240
clips of 5 s two threads were no faster than one, while two processes were 1.6 times as fast.
"""

import functools
import math
import os
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from typing import Any

from npaudio._core.threads import one_blas_thread
from npaudio.datasets.features.kept_memory import keep_freed_memory
from npaudio.datasets.features.worker import Task, answer_of, can_start_afresh, fork_is_safe, result_in, started

Chunk = Sequence[Any]
Submit = Callable[[Chunk], "Future[bytes]"]

MOST_PROCESSES = 64  # more only where there are more processors
FEW = 1  # a worker that has no more items than this to do gets others
CHUNK = 8  # items that an executor gets at a time, at least: few enough that all its workers end together
MOST_CHUNKS = 256  # for an executor, which sends the task with each
TRIES = 3  # attempts for a chunk that an executor loses


def available_processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(
    task: Task, items: Sequence[Any], *, processes: int, isolated: bool = False
) -> Generator[tuple[Any, Any], None, None]:
    """(item, task(item)) for all items, in the order in which they are finished.

    This process is one of the `processes`, and takes its items from the end. If the work is `isolated`, because an
    item may kill the process that works on it, a worker does all of it. What the task raises is raised here. The
    workers end with the loop, whatever ends it; until then BLAS has one thread in this process too.
    """
    keep_freed_memory()
    processes = min(processes, len(items), max(MOST_PROCESSES, available_processors()))
    n_workers = processes if isolated else processes - 1
    if n_workers < 1 or not (fork_is_safe() or can_start_afresh(task)):
        for item in items:
            yield item, task(item)
        return
    with one_blas_thread(), started(task, items, n_workers) as workers:
        left = range(len(items))
        while left or any(worker.asked for worker in workers):
            for worker in workers:
                while worker.asked and (worker.has_answered() or not left):
                    yield worker.answer()
                if left and len(worker.asked) <= FEW:
                    size = len(left) if isolated else math.ceil(len(left) / (2 * processes))
                    worker.ask(left[:size])
                    left = left[size:]
            if left:
                yield items[left[-1]], task(items[left[-1]])
                left = left[:-1]


def run_in(executor: Executor, task: Task, items: Sequence[Any]) -> Generator[tuple[Any, Any], None, None]:
    """The same by the workers of an executor; the chunks of a lost worker are submitted again.

    Python's own process pool accepts no more work once a worker is lost; the rest is then done by a worker process.
    """

    def submit(chunk: Chunk) -> "Future[bytes]":
        try:
            return executor.submit(answer_of, functools.partial(_each, task), chunk)
        except BrokenExecutor as error:
            future: Future[bytes] = Future()
            future.set_exception(error)
            return future

    size = max(CHUNK, math.ceil(len(items) / MOST_CHUNKS))
    chunks = [items[start : start + size] for start in range(0, len(items), size)]
    for _ in range(TRIES):
        lost = []
        for chunk, future in _finished(submit, chunks):
            if future.cancelled() or future.exception():  # of the executor: `answer_of` returns what the task raises
                lost.append(chunk)
            else:
                yield from zip(chunk, result_in(future.result()), strict=True)
        chunks = lost
    yield from run(task, [item for chunk in chunks for item in chunk], processes=1, isolated=True)


def _each(task: Task, chunk: Chunk) -> list[Any]:
    return [task(item) for item in chunk]


def _finished(submit: Submit, chunks: list[Chunk]) -> Generator[tuple[Chunk, "Future[bytes]"], None, None]:
    """Submit all chunks, and yield each with its future when that is done; the others are cancelled at the end."""
    futures = {submit(chunk): chunk for chunk in chunks}
    try:
        while futures:  # in short waits, because on Windows Ctrl-C does not interrupt a wait
            for future in wait(futures, timeout=0.5, return_when=FIRST_COMPLETED).done:
                yield futures.pop(future), future
    finally:
        for future in futures:
            future.cancel()
