r"""Mel spectrograms: the power of a spectrogram summed in bands that follow the ear's sense of pitch.

A filterbank is a matrix of triangles, one row a band; applying it is one matrix product:

    M = filterbank @ |stft(y)| ** 2             (n_mels, n_frames) = (n_mels, n_freq) @ (n_freq, n_frames)

Conventions
-----------
Frequencies are in Hz. Two mel scales are in use: "slaney" (librosa's default; linear below 1 kHz, logarithmic above)
and "htk" (2595 log10(1 + f / 700); torchaudio, the article). Two normalisations: "slaney" gives each triangle the
area of one, so that a band does not grow louder because it is wider; None gives each the height of one.
Mel spectrograms are (..., n_mels, n_frames). float32 in, float32 out.

Filterbanks and scales are written out in `npaudio/mel/filterbank.py`, Kaldi's recipe in `npaudio/mel/kaldi.py`.
"""

import numpy as np

from npaudio._core.checks import check_choice, check_floating, check_positive_int
from npaudio.mel.filterbank import (
    BandedFilterbank,
    EmptyFilterWarning,
    cached_filterbank,
    hz_to_mel,
    mel_centers,
    mel_filterbank,
    mel_to_hz,
)
from npaudio.mel.kaldi import kaldi_fbank
from npaudio.spectrum.decibels import power_to_db
from npaudio.spectrum.framing import Framing

__all__ = [
    "EmptyFilterWarning",
    "hz_to_mel",
    "kaldi_fbank",
    "log_mel",
    "mel_centers",
    "mel_filterbank",
    "mel_to_hz",
    "melspectrogram",
    "mfcc",
]


def melspectrogram(
    y: np.ndarray | None = None,
    *,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: str | np.ndarray = "hann",
    center: bool = True,
    pad_mode: str = "constant",
    power: float = 2.0,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    scale: str = "slaney",
    norm: str | None = "slaney",
    triangles: str = "exact",
) -> np.ndarray:
    """Mel spectrogram of a signal, as `librosa.feature.melspectrogram` with the same defaults.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Signal; or give `S` instead.
    sr : float
        Sampling rate in Hz.
    S : np.ndarray (..., n_freq, n_frames), optional
        A spectrogram that you have already, in the power you want; then only the filterbank is applied.
    n_fft, hop_length, win_length, window, center, pad_mode
        As in `npaudio.stft`.
    power : float
        Exponent of the magnitude: 2 for power, 1 for magnitude.
    n_mels, fmin, fmax, scale, norm, triangles
        As in `npaudio.mel_filterbank`.

    Returns
    -------
    np.ndarray (..., n_mels, n_frames)
        Not negative; silence gives zeros.

    Raises
    ------
    ValueError
        A signal or a setting that `stft` or `mel_filterbank` refuse; neither or both of y and S.
    """
    if (y is None) == (S is None):
        raise ValueError("melspectrogram: give either a signal y or a spectrogram S, and not both")
    if S is not None:
        S = check_spectrogram(S, caller="melspectrogram")
        n_fft = 2 * (S.shape[-2] - 1)
    filterbank = cached_filterbank(
        sr=sr, n_fft=n_fft, n_mels=n_mels, fmin=fmin, fmax=fmax, scale=scale, norm=norm, triangles=triangles
    )
    if S is not None:
        return filterbank.astype(S.dtype) @ S
    framing = Framing.checked(
        caller="melspectrogram",
        n_fft=n_fft,
        hop_length=hop_length,
        win_length=win_length,
        window=window,
        center=center,
        pad_mode=pad_mode,
    )
    y = framing.check(y, caller="melspectrogram")  # type: ignore[arg-type]
    return filtered_power(y, framing, filterbank, power)


def filtered_power(y: np.ndarray, framing: Framing, filterbank: np.ndarray, power: float) -> np.ndarray:
    """Bands of |spectrum| ** power of every frame, block by block: (..., n_mels, n_frames).

    A block of spectra is squared and summed into bands while it is still in the processor's cache; the whole
    spectrogram, sixteen times as large as its mel bands at n_fft = 2048, never exists.
    """
    bands = BandedFilterbank(filterbank, y.dtype)
    mel = np.empty((*y.shape[:-1], len(filterbank), framing.n_frames(y.shape[-1])), y.dtype)
    for item in np.ndindex(y.shape[:-1]):
        for which, spectra in framing.spectra(y[item]):
            bands.apply(magnitude_power(spectra, power, y.dtype), mel[item][:, which])
    return mel


def magnitude_power(spectra: np.ndarray, power: float, dtype: np.dtype) -> np.ndarray:
    """|spectra| ** power as `dtype`, without a square root where the power is 2."""
    spectra = spectra.astype(np.result_type(dtype, np.complex64), copy=False)
    if power == 2:
        squares = spectra.real**2
        squares += spectra.imag**2
        return squares
    magnitude = np.abs(spectra)
    return magnitude if power == 1 else magnitude**power


def log_mel(
    y: np.ndarray,
    *,
    sr: float = 22050,
    ref: float = 1.0,
    amin: float = 1e-10,
    top_db: float | None = None,
    **settings: object,
) -> np.ndarray:
    """Mel spectrogram in decibels: `power_to_db(melspectrogram(y, sr=sr, **settings))`.

    Unlike `power_to_db`, nothing is cut off below the maximum unless you ask for it: with `top_db=None` the same
    frame gives the same numbers whatever else is in the clip.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Signal.
    sr : float
        Sampling rate in Hz.
    ref, amin, top_db
        As in `npaudio.power_to_db`.
    **settings
        As in `npaudio.melspectrogram`.

    Returns
    -------
    np.ndarray (..., n_mels, n_frames)
        dB; silence is 10 log10(amin / ref), -100 dB by default.

    Raises
    ------
    ValueError
        As `melspectrogram` and `power_to_db`.
    """
    mel = melspectrogram(y, sr=sr, **settings)  # type: ignore[arg-type]
    return power_to_db(mel, ref=ref, amin=amin, top_db=top_db)


def mfcc(
    y: np.ndarray | None = None,
    *,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_mfcc: int = 20,
    norm: str | None = "ortho",
    lifter: float = 0,
    **settings: object,
) -> np.ndarray:
    """Mel-frequency cepstral coefficients, as `librosa.feature.mfcc`: the cosine transform of the log-mel spectrogram.

    The transform is the DCT-II along the bands (librosa's default type, and the only one here), of decibels with the
    floor of `power_to_db` 80 dB below the maximum. The first coefficient is the loudness, the next few are the broad
    shape of the spectrum, the last the fine structure that is thrown away.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Signal; or give `S` instead.
    sr : float
        Sampling rate in Hz.
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
        As `melspectrogram`; more coefficients than bands; a negative lifter.
    """
    if S is None:
        S = power_to_db(melspectrogram(y, sr=sr, **settings))  # type: ignore[arg-type]
    S = check_spectrogram(S, caller="mfcc", what="a log-mel spectrogram in dB")
    n_mels = S.shape[-2]
    n_mfcc = check_positive_int(n_mfcc, caller="mfcc", name="n_mfcc")
    if n_mfcc > n_mels:
        raise ValueError(f"mfcc: n_mfcc must be at most the number of bands, got {n_mfcc} > {n_mels}; raise n_mels")
    basis = dct_basis(n_mfcc, n_mels, norm)
    if not lifter >= 0:
        raise ValueError(f"mfcc: lifter must be at least 0, got {lifter!r}; 0 leaves the coefficients as they are")
    if lifter > 0:
        basis *= 1 + lifter / 2 * np.sin(np.pi * np.arange(1, n_mfcc + 1) / lifter)[:, np.newaxis]
    return basis.astype(S.dtype) @ S


def dct_basis(n_coefficients: int, n: int, norm: str | None = "ortho") -> np.ndarray:
    """The DCT-II as a matrix (n_coefficients, n): row k is the cosine with k half periods over the n points.

    2 cos(pi k (2 j + 1) / 2n), and with norm="ortho" scaled so that the rows have length one.
    """
    check_choice(str(norm), ["ortho", "None"], caller="mfcc", name="norm")
    k, j = np.ogrid[:n_coefficients, :n]
    basis = 2 * np.cos(np.pi * k * (2 * j + 1) / (2 * n))
    if norm == "ortho":
        basis *= np.where(k == 0, np.sqrt(1 / (4 * n)), np.sqrt(1 / (2 * n)))
    return basis


def check_spectrogram(S: np.ndarray, *, caller: str, what: str = "a real spectrogram") -> np.ndarray:
    """Return `S` (..., n_freq, n_frames) as a real float array with at least two axes."""
    if np.iscomplexobj(S):
        raise ValueError(
            f"{caller}: S must be {what}, got complex numbers of shape {np.shape(S)}; take np.abs(S) first"
        )
    S = check_floating(S, caller=caller, name="S")
    if S.ndim < 2 or S.size == 0:
        raise ValueError(f"{caller}: S must be {what} with shape (..., n_freq, n_frames), got shape {S.shape}")
    return S
