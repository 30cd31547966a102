"""Run a command and return its exit status; a user's mistake becomes one sentence, never a traceback."""

import contextlib
import os
import re
import signal
import sys
import warnings
from collections.abc import Iterator, Sequence

from npaudio.cli.parser import build_parser
from npaudio.cli.terminal import UsageError, complain

DONE, SOME_FAILED, NOTHING_DONE = 0, 1, 2
INTERRUPTED = 128 + signal.SIGINT


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments. None: those of the process.

    Returns
    -------
    int
        The exit status.
    """
    words = sys.argv[1:] if argv is None else argv
    options = build_parser().parse_args(words or ["--help"])
    try:
        with warnings_as_lines():
            status = options.run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # `| head -1` has read enough
        _silence_stdout()
        return DONE
    except KeyboardInterrupt as interrupt:
        complain(str(interrupt) or "stopped")
        return INTERRUPTED
    except (UsageError, ValueError, OSError, MemoryError) as error:
        complain(sentence_of(error))
        return NOTHING_DONE


def sentence_of(error: BaseException) -> str:
    """One line that says what is wrong; an OSError with the file that it is about."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename is not None else error.strerror
    text = str(error) if isinstance(error, UsageError) else without_function(str(error))
    return " ".join(text.split()) or type(error).__name__


def without_function(sentence: str) -> str:
    """A sentence of the library without the function that complains, which means nothing on the command line."""
    return re.sub(r"^[A-Za-z]\w*: ", "", sentence)


@contextlib.contextmanager
def warnings_as_lines() -> Iterator[None]:
    """Show warnings as one line on standard error, without the place in the code."""
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.showwarning = lambda message, *_, **__: complain(f"warning: {without_function(str(message))}")
        yield


def _silence_stdout() -> None:
    """Let the interpreter close standard output without another BrokenPipeError."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
