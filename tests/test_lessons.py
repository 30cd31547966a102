"""The lessons: each runs as a script, and the runner tells, counts and survives failures."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import npaudio
from lessons.__main__ import FOLDER, chosen, main

SCRIPTS = chosen([])


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "lessons", *map(str, arguments)],
        cwd=FOLDER.parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def stereo_file(tmp_path_factory):
    """Two channels of 24 bits at 48 kHz: what a recorder gives."""
    path = tmp_path_factory.mktemp("audio") / "stereo.wav"
    y = np.stack([npaudio.synthesize("rain", sr=48000, duration=1.0, rng=seed) for seed in (1, 2)])
    npaudio.save(path, y, 48000, subtype="PCM_24")
    return path


@pytest.mark.parametrize("script", ["01_sound_to_mel", "02_features"])
def test_lessons_of_the_ground_floor_run_on_a_recording(script, stereo_file, tmp_path):
    result = run(script, "--quick", "--audio", stereo_file, "--out", tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    summary = json.loads((tmp_path / script / "summary.json").read_text(encoding="utf-8"))
    assert summary["finding"]
    assert summary["figures"]
    for name in [*summary["figures"], *summary["sounds"]]:
        assert (tmp_path / script / name).stat().st_size > 1000
    assert f"{script}" in result.stdout.splitlines()[-4] or script in result.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_lesson_opens_with_what_the_reader_will_know(script, capsys):
    text = script.read_text(encoding="utf-8")
    assert text.startswith(f"# %% [markdown]\n# # {script.stem[:2]} ")
    assert "\n# When you are through, you will know" in text
    assert "lesson.finding(" in text
    assert f'Lesson("{script.stem}"' in text


def test_list_tells_what_there_is(capsys):
    assert main(["--list"]) == 0
    printed = capsys.readouterr().out
    assert "01_sound_to_mel: 01 From a sound to a picture of it" in printed
    assert "When you are through, you will know" in printed


def test_a_wrong_number_names_the_right_ones(capsys):
    assert main(["77"]) == 2
    assert "there is no lesson '77'; there are 01_sound_to_mel" in capsys.readouterr().err


def test_a_failing_lesson_does_not_stop_the_others(tmp_path, monkeypatch, capsys):
    for stem, body in (("01_breaks", "raise RuntimeError('on purpose')"), ("02_works", WORKS)):
        (tmp_path / f"{stem}.py").write_text(body, encoding="utf-8")
    monkeypatch.setattr("lessons.__main__.FOLDER", tmp_path)
    assert main(["--out", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert "[1/2] 01_breaks ... FAILED" in printed
    assert "RuntimeError: on purpose" in printed
    assert "[2/2] 02_works ... ok" in printed
    assert "it works" in printed


WORKS = """
import json, pathlib, sys
folder = pathlib.Path(sys.argv[sys.argv.index("--out") + 1]) / "02_works"
folder.mkdir()
(folder / "summary.json").write_text(json.dumps({"finding": "it works", "figures": [], "sounds": []}))
"""


def test_names_may_be_short(monkeypatch):
    assert [path.stem for path in chosen(["1", "02"])] == ["01_sound_to_mel", "02_features"]
    assert chosen(["01_sound_to_mel"])[0] == Path(FOLDER / "01_sound_to_mel.py")
