"""Long recordings, block by block, with a line on the terminal that says how far it is."""

from collections.abc import Iterator

import numpy as np

from npaudio._core.terminal import ProgressLine
from npaudio.audio import load_blocks
from npaudio.audio.files import describe


def watched_blocks(name: str, sr: int) -> Iterator[np.ndarray]:
    """The samples of a file at `sr` Hz; standard error counts the seconds, if it is a terminal.

    Parameters
    ----------
    name : str
        Path of the file.
    sr : int
        Sample rate in Hz of the blocks.

    Yields
    ------
    np.ndarray (n_samples,), float32
    """
    line: ProgressLine | None = None
    done = 0
    for block in load_blocks(name, sr=sr):
        if line is None:
            description = describe(name)
            line = ProgressLine(name, round(description.n_samples / description.sr), unit="s")
        yield block
        done += len(block)
        line.show(done // sr)
    if line is not None:
        line.leave("")
