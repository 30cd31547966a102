"""What differs between two front ends, in words, for `Frontend.diff`.

Each group of settings has one function that looks at both recipes and returns a sentence, or None if it finds no
difference. Where the consequence can be computed (a shift of all levels, a longer step, bands that move), it is.
"""

from collections.abc import Callable

import numpy as np

from npaudio.frontend.settings import Settings
from npaudio.mel.kaldi import PREEMPHASIS
from npaudio.mel.scales import mel_centers
from npaudio.spectrum.windows import get_window

LOGARITHM_WORDS = {
    "power_db": "decibels of power, 10 log10",
    "amplitude_db": "decibels of amplitude, 20 log10",
    "ln": "the natural logarithm",
    "none": "no logarithm",
}
TRIANGLE_WORDS = {
    "exact": "straight sides over Hz, exact corners",
    "rounded": "straight sides over Hz, corners rounded down to bins",
    "mel": "straight sides over mels",
}
PADDING_WORDS = {"constant": "zeros", "reflect": "its mirror image", "edge": "its last value"}


def describe_differences(a: Settings, b: Settings) -> str:
    """One line a difference, under a headline with both names."""
    sentences = [sentence for find in _FINDERS if (sentence := find(a, b))]
    if not sentences:
        return f"{a.name} and {b.name}: the same recipe"
    count = f"{len(sentences)} difference{'s' if len(sentences) > 1 else ''}"
    return "\n".join([f"{a.name} against {b.name}: {count}", *(f"  - {sentence}" for sentence in sentences)])


def _rate(a: Settings, b: Settings) -> str | None:
    if a.sr == b.sr:
        return None
    lower = min(a.sr, b.sr)
    return f"sample rate: {a.sr:,} Hz against {b.sr:,} Hz; above {lower / 2:,.0f} Hz only one of them hears anything"


def _frames(a: Settings, b: Settings) -> str | None:
    if (a.n_fft, _win_length(a), a.sr) == (b.n_fft, _win_length(b), b.sr):
        return None
    return f"frame: {_frame_words(a)} against {_frame_words(b)}"


def _hop(a: Settings, b: Settings) -> str | None:
    if (a.hop_length, a.sr) == (b.hop_length, b.sr):
        return None
    steps = [f"{f.hop_length} samples ({1000 * f.hop_length / f.sr:.4g} ms)" for f in (a, b)]
    return f"hop: a frame every {steps[0]} against {steps[1]}"


def _window(a: Settings, b: Settings) -> str | None:
    if _window_kind(a) == _window_kind(b):
        return None
    names = [f"{'periodic' if f.periodic else 'symmetric'} {f.window.capitalize()}" for f in (a, b)]
    consequence = "" if a.window != b.window else f"; their samples differ by at most {_window_gap(a, b):.1g}"
    return f"window: {names[0]} against {names[1]}{consequence}"


def _window_kind(f: Settings) -> tuple[str, bool]:
    """Name and kind; a rectangle is a rectangle, periodic or not, and every window of one sample is one."""
    if f.window == "rectangular" or _win_length(f) == 1:
        return "rectangular", True
    return f.window, f.periodic


def _padding(a: Settings, b: Settings) -> str | None:
    ours, theirs = [(f.center, f.pad_mode) if f.framing.padding else None for f in (a, b)]
    if ours == theirs:
        return None
    return f"padding: {_padding_words(a)} against {_padding_words(b)}"


def _kaldi(a: Settings, b: Settings) -> str | None:
    if a.kaldi == b.kaldi:
        return None
    kaldi, other = (a, b) if a.kaldi else (b, a)
    return (
        f"frames: {kaldi.name} takes frames as long as the window, removes the mean of each and emphasizes the treble "
        f"(y[n] - {PREEMPHASIS} y[n-1], {_emphasis_db(100, kaldi.sr):+.0f} dB at 100 Hz); {other.name} does not"
    )


def _power(a: Settings, b: Settings) -> str | None:
    if a.power == b.power:
        return None
    names = [{1.0: "magnitude", 2.0: "power"}.get(f.power, f"magnitude ** {f.power:g}") for f in (a, b)]
    return f"summed in the bands: {names[0]} against {names[1]}"


def _bands(a: Settings, b: Settings) -> str | None:
    ours, theirs = _band_range(a), _band_range(b)
    if (a.n_mels, *ours) == (b.n_mels, *theirs):
        return None
    words = [f"{f.n_mels} from {low:g} to {high:g} Hz" for f, (low, high) in ((a, ours), (b, theirs))]
    return f"mel bands: {words[0]} against {words[1]}"


def _scale(a: Settings, b: Settings) -> str | None:
    if a.scale == b.scale:
        return None
    sentence = f"mel scale: {_scale_word(a)} against {_scale_word(b)}"
    if (a.n_mels, *_band_range(a)) == (b.n_mels, *_band_range(b)):
        gap = np.max(np.abs(_centers(a) - _centers(b)))
        sentence += f"; the center of a band moves by up to {gap:.0f} Hz"
    return sentence


def _norm(a: Settings, b: Settings) -> str | None:
    if a.norm == b.norm:
        return None
    with_norm, without = (a, b) if a.norm else (b, a)
    lowest_gain, highest_gain = _norm_db(with_norm)
    return (
        f"norm: {with_norm.name} divides each band by half its width in Hz (slaney), {without.name} does not (None); "
        f"that lowers {with_norm.name} by {-highest_gain:.0f} dB in the narrowest band, "
        f"{-lowest_gain:.0f} dB in the widest"
    )


def _triangles(a: Settings, b: Settings) -> str | None:
    if a.triangles == b.triangles:
        return None
    return f"triangles: {TRIANGLE_WORDS[a.triangles]} against {TRIANGLE_WORDS[b.triangles]}"


def _unit(a: Settings, b: Settings) -> str | None:
    if a.logarithm == b.logarithm:
        return None
    sentence = f"units: {LOGARITHM_WORDS[a.logarithm]} against {LOGARITHM_WORDS[b.logarithm]}"
    if {a.logarithm, b.logarithm} == {"ln", "power_db"}:
        sentence += "; 1 in the natural logarithm of power is 4.343 dB"
    return sentence


def _floor(a: Settings, b: Settings) -> str | None:
    ours, theirs = [(f.lowest_value(), f.floor if f.floor_added else 0.0) for f in (a, b)]
    if ours == theirs or (a.floor, a.floor_added) == (b.floor, b.floor_added):
        return None
    return f"floor: {_floor_words(a)} against {_floor_words(b)}"


def _range(a: Settings, b: Settings) -> str | None:
    if a.top_db == b.top_db:
        return None
    words = ["unlimited" if f.top_db is None else f"{f.top_db:g} dB below the clip's maximum" for f in (a, b)]
    return f"range: {words[0]} against {words[1]}"


def _limits(a: Settings, b: Settings) -> str | None:
    ours, theirs = [(f.lowest_value(), f.clip[1] if f.clip else np.inf) for f in (a, b)]
    if ours == theirs or a.clip == b.clip:
        return None
    words = ["none" if f.clip is None else f"{f.clip[0]:g} ... {f.clip[1]:g}" for f in (a, b)]
    return f"limits of the values: {words[0]} against {words[1]}"


def _output(a: Settings, b: Settings) -> str | None:
    if (a.mean, a.scale_by) == (b.mean, b.scale_by):
        return None
    words = ["as it is" if (f.mean, f.scale_by) == (0, 1) else f"(x - {f.mean:.4g}) / {f.scale_by:.4g}" for f in (a, b)]
    return f"normalization: {words[0]} against {words[1]}".replace("- -", "+ ")


def _length(a: Settings, b: Settings) -> str | None:
    if a.n_frames == b.n_frames:
        return None
    words = ["as many as the clip has" if f.n_frames is None else f"always {f.n_frames:,}" for f in (a, b)]
    return f"frames a clip: {words[0]} against {words[1]}"


_FINDERS: list[Callable[[Settings, Settings], str | None]] = [
    _rate,
    _frames,
    _hop,
    _window,
    _padding,
    _kaldi,
    _power,
    _bands,
    _scale,
    _norm,
    _triangles,
    _unit,
    _floor,
    _range,
    _limits,
    _length,
    _output,
]


def _win_length(f: Settings) -> int:
    return f.win_length or f.n_fft


def _frame_words(f: Settings) -> str:
    length = f"{_win_length(f)} samples ({1000 * _win_length(f) / f.sr:.4g} ms)"
    padded = "" if _win_length(f) == f.n_fft else f" in a transform of {f.n_fft}"
    return f"{length}{padded}, a bin every {f.sr / f.n_fft:.4g} Hz"


def _window_gap(a: Settings, b: Settings) -> float:
    n = min(_win_length(a), _win_length(b))
    return float(np.max(np.abs(get_window(a.window, n) - get_window(a.window, n, periodic=False))))


def _padding_words(f: Settings) -> str:
    if not f.center:
        return f"{f.name} starts at the first sample and pads nothing"
    return f"{f.name} centers its frames and continues the signal with {PADDING_WORDS[f.pad_mode]}"


def _emphasis_db(frequency: float, sr: float) -> float:
    """Gain in dB of pre-emphasis at a frequency."""
    return float(20 * np.log10(np.abs(1 - PREEMPHASIS * np.exp(-2j * np.pi * frequency / sr))))


def _band_range(f: Settings) -> tuple[float, float]:
    return f.fmin, f.sr / 2 if f.fmax is None else f.fmax


def _centers(f: Settings) -> np.ndarray:
    low, high = _band_range(f)
    return mel_centers(n_mels=f.n_mels, fmin=low, fmax=high, scale=f.scale)


def _norm_db(f: Settings) -> tuple[float, float]:
    """Smallest and largest gain in dB that Slaney's norm gives to a band."""
    low, high = _band_range(f)
    centers = np.concatenate([[low], _centers(f), [high]])
    gains = 10 * np.log10(2 / (centers[2:] - centers[:-2]))
    return float(gains.min()), float(gains.max())


def _scale_word(f: Settings) -> str:
    return {"htk": "HTK", "slaney": "Slaney"}[f.scale]


def _floor_words(f: Settings) -> str:
    return f"{f.floor:.3g} {'added to everything' if f.floor_added else 'as the smallest value'}"
