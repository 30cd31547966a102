"""The exercises that there are: their numbers, files, titles and hints. A file exercises/exNN_name.py makes one."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXERCISES, SOLUTIONS, OUTPUTS = ROOT / "exercises", ROOT / "solutions", ROOT / "outputs" / "exercises"


@dataclass(frozen=True)
class Exercise:
    """One exercise; `name` is that of its module, such as ex01_stft."""

    name: str

    @property
    def number(self) -> str:
        """Its number as two digits."""
        return self.name[2:4]

    @property
    def answer(self) -> Path:
        """The file that the learner completes."""
        return EXERCISES / f"{self.name}.py"

    @property
    def solution(self) -> Path:
        """The solved file, from which the skeleton is derived."""
        return SOLUTIONS / f"{self.name}.py"

    @property
    def checks(self) -> str:
        """Module with the checks."""
        return f"exercises.test_{self.name}"

    @property
    def title(self) -> str:
        """First line of the solution's docstring without the number."""
        first = self.solution.read_text(encoding="utf-8").split("\n", 1)[0]
        return first.strip('"r. ').split(": ", 1)[-1]

    def hints(self) -> list[str]:
        """The hints in hints/exNN_name.md, which stand under `## Hint 1`, `## Hint 2`, `## Hint 3`."""
        text = (EXERCISES / "hints" / f"{self.name}.md").read_text(encoding="utf-8")
        return [part.strip() for part in re.split(r"^## Hint \d\n", text, flags=re.MULTILINE)[1:]]


def exercises() -> list[Exercise]:
    """All exercises in the order of their numbers: those that have a solution and checks."""
    names = [path.stem for path in sorted(SOLUTIONS.glob("ex[0-9][0-9]_*.py"))]
    return [Exercise(name) for name in names if (EXERCISES / f"test_{name}.py").exists()]


def find(wanted: str) -> Exercise:
    """The exercise of a number ("5", "05"), a name ("ex05_conv2d") or a part of it ("conv2d").

    Raises
    ------
    ValueError
        None or several are meant; the message lists what there is.
    """
    known = exercises()
    number = wanted.removeprefix("ex")
    if number.isdigit():
        chosen = [exercise for exercise in known if int(exercise.number) == int(number)]
    else:
        chosen = [exercise for exercise in known if Path(wanted).stem.removeprefix("test_") in exercise.name]
    if len(chosen) != 1:
        names = ", ".join(exercise.name for exercise in chosen or known)
        found = "several exercises match" if chosen else "there is no exercise"
        raise ValueError(f"{found} {wanted!r}; choose one of {names}")
    return chosen[0]
