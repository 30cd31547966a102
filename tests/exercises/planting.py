"""Answers made from the solutions: with a mistake planted, or right but written in another style."""

import re
import textwrap
from dataclasses import dataclass, field

from exercises.checking.answers import Answer, read_answer
from exercises.checking.catalogue import EXERCISES, Exercise
from exercises.checking.running import checks_of, run_check
from exercises.checking.verdicts import WRONG


@dataclass(frozen=True)
class Planted:
    """A changed solution.

    `edit` replaces pieces of its text, each of which must occur in it; `code` is appended to it, so that what it
    defines takes the place of what was there (for a method: `class C(C): ...`). `says` is part of the sentence that
    must name the mistake; without it the answer must be rejected, in whatever words.
    """

    name: str
    edit: dict[str, str] = field(default_factory=dict)
    code: str = ""
    says: str = ""

    def __str__(self):
        return self.name.replace(" ", "_")

    def function(self, exercise):
        """The function in which the change is, as far as the text says."""
        text = Exercise(exercise).solution.read_text(encoding="utf-8")
        before = [text[: text.find(old)] for old in self.edit] or [self.code]
        return (re.findall(r"def (\w+)\(", before[0]) or [""])[-1]

    def names(self, exercise):
        """What the changed solution's module holds."""
        text = Exercise(exercise).solution.read_text(encoding="utf-8")
        for old, new in self.edit.items():
            assert old in text, f"{self.name}: the solution does not hold {old!r}"
            text = text.replace(old, new)
        return names_of(exercise, text + "\n\n" + textwrap.dedent(self.code))


def names_of(exercise, source):
    """What a module with this source would hold if it stood in the learner's place."""
    return read_answer(EXERCISES / f"{exercise}.py", source)


def wrong_messages(exercise, names, until, function=""):
    """What the checks say is wrong, as far as the first message that holds `until`; those that ask `function` first."""
    answer, messages = Answer(EXERCISES / f"{exercise}.py", names), []
    for check in sorted(checks_of(exercise).values(), key=lambda check: function not in check.__code__.co_names):
        outcome = run_check(check, lambda: answer)
        if outcome.status == WRONG:
            messages.append(outcome.message)
            if until in outcome.message:
                break
    return messages
