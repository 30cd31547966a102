"""Windows and frames: the signal cut into overlapping pieces, faded in and out, handed out in blocks.

The public names are `npaudio.get_window` and `npaudio.frame`. `Framing` is what every short-time analysis of the
library stands on: an hour of sound never needs an hour of frames in memory, because its frames are cut, windowed and
transformed about 128 at a time, which stay in the processor's cache.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from npaudio._core.checks import check_choice, check_finite, check_positive_int, check_waveform

PAD_MODES = ("constant", "reflect", "edge")
FRAMES_PER_BLOCK = 128

# Each window is a sum of a few cosines: w[n] = a0 - a1 cos(2 pi n / N) + a2 cos(4 pi n / N).
_COSINE_WINDOWS = {
    "hann": (0.5, 0.5, 0.0),
    "hamming": (0.54, 0.46, 0.0),
    "blackman": (0.42, 0.5, 0.08),
    "rectangular": (1.0, 0.0, 0.0),
}


def get_window(window: str, n: int, *, periodic: bool = True, dtype: type = np.float64) -> np.ndarray:
    """Window function of `n` samples, periodic unless asked otherwise, as in `librosa.filters.get_window`.

    librosa and scipy call the switch `fftbins`. A *periodic* window is one period of the cosine: its copies add up to
    a constant when they overlap, which is what a spectrum and its inverse want. A *symmetric* one (`np.hanning`, the
    article) repeats its first sample as its last, and is meant for designing filters.

    Parameters
    ----------
    window : {"hann", "hamming", "blackman", "rectangular"}
        Shape of the window.
    n : int
        Number of samples. One sample gives [1.].
    periodic : bool
        Periodic (divide by n) or symmetric (divide by n - 1).
    dtype : numpy type
        Type of the result.

    Returns
    -------
    np.ndarray (n,)

    Raises
    ------
    ValueError
        Unknown name, or n < 1.

    Examples
    --------
    >>> get_window("hann", 4)
    array([0. , 0.5, 1. , 0.5])
    """
    check_choice(window, _COSINE_WINDOWS, caller="get_window", name="window")
    n = check_positive_int(n, caller="get_window", name="n")
    if n == 1:
        return np.ones(1, dtype)
    a0, a1, a2 = _COSINE_WINDOWS[window]
    angle = 2 * np.pi * np.arange(n) / (n if periodic else n - 1)
    return (a0 - a1 * np.cos(angle) + a2 * np.cos(2 * angle)).astype(dtype)


def frame(y: np.ndarray, *, frame_length: int, hop_length: int) -> np.ndarray:
    """Overlapping frames of a signal, (..., frame_length, n_frames), as `librosa.util.frame`: a view, not a copy.

    Frame t holds the samples t * hop_length ... t * hop_length + frame_length - 1; samples after the last whole frame
    are left out. The view is read-only, because its frames share their samples.

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
    """
    frame_length = check_positive_int(frame_length, caller="frame", name="frame_length")
    hop_length = check_positive_int(hop_length, caller="frame", name="hop_length")
    y = np.asarray(y)
    if y.ndim == 0 or y.shape[-1] < frame_length:
        raise ValueError(
            f"frame: y with shape {y.shape} is shorter than one frame of {frame_length} samples; "
            "pad it with npaudio.fix_length, or take a shorter frame_length"
        )
    windows = np.lib.stride_tricks.sliding_window_view(y, frame_length, axis=-1)  # (..., n - frame_length + 1, length)
    return windows[..., ::hop_length, :].swapaxes(-1, -2)


@dataclass(frozen=True, eq=False)
class Framing:
    """How a signal is cut into windowed frames; it hands them out in blocks that stay in the processor's cache."""

    n_fft: int
    hop_length: int
    window: np.ndarray  # (n_fft,): the window, zeros beside it if it is shorter than the transform
    center: bool
    pad_mode: str

    @classmethod
    def checked(
        cls,
        *,
        caller: str,
        n_fft: int,
        hop_length: int | None,
        win_length: int | None,
        window: str | np.ndarray,
        center: bool,
        pad_mode: str,
    ) -> "Framing":
        """Fill in librosa's defaults (win_length = n_fft, hop_length = win_length // 4) and refuse what can't be."""
        n_fft = check_positive_int(n_fft, caller=caller, name="n_fft")
        win_length = n_fft if win_length is None else win_length
        win_length = check_positive_int(win_length, caller=caller, name="win_length")
        hop_length = max(1, win_length // 4) if hop_length is None else hop_length
        hop_length = check_positive_int(hop_length, caller=caller, name="hop_length")
        check_choice(pad_mode, PAD_MODES, caller=caller, name="pad_mode")
        if win_length > n_fft:
            raise ValueError(
                f"{caller}: win_length must be at most n_fft, got {win_length} > {n_fft}; "
                f"raise n_fft to {win_length}, or shorten the window"
            )
        return cls(n_fft, hop_length, _window_in_frame(window, win_length, n_fft, caller), center, pad_mode)

    @property
    def padding(self) -> int:
        """How many samples are put before the first one."""
        return self.n_fft // 2 if self.center else 0

    def check(self, y: np.ndarray, *, caller: str) -> np.ndarray:
        """Return `y` as a float array that has at least one frame."""
        return check_waveform(y, caller=caller, min_samples=1 if self.center else self.n_fft)

    def n_frames(self, n_samples: int) -> int:
        """How many frames a signal of this length has."""
        return 1 + (n_samples + 2 * self.padding - self.n_fft) // self.hop_length

    def blocks(self, y: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
        """Pairs of (which frames, their samples (block, n_fft) of the one signal `y` (n_samples,)), not yet windowed.

        The frames of a block share its samples, which are float64 whatever the signal is: NumPy transforms float64 as
        quickly as float32, and float32 up to four times more slowly when its buffers happen to lie badly in memory.
        """
        n_frames = self.n_frames(y.shape[-1])
        for first in range(0, n_frames, FRAMES_PER_BLOCK):
            last = min(first + FRAMES_PER_BLOCK, n_frames)
            start = first * self.hop_length - self.padding
            stop = (last - 1) * self.hop_length - self.padding + self.n_fft
            samples = continued(y, start, stop, self.pad_mode).astype(np.float64, copy=False)
            step = samples.strides[0]
            shape, strides = (last - first, self.n_fft), (self.hop_length * step, step)
            yield slice(first, last), np.lib.stride_tricks.as_strided(samples, shape, strides, writeable=False)

    def spectra(self, y: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
        """Pairs of (which frames, their complex128 spectra (block, n_freq)); the next block overwrites this one."""
        windowed = np.empty((FRAMES_PER_BLOCK, self.n_fft))
        spectra = np.empty((FRAMES_PER_BLOCK, self.n_fft // 2 + 1), np.complex128)
        for which, frames in self.blocks(y):
            n = len(frames)
            yield which, np.fft.rfft(np.multiply(frames, self.window, out=windowed[:n]), out=spectra[:n])


def continued(y: np.ndarray, start: int, stop: int, pad_mode: str) -> np.ndarray:
    """The samples start ... stop - 1 of `y` (n_samples,), where `y` goes on beyond both of its ends.

    "constant" goes on with zeros, "edge" with the last value, "reflect" mirrors the signal at its last sample without
    repeating it; all as `np.pad`.
    """
    n = len(y)
    if 0 <= start and stop <= n:
        return y[start:stop]
    before = _beyond(y, np.arange(start, min(stop, 0)), pad_mode)
    after = _beyond(y, np.arange(max(start, n), stop), pad_mode)
    return np.concatenate([before, y[max(start, 0) : max(stop, 0)], after])


def _beyond(y: np.ndarray, index: np.ndarray, pad_mode: str) -> np.ndarray:
    """The samples at places before or after those of `y`."""
    if pad_mode == "constant":
        return np.zeros(len(index), y.dtype)
    if pad_mode == "reflect" and len(y) > 1:
        turn = 2 * (len(y) - 1)  # there and back again
        index = np.abs((index + len(y) - 1) % turn - (len(y) - 1))
    return y[np.clip(index, 0, len(y) - 1)]


def _window_in_frame(window: str | np.ndarray, win_length: int, n_fft: int, caller: str) -> np.ndarray:
    """The window's samples in the middle of n_fft, zeros beside them: (n_fft,)."""
    if isinstance(window, str):
        check_choice(window, _COSINE_WINDOWS, caller=caller, name="window")
        samples = get_window(window, win_length)
    else:
        samples = check_finite(np.asarray(window, np.float64), caller=caller, name="window")
    if samples.shape != (win_length,):
        raise ValueError(f"{caller}: window must have shape ({win_length},) as win_length says, got {samples.shape}")
    left = (n_fft - win_length) // 2
    return np.pad(samples, (left, n_fft - win_length - left))
