"""The settings of a front end as one value, checked when it is made."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from npaudio._core.checks import Check, settle
from npaudio.mel.filterbank import MelBands, MelNorm, Triangles
from npaudio.mel.scales import MelScale
from npaudio.spectrum.decibels import checked_top_db
from npaudio.spectrum.framing import Framing, PadMode
from npaudio.spectrum.windows import Window, get_window

Logarithm = Literal["power_db", "amplitude_db", "ln", "none"]

WHOLE_NUMBERS = ("sr", "n_fft", "hop_length", "win_length", "n_mels", "n_frames")
NUMBERS = ("power", "fmin", "fmax", "floor", "top_db", "mean", "scale_by")
MAY_BE_NONE = {"win_length", "n_frames", "fmax", "top_db"}

# Function and factor of each kind of logarithm.
LOGARITHMS = {
    "power_db": (np.log10, 10.0),
    "amplitude_db": (np.log10, 20.0),
    "ln": (np.log, 1.0),
    "none": (np.positive, 1.0),
}
STEPS = {
    "frames": ("n_fft", "hop_length", "win_length", "window", "periodic", "center", "pad_mode", "kaldi"),
    "bands": ("power", "n_mels", "fmin", "fmax", "scale", "norm", "triangles"),
    "logarithm": ("logarithm", "floor", "floor_added", "top_db", "clip"),
    "output": ("n_frames", "mean", "scale_by"),
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings that `Frontend` describes. Frames and bands are computed from them once."""

    name: str = "custom"
    sr: int = 16000
    n_fft: int = 1024
    hop_length: int = 512
    win_length: int | None = None
    window: Window = "hann"
    periodic: bool = True
    center: bool = True
    pad_mode: PadMode = "constant"
    kaldi: bool = False
    power: float = 2.0
    n_mels: int = 64
    fmin: float = 0.0
    fmax: float | None = None
    scale: MelScale = "slaney"
    norm: MelNorm = "slaney"
    triangles: Triangles = "exact"
    logarithm: Logarithm = "power_db"
    floor: float = 1e-10
    floor_added: bool = False
    top_db: float | None = None
    clip: tuple[float, float] | None = None
    n_frames: int | None = None
    mean: float = 0.0
    scale_by: float = 1.0

    def __post_init__(self) -> None:
        check = Check("Frontend")
        self._settle(check)
        check.choice(self.window, get_args(Window), "window")
        check.choice(self.logarithm, get_args(Logarithm), "logarithm")
        checked_top_db(check, self.top_db)
        if self.logarithm != "none" or self.floor < 0:  # a logarithm of 0 is infinite
            check.positive(self.floor, "floor")
        check.positive(self.power, "power")
        if self.scale_by == 0:
            raise check.error("scale_by must not be 0, as the result is divided by it; 1 leaves the result as it is")
        _ = self.framing, self.bands  # refuses impossible ones now, and not at the first clip
        if not self.kaldi:  # one of Kaldi's bands is usually empty
            self.bands.warn_if_empty(stacklevel=4)

    @cached_property
    def framing(self) -> Framing:
        """How a waveform is cut into frames. Kaldi's are as long as the window, and zeros follow each up to n_fft."""
        window = get_window(self.window, self.win_length or self.n_fft, periodic=self.periodic)
        framing = Framing.checked(
            Check("Frontend"), self.n_fft, self.hop_length, self.win_length, window, self.center, self.pad_mode
        )
        return replace(framing, window=window) if self.kaldi else framing

    @cached_property
    def bands(self) -> MelBands:
        """Which frequencies are summed."""
        frequencies = self.sr, self.n_fft, self.n_mels, self.fmin, self.fmax
        return MelBands(*frequencies, self.scale, self.norm, self.triangles, caller="Frontend")

    def lowest_value(self) -> float:
        """What silence gives before it is normalized: the floor's logarithm, or the lower limit if that is higher."""
        logarithm, factor = LOGARITHMS[self.logarithm]
        lowest = factor * float(logarithm(self.floor))
        return lowest if self.clip is None else max(lowest, self.clip[0])

    def __str__(self) -> str:
        """Table of the settings, grouped by step."""
        rate = f"{self.sr:,} Hz, a frame every {1000 * self.hop_length / self.sr:.4g} ms"
        lines = [f"Frontend {self.name!r}: {rate}"]
        for step, names in STEPS.items():
            settings = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
            lines.append(f"  {step:<11}{settings}")
        return "\n".join(lines)

    def _settle(self, check: Check) -> None:
        """Convert NumPy's numbers to Python's, so that equal settings print the same, and refuse anything else."""
        for names, convert in ((WHOLE_NUMBERS, check.whole_number), (NUMBERS, check.number)):
            for name in names:
                value = getattr(self, name)
                if value is not None or name not in MAY_BE_NONE:
                    settle(self, **{name: convert(value, name)})
        if self.clip is not None:
            settle(self, clip=_limits(check, self.clip))


def _limits(check: Check, clip: object) -> tuple[float, float]:
    """Two numbers in order."""
    if not isinstance(clip, tuple | list) or len(clip) != 2:
        raise check.error(f"clip must be two numbers (lowest, highest), got {clip!r}")
    low, high = (check.number(limit, "a limit of clip") for limit in clip)
    if low > high:
        raise check.error(f"clip must name the lowest value first, got {clip!r}; pass ({high:g}, {low:g})")
    return low, high
