"""Every comparison with a peer as one table: what we take, what they take, the ratio, and the bar that was set.

The table goes to outputs/benchmarks, as Markdown and as JSON. `--readme` also keeps both beside this file and puts the
main rows into README.md. Each benchmark runs in a process of its own, some five minutes in all; close what else
is running. Those that train for minutes (esc10, shipped, shipped_detector, outgrow, and sed --data) are run alone.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.comparison import Comparison, machine, markdown, read_rows, summary, write_rows
from benchmarks.recordings import annotations_folder, esc50_folder

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results.json"
README = ROOT / "README.md"
# The rows that README.md shows, by how they begin.
MAIN_ROWS = (
    "mel spectrogram of 60 s",
    "features of",
    "resampling",
    "SpecAugment on a batch 32 x 64 x 101, fill mean",
    "time_stretch, 5 s",
    "training step",
    "forward pass in evaluation",
    "SpectrogramTransformer",
    "Cnn14, 10 s",
    "mAP",
    "PSDS1 of 300 clips x 10 classes x 156",
    "event-based",
    "post-processing",
    "GRU",
    "streaming",
)
BEGIN, END = "<!-- python -m benchmarks all --readme -->\n", "<!-- end -->\n"
# In this order, with what keeps the whole short.
RUNS: dict[str, list[str]] = {
    "frontend": [],
    "features": [],
    "resample": [],
    "augment": ["--sizes", "1"],
    "nn": [],
    "models": ["--rounds", "5"],
    "metrics": [],
    "sed": [],
}


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks all", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="name", help=f"some of {', '.join(RUNS)}; all without")
    parser.add_argument("--rounds", type=int, help="of every benchmark; few make a quick and rough table")
    parser.add_argument(
        "--data", type=esc50_folder, help="recordings for `features`, in the layout of ESC-50, instead of drawn ones"
    )
    parser.add_argument(
        "--annotations",
        type=annotations_folder,
        help="folder of DCASE 2019 task 4 for `metrics`, instead of drawn events",
    )
    parser.add_argument("--out", type=Path, default=ROOT / "outputs" / "benchmarks", help="folder for the table")
    parser.add_argument("--readme", action="store_true", help="keep the results and put the table into README.md")
    options = parser.parse_args(argv)
    if unknown := set(options.only) - set(RUNS):
        parser.error(f"{', '.join(sorted(unknown))} is not one of {', '.join(RUNS)}")
    if options.readme and options.only:
        parser.error("--readme wants the whole table; leave out the names")
    rounds = {} if options.rounds is None else {"rounds": f"{options.rounds} only, so a rough look"}
    start, about, rows = time.perf_counter(), rounds | machine(), []
    for name in options.only or RUNS:
        print(f"{name}:", flush=True)
        rows += run(name, RUNS[name] + given(name, options))
    print(f"\n{report(rows, about)}\n{(time.perf_counter() - start) / 60:.1f} minutes")
    keep(options.out, rows, about)
    if options.readme:
        keep(RESULTS.parent, rows, about)
        README.write_text(with_table(README.read_text(encoding="utf-8"), rows, about), encoding="utf-8")
    return 0


def given(name: str, options: argparse.Namespace) -> list[str]:
    """What of the options a benchmark is told."""
    told = [] if options.rounds is None else ["--rounds", str(options.rounds)]
    if name == "features" and options.data:
        told += ["--data", str(options.data)]
    if name == "metrics" and options.annotations:
        told += ["--annotations", str(options.annotations)]
    return told


def run(name: str, arguments: list[str]) -> list[Comparison]:
    """The rows of one benchmark; if it stops with an error, a row that says so."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.json"
        command = [sys.executable, "-m", "benchmarks", name, "--json", str(path), *arguments]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            return [Comparison(name, "", note="stopped with an error")]
        return read_rows(path)[0]


def report(rows: list[Comparison], about: dict[str, Any]) -> str:
    """The table, how many bars were met, and the machine."""
    return f"{markdown(rows)}\n{summary(rows)} {measured_with(about)}\n"


def measured_with(about: dict[str, Any]) -> str:
    """Two sentences, on the machine and on the versions."""
    how = {key: about[key] for key in ("rounds", "processor", "cores", "system", "load at the start") if key in about}
    versions = {key: value for key, value in about.items() if key not in how}
    machine, rest = (", ".join(f"{key} {value}" for key, value in part.items()) for part in (how, versions))
    return f"Measured with: {machine}. Versions: {rest}."


def keep(folder: Path, rows: list[Comparison], about: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.md").write_text(report(rows, about), encoding="utf-8")
    write_rows(folder / "results.json", rows, about)
    print(f"{folder / 'results.md'} and results.json")


def with_table(readme: str, rows: list[Comparison], about: dict[str, Any]) -> str:
    """README with the main rows between its two marks."""
    before, _, rest = readme.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise SystemExit(f"README.md has lost its marks {BEGIN.strip()} and {END.strip()}")
    table = markdown(row for row in rows if row.work.startswith(MAIN_ROWS))
    whole = f"These are the main rows of [all {len(rows)}](benchmarks/results.md), where {summary(rows)}"
    return f"{before}{BEGIN}\n{table}\n{whole} {measured_with(about)}\n\n{END}{after}"
