"""Load and save sound files.

Conventions
-----------
- A waveform `y` is (n_samples,), or (channels, n_samples), in float32 or float64 of nominal range ±1.
- An integer sample k of B bits is y = k / 2**(B - 1). Full scale is -1 to just below +1, and `save` writes back
  unchanged what `load` returns.
- WAV is read and written here, RF64 and BW64 are read. Other formats (FLAC, Ogg, MP3, AIFF, W64, ...) and other codecs
  in WAV (ADPCM, GSM) are read with the package `soundfile`, if it is installed.
- A file without samples gives an empty array. A truncated file gives the samples that are there, with an
  `AudioFileWarning`. Everything else that is wrong with a file is an `AudioFileError`, or the `OSError` of the
  operating system, such as `FileNotFoundError`.
"""

import os
import warnings
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import DTypeLike

from npaudio._core.atomic_write import replacing
from npaudio._core.checks import FLOATING, Check
from npaudio._core.types import Waveform
from npaudio.audio.formats import BLOCK, opened
from npaudio.audio.resampling import resample
from npaudio.audio.wav import AudioFileError, AudioFileWarning, Description
from npaudio.audio.wav_encoding import SUBTYPES, check_wav_limits, encode, wav_header
from npaudio.audio.waveform import average_channels, largest_magnitude

Subtype = Literal["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"]

LARGEST_SAMPLE = 1e12  # far above any recording, integers stored as floats included; its square still fits in float32
LARGEST_GROWTH = 64  # resampling by a larger ratio is refused: a damaged header may say 1 Hz


def load(
    path: str | os.PathLike[str] | BinaryIO, *, sr: int | None = None, mono: bool = True, dtype: DTypeLike = np.float32
) -> tuple[Waveform, int]:
    """Load a sound file as floats of range ±1.

    Unlike librosa.load, which resamples to 22,050 Hz unless told otherwise, this keeps the file's own rate unless
    `sr` is given.

    Used in lesson 09.

    Parameters
    ----------
    path : str, path or binary file object
        WAV with PCM of 8, 16, 24 or 32 bits, float of 32 or 64, mu-law or A-law, with any number of channels. Other
        formats need the package `soundfile`. A file object is read from its beginning.
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
        If the file is not a sound file, has a truncated header or an unsupported codec, holds NaN, infinity or
        values beyond ±1e12, or would become more than 64 times as long by resampling. The message has the path.
    OSError
        If the file cannot be opened: `FileNotFoundError` or `PermissionError`, for example.
    ValueError
        If `sr` or `dtype` has another value than those above.

    Warns
    -----
    AudioFileWarning
        If the file is shorter than its header says. (An MP3 file may not say.)

    See Also
    --------
    save : The inverse.
    resample : Change the sample rate of a waveform.
    npaudio.datasets.AudioFolder : A folder of sound files with labels.

    Examples
    --------
    >>> y, sr = load("dog.wav", sr=16000)  # doctest: +SKIP
    """
    check = Check("load")
    dtype = np.dtype(dtype)
    if dtype not in FLOATING:
        raise check.error(f"dtype must be float32 or float64, got {dtype}; pass dtype=np.float32")
    target_sr = None if sr is None else check.whole_number(sr, "sr")
    name = repr(getattr(path, "name", type(path).__name__) if hasattr(path, "read") else os.fspath(path))
    try:
        with opened(path) as reader:
            samples, description = reader.read(dtype)
        check_growth(description, target_sr)
        check_samples(samples)
    except AudioFileError as error:
        raise AudioFileError(f"load: {name} {error}") from error.__cause__
    if description.remark is not None:
        warnings.warn(f"load: {name} {description.remark}", AudioFileWarning, stacklevel=2)
    y = _arrange(samples, mono)
    if target_sr in (None, description.sr) or y.size == 0:
        return y, target_sr or description.sr
    return resample(y, orig_sr=description.sr, target_sr=target_sr), target_sr


def describe(path: str | os.PathLike[str], *, sr: int | None = None) -> Description:
    """Rate and length of a sound file without decoding all its samples; the errors are those of `load` with `sr`.

    Only values that are NaN, infinite or too large, and damage in the middle of a compressed file, are not found.
    The messages are predicates without the path: "is empty (0 bytes)".
    """
    with opened(path) as reader:
        description = reader.describe()
    check_growth(description, sr)
    return description


def save(path: str | os.PathLike[str], y: Waveform, sr: int, *, subtype: Subtype = "PCM_16") -> None:
    """Save a waveform as a WAV file, completely or not at all.

    The samples are written to a temporary file in the same folder, which then replaces `path`. If anything goes wrong
    the temporary file is removed, and an older file of that name is unchanged.

    Used in lesson 09.

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
        clip: +1.0 becomes the largest integer. The float types store every value as it is.

    Raises
    ------
    ValueError
        If `y` is empty, not floating point, not finite or beyond ±1e12, has more than two axes, more than 4 GB, more
        channels than samples or than fit into WAV, if `sr` or `subtype` is unknown to WAV, or if `path` is a folder or
        a device.
    OSError
        If the file cannot be written: the folder is missing, the disk is full, there is no permission.

    Warns
    -----
    AudioFileWarning
        If samples beyond ±1 were clipped to fit into PCM.

    See Also
    --------
    load : The inverse.
    normalize_peak : Scale a waveform so that nothing is clipped.
    """
    check = Check("save")
    y = np.atleast_2d(_saveable(check, y, subtype))
    channels, n_samples = y.shape
    sr = check.whole_number(sr, "sr")
    check_wav_limits(check, (channels, n_samples), sr, subtype)
    if subtype.startswith("PCM"):
        _warn_of_clipping(y)
    with replacing(path, caller="save") as stream:
        stream.write(wav_header((channels, n_samples), sr, subtype))
        for start in range(0, n_samples, BLOCK):
            stream.write(encode(y[:, start : start + BLOCK], subtype))
        stream.write(bytes(n_samples * channels * SUBTYPES[subtype][1] % 2))  # chunks have an even length


def check_samples(samples: Waveform) -> None:
    """Refuse NaN, infinity and values that no recording has."""
    with np.errstate(invalid="ignore"):  # comparing with a signaling NaN
        if samples.size == 0 or largest_magnitude(samples) <= LARGEST_SAMPLE:
            return
        bad = np.count_nonzero(~(np.abs(samples) <= LARGEST_SAMPLE))
    raise AudioFileError(f"holds {bad} samples that are NaN, infinite or beyond ±{LARGEST_SAMPLE:g}; repair it")


def check_growth(description: Description, target_sr: int | None) -> None:
    """Refuse a rate at which a small file would become huge when resampled."""
    sr = description.sr
    if target_sr is not None and target_sr > LARGEST_GROWTH * sr:
        raise AudioFileError(
            f"says that its rate is {sr} Hz, and would grow {target_sr // sr} times at {target_sr} Hz; "
            "if that is meant, load it without sr and call npaudio.resample"
        )


def _arrange(samples: Waveform, mono: bool) -> Waveform:
    """(n_samples,) for one channel or their average, else (channels, n_samples) in memory order."""
    if len(samples) == 1:
        return samples[0]
    return average_channels(samples) if mono else np.ascontiguousarray(samples)


def _saveable(check: Check, y: Waveform, subtype: str) -> Waveform:
    check.choice(subtype, SUBTYPES, "subtype")
    y = check.waveform(y)
    if y.ndim > 2:
        raise check.error(f"y must be (n_samples,) or (channels, n_samples), got {y.shape}; save one at a time")
    if largest_magnitude(y) > LARGEST_SAMPLE:
        raise check.error(f"y reaches {largest_magnitude(y):g}, more than {LARGEST_SAMPLE:g}; scale it to ±1")
    return y


def _warn_of_clipping(y: Waveform) -> None:
    if largest_magnitude(y) > 1:
        loud = np.count_nonzero(np.abs(y) > 1)
        warnings.warn(
            f"save: {loud} of {y.size} samples are beyond ±1 and were clipped; scale with npaudio.normalize_peak(y)",
            AudioFileWarning,
            stacklevel=3,
        )
