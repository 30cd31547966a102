"""What holds for the whole suite."""

import signal

from tests import two_processes

# Started in the background by a shell (`python -m pytest &`), Python ignores Ctrl-C, and so do the processes that some
# tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config):
    two_processes.share(config)
