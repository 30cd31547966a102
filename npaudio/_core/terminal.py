"""One line on the terminal that is rewritten again and again to show the progress of a long job; and times as text."""

import os
import sys
import time
from typing import TextIO

SECONDS_BETWEEN = 0.2  # two lines


class RewrittenLine:
    """A line that replaces the previous one; nothing is written unless the stream is a terminal.

    Parameters
    ----------
    stream : text file, optional
        Where to write. None: standard error (which itself is None where there is no console, as under pythonw).
    visible : bool
        False for silence on a terminal too.
    """

    def __init__(self, stream: TextIO | None = None, *, visible: bool = True) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._visible = visible and self._stream is not None and self._stream.isatty()
        self._start = self._now = time.monotonic()
        self._next = self._start + SECONDS_BETWEEN
        self._width = 0

    def is_due(self) -> bool:
        """Whether the line is visible and enough time has passed since this last was true."""
        self._now = time.monotonic()
        if not self._visible or self._now < self._next:
            return False
        self._next = self._now + SECONDS_BETWEEN
        return True

    def seconds(self) -> float:
        """Duration of the job at the last call of `is_due`, never quite zero."""
        return max(self._now - self._start, 1e-9)

    def write(self, text: str) -> None:
        """Replace the line by a text, cut to the terminal's width, because a second row could not be erased."""
        if self._visible:
            self._put(text[: self._columns() - 1])

    def leave(self, text: str = "") -> None:
        """Replace the line by a text that stays; an empty text erases the line."""
        if self._visible:
            self._put(text)
            self._stream.write("\n" if text else "\r")
            self._stream.flush()
            self._width = 0

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


class ProgressLine:
    """A rewritten line with the amount done, the rate and the time left.

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
        Where to write. None: standard error.
    visible : bool
        False for silence on a terminal too.
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
        self._line = RewrittenLine(stream, visible=visible)
        self._first: int | None = None

    def show(self, done: int, note: str = "") -> None:
        """Write the line, if enough time has passed since the last.

        Parameters
        ----------
        done : int
            Amount done. That of the first call was done before, and does not count for the rate.
        note : str
            What else to say at the end of the line.
        """
        self._first = done if self._first is None else self._first
        if self._line.is_due():
            self._line.write(self._text(done, self._first) + (note and f", {note}"))

    def leave(self, text: str) -> None:
        """Leave a line with a text; the next `show` begins a new one."""
        self._line.leave(text)

    def close(self, summary: str = "") -> None:
        """Replace the line by a last one.

        Parameters
        ----------
        summary : str
            What was done; empty to leave no line.
        """
        self.leave(f"{self.what}: {summary}" if summary else "")

    def _text(self, done: int, first: int) -> str:
        rate = (done - first) / self._line.seconds()
        of = "" if self.total is None else f" of {self.total / self.scale:,.0f}"
        text = f"{self.what}: {done / self.scale:,.0f}{of} {self.unit}, {rate / self.scale:,.1f} a second"
        if self.total is not None and rate > 0:
            text += f", {clock((self.total - done) / rate)} left"
        return text


def clock(seconds: float) -> str:
    """Minutes and seconds, with hours if there are any."""
    minutes, rest = divmod(round(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
