"""Sound from standard input as it comes: a WAV stream of unknown length, or raw PCM.

A pipe cannot be rewound, so the header is read once from front to back, and the samples are decoded in small blocks.
"""

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from npaudio.audio.blocks import resample_blocks
from npaudio.audio.wav import PCM, AudioFileError, Chunk, WavFormat, decode, parse_format

BLOCK_SECONDS = 0.1
LARGEST_HEADER_CHUNK = 1 << 20


def live_blocks(stream: BinaryIO, target_sr: int, *, raw: int | None = None, channels: int = 1) -> Iterator[np.ndarray]:
    """Mono samples at `target_sr` Hz, a tenth of a second at a time.

    Parameters
    ----------
    stream : binary file object
        Standard input.
    target_sr : int
        Sample rate in Hz of the blocks.
    raw : int, optional
        Sample rate in Hz of raw 16-bit little-endian PCM. None: the stream begins with a WAV header.
    channels : int
        Of raw PCM.

    Yields
    ------
    np.ndarray (n_samples,), float32

    Raises
    ------
    AudioFileError
        The stream is not WAV, or ends within its header.
    """
    fmt = read_header(stream) if raw is None else WavFormat(PCM, channels, raw, 2)
    blocks = mono_blocks(stream, fmt)
    yield from blocks if fmt.sr == target_sr else resample_blocks(blocks, orig_sr=fmt.sr, target_sr=target_sr)


def mono_blocks(stream: BinaryIO, fmt: WavFormat) -> Iterator[np.ndarray]:
    """Decoded samples, channels averaged, until the stream ends; a last incomplete sample is dropped."""
    size = max(1, round(BLOCK_SECONDS * fmt.sr)) * fmt.block
    while content := stream.read(size):
        whole = len(content) // fmt.block
        raw = np.frombuffer(content[: whole * fmt.block], np.uint8)
        yield decode(raw, fmt, np.dtype(np.float32)).reshape(whole, fmt.channels).mean(axis=1)


def read_header(stream: BinaryIO) -> WavFormat:
    """Read on to the first sample: RIFF, then chunks up to `data`, of which `fmt ` tells the format."""
    if exactly(stream, 12)[:4] not in {b"RIFF", b"RF64", b"BW64"}:
        raise AudioFileError("standard input is not a WAV stream; for raw PCM give its rate with --raw RATE")
    fmt = None
    while True:
        name, size = struct.unpack("<4sI", exactly(stream, 8))
        if name == b"data":
            break
        if size > LARGEST_HEADER_CHUNK:
            raise AudioFileError(f"standard input has a chunk {name!r} of {size} bytes before its samples")
        content = exactly(stream, size + size % 2)
        if name == b"fmt ":
            fmt = parse_format(io.BytesIO(content), Chunk(name, size, 0), len(content))
    if fmt is None:
        raise AudioFileError("standard input has samples, but no fmt chunk before them")
    return fmt


def exactly(stream: BinaryIO, size: int) -> bytes:
    """Read exactly `size` bytes, which may come in several pieces."""
    content = stream.read(size)
    if len(content) < size:
        raise AudioFileError("standard input ends within its WAV header")
    return content
