"""The arguments of all commands. Nothing heavy is imported here, so that `npaudio --help` answers at once."""

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from npaudio._core.version import __version__

if TYPE_CHECKING:
    Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

EXAMPLES = """examples:
  npaudio classify dog.wav                     what is in it: the ten sounds of ESC-10, or `unknown`
  npaudio detect street.wav                    which sounds, and from when to when
  npaudio train recordings/ -o mine.npz        a classifier of your own, from one folder per class
  npaudio classify --model mine.npz *.wav --json
"""


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; the parsed options carry the function to run as `run`."""
    parser = argparse.ArgumentParser(
        prog="npaudio",
        description="Classify sounds and find sound events.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"npaudio {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (_classify, _detect, _train, _evaluate, _show, _info, _compare, _download):
        add(commands)
    return parser


def _command(commands: "Commands", name: str, summary: str, example: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=_later(name))
    return parser


def _later(name: str) -> Callable[[argparse.Namespace], int]:
    """The function `run` of the command's module, imported when it is needed."""
    return lambda options: import_module(f"npaudio.cli.{name}").run(options)


def _add_formats(parser: argparse.ArgumentParser) -> None:
    formats = parser.add_mutually_exclusive_group()
    formats.add_argument("--json", action="store_true", help="print JSON")
    formats.add_argument("--csv", action="store_true", help="print CSV")


def _add_model(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument("--model", metavar="FILE", type=Path, help=f"model to use; by default {default}")


def _classify(commands: "Commands") -> None:
    parser = _command(commands, "classify", "say what is in recordings", "npaudio classify *.wav --top 3")
    parser.add_argument("files", nargs="+", metavar="FILE", help="sound files")
    _add_model(parser, "the ten sounds of ESC-10")
    parser.add_argument("--top", type=int, default=3, metavar="N", help="classes to print per file (default: 3)")
    parser.add_argument(
        "--unknown-below",
        type=probability,
        metavar="P",
        help="answer `unknown` below this probability, 0 to 1 (default: the model's threshold, see `npaudio info`; "
        "without effect on a model of several labels per file)",
    )
    _add_formats(parser)


def probability(text: str) -> float:
    """A number from 0 to 1; ValueError for others."""
    if not 0 <= (value := float(text)) <= 1:
        raise ValueError
    return value


def _detect(commands: "Commands") -> None:
    parser = _command(
        commands, "detect", "find sound events and their times", "arecord -f S16_LE -r 16000 | npaudio detect -"
    )
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="sound files, or - for standard input (WAV or raw PCM)"
    )
    _add_model(parser, "the ten sounds of ESC-10, in scenes")
    parser.add_argument("--raw", type=int, metavar="RATE", help="standard input is raw 16-bit PCM at this rate")
    parser.add_argument("--channels", type=int, default=1, help="channels of raw PCM (default: 1)")
    _add_formats(parser)


def _train(commands: "Commands") -> None:
    parser = _command(commands, "train", "train a classifier", "npaudio train recordings/ -o mine.npz --val-fold 1")
    parser.add_argument(
        "folder",
        type=Path,
        metavar="DIR",
        help="ESC-50 or UrbanSound8K, one folder per class, or a flat folder with labels",
    )
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="MODEL", help="file to write, ends in .npz")
    labels = parser.add_mutually_exclusive_group()
    labels.add_argument("--labels", type=Path, metavar="CSV", help="table with columns filename and label (a;b: both)")
    labels.add_argument("--label-from", metavar="REGEX", help="label is the first group found in the file name")
    parser.add_argument("--val-fold", type=int, metavar="N", help="leave out fold N and measure on it")
    parser.add_argument("--epochs", type=int, default=150, help="passes over the data (default: 150)")
    parser.add_argument("--duration", type=float, default=5.0, help="seconds of a clip (default: 5)")
    parser.add_argument("--no-augment", dest="augment", action="store_false", help="learn from the clips as they are")
    parser.add_argument(
        "--augment", action="store_true", default=True, help="change the clips while learning (default)"
    )
    parser.add_argument("--model", choices=("cnn", "transformer"), default="cnn", help="network (default: cnn)")
    parser.add_argument("--workers", type=int, metavar="N", help="processes that load recordings")
    parser.add_argument("--resume", action="store_true", help="go on where an interrupted training of MODEL stopped")
    parser.add_argument("--seed", type=int, default=0, help="of first weights and order (default: 0)")


def _evaluate(commands: "Commands") -> None:
    parser = _command(
        commands, "evaluate", "measure a model on labelled recordings", "npaudio evaluate mine.npz test_recordings/"
    )
    parser.add_argument("model", type=Path, metavar="MODEL")
    parser.add_argument("folder", type=Path, metavar="DIR", help="as for train")
    labels = parser.add_mutually_exclusive_group()
    labels.add_argument("--labels", type=Path, metavar="CSV", help="as for train")
    labels.add_argument("--label-from", metavar="REGEX", help="as for train")
    parser.add_argument("--fold", type=int, metavar="N", help="measure on this fold only")
    parser.add_argument("--plot", type=Path, metavar="PNG", help="draw the confusion matrix")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _show(commands: "Commands") -> None:
    parser = _command(
        commands, "show", "draw waveform, spectrogram and mel spectrogram", "npaudio show dog.wav --detect -o dog.png"
    )
    parser.add_argument("file", metavar="FILE")
    parser.add_argument(
        "-o", "--out", type=Path, metavar="PNG", help="picture to write (default: FILE.png, beside FILE)"
    )
    parser.add_argument("--detect", action="store_true", help="draw the sound events that are found, too")
    _add_model(parser, "the detector that comes with the package")


def _info(commands: "Commands") -> None:
    parser = _command(commands, "info", "tell what is in a model or a sound file", "npaudio info mine.npz dog.wav")
    parser.add_argument("files", nargs="+", metavar="MODEL|FILE")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _compare(commands: "Commands") -> None:
    parser = _command(commands, "compare", "compare two recordings by their descriptors", "npaudio compare a.wav b.wav")
    parser.add_argument("files", nargs=2, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _download(commands: "Commands") -> None:
    parser = _command(commands, "download", "fetch a published data set", "npaudio download esc50 data/")
    parser.add_argument("name", metavar="NAME", help="esc50")
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to put it")
