"""What a check can find: nothing (it passed), something wrong, or nothing there yet."""

from dataclasses import dataclass, field
from typing import Any

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
    evidence : Evidence, optional
        What was compared, so that a diagnosis can take the place of the message's first sentence.
    """

    def __init__(self, message: str, exhibit: "Exhibit | None" = None, evidence: "Evidence | None" = None) -> None:
        super().__init__(message)
        self.exhibit, self.evidence = exhibit, evidence


class Stopped(Wrong):
    """A function of the answer did not come to an end; what it gives can't be looked at again."""


class Failed(Wrong):
    """A function of the answer raised an error."""


@dataclass(frozen=True)
class Evidence:
    """A value that is not what it should be.

    `label` says what was called, `yours` is what came back, `part` which part of the result that is, `difference` how
    it differs; `shown` are lines that stand below every diagnosis.
    """

    label: str
    yours: Any
    difference: str
    function: str = ""
    part: int | str | None = None
    shown: str = ""
    known: Any = None  # the Mistakes that are looked at first


def wrong_value(evidence: Evidence, exhibit: "Exhibit | None" = None) -> Wrong:
    """`Wrong` about a value, with the difference for a sentence until there is a diagnosis."""
    return Wrong(f"{evidence.label}: {evidence.difference}{evidence.shown}", exhibit, evidence)


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
    `about` is the function that was looked at, `cause` another one that is to blame, `named` what the diagnosis says.
    """

    check: str
    status: str = PASSED
    message: str = ""
    printed: str = ""
    files: list[str] = field(default_factory=list)
    about: str = ""
    cause: str = ""
    named: list[str] = field(default_factory=list)


def without_repeats(outcome: Outcome, said: set[str]) -> Outcome:
    """Mark an outcome whose reason has been given before, so that one fault of a file is told once."""
    if outcome.status == WRONG:
        reasons = {outcome.message, *(f"when {sentence}" for sentence in outcome.named)}
        if reasons & said or (outcome.cause and f"in {outcome.cause}" in said):
            outcome.status = AGAIN
        said |= reasons | {f"in {outcome.about}"}
    return outcome
