"""What the check files use to look at an answer and to say what is wrong with it.

    def test_hann_is_periodic(answer):
        expect("hann(9)", answer.hann(9), npaudio.get_window("hann", 9), HANN.on(9))

`answer` is the learner's module: every name is looked up with care, every call is guarded (`answers.py`). `expect`
compares (`comparing.py`), first with what is right, then with what known mistakes give (`mistakes.py`), and at last
puts the difference into words (`wording.py`). What goes wrong is raised as `Wrong`, an exercise not begun as `Todo`;
`running.py` turns both into outcomes, and `supervising.py` does so in a process of its own that can be stopped.
"""

from exercises.checking.comparing import claim, close, expect
from exercises.checking.mistakes import Mistakes
from exercises.checking.verdicts import Todo, Wrong

__all__ = ["Mistakes", "Todo", "Wrong", "claim", "close", "expect"]
