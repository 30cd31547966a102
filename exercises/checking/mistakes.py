"""Mistakes that people make, written down as code: what the function would give if it were made."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mistake:
    """A wrong version of a function, and the sentences for the learner whose answer equals it."""

    text: str
    wrong: Callable[..., Any]

    def value(self, arguments: tuple[Any, ...], part: int | str | None = None) -> Any:
        """What it gives, or one part of that."""
        value = self.wrong(*arguments)
        return value if part is None else value[part]


class Mistakes:
    """The known mistakes of one function of an exercise.

        HANN = Mistakes("hann")

        @HANN.mistake("your values equal those of a *symmetric* window, np.hanning(n).", "Divide by n, not by n - 1.")
        def symmetric(n):
            return np.hanning(n)

    `HANN.on(9)` is then what `expect` compares a wrong answer with. The wrong versions take the arguments that the
    learner's function takes, so that the tests can plant each of them as an answer and see that it is named.

    Parameters
    ----------
    function : str
        Name in the learner's file: "hann", or "AudioFeatureComparator.spectral_flatness" for a method, whose
        wrong versions take no self.
    plantable : bool
        False if the wrong versions take other arguments; the tests then need planted answers written by hand.
    part : int or str, optional
        If the wrong versions give one part of the function's result only: which.
    """

    def __init__(self, function: str, *, plantable: bool = True, part: int | str | None = None) -> None:
        self.function, self.plantable, self.part = function, plantable, part
        self.known: list[Mistake] = []

    def mistake(self, *sentences: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorator that adds a wrong version: what your answer equals, then what to do about it, a line each."""

        def add(wrong: Callable[..., Any]) -> Callable[..., Any]:
            self.known.append(Mistake("\n".join(sentences), wrong))
            return wrong

        return add

    def on(self, *arguments: Any, part: int | str | None = None) -> "Suspects":
        """What the mistakes give for these arguments; `part` picks one of several results."""
        return Suspects(self, arguments, part)


@dataclass(frozen=True)
class Suspects:
    """The mistakes of a function for the arguments of one call: pairs of (sentences, value)."""

    mistakes: Mistakes
    arguments: tuple[Any, ...]
    part: int | str | None

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        for mistake in self.mistakes.known:
            try:
                yield mistake.text, mistake.value(self.arguments, self.part)
            except Exception:
                continue  # a wrong version need not survive every input
