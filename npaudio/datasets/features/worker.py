"""Work shared among processes of Python, without the traps of `multiprocessing`.

A worker is started in one of two ways. Where it is safe, on Linux while no other Python thread runs, it is a fork of
this process, which takes milliseconds. Everywhere else it is a fresh interpreter, which takes some tenths of a second
to start, and reads from its standard input what to do. Neither imports the main script again, so a script needs no
`if __name__ == "__main__"` on any platform; a task that is defined in the main script is done without workers where a
fresh interpreter would be needed. When the parent ends, the worker's input ends, and so does the worker.

Processes and not threads, because a clip is many short NumPy calls, and each of them needs the interpreter: for 240
clips of 5 s two threads were no faster than one, while two processes were 1.7 times as fast.

Each worker has one thread of BLAS, because there are as many workers as processors.

Conventions
-----------
A task is a picklable object that is called with the items of a list, and whose results can be pickled.
"""

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from typing import IO, Any

from npaudio._core.threads import end_helpers, one_blas_thread
from npaudio.datasets.features.kept_memory import keep_freed_memory

Task = Callable[[Any], Any]
Chunk = Sequence[Any]
Submit = Callable[[Chunk], "Future[bytes]"]

MOST_PROCESSES = 64  # more only where there are more processors
CHUNK = 8  # items sent at a time: few enough that all workers end together, enough to hide the communication
MOST_CHUNKS = 256  # for an executor, which sends the task with each
TRIES = 3  # attempts for a chunk that an executor loses
BLAS_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
START = (
    "import sys, pickle; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from npaudio.datasets.features.worker import serve_streams; serve_streams()"
)


def available_processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(
    task: Task, items: Sequence[Any], *, processes: int, isolated: bool = False
) -> Generator[tuple[Any, Any], None, None]:
    """(item, task(item)) for all items, in the order in which they are finished.

    Everything is done in this process if `processes` is 1, or if a worker would have next to nothing to do; but not if
    `isolated`, because an item may kill the process that works on it. What the task raises is raised here. The workers
    end with the loop, whatever ends it; until then BLAS has one thread in this process too.
    """
    keep_freed_memory()
    chunks = _chunks(items, CHUNK)
    processes = min(processes, len(chunks), max(MOST_PROCESSES, available_processors()))
    if not (processes > 1 or (isolated and chunks)) or not (fork_is_safe() or can_start_afresh(task)):
        for item in items:
            yield item, task(item)
        return
    with one_blas_thread(), _worker_pool(task, processes) as submit:
        for chunk, future in _finished(submit, chunks):
            yield from zip(chunk, _results(future.result()), strict=True)


def run_in(executor: Executor, task: Task, items: Sequence[Any]) -> Generator[tuple[Any, Any], None, None]:
    """The same by the workers of an executor; the chunks of a lost worker are submitted again.

    Python's own process pool accepts no more work once a worker is lost; the rest is then done by a worker process.
    """

    def submit(chunk: Chunk) -> "Future[bytes]":
        try:
            return executor.submit(_answer, task, chunk)
        except BrokenExecutor as error:
            future: Future[bytes] = Future()
            future.set_exception(error)
            return future

    chunks = _chunks(items, max(CHUNK, -(-len(items) // MOST_CHUNKS)))
    for _ in range(TRIES):
        lost = []
        for chunk, future in _finished(submit, chunks):
            if future.cancelled() or future.exception():  # of the executor: `_answer` returns what the task raises
                lost.append(chunk)
            else:
                yield from zip(chunk, _results(future.result()), strict=True)
        chunks = lost
    yield from run(task, [item for chunk in chunks for item in chunk], processes=1, isolated=True)


def _chunks(items: Sequence[Any], size: int) -> list[Chunk]:
    return [items[start : start + size] for start in range(0, len(items), size)]


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


def _results(answer: bytes) -> list[Any]:
    """The results of a chunk; what the task raised is raised here."""
    results = pickle.loads(answer)
    if isinstance(results, BaseException):
        raise results
    return results


@contextlib.contextmanager
def _worker_pool(task: Task, processes: int) -> Iterator[Submit]:
    """Workers that are killed at the end of the block; a thread of this process waits for the answers of each."""
    start_worker = ForkedWorker if fork_is_safe() else FreshWorker
    free: queue.SimpleQueue[Worker] = queue.SimpleQueue()

    def answer(chunk: Chunk) -> bytes:
        worker = free.get()
        try:
            return worker.answer(chunk)
        finally:
            free.put(worker)

    with ThreadPoolExecutor(processes) as pool, contextlib.ExitStack() as workers:
        for _ in range(processes):
            free.put(workers.enter_context(start_worker(task)))
        try:
            yield lambda chunk: pool.submit(answer, chunk)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # the threads end when their workers are killed


def fork_is_safe() -> bool:
    """Whether a fork is safe: other threads are not copied, but the locks that they hold are, and stay locked."""
    end_helpers()
    return sys.platform == "linux" and threading.active_count() == 1


def can_start_afresh(task: Task) -> bool:
    """Whether a new interpreter could do the task, which it cannot import from the main script or a notebook."""
    try:
        return bool(sys.executable) and b"__main__" not in _pickled(task)
    except (pickle.PicklingError, AttributeError, TypeError):  # a function or class inside of a function
        return False


class Worker:
    """A process that waits for chunks of items; used in a `with` block, at whose end it is killed."""

    introduction = b""  # sent before the first chunk
    requests: IO[bytes]
    answers: IO[bytes]

    def answer(self, chunk: Chunk) -> bytes:
        """The pickled results of a chunk, or the exception that was raised."""
        try:
            self.requests.write(self.introduction + _pickled(list(chunk)))
            self.requests.flush()
            self.introduction = b""
            answer: bytes = pickle.load(self.answers)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            cure = "what is in a cache is kept, so run it again, or with processes=1"
            raise RuntimeError(f"a worker process was killed; {cure}") from error
        return answer

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *exception: object) -> None:
        """Kill it: nothing is lost, because it leaves no partial files."""
        raise NotImplementedError


class FreshWorker(Worker):
    """A worker in a new interpreter, which reads the task from its standard input."""

    def __init__(self, task: Task) -> None:
        self.introduction = _pickled(sys.path) + _pickled(task)
        self._process = subprocess.Popen(
            [sys.executable, "-c", START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **dict.fromkeys(BLAS_VARIABLES, "1")},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.requests, self.answers = self._process.stdin, self._process.stdout

    def __exit__(self, *exception: object) -> None:
        self._process.kill()
        self._process.communicate()


class ForkedWorker(Worker):
    """A worker that is a copy of this process, and has the task already."""

    def __init__(self, task: Task) -> None:
        request_end, self.requests = _pipe()
        self.answers, answer_end = _pipe()
        with warnings.catch_warnings():
            # Python warns of every thread, those of BLAS too; OpenBLAS stops its own before a fork.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._pid = os.fork()
        if self._pid == 0:
            self.requests.close()
            self.answers.close()
            _live_as_a_fork(task, request_end, answer_end)
        request_end.close()
        answer_end.close()

    def __exit__(self, *exception: object) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        self.answers.close()
        with contextlib.suppress(BrokenPipeError):  # what was not sent has no reader now
            self.requests.close()


def serve(task: Task, requests: IO[bytes], answers: IO[bytes]) -> None:
    """Life of a worker: answer chunks until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, and that ends the worker
    while True:
        try:
            chunk = pickle.load(requests)
            answers.write(_pickled(_answer(task, chunk)))
            answers.flush()
        except (EOFError, BrokenPipeError):  # the parent has ended
            return


def serve_streams() -> None:
    """Life of a fresh worker: the task comes first."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what the task prints must not be mixed with the answers
    keep_freed_memory()
    serve(pickle.load(sys.stdin.buffer), sys.stdin.buffer, answers)
    os._exit(0)  # without flushing answers that nobody reads


def _live_as_a_fork(task: Task, requests: IO[bytes], answers: IO[bytes]) -> None:
    """Serve, and end without the clean-up that is the parent's."""
    try:
        serve(task, requests, answers)
    finally:
        os._exit(0)


def _answer(task: Task, chunk: Sequence[Any]) -> bytes:
    """The results, or the exception that was raised instead, pickled."""
    try:
        with one_blas_thread():
            return _pickled([task(item) for item in chunk])
    except Exception as error:
        try:
            return _pickled(error)
        except Exception:
            return _pickled(RuntimeError(f"a worker process raised {error!r}"))


def _pickled(item: Any) -> bytes:
    """With protocol 5, which copies arrays one time less than the default."""
    return pickle.dumps(item, protocol=5)


def _pipe() -> tuple[IO[bytes], IO[bytes]]:
    """The two ends of a pipe: what is written to the second is read from the first."""
    reading, writing = os.pipe()
    return os.fdopen(reading, "rb"), os.fdopen(writing, "wb")
