"""Pictures of sounds: samples, spectra, spectrograms, filterbanks."""

from typing import TYPE_CHECKING, Any

import numpy as np

from npaudio._core.checks import Check
from npaudio.mel import hz_to_mel
from npaudio.plot.style import ACCENT, COLORS, DARK, MISSING, axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from npaudio.frontend import Frontend

LABEL_HEIGHT = 8  # points that a label needs


def waveform(y: np.ndarray, *, sr: float, start: float = 0.0, ax: "Axes | None" = None, **style: Any) -> "Axes":
    """Draw samples over time.

    Used in lesson 01.

    Parameters
    ----------
    y : np.ndarray (n_samples,)
        Mono signal.
    sr : float
        Sample rate in Hz.
    start : float
        Time of the first sample in seconds.
    ax : matplotlib axes, optional
        Where to draw; new axes by default.
    **style
        For `ax.plot`, for example marker="o".

    Returns
    -------
    matplotlib axes

    Raises
    ------
    ValueError
        A signal of several channels.

    See Also
    --------
    spectrogram : what is in it.
    """
    check = Check("waveform")
    y = check.waveform(y)
    if y.ndim != 1:
        raise check.error(f"y must be mono with shape (n_samples,), got shape {y.shape}; mix with npaudio.to_mono(y)")
    ax = axes_or_new(ax)
    t = start + np.arange(len(y)) / sr
    ax.plot(t, y, **{"linewidth": 0.6, "color": DARK, **style})
    ax.set(xlabel="time (s)", ylabel="amplitude", xlim=(t[0], t[-1] if len(t) > 1 else t[0] + 1 / sr))
    return ax


def spectrum(levels: np.ndarray, *, sr: float, ax: "Axes | None" = None, **style: Any) -> "Axes":
    """Draw the levels of one spectrum over frequency.

    Used in lesson 01.

    Parameters
    ----------
    levels : np.ndarray (n_freq,)
        dB of the bins from 0 Hz to sr / 2.
    sr : float
        Sample rate in Hz.
    ax : matplotlib axes, optional
        Where to draw; new axes by default.
    **style
        For `ax.plot`.

    Returns
    -------
    matplotlib axes

    See Also
    --------
    spectrogram : one spectrum after the other.
    """
    ax = axes_or_new(ax)
    ax.plot(np.linspace(0, sr / 2, len(levels)), levels, **{"linewidth": 1.0, "color": DARK, **style})
    ax.set(xlabel="frequency (Hz)", ylabel="level (dB)", xlim=(0, sr / 2))
    return ax


def spectrogram(
    S: np.ndarray,
    *,
    sr: float,
    hop_length: int,
    start: float = 0.0,
    unit: str = "dB",
    colorbar: bool = True,
    ax: "Axes | None" = None,
    **style: Any,
) -> "Axes":
    """Draw a spectrogram with linear frequency, time to the right, and a color bar.

    Used in lesson 01.

    Parameters
    ----------
    S : np.ndarray (n_freq, n_frames)
        Real values of bins from 0 Hz to sr / 2, usually in dB.
    sr : float
        Sample rate in Hz.
    hop_length : int
        Samples from frame to frame.
    start : float
        Time of the first frame's center in seconds: 0 if centered, else n_fft / 2 / sr.
    unit : str
        Label of the color bar.
    colorbar : bool
        False where several pictures share one (`shared_colorbar`).
    ax : matplotlib axes, optional
        Where to draw; new axes by default.
    **style
        For `ax.imshow`, for example vmin=-80.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    ValueError
        Complex values, or an array that is not two-dimensional.

    See Also
    --------
    npaudio.stft : computes it.
    mel_spectrogram : bands of pitch.
    """
    S = _one_spectrogram(S, "spectrogram")
    ax = axes_or_new(ax)
    half_bin = sr / 4 / max(1, S.shape[0] - 1) / 1000
    rows = (-half_bin, sr / 2000 + half_bin)
    _image(ax, S, (*_time_extent(S, hop_length / sr, start), *rows), unit if colorbar else None, style)
    ax.set(ylabel="frequency (kHz)", ylim=(0, sr / 2000))
    return ax


def mel_spectrogram(
    M: np.ndarray,
    *,
    frontend: "Frontend",
    unit: str = "dB",
    colorbar: bool = True,
    ax: "Axes | None" = None,
    **style: Any,
) -> "Axes":
    """Draw a mel spectrogram: a row per band, with round frequencies where they fall between the bands.

    Used in lesson 01.

    Parameters
    ----------
    M : np.ndarray (n_mels, n_frames)
        What the front end gave, or something with the same bands and frames; NaN is drawn gray.
    frontend : Frontend
        The recipe, which knows the bands and the times.
    unit : str
        Label of the color bar.
    colorbar : bool
        False where several pictures share one (`shared_colorbar`).
    ax : matplotlib axes, optional
        Where to draw; new axes by default.
    **style
        For `ax.imshow`.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    ValueError
        An array that is not two-dimensional, or whose rows are not the front end's bands.

    See Also
    --------
    npaudio.melspectrogram : computes it.
    spectrogram : all frequencies.
    """
    M = _one_spectrogram(M, "mel_spectrogram")
    if len(M) != frontend.n_mels:
        raise ValueError(
            f"mel_spectrogram: M has {len(M)} rows, but front end {frontend.name!r} makes {frontend.n_mels} bands; "
            "pass the front end that made it, or pad M with NaN to its bands"
        )
    ax = axes_or_new(ax)
    start = 0.0 if frontend.center else (frontend.win_length or frontend.n_fft) / 2 / frontend.sr
    times = _time_extent(M, frontend.hop_length / frontend.sr, start)
    _image(ax, M, (*times, -0.5, len(M) - 0.5), unit if colorbar else None, style)
    points_per_row = ax.bbox.height / ax.figure.dpi * 72 / len(M)
    frequencies, rows = _round_frequencies(frontend, LABEL_HEIGHT / points_per_row)
    ax.set_yticks(rows, [f"{f:g}" if f < 1000 else f"{f / 1000:g}k" for f in frequencies])
    ax.set_ylabel("frequency (Hz, mel scale)")
    return ax


def filterbank(filters: np.ndarray, *, sr: float, ax: "Axes | None" = None, **style: Any) -> "Axes":
    """Draw the triangles of a mel filterbank over frequency, every other one darker.

    Used in lesson 01.

    Parameters
    ----------
    filters : np.ndarray (n_mels, n_freq)
        From `npaudio.mel_filterbank`.
    sr : float
        Sample rate in Hz.
    ax : matplotlib axes, optional
        Where to draw; new axes by default.
    **style
        For `ax.plot`.

    Returns
    -------
    matplotlib axes

    See Also
    --------
    npaudio.mel_filterbank : computes it.
    """
    ax = axes_or_new(ax)
    f = np.linspace(0, sr / 2, filters.shape[1])
    for m, row in enumerate(filters):
        ax.plot(f, row, **{"linewidth": 0.8, "color": (DARK, ACCENT)[m % 2], **style})
    ax.set(xlabel="frequency (Hz)", ylabel="weight", xlim=(0, sr / 2), ylim=(0, None))
    return ax


def _one_spectrogram(S: np.ndarray, caller: str) -> np.ndarray:
    S = Check(caller).spectrogram(S)
    if S.ndim != 2:
        raise ValueError(f"{caller}: S must be one spectrogram (n_freq, n_frames), got shape {S.shape}; pass S[0]")
    return S


def _time_extent(S: np.ndarray, seconds_per_frame: float, start: float) -> tuple[float, float]:
    """Left edge of the first frame's column and right edge of the last one's."""
    left = start - seconds_per_frame / 2
    return left, left + S.shape[1] * seconds_per_frame


def _image(
    ax: "Axes", S: np.ndarray, extent: tuple[float, float, float, float], unit: str | None, style: dict[str, Any]
) -> None:
    """The picture, and its color bar if there is a unit."""
    settings = {"cmap": COLORS, "aspect": "auto", "origin": "lower", "interpolation": "nearest", **style}
    image = ax.imshow(S, extent=extent, **settings)
    ax.set_facecolor(MISSING)
    ax.spines[:].set_visible(True)
    if unit is not None:
        ax.figure.colorbar(image, ax=ax, label=unit, pad=0.02)
    ax.set_xlabel("time (s)")


def _round_frequencies(frontend: "Frontend", apart: float) -> tuple[np.ndarray, np.ndarray]:
    """125, 250, 500, 1000 ... Hz as far as the bands reach, and their places in rows, at least `apart` from the next.

    The center of row m is m + 1 steps above fmin on the mel scale, and fmax is n_mels + 1 steps above it.
    """
    frequencies = 125.0 * 2 ** np.arange(9)
    fmax = frontend.sr / 2 if frontend.fmax is None else frontend.fmax
    low, high, mels = (
        hz_to_mel(np.asarray(f, float), scale=frontend.scale) for f in (frontend.fmin, fmax, frequencies)
    )
    rows = (mels - low) / (high - low) * (frontend.n_mels + 1) - 1
    inside = (rows >= -0.5) & (rows <= frontend.n_mels - 0.5) & (np.diff(rows, append=np.inf) >= apart)
    return frequencies[inside], rows[inside]
