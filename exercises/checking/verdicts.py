"""What a check can find: nothing (it passed), something wrong, or nothing there yet."""

from dataclasses import dataclass, field

import numpy as np

PASSED, TODO, WRONG, AGAIN = "passed", "todo", "wrong", "again"


class Wrong(Exception):
    """The answer is wrong; the message is what the learner reads.

    Parameters
    ----------
    message : str
        One or a few sentences, a line each.
    exhibit : Exhibit, optional
        The sound or picture to write to files, yours beside the expected one.
    """

    def __init__(self, message: str, exhibit: "Exhibit | None" = None) -> None:
        super().__init__(message)
        self.exhibit = exhibit


class Todo(Exception):
    """The answer has a blank that is not filled in yet; the message is the name of its function."""


@dataclass(frozen=True)
class Exhibit:
    """A wrong answer that can be heard or seen, and the right one.

    `sr` is the sampling rate of a sound in Hz; without it the two are pictures.
    """

    yours: np.ndarray
    expected: np.ndarray
    sr: int | None = None


@dataclass
class Outcome:
    """What one check found.

    `status` is "passed", "todo", "wrong", or "again": not passed for the reason that an earlier check has given.
    """

    check: str
    status: str = PASSED
    message: str = ""
    printed: str = ""
    files: list[str] = field(default_factory=list)


def without_repeats(outcome: Outcome, said: set[str]) -> Outcome:
    """Mark an outcome whose message has been said before, so that one fault of a file is told once."""
    if outcome.status == WRONG:
        if outcome.message in said:
            outcome.status = AGAIN
        said.add(outcome.message)
    return outcome
