"""Run the lessons: `python -m lessons` all of them, `python -m lessons 01 02` some, `--list` tells what there is."""

import argparse
import json
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
OUTPUTS = FOLDER.parent / "outputs"


def main(argv: list[str] | None = None) -> int:
    """Run what the command line names; the exit status is 1 if a lesson failed and 2 for a wrong name."""
    options = parser().parse_args(argv)
    try:
        lessons = chosen(options.lessons)
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return 2
    if options.list:
        for lesson in lessons:
            print_description(lesson)
        return 0
    passed_on = ["--show"] * options.show + ["--quick"] * options.quick
    passed_on += ["--audio", str(Path(options.audio).resolve())] if options.audio else []
    passed_on += ["--data", str(Path(options.data).resolve())] if options.data else []
    passed_on += ["--out", str(options.out.resolve())] if options.out else []
    aloud = bool(options.lessons)  # who asks for a lesson wants to read it; who runs all wants the table
    outputs = options.out.resolve() if options.out else OUTPUTS
    results = [run(lesson, i, len(lessons), passed_on, aloud, outputs) for i, lesson in enumerate(lessons, 1)]
    print_results(results, outputs)
    return int(any(result["failed"] for result in results))


def parser() -> argparse.ArgumentParser:
    """The options; those for a lesson are handed on to it."""
    options = argparse.ArgumentParser(prog="python -m lessons", description=__doc__)
    options.add_argument("lessons", nargs="*", metavar="NN", help="numbers or names of lessons; all by default")
    options.add_argument("--list", action="store_true", help="tell what the lessons are about")
    options.add_argument("--audio", metavar="FILE", help="a recording for the lessons that can look at one")
    options.add_argument("--data", metavar="DIR", help="a folder in ESC-50 layout for the lessons that can learn it")
    options.add_argument("--show", action="store_true", help="show the figures in windows as well as saving them")
    options.add_argument("--quick", action="store_true", help="less data and fewer steps")
    options.add_argument("--out", type=Path, metavar="DIR", help="folder for figures and sounds (outputs/)")
    return options


def chosen(names: list[str]) -> list[Path]:
    """The scripts whose names begin with the given ones, in order; all of them if none is given."""
    scripts = sorted(FOLDER.glob("[0-9][0-9]_*.py"))
    unknown = [name for name in names if not any(script.stem.startswith(name.zfill(2)) for script in scripts)]
    if unknown:
        known = ", ".join(script.stem for script in scripts)
        raise LookupError(f"lessons: there is no lesson {unknown[0]!r}; there are {known}")
    return [s for s in scripts if not names or any(s.stem.startswith(name.zfill(2)) for name in names)]


def print_description(script: Path) -> None:
    """Print the heading and the first paragraph of a lesson's first cell."""
    cell = script.read_text(encoding="utf-8").split("# %%")[1]
    lines = [line.removeprefix("#").strip() for line in cell.splitlines()[1:]]
    heading = lines[0].lstrip("# ")
    paragraph = " ".join(lines[2 : lines.index("", 2)])
    print(f"{script.stem}: {heading}")
    print(textwrap.fill(paragraph, 100, initial_indent="    ", subsequent_indent="    "))


def run(script: Path, number: int, count: int, options: list[str], aloud: bool, outputs: Path) -> dict[str, object]:
    """Run one lesson in a process of its own, with a progress line, and read what it found."""
    print(f"[{number}/{count}] {script.stem} ...", end="\n" if aloud else " ", flush=True)
    environment = {**os.environ, "PYTHONUTF8": "1"}
    environment["PYTHONPATH"] = os.pathsep.join([str(FOLDER.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    start = time.perf_counter()
    process = subprocess.run(
        [sys.executable, str(script), *options],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=None if aloud else subprocess.PIPE,
        stderr=None if aloud else subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    seconds = time.perf_counter() - start
    failed = process.returncode != 0
    folder = outputs / script.stem
    if not aloud:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "printed.txt").write_text(process.stdout, encoding="utf-8")
        print(f"{'FAILED' if failed else 'ok'} ({seconds:.1f} s)", flush=True)
        if failed:
            print(textwrap.indent(process.stdout.strip()[-3000:], "    "))
    summary = {} if failed else json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return {"lesson": script.stem, "seconds": seconds, "failed": failed, **summary}


def print_results(results: list[dict[str, object]], outputs: Path) -> None:
    """Print the table: lesson, seconds, finding, figures."""
    print(f"\n{'lesson':<18}{'seconds':>8}  {'finding':<72}figures")
    print("-" * 107)
    for result in results:
        finding = "failed: see above" if result["failed"] else str(result["finding"])
        lines = textwrap.wrap(finding, 70) or [""]
        count = len(result.get("figures", ()))  # type: ignore[arg-type]
        print(f"{result['lesson']:<18}{result['seconds']:>8.1f}  {lines[0]:<72}{count:>7}")
        for line in lines[1:]:
            print(" " * 28 + line)
    print(f"\nFigures, sounds and what each lesson printed are in {outputs}")


if __name__ == "__main__":
    sys.exit(main())
