"""The lessons: their form, their runs as a script, and the runner that counts and survives failures."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import npaudio
from lessons import errata
from lessons.__main__ import FOLDER, chosen, main
from lessons.options import has_display
from lessons.reading import cells, question_in
from tests.sound_folders import esc50

SCRIPTS = chosen([])
OVERVIEW = "00_one_page"  # one page of NumPy without anything of this project: read aloud, but no lesson in form
LESSONS = [script for script in SCRIPTS if script.stem != OVERVIEW]


QUICK_PART = "01_sound_to_mel"


def run(*arguments, start=(sys.executable, "-W", "error", "-m", "lessons"), cwd=FOLDER.parent, columns="80"):
    return subprocess.run(
        [*map(str, start), *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "COLUMNS": columns, "PYTHONUTF8": "1", "PYTHONPATH": str(FOLDER.parent)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def calls(script, method):
    """The calls of `lesson.method(...)` in a script."""
    tree = ast.parse(script.read_text(encoding="utf-8"))
    return [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == f"lesson.{method}"]


@pytest.fixture(scope="module")
def stereo_file(tmp_path_factory):
    """Two channels of 24 bits at 48 kHz: what a recorder gives."""
    path = tmp_path_factory.mktemp("audio") / "stereo.wav"
    y = np.stack([npaudio.synthesize("rain", sr=48000, duration=1.0, rng=seed) for seed in (1, 2)])
    npaudio.save(path, y, 48000, subtype="PCM_24")
    return path


@pytest.fixture(scope="module")
def read(stereo_file, tmp_path_factory):
    """Lesson 01 read aloud on a recording, in a terminal of 80 columns: (result, output folder)."""
    folder = tmp_path_factory.mktemp("out")
    return run("01", "--audio", stereo_file, "--out", folder), folder / QUICK_PART


def test_a_lesson_is_read_aloud_with_its_questions_and_answers(read):
    result, folder = read
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.startswith("01 From a sound to a picture of it\n═")
    assert result.stdout.count("│ Question. ") == result.stdout.count("│ Answer. ") == len(calls(LESSONS[0], "answer"))
    assert max(map(len, result.stdout.splitlines()[:-1])) <= 80  # the last one names the folder
    assert not re.search(r"\*\*|\]\(|\\[a-z]{2,}|\$[A-Za-z]", result.stdout), "markdown or LaTeX is left"
    assert "X[k] = Σₙ₌₀^(N−1) x[n] cos(2πk n / N)" in result.stdout.replace("-", "−")
    printed = (folder / "printed.txt").read_text(encoding="utf-8")
    assert result.stdout.startswith(printed.rstrip("\n"))


def test_a_lesson_on_a_recording_speaks_of_it_and_keeps_what_it_shows(read):
    result, folder = read
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert "stereo.wav" in summary["finding"]
    assert "The sound of this lesson: stereo.wav, 1.00 s at 48,000 Hz" in result.stdout
    for name in [*summary["figures"], *summary["sounds"]]:
        assert (folder / name).stat().st_size > 1000
    for name in summary["sounds"]:
        y, _ = npaudio.load(folder / name)
        assert np.abs(y).max() <= 0.95
        assert np.abs(y[[0, -1]]).max() < 0.01, f"{name} clicks"
    assert "\n".join(result.stdout.splitlines()[-1:]).endswith(str(folder.parent))


def test_the_pipeline_of_lesson_09_takes_recordings_whose_classes_are_all_as_large(tmp_path):
    """Then no class is the rarest: the one with the lowest recall takes its place."""
    result = run("09", "--quick", "--brief", "--data", esc50(tmp_path / "data"), "--out", tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    printed = " ".join(result.stdout.replace("│", "").split())
    recalls = re.findall(r"^(dog|rooster|rain) .+?([\d.]+)% +\S+ +2$", result.stdout, re.MULTILINE)
    worst = re.search(r"its recall of (\w+) (\d+)%", printed)
    assert {name for name, _ in recalls} == {"dog", "rooster", "rain"}
    assert float(worst[2]) == round(min(float(recall) for _, recall in recalls))
    assert "with `--data`: artificial chords and rising tones" in printed


def test_a_quick_run_finds_nothing_and_has_its_own_folder_from_wherever_it_is_started(tmp_path):
    script = tmp_path / "01_short.py"
    body = "import numpy\nlesson.sound('tone', numpy.ones(9000, 'f4'), 9000)\nlesson.finding(f'it works')"
    script.write_text(a_lesson("01_short", body), encoding="utf-8")
    result = run("--quick", "--out", "here", start=(sys.executable, script), cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "01 A title" in result.stdout
    assert "No finding: this was a quick run" in result.stdout
    assert "it works" not in result.stdout
    assert (tmp_path / "here" / "quick" / "01_short" / "tone.wav").is_file()
    assert "[here/quick/01_short/tone.wav]" in result.stdout
    brief = run("--brief", "--show", "--out", "here", start=(sys.executable, script), cwd=tmp_path)
    assert "01 A title" not in brief.stdout
    assert "Finding. it works" in brief.stdout
    assert "--show: there is no display" in brief.stdout or has_display()


def test_wrong_options_are_one_sentence_before_any_work(tmp_path, capsys):
    text = tmp_path / "notes.wav"
    text.write_text("not a sound", encoding="utf-8")
    for option, value, words in (
        ("--audio", tmp_path / "none.wav", "there is no such file"),
        ("--audio", text, "notes.wav"),
        ("--data", tmp_path, "npaudio.datasets.download"),
        ("--out", text, "nothing can be written there"),
    ):
        assert main(["01", option, str(value)]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert words in printed.err.replace("\n", " ")
    result = run("--audio", text, start=(sys.executable, LESSONS[0]))
    assert (result.returncode, result.stdout) == (2, ""), result.stderr
    assert "notes.wav" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("script", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_opens_with_what_the_reader_will_know_and_how_long_it_takes(script):
    opening = cells(script)[0].text
    assert re.match(
        rf"# {script.stem[:2]} .+\n\n\*Reading: \d+ minutes\. Running: \d+ seconds on two cores\.\*"
        r"\n\nAt the end you will ",
        opening,
    )
    assert len(calls(script, "finding")) == 1
    assert f'Lesson("{script.stem}"' in script.read_text(encoding="utf-8")


@pytest.mark.parametrize("script", LESSONS, ids=lambda path: path.stem)
def test_every_question_has_an_answer_with_a_measured_number(script):
    """In the code right after the question: exactly one answer, and something in it is computed."""
    asked = False
    for cell in cells(script):
        if cell.is_prose:
            assert not asked, f"line {cell.line}: the question before this has no answer"
            asked = question_in(cell.text) is not None
            continue
        answers = [n for n in ast.walk(ast.parse(cell.text)) if isinstance(n, ast.Call) and is_answer(n)]
        assert len(answers) == int(asked), f"line {cell.line}: {len(answers)} answers to {int(asked)} questions"
        for answer in answers:
            assert any(not isinstance(n, ast.Constant) for n in ast.walk(answer.args[0])), "nothing is measured"
        asked = False


def is_answer(call):
    return ast.unparse(call.func) == "lesson.answer"


@pytest.mark.parametrize("script", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_ends_with_three_sentences_the_files_and_the_exercises(script):
    ending = cells(script)[-1].text
    assert ending.startswith("## To take home")
    assert len(re.findall(r"^\d\. ", ending, re.MULTILINE)) == 3
    files = re.findall(r"`((?:npaudio|lessons)/[^`]+)`", ending)
    exercises = re.findall(r"`(ex\d\d_\w+)`", ending)
    assert files
    assert all((FOLDER.parent / name).exists() for name in files), files
    assert all((FOLDER.parent / "solutions" / f"{name}.py").is_file() for name in exercises), exercises
    assert "**Exercises that follow:**" in ending


def test_the_page_before_the_lessons_is_read_aloud_too(tmp_path):
    result = run("00", "--out", tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.startswith("00 The whole idea on one page\n═")
    assert "│ Question. How many of the 200 unheard sounds" in result.stdout
    assert re.search(r"after:\s+9\d\.\d%|after:\s+100", result.stdout)
    assert (tmp_path / OVERVIEW / "printed.txt").is_file()


def test_list_tells_what_there_is(capsys):
    assert main(["--list"]) == 0
    printed = capsys.readouterr().out
    assert "01 From a sound to a picture of it\n    Reading: 30 minutes. Running:" in printed
    assert "At the end you will know" in printed


def test_the_runner_works_from_any_folder(tmp_path):
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    start = [sys.executable, str(FOLDER), "--list"]
    result = subprocess.run(
        start, cwd=tmp_path, env=clean, capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert "10 The hard parts" in result.stdout


def test_terms_can_be_looked_up(capsys):
    assert main(["--explain", "HOP"]) == 0
    assert "from the start of one frame" in capsys.readouterr().out
    assert main(["--explain", "hopp"]) == 2
    assert "the glossary has no 'hopp'; it has hop" in capsys.readouterr().err
    assert main(["--explain", "quark"]) == 2
    assert "the glossary has no 'quark' and no word like it" in capsys.readouterr().err


def test_a_pipe_that_is_closed_early_is_no_error(tmp_path):
    (tmp_path / "01_long.py").write_text(a_lesson("01_long", "print('x' * 2**20)\nprint('y')"), encoding="utf-8")
    for words in (["-m", "lessons", "--list"], [str(tmp_path / "01_long.py"), "--out", str(tmp_path)]):
        command = [sys.executable, *words]
        with subprocess.Popen(command, cwd=FOLDER.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 0


def test_a_wrong_number_names_the_right_ones(capsys):
    assert main(["77"]) == 2
    assert "there is no lesson '77'; there are 00_one_page, 01_sound_to_mel" in capsys.readouterr().err.replace(
        "\n", " "
    )
    assert main(["--ask"]) == 2
    assert "python -m lessons 01 --ask" in capsys.readouterr().err.replace("\n", " ")


def test_names_may_be_short():
    assert [path.stem for path in chosen(["1", "feat"])] == ["01_sound_to_mel", "02_features"]
    assert chosen(["01_sound_to_mel"])[0] == Path(FOLDER / "01_sound_to_mel.py")
    with pytest.raises(LookupError, match=r"'t' could be .*; give the number"):
        chosen(["t"])


def a_lesson(name, body):
    """A short lesson that can be read."""
    return (
        f"# %% [markdown]\n# # {name[:2]} A title\n#\n# *Reading: 1 minutes. Running: 1 seconds on two cores.*\n#\n"
        f"# At the end you will know.\n\n# %%\nimport sys\nsys.path.append({str(FOLDER)!r})\n"
        f"from classroom import Lesson\nlesson = Lesson({name!r})\n{body}\n"
    )


WAITING = """
import os, time
end = time.monotonic() + 60 * (os.cpu_count() > 1)
while time.monotonic() < end and not os.path.exists({path!r}):
    time.sleep(0.01)
print("waited in vain" if os.cpu_count() > 1 and time.monotonic() >= end else "the other runs too")
"""


def test_a_failing_lesson_leaves_nothing_stale_and_does_not_stop_the_one_beside_it(tmp_path, monkeypatch, capsys):
    breaks = WAITING.format(path=str(tmp_path / "02_works" / "summary.json"))
    breaks += "import numpy\nlesson.sound('tone', numpy.ones(9000, 'f4'), 9000)\nraise RuntimeError('on purpose')"
    for stem, body in (("01_breaks", breaks), ("02_works", "lesson.finding('it works')")):
        (tmp_path / f"{stem}.py").write_text(a_lesson(stem, body), encoding="utf-8")
    earlier = tmp_path / "01_breaks"
    earlier.mkdir()
    (earlier / "old.png").touch()
    (earlier / "mine.txt").touch()
    (earlier / "summary.json").write_text('{"finding": "old", "figures": ["old.png"], "sounds": []}', encoding="utf-8")
    monkeypatch.setattr("lessons.__main__.FOLDER", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(FOLDER.parent))
    assert main(["--out", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert "[1/2] 01_breaks ... FAILED" in printed
    assert "RuntimeError: on purpose" in printed
    assert "failed: see above" in printed
    assert "[2/2] 02_works ... ok" in printed
    assert "it works" in printed
    assert sorted(path.name for path in earlier.iterdir()) == ["mine.txt", "printed.txt"]
    of_failed = (earlier / "printed.txt").read_text(encoding="utf-8")
    assert "on purpose" in of_failed
    assert "the other runs too" in of_failed


def test_the_errata_say_what_is_measured_now():
    page = errata.PAGE.read_text(encoding="utf-8")
    assert page.startswith(errata.HEAD)
    for row in [*errata.measured_rows(), *(errata.row(*paper) for paper in errata.FROM_PAPERS)]:
        assert row in page
    assert len(page.splitlines()) == len(errata.HEAD.splitlines()) + len(errata.CLAIMS) + len(errata.FROM_PAPERS) + 1


def test_every_erratum_is_linked_with_what_shows_it():
    rows = re.findall(r"^\| (?!---|the article)(.+?) \| .+ \| (.+) \|$", errata.PAGE.read_text("utf-8"), re.MULTILINE)
    shown = dict(rows)
    assert len(shown) == len(errata.CLAIMS) + len(errata.FROM_PAPERS) + 1
    for claim, _, where in [*errata.CLAIMS, *((claim, None, where) for claim, _, where in errata.FROM_PAPERS)]:
        links = re.findall(r"\[(\w+ \d\d)\]\(([\w./]+)\)", shown[claim])
        assert [words for words, _ in links] == re.findall(r"(?:lesson|exercise) \d\d", where)
        assert all((FOLDER / file).is_file() and f"{words[-2:]}_" in file for words, file in links)


def test_the_readme_lists_every_lesson_with_its_time_and_shows_a_real_mistake():
    readme = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    for script in SCRIPTS:
        opening = cells(script)[0].text
        title, seconds = opening.splitlines()[0].lstrip("# "), re.search(r"Running: (\d+) s", opening)[1]
        row = next((line for line in readme.splitlines() if f"(lessons/{script.name})" in line), "")
        assert row.startswith(f"| [{title}]"), f"the README's table of lessons needs a row for {script.name}"
        assert row.endswith(f"| {seconds} s |"), row
    assert (FOLDER / "three_recipes.png").stat().st_size < 300_000
    checks = (FOLDER.parent / "exercises" / "test_ex01_stft.py").read_text(encoding="utf-8")
    said = " ".join(re.findall(r"^E   (?:hann\(4\): )?(.+)$", readme, re.MULTILINE))  # where lines are wrapped, too
    sentences = [text for text in re.findall(r'^    "(.+)",$', checks, re.MULTILINE) if text in said]
    assert len(sentences) == 2
    assert " ".join(sentences) == said


@pytest.mark.parametrize("script", LESSONS, ids=lambda path: path.stem)
def test_no_answer_has_lost_its_f(script):
    for method in ("answer", "say", "finding"):
        for call in calls(script, method):
            texts = [n.value for n in ast.walk(call) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
            lost = [text for text in texts if re.search(r"\{[\w.]+[(\[:}!]", text)]
            assert not lost, f"line {call.lineno}: {lost}"
