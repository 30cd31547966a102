"""What every lesson needs: its options, its folder under outputs/, and a place for figures, sounds and findings.

A lesson is a script in `# %%` cells. It runs as a script, and opens as a notebook in VS Code or through jupytext.

    lesson = Lesson("01_sound_to_mel", takes_audio=True)
    y, sr, name = lesson.sound_to_look_at(lambda: (npaudio.sine(440.0), 16000, "a tone"))
    lesson.figure(fig, "waveform")        # outputs/01_sound_to_mel/waveform.png
    lesson.sound("tone", y, sr)           # outputs/01_sound_to_mel/tone.wav
    lesson.finding("A tone has one frequency.")
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np

import npaudio

OUTPUTS = Path(__file__).resolve().parents[1] / "outputs"


class Lesson:
    """The options and the output folder of one lesson.

    Parameters
    ----------
    name : str
        The script's name without .py; also the folder under outputs/.
    takes_audio, takes_data : bool
        Whether `--audio FILE` and `--data DIR` make sense here; if not, they are left aside.
    """

    def __init__(self, name: str, *, takes_audio: bool = False, takes_data: bool = False) -> None:
        self.name = name
        self.options = options_parser(name).parse_args(_arguments())
        for option, taken in (("audio", takes_audio), ("data", takes_data)):
            if getattr(self.options, option) and not taken:
                print(f"{name} makes its own sounds; --{option} is left aside.")
                setattr(self.options, option, None)
        self.quick: bool = self.options.quick
        self.folder = (self.options.out or OUTPUTS) / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.summary: dict[str, object] = {"finding": "", "figures": [], "sounds": []}
        self._write_summary()
        if not self.options.show and "ipykernel" not in sys.modules:
            matplotlib.use("Agg")
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")  # a console that lacks a character must not stop a lesson

    def sound_to_look_at(
        self, synthetic: Callable[[], tuple[np.ndarray, int, str]], *, longest: float = 10.0
    ) -> tuple[np.ndarray, int, str]:
        """The reader's own file (mono, its first seconds) if one was given, else the synthetic sound: (y, sr, name)."""
        if not self.options.audio:
            return synthetic()
        path = Path(self.options.audio)
        y, sr = npaudio.load(path)
        if y.size == 0:
            raise SystemExit(f"{path} holds no samples; choose a recording with sound in it")
        if len(y) > longest * sr:
            print(f"{path.name} is {len(y) / sr:.1f} s long; the lesson looks at its first {longest:g} s.")
        return y[: int(longest * sr)], sr, path.name

    def figure(self, figure: plt.Figure, name: str) -> None:
        """Save a figure as PNG, say where, and close it unless it is to be shown."""
        path = self.folder / f"{name}.png"
        figure.savefig(path, dpi=110)
        self._keep("figures", path)
        if not self.options.show and "ipykernel" not in sys.modules:
            plt.close(figure)

    def sound(self, name: str, y: np.ndarray, sr: int) -> None:
        """Save a sound as WAV at a peak of 0.9, and say where."""
        path = self.folder / f"{name}.wav"
        npaudio.save(path, npaudio.normalize_peak(y, peak=0.9), sr)
        self._keep("sounds", path)

    def finding(self, sentence: str) -> None:
        """Print what the lesson found; `python -m lessons` shows it in its table."""
        print(f"\nFinding: {sentence}")
        self.summary["finding"] = sentence
        self._write_summary()

    def end(self) -> None:
        """Show the figures, if that was asked for, and wait until they are closed."""
        if self.options.show:
            plt.show()

    def _keep(self, kind: str, path: Path) -> None:
        print(f"  [{path.relative_to(self.folder.parent.parent).as_posix()}]")
        self.summary[kind].append(path.name)  # type: ignore[attr-defined]
        self._write_summary()

    def _write_summary(self) -> None:
        (self.folder / "summary.json").write_text(json.dumps(self.summary, indent=1), encoding="utf-8")


def options_parser(name: str) -> argparse.ArgumentParser:
    """The options that all lessons share."""
    parser = argparse.ArgumentParser(prog=name)
    parser.add_argument("--show", action="store_true", help="show the figures in windows as well as saving them")
    parser.add_argument("--audio", metavar="FILE", help="look at this recording instead of a synthetic sound")
    parser.add_argument(
        "--data", metavar="DIR", help="learn from this folder in ESC-50 layout (audio/, meta/esc50.csv)"
    )
    parser.add_argument("--quick", action="store_true", help="less data and fewer steps: a look in a few seconds")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for figures and sounds (outputs/)")
    return parser


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table whose columns are as wide as they need: text to the left, numbers to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [list(header), *cells]) for i in range(len(header))]
    numeric = [all(_is_number(row[i]) for row in cells) for i in range(len(header))]
    for row in [list(header), ["-" * width for width in widths], *cells]:
        aligned = [f"{c:>{w}}" if n else f"{c:<{w}}" for c, w, n in zip(row, widths, numeric, strict=True)]
        print("  " + "  ".join(aligned).rstrip())


def _is_number(cell: str) -> bool:
    return bool(cell) and cell.lstrip("+-")[:1].isdigit()


def _arguments() -> list[str]:
    """The command line; in a notebook it is the kernel's, and not meant for the lesson."""
    return [] if "ipykernel" in sys.modules else sys.argv[1:]
