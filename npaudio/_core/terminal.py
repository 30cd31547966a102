"""One line on the terminal that is rewritten again and again to show the progress of a long job; and times as text."""

import os
import sys
import time
from typing import TextIO

SECONDS_BETWEEN = 0.2  # two updates of the line


class ProgressLine:
    """A line with the amount done, the rate and the time left; nothing is written unless the stream is a terminal.

    Goes with lesson 09.

    Parameters
    ----------
    what : str
        Name of the job.
    total : int or None
        Amount to do, if it is known.
    unit : str
        What is counted.
    scale : float
        Units counted for one unit shown: 1e6 to count bytes and show MB.
    stream : text file, optional
        Where to write. None: standard error (which itself is None where there is no console, as under pythonw).
    visible : bool
        False to write nothing, even on a terminal.

    See Also
    --------
    npaudio.training.fit : shows such a line unless `progress` is False.
    """

    def __init__(
        self,
        what: str,
        total: int | None,
        *,
        unit: str,
        scale: float = 1.0,
        stream: TextIO | None = None,
        visible: bool = True,
    ) -> None:
        self.what, self.total, self.unit, self.scale = what, total, unit, scale
        self._stream = sys.stderr if stream is None else stream
        self._visible = visible and self._stream is not None and self._stream.isatty()
        self._start = time.monotonic()
        self._next = self._start + SECONDS_BETWEEN
        self._first: int | None = None
        self._width = 0

    def show(self, done: int, note: str = "") -> None:
        """Write the line, if enough time has passed since the last.

        Parameters
        ----------
        done : int
            Amount done. What was done before the first call does not count for the rate.
        note : str
            What else to say at the end of the line.
        """
        self._first = done if self._first is None else self._first
        now = time.monotonic()
        if self._visible and now >= self._next:
            self._next = now + SECONDS_BETWEEN
            text = self._text(done, (done - self._first) / max(now - self._start, 1e-9)) + (note and f", {note}")
            self._put(text[: self._columns() - 1])  # a second row could not be erased

    def leave(self, text: str) -> None:
        """Replace the line by a `text` that stays, and begin a new line; an empty one erases the line."""
        if self._visible:
            self._put(text)
            self._stream.write("\n" if text else "\r")
            self._stream.flush()
            self._width = 0

    def close(self, summary: str = "") -> None:
        """Replace the line by a last one.

        Parameters
        ----------
        summary : str
            What was done; empty to leave no line.
        """
        self.leave(f"{self.what}: {summary}" if summary else "")

    def _text(self, done: int, rate: float) -> str:
        of = "" if self.total is None else f" of {self.total / self.scale:,.0f}"
        text = f"{self.what}: {done / self.scale:,.0f}{of} {self.unit}, {rate / self.scale:,.1f} a second"
        if self.total is not None and rate > 0:
            text += f", {clock((self.total - done) / rate)} left"
        return text

    def _put(self, text: str) -> None:
        self._stream.write("\r" + text.ljust(self._width))
        self._stream.flush()
        self._width = len(text)

    def _columns(self) -> int:
        """Width of the terminal, or a very large one if it is unknown."""
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or sys.maxsize
        except (OSError, ValueError, AttributeError):  # no descriptor, such as a stream in a notebook
            return sys.maxsize


def clock(seconds: float) -> str:
    """Minutes and seconds, with hours if there are any."""
    minutes, rest = divmod(round(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
