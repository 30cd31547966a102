import concurrent.futures
import contextlib
import io
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from npaudio import datasets
from npaudio._core import threads
from npaudio._core.terminal import ProgressLine
from npaudio.datasets import extract_features
from npaudio.datasets.features import sharing, worker
from tests.processes import PROCESSES
from tests.slow_sounds import FRONTEND, SlowSounds, asleep, failing, square

ROOT = Path(__file__).parents[1]


@pytest.fixture(params=["fork", "fresh"])
def start(request, monkeypatch):
    if request.param == "fork" and not hasattr(os, "fork"):
        request.param = "fresh"
    for module in (sharing, worker):
        monkeypatch.setattr(module, "fork_is_safe", lambda: request.param == "fork")
    return request.param


def test_results_come_with_their_items_from_other_processes(start):
    numbers = [k for k in range(40) if k != 13]
    results = list(sharing.run(square, ["process", *numbers], processes=2))
    assert {item: result for item, result in results if item != "process"} == {k: k * k for k in numbers}
    pid, blas_threads = dict(results)["process"]
    assert pid != os.getpid()
    assert start == "fork" or blas_threads == "1"


@pytest.mark.parametrize("items", [range(13, 40), range(14)], ids=["in a worker", "in this process"])
def test_what_the_task_raises_is_raised_here(start, items):
    with pytest.raises(KeyError, match="thirteen"):
        list(sharing.run(square, items, processes=2))


def test_the_traceback_of_a_worker_comes_too(start):
    with pytest.raises(KeyError) as caught:
        list(sharing.run(square, range(13, 40), processes=2))
    assert 'raise KeyError("thirteen")' in caught.value.__notes__[0]


@pytest.mark.parametrize(("item", "message"), [("local", "Local: neither one"), ("two", "NeedsTwo: one and another")])
def test_an_exception_that_cannot_be_sent_is_told(item, message):
    with concurrent.futures.ThreadPoolExecutor(1) as executor, pytest.raises(RuntimeError, match=message):
        list(sharing.run_in(executor, failing, [item]))


def test_a_result_may_be_an_exception(start):
    results = [repr(result) for _, result in sharing.run(ValueError, range(4), processes=2)]
    assert sorted(results) == [f"ValueError({k})" for k in range(4)]


def test_items_that_cannot_be_pickled_leave_nothing_behind(monkeypatch):
    for module in (sharing, worker):
        monkeypatch.setattr(module, "fork_is_safe", lambda: False)
    with pytest.raises((pickle.PicklingError, AttributeError)):
        list(sharing.run(square, [lambda: 1] * 4, processes=2))
    threads.end_helpers()
    assert threading.active_count() == 1


def test_this_process_works_too_and_the_workers_go_on_while_it_is_busy(start):
    pids = [pid for _, pid in sharing.run(asleep, [0.0] * 30 + [0.5], processes=2)]
    assert len(pids) == 31
    assert pids[0] == os.getpid()  # it began with the last item, which takes longest
    assert start == "fresh" or os.getpid() not in pids[1:9]  # a quarter of the others were done meanwhile


def test_a_few_items_are_shared_evenly(start):
    """Four items of the same length for two processes: nobody takes a third while the other has none."""
    pids = [pid for _, pid in sharing.run(asleep, [0.2] * 4, processes=2)]
    assert start == "fresh" or pids.count(os.getpid()) == 2


def test_one_process_starts_no_other(monkeypatch):
    monkeypatch.setattr(sharing, "started", None)
    assert list(sharing.run(square, [1, 2], processes=1)) == [(1, 1), (2, 4)]
    assert list(sharing.run(square, [3], processes=8)) == [(3, 9)]


def test_no_more_processes_are_started_than_a_machine_can_bear(monkeypatch):
    asked = []

    @contextlib.contextmanager
    def started(task, items, n_workers):
        asked.append(n_workers)
        yield []

    monkeypatch.setattr(sharing, "started", started)
    numbers = list(range(14, 5000))
    assert dict(sharing.run(abs, numbers, processes=10**9)) == {k: k for k in numbers}
    assert asked == [max(64, sharing.available_processors()) - 1]


def test_a_killed_worker_is_an_error_and_no_hang(start):
    with pytest.raises(RuntimeError, match="a worker process was killed; what is in a cache is kept"):
        extract_features(SlowSounds(40, deadly=3), FRONTEND, processes=2)


def test_workers_end_with_the_loop(start):
    results = sharing.run(square, list(range(14, 1000)), processes=2)
    next(results)
    results.close()
    threads.end_helpers()
    assert threading.active_count() == 1


INTERRUPTED_FORK = """
import os, signal
from npaudio.datasets.features import sharing
fork, pids = os.fork, []

def fork_with_ctrl_c():
    pids.append(fork())
    os.kill(os.getpid(), signal.SIGINT)
    return pids[-1]

os.fork = fork_with_ctrl_c
try:
    list(sharing.run(abs, range(40), processes=3))
except KeyboardInterrupt:
    print("interrupted after", len(pids))
for pid in pids:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        print("ended")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
def test_ctrl_c_in_the_middle_of_a_fork_is_neither_lost_nor_doubled():
    result = subprocess.run([sys.executable, "-c", INTERRUPTED_FORK], cwd=ROOT, capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("interrupted after 2\nended\nended\n", "")


ORPHANS = """
import sys
from npaudio.datasets.features import sharing
from tests.slow_sounds import announced
list(sharing.run(announced, [int(sys.argv[1])] * 100, processes=4))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
def test_workers_begin_no_more_items_when_the_parent_was_killed():
    read_end, write_end = os.pipe()
    with open(read_end, "rb") as lines:
        command = [sys.executable, "-c", ORPHANS, str(write_end)]
        process = subprocess.Popen(command, cwd=ROOT, pass_fds=[write_end])
        for _ in range(8):
            assert next(lines) == b"begun\n"
        process.kill()
        process.wait()
        os.write(write_end, b"killed\n")
        os.close(write_end)
        assert list(lines)[-1] == b"killed\n"


IMPATIENT = """
import signal
from npaudio.datasets.features import sharing
from tests.slow_sounds import square
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("parent")
list(sharing.run(square, range(14, 8000), processes=3))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
def test_a_parent_may_have_text_to_print_and_no_interest_in_its_children():
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-c", IMPATIENT]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert result.stdout.count("parent") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a shell closes the stream")
def test_a_fresh_worker_needs_no_standard_error():
    code = (
        "from npaudio.datasets.features import sharing, worker\n"
        "sharing.fork_is_safe = worker.fork_is_safe = lambda: False\n"
        "print(sum(result for _, result in sharing.run(abs, range(40), processes=2)))"
    )
    command = ["sh", "-c", 'exec "$0" -c "$1" 2>&-', sys.executable, code]
    assert subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout == "780\n"


def test_a_fork_is_made_only_where_it_is_safe():
    assert worker.fork_is_safe() == (sys.platform == "linux")
    waiting = threading.Event()
    thread = threading.Thread(target=waiting.wait)
    thread.start()
    assert not worker.fork_is_safe()
    waiting.set()
    thread.join()


@pytest.mark.parametrize(
    "busy", ["", "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()"]
)
def test_a_script_needs_no_main_guard(tmp_path, busy):
    script = tmp_path / "script.py"
    script.write_text(
        f"{busy}\nimport npaudio.datasets as d\nfrom tests.slow_sounds import FRONTEND, SlowSounds\n"
        "print(d.extract_features(SlowSounds(40), FRONTEND, processes=2).X.shape)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=True)
    assert result.stdout == "(40, 16, 16)\n"
    assert result.stderr == ""


def test_a_front_end_of_the_main_script_works_on_every_platform(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()\n"  # as in a notebook
        "from dataclasses import dataclass\nimport npaudio.datasets as d\nfrom tests.slow_sounds import SlowSounds\n"
        "@dataclass(frozen=True)\nclass Mine:\n    sr: int = 8000\n    def __call__(self, y):\n        return y[:5]\n"
        "print(d.extract_features(SlowSounds(40), Mine(), processes=2).X.shape)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("(40, 5)\n", "")


def test_faulty_clips_are_named_by_workers_too(start):
    table = extract_features(SlowSounds(40, faulty=(3, 20)), FRONTEND, processes=2)
    assert table.skipped == (("slow-3", "clip 3 is faulty"), ("slow-20", "clip 20 is faulty"))
    np.testing.assert_array_equal(table.X[-1], FRONTEND(SlowSounds(40).load(39)))


class LossyExecutor(concurrent.futures.ThreadPoolExecutor):
    """Loses every third task: its worker is gone, as Dask and MPI report it."""

    def submit(self, function, /, *args, **kwargs):
        self.count = getattr(self, "count", -1) + 1
        if self.count % 3 == 0:
            return super().submit(self.lose)
        return super().submit(function, *args, **kwargs)

    def lose(self):
        raise ConnectionError("worker 7 is gone")


EXECUTORS = {
    "threads": lambda: concurrent.futures.ThreadPoolExecutor(2),
    "processes": lambda: concurrent.futures.ProcessPoolExecutor(2, PROCESSES),
    "lossy": lambda: LossyExecutor(2),
}


@pytest.mark.parametrize("kind", EXECUTORS)
def test_an_executor_gives_the_same_features_to_the_bit(kind, tmp_path):
    dataset = SlowSounds(50, faulty=(3, 20))
    own = extract_features(dataset, FRONTEND, processes=1)
    with EXECUTORS[kind]() as executor:
        for cache_dir in (None, tmp_path):
            table = extract_features(dataset, FRONTEND, executor=executor, cache_dir=cache_dir)
            assert table.skipped == own.skipped
            assert table.X.tobytes() == own.X.tobytes()


def test_a_lost_worker_of_an_executor_is_survived(tmp_path):
    """Python's own pool takes no more work once a worker is lost; what is left is done by another process."""
    dataset = SlowSounds(50, deadly=30, once=tmp_path / "killed")
    with EXECUTORS["processes"]() as executor:
        table = extract_features(dataset, FRONTEND, executor=executor)
        assert (tmp_path / "killed").exists()
        assert table.X.tobytes() == extract_features(SlowSounds(50), FRONTEND, processes=1).X.tobytes()


def test_a_clip_that_kills_every_worker_is_an_error(tmp_path):
    with (
        EXECUTORS["processes"]() as executor,
        pytest.raises(RuntimeError, match="a worker process was killed; what is in a cache is kept"),
    ):
        extract_features(SlowSounds(8, deadly=3), FRONTEND, executor=executor)


def test_what_the_task_raises_in_an_executor_is_raised_here_and_not_tried_again():
    calls = []

    def failing(item):
        calls.append(item)
        raise KeyError("thirteen")

    with concurrent.futures.ThreadPoolExecutor(1) as executor, pytest.raises(KeyError, match="thirteen"):
        list(sharing.run_in(executor, failing, list(range(8))))
    assert calls == [0]


def test_an_executor_is_one_and_has_its_own_workers():
    with pytest.raises(ValueError, match=r"executor must be a concurrent\.futures\.Executor, got 3"):
        extract_features(SlowSounds(2), FRONTEND, executor=3)
    executor = concurrent.futures.ThreadPoolExecutor(1)
    with pytest.raises(ValueError, match="processes and executor exclude each other"):
        extract_features(SlowSounds(2), FRONTEND, executor=executor, processes=2)


DASK = """
import distributed
from npaudio.datasets import extract_features
from tests.slow_sounds import FRONTEND, SlowSounds

with distributed.Client(processes=False, dashboard_address=None, n_workers=1, threads_per_worker=2) as client:
    table = extract_features(SlowSounds(20), FRONTEND, executor=client.get_executor())
print(table.X.tobytes() == extract_features(SlowSounds(20), FRONTEND, processes=1).X.tobytes())
"""


def test_dask_can_be_the_executor():
    """In a process of its own, because Dask leaves threads behind."""
    pytest.importorskip("distributed", reason="Dask is not installed")
    result = subprocess.run([sys.executable, "-c", DASK], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "True\n"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_progress_line_is_quiet_without_a_terminal(capfd):
    extract_features(SlowSounds(40), FRONTEND, processes=2)
    extract_features(datasets.SyntheticSounds(1, sr=8000, duration=0.2), FRONTEND)
    assert capfd.readouterr() == ("", "")


def test_the_progress_line_shows_rate_and_time_left(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("npaudio._core.terminal.time.monotonic", lambda: clock[0])
    terminal = Terminal()
    line = ProgressLine("features", 200, unit="clips", stream=terminal)
    for done in range(0, 101, 25):
        clock[0] += 0.125
        line.show(done)
    line.close("100 clips computed")
    lines = [text.rstrip() for text in terminal.getvalue().split("\r")]
    assert lines == [  # every other call comes too early
        "",
        "features: 25 of 200 clips, 100.0 a second, 0:02 left",
        "features: 75 of 200 clips, 150.0 a second, 0:01 left",
        "features: 100 clips computed",
    ]


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no pseudo-terminals on Windows")
def test_the_progress_line_is_cut_to_the_terminal_and_its_last_text_is_not(monkeypatch):
    import fcntl
    import struct
    import termios

    outer, inner = os.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 30, 0, 0))
    with os.fdopen(inner, "w") as terminal:
        monkeypatch.setattr("npaudio._core.terminal.SECONDS_BETWEEN", 0.0)
        line = ProgressLine("a" * 200, None, unit="clips", stream=terminal)
        line.show(1)
        line.leave("b" * 40)
        shown = b""
        while not shown.endswith(b"\n"):  # it may come in pieces
            shown += os.read(outer, 4096)
    assert shown.decode() == "\r" + "a" * 29 + "\r" + "b" * 40 + "\r\n"
    os.close(outer)


def test_the_progress_line_counts_bytes_as_megabytes_and_copes_without_a_total(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("npaudio._core.terminal.time.monotonic", lambda: clock[0])
    terminal = Terminal()
    line = ProgressLine("download", None, unit="MB", scale=1e6, stream=terminal)
    line.show(1_000_000)  # there before
    clock[0] = 2.0
    line.show(5_000_000)
    assert terminal.getvalue().strip() == "download: 5 MB, 2.0 a second"
