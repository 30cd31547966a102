"""Worker processes, without the traps of `multiprocessing`.

A worker is started in one of two ways. Where it is safe, on Linux while no other Python thread runs, it is a fork of
this process, which takes milliseconds. Everywhere else it is a fresh interpreter, which takes some tenths of a second
to start, and reads from its standard input what to do. Neither imports the main script again, so a script needs no
`if __name__ == "__main__"` on any platform; a task that is defined in the main script is done without workers where a
fresh interpreter would be needed. When the parent ends, so does the worker, after the item that it is working on.

Each process has one thread of BLAS, because there are as many processes as processors.
"""

import contextlib
import functools
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import Pipe
from typing import IO, Any

from npaudio._core.threads import end_helpers, one_blas_thread
from npaudio.datasets.features.kept_memory import keep_freed_memory

Task = Callable[[Any], Any]  # picklable; called with the items of a list, and its results can be pickled

BLAS_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
START = (
    "import sys, pickle; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from npaudio.datasets.features.worker import serve_streams; serve_streams()"
)


def result_in(answer: bytes) -> Any:
    """What the task returned; what it raised is raised here."""
    raised, result = pickle.loads(answer)
    if raised:
        raise result
    return result


@contextlib.contextmanager
def started(task: Task, items: Sequence[Any], n_workers: int) -> Iterator["list[Worker]"]:
    """Workers, which are killed at the end of the block; all are told before the first is waited for."""
    start_worker = forked_worker if fork_is_safe() else fresh_worker
    workers: list[Worker] = []
    try:
        with contextlib.ExitStack() as stack:
            if sys.platform != "win32":  # Ctrl-C in the middle of a fork would be lost, or raised twice
                mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
                stack.callback(signal.pthread_sigmask, signal.SIG_SETMASK, mask)
            for _ in range(n_workers):
                workers.append(start_worker(task, items))
        yield workers
    finally:
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.wait()


def fork_is_safe() -> bool:
    """Whether a fork is safe: other threads are not copied, but the locks that they hold are, and stay locked."""
    end_helpers()
    return sys.platform == "linux" and threading.active_count() == 1


def can_start_afresh(task: Task) -> bool:
    """Whether a new interpreter could do the task, which it cannot import from the main script or a notebook."""
    try:
        return bool(sys.executable) and b"__main__" not in _pickled(task)
    except Exception:  # it cannot be pickled, as a function or class inside of a function
        return False


@dataclass
class Worker:
    """A process that answers for some of the items, one by one; nothing is lost when it is killed."""

    items: Sequence[Any]
    send: Callable[[bytes], object]
    receive: Callable[[], bytes]
    has_answered: Callable[[], object]  # true also if it is not there any more
    kill: Callable[[], object]
    wait: Callable[[], object]
    asked: deque[int] = field(default_factory=deque)  # numbers of the items that are not answered yet

    def ask(self, numbers: range) -> None:
        """Ask for the results of the items of these numbers."""
        with contextlib.suppress(OSError):  # killed; noticed when its answer does not come
            self.send(_pickled(numbers))
        self.asked.extend(numbers)

    def answer(self) -> tuple[Any, Any]:
        """The next item that was asked for, and its result."""
        try:
            answer = self.receive()
        except (EOFError, OSError) as error:
            cure = "what is in a cache is kept, so run it again, or with processes=1"
            raise RuntimeError(f"a worker process was killed; {cure}") from error
        return self.items[self.asked.popleft()], result_in(answer)


def forked_worker(task: Task, items: Sequence[Any]) -> Worker:
    """A worker that is a copy of this process, and has the task and the items already."""
    if sys.platform == "win32":
        raise NotImplementedError("Windows cannot fork")
    connection, other_end = Pipe()
    # Python warns of every thread, those of BLAS too; OpenBLAS stops its own before a fork.
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        pid = os.fork()
    if pid == 0:
        connection.close()
        try:
            serve(task, items, other_end.recv, other_end.send_bytes)
        finally:
            os._exit(0)  # without the clean-up that is the parent's
    other_end.close()

    def wait_for_end() -> None:
        with contextlib.suppress(ChildProcessError):  # where SIGCHLD is ignored the system has forgotten it
            os.waitpid(pid, 0)
        connection.close()

    kill = functools.partial(os.kill, pid, signal.SIGKILL)
    return Worker(items, connection.send_bytes, connection.recv_bytes, connection.poll, kill, wait_for_end)


def fresh_worker(task: Task, items: Sequence[Any]) -> Worker:
    """A worker in a new interpreter, which reads the task and the items from its standard input.

    A thread takes its answers, because Windows cannot say whether a pipe is empty.
    """
    introduction = _pickled(sys.path) + _pickled((task, items))
    environment = {**os.environ, **dict.fromkeys(BLAS_VARIABLES, "1")}
    command = [sys.executable, "-c", START]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    assert process.stdin is not None
    assert process.stdout is not None
    answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    taking = threading.Thread(target=_take_all, args=[process.stdout, answers], daemon=True)
    taking.start()

    def wait_for_end() -> None:
        taking.join()
        process.communicate()

    send, receive = functools.partial(_send, process.stdin), functools.partial(_next, answers)
    worker = Worker(items, send, receive, lambda: not answers.empty(), process.kill, wait_for_end)
    with contextlib.suppress(OSError):  # it has ended; noticed when its answer does not come
        send(introduction)
    return worker


def _send(stream: IO[bytes], message: bytes) -> None:
    stream.write(message)
    stream.flush()


def _take_all(stream: IO[bytes], answers: "queue.SimpleQueue[bytes | None]") -> None:
    """Answers as they come, and None when no more can come."""
    with contextlib.suppress(Exception):  # whatever pickle makes of an answer that is not complete
        while True:
            answers.put(pickle.load(stream))
    answers.put(None)


def _next(answers: "queue.SimpleQueue[bytes | None]") -> bytes:
    while True:  # in short waits, because on Windows Ctrl-C does not interrupt a wait
        with contextlib.suppress(queue.Empty):
            answer = answers.get(timeout=0.5)
            if answer is None:
                raise EOFError
            return answer


def serve(task: Task, items: Sequence[Any], receive: Callable[[], range], send: Callable[[bytes], object]) -> None:
    """Life of a worker: answer for items until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, and that ends the worker
    sys.stdout = sys.stderr  # written at once; stdout may hold text that the parent has not written yet
    parent = os.getppid()
    with contextlib.suppress(EOFError, OSError):  # the parent has ended
        while True:
            for number in receive():
                send(answer_of(task, items[number]))
                if os.getppid() != parent:  # its end of the pipe may live on, as a copy in the next worker
                    return


def serve_streams() -> None:
    """Life of a fresh worker: the task and the items come first."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    if sys.stderr:  # where what a library prints must go, so that it is not mixed with the answers
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    keep_freed_memory()
    receive = functools.partial(pickle.load, sys.stdin.buffer)
    task, items = receive()
    serve(task, items, receive, lambda answer: _send(answers, _pickled(answer)))
    os._exit(0)  # without flushing answers that nobody reads


def answer_of(task: Task, item: Any) -> bytes:
    """The result, or the exception that was raised instead, pickled."""
    try:
        with one_blas_thread():
            return _pickled((False, task(item)))
    except Exception as error:
        where = f"in a worker:\n{traceback.format_exc()}"
        error.add_note(where)
        try:
            pickle.loads(_pickled(error))
            return _pickled((True, error))
        except Exception:  # it cannot be pickled, or not be made again from that
            return _pickled((True, RuntimeError(where)))


def _pickled(item: Any) -> bytes:
    """With protocol 5, which copies arrays one time less than the default."""
    return pickle.dumps(item, protocol=5)
