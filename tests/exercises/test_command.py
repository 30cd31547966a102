"""`python -m exercises`: progress from the checks, hints, a fresh start, the solution beside yours, the watch."""

import contextlib
import shutil

import pytest

from exercises import __main__ as command
from exercises.__main__ import main
from exercises.checking import catalogue
from exercises.checking.answers import read_answer
from exercises.checking.running import check
from exercises.checking.skeletons import skeleton, without_marks

NAMES = ("ex01_stft", "ex02_mel_filterbank")
SOLUTION = catalogue.find("01").solution.read_text(encoding="utf-8")


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A copy of the first two exercises, both fresh, that the commands take for the repository."""
    for folder in ("exercises/hints", "solutions"):
        (tmp_path / folder).mkdir(parents=True)
    for name in NAMES:
        for path in (f"solutions/{name}.py", f"exercises/test_{name}.py", f"exercises/hints/{name}.md"):
            shutil.copy(catalogue.ROOT / path, tmp_path / path)
        fresh = skeleton((tmp_path / f"solutions/{name}.py").read_text(encoding="utf-8"))
        (tmp_path / f"exercises/{name}.py").write_text(fresh, encoding="utf-8")
    monkeypatch.setattr(catalogue, "ROOT", tmp_path)
    monkeypatch.setattr(catalogue, "EXERCISES", tmp_path / "exercises")
    monkeypatch.setattr(catalogue, "SOLUTIONS", tmp_path / "solutions")
    monkeypatch.setattr(catalogue, "OUTPUTS", tmp_path / "outputs")
    return tmp_path


@pytest.fixture
def in_process(monkeypatch):
    """Run the checks here: quicker, where it is not the other process that is tested."""

    class Examiner(contextlib.nullcontext):
        def check_all(self, exercise):
            return check(exercise, read_answer(self.enter_result / f"{exercise}.py"))

        def __enter__(self):
            return self

    monkeypatch.setattr(command, "Examiner", Examiner)


def answer(clone, text):
    (clone / "exercises/ex01_stft.py").write_text(text, encoding="utf-8")


HALF = skeleton(SOLUTION).replace("raise NotImplementedError  # one expression", "return np.hanning(n + 1)[:-1]")


@pytest.mark.parametrize(
    ("columns", "title"), [(80, "the short-time Fourier"), (120, "the short-time Fourier transform")]
)
def test_a_title_is_wrapped_where_the_terminal_is_narrow(columns, title, clone, in_process, monkeypatch, capsys):
    monkeypatch.setattr(command, "width", lambda: columns)
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].endswith(f" {title}")
    assert "..." not in printed


def test_progress_has_a_line_an_exercise_and_the_next_one(clone, capsys):
    answer(clone, HALF)
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = [line for line in lines if line.startswith("  ex")]
    assert rows[0].startswith("  ex01_stft ")
    assert "in progress, 2 of 7" in rows[0]
    assert "to do" in rows[1]
    assert "Next: the short-time Fourier transform. Open exercises/ex01_stft.py" in lines
    assert "  check:  pytest exercises/test_ex01_stft.py" in lines
    answer(clone, SOLUTION)
    main([])
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].split()[1] == "done"
    assert "Next: the mel filterbank" in printed


@pytest.mark.parametrize("name", ["1", "01", "ex01", "stft", "ex01_stft", "exercises/ex01_stft.py", "test_ex01_stft"])
def test_hints_go_by_any_name_and_give_more_and_more(name, capsys):
    printed = []
    for which in ([], ["2"], ["3"]):
        assert main(["hint", name, *which]) == 0
        printed.append(capsys.readouterr().out)
    assert [text.splitlines()[0] for text in printed] == [f"ex01_stft, hint {n} of 3" for n in (1, 2, 3)]
    assert "python -m exercises hint 01 2" in printed[0]
    assert len(set(printed)) == 3


def test_a_hint_without_a_number_is_for_the_next_exercise(clone, in_process, capsys):
    assert main(["hint"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("ex01_stft, hint 1 of 3")
    assert "The lesson about it: lessons/01_sound_to_mel.py" in printed
    answer(clone, SOLUTION)
    main(["hint"])
    assert capsys.readouterr().out.startswith("ex02_mel_filterbank, hint 1 of 3")


def test_a_hint_keeps_the_indentation_of_its_code(capsys):
    main(["hint", "12", "3"])
    assert "\n    def find_place(i, fitting, partner, asked):\n        for j in fitting[i]:" in capsys.readouterr().out


def test_after_success_the_next_step_is_named(clone, in_process, capsys, monkeypatch):
    answer(clone, SOLUTION)
    monkeypatch.setattr(command.time, "sleep", lambda seconds: (_ for _ in ()).throw(KeyboardInterrupt))
    main(["watch", "01"])
    printed = capsys.readouterr().out
    assert "Yours beside the solution: python -m exercises diff 01" in printed
    assert "Next: the mel filterbank. Open exercises/ex02_mel_filterbank.py" in printed


@pytest.mark.parametrize(("name", "told"), [("77", "there is no exercise '77'"), ("_s", "several exercises match")])
def test_a_wrong_name_lists_the_right_ones(name, told, capsys):
    assert main(["hint", name]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert "ex01_stft" in error


def test_reset_brings_the_skeleton_back_and_keeps_yours(clone, capsys):
    for text in ("first try", "second try"):
        answer(clone, text)
        assert main(["reset", "01"]) == 0
    assert "Your file is kept as outputs/ex01_stft/before_reset_2.py" in capsys.readouterr().out
    kept = [(clone / f"outputs/ex01_stft/before_reset_{n}.py").read_text(encoding="utf-8") for n in (1, 2)]
    assert kept == ["first try", "second try"]
    assert (clone / "exercises/ex01_stft.py").read_text(encoding="utf-8") == skeleton(SOLUTION)
    main(["reset", "01"])
    assert "kept" not in capsys.readouterr().out


def test_the_difference_is_shown_when_all_checks_pass_or_with_spoil(clone, in_process, capsys):
    assert main(["diff", "01"]) == 1
    refused = capsys.readouterr().out
    assert "7 of the checks of ex01_stft do not pass yet" in refused
    assert "np.fft.rfft(frames" not in refused
    assert main(["diff", "01", "--spoil"]) == 0
    assert "+    return np.fft.rfft(frames * hann(n_fft)[:, np.newaxis], axis=0)" in capsys.readouterr().out
    answer(clone, without_marks(SOLUTION))
    assert main(["diff", "01"]) == 0
    assert capsys.readouterr().out == "Yours is the solution to the letter.\n"


def test_watch_checks_again_on_save(clone, in_process, capsys, monkeypatch):
    saves = iter([HALF, HALF.replace("hanning(n + 1)[:-1]", "hanning(n)"), None])

    def save_instead_of_sleeping(seconds):
        text = next(saves)
        if text is None:
            raise KeyboardInterrupt
        answer(clone, text)

    monkeypatch.setattr(command.time, "sleep", save_instead_of_sleeping)
    assert main(["watch", "01"]) == 0
    printed = capsys.readouterr().out
    assert "Watching 1 file in exercises/" in printed
    first, second, third = (line for line in printed.splitlines() if "ex01_stft: " in line)
    assert first.endswith("ex01_stft: to do")
    assert second.endswith("ex01_stft: in progress, 2 of 7")
    assert third.endswith("ex01_stft: in progress, 0 of 7")
    assert "    hann(4): your values equal those of a *symmetric* window" in printed
    assert "  to do: frame_signal, stft" in printed
