"""The table of the benchmarks: its form, its bars, and that README.md shows what was measured last."""

import subprocess
import types

import numpy as np
import pytest

from benchmarks import all as every
from benchmarks import augment, features, frontend, models, nn, resample
from benchmarks.__main__ import main, names
from benchmarks.comparison import Comparison, machine, markdown, read_rows, summary, write_rows
from benchmarks.timing import alternate, compare, fastest, rows_of
from tests.sound_folders import esc50

ROWS = [
    Comparison("mel", "librosa", 12.345, 24.69, 0.5, 0.67),
    Comparison("step", "PyTorch", 1234.4, 1000.0, 1.21, 1.05),
    Comparison("step, memory", "PyTorch", 80.0, 100.0, 0.8, None, "MB"),
    Comparison("PSDS", "sed_scores_eval", 3.0, bar=1.0, note="not installed"),
]

STOPPED = Comparison("nn", "", note="stopped with an error")


def test_the_table_has_a_line_a_comparison_and_marks_what_misses_its_bar():
    assert markdown(ROWS) == (
        "| work | peer | ours | theirs | ratio | bar |  |\n"
        "| --- | --- | ---: | ---: | ---: | ---: | --- |\n"
        "| mel | librosa | 12.3 ms | 24.7 ms | 0.50 | 0.67 | met |\n"
        "| step | PyTorch | 1,234 ms | 1,000 ms | 1.21 | 1.05 | **missed** |\n"
        "| step, memory | PyTorch | 80 MB | 100 MB | 0.80 |  |  |\n"
        "| PSDS | sed_scores_eval | 3 ms |  |  | 1.00 | not installed |\n"
    )
    assert summary(ROWS) == "1 of 2 bars are met. 1 could not be measured."


def test_a_ratio_equal_to_its_bar_meets_it_and_nan_does_not():
    assert Comparison("a", "b", ratio=1.05, bar=1.05).verdict == "met"
    assert Comparison("a", "b", ratio=float("nan"), bar=1.05).verdict == "**missed**"


def test_a_row_says_in_the_terminal_what_the_table_says():
    assert str(ROWS[1]) == "  step: 1,234 ms; PyTorch 1,000 ms; ratio 1.21 (bar 1.05) missed"


def test_rows_come_back_from_json(tmp_path):
    write_rows(tmp_path / "rows.json", ROWS, {"cores": 2})
    assert read_rows(tmp_path / "rows.json") == (ROWS, {"cores": 2})


def test_the_machine_names_what_the_figures_depend_on():
    about = machine()
    assert about["NumPy"] == np.__version__
    assert {"processor", "cores", "BLAS", "torch", "librosa", "sed_eval"} <= set(about)


def test_the_ratio_is_the_median_of_the_rounds_and_a_missing_peer_a_row():
    seconds = {"npaudio": np.array([1.0, 2.0, 9.0]), "librosa": np.array([2.0, 2.0, 3.0])}
    met, absent = rows_of("mel", seconds, {"librosa": 1.0, "torch": 1.25})
    assert (met.ours, met.theirs, met.ratio, met.bar) == (2000.0, 2000.0, 1.0, 1.0)
    assert absent == Comparison("mel", "torch", 2000.0, bar=1.25, note="not installed")
    assert fastest({"a": np.array([1, 9, 9]), "b": np.array([2, 2, 2])}, "ab") == "b"


def test_candidates_take_turns_in_an_order_that_is_turned_round():
    calls = []
    work = {name: lambda name=name: calls.append(name) for name in "ab"}
    seconds = alternate(work, rounds=2, warmup=1)
    assert calls == list("ab" + "ba" + "ab")
    assert {name: len(values) for name, values in seconds.items()} == {"a": 2, "b": 2}
    assert [row.peer for row in compare("work", work, {"b": 1.0}, rounds=1)] == ["b"]


def test_the_bars_are_those_that_were_promised():
    assert frontend.BARS == {"librosa": 0.67, "PyTorch": 1.25}
    assert nn.BARS == {"training step": 1.05, "forward pass in evaluation": 1.0}
    assert {case: bar for case, (*_, bar) in models.CASES.items()} == {"base": 1.0, "cnn14": 1.2, "tiny": 1.2}
    assert (features.LIBROSA_BAR, *features.ONE_PROCESS.values()) == (0.80, 1 / 1.6)
    assert (augment.BATCH_BAR, augment.PEER_BAR, resample.SOXR_BAR) == (0.10, 1.0, 0.80)
    assert (nn.MEMORY_BAR, models.LOADING_BAR) == (1.5, 1.2)


def test_all_runs_every_benchmark_that_has_rows(monkeypatch, tmp_path):
    assert set(every.RUNS) < set(names())
    commands = []
    recordings, events = tmp_path / "recordings", tmp_path / "events"
    esc50(recordings, folds=1, sr=8000)
    events.mkdir()
    (events / "dcase2019t4_gt.csv").write_text("filename\tonset\toffset\tevent_label\na.wav\t0\t1\tSpeech\n")
    monkeypatch.setattr(subprocess, "run", lambda command, **_: commands.append(command) or done(command))
    arguments = ["all", "--out", str(tmp_path), "--data", str(recordings), "--annotations", str(events)]
    assert main(arguments) == 0
    assert [command[3] for command in commands] == list(every.RUNS)
    assert [command[-2:] for command in commands if command[3] in ("features", "metrics")] == [
        ["--data", str(recordings)],
        ["--annotations", str(events)],
    ]
    rows, _ = read_rows(tmp_path / "results.json")
    assert rows == [
        Comparison(name, "", note="stopped with an error") if name == "nn" else ROWS[0] for name in every.RUNS
    ]
    assert markdown(rows) in (tmp_path / "results.md").read_text()


def done(command):
    """What a benchmark leaves behind: rows, but for `nn`, which stops with an error."""
    if command[3] == "nn":
        return types.SimpleNamespace(returncode=1)
    path = command[command.index("--json") + 1]
    write_rows(every.Path(path), [ROWS[0]], {})
    return types.SimpleNamespace(returncode=0)


@pytest.mark.parametrize("arguments", [["all", "mel"], ["all", "nn", "--readme"]])
def test_other_names_and_half_a_table_are_refused(arguments, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize("name", ["all", "esc10", "features", "sed", "shipped", "shipped_detector"])
def test_a_folder_without_recordings_is_refused_in_one_line(name, tmp_path, capsys):
    for folder, what in ((tmp_path / "nowhere", "nowhere' is not there"), (tmp_path, "esc50.csv' is not there")):
        with pytest.raises(SystemExit) as stopped:
            main([name, "--data", str(folder)])
        assert stopped.value.code == 2
        last = capsys.readouterr().err.splitlines()[-1]
        assert "error: argument --data: ESC50: " in last
        assert what in last
        assert "npaudio download esc50" in last


@pytest.mark.parametrize("name", ["all", "metrics"])
def test_a_folder_without_annotations_is_refused_in_one_line(name, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([name, "--annotations", str(tmp_path)])
    assert stopped.value.code == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert f"error: argument --annotations: {tmp_path}: no annotations of DCASE 2019 task 4" in last


def test_one_benchmark_keeps_its_rows(tmp_path, capsys):
    assert main(["resample", "--rounds", "1", "--seconds", "0.1", "--json", str(tmp_path / "rows.json")]) == 0
    rows, about = read_rows(tmp_path / "rows.json")
    assert [row.peer for row in rows] == ["soxr HQ", "scipy resample_poly"]
    assert capsys.readouterr().out == "".join(f"{row}\n" for row in rows)
    assert about["NumPy"] == np.__version__


def test_the_table_of_the_readme_is_what_was_measured_last():
    rows, about = read_rows(every.RESULTS)
    readme = every.README.read_text(encoding="utf-8")
    assert every.with_table(readme, rows, about) == readme
    assert every.RESULTS.with_suffix(".md").read_text(encoding="utf-8") == every.report(rows, about)
    assert all(any(row.work.startswith(beginning) for row in rows) for beginning in every.MAIN_ROWS)


def test_a_readme_without_its_marks_is_refused():
    with pytest.raises(SystemExit, match="lost its marks"):
        every.with_table("# npaudio\n", ROWS, {})
