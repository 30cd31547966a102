"""From a path or a file object to samples: our own reader for RIFF WAV, the package `soundfile` for the rest.

Errors raised here lack the path: they say what is the matter, and `load` puts "load: 'path'" before it.
"""

import importlib
import io
import os
from typing import BinaryIO

import numpy as np

from npaudio.audio.wav import AudioFileError, WavContent, read_wav

BLOCK = 65536  # samples read or written at a time


def read_sound(source: str | os.PathLike[str] | BinaryIO, dtype: np.dtype) -> WavContent:
    """The content of a path or a file object; the errors lack the path, which `load` puts before them."""
    if isinstance(source, io.TextIOBase):
        raise AudioFileError("is open as text; open it with mode 'rb'")
    if not isinstance(source, str | os.PathLike):
        return read_stream(source, dtype)
    if os.path.isdir(source):
        raise AudioFileError("is a folder; pass the path of a sound file")
    with open(source, "rb") as stream:
        return read_stream(stream, dtype)


def read_stream(stream: BinaryIO, dtype: np.dtype) -> WavContent:
    """RIFF is read here, all else by soundfile; what cannot be rewound (a pipe) is first read to its end."""
    if not stream.seekable():
        stream = io.BytesIO(stream.read())
    file_size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    magic = stream.read(4)
    stream.seek(0)
    if not magic:
        raise AudioFileError("is empty (0 bytes)")
    return read_wav(stream, file_size, dtype) if magic == b"RIFF" else read_with_soundfile(stream, magic, dtype)


def read_with_soundfile(stream: BinaryIO, magic: bytes, dtype: np.dtype) -> WavContent:
    """Block by block, because the length that a damaged header claims is not to be believed."""
    try:
        soundfile = importlib.import_module("soundfile")
    except (ImportError, OSError) as error:  # OSError: the package is there, but its C library is not
        raise AudioFileError(
            f"is not a RIFF WAV file (it begins with {magic!r}); to read other formats, pip install soundfile"
        ) from error
    blocks = []
    try:
        with soundfile.SoundFile(stream) as file:
            while len(block := file.read(BLOCK, dtype=dtype.name, always_2d=True)):
                blocks.append(block)
            samples = np.concatenate(blocks).T if blocks else np.zeros((file.channels, 0), dtype=dtype)
            return WavContent(samples, file.samplerate)
    except (soundfile.SoundFileError, TypeError) as error:  # TypeError: a headerless format, told by the file's name
        raise AudioFileError(
            f"is not a RIFF WAV file (it begins with {magic!r}), and soundfile says: "
            f"{getattr(error, 'error_string', error)}"  # without the path and the object that it was opened from
        ) from error
