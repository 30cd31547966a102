"""Mel-frequency cepstral coefficients. The public name is `npaudio.mfcc`."""

from typing import Literal, Unpack

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import MelSpectrogram, Waveform
from npaudio.mel.spectrogram import MelSettings, melspectrogram
from npaudio.spectrum.decibels import power_to_db

DctNorm = Literal["ortho"] | None


def mfcc(
    y: Waveform | None = None,
    *,
    sr: float = 22050,
    S: MelSpectrogram | None = None,
    n_mfcc: int = 20,
    norm: DctNorm = "ortho",
    lifter: float = 0,
    **settings: Unpack[MelSettings],
) -> MelSpectrogram:
    """Mel-frequency cepstral coefficients, as `librosa.feature.mfcc`: the cosine transform of the log-mel spectrogram.

    The transform is the DCT-II along the bands (librosa's default type, and the only one here), of decibels with the
    floor of `power_to_db` 80 dB below the maximum. The first coefficient is the level, the next few are the broad
    shape of the spectrum, and the last, which are usually dropped, its fine structure.

    Goes with lesson 02.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Signal; or give `S` instead.
    sr : float
        Sample rate in Hz.
    S : np.ndarray (..., n_mels, n_frames), optional
        A log-mel spectrogram that you have already.
    n_mfcc : int
        How many coefficients to keep, at most n_mels.
    norm : {"ortho", None}
        Orthonormal transform, or the plain sum times two (scipy's).
    lifter : float
        Above 0: multiply coefficient n by 1 + lifter / 2 * sin(pi (n + 1) / lifter), as HTK.
    **settings
        As in `npaudio.melspectrogram`.

    Returns
    -------
    np.ndarray (..., n_mfcc, n_frames)

    Raises
    ------
    ValueError
        As `melspectrogram`; more coefficients than bands; a negative lifter; settings that `S` makes useless.

    See Also
    --------
    npaudio.log_mel : the spectrogram that is transformed.
    npaudio.metrics.mel_cepstral_distortion : the distance of two sounds, computed from them.

    Examples
    --------
    A spectrum without any shape has nothing but a level:

    >>> mfcc(S=np.full((4, 1), -20.0), n_mfcc=3).round(6) + 0.0
    array([[-40.],
           [  0.],
           [  0.]])
    """
    check = Check("mfcc")
    if S is None:
        S = power_to_db(melspectrogram(y, sr=sr, **settings))
    elif y is not None or settings:
        raise check.error(f"{next(iter(settings), 'y')} has no effect on a given log-mel spectrogram S; leave it out")
    S = check.spectrogram(S, "a log-mel spectrogram in dB")
    n_mels = S.shape[-2]
    n_mfcc = check.whole_number(n_mfcc, "n_mfcc")
    if n_mfcc > n_mels:
        raise check.error(f"n_mfcc must be at most the number of bands, got {n_mfcc} > {n_mels}; raise n_mels")
    if check.number(lifter, "lifter") < 0:
        raise check.error(f"lifter must be at least 0, got {lifter!r}; 0 leaves the coefficients as they are")
    check.choice(norm, ("ortho", None), "norm")
    basis = dct_basis(n_mfcc, n_mels, norm)
    if lifter > 0:
        basis *= 1 + lifter / 2 * np.sin(np.pi * np.arange(1, n_mfcc + 1) / lifter)[:, np.newaxis]
    return basis.astype(S.dtype) @ S


def dct_basis(n_coefficients: int, n: int, norm: DctNorm = "ortho") -> np.ndarray:
    """The DCT-II as a matrix (n_coefficients, n): row k is a cosine with k half periods over the n points.

    2 cos(pi k (2 j + 1) / 2n), and with norm="ortho" scaled so that the rows have length one.
    """
    k, j = np.ogrid[:n_coefficients, :n]
    basis = 2 * np.cos(np.pi * k * (2 * j + 1) / (2 * n))
    if norm == "ortho":
        basis *= np.where(k == 0, np.sqrt(1 / (4 * n)), np.sqrt(1 / (2 * n)))
    return basis
