"""What the command line prints for people and for other programs: tables, lines of events, files that failed."""

import csv
import io
import json
from types import SimpleNamespace

import numpy as np
import pytest

import npaudio
from npaudio import cli
from npaudio.cli import detect, evaluate
from npaudio.cli import download as download_command
from npaudio.cli.classify import print_result
from npaudio.cli.terminal import UsageError
from npaudio.datasets import Skipped
from npaudio.datasets.labelled import LabelledFiles
from npaudio.sed import Event

SR = 8000
EVENTS = [Event(0.5, 1.25, "dog", 0.87654), Event(2.0, 2.0004, "rain, heavy")]


@pytest.fixture
def tone(tmp_path):
    path = tmp_path / "tone.wav"
    npaudio.save(path, npaudio.sine(1000, sr=SR, duration=1.0), SR, subtype="FLOAT")
    return str(path)


def options(**given):
    return SimpleNamespace(**({"json": False, "csv": False} | given))


def test_compare_prints_a_row_per_descriptor_and_a_column_per_file(tone, tmp_path, capsys):
    other = tmp_path / "two_seconds.wav"
    npaudio.save(other, npaudio.sine(2000, sr=SR, duration=2.0), SR, subtype="FLOAT")
    assert cli.main(["compare", tone, str(other)]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["tone.wav", "two_seconds.wav"]
    figures = {row[:24].strip(): [float(x.replace(",", "")) for x in row.split()[-2:]] for row in rows}
    assert figures["seconds"] == [1, 2]
    np.testing.assert_allclose(figures["spectral centroid, Hz"], [1000, 2000], rtol=0.02)


def test_silence_cannot_be_compared(tone, tmp_path, capsys):
    npaudio.save(tmp_path / "silence.wav", np.zeros(SR, np.float32), SR)
    assert cli.main(["compare", tone, str(tmp_path / "silence.wav")]) == 2
    assert "silence.wav: is silent, there is nothing to compare" in capsys.readouterr().err


def test_a_stream_of_events_as_lines_of_csv(capsys):
    detect.print_stream(EVENTS, options(csv=True))
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(float(row["onset"]), row["label"]) for row in rows] == [(0.5, "dog"), (2.0, "rain, heavy")]
    assert [row["confidence"] for row in rows] == ["0.8765", ""]


def test_a_stream_of_events_as_lines_of_json(capsys):
    detect.print_stream(EVENTS, options(json=True))
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == {"onset": 0.5, "offset": 1.25, "label": "dog", "confidence": 0.8765}
    assert rows[1]["confidence"] is None


def test_a_stream_of_events_for_people(capsys):
    detect.print_stream(EVENTS[:1], options())
    assert capsys.readouterr().out.split()[-2:] == ["dog", "(0.88)"]


@pytest.mark.parametrize(("given", "line"), [({}, "no event\n"), ({"json": True}, "")])
def test_a_stream_without_events(given, line, capsys):
    detect.print_stream([], options(**given))
    assert capsys.readouterr().out == line


@pytest.mark.parametrize("command", [["classify"], ["detect"]])
def test_a_file_that_fails_has_its_own_line_and_its_reason_on_standard_error(command, tone, tmp_path, capsys):
    bad = tmp_path / "bad.wav"
    bad.write_text("not a sound")
    assert cli.main([*command, tone, str(bad)]) == 1
    printed = capsys.readouterr()
    assert f"{bad}: failed" in printed.out
    assert f"{tone}" in printed.out
    assert "bad.wav" in printed.err
    assert cli.main([*command, "--csv", tone, str(bad)]) == 1
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows[-1]["file"] == str(bad)
    assert rows[-1]["error"]


def test_info_goes_on_after_a_file_that_it_cannot_read(tone, tmp_path, capsys):
    (tmp_path / "bad.wav").write_text("not a sound")
    assert cli.main(["info", "--json", str(tmp_path / "bad.wav"), tone]) == 1
    bad, good = json.loads(capsys.readouterr().out)
    assert "bad.wav" in bad["error"]
    assert "error" not in good
    assert cli.main(["info", str(tmp_path / "bad.wav"), tone]) == 1
    printed = capsys.readouterr()
    assert printed.err.count("bad.wav") == 1
    assert tone in printed.out


def test_download_prints_where_the_data_set_is(monkeypatch, capsys):
    monkeypatch.setattr(download_command, "download", lambda name, folder: f"{folder}/{name.upper()}")
    assert cli.main(["download", "esc50", "data"]) == 0
    assert capsys.readouterr().out == "data/ESC50\n"


def test_several_labels_per_clip_have_no_confusion_matrix():
    with pytest.raises(UsageError, match="no confusion matrix"):
        evaluate.draw(SimpleNamespace(multi_label=True), "confusion.png")


class TestLabelledFiles:
    @pytest.fixture
    def folder(self, tmp_path):
        (tmp_path / "sounds").mkdir()
        for name in ("a.wav", "b.wav", "c.wav", "d.wav"):
            npaudio.save(tmp_path / "sounds" / name, npaudio.sine(500, sr=SR, duration=0.1), SR)
        return tmp_path / "sounds"

    def from_rows(self, folder, *rows, head="filename,label"):
        table = folder.parent / "labels.csv"
        table.write_bytes("\n".join([head, *rows]).encode("latin-1"))
        return LabelledFiles.from_table(folder, table, sr=SR)

    def test_several_labels_of_a_file_become_ones_in_a_row(self, folder):
        dataset = self.from_rows(folder, "a.wav,dog; rain", "b.wav,rain", "c.wav,")
        assert dataset.class_names == ("dog", "rain")
        np.testing.assert_array_equal(dataset.labels, [[1, 1], [0, 1], [0, 0]])
        assert Skipped("d.wav", "is not named in the table") in dataset.skipped

    def test_a_file_that_is_only_in_the_table_is_listed(self, folder):
        dataset = self.from_rows(folder, "a.wav,dog", "b.wav,rain", "z.wav,rain")
        assert Skipped("z.wav", "is named in the table, but not there") in dataset.skipped

    @pytest.mark.parametrize(
        ("rows", "head", "sentence"),
        [
            (["a.wav,dog", "a.wav,rain"], "filename,label", "names 'a.wav' twice; join its labels as a;b"),
            (["a.wav,dog"], "file,label", "has the columns file, label; filename and label are needed"),
            (["a.wav,\xe4"], "filename,label", "is not a CSV table in UTF-8"),
            (["broken.wav,dog"], "filename,label", r"holds no sound that can be used \(5 skipped; 'a.wav'"),
        ],
    )
    def test_bad_tables(self, rows, head, sentence, folder):
        (folder / "broken.wav").write_text("not a sound")
        with pytest.raises(ValueError, match=sentence):
            self.from_rows(folder, *rows, head=head)


def test_a_class_of_the_name_unknown_is_an_answer_like_others(capsys):
    result = {"file": "a.wav", "label": "unknown", "probability": 0.9, "predictions": []}
    print_result(result, top=3, unknown_below=0.5)
    assert capsys.readouterr().out == "a.wav: unknown\n"
