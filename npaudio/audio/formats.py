"""Open a sound file with the reader of its format: our own for WAV, the package `soundfile` for all others.

A reader has two methods: `describe()` gives rate and length without decoding all samples, `read(dtype)` decodes them.
`load` reads, a data set describes every file when it is opened, and both find the same faults.

Errors raised here lack the path: they say what is wrong, and `load` puts "load: 'path'" before it.
"""

import contextlib
import importlib
import io
import os
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from npaudio._core.types import Waveform
from npaudio.audio.wav import MAGIC, AudioFileError, Description, UnsupportedCodecError, WavReader, breaks_off

BLOCK = 65536  # samples read or written at a time

Source = str | os.PathLike[str] | BinaryIO


@contextlib.contextmanager
def opened(source: Source) -> Iterator["WavReader | SoundfileReader"]:
    """The reader of a path or a binary file object."""
    if isinstance(source, io.TextIOBase):
        raise AudioFileError("is open as text; open it with mode 'rb'")
    if not isinstance(source, str | os.PathLike):
        yield reader_of(source, source)
    elif os.path.isdir(source):
        raise AudioFileError("is a folder; pass the path of a sound file")
    else:
        with open(source, "rb") as stream:
            yield reader_of(stream, os.fspath(source))


def reader_of(stream: BinaryIO, source: str | BinaryIO) -> "WavReader | SoundfileReader":
    """Choose by the first bytes; what cannot be rewound (a pipe) is first read to its end."""
    if not stream.seekable():
        source = stream = io.BytesIO(stream.read())
    file_size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    magic = stream.read(4)
    if not magic:
        raise AudioFileError("is empty (0 bytes)")
    if magic not in MAGIC:
        return SoundfileReader(source, f"is not a RIFF WAV file (it begins with {magic!r})")
    try:
        return WavReader(stream, file_size)
    except UnsupportedCodecError as error:
        return SoundfileReader(source, str(error))


class SoundfileReader:
    """A file that the package `soundfile` reads.

    Parameters
    ----------
    source : str or binary file object
        A path, if there is one: libsndfile recognizes some MP3 files by their name only.
    problem : str
        Why it is not read by npaudio itself.
    """

    def __init__(self, source: str | BinaryIO, problem: str) -> None:
        self._source, self._problem = source, problem

    def describe(self) -> Description:
        """From the header if the last sample that it announces can be read, else by decoding everything."""
        with self._opened() as file:
            if _has_last_sample(file):
                return Description(file.samplerate, file.frames)
        return self.read(np.dtype(np.float32))[1]

    def read(self, dtype: np.dtype) -> tuple[Waveform, Description]:
        """Block by block, because a damaged header may claim any length."""
        with self._opened() as file:
            blocks = list(_decoded(file, dtype, BLOCK))
            samples = np.concatenate(blocks, axis=1) if blocks else np.zeros((file.channels, 0), dtype=dtype)
            n_there, sr = samples.shape[1], file.samplerate
            # An MP3 file may be without its length, which is estimated then.
            cut = n_there < file.frames and file.format != "MP3"
            return samples, Description(sr, n_there, breaks_off(n_there, file.frames, sr) if cut else None)

    def blocks(self, dtype: np.dtype, size: int) -> Iterator[np.ndarray]:
        """The same samples, at most `size` at a time."""
        with self._opened() as file:
            yield from _decoded(file, dtype, size)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Any]:
        """The file; every error of soundfile becomes an AudioFileError."""
        try:
            soundfile = importlib.import_module("soundfile")
        except (ImportError, OSError) as error:  # OSError: the package is there, but its C library is not
            raise AudioFileError(f"{self._problem}; to read other formats, pip install soundfile") from error
        if not isinstance(self._source, str):
            self._source.seek(0)
        try:
            with soundfile.SoundFile(self._source) as file:
                yield file
        except (soundfile.SoundFileError, TypeError) as error:  # TypeError: a name that stands for a headerless format
            reason = getattr(error, "error_string", error)  # without the path and the object that it was opened from
            raise AudioFileError(f"{self._problem}, and soundfile says: {reason}") from error


def _decoded(file: Any, dtype: np.dtype, size: int) -> Iterator[np.ndarray]:
    """Blocks (channels, n_samples) from where the file is to its end."""
    while len(block := file.read(size, dtype=dtype.name, always_2d=True)):
        yield block.T


def _has_last_sample(file: Any) -> bool:
    try:
        file.seek(file.frames - 1)
        return len(file.read(1)) == 1
    except RuntimeError:  # of soundfile: the file breaks off, or can only be read from its beginning
        return False
