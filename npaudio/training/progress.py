"""A line on the terminal while a network learns: where it is, the loss, how fast it goes, the time that is left."""

import sys
import time

from npaudio.training.history import History

SECONDS_BETWEEN = 0.2  # two lines


class Progress:
    """One line that is written again and again, and one that stays for each epoch; silent if it is no terminal.

    Parameters
    ----------
    total_steps : int
        Of the whole training.
    first_step : int
        Steps done before, in the training that is resumed; they do not count for the rate.
    visible : bool
        False for silence on a terminal too.
    """

    def __init__(self, total_steps: int, first_step: int = 0, *, visible: bool = True) -> None:
        self.stream = sys.stderr  # None where there is no console, as under pythonw
        self.visible = visible and self.stream is not None and self.stream.isatty()
        self.total_steps, self.first_step = total_steps, first_step
        self.start = time.monotonic()
        self.next = self.start + SECONDS_BETWEEN
        self.examples = 0
        self.width = 0

    def step(self, step: int, epoch: int, loss: float, n: int) -> None:
        """After step 1, 2, ... of the whole training, in epoch 1, 2, ..., with n examples."""
        self.examples += n
        now = time.monotonic()
        if self.visible and now >= self.next:
            self.next = now + SECONDS_BETWEEN
            self._write(self._text(step, epoch, loss, max(now - self.start, 1e-9)))

    def epoch(self, history: History) -> None:
        """Leave a line with the figures of the last epoch."""
        if self.visible:
            figures = ", ".join(f"{name} {curve[-1]:.4g}" for name, curve in history.items())
            self._write(f"epoch {history.n_epochs}: {figures}")
            self.stream.write("\n")
            self.width = 0

    def close(self) -> None:
        """Wipe the line."""
        if self.visible:
            self._write("")
            self.stream.write("\r")
            self.stream.flush()

    def _text(self, step: int, epoch: int, loss: float, seconds: float) -> str:
        left = (self.total_steps - step) * seconds / max(step - self.first_step, 1)
        return (
            f"epoch {epoch}, step {step} of {self.total_steps}, loss {loss:.4f}, "
            f"{self.examples / seconds:,.0f} examples a second, {clock(left)} left"
        )

    def _write(self, text: str) -> None:
        self.stream.write("\r" + text.ljust(self.width))
        self.stream.flush()
        self.width = len(text)


def clock(seconds: float) -> str:
    """Minutes and seconds, with hours if there are any."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
