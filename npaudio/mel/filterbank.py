"""Mel filterbanks: a triangle over the frequencies for each band. The public names are in `npaudio.mel`.

A filter rises from the center of the band below to its own, and falls to the center of the band above.
"""

import warnings
from dataclasses import InitVar, dataclass
from functools import lru_cache
from typing import Literal, TypedDict, get_args

import numpy as np

from npaudio._core.checks import Check, settle
from npaudio.mel.scales import MelScale, equal_steps, hz_to_mel, mel_to_hz

MelNorm = Literal["slaney"] | None
Triangles = Literal["exact", "rounded", "mel"]


class EmptyFilterWarning(UserWarning):
    """Some mel bands hold no bin of the spectrum, so that they stay at zero whatever the sound."""


class BandSettings(TypedDict, total=False):
    """The settings of bands that `npaudio.mel_filterbank` describes, but for the norm."""

    n_mels: int
    fmin: float
    fmax: float | None
    scale: MelScale
    triangles: Triangles


def mel_filterbank(
    *,
    sr: float,
    n_fft: int,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    scale: MelScale = "slaney",
    norm: MelNorm = "slaney",
    triangles: Triangles = "exact",
    dtype: type = np.float64,
) -> np.ndarray:
    """Mel filterbank, as `librosa.filters.mel`, but in float64 unless asked otherwise, and `scale` instead of `htk`.

    Explained in lesson 01.

    Parameters
    ----------
    sr : float
        Sample rate in Hz.
    n_fft : int
        Length of the transform that the filters are for.
    n_mels : int
        Number of bands.
    fmin, fmax : float
        Lower edge of the first band and upper edge of the last, in Hz; `fmax=None` is sr / 2.
    scale : {"slaney", "htk"}
        Mel scale on which the band centers are equally spaced.
    norm : {"slaney", None}
        "slaney" divides each triangle by half its width in Hz (area one); None leaves the height at one.
    triangles : {"exact", "rounded", "mel"}
        "exact" evaluates the triangle at each bin's frequency. "rounded" moves its three corners down to whole bins
        first, as the article and many tutorials do; narrow filters then lose a side, or everything. "mel" draws the
        sides straight over mels and not over Hz, as Kaldi does.
    dtype : numpy type
        Type of the result.

    Returns
    -------
    np.ndarray (n_mels, n_fft // 2 + 1)

    Raises
    ------
    ValueError
        `fmax` above sr / 2, `fmin` not below `fmax`, unknown scale or norm.

    Warns
    -----
    EmptyFilterWarning
        If bands hold no bin at all; says which n_fft would give each of them one.

    See Also
    --------
    npaudio.melspectrogram : applies it to a signal.
    npaudio.mel_centers : the frequencies at which the triangles peak.

    Examples
    --------
    >>> mel_filterbank(sr=1600, n_fft=8, n_mels=3, norm=None)
    array([[0., 1., 0., 0., 0.],
           [0., 0., 1., 0., 0.],
           [0., 0., 0., 1., 0.]])
    """
    bands = MelBands(sr, n_fft, n_mels, fmin, fmax, scale, norm, triangles)
    bands.warn_if_empty(stacklevel=3)
    return bands.matrix().astype(dtype)


@dataclass(frozen=True)
class MelBands:
    """The settings of `mel_filterbank` as one value, checked when it is made. Equal values share one matrix."""

    sr: float
    n_fft: int
    n_mels: int = 128
    fmin: float = 0.0
    fmax: float | None = None
    scale: MelScale = "slaney"
    norm: MelNorm = "slaney"
    triangles: Triangles = "exact"
    caller: InitVar[str] = "mel_filterbank"  # for the sentences

    def __post_init__(self, caller: str) -> None:
        check = Check(caller)
        sr = check.positive(self.sr, "sr")
        n_fft, n_mels = check.whole_number(self.n_fft, "n_fft"), check.whole_number(self.n_mels, "n_mels")
        fmin = check.number(self.fmin, "fmin")
        fmax = sr / 2 if self.fmax is None else check.number(self.fmax, "fmax")
        _check_range(check, sr, fmin, fmax)
        check.choice(self.scale, get_args(MelScale), "scale")
        check.choice(self.norm, ("slaney", None), "norm")
        check.choice(self.triangles, get_args(Triangles), "triangles")
        settle(self, sr=sr, n_fft=n_fft, n_mels=n_mels, fmin=fmin, fmax=fmax)

    def matrix(self) -> np.ndarray:
        """The filterbank (n_mels, n_freq) in float64, read-only, made once."""
        return _filterbank(self)

    def corners_in_mels(self) -> np.ndarray:
        """Where the triangles begin, peak and end, (n_mels + 2,)."""
        return equal_steps(self.n_mels, self.fmin, self.fmax, self.scale)  # type: ignore[arg-type]

    def corners(self) -> np.ndarray:
        """The same in Hz."""
        return mel_to_hz(self.corners_in_mels(), scale=self.scale)

    def frequencies(self) -> np.ndarray:
        """Frequencies of the bins in Hz, (n_freq,)."""
        return np.arange(self.n_fft // 2 + 1) * self.sr / self.n_fft

    def warn_if_empty(self, *, stacklevel: int) -> None:
        """Warn of bands that hold no bin, and name the length of a transform that would fill them all."""
        empty = np.count_nonzero(self.matrix().max(axis=1) == 0)
        if empty:
            n_fft = self.n_fft
            while not _all_filled(self.corners(), self.sr, n_fft, self.triangles):
                n_fft *= 2
            warnings.warn(
                f"mel_filterbank: {empty} of {self.n_mels} bands hold no bin at n_fft={self.n_fft} and stay at zero; "
                f"n_fft={n_fft} would fill them all, or take fewer bands",
                EmptyFilterWarning,
                stacklevel=stacklevel,
            )


@lru_cache(maxsize=32)
def _filterbank(bands: MelBands) -> np.ndarray:
    if bands.triangles == "rounded":
        filterbank = _rounded_triangles(bands)
    elif bands.triangles == "mel":
        filterbank = _triangles(hz_to_mel(bands.frequencies(), scale=bands.scale), bands.corners_in_mels())
    else:
        filterbank = _triangles(bands.frequencies(), bands.corners())
    if bands.norm == "slaney":
        corners = bands.corners()
        filterbank *= (2 / (corners[2:] - corners[:-2]))[:, np.newaxis]
    filterbank.flags.writeable = False
    return filterbank


def _triangles(bins: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Each triangle at the bins: the lower of a rising and a falling line, and never below zero. (n_mels, n_freq)."""
    low, peak, high = corners[:-2, np.newaxis], corners[1:-1, np.newaxis], corners[2:, np.newaxis]
    rising = (bins - low) / (peak - low)
    falling = (high - bins) / (high - peak)
    return np.maximum(0, np.minimum(rising, falling))


def _rounded_triangles(bands: MelBands) -> np.ndarray:
    """The article's filters: corners moved to bin floor((n_fft + 1) f / sr); a side between equal bins is left out."""
    filters = np.zeros((bands.n_mels, bands.n_fft // 2 + 1))
    corner_bins = np.floor((bands.n_fft + 1) * bands.corners() / bands.sr).astype(int)
    for row, (low, peak, high) in zip(filters, sliding_triples(corner_bins), strict=True):
        if peak > low:
            row[low:peak] = np.arange(peak - low) / (peak - low)
        if high > peak:
            row[peak:high] = np.arange(high - peak, 0, -1)[: len(row) - peak] / (high - peak)
    return filters


def sliding_triples(values: np.ndarray) -> np.ndarray:
    """Each three neighbors of `values`: (len - 2, 3)."""
    return np.lib.stride_tricks.sliding_window_view(values, 3)


def _check_range(check: Check, sr: float, fmin: float, fmax: float) -> None:
    if fmax > sr / 2:
        raise check.error(
            f"fmax must be at most sr / 2 = {sr / 2:g} Hz, got {fmax:g}; above it there is no sound at "
            f"sr={sr:g}, and the bands would stay empty: lower fmax, or load the file at a higher rate"
        )
    if not 0 <= fmin < fmax:
        raise check.error(f"fmin must be at least 0 and below fmax, got fmin={fmin:g} and fmax={fmax:g}")


def _all_filled(corners: np.ndarray, sr: float, n_fft: int, triangles: Triangles) -> bool:
    """Whether every band would hold a bin, judged by the corners alone: the filterbank itself could be huge."""
    if triangles == "rounded":
        low, peak, high = sliding_triples(np.floor((n_fft + 1) * corners / sr)).T
        return bool(np.all((peak - low >= 2) | (high > peak)))
    low, high = corners[:-2] * n_fft / sr, corners[2:] * n_fft / sr
    return bool(np.all(np.floor(low) + 1 < high))
