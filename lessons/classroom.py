"""What every lesson needs: its options, its output folder, and a place for figures, sounds, answers and findings.

A lesson is a script in `# %%` cells. As a script it is read aloud: `Lesson(...)` takes over, and prints the prose of
each cell before it runs the next. In a notebook (VS Code, jupytext) the same cells are shown by the notebook.

    lesson = Lesson("01_sound_to_mel", takes_audio=True)      # in a notebook also audio="dog.wav", quick=True
    y, sr, name = lesson.sound_to_look_at(lambda: (npaudio.sine(440.0), 16000, "a tone"))
    lesson.figure(fig, "waveform")                            # outputs/01_sound_to_mel/waveform.png
    lesson.sound("tone", y, sr)                               # outputs/01_sound_to_mel/tone.wav; a player
    lesson.answer(f"One period is {sr / 440:.1f} samples.")   # the answer to the last **Question.**
    lesson.finding("A tone has one frequency.")
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import matplotlib
import matplotlib.pyplot as plt
import numpy as np

import npaudio
from book.recording import FILE, notes
from figures import save_png, titles_of
from options import WrongOption, add_options, check_options, has_display, outputs_of
from reading import ANSWER, Copied, Terminal, read_aloud, stop_printing, traceback_of, width, wrapped
from reading import print_table as print_table  # every lesson takes it from here

Item = TypeVar("Item")
PROVES_NOTHING = "quick run: less data, fewer steps; these numbers prove nothing"
FADE = 0.005  # seconds; a sound that stops at full amplitude ends in a click
PATIENCE = 3.0  # seconds without a word about progress
SECONDS_BETWEEN = 0.2  # two such lines


class Lesson:
    """The options and the output folder of one lesson.

    Parameters
    ----------
    name : str
        The script's name without .py; also the folder under outputs/.
    takes_audio, takes_data : bool
        Whether `audio` and `data` make sense here; if not, they are ignored, and the lesson says so.
    **options
        In a notebook, what the command line would say: audio="dog.wav", data="ESC-50-master", quick=True, out="folder".
    """

    _is_being_read = False

    def __init__(self, name: str, *, takes_audio: bool = False, takes_data: bool = False, **options: Any) -> None:
        self.name = name
        self.options = options_of(name, options)
        self.quick: bool = self.options.quick
        self.folder = outputs_of(self.options) / name
        self.summary: dict[str, Any] = {"finding": "", "figures": [], "sounds": []}
        if is_running_as_script(name) and not Lesson._is_being_read:
            self._be_read()
        for option, taken in (("audio", takes_audio), ("data", takes_data)):
            if getattr(self.options, option) and not taken:
                print(wrapped(f"This lesson makes its own sounds, so --{option} is ignored.") + "\n")
                setattr(self.options, option, None)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._remove_what_was_here()
        self._choose_backend()

    def sound_to_look_at(
        self, synthetic: Callable[[], tuple[np.ndarray, int, str]], *, longest: float = 10.0
    ) -> tuple[np.ndarray, int, str]:
        """The reader's own file (mono, its first seconds) if one was given, else the synthetic sound: (y, sr, name)."""
        if not self.options.audio:
            return synthetic()
        path = Path(self.options.audio)
        y, sr = npaudio.load(path)
        if len(y) > longest * sr:
            print(
                wrapped(f"{path.name} is {len(y) / sr:.1f} s long; the lesson looks at its first {longest:g} s.") + "\n"
            )
        return y[: int(longest * sr)], sr, path.name

    def figure(self, figure: plt.Figure, name: str) -> None:
        """Save a figure as PNG, say where, and close it unless it is to be shown."""
        if self.quick:
            figure.text(0.5, 0.5, "quick run\nproves nothing", rotation=25, alpha=0.25, fontsize=44, color="#d55e00",
                        ha="center", va="center", weight="bold", zorder=100)  # fmt: skip
        path = self.folder / f"{name}.png"
        save_png(figure, path, "figure" if self.quick else plt.rcParams["savefig.dpi"])
        with notes.instead_of_print("figure", file=path.name, title=titles_of(figure)):
            self._keep("figures", path)
        if in_notebook():
            from IPython.display import Image, display

            display(Image(str(path), width=round(figure.dpi * figure.get_figwidth())))  # as saved
        if not self.options.show:
            plt.close(figure)

    def sound(self, name: str, y: np.ndarray, sr: int, *, gain: float | None = None) -> None:
        """Save a sound as WAV, faded in and out over 5 ms, and say where; in a notebook, show a player.

        Parameters
        ----------
        name : str
            File name without .wav.
        y : np.ndarray (n_samples,)
            Waveform.
        sr : int
            Sample rate in Hz.
        gain : float, optional
            Factor for the samples, the same for all sounds whose levels are compared. None: to a peak of 0.9.
        """
        path = self.folder / f"{name}.wav"
        louder = npaudio.normalize_peak(y, peak=0.9) if gain is None else gain * y
        npaudio.save(path, faded(louder, sr), sr)
        with notes.instead_of_print("sound", file=path.name):
            self._keep("sounds", path)
        if in_notebook():
            from IPython.display import Audio, display

            display(Audio(str(path)))

    def answer(self, text: str) -> None:
        """Print the answer to the question asked last, in words and with the measured number."""
        mark = ANSWER if not self.quick else "**Answer of a quick run, which proves nothing.**"
        self.say(f"> {mark} {text}")

    def say(self, text: str) -> None:
        """Print markdown, wrapped to the terminal; rendered, in a notebook."""
        if in_notebook():
            from IPython.display import Markdown, display

            display(Markdown(text))
        else:
            print(end="" if getattr(sys.stdout, "at_blank_line", True) else "\n")
            with notes.instead_of_print("markdown", text=text):
                Terminal().markdown(text)

    def finding(self, sentence: str) -> None:
        """Print what the lesson found; `python -m lessons` shows it in its table. A quick run finds nothing."""
        if self.quick:
            self.say(f"**No finding**: this was a {PROVES_NOTHING}.")
            return
        self.say(f"**Finding.** {sentence}")
        self.summary["finding"] = sentence
        self._write_summary()

    def progress(self, items: Iterable[Item], what: str, total: int | None = None) -> Iterator[Item]:
        """Go through the items; after 3 s say on the terminal how many are done, and how much time is left."""
        return progress(items, what, total=total)

    def _be_read(self) -> NoReturn:
        """Run this lesson's script cell by cell, with its prose; then end the process."""
        try:
            check_options(self.options)
        except WrongOption as error:
            print(wrapped(f"{self.name}: {error}"), file=sys.stderr)
            raise SystemExit(2) from None
        Lesson._is_being_read = True
        self.folder.mkdir(parents=True, exist_ok=True)
        self._remove_what_was_here()
        self._write_summary()
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")  # a console that lacks a character must not stop a lesson
        with (self.folder / "printed.txt").open("w", encoding="utf-8") as copy:
            plain_output, sys.stdout = sys.stdout, Copied(sys.stdout, Copied(copy, notes))  # type: ignore[assignment]
            try:
                status = self._read_cells()
                plain_output.flush()
            except BrokenPipeError:  # `| head` has read enough
                status = stop_printing(plain_output)
            finally:
                sys.stdout = plain_output
        raise SystemExit(status)

    def _read_cells(self) -> int:
        """Exit status: 0, or 1 with everything removed that the lesson has made so far."""
        main = sys.modules["__main__"]
        script = Path(str(main.__file__)).resolve()
        say_first = f"**This is a {PROVES_NOTHING}.**" if self.quick else ""
        try:
            read_aloud(script, vars(main), brief=self.options.brief, ask=self.options.ask, say_first=say_first)
            if self.options.show:
                plt.show()
            notes.save(self.folder, script, quick=self.quick)
            return 0
        except BrokenPipeError:
            raise
        except KeyboardInterrupt:
            print("\nInterrupted.")
        except SystemExit as error:
            if not error.code:
                return 0
            print(wrapped(f"{self.name}: {error}"))
        except Exception as error:
            print("\n" + traceback_of(error, script))
        self._remove_what_was_here()
        return 1

    def _remove_what_was_here(self) -> None:
        """Remove the figures, the sounds, the summary and the recording of an earlier run, and nothing else."""
        (self.folder / FILE).unlink(missing_ok=True)
        path = self.folder / "summary.json"
        try:
            earlier = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        for name in [*earlier.get("figures", ()), *earlier.get("sounds", ())]:
            (self.folder / Path(name).name).unlink(missing_ok=True)
        path.unlink()

    def _choose_backend(self) -> None:
        if in_notebook():
            return
        if self.options.show and not has_display():
            print(wrapped("--show: there is no display here; the figures are saved as files.") + "\n")
            self.options.show = False
        if not self.options.show:
            matplotlib.use("Agg")

    def _keep(self, kind: str, path: Path) -> None:
        outputs = self.folder.parent.parent if self.quick else self.folder.parent
        print(f"  [{path.relative_to(outputs.parent).as_posix()}]")
        self.summary[kind].append(path.name)
        self._write_summary()

    def _write_summary(self) -> None:
        (self.folder / "summary.json").write_text(json.dumps(self.summary, indent=1), encoding="utf-8")


def options_of(name: str, in_a_cell: dict[str, Any]) -> argparse.Namespace:
    """The options of the command line; in a notebook, whose command line is the kernel's, those given in the cell."""
    parser = argparse.ArgumentParser(prog=name)
    add_options(parser)
    options = parser.parse_args(sys.argv[1:] if is_running_as_script(name) else [])
    if unknown := set(in_a_cell) - set(vars(options)):
        raise TypeError(f"Lesson: unknown option {unknown.pop()!r}; there are {', '.join(vars(options))}")
    for option, value in in_a_cell.items():
        setattr(options, option, value)
    options.out = Path(options.out) if options.out else None
    return options


def is_running_as_script(name: str) -> bool:
    """Whether Python was started with this lesson's file."""
    return Path(getattr(sys.modules["__main__"], "__file__", None) or "").stem == name


def in_notebook() -> bool:
    """Whether a notebook's kernel runs this."""
    return "ipykernel" in sys.modules


def faded(y: np.ndarray, sr: int, seconds: float = FADE) -> np.ndarray:
    """A sound whose ends rise from zero and fall to zero along half a cosine."""
    n = min(int(seconds * sr), len(y) // 2)
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(n) / max(n, 1))
    y = y.copy()
    y[:n] *= ramp.astype(y.dtype)
    y[len(y) - n :] *= ramp[::-1].astype(y.dtype)
    return y


def progress(items: Iterable[Item], what: str, *, total: int | None = None) -> Iterator[Item]:
    """Go through items; once that has taken 3 s, rewrite a line on the terminal with the time left."""
    total = len(items) if total is None else total  # type: ignore[arg-type]
    start, shown, last = time.monotonic(), "", 0.0
    for done, item in enumerate(items):
        seconds = time.monotonic() - start
        if seconds > PATIENCE and done and seconds - last > SECONDS_BETWEEN:
            last = seconds
            text = f"{what}: {done} of {total}, about {seconds / done * (total - done):.0f} s left"
            shown = _rewrite(text, over=shown)
        yield item
    if shown:
        _rewrite("", over=shown)


def _rewrite(text: str, *, over: str) -> str:
    """Put a text in the place of the last one, on a terminal."""
    stream = sys.stdout if in_notebook() else sys.stderr
    if stream is None or not (in_notebook() or stream.isatty()):
        return ""
    text = text[: width() - 1]
    stream.write("\r" + text.ljust(len(over)) + ("\r" if not text else ""))
    stream.flush()
    return text
