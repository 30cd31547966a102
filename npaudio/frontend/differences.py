"""What differs between two front ends, in words, for `Frontend.diff`.

Recipes are compared topic by topic. Where the consequence of a difference can be computed (a shift of all levels, bands
that move), it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from npaudio.frontend.settings import Settings
from npaudio.mel.kaldi import PREEMPHASIS
from npaudio.spectrum.windows import get_window

LOGARITHMS = {
    "power_db": "decibels of power, 10 log10",
    "amplitude_db": "decibels of amplitude, 20 log10",
    "ln": "the natural logarithm",
    "none": "no logarithm",
}
TRIANGLES = {
    "exact": "straight sides over Hz, exact corners",
    "rounded": "straight sides over Hz, corners rounded down to bins",
    "mel": "straight sides over mels",
}
PADDINGS = {"constant": "zeros", "reflect": "its mirror image", "edge": "its last value"}
SCALES = {"htk": "HTK", "slaney": "Slaney"}
NORMS = {None: "bands of height one", "slaney": "each band divided by half its width in Hz"}


def describe_differences(a: Settings, b: Settings) -> str:
    """One line a difference, under a headline with both names."""
    sentences = [
        f"  - {topic.name}: {topic.words(a)} against {topic.words(b)}{topic.consequence(a, b)}"
        for topic in TOPICS
        if all(key(a) != key(b) for key in topic.keys)
    ]
    if not sentences:
        return f"{a.name} and {b.name}: the same recipe"
    count = f"{len(sentences)} difference{'s' if len(sentences) > 1 else ''}"
    return "\n".join([f"{a.name} against {b.name}: {count}", *sentences])


@dataclass(frozen=True)
class Topic:
    """A point in which two recipes may differ: they do if all keys do; then the words for both stand side by side."""

    name: str
    words: Callable[[Settings], str]
    keys: tuple[Callable[[Settings], object], ...]
    consequence: Callable[[Settings, Settings], str] = lambda a, b: ""


def _unheard(a: Settings, b: Settings) -> str:
    return f"; above {min(a.sr, b.sr) / 2:,.0f} Hz only one of them hears anything"


def _frame(f: Settings) -> str:
    padded = "" if _win_length(f) == f.n_fft else f" in a transform of {f.n_fft}"
    return f"{_samples(_win_length(f), f)}{padded}, a bin every {f.sr / f.n_fft:.4g} Hz"


def _samples(n: int, f: Settings) -> str:
    return f"{n} samples ({1000 * n / f.sr:.4g} ms)"


def _win_length(f: Settings) -> int:
    return f.win_length or f.n_fft


def _window(f: Settings) -> tuple[str, bool]:
    """Name and kind; a rectangle is a rectangle, periodic or not, and every window of one sample is one."""
    return ("rectangular", True) if _win_length(f) == 1 or f.window == "rectangular" else (f.window, f.periodic)


def _window_gap(a: Settings, b: Settings) -> str:
    if a.window != b.window:
        return ""
    n = min(_win_length(a), _win_length(b))
    gap = np.max(np.abs(get_window(a.window, n) - get_window(a.window, n, periodic=False)))
    return f"; their samples differ by at most {gap:.1g}"


def _padding(f: Settings) -> str:
    if not f.center:
        return f"{f.name} starts at the first sample and pads nothing"
    return f"{f.name} centers its frames and continues the signal with {PADDINGS[f.pad_mode]}"


def _preparation(f: Settings) -> str:
    if not f.kaldi:
        return "unchanged"
    gain = 20 * np.log10(np.abs(1 - PREEMPHASIS * np.exp(-2j * np.pi * 100 / f.sr)))
    return f"as long as the window, without their mean, y[n] - {PREEMPHASIS} y[n-1] ({gain:+.0f} dB at 100 Hz)"


def _power(f: Settings) -> str:
    return {1.0: "magnitude", 2.0: "power"}.get(f.power, f"magnitude ** {f.power:g}")


def _bands(f: Settings) -> tuple[int, float, float | None]:
    return f.n_mels, f.bands.fmin, f.bands.fmax


def _moved_centers(a: Settings, b: Settings) -> str:
    if _bands(a) != _bands(b):
        return ""
    return f"; the center of a band moves by up to {np.max(np.abs(a.bands.corners() - b.bands.corners())):.0f} Hz"


def _lowered_levels(a: Settings, b: Settings) -> str:
    normed = a if a.norm else b
    corners = normed.bands.corners()
    loss = 10 * np.log10((corners[2:] - corners[:-2]) / 2)
    return (
        f"; that lowers {normed.name} by {loss.min():.0f} dB in the narrowest band, {loss.max():.0f} dB in the widest"
    )


def _nepers(a: Settings, b: Settings) -> str:
    is_power = {a.logarithm, b.logarithm} == {"ln", "power_db"}
    return "; 1 in the natural logarithm of power is 4.343 dB" if is_power else ""


def _output(f: Settings) -> str:
    if (f.mean, f.scale_by) == (0, 1):
        return "none"
    return f"(x {'+' if f.mean < 0 else '-'} {abs(f.mean):.4g}) / {f.scale_by:.4g}"


TOPICS = [
    Topic("sample rate", lambda f: f"{f.sr:,} Hz", (lambda f: f.sr,), _unheard),
    Topic("frame", _frame, (lambda f: (f.n_fft, _win_length(f), f.sr),)),
    Topic("hop", lambda f: _samples(f.hop_length, f), (lambda f: (f.hop_length, f.sr),)),
    Topic(
        "window",
        lambda f: f"{'periodic' if f.periodic else 'symmetric'} {f.window.capitalize()}",
        (_window,),
        _window_gap,
    ),
    Topic("padding", _padding, (lambda f: (f.center, f.pad_mode) if f.framing.padding else None,)),
    Topic("frames", _preparation, (lambda f: f.kaldi,)),
    Topic("summed in the bands", _power, (lambda f: f.power,)),
    Topic("mel bands", lambda f: "{} from {:g} to {:g} Hz".format(*_bands(f)), (_bands,)),
    Topic("mel scale", lambda f: SCALES[f.scale], (lambda f: f.scale,), _moved_centers),
    Topic("norm", lambda f: f"{NORMS[f.norm]} ({f.norm})", (lambda f: f.norm,), _lowered_levels),
    Topic("triangles", lambda f: TRIANGLES[f.triangles], (lambda f: f.triangles,)),
    Topic("units", lambda f: LOGARITHMS[f.logarithm], (lambda f: f.logarithm,), _nepers),
    Topic(  # a floor below the lower limit has no effect
        "floor",
        lambda f: f"{f.floor:.3g} {'added to everything' if f.floor_added else 'as the smallest value'}",
        (lambda f: (f.floor, f.floor_added), lambda f: (f.lowest_value(), f.floor_added and f.floor)),
    ),
    Topic(
        "range",
        lambda f: "unlimited" if f.top_db is None else f"{f.top_db:g} dB below the clip's maximum",
        (lambda f: f.top_db,),
    ),
    Topic(  # nor has a lower limit below the floor
        "limits",
        lambda f: "none" if f.clip is None else "{:g} ... {:g}".format(*f.clip),
        (lambda f: f.clip, lambda f: (f.lowest_value(), f.clip[1] if f.clip else np.inf)),
    ),
    Topic(
        "frames a clip",
        lambda f: "as many as the clip has" if f.n_frames is None else f"always {f.n_frames:,}",
        (lambda f: f.n_frames,),
    ),
    Topic("normalization", _output, (lambda f: (f.mean, f.scale_by),)),
]
