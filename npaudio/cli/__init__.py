"""The command line: `npaudio classify dog.wav`, or `python -m npaudio classify dog.wav`.

Results go to standard output, progress and complaints to standard error. The exit status is 0, or 1 if some of the
files failed and the rest was done, or 2 if nothing could be done: a wrong argument, a model that cannot be read.
"""

from npaudio.cli.running import main

__all__ = ["main"]
