r"""Mel spectrograms: the power of a spectrogram summed in bands that are spaced as pitch is heard.

A filterbank is a matrix of triangles, one row per band; applying it is one matrix product:

    M = filterbank @ |stft(y)| ** 2             (n_mels, n_frames) = (n_mels, n_freq) @ (n_freq, n_frames)

Conventions
-----------
Frequencies are in Hz. Two mel scales are in use: "slaney" (librosa's default; linear below 1 kHz, logarithmic above)
and "htk" (2595 log10(1 + f / 700); torchaudio, the article). Two norms: "slaney" gives each triangle an area of one, so
that a band is not louder because it is wider; None gives each a height of one.
Mel spectrograms are (..., n_mels, n_frames). float32 in, float32 out.

Scales are written out in `scales.py`, filterbanks in `filterbank.py`, their product with the power of a signal in
`band_power.py`, Kaldi's recipe in `kaldi.py`.
"""

from typing import Unpack

from npaudio._core.checks import Check
from npaudio._core.types import MelSpectrogram, Spectrogram, Waveform
from npaudio.mel.band_power import band_power
from npaudio.mel.filterbank import BandSettings, MelBands, MelNorm, Triangles
from npaudio.mel.scales import MelScale
from npaudio.spectrum.decibels import power_to_db
from npaudio.spectrum.framing import FrameSettings, Framing, transform_length


class MelSettings(BandSettings, FrameSettings, total=False):
    """The settings of `npaudio.melspectrogram`, but for the sample rate and the norm."""

    power: float


def melspectrogram(
    y: Waveform | None = None,
    *,
    sr: float = 22050,
    S: Spectrogram | None = None,
    power: float = 2.0,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    scale: MelScale = "slaney",
    norm: MelNorm = "slaney",
    triangles: Triangles = "exact",
    **frames: Unpack[FrameSettings],
) -> MelSpectrogram:
    """Mel spectrogram of a signal, as `librosa.feature.melspectrogram` with the same defaults.

    Explained in lesson 01.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Signal; or give `S` instead.
    sr : float
        Sample rate in Hz.
    S : np.ndarray (..., n_freq, n_frames), optional
        A spectrogram that you have already, of magnitudes or of power; then only the filterbank is applied.
    power : float
        Exponent of the magnitude: 2 for power, 1 for magnitude.
    n_mels, fmin, fmax, scale, norm, triangles
        As in `npaudio.mel_filterbank`.
    **frames
        n_fft, hop_length, win_length, window, center, pad_mode as in `npaudio.stft`, with hop_length=512 by default.
        Of these only n_fft may be given with `S`: the even one that fits is the default, and may be wrong by one.

    Returns
    -------
    np.ndarray (..., n_mels, n_frames)
        Not negative; silence gives zeros.

    Raises
    ------
    ValueError
        A signal or a setting that `stft` or `mel_filterbank` refuse; neither or both of y and S; a setting that `S`
        makes useless.

    Warns
    -----
    EmptyFilterWarning
        If bands hold no bin at all, as in `mel_filterbank`.

    See Also
    --------
    npaudio.log_mel : the same in decibels.
    npaudio.Frontend : a whole recipe as one value, with presets of the field.

    Examples
    --------
    >>> import npaudio
    >>> M = melspectrogram(npaudio.sine(1000.0, sr=16000, duration=1.0), sr=16000, n_fft=512, n_mels=40)
    >>> M.shape
    (40, 32)
    >>> loudest = M.mean(axis=1).argmax()
    >>> print(f"{npaudio.mel_centers(n_mels=40, fmin=0.0, fmax=8000.0)[loudest]:.0f} Hz")
    1031 Hz
    """
    check = Check("melspectrogram")
    check.one_of(y, S, "a spectrogram S")
    power = check.positive(power, "power")
    if S is None:
        framing = Framing.of_features(check, frames)
        n_fft = framing.n_fft
    else:
        S = check.spectrogram(S)
        n_fft = transform_length(check, S, frames)
        if power != 2:
            raise check.error(f"power={power:g} has no effect on a spectrogram S, which has one already; leave it out")
    bands = MelBands(sr, n_fft, n_mels, fmin, fmax, scale, norm, triangles, "melspectrogram")
    bands.warn_if_empty(stacklevel=3)
    if S is not None:
        return bands.matrix().astype(S.dtype) @ S
    return band_power(check.waveform(y, least=framing.shortest), framing, bands, power=power)


def log_mel(
    y: Waveform,
    *,
    sr: float = 22050,
    ref: float = 1.0,
    amin: float = 1e-10,
    top_db: float | None = None,
    norm: MelNorm = "slaney",
    **settings: Unpack[MelSettings],
) -> MelSpectrogram:
    """Mel spectrogram in decibels: `power_to_db(melspectrogram(y, sr=sr, **settings))`.

    Unlike librosa's `power_to_db`, nothing is cut off below the maximum unless you ask for it: with `top_db=None` the
    same frame gives the same numbers whatever else is in the clip.

    Explained in lesson 01.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Signal.
    sr : float
        Sample rate in Hz.
    ref, amin, top_db
        As in `npaudio.power_to_db`.
    norm, **settings
        As in `npaudio.melspectrogram`.

    Returns
    -------
    np.ndarray (..., n_mels, n_frames)
        dB; silence is 10 log10(amin / ref), -100 dB by default.

    Raises
    ------
    ValueError
        As `melspectrogram` and `power_to_db`.

    See Also
    --------
    npaudio.mfcc : its cosine transform along the bands.

    Examples
    --------
    >>> import npaudio
    >>> decibels = log_mel(npaudio.white_noise(sr=16000, duration=1.0), sr=16000, n_mels=40)
    >>> decibels.shape, bool(decibels.min() > -100)
    ((40, 32), True)
    """
    return power_to_db(melspectrogram(y, sr=sr, norm=norm, **settings), ref=ref, amin=amin, top_db=top_db)
