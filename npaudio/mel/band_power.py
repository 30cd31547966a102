"""The power of a signal in bands, block by block: what `melspectrogram`, `kaldi_fbank` and `Frontend` share."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from npaudio._core.types import Frames, MelSpectrogram, Waveform
from npaudio.mel.filterbank import MelBands
from npaudio.spectrum.framing import Framing

BANDS_PER_GROUP = 8


def band_power(
    y: Waveform,
    framing: Framing,
    bands: MelBands,
    *,
    power: float = 2.0,
    prepare: Callable[[Frames], Frames] | None = None,
) -> MelSpectrogram:
    """Sums of |spectrum| ** power over the bands, frame by frame: (..., n_mels, n_frames).

    A block of spectra is squared and summed into bands while it is still in the processor's cache; the whole
    spectrogram, sixteen times as large as its mel bands at n_fft = 2048, never exists. `prepare` changes the frames
    (block, frame_length) before the window.
    """
    filterbank = banded(bands, y.dtype)

    def sums(frames: Frames) -> np.ndarray:  # (block, frame_length) to (n_mels, block)
        frames = prepare(frames) if prepare else frames
        return filterbank.apply(framing.magnitudes(frames, power, y.dtype))

    return framing.map(sums, y, bands.n_mels, y.dtype)


class BandedFilterbank:
    """`filterbank @ power.T` without the zeros: neighboring bands touch few bins, so every eight take their own.

    The triangles fill about one entry in thirty of the matrix. A product for every eight bands with just the bins
    that one of them touches has a sixth of the work, and each product is too small for OpenBLAS to spread over
    threads, which would cost more than it gains.
    """

    def __init__(self, filterbank: np.ndarray, dtype: np.dtype) -> None:
        self.shape = filterbank.shape
        self.groups = []
        for first in range(0, len(filterbank), BANDS_PER_GROUP):
            rows = filterbank[first : first + BANDS_PER_GROUP].astype(dtype)  # (<= 8, n_freq)
            touched = np.flatnonzero(rows.any(axis=0))
            bins = slice(touched[0], touched[-1] + 1) if touched.size else slice(0, 1)
            self.groups.append((slice(first, first + len(rows)), bins, np.ascontiguousarray(rows[:, bins])))

    def apply(self, power: np.ndarray) -> np.ndarray:
        """The bands (n_mels, block) of `power` (block, n_freq)."""
        sums = np.empty((self.shape[0], len(power)), power.dtype)
        for bands, bins, weights in self.groups:
            np.matmul(weights, power[:, bins].T, out=sums[bands])
        return sums


@lru_cache(maxsize=32)
def banded(bands: MelBands, dtype: np.dtype) -> BandedFilterbank:
    """The filterbank in groups of bands, made once for each value and type."""
    return BandedFilterbank(bands.matrix(), dtype)
