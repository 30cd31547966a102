"""Ctrl-C that waits for the end of the step, when weights, optimizer and generators are of one moment."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from npaudio.training.history import History


class TrainingInterrupted(KeyboardInterrupt):
    """Ctrl-C came during `fit`; the message says how to go on, `history` holds the epochs that were finished."""

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message)
        self.history = history


class Interrupt:
    """Whether Ctrl-C was pressed."""

    def __init__(self) -> None:
        self.wanted = False

    def handle(self, signum: int, frame: FrameType | None) -> None:
        """The first time take note, the second time stop at once."""
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True


@contextlib.contextmanager
def interrupt_noted() -> Iterator[Interrupt]:
    """While this lasts, Ctrl-C sets `wanted`; not in a thread, nor where the program has a handler of its own."""
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
