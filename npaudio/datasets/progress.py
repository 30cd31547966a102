"""A line on the terminal that says how far a long job is, how fast it goes, and how long it will take."""

from typing import TextIO

from npaudio._core.terminal import RewrittenLine, clock


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
        self._line = RewrittenLine(stream)
        self._first: int | None = None

    def show(self, done: int) -> None:
        """Write the line, if enough time has passed since the last.

        Parameters
        ----------
        done : int
            How much is done. What was done at the first call counts as there before, and not for the rate.
        """
        self._first = done if self._first is None else self._first
        if self._line.is_due():
            self._line.write(self._text(done, self._first))

    def close(self, summary: str = "") -> None:
        """Replace the line by a last one.

        Parameters
        ----------
        summary : str
            What was done; empty to leave no line.
        """
        self._line.leave(f"{self.what}: {summary}" if summary else "")

    def _text(self, done: int, first: int) -> str:
        rate = (done - first) / self._line.seconds()
        of = "" if self.total is None else f" of {self.total / self.scale:,.0f}"
        text = f"{self.what}: {done / self.scale:,.0f}{of} {self.unit}, {rate / self.scale:,.1f} a second"
        if self.total is not None and rate > 0:
            text += f", {clock((self.total - done) / rate)} left"
        return text
