"""Sound files, and the first steps with a waveform: mono, sample rate, level, length.

Conventions
-----------
- A waveform `y` is (n_samples,), or (channels, n_samples), in float32 or float64 of nominal range ±1.
- An integer sample k of B bits is y = k / 2**(B - 1). Full scale is -1 to just below +1, and what `load` returns is
  written back by `save` without a change.
- RIFF WAV is read and written here. Other formats (FLAC, Ogg, MP3, AIFF, RF64, RIFX, ...) are read through the
  package `soundfile`, if it is installed.
- A file whose data chunk is empty gives an empty array. A file that breaks off gives what is there, with an
  `AudioFileWarning`. Everything else that is wrong with a file is an `AudioFileError`, or the `OSError` that the
  operating system gave, such as `FileNotFoundError`.
"""

import os
import warnings
from typing import BinaryIO

import numpy as np
from numpy.typing import DTypeLike

from npaudio._core.atomic_write import replacing
from npaudio._core.checks import check_choice, check_positive, check_positive_int, check_waveform
from npaudio.audio.formats import BLOCK, read_sound
from npaudio.audio.resampling import resample
from npaudio.audio.wav import (
    SUBTYPES,
    AudioFileError,
    AudioFileWarning,
    WavContent,
    check_wav_limits,
    encode,
    wav_header,
)

__all__ = [
    "AudioFileError",
    "AudioFileWarning",
    "fix_length",
    "load",
    "normalize_peak",
    "resample",
    "save",
    "to_mono",
]

LARGEST_SAMPLE = 1e12  # far above any recording, integers stored as floats included; its square still fits in float32
MOST_GROWTH = 64  # resampling more than this on the word of a header is refused: a damaged one may say 1 Hz


def load(
    path: str | os.PathLike[str] | BinaryIO,
    *,
    sr: int | None = None,
    mono: bool = True,
    dtype: DTypeLike = np.float32,
) -> tuple[np.ndarray, int]:
    """Load a sound file as floats of range ±1.

    Unlike librosa.load, which resamples to 22,050 Hz unless told otherwise, this keeps the file's own rate unless
    `sr` is given.

    Parameters
    ----------
    path : str, path or binary file object
        RIFF WAV with PCM of 8, 16, 24 or 32 bits or float of 32 or 64, any number of channels, plain or extensible.
        Other formats need the package `soundfile`. A file object is read from its beginning.
    sr : int, optional
        Sample rate in Hz to resample to; by default the file's own.
    mono : bool
        Average the channels, or keep them.
    dtype : float32 or float64
        Type of the samples.

    Returns
    -------
    y : np.ndarray, shape (n_samples,), or (channels, n_samples) if `mono` is false and there are several
        The samples. A file without any gives an empty array.
    sr : int
        Their sample rate in Hz.

    Raises
    ------
    AudioFileError
        If the file is no sound file, has a truncated header or a codec that is not supported, holds NaN, infinity or
        values beyond ±1e12, or would grow more than 64 times by resampling. The message has the path.
    OSError
        If the file cannot be opened: `FileNotFoundError` or `PermissionError`, for example.
    ValueError
        If `sr` or `dtype` is not what is described above.

    Warns
    -----
    AudioFileWarning
        If the samples break off before the announced end.

    Examples
    --------
    >>> y, sr = load("dog.wav", sr=16000)  # doctest: +SKIP
    """
    dtype = _check_dtype(dtype)
    target_sr = None if sr is None else check_positive_int(sr, caller="load", name="sr")
    name = repr(getattr(path, "name", type(path).__name__) if hasattr(path, "read") else os.fspath(path))
    try:
        content = read_sound(path, dtype)
        _check_content(content, target_sr)
    except AudioFileError as error:
        raise AudioFileError(f"load: {name} {error}") from error.__cause__
    if content.remark is not None:
        warnings.warn(f"load: {name} {content.remark}", AudioFileWarning, stacklevel=2)
    y = _arrange(content.samples, mono)
    if target_sr is None or target_sr == content.sr or y.size == 0:
        return y, target_sr or content.sr
    return resample(y, orig_sr=content.sr, target_sr=target_sr), target_sr


def save(path: str | os.PathLike[str], y: np.ndarray, sr: int, *, subtype: str = "PCM_16") -> None:
    """Save a waveform as a RIFF WAV file; the file is complete, or not there.

    The samples are written to a temporary file in the same folder, which then takes the place of `path`. If anything
    goes wrong the temporary file is removed, and a file that was there before stays whole.

    Parameters
    ----------
    path : str or path
        The file to write; its folder must exist.
    y : np.ndarray, shape (n_samples,) or (channels, n_samples)
        Waveform, float32 or float64, nominal range ±1.
    sr : int
        Sample rate in Hz.
    subtype : {"PCM_16", "PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"}
        How the samples are stored. The PCM types round y * 2**(bits - 1) to the nearest integer, ties to even, and
        saturate: +1.0 becomes the largest integer. The float types store every value as it is.

    Raises
    ------
    ValueError
        If `y` is empty, not floating point, not finite or beyond ±1e12, has more than two axes, more than 4 GB or too
        many channels, if `sr` or `subtype` is unknown to WAV, or if `path` is a folder or a device.
    OSError
        If the file cannot be written: the folder is missing, the disk is full, there is no permission.

    Warns
    -----
    AudioFileWarning
        If samples beyond ±1 were cut to fit into PCM.
    """
    y = np.atleast_2d(_check_saveable(y, subtype))
    channels, n_samples = y.shape
    sr = check_positive_int(sr, caller="save", name="sr")
    check_wav_limits(channels, n_samples, sr, subtype)
    if subtype.startswith("PCM"):
        _warn_of_clipping(y)
    with replacing(path, caller="save") as stream:
        stream.write(wav_header(n_samples, channels, sr, subtype))
        for start in range(0, n_samples, BLOCK):
            stream.write(encode(y[:, start : start + BLOCK], subtype))
        stream.write(bytes(n_samples * channels * SUBTYPES[subtype][1] % 2))  # chunks have an even length


def to_mono(y: np.ndarray) -> np.ndarray:
    """Average the channels.

    Parameters
    ----------
    y : np.ndarray, shape (n_samples,) or (..., channels, n_samples)
        Waveform, float32 or float64.

    Returns
    -------
    np.ndarray, shape (n_samples,) or (..., n_samples)
        A new array of the same dtype; a copy if `y` is mono already.

    Raises
    ------
    ValueError
        If `y` is empty, not floating point or not finite.

    Examples
    --------
    >>> to_mono(np.array([[1.0, 0.0], [0.0, 0.5]]))
    array([0.5 , 0.25])
    """
    return _mix(check_waveform(y, caller="to_mono"))


def normalize_peak(y: np.ndarray, *, peak: float = 1.0) -> np.ndarray:
    """Scale the whole array so that its largest magnitude is `peak`. Silence stays silence.

    All channels get the same factor, so the balance between them stays as it is.

    Parameters
    ----------
    y : np.ndarray, shape (..., n_samples)
        Waveform, float32 or float64.
    peak : float
        The largest magnitude of the result.

    Returns
    -------
    np.ndarray
        A new array of the shape and dtype of `y`.

    Raises
    ------
    ValueError
        If `y` is empty, not floating point or not finite, or `peak` is not above 0.

    Examples
    --------
    >>> normalize_peak(np.array([0.1, -0.2]))
    array([ 0.5, -1. ])
    """
    y = check_waveform(y, caller="normalize_peak")
    peak = check_positive(peak, caller="normalize_peak", name="peak")
    largest = _largest_magnitude(y)
    if largest == 0:
        return y.copy()
    # Two steps, because peak / largest is infinite for the smallest floats.
    return y / y.dtype.type(largest) * y.dtype.type(peak)


def fix_length(y: np.ndarray, *, size: int) -> np.ndarray:
    """Cut a waveform, or pad it with zeros, at its end.

    Parameters
    ----------
    y : np.ndarray, shape (..., n_samples)
        Waveform, float32 or float64.
    size : int
        Number of samples wanted.

    Returns
    -------
    np.ndarray, shape (..., size)
        A new array of the same dtype.

    Raises
    ------
    ValueError
        If `y` is empty, not floating point or not finite, or `size` is not a whole number of at least 1.

    Examples
    --------
    >>> fix_length(np.array([0.5, 0.25]), size=3)
    array([0.5 , 0.25, 0.  ])
    """
    y = check_waveform(y, caller="fix_length")
    size = check_positive_int(size, caller="fix_length", name="size")
    out = np.zeros((*y.shape[:-1], size), dtype=y.dtype)
    kept = min(size, y.shape[-1])
    out[..., :kept] = y[..., :kept]
    return out


def _arrange(samples: np.ndarray, mono: bool) -> np.ndarray:
    """(n_samples,) if one channel is there or wanted, else (channels, n_samples) in memory order."""
    if len(samples) == 1:
        return samples[0]
    return _mix(samples) if mono else np.ascontiguousarray(samples)


def _mix(y: np.ndarray) -> np.ndarray:
    """Mean over the channels of (..., channels, n_samples), channel by channel, which is quick in any memory order."""
    if y.ndim == 1:
        return y.copy()
    total = y[..., 0, :].copy()
    for channel in range(1, y.shape[-2]):
        total += y[..., channel, :]
    total /= y.shape[-2]
    return total


def _largest_magnitude(y: np.ndarray) -> float:
    """The largest |y|, without an array of magnitudes; NaN if there is one."""
    return float(max(y.max(), -y.min()))


# Checks.


def _check_content(content: WavContent, target_sr: int | None) -> None:
    """Refuse samples that are no sound, and a rate that would make a giant of a small file."""
    with np.errstate(invalid="ignore"):  # comparing with a signalling NaN
        sound = content.samples.size == 0 or _largest_magnitude(content.samples) <= LARGEST_SAMPLE
        bad = 0 if sound else np.count_nonzero(~(np.abs(content.samples) <= LARGEST_SAMPLE))
    if bad:
        raise AudioFileError(f"holds {bad} samples that are NaN, infinite or beyond ±{LARGEST_SAMPLE:g}; repair it")
    if target_sr is not None and target_sr > MOST_GROWTH * content.sr:
        raise AudioFileError(
            f"says that its rate is {content.sr} Hz, and would grow {target_sr // content.sr} times at {target_sr} Hz; "
            "if that is meant, load it without sr and call npaudio.resample"
        )


def _check_dtype(dtype: DTypeLike) -> np.dtype:
    dtype = np.dtype(dtype)
    if dtype not in (np.float32, np.float64):
        raise ValueError(f"load: dtype must be float32 or float64, got {dtype}; pass dtype=np.float32")
    return dtype


def _check_saveable(y: np.ndarray, subtype: str) -> np.ndarray:
    check_choice(subtype, SUBTYPES, caller="save", name="subtype")
    y = check_waveform(y, caller="save")
    if y.ndim > 2:
        raise ValueError(f"save: y must be (n_samples,) or (channels, n_samples), got {y.shape}; save one at a time")
    if _largest_magnitude(y) > LARGEST_SAMPLE:
        raise ValueError(f"save: y reaches {_largest_magnitude(y):g}, more than {LARGEST_SAMPLE:g}; scale it to ±1")
    return y


def _warn_of_clipping(y: np.ndarray) -> None:
    if _largest_magnitude(y) > 1:
        loud = np.count_nonzero(np.abs(y) > 1)
        warnings.warn(
            f"save: {loud} of {y.size} samples are beyond ±1 and were cut; scale with npaudio.normalize_peak(y)",
            AudioFileWarning,
            stacklevel=3,
        )
