"""The power of a signal in bands, block by block: what `melspectrogram`, `kaldi_fbank` and `Frontend` share."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from npaudio._core.threads import one_blas_thread
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
    filterbank = banded(bands, power, y.dtype)

    def sums(frames: Frames) -> np.ndarray:  # (block, frame_length) to (n_mels, block)
        return filterbank.apply(framing.spectra(prepare(frames) if prepare else frames, y.dtype))

    with one_blas_thread():  # the products are too small to be spread over threads
        return framing.map(sums, y, bands.n_mels, y.dtype)


class BandedFilterbank:
    """`filterbank @ (abs(spectra) ** power).T` without the zeros: every eight bands take the bins that they touch.

    The triangles fill about one entry in thirty of the matrix. A product for every eight neighboring bands with just
    the bins that one of them touches has a sixth of the work.

    Power is real ** 2 + imag ** 2. Its sum over the bins of a band is a sum over both parts of all bins. So with
    power 2 each weight stands twice, once for either part, and the two are never added up bin by bin.
    """

    def __init__(self, filterbank: np.ndarray, power: float, dtype: np.dtype) -> None:
        self.n_bands, self.power = len(filterbank), power
        weights = np.repeat(filterbank, 2, axis=1) if power == 2 else filterbank
        self.groups = []
        for first in range(0, len(weights), BANDS_PER_GROUP):
            rows = weights[first : first + BANDS_PER_GROUP].astype(dtype)  # (<= 8, n_freq), or (<= 8, 2 n_freq)
            touched = np.flatnonzero(rows.any(axis=0))
            columns = slice(touched[0], touched[-1] + 1) if touched.size else slice(0, 1)
            self.groups.append((slice(first, first + len(rows)), columns, np.ascontiguousarray(rows[:, columns])))

    def apply(self, spectra: np.ndarray) -> np.ndarray:
        """The bands (n_mels, block) of complex spectra (block, n_freq)."""
        if self.power == 2:
            values = np.square(spectra.view(spectra.real.dtype))  # (block, 2 n_freq)
        else:
            values = np.abs(spectra) ** self.power
        sums = np.empty((self.n_bands, len(values)), values.dtype)
        for bands, columns, weights in self.groups:
            np.matmul(weights, values[:, columns].T, out=sums[bands])
        return sums


@lru_cache(maxsize=32)
def banded(bands: MelBands, power: float, dtype: np.dtype) -> BandedFilterbank:
    """The filterbank in groups of bands, made once for each value and type."""
    return BandedFilterbank(bands.matrix(), power, dtype)
