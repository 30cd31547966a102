"""A line on the terminal that is written again and again, to say how far a long job is; and times for people."""

import os
import sys
import time
from typing import TextIO

SECONDS_BETWEEN = 0.2  # two lines


class RewrittenLine:
    """A line that takes the place of the last one; nothing at all if the stream is no terminal.

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
        """Whether somebody looks, and enough time has passed since the last yes."""
        self._now = time.monotonic()
        if not self._visible or self._now < self._next:
            return False
        self._next = self._now + SECONDS_BETWEEN
        return True

    def seconds(self) -> float:
        """How long the job had lasted when `is_due` was last asked, never quite zero."""
        return max(self._now - self._start, 1e-9)

    def write(self, text: str) -> None:
        """Put a text in place of the last one, cut to the terminal's width: a second row could not be taken back."""
        if self._visible:
            self._put(text[: self._columns() - 1])

    def leave(self, text: str = "") -> None:
        """Put a last text in its place, which stays; or none, and leave no line."""
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
        """Width of the terminal, or of one without a limit if it does not tell."""
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or sys.maxsize
        except (OSError, ValueError, AttributeError):  # no descriptor, such as a stream in a notebook
            return sys.maxsize


def clock(seconds: float) -> str:
    """Minutes and seconds, with hours if there are any."""
    minutes, rest = divmod(round(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
