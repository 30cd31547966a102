"""The exercises that there are: their numbers, files, titles and hints. A file exercises/exNN_name.py makes one."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXERCISES, SOLUTIONS, OUTPUTS = ROOT / "exercises", ROOT / "solutions", ROOT / "outputs" / "exercises"


# The lesson that explains an exercise. Number 13 is about text, which no lesson is; it says so itself.
LESSONS = {
    "01": "01_sound_to_mel",
    "02": "01_sound_to_mel",
    "03": "02_features",
    "04": "04_augmentation",
    "05": "03_cnn",
    "06": "03_cnn",
    "07": "07_multi_label",
    "08": "07_multi_label",
    "09": "06_transformer",
    "10": "06_transformer",
    "11": "08_event_detection",
    "12": "08_event_detection",
    "14": "01_sound_to_mel",
    "15": "03_cnn",
}


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

    @property
    def lesson(self) -> str:
        """File of the lesson that explains it, or nothing."""
        return f"lessons/{LESSONS[self.number]}.py" if self.number in LESSONS else ""

    @property
    def background(self) -> str:
        """Where it is explained, in a sentence."""
        if self.lesson:
            return f"The lesson about it: {self.lesson}"
        return 'No lesson is about text; "Learn AI Series (#94)" explains the rules.'

    def hints(self) -> list[str]:
        """The hints in hints/exNN_name.md, which stand under `## Hint 1`, `## Hint 2`, `## Hint 3`."""
        text = (EXERCISES / "hints" / f"{self.name}.md").read_text(encoding="utf-8")
        return [part.strip("\n") for part in re.split(r"^## Hint \d\n", text, flags=re.MULTILINE)[1:]]


def exercises() -> list[Exercise]:
    """All exercises in the order of their numbers: those that have a solution and checks."""
    names = [path.stem for path in sorted(SOLUTIONS.glob("ex[0-9][0-9]_*.py"))]
    return [Exercise(name) for name in names if (EXERCISES / f"test_{name}.py").exists()]


def after(exercise: Exercise) -> Exercise | None:
    """The exercise with the next number."""
    later = [other for other in exercises() if other.number > exercise.number]
    return later[0] if later else None


def what_next(exercise: Exercise) -> list[str]:
    """What to do when all checks of an exercise pass."""
    following = after(exercise)
    lines = [f"All checks pass. Yours beside the solution: python -m exercises diff {exercise.number}"]
    if following is not None:
        lines.append(f"Next: {following.title}. Open exercises/{following.name}.py")
    return lines


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
