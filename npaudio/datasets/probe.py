"""Whether a file is a sound file that can be used, told from its header and its size, without reading the samples.

A data set looks at every file when it is opened, thousands of them, so this reads some dozens of bytes a file. Damage
that only the samples show, such as NaN, is found when they are read.
"""

import importlib.util
import os
import stat
from typing import BinaryIO

from npaudio.audio.wav import (
    STREAM_SIZES,
    AudioFileError,
    Chunk,
    WavFormat,
    check_riff_header,
    chunks,
    is_truly_empty,
    parse_format,
)

# First bytes of the formats that the package `soundfile` reads; an MP3 file without tags begins with a frame header.
OTHER_FORMATS = (b"fLaC", b"OggS", b"FORM", b"RF64", b"RIFX", b"ID3", b".snd", b"caff", b"\xff\xfb", b"\xff\xf3")


def fault(path: str | os.PathLike[str]) -> str | None:
    """What is wrong with a sound file, as a predicate ("is empty (0 bytes)"), or None."""
    try:
        kind = os.stat(path).st_mode
        if not stat.S_ISREG(kind):  # opening a pipe would wait for somebody to write into it
            return "is a link to a folder, and not followed" if stat.S_ISDIR(kind) else "is a pipe or a device"
        with open(path, "rb") as stream:
            return _fault_in(stream, os.fstat(stream.fileno()).st_size)
    except AudioFileError as error:
        return str(error)
    except OSError as error:
        return f"cannot be opened ({error.strerror or error})"


def _fault_in(stream: BinaryIO, file_size: int) -> str | None:
    if file_size == 0:
        return "is empty (0 bytes)"
    magic = stream.read(4)
    if magic == b"RIFF":
        return _fault_in_wav(stream, file_size)
    if not magic.startswith(OTHER_FORMATS):
        return f"is not a sound file (it begins with {magic!r})"
    if importlib.util.find_spec("soundfile") is None:
        return f"is not a RIFF WAV file (it begins with {magic!r}); to read other formats, pip install soundfile"
    return None


def _fault_in_wav(stream: BinaryIO, file_size: int) -> str | None:
    check_riff_header(stream, file_size)
    fmt = None
    for chunk in chunks(stream, 12, file_size):
        if chunk.name == b"fmt ":
            fmt = parse_format(stream, chunk, file_size)
        elif chunk.name == b"data":
            if fmt is None:
                return "has its data chunk before its fmt chunk, so that the samples have no format"
            return _fault_in_data(stream, chunk, fmt, file_size)
    return f"ends after {file_size} bytes without a {'fmt' if fmt is None else 'data'} chunk"


def _fault_in_data(stream: BinaryIO, chunk: Chunk, fmt: WavFormat, file_size: int) -> str | None:
    """A clip that breaks off is left out: what is there of it may not hold the sound that its label names."""
    available = file_size - chunk.start
    streamed = chunk.size in STREAM_SIZES and not is_truly_empty(stream, chunk, file_size)
    n_bytes = available if streamed else chunk.size
    if n_bytes < fmt.block:
        return "holds no samples"
    if n_bytes > available:
        present, announced = (size / fmt.block / fmt.sr for size in (available, n_bytes))
        return f"is damaged: it breaks off after {present:.2f} of {announced:.2f} s"
    return None
