"""A line on the terminal while a network learns: where it is, the loss, how fast it goes, the time that is left."""

from npaudio._core.terminal import RewrittenLine, clock
from npaudio.training.history import History


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
        self.total_steps, self.first_step = total_steps, first_step
        self.line = RewrittenLine(visible=visible)
        self.examples = 0

    def step(self, step: int, epoch: int, loss: float, n: int) -> None:
        """After step 1, 2, ... of the whole training, in epoch 1, 2, ..., with n examples."""
        self.examples += n
        if self.line.is_due():
            self.line.write(self._text(step, epoch, loss, self.line.seconds()))

    def epoch(self, history: History) -> None:
        """Leave a line with the figures of the last epoch."""
        figures = ", ".join(f"{name} {curve[-1]:.4g}" for name, curve in history.items())
        self.line.leave(f"epoch {history.n_epochs}: {figures}")

    def close(self) -> None:
        """Wipe the line."""
        self.line.leave()

    def _text(self, step: int, epoch: int, loss: float, seconds: float) -> str:
        left = (self.total_steps - step) * seconds / max(step - self.first_step, 1)
        return (
            f"epoch {epoch}, step {step} of {self.total_steps}, loss {loss:.4f}, "
            f"{self.examples / seconds:,.0f} examples a second, {clock(left)} left"
        )
