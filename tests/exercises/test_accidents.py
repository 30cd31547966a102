"""What happens to learners: each accident gives one clear sentence."""

import time

import pytest

from exercises.checking.answers import Answer, read_answer
from exercises.checking.catalogue import find
from exercises.checking.running import check, checks_of, run_check
from exercises.checking.skeletons import skeleton
from exercises.checking.supervising import Examiner
from exercises.checking.verdicts import AGAIN, PASSED, TODO, WRONG, Todo, Wrong
from tests.exercises.planting import Planted, names_of

EXERCISE = find("01")
HANN = "test_hann_is_one_period_of_a_cosine"
SOLUTION = EXERCISE.solution.read_text(encoding="utf-8")


def outcomes_of(code, **settings):
    """Outcomes for the solution of exercise 01 with this code after it."""
    return check(EXERCISE.name, Planted("accident", code=code).names(EXERCISE.name), **settings)


def outcome_of(code, name):
    """The outcome of one check only."""
    answer = Answer(EXERCISE.answer, Planted("accident", code=code).names(EXERCISE.name))
    return run_check(checks_of(EXERCISE.name)[name], lambda: answer)


def only_sentence(outcomes):
    """The one message that is shown; whatever else does not pass refers to it, or is to do."""
    told = [outcome.message for outcome in outcomes if outcome.status == WRONG]
    assert len(told) == 1, told
    return told[0]


def test_a_missing_name_is_told_once():
    message = only_sentence(outcomes_of("del stft"))
    assert message == (
        "ex01_stft.py has no 'stft'. Keep the names of the skeleton; `python -m exercises reset` brings them back."
    )


def test_a_misspelt_name_is_recognised():
    outcomes = outcomes_of("frame_singal = frame_signal; del frame_signal")
    assert "Did you mean to write 'frame_signal' where it says 'frame_singal'?" in outcomes[0].message
    assert outcomes[1].status == AGAIN


def test_a_deleted_function_leaves_the_checks_of_the_others_alone():
    text = SOLUTION.replace("def stft(", "def short_time(")
    outcomes = check(EXERCISE.name, names_of(EXERCISE.name, text))
    assert [outcome.status for outcome in outcomes] == [PASSED] * 4 + [WRONG, AGAIN, AGAIN]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("def hann(n: int)", "def hann(n: int", "line 42: Python can't read this line: `def hann(n: int"),
        ("    return 0.5 - 0.5", "  return 0.5 - 0.5", "Python can't read this line"),
        ("import numpy as np", "import nunpy as np", "stops while it is read, with ModuleNotFoundError: No module"),
    ],
)
def test_a_file_that_cannot_be_read_gives_one_sentence_with_the_line(old, new, told, tmp_path):
    (tmp_path / "ex01_stft.py").write_text(SOLUTION.replace(old, new), encoding="utf-8")
    with pytest.raises(Wrong) as caught:
        read_answer(tmp_path / "ex01_stft.py")
    assert told in str(caught.value)
    assert "ex01_stft.py" in str(caught.value)


def test_a_missing_file_says_how_to_get_it_back(tmp_path):
    with pytest.raises(Wrong, match="`python -m exercises reset 01` makes it anew"):
        read_answer(tmp_path / "ex01_stft.py")


ENDLESS = {
    "in Python, with a bare except": """
            while True:
                try:
                    while True: pass
                except:
                    pass""",
    "in NumPy": "np.linalg.matrix_power(np.eye(400), 2**62)\n            np.linalg.eigvals(np.ones((4000, 4000)))",
}


@pytest.mark.parametrize("loop", ENDLESS.values(), ids=ENDLESS)
def test_an_endless_loop_is_stopped_and_named_once(loop, tmp_path):
    code = f"\n\ndef hann(n):\n            {loop}\n".replace("            ", "    ")
    (tmp_path / "ex01_stft.py").write_text(SOLUTION + code, encoding="utf-8")
    with Examiner(tmp_path, limit=0.5, outputs=tmp_path) as examiner:
        examiner.check(EXERCISE.name, "test_frames_overlap")
        start = time.monotonic()
        outcomes = examiner.check_all(EXERCISE.name)
        seconds = time.monotonic() - start
    message = only_sentence([outcome for outcome in outcomes if outcome.check.startswith("test_hann")])
    assert message.startswith("hann had not finished after 0.5 s and was stopped. Look for a loop")
    assert [outcome.status for outcome in outcomes[:4]] == [PASSED, PASSED, WRONG, AGAIN]
    assert seconds < 20  # 2 s on an idle machine: most of it goes into starting another process


def test_an_endless_loop_at_the_top_of_the_file(tmp_path):
    (tmp_path / "ex01_stft.py").write_text("while True: pass", encoding="utf-8")
    with Examiner(tmp_path, limit=0.3, outputs=tmp_path) as examiner:
        outcomes = examiner.check_all(EXERCISE.name)
    assert only_sentence(outcomes).startswith("The file ex01_stft.py, while it was read, had not finished after 0.3 s")


ENDS = """

def frame_signal(*a):
    raise SystemExit("bye")

def hann(n):
    return input("n?")

def stft(y, n_fft, hop_length):
    import os
    os._exit(3)
"""


def test_leaving_asking_for_input_and_ending_python_are_told(tmp_path):
    (tmp_path / "ex01_stft.py").write_text(SOLUTION + ENDS, encoding="utf-8")
    with Examiner(tmp_path, outputs=tmp_path) as examiner:
        outcomes = examiner.check_all(EXERCISE.name)
    assert "frame_signal stopped with SystemExit: bye" in outcomes[0].message
    assert "hann stopped with EOFError" in outcomes[2].message
    assert "stft ended Python itself (exit status 3)" in outcomes[4].message
    assert [outcome.status for outcome in outcomes[4:]] == [WRONG, AGAIN, AGAIN]


PRINTS = """
print("hello from the file")

def hann(n):
    import sys, os
    print("hello", n)
    os.write(1, b"straight to the descriptor")
    print("warning", file=sys.stderr)
    import matplotlib.pyplot as plt
    plt.plot([1, 2])
    plt.show()
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
"""


def test_prints_and_plots_do_not_disturb(tmp_path):
    (tmp_path / "ex01_stft.py").write_text(SOLUTION + PRINTS, encoding="utf-8")
    with Examiner(tmp_path, outputs=tmp_path) as examiner:
        outcomes = examiner.check_all(EXERCISE.name)
    assert {outcome.status for outcome in outcomes} == {PASSED}
    assert outcomes[2].printed.startswith("hello 4\nwarning\nhello 9\n")


def test_a_changed_input_is_named():
    message = only_sentence(outcomes_of("def frame_signal(y, n_fft, hop_length):\n    y *= 2\n    return y")[:2])
    assert message == ("frame_signal changes its input y, which the caller still needs. Work on a copy: y = y.copy().")


def test_none_is_named():
    message = only_sentence(outcomes_of("def hann(n):\n    np.arange(n)")[2:4])
    assert message == "hann gives None back. Is a `return` missing at its end?"


def test_an_exception_is_told_with_its_line_and_the_arguments():
    code = "def stft(y, n_fft, hop_length):\n    return y @ np.ones((n_fft, 2))"
    message = outcome_of(code, list(checks_of(EXERCISE.name))[-1]).message
    assert message.startswith("stft stopped with ValueError: matmul: ")
    assert "of ex01_stft.py" in message
    assert message.endswith("It was called with y = float32 array of shape (47,), n_fft = 12, hop_length = 5.")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def hann():\n    return 1", "hann() can't be called as the task says (too many positional arguments)"),
        ("hann = 3", "hann is 3, not a function"),
        ("def hann(n):\n    return hann(n)", "hann calls itself without an end"),
        ("def hann(n):\n    return 'abc'", "hann(4): your result is of type str, numbers were expected: 'abc'."),
        ("def hann(n):\n    return [[1], [1, 2]]", "a list whose rows differ in length"),
        ("def hann(n):\n    return np.arange(n), 1", "your result is a tuple of 2 parts, an array was expected"),
        ("def hann(n):\n    return object()", "your result is of type object"),
        ("def hann(n):\n    return np.ones((2, 3, 4))", "hann(4): your result has shape (2, 3, 4), expected (4,)"),
        ("def hann(n):\n    return np.arange(n) / 0 * 0", "NaN or infinite"),
        ("def hann(n):\n    raise Exception", "hann stopped with Exception"),
    ],
)
def test_odd_answers_are_told_in_a_sentence(code, told):
    assert told in outcome_of(code, HANN).message


def test_a_warning_of_numpy_is_told_with_a_wrong_answer_and_tolerated_with_a_right_one():
    wrong = "def hann(n):\n    return np.log(np.zeros(n))"
    message = outcome_of(wrong, HANN).message
    assert "On the way NumPy warned, line" in message
    assert "divide by zero" in message
    right = "def hann(n):\n    np.log(np.zeros(1))\n    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)"
    assert {outcome.status for outcome in outcomes_of(right)} == {PASSED}


def test_a_begun_exercise_is_partly_to_do():
    names = names_of(EXERCISE.name, skeleton(SOLUTION))
    names["hann"] = read_answer(EXERCISE.solution)["hann"]
    statuses = [outcome.status for outcome in check(EXERCISE.name, names)]
    assert statuses == [TODO, TODO, PASSED, PASSED, TODO, TODO, TODO]


def test_a_file_without_any_answer_is_to_do(tmp_path):
    (tmp_path / "ex01_stft.py").write_text("raise NotImplementedError", encoding="utf-8")
    with pytest.raises(Todo):
        read_answer(tmp_path / "ex01_stft.py")


def test_a_wrong_picture_is_written_beside_the_right_one(tmp_path):
    code = "def stft(y, n_fft, hop_length):\n    return np.random.default_rng(1).normal(size=(9, 10)) + 1j"
    outcomes = outcomes_of(code, outputs=tmp_path)
    assert "Yours beside the expected one: " in outcomes[4].message
    assert (tmp_path / "stft_of_noise.png").stat().st_size > 5000
    assert outcomes[4].files == [(tmp_path / "stft_of_noise.png").as_posix()]


def test_nan_is_told_with_its_first_place():
    code = "def hann(n):\n    return np.full(n, np.nan)"
    assert "4 of your 4 values are NaN or infinite, the first at [0]" in outcome_of(code, HANN).message
