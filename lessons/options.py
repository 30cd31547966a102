"""The options of the lessons, and their checks: a wrong one is one sentence, before any work."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import npaudio

FOLDER = Path(__file__).resolve().parent
OUTPUTS = FOLDER.parent / "outputs"
QUICK = "quick"  # folder of quick runs, inside the one for all outputs


class WrongOption(SystemExit):
    """An option that cannot be followed: a sentence, and exit status 2."""

    def __init__(self, sentence: str) -> None:
        super().__init__(2)
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that each lesson and `python -m lessons` have in common."""
    parser.add_argument("--ask", action="store_true", help="wait for Enter after each question, before its answer")
    parser.add_argument("--brief", action="store_true", help="print questions and results only, without the text")
    parser.add_argument("--quick", action="store_true", help="less data and fewer steps: a look that proves nothing")
    parser.add_argument("--show", action="store_true", help="show the figures in windows as well as saving them")
    parser.add_argument("--audio", metavar="FILE", help="look at this recording (lessons that can say so)")
    parser.add_argument("--data", metavar="DIR", help="learn this folder in ESC-50 layout (audio/, meta/esc50.csv)")
    parser.add_argument("--checkpoint", metavar="FILE", help="weights of a published network (lesson 05)")
    parser.add_argument("--out", type=Path, metavar="DIR", help=f"folder for figures and sounds ({OUTPUTS.name}/)")


def passed_on(options: argparse.Namespace) -> list[str]:
    """The common options again as words of a command line, with absolute paths."""
    words = [f"--{name}" for name in ("ask", "brief", "quick", "show") if getattr(options, name)]
    for name in ("audio", "data", "checkpoint", "out"):
        if getattr(options, name):
            words += [f"--{name}", str(Path(getattr(options, name)).resolve())]
    return words


def outputs_of(options: argparse.Namespace) -> Path:
    """Where the lessons write; quick runs have a folder of their own."""
    folder = options.out or OUTPUTS
    return folder / QUICK if options.quick else folder


def check_options(options: argparse.Namespace) -> None:
    """Refuse a recording, a data set or a folder that cannot be used.

    Raises
    ------
    WrongOption
        With a sentence that says what is wrong.
    """
    if options.audio:
        check_audio(Path(options.audio))
    if options.data:
        check_data(Path(options.data))
    if options.checkpoint:
        check_checkpoint(Path(options.checkpoint))
    check_writable(outputs_of(options))


def check_audio(path: Path) -> None:
    """A file that npaudio can load, with sound in it."""
    if not path.is_file():
        raise WrongOption(f"--audio {path}: there is no such file")
    try:
        y, _ = npaudio.load(path)
    except (ValueError, OSError) as error:
        raise WrongOption(f"--audio {path}: {error}") from None
    if y.size == 0 or not y.any():
        raise WrongOption(f"--audio {path}: it holds {'no samples' if y.size == 0 else 'only silence'}; choose another")


def check_data(path: Path) -> None:
    """A folder in the layout of ESC-50."""
    from npaudio.datasets import ESC50

    try:
        ESC50(path)
    except (ValueError, OSError) as error:
        where = "npaudio.datasets.download('esc50', DIR) fetches the recordings and returns the folder to give here"
        raise WrongOption(f"--data {path}: {str(error).rstrip('.')}; {where}") from None


def check_checkpoint(path: Path) -> None:
    """A file of weights that npaudio can read."""
    from npaudio.checkpoints import open_checkpoint

    try:
        with open_checkpoint(path):
            pass
    except (ValueError, OSError) as error:
        raise WrongOption(f"--checkpoint {path}: {error}") from None


def check_writable(folder: Path) -> None:
    """A folder that exists or can be made, and takes a file."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise WrongOption(f"--out {folder}: nothing can be written there ({error.strerror or error})") from None


def has_display() -> bool:
    """Whether windows can be opened."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
