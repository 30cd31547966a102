"""The command line: results on standard output, complaints on standard error, one sentence for every mistake."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import npaudio
from npaudio import cli, datasets
from npaudio.checkpoints import load_checkpoint
from npaudio.pipeline import AudioClassificationPipeline
from tests.sound_folders import folder_of_classes

ROOT = Path(__file__).parents[1]
SOUNDS = datasets.SyntheticSounds(4, classes=("rain", "siren"), sr=16000, duration=0.5)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.npz"
    AudioClassificationPipeline(duration=0.5, n_mels=16, epochs=6).fit(SOUNDS, progress=False).save(path)
    return str(path)


@pytest.fixture
def sounds(tmp_path):
    paths = [tmp_path / "rain.wav", tmp_path / "siren.wav"]
    for i, path in enumerate(paths):
        npaudio.save(path, SOUNDS[i][0], 16000)
    return [str(path) for path in paths]


def run(*words):
    """Run `npaudio` in a process of its own."""
    command = [sys.executable, "-m", "npaudio", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


class TestClassify:
    def test_for_people(self, model, sounds, capsys):
        assert cli.main(["classify", "--model", model, *sounds]) == 0
        out = capsys.readouterr().out
        assert all(f"{name}: " in out for name in sounds)
        assert len(re.findall(r"^ +[\d.]+%  (rain|siren)", out, re.MULTILINE)) == 4

    def test_json_is_a_list_in_the_given_order(self, model, sounds, capsys):
        assert cli.main(["classify", "--json", "--model", model, *reversed(sounds)]) == 0
        results = json.loads(capsys.readouterr().out)
        assert [result["file"] for result in results] == list(reversed(sounds))
        for result in results:
            probabilities = [p["probability"] for p in result["predictions"]]
            assert probabilities == sorted(probabilities, reverse=True)
            assert result["label"] == result["predictions"][0]["label"]
            assert result["probability"] == probabilities[0]

    def test_the_same_as_from_python(self, model, sounds, capsys):
        cli.main(["classify", "--json", "--model", model, *sounds])
        results = json.loads(capsys.readouterr().out)
        expected = AudioClassificationPipeline.load(model).predict_proba(sounds).max(axis=1)
        np.testing.assert_allclose([result["probability"] for result in results], expected, atol=1e-6)

    def test_unknown_is_a_label_but_never_a_prediction(self, model, sounds, tmp_path, capsys):
        doubtful = AudioClassificationPipeline.load(model)
        doubtful.fitted.unknown_below = 1.1
        doubtful.save(tmp_path / "doubtful.npz")
        cli.main(["classify", "--json", "--model", str(tmp_path / "doubtful.npz"), *sounds])
        for result in json.loads(capsys.readouterr().out):
            assert result["label"] == "unknown"
            assert {p["label"] for p in result["predictions"]} == {"rain", "siren"}

    def test_people_read_why_it_is_unknown(self, model, sounds, capsys):
        assert cli.main(["classify", "--model", model, "--unknown-below", "1", sounds[0]]) == 0
        assert capsys.readouterr().out.startswith(f"{sounds[0]}: unknown (below the threshold of 100.0%)\n")
        assert cli.main(["classify", "--model", model, "--unknown-below", "0", sounds[0]]) == 0
        assert "unknown" not in capsys.readouterr().out
        with pytest.raises(SystemExit):
            cli.main(["classify", "--unknown-below", "66", sounds[0]])
        assert "invalid probability value: '66'" in capsys.readouterr().err

    def test_csv(self, model, sounds, capsys):
        cli.main(["classify", "--csv", "--model", model, *sounds])
        rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
        assert [row["file"] for row in rows] == sounds

    @pytest.mark.parametrize("kind", ["missing", "folder", "empty", "text"])
    def test_a_file_that_fails_is_named_and_the_rest_is_done(self, kind, model, sounds, tmp_path, capsys):
        bad = tmp_path / "bad.wav"
        if kind == "folder":
            bad.mkdir()
        elif kind != "missing":
            bad.write_text("" if kind == "empty" else "not a sound")
        assert cli.main(["classify", "--json", "--model", model, sounds[0], str(bad), sounds[1]]) == 1
        first, failed, last = json.loads(capsys.readouterr().out)
        assert "bad.wav" in failed["error"]
        assert not re.match(r"\w+: ", failed["error"]), "a function's name says nothing on the command line"
        assert "label" not in failed
        assert "error" not in first
        assert "error" not in last

    def test_no_colour_in_a_pipe(self, model, sounds, capsys):
        cli.main(["classify", "--model", model, *sounds])
        assert "\x1b" not in capsys.readouterr().out


class TestTrain:
    def test_a_folder_becomes_a_model(self, tmp_path, capsys):
        folder_of_classes(tmp_path / "data", {"high": 4, "low": 4})
        (tmp_path / "data" / "low" / "broken.wav").write_text("not a sound")
        out = tmp_path / "mine.npz"
        words = [
            "train",
            str(tmp_path / "data"),
            "-o",
            str(out),
            "--epochs",
            "2",
            "--duration",
            "0.5",
            "--val-fold",
            "1",
        ]
        assert cli.main(words) == 0
        printed = capsys.readouterr()
        assert "skipped low/broken.wav" in printed.err
        assert "Overall accuracy" in printed.out
        assert "never answers `unknown`" in printed.err
        assert "not measured" not in printed.err
        assert AudioClassificationPipeline.load(out).class_names == ("high", "low")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "mine.npz"]

    def test_without_a_terminal_each_tenth_of_the_epochs_has_a_line(self, tmp_path, capsys):
        folder_of_classes(tmp_path / "data", {"high": 2, "low": 2})
        words = ["train", str(tmp_path / "data"), "-o", str(tmp_path / "m.npz"), "--duration", "0.5"]
        assert cli.main([*words, "--epochs", "25"]) == 0
        lines = capsys.readouterr().err.splitlines()
        assert "training 25 epochs," in lines[0]
        assert [line.split(",")[0] for line in lines[1:11]] == [
            f"npaudio: epoch {epoch} of 25" for epoch in (3, 5, 8, 10, 13, 15, 18, 20, 23, 25)
        ]
        assert "was not measured; use --val-fold N" in lines[11]
        assert cli.main([*words, "--epochs", "1"]) == 0
        lines = capsys.readouterr().err.splitlines()
        assert "training 1 epoch," in lines[0]
        assert "epoch 1 of 1, loss" in lines[1]

    def test_a_checkpoint_of_other_settings_is_refused_in_the_words_of_the_command_line(self, tmp_path, capsys):
        folder_of_classes(tmp_path / "data", {"high": 2, "low": 2})
        pipeline = AudioClassificationPipeline(duration=0.5, epochs=1)
        pipeline.fit(tmp_path / "data", checkpoint=tmp_path / "m.training.npz", progress=False)
        words = ["train", str(tmp_path / "data"), "-o", str(tmp_path / "m.npz"), "--duration", "0.5", "--resume"]
        assert cli.main(words) == 2
        complaint = capsys.readouterr().err.splitlines()[-1]
        assert complaint.endswith("give the options of the first command, or remove m.training.npz to start again")
        assert "epochs was 1, now 150" in complaint

    def test_labels_from_names_and_from_a_table(self, tmp_path, capsys):
        folder = tmp_path / "flat"
        folder.mkdir()
        for i in range(8):
            npaudio.save(folder / f"{'rain' if i % 2 else 'siren'}_{i}.wav", SOUNDS[i][0], 16000)
        (tmp_path / "labels.csv").write_text(
            "filename,label\n"
            + "".join(f"{path.name},{path.name.split('_')[0]}\n" for path in sorted(folder.iterdir()))
        )
        base = ["train", str(folder), "--epochs", "1", "--duration", "0.5"]
        assert cli.main([*base, "-o", str(tmp_path / "a.npz"), "--label-from", "^([a-z]+)_"]) == 0
        assert cli.main([*base, "-o", str(tmp_path / "b.npz"), "--labels", str(tmp_path / "labels.csv")]) == 0
        a, b = (AudioClassificationPipeline.load(tmp_path / name) for name in ("a.npz", "b.npz"))
        np.testing.assert_array_equal(a.predict_proba(SOUNDS), b.predict_proba(SOUNDS))
        capsys.readouterr()

    def test_killed_and_resumed_it_gives_the_same_model(self, tmp_path, capsys):
        folder_of_classes(tmp_path / "data", {"high": 4, "low": 4})
        words = ["train", str(tmp_path / "data"), "--epochs", "20", "--duration", "0.5", "-o"]
        assert cli.main([*words, str(tmp_path / "whole.npz")]) == 0
        command = [sys.executable, "-m", "npaudio", *words, str(tmp_path / "resumed.npz")]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None and not (tmp_path / "resumed.training.npz").exists():
                time.sleep(0.005)
            process.kill()
        assert not (tmp_path / "resumed.npz").exists()  # it was killed before its end
        assert cli.main([*words, str(tmp_path / "resumed.npz"), "--resume"]) == 0
        whole, resumed = (load_checkpoint(tmp_path / name) for name in ("whole.npz", "resumed.npz"))
        for name in whole:
            np.testing.assert_array_equal(whole[name], resumed[name])
        assert not (tmp_path / "resumed.training.npz").exists()
        capsys.readouterr()

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["{data}", "-o", "model.txt"], "ends in .npz"),
            (["{data}", "-o", "nowhere/model.npz"], "no such folder"),
            (["nowhere", "-o", "{tmp}/m.npz"], "not there"),
            (["{data}/high/0.wav", "-o", "{tmp}/m.npz"], "is a file"),
            (["{data}", "-o", "{tmp}/m.npz", "--val-fold", "9"], "unknown fold 9"),
            (["{data}/..", "-o", "{tmp}/m.npz"], "add recordings, or leave the class out"),
            (["{data}", "-o", "{tmp}/m.npz", "--label-from", "("], "not a regular expression"),
            (["{data}", "-o", "{tmp}/m.npz", "--label-from", "rain"], "has no group"),
            (["{data}", "-o", "{tmp}/m.npz", "--label-from", "^(x)"], "fits none of 4 file names"),
            (["{data}", "-o", "{tmp}/m.npz", "--labels", "nowhere.csv"], "is not there"),
        ],
    )
    def test_mistakes(self, words, sentence, tmp_path, capsys):
        folder_of_classes(tmp_path / "data", {"high": 2, "low": 2})
        (tmp_path / "empty").mkdir()
        filled = [word.format(data=tmp_path / "data", tmp=tmp_path) for word in words]
        assert cli.main(["train", "--epochs", "1", *filled]) == 2
        complaint = capsys.readouterr().err.strip().splitlines()
        assert sentence in complaint[-1]
        assert complaint[-1].startswith("npaudio: ")


class TestOtherCommands:
    def test_evaluate(self, model, tmp_path, capsys):
        for name in ("rain", "siren"):
            (tmp_path / "data" / name).mkdir(parents=True)
        for i in range(8):
            npaudio.save(tmp_path / "data" / SOUNDS.class_names[i % 2] / f"{i}.wav", SOUNDS[i][0], 16000)
        picture = tmp_path / "confusion.png"
        assert cli.main(["evaluate", model, str(tmp_path / "data"), "--json", "--plot", str(picture)]) == 0
        out = capsys.readouterr().out
        figures = json.loads(out[: out.rindex("}") + 1])
        assert figures["n_clips"] == 8
        assert np.sum(figures["confusion"]) == 8
        assert picture.stat().st_size > 5000

    def test_evaluate_takes_classes_of_one_recording(self, model, tmp_path, capsys):
        folder_of_classes(tmp_path, {"rain": 1})
        assert cli.main(["evaluate", model, str(tmp_path)]) == 0
        row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("siren"))
        assert row.split()[2] == "-"  # no clip, so no recall
        assert AudioClassificationPipeline.load(model).evaluate(tmp_path).confusion.sum() == 1

    def test_evaluate_with_other_labels_names_the_class(self, model, tmp_path, capsys):
        folder_of_classes(tmp_path, {"rain": 2, "wind": 2})
        assert cli.main(["evaluate", model, str(tmp_path)]) == 2
        assert "the data has class 'wind'" in capsys.readouterr().err

    def test_info(self, model, sounds, capsys):
        assert cli.main(["info", model, sounds[0]]) == 0
        out = capsys.readouterr().out
        assert "classifier" in out
        assert "never answers `unknown`, unless `npaudio classify --unknown-below P`" in out
        assert "16,000" in out

    def test_show(self, sounds, tmp_path, capsys):
        assert cli.main(["show", sounds[0], "-o", str(tmp_path / "rain.png")]) == 0
        assert (tmp_path / "rain.png").stat().st_size > 20000
        capsys.readouterr()

    def test_compare(self, sounds, capsys):
        assert cli.main(["compare", "--json", *sounds]) == 0
        rain, siren = json.loads(capsys.readouterr().out)
        assert rain["spectral flatness"] > siren["spectral flatness"]

    def test_a_model_that_is_none(self, sounds, tmp_path, capsys):
        (tmp_path / "model.npz").write_text("nothing")
        assert cli.main(["classify", "--model", str(tmp_path / "model.npz"), *sounds]) == 2
        assert "is damaged or not a model" in capsys.readouterr().err
        assert cli.main(["classify", "--model", str(tmp_path / "absent.npz"), *sounds]) == 2
        assert "absent.npz: No such file" in capsys.readouterr().err


class TestProcess:
    def test_one_thread_or_two_give_the_same_answer(self, model, sounds):
        command = [sys.executable, "-m", "npaudio", "classify", "--json", "--model", model, *sounds]
        answers = []
        for threads in ("1", "2"):
            environment = os.environ | {"OPENBLAS_NUM_THREADS": threads}
            done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=True)
            answers.append([result["probability"] for result in json.loads(done.stdout)])
        np.testing.assert_allclose(*answers, atol=1e-6)

    @pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to a single child")
    def test_ctrl_c_is_a_sentence_and_the_training_can_go_on(self, tmp_path):
        folder_of_classes(tmp_path / "data", {"high": 4, "low": 4})
        settings = ["--epochs", "100000", "--duration", "0.5"]
        words = ["train", str(tmp_path / "data"), *settings, "-o", str(tmp_path / "m.npz")]
        command = [sys.executable, "-m", "npaudio", *words]
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
            while not (tmp_path / "m.training.npz").exists():
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            complaint = process.stderr.read()
        assert process.returncode == 128 + signal.SIGINT
        assert "run the same command with --resume" in complaint
        assert "Traceback" not in complaint
        assert "interrupted training is there" in run(*words).stderr

    def test_a_wrong_word_is_a_usage_error(self):
        result = run("classify")
        assert result.returncode == 2
        assert "usage: npaudio classify" in result.stderr

    def test_help_has_examples_and_imports_no_matplotlib(self):
        code = (
            "import sys; from npaudio import cli\n"
            "try: cli.main(['--help'])\nexcept SystemExit: pass\n"
            "print('matplotlib' in sys.modules)"
        )
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
        assert "examples:" in result.stdout
        assert result.stdout.strip().endswith("False")

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGPIPE and no head")
    def test_a_closed_pipe_is_no_error(self, model, sounds):
        command = f"'{sys.executable}' -m npaudio classify --model '{model}' {' '.join(sounds * 20)} | head -1"
        result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT, check=False)
        assert result.stdout.count("\n") == 1
        assert result.stderr == ""
