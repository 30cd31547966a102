"""Frames: the signal cut into overlapping pieces, handed out in blocks. The public name is `npaudio.frame`.

Every short-time analysis of the library stands on `Framing.map`. An hour of sound never needs an hour of frames in
memory: about 128 frames at a time are cut, windowed and transformed while they are in the processor's cache.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypedDict, get_args

import numpy as np
from numpy.typing import DTypeLike

from npaudio._core.checks import Check
from npaudio._core.continuation import PadMode, continued
from npaudio._core.types import Frames, Spectrogram, Waveform
from npaudio.spectrum.windows import Window, window_in_frame

PAD_MODES: tuple[PadMode, ...] = get_args(PadMode)
FRAMES_PER_BLOCK = 128


class FrameSettings(TypedDict, total=False):
    """The settings of frames that `npaudio.stft` describes."""

    n_fft: int
    hop_length: int | None
    win_length: int | None
    window: Window | np.ndarray
    center: bool
    pad_mode: PadMode


def frame(y: np.ndarray, *, frame_length: int, hop_length: int) -> np.ndarray:
    """Overlapping frames of a signal, (..., frame_length, n_frames), as `librosa.util.frame`: a view, not a copy.

    Frame t holds the samples t * hop_length ... t * hop_length + frame_length - 1; samples after the last whole frame
    are left out. The view is read-only, because its frames share their samples.

    Explained in lesson 01.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Signal of any type.
    frame_length, hop_length : int
        Length of a frame, and distance from one to the next, in samples.

    Returns
    -------
    np.ndarray (..., frame_length, 1 + (n_samples - frame_length) // hop_length)

    Raises
    ------
    ValueError
        The signal is shorter than a frame, or a length is below 1.

    See Also
    --------
    npaudio.stft : the spectrum of each frame.

    Examples
    --------
    >>> frame(np.arange(6), frame_length=4, hop_length=2)
    array([[0, 2],
           [1, 3],
           [2, 4],
           [3, 5]])
    """
    check = Check("frame")
    frame_length = check.whole_number(frame_length, "frame_length")
    hop_length = check.whole_number(hop_length, "hop_length")
    y = check.array(y, "y")
    if y.ndim == 0 or y.shape[-1] < frame_length:
        raise check.error(
            f"y with shape {y.shape} is shorter than one frame of {frame_length} samples; "
            "pad it with npaudio.fix_length, or take a shorter frame_length"
        )
    windows = np.lib.stride_tricks.sliding_window_view(y, frame_length, axis=-1)  # (..., n - frame_length + 1, length)
    return windows[..., ::hop_length, :].swapaxes(-1, -2)


@dataclass(frozen=True, eq=False)
class Framing:
    """How a signal is cut into frames: the settings of `npaudio.stft` as one value."""

    n_fft: int  # samples in a transform
    hop_length: int
    window: np.ndarray  # (frame_length,): as long as the transform, or shorter if zeros are to follow each frame
    center: bool
    pad_mode: PadMode

    @classmethod
    def checked(
        cls,
        check: Check,
        n_fft: int = 2048,
        hop_length: int | None = None,
        win_length: int | None = None,
        window: Window | np.ndarray = "hann",
        center: bool = True,
        pad_mode: PadMode = "constant",
    ) -> "Framing":
        """Fill in librosa's defaults (win_length = n_fft, hop_length = win_length // 4); refuse impossible settings."""
        n_fft = check.whole_number(n_fft, "n_fft")
        win_length = check.whole_number(n_fft if win_length is None else win_length, "win_length")
        hop_length = check.whole_number(max(1, win_length // 4) if hop_length is None else hop_length, "hop_length")
        check.choice(pad_mode, PAD_MODES, "pad_mode")
        if win_length > n_fft:
            raise check.error(
                f"win_length must be at most n_fft, got {win_length} > {n_fft}; "
                f"raise n_fft to {win_length}, or shorten the window"
            )
        return cls(n_fft, hop_length, window_in_frame(window, win_length, n_fft, check), center, pad_mode)

    @classmethod
    def of_features(cls, check: Check, settings: FrameSettings) -> "Framing":
        """The frames of features, as in librosa: those of `stft`, but a hop_length of 512 unless another is given."""
        _check_names(check, settings)
        return cls.checked(check, **{"hop_length": 512, **settings})  # type: ignore[arg-type]

    @property
    def frame_length(self) -> int:
        """Samples in a frame."""
        return len(self.window)

    @property
    def padding(self) -> int:
        """How many samples precede the first one."""
        return self.frame_length // 2 if self.center else 0

    @property
    def shortest(self) -> int:
        """How many samples a signal needs to have a frame."""
        return 1 if self.center else self.frame_length

    def n_frames(self, n_samples: int) -> int:
        """How many frames a signal of this length has."""
        return 1 + (n_samples + 2 * self.padding - self.frame_length) // self.hop_length

    def map(
        self,
        work: Callable[[Frames], np.ndarray],
        y: Waveform,
        n_values: int,
        dtype: DTypeLike,
        *,
        frames_first: bool = False,
    ) -> np.ndarray:
        """The results of `work` for all frames of a signal, computed block by block: (..., n_values, n_frames).

        `work` takes a block of frames (block, frame_length), not yet windowed, and returns (n_values, block). With
        `frames_first` the values of one frame lie side by side in memory, which suits spectra.
        """
        shape, n_frames = y.shape[:-1], self.n_frames(y.shape[-1])
        if frames_first:
            values = np.empty((*shape, n_frames, n_values), dtype).swapaxes(-1, -2)
        else:
            values = np.empty((*shape, n_values, n_frames), dtype)
        for item in np.ndindex(shape):
            for which, frames in self.blocks(y[item]):
                values[item][:, which] = work(frames)
        return values

    def blocks(self, y: Waveform) -> Iterator[tuple[slice, Frames]]:
        """Pairs of (which frames, their samples (block, frame_length)) of the one signal `y` (n_samples,).

        The frames of a block share its samples, which are float64 whatever the signal is: NumPy transforms float64 as
        quickly as float32, and float32 up to four times more slowly when its buffers are badly aligned in memory.
        """
        n_frames = self.n_frames(y.shape[-1])
        for first in range(0, n_frames, FRAMES_PER_BLOCK):
            last = min(first + FRAMES_PER_BLOCK, n_frames)
            start = first * self.hop_length - self.padding
            stop = (last - 1) * self.hop_length - self.padding + self.frame_length
            samples = np.ascontiguousarray(continued(y, start, stop, self.pad_mode), np.float64)
            shape, strides = (last - first, self.frame_length), (self.hop_length * 8, 8)  # bytes
            frames = np.ndarray(shape, np.float64, samples, strides=strides)  # as_strided takes four times as long
            frames.flags.writeable = False
            yield slice(first, last), frames

    def spectra(self, frames: Frames, dtype: DTypeLike) -> np.ndarray:
        """The spectrum of each frame, (block, n_freq), complex64 or complex128 as fits signals of `dtype`."""
        parts = np.fft.rfft(frames * self.window, self.n_fft).view(np.float64)  # (block, 2 n_freq): real, imaginary ...
        return parts.astype(dtype, copy=False).view(np.result_type(dtype, np.complex64))


def transform_length(check: Check, S: Spectrogram, settings: FrameSettings) -> int:
    """The n_fft of a spectrogram that was given instead of a signal: as given, or the even one that fits.

    The other settings of frames would have no effect, and are refused.
    """
    _check_names(check, settings)
    for name in settings:
        if name != "n_fft":
            raise check.error(f"{name} has no effect on a spectrogram S, whose frames were cut already; leave it out")
    n_fft = check.whole_number(settings.get("n_fft", max(1, 2 * S.shape[-2] - 2)), "n_fft")
    check_bins(check, S, n_fft)
    return n_fft


def check_bins(check: Check, S: Spectrogram, n_fft: int, name: str = "n_fft") -> None:
    """Refuse a spectrogram whose number of frequencies is not that of a transform of this length."""
    n_freq = S.shape[-2]
    if n_freq != n_fft // 2 + 1:
        raise check.error(
            f"{name}={n_fft} belongs to {n_fft // 2 + 1} frequencies, but S has {n_freq}; "
            f"pass {name}={2 * n_freq - 2} or {2 * n_freq - 1}"
        )


def _check_names(check: Check, settings: FrameSettings) -> None:
    known = FrameSettings.__annotations__
    for name in settings:
        if name not in known:
            raise TypeError(f"{check.caller}: unknown argument {name!r}; the frame settings are {', '.join(known)}")
