"""A line on the terminal that says how far a long job is, how fast it goes, and how long it will take."""

import sys
import time
from typing import TextIO

SECONDS_BETWEEN = 0.2  # two lines


class ProgressLine:
    """One line that is written again and again, with rate and time left; nothing at all if it is no terminal.

    Parameters
    ----------
    what : str
        Name of the job.
    total : int or None
        How much there is to do, if it is known.
    unit : str
        What is counted.
    scale : float
        Units counted for one unit shown: 1e6 to count bytes and show MB.
    stream : text file, optional
        Where to write. None: standard error.
    """

    def __init__(
        self, what: str, total: int | None, *, unit: str, scale: float = 1.0, stream: TextIO | None = None
    ) -> None:
        self.what, self.total, self.unit, self.scale = what, total, unit, scale
        self._stream = sys.stderr if stream is None else stream
        self._visible = self._stream is not None and self._stream.isatty()
        self._start = time.monotonic()
        self._next = self._start + SECONDS_BETWEEN
        self._first: int | None = None
        self._width = 0

    def show(self, done: int) -> None:
        """Write the line, if enough time has passed since the last.

        Parameters
        ----------
        done : int
            How much is done. What was done at the first call counts as there before, and not for the rate.
        """
        self._first = done if self._first is None else self._first
        now = time.monotonic()
        if self._visible and now >= self._next:
            self._next = now + SECONDS_BETWEEN
            self._write(self._text(done, now - self._start))

    def close(self, summary: str = "") -> None:
        """Replace the line by a last one.

        Parameters
        ----------
        summary : str
            What was done; empty to leave no line.
        """
        if self._visible:
            self._write(f"{self.what}: {summary}" if summary else "")
            self._stream.write("\n" if summary else "\r")
            self._stream.flush()

    def _text(self, done: int, seconds: float) -> str:
        rate = (done - (self._first or 0)) / max(seconds, 1e-9)
        of = "" if self.total is None else f" of {self.total / self.scale:,.0f}"
        text = f"{self.what}: {done / self.scale:,.0f}{of} {self.unit}, {rate / self.scale:,.1f} a second"
        if self.total is not None and rate > 0:
            text += f", {_clock((self.total - done) / rate)} left"
        return text

    def _write(self, text: str) -> None:
        self._stream.write("\r" + text.ljust(self._width))
        self._stream.flush()
        self._width = len(text)


def _clock(seconds: float) -> str:
    """Minutes and seconds."""
    minutes, rest = divmod(round(max(seconds, 0)), 60)
    return f"{minutes}:{rest:02d}"
