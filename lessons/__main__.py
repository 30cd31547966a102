"""Run the lessons: `python -m lessons` all of them, `python -m lessons 01 cnn` some; `--list` tells what there is."""

import argparse
import json
import os
import re
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
for folder in (FOLDER.parent, FOLDER):  # npaudio; classroom.py and reading.py; from whatever folder this is started
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from book import api  # noqa: E402
from book.build import write_book  # noqa: E402
from glossary import explanation  # noqa: E402
from notebooks import write_notebooks  # noqa: E402
from options import WrongOption, add_options, check_options, outputs_of, passed_on  # noqa: E402
from reading import Terminal, cells, stop_printing, wrapped  # noqa: E402

WIDTH = 80


def main(argv: list[str] | None = None) -> int:
    """Run what the command line names; the exit status is 1 if a lesson failed and 2 for a wrong name or option."""
    options = parser().parse_args(argv)
    try:
        lessons = chosen(options.lessons)
        if options.explain:
            Terminal().markdown(explanation(options.explain))
            return 0
        if options.list:
            print_list(lessons)
            return 0
        if options.ask and not options.lessons:
            raise LookupError("--ask waits for a reader, so it needs a lesson: python -m lessons 01 --ask")
        check_options(options)
        if options.notebooks:
            return print_notebooks(lessons, options)
    except (LookupError, WrongOption) as error:
        print(wrapped(f"lessons: {error.args[0] if isinstance(error, LookupError) else error}"), file=sys.stderr)
        return 2
    aloud = (
        bool(options.lessons) and not options.book
    )  # who asks for a lesson wants to read it; who runs all wants the table
    results = [run(lesson, options) for lesson in lessons] if aloud else run_two_at_a_time(lessons, options)
    if not (aloud and len(results) == 1):
        print_results(results, quick=options.quick)
    print(f"\nFigures, sounds and what each lesson printed are in {outputs_of(options).resolve()}")
    if options.book:
        if not api.HAS_PDOC:
            print(wrapped(api.WITHOUT_PDOC))
        print(f"The book begins with {write_book(chosen([]), outputs_of(options)).resolve()}")
    return int(any(result["failed"] for result in results))


def parser() -> argparse.ArgumentParser:
    """The options; those for a lesson are handed on to it."""
    options = argparse.ArgumentParser(prog="python -m lessons", description=__doc__)
    options.add_argument("lessons", nargs="*", metavar="NN", help="numbers or names of lessons; all by default")
    options.add_argument("--list", action="store_true", help="tell what the lessons are about and how long they take")
    options.add_argument("--notebooks", action="store_true", help="write the lessons as notebooks (.ipynb)")
    options.add_argument("--book", action="store_true", help="run the lessons and write them as pages for a browser")
    options.add_argument("--explain", metavar="TERM", help="explain a term of the glossary")
    add_options(options)
    return options


def chosen(names: list[str]) -> list[Path]:
    """The scripts with the given numbers or names, in order; all of them if none is given.

    Raises
    ------
    LookupError
        A name that none has, or several have: a sentence.
    """
    scripts = sorted(FOLDER.glob("[0-9][0-9]_*.py"))
    if not names:
        return scripts
    wanted = [_one_script(name, scripts) for name in names]
    return [script for script in scripts if script in wanted]


def _one_script(name: str, scripts: list[Path]) -> Path:
    """The script with this number, this name, or this in its name."""
    sought = name.removesuffix(".py").lower()
    exact = [s for s in scripts if sought.zfill(2) == s.stem[:2] or sought in (s.stem, s.stem[3:])]
    found = exact or [s for s in scripts if not sought.isdigit() and sought in s.stem[3:]]
    if len(found) == 1:
        return found[0]
    if found:
        raise LookupError(f"{name!r} could be {' or '.join(s.stem for s in found)}; give the number")
    raise LookupError(f"there is no lesson {name!r}; there are {', '.join(s.stem for s in scripts)}")


def print_list(lessons: list[Path]) -> None:
    """Print the heading, the times and the first paragraph of each lesson."""
    for lesson in lessons:
        title, times, paragraph = opening(lesson)
        print(f"{title}\n    {times}")
        print(textwrap.fill(paragraph, WIDTH, initial_indent="    ", subsequent_indent="    ") + "\n")


def print_notebooks(lessons: list[Path], options: argparse.Namespace) -> int:
    """Write the notebooks and say where they are."""
    folder = outputs_of(options) / "notebooks"
    paths = write_notebooks(lessons, folder, options)
    print(f"{len(paths)} notebook{'s' if len(paths) > 1 else ''} in {folder.resolve()}")
    return 0


def opening(script: Path) -> tuple[str, str, str]:
    """Title, the line with the times, and the first paragraph of a lesson's first cell."""
    title, times, paragraph = cells(script)[0].text.split("\n\n")[:3]
    return title.lstrip("# "), times.strip("*\n "), " ".join(re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", paragraph).split())


def run_two_at_a_time(lessons: list[Path], options: argparse.Namespace) -> list[dict[str, Any]]:
    """Run the lessons, two at once where there are two processors, and report on them in order.

    A lesson alone keeps little more than one processor busy: drawing, synthesis and scoring run in one thread.
    """
    at_once = min(2, len(lessons), os.cpu_count() or 1)
    with ThreadPoolExecutor(at_once) as pool:
        started = [pool.submit(run, lesson, options, aloud=False, at_once=at_once) for lesson in lessons]
        try:
            for number, (lesson, job) in enumerate(zip(lessons, started, strict=True), 1):
                print(f"[{number}/{len(lessons)}] {lesson.stem} ...", end=" ", flush=True)
                result = job.result()
                print(f"{'FAILED' if result['failed'] else 'ok'} ({result['seconds']:.1f} s)", flush=True)
                if result["failed"]:
                    print(textwrap.indent(result["printed"].strip()[-3000:], "    "))
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise
    return [job.result() for job in started]


def run(script: Path, options: argparse.Namespace, *, aloud: bool = True, at_once: int = 1) -> dict[str, Any]:
    """Run one lesson in a process of its own, and read what it found."""
    start = time.perf_counter()
    process = subprocess.run(
        [sys.executable, *reader(script), str(script), *passed_on(options)],
        env=environment(at_once),
        stdin=None if options.ask else subprocess.DEVNULL,
        stdout=None if aloud else subprocess.PIPE,
        stderr=None if at_once == 1 else subprocess.STDOUT,  # a single progress line cannot show two lessons
        encoding="utf-8",
        errors="replace",
    )
    seconds, failed = time.perf_counter() - start, process.returncode != 0
    found = {"seconds": seconds, "failed": failed, "printed": process.stdout}
    return {"lesson": script.stem, **found, **summary_of(script, options)}


def reader(script: Path) -> list[str]:
    """The program that reads a script aloud which makes no Lesson of its own; none for all others."""
    return [] if "Lesson(" in script.read_text(encoding="utf-8") else [str(FOLDER / "aloud.py")]


def environment(at_once: int) -> dict[str, str]:
    """The environment of a lesson: it finds npaudio also where that is not installed, and has its share of threads."""
    folders = [str(FOLDER.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    threads = {"OPENBLAS_NUM_THREADS": str((os.cpu_count() or 1) // at_once)}
    return {**threads, **os.environ, "PYTHONUTF8": "1", "PYTHONPATH": os.pathsep.join(folders)}


def summary_of(script: Path, options: argparse.Namespace) -> dict[str, Any]:
    """What a lesson has written down about its run; nothing if it failed."""
    path = outputs_of(options) / script.stem / "summary.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"finding": "", "figures": []}


def print_results(results: list[dict[str, Any]], *, quick: bool = False) -> None:
    """Print the table: lesson, seconds, figures, finding."""
    without = "none: a quick run proves nothing" if quick else "none"
    print(f"\n{'lesson':<20}{'seconds':>8}{'figures':>9}  finding")
    print("-" * WIDTH)
    for result in results:
        finding = "failed: see above" if result["failed"] else result["finding"] or without
        lines = textwrap.wrap(finding, WIDTH - 39)
        print(f"{result['lesson']:<20}{result['seconds']:>8.1f}{len(result['figures']):>9}  {lines[0]}")
        for line in lines[1:]:
            print(" " * 39 + line)


if __name__ == "__main__":
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has read enough
        status = stop_printing(sys.stdout)
    sys.exit(status)
