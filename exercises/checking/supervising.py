"""Run checks in a process of their own, and end it when a check takes longer than ten seconds.

A process, not a thread: an endless loop inside NumPy can't be interrupted from within, on no system; a process can be
ended from outside on all of them. One process serves check after check; only after a stop is a new one started.
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from exercises.checking.catalogue import OUTPUTS, ROOT, Exercise, exercises
from exercises.checking.running import checks_of
from exercises.checking.verdicts import AGAIN, WRONG, Outcome, without_repeats

LIMIT = 10.0  # seconds a check may take
EXPLAINED = 3.0  # seconds for the search for the mistake, which itself stops sooner
START = 60.0  # seconds for the process to start and to import NumPy, which no learner is to blame for


class Examiner:
    """Runs the checks of exercises on the files in a folder; a context manager.

    Parameters
    ----------
    answers : Path
        Folder with ex01_stft.py and so on.
    limit : float
        Seconds that a check may take.
    outputs : Path
        Folder for the sounds and pictures of wrong answers.
    """

    def __init__(self, answers: Path, *, limit: float = LIMIT, outputs: Path = OUTPUTS) -> None:
        self.answers, self.limit, self.outputs = answers.resolve(), limit, outputs
        self._process: subprocess.Popen[str] | None = None
        self._replies: queue.Queue[str | None] = queue.Queue()
        self._listener: threading.Thread | None = None
        self._stopped: dict[str, dict[str, str]] = {}  # by exercise: functions that were stopped, and what was said
        self._said: dict[str, set[str]] = {}

    def __enter__(self) -> "Examiner":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._listener is not None:
                self._listener.join(timeout=5)  # it has read the end of the output before we close that
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    pipe.close()
            self._process = None

    def check_all(self, exercise: str) -> list[Outcome]:
        """The outcomes of all checks of one exercise."""
        return [self.check(exercise, name) for name in checks_of(exercise)]

    def check(self, exercise: str, name: str) -> Outcome:
        """The outcome of one check. A reason that was given before for this exercise is marked as such."""
        stopped = self._stopped.setdefault(exercise, {})
        if "" in stopped:  # it did not even get through the file
            return Outcome(name, AGAIN, stopped[""])
        outcome = self._ask(exercise, name, stopped)
        return without_repeats(outcome, self._said.setdefault(exercise, set()))

    def _ask(self, exercise: str, name: str, stopped: dict[str, str]) -> Outcome:
        path = self.answers / f"{exercise}.py"
        self._send(exercise=exercise, check=name, path=str(path), outputs=str(self.outputs / exercise), stopped=stopped)
        calling, deadline, limit = "", time.monotonic() + START, START
        plain: Outcome | None = None
        while True:
            reply = self._receive(deadline)
            if "outcome" in reply:
                return Outcome(**reply["outcome"])
            if "started" in reply:
                deadline, limit = time.monotonic() + self.limit, self.limit
            if "calling" in reply:
                calling = reply["calling"]
            if "plain" in reply:
                plain, deadline = Outcome(**reply["plain"]), time.monotonic() + EXPLAINED
            if "ended" in reply or "late" in reply:
                self.close()
                if plain is not None:
                    return plain
                stopped[calling] = _told_end(reply, calling, path.name, limit)
                return Outcome(name, WRONG, stopped[calling])

    def _send(self, **request: object) -> None:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._start()
        assert self._process is not None
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # the process may be gone; reading its replies will say so
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()

    def _start(self) -> None:
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "exercises.checking.worker"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path, "MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        self._replies = queue.Queue()
        self._listener = threading.Thread(target=_listen, args=(self._process, self._replies), daemon=True)
        self._listener.start()

    def _receive(self, deadline: float) -> dict[str, Any]:
        try:
            line = self._replies.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return {"late": True}
        if line is None:
            return {"ended": self._process.wait() if self._process else 0}
        return dict(json.loads(line))


def _listen(process: "subprocess.Popen[str]", replies: "queue.Queue[str | None]") -> None:
    """Hand on each line of the process; a read that can time out exists only for queues, on Windows too."""
    assert process.stdout is not None
    with contextlib.suppress(ValueError):  # closed while we were waiting
        for line in process.stdout:
            replies.put(line)
    replies.put(None)


def _told_end(reply: dict[str, Any], calling: str, file: str, limit: float) -> str:
    where = calling or f"The file {file}, while it was read,"
    if "ended" in reply:
        return f"{where} ended Python itself (exit status {reply['ended']}); a function should return or raise."
    if limit == START:
        return f"Python did not start within {limit:g} s; is the computer busy with something else?"
    return (
        f"{where} had not finished after {limit:g} s and was stopped. "
        "Look for a loop whose condition never changes, or a list that grows while a loop walks over it."
    )


def survey(answers: Path, chosen: list[Exercise] | None = None) -> dict[Exercise, list[Outcome]]:
    """The outcomes of all exercises, or of those chosen."""
    with Examiner(answers) as examiner:
        return {exercise: examiner.check_all(exercise.name) for exercise in chosen or exercises()}
