"""The mel scales and their filterbanks. The public names are in `npaudio.mel`.

The scales are Slaney's (Auditory Toolbox, 1998; librosa's default) and HTK's (O'Shaughnessy 1987; Young et al., The
HTK Book). A filter is a triangle over the frequencies of the bins: it rises from the centre of the band below to its
own, and falls to the centre of the band above.
"""

import warnings
from functools import lru_cache

import numpy as np

from npaudio._core.checks import check_choice, check_positive, check_positive_int

SCALES = ("slaney", "htk")
BANDS_PER_GROUP = 8

# Slaney: 15 mels to 1000 Hz, in equal steps; above it, 27 steps for each factor of 6.4.
_SLANEY_HZ_PER_MEL = 200 / 3
_SLANEY_CORNER_HZ = 1000.0
_SLANEY_CORNER_MEL = _SLANEY_CORNER_HZ / _SLANEY_HZ_PER_MEL
_SLANEY_LOG_STEP = np.log(6.4) / 27


class EmptyFilterWarning(UserWarning):
    """Some mel bands hold no bin of the spectrum, so that they stay at zero whatever the sound."""


def hz_to_mel(frequencies: np.ndarray | float, *, scale: str = "slaney") -> np.ndarray:
    """Mels of frequencies in Hz; `scale="slaney"` as librosa by default, `scale="htk"` as its `htk=True`.

    Parameters
    ----------
    frequencies : float or np.ndarray
        Hz, not negative.
    scale : {"slaney", "htk"}
        Slaney: f / (200/3) below 1 kHz, then 15 + 27 ln(f / 1000) / ln(6.4). HTK: 2595 log10(1 + f / 700).

    Returns
    -------
    np.ndarray
        Mels, the shape of the input.

    Raises
    ------
    ValueError
        Unknown scale, or a negative frequency.

    Examples
    --------
    >>> hz_to_mel([0.0, 200.0, 1000.0, 6400.0])
    array([ 0.,  3., 15., 42.])
    """
    check_choice(scale, SCALES, caller="hz_to_mel", name="scale")
    f = np.asarray(frequencies, np.float64)
    if np.any(f < 0):
        raise ValueError(f"hz_to_mel: frequencies must not be negative, got {f.min()} Hz")
    if scale == "htk":
        return np.asarray(2595 * np.log10(1 + f / 700))
    octaves = np.log(np.maximum(f, _SLANEY_CORNER_HZ) / _SLANEY_CORNER_HZ)
    return np.minimum(f, _SLANEY_CORNER_HZ) / _SLANEY_HZ_PER_MEL + octaves / _SLANEY_LOG_STEP


def mel_to_hz(mels: np.ndarray | float, *, scale: str = "slaney") -> np.ndarray:
    """Frequencies in Hz of mels: undoes `hz_to_mel`, and differs from librosa in the name of the switch (`htk=True`).

    Parameters
    ----------
    mels : float or np.ndarray
        Mels.
    scale : {"slaney", "htk"}
        As in `hz_to_mel`.

    Returns
    -------
    np.ndarray
        Hz, the shape of the input.

    Raises
    ------
    ValueError
        Unknown scale.

    Examples
    --------
    >>> mel_to_hz([3.0, 15.0, 42.0]).round(6)
    array([ 200., 1000., 6400.])
    """
    check_choice(scale, SCALES, caller="mel_to_hz", name="scale")
    m = np.asarray(mels, np.float64)
    if scale == "htk":
        return np.asarray(700 * (10 ** (m / 2595) - 1))
    growth = np.exp(_SLANEY_LOG_STEP * np.maximum(m - _SLANEY_CORNER_MEL, 0))
    return _SLANEY_HZ_PER_MEL * np.minimum(m, _SLANEY_CORNER_MEL) * growth


def mel_filterbank(
    *,
    sr: float,
    n_fft: int,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    scale: str = "slaney",
    norm: str | None = "slaney",
    triangles: str = "exact",
    dtype: type = np.float64,
) -> np.ndarray:
    """Mel filterbank, as `librosa.filters.mel`, but in float64 unless asked otherwise, and `scale` instead of `htk`.

    Parameters
    ----------
    sr : float
        Sampling rate in Hz.
    n_fft : int
        Length of the transform that the filters are for.
    n_mels : int
        Number of bands.
    fmin, fmax : float
        Lower edge of the first band and upper edge of the last, in Hz; `fmax=None` is sr / 2.
    scale : {"slaney", "htk"}
        Mel scale on which the band centres are equally spaced.
    norm : {"slaney", None}
        "slaney" divides each triangle by half its width in Hz (area one); None leaves the height at one.
    triangles : {"exact", "rounded"}
        "exact" evaluates the triangle at each bin's frequency. "rounded" moves its three corners down to whole bins
        first, as the article and many tutorials do; narrow filters then lose a side, or everything.
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
    """
    filterbank = cached_filterbank(
        sr=sr, n_fft=n_fft, n_mels=n_mels, fmin=fmin, fmax=fmax, scale=scale, norm=norm, triangles=triangles
    )
    return filterbank.astype(dtype)


def mel_centers(*, n_mels: int, fmin: float, fmax: float, scale: str = "slaney") -> np.ndarray:
    """Centre frequencies in Hz of `n_mels` bands, as `librosa.mel_frequencies(n_mels + 2)` without its two ends.

    Parameters
    ----------
    n_mels : int
        Number of bands.
    fmin, fmax : float
        Lower edge of the first band and upper edge of the last, in Hz.
    scale : {"slaney", "htk"}
        As in `hz_to_mel`.

    Returns
    -------
    np.ndarray (n_mels,)
    """
    return _corners(n_mels, fmin, fmax, scale)[1:-1]


def cached_filterbank(
    *,
    sr: float,
    n_fft: int,
    n_mels: int,
    fmin: float,
    fmax: float | None,
    scale: str,
    norm: str | None,
    triangles: str,
) -> np.ndarray:
    """`mel_filterbank` in float64 and read-only, made once for each set of values; refuses and warns each time."""
    sr = check_positive(sr, caller="mel_filterbank", name="sr")
    n_fft = check_positive_int(n_fft, caller="mel_filterbank", name="n_fft")
    n_mels = check_positive_int(n_mels, caller="mel_filterbank", name="n_mels")
    fmax = sr / 2 if fmax is None else fmax
    _check_band(sr, fmin, fmax)
    check_choice(scale, SCALES, caller="mel_filterbank", name="scale")
    check_choice(str(norm), ("slaney", "None"), caller="mel_filterbank", name="norm")
    check_choice(triangles, _TRIANGLES, caller="mel_filterbank", name="triangles")
    filterbank = _filterbank(sr, n_fft, n_mels, fmin, fmax, scale, norm, triangles)
    _warn_of_empty_filters(filterbank, sr, n_fft, n_mels, fmin, fmax, scale, triangles)
    return filterbank


@lru_cache(maxsize=32)
def _filterbank(
    sr: float, n_fft: int, n_mels: int, fmin: float, fmax: float, scale: str, norm: str | None, triangles: str
) -> np.ndarray:
    corners = _corners(n_mels, fmin, fmax, scale)  # (n_mels + 2,)
    filterbank = _TRIANGLES[triangles](corners, sr, n_fft)  # (n_mels, n_freq)
    if norm == "slaney":
        filterbank *= (2 / (corners[2:] - corners[:-2]))[:, np.newaxis]
    filterbank.flags.writeable = False
    return filterbank


class BandedFilterbank:
    """`filterbank @ power.T` without the zeros: neighbouring bands touch few bins, so every eight take their own.

    The triangles fill about one entry in thirty of the matrix. A product for every eight bands with just the bins
    that one of them touches has a sixth of the work, and each product is too small for OpenBLAS to spread over
    threads, which would cost more than it gains.
    """

    def __init__(self, filterbank: np.ndarray, dtype: np.dtype) -> None:
        self.groups = []
        for first in range(0, len(filterbank), BANDS_PER_GROUP):
            rows = filterbank[first : first + BANDS_PER_GROUP].astype(dtype)  # (<= 8, n_freq)
            touched = np.flatnonzero(rows.any(axis=0))
            bins = slice(touched[0], touched[-1] + 1) if touched.size else slice(0, 1)
            self.groups.append((slice(first, first + len(rows)), bins, np.ascontiguousarray(rows[:, bins])))

    def apply(self, power: np.ndarray, out: np.ndarray) -> None:
        """Write the bands of `power` (block, n_freq) to `out` (n_mels, block)."""
        for bands, bins, weights in self.groups:
            np.matmul(weights, power[:, bins].T, out=out[bands])


def _corners(n_mels: int, fmin: float, fmax: float, scale: str) -> np.ndarray:
    """n_mels + 2 frequencies in Hz, equally spaced in mels: band m rises from m, peaks at m + 1, ends at m + 2."""
    low, high = hz_to_mel(np.array([fmin, fmax]), scale=scale)
    return mel_to_hz(np.linspace(low, high, n_mels + 2), scale=scale)


def _exact_triangles(corners: np.ndarray, sr: float, n_fft: int) -> np.ndarray:
    """Each triangle at the frequencies of the bins: the lower of a rising and a falling line, and never below zero."""
    bins = np.arange(n_fft // 2 + 1) * sr / n_fft  # (n_freq,)
    low, peak, high = corners[:-2, np.newaxis], corners[1:-1, np.newaxis], corners[2:, np.newaxis]
    rising = (bins - low) / (peak - low)  # (n_mels, n_freq)
    falling = (high - bins) / (high - peak)
    return np.maximum(0, np.minimum(rising, falling))


def _rounded_triangles(corners: np.ndarray, sr: float, n_fft: int) -> np.ndarray:
    """The article's filters: corners moved to bin floor((n_fft + 1) f / sr); a side between equal bins is left out."""
    filters = np.zeros((len(corners) - 2, n_fft // 2 + 1))
    corner_bins = np.floor((n_fft + 1) * corners / sr).astype(int)
    for row, (low, peak, high) in zip(filters, sliding_triples(corner_bins), strict=True):
        if peak > low:
            row[low:peak] = np.arange(peak - low) / (peak - low)
        if high > peak:
            row[peak:high] = np.arange(high - peak, 0, -1)[: len(row) - peak] / (high - peak)
    return filters


def sliding_triples(values: np.ndarray) -> np.ndarray:
    """Each three neighbours of `values`: (len - 2, 3)."""
    return np.lib.stride_tricks.sliding_window_view(values, 3)


_TRIANGLES = {"exact": _exact_triangles, "rounded": _rounded_triangles}


def _check_band(sr: float, fmin: float, fmax: float) -> None:
    if fmax > sr / 2:
        raise ValueError(
            f"mel_filterbank: fmax must be at most sr / 2 = {sr / 2:g} Hz, got {fmax:g}; above it there is no sound at "
            f"sr={sr:g}, and the bands would stay empty: lower fmax, or load the file at a higher rate"
        )
    if not 0 <= fmin < fmax:
        raise ValueError(f"mel_filterbank: fmin must be at least 0 and below fmax, got fmin={fmin:g} and fmax={fmax:g}")


def _warn_of_empty_filters(
    filterbank: np.ndarray,
    sr: float,
    n_fft: int,
    n_mels: int,
    fmin: float,
    fmax: float,
    scale: str,
    triangles: str,
) -> None:
    empty = np.count_nonzero(filterbank.max(axis=1) == 0)
    if not empty:
        return
    cure = n_fft
    while not _all_filled(_corners(n_mels, fmin, fmax, scale), sr, cure, triangles):
        cure *= 2
    warnings.warn(
        f"mel_filterbank: {empty} of {n_mels} bands hold no bin at n_fft={n_fft} and stay at zero; "
        f"n_fft={cure} would fill them all, or take fewer bands",
        EmptyFilterWarning,
        stacklevel=4,
    )


def _all_filled(corners: np.ndarray, sr: float, n_fft: int, triangles: str) -> bool:
    """Whether every band would hold a bin, told from the corners alone: the filterbank itself could be huge."""
    if triangles == "exact":
        low, high = corners[:-2] * n_fft / sr, corners[2:] * n_fft / sr
        return bool(np.all(np.floor(low) + 1 < high))
    low, peak, high = sliding_triples(np.floor((n_fft + 1) * corners / sr)).T
    return bool(np.all((peak - low >= 2) | (high > peak)))
