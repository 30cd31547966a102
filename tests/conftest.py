"""What holds for the whole suite."""

import os
import signal

import pytest

# Started in the background by a shell (`python -m pytest &`), Python ignores Ctrl-C, and so do the processes that some
# tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads its options
def pytest_cmdline_main(config):
    """Share the whole suite among the processors if pytest-xdist is installed, as `-n auto --dist loadfile` does.

    A part of the suite, and a look inside (`-s`, `--pdb`), is for one process.
    """
    asked = config.option
    shared = (
        config.pluginmanager.hasplugin("xdist")
        and asked.numprocesses is None
        and "PYTEST_XDIST_WORKER" not in os.environ
    )
    if shared and config.args == config.getini("testpaths") and not asked.usepdb and asked.capture != "no":
        asked.numprocesses, asked.dist = "auto", "loadfile"
