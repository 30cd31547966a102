"""A line on the terminal during a training: the step, the loss, examples per second, the time that is left."""

from npaudio._core.terminal import RewrittenLine, clock
from npaudio.training.history import History


class Progress:
    """One line that is overwritten again and again, and one that stays for each epoch; silent without a terminal.

    Parameters
    ----------
    total_steps : int
        Steps of the whole training.
    visible : bool
        False for silence on a terminal too.
    """

    def __init__(self, total_steps: int, *, visible: bool = True) -> None:
        self.total_steps = total_steps
        self.line = RewrittenLine(visible=visible)
        self.examples = self.steps = 0  # of this session, which may have resumed a training

    def step(self, step: int, epoch: int, loss: float, n: int) -> None:
        """After step 1, 2, ... of the whole training, in epoch 1, 2, ..., with n examples."""
        self.examples += n
        self.steps += 1
        if self.line.is_due():
            self.line.write(self._text(step, epoch, loss, self.line.seconds()))

    def epoch(self, history: History) -> None:
        """Leave a line with the figures of the last epoch."""
        figures = ", ".join(f"{name} {curve[-1]:.4g}" for name, curve in history.items())
        self.line.leave(f"epoch {history.n_epochs}: {figures}")

    def close(self) -> None:
        """Remove the line."""
        self.line.leave()

    def _text(self, step: int, epoch: int, loss: float, seconds: float) -> str:
        left = (self.total_steps - step) * seconds / self.steps
        return (
            f"epoch {epoch}, step {step} of {self.total_steps}, loss {loss:.4f}, "
            f"{self.examples / seconds:,.0f} examples per second, {clock(left)} left"
        )
