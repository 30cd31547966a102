"""`pytest exercises` as a learner runs it: what it prints, its exit status, from any folder, without a screen."""

import os
import re
import subprocess
import sys
import tomllib

import pytest

from exercises.checking.catalogue import EXERCISES, ROOT, SOLUTIONS
from exercises.checking.skeletons import skeleton

CHECKS = EXERCISES / "test_ex01_stft.py"


def run(*arguments, cwd):
    """pytest in a folder that is not the repository, with neither a display nor the library on the path."""
    environment = {key: value for key, value in os.environ.items() if key not in {"DISPLAY", "PYTHONPATH"}}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=cwd,
        env={**environment, "PYTHONUTF8": "1", "COLUMNS": "80"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """Exercise 01 half done and wrong, 02 not begun, 04 with a syntax error: what pytest prints, and its status."""
    folder = tmp_path_factory.mktemp("my answers")
    wrong = fresh("ex01_stft").replace(
        "raise NotImplementedError  # one expression", 'print("here I am", n)\n    return np.hanning(n)'
    )
    for name, text in {
        "ex01_stft": wrong,
        "ex02_mel_filterbank": fresh("ex02_mel_filterbank"),
        "ex04_spec_augment": fresh("ex04_spec_augment") + "\ndef f(:\n",
    }.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    checks = [EXERCISES / f"test_{path.stem}.py" for path in sorted(folder.glob("*.py"))]
    return run(*checks, "--answers", folder, "--color=yes", cwd=folder)


def fresh(name):
    return skeleton((SOLUTIONS / f"{name}.py").read_text(encoding="utf-8"))


def test_what_does_not_pass_gives_status_1_without_a_traceback(mixed):
    assert mixed.returncode == 1
    assert mixed.stderr == ""
    for word in ("Traceback", "NotImplementedError", "NotPassed", "def test_", "skipped", "1 error"):
        assert word not in mixed.stdout


def test_an_exercise_not_begun_is_one_yellow_line(mixed):
    first, second = "TODO ex02_mel_filterbank: 7 checks are waiting for hz_to_mel, mel_to_hz,", "  mel_filterbank"
    assert f"\x1b[33m{first}\x1b[0m\n\x1b[33m{second}\x1b[0m" in mixed.stdout
    assert mixed.stdout.count("ex02_mel_filterbank") == 2  # and the line of dots
    assert "12 todo" in mixed.stdout


def test_a_wrong_answer_is_a_sentence_beside_what_was_printed(mixed):
    assert "\x1b[31m\x1b[1mE   hann(4): your values equal those of a *symmetric* window, np.hanning(n)." in mixed.stdout
    assert "E   A spectrum wants the periodic one: divide by n, not by n - 1." in mixed.stdout
    assert "what your code printed" in mixed.stdout
    assert "here I am 4" in mixed.stdout
    assert "TODO ex01_stft: 5 checks are waiting for frame_signal, stft" in mixed.stdout


def test_a_syntax_error_is_one_sentence_and_no_collection_error(mixed):
    assert mixed.stdout.count("Python can't read this line: `def f(:`") == 1
    assert "2 failed" in mixed.stdout
    assert "13 waiting" in mixed.stdout
    assert "WAITING ex04_spec_augment: 12 checks are waiting until the failure above is" in mixed.stdout


def test_help_names_the_exercises_that_need_it(mixed):
    assert "Hint: python -m exercises hint 01 2 or 02 or 04." in mixed.stdout  # hint 2 is named above


def test_the_readme_shows_what_is_printed(tmp_path):
    """The readme's example: `n - 1` for `n` in the window of exercise 01, the first line that a beginner fills in."""
    wrong = "return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / (n - 1))"
    begun = fresh("ex01_stft").replace("raise NotImplementedError  # one expression", wrong)
    (tmp_path / "ex01_stft.py").write_text(begun, "utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.split("$ python -m pytest exercises/test_ex01_stft.py\n")[1].split("```")[0]
    assert shown in run(CHECKS, "--answers", tmp_path, cwd=tmp_path).stdout


def test_lines_fit_the_terminal(mixed):
    plain = re.sub(r"\x1b\[[0-9;]*m", "", mixed.stdout).splitlines()
    told = [line for line in plain if line.startswith(("E   ", "TODO", "WAITING", "Hint"))]
    assert told
    assert max(map(len, told)) <= 80


def test_the_main_suite_does_not_collect_the_exercises():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["tool"]["pytest"]["ini_options"]["testpaths"] == ["tests"]


def test_solutions_pass_from_another_folder(tmp_path):
    result = run(CHECKS, "--answers", "solutions", "-q", cwd=tmp_path)
    assert result.returncode == 0, result.stdout
    assert "7 passed" in result.stdout


def test_the_debugger_runs_a_check_in_its_own_process():
    result = run(f"{CHECKS.name}::test_stft_of_noise", "--answers", "solutions", "--pdb", cwd=EXERCISES)
    assert "1 passed" in result.stdout


def test_a_wrong_folder_is_refused_in_a_sentence(tmp_path):
    result = run(CHECKS, "--answers", "nowhere", cwd=tmp_path)
    assert result.returncode == 4
    assert "no exercises in 'nowhere'" in result.stderr + result.stdout
