"""Ctrl-C takes effect at the end of a step, when weights, optimizer and random generators belong to the same step."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from npaudio.training.history import History


class TrainingInterrupted(KeyboardInterrupt):
    """Ctrl-C was pressed during `fit`; the message says how to continue, `history` holds the finished epochs."""

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history


class Interrupt:
    """Whether Ctrl-C was pressed."""

    def __init__(self) -> None:
        self.requested = False

    def handle(self, signum: int, frame: FrameType | None) -> None:
        """The first time only take note; the second time stop at once."""
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True

    def raise_if_requested(self) -> None:
        """Raise the KeyboardInterrupt that was put off."""
        if self.requested:
            raise KeyboardInterrupt


@contextlib.contextmanager
def interrupt_noted() -> Iterator[Interrupt]:
    """Within this block Ctrl-C only sets `requested`, unless it runs in a thread or the program has its own handler."""
    interrupt = Interrupt()
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield interrupt
        return
    signal.signal(signal.SIGINT, interrupt.handle)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
