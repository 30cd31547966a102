"""Read RIFF WAV, and RF64 and BW64, which are the same with sizes of 64 bits: from the bytes of a file to samples.

Conventions
-----------
- In memory, samples are float32 or float64 of nominal range ±1, shape (channels, n_samples); in the file they are
  interleaved, (n_samples, channels), little-endian.
- An integer sample k of B bits is k / 2**(B - 1); 8-bit samples are unsigned, with 128 as zero.
- Every size in a header is compared with the size of the file before it is used: no array is larger than the bytes
  that are really there, whatever a damaged header says.
- The block size and the byte rate in a header are ignored, as in libsndfile: they follow from the other fields.

Sources: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0" (1991); Microsoft, "Multiple
Channel Audio Data and WAVE Files" (WAVE_FORMAT_EXTENSIBLE); EBU Tech 3306 (RF64).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

import numpy as np

from npaudio._core.types import Waveform
from npaudio.audio.companding import a_law_levels, mu_law_levels

MAGIC = {b"RIFF", b"RF64", b"BW64"}
PCM, IEEE_FLOAT, A_LAW, MU_LAW, EXTENSIBLE = 0x0001, 0x0003, 0x0006, 0x0007, 0xFFFE
# An extensible header repeats the codec as a GUID: the code, then these 14 bytes.
GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")
CODEC_NAMES = {
    0x0002: "Microsoft ADPCM",
    0x0011: "IMA ADPCM",
    0x0031: "GSM 6.10",
    0x0055: "MP3",
    0x00FF: "AAC",
    0x0161: "Windows Media Audio",
}
SIZE_IN_DS64 = 0xFFFFFFFF  # RF64's sign that the size is in the chunk ds64
MOST_CHUNKS = 10_000


class AudioFileError(ValueError):
    """A sound file that cannot be read: the message has the path, what is wrong, and what to do."""


class UnsupportedCodecError(AudioFileError):
    """A WAV file of a codec that is not read here."""


class AudioFileWarning(UserWarning):
    """A sound file of which only a part could be read, or that was saved with changed samples."""


class Description(NamedTuple):
    """Sample rate in Hz, number of samples that are there, and what is wrong with the file."""

    sr: int
    n_samples: int
    remark: str | None = None


@dataclass(frozen=True)
class WavFormat:
    """The contents of a `fmt ` chunk, checked."""

    codec: int
    channels: int
    sr: int
    width: int  # bytes per sample

    @property
    def block(self) -> int:
        """Bytes of one sample of all channels."""
        return self.channels * self.width


class Chunk(NamedTuple):
    """A chunk's name, the size that it claims, and where its content starts."""

    name: bytes
    size: int
    start: int


class WavReader:
    """A WAV file whose header is read and checked at once, and whose samples are decoded on request.

    Parameters
    ----------
    stream : binary file object
        Seekable.
    file_size : int
        Bytes in the stream.

    Raises
    ------
    AudioFileError
        If the header is damaged or the codec is unknown, or not one sample is left of a truncated file.
    """

    def __init__(self, stream: BinaryIO, file_size: int) -> None:
        self._stream = stream
        self._format, chunk = find_samples(stream, file_size)
        self._start = chunk.start
        available = file_size - chunk.start
        claimed = available if is_size_of_stream(stream, chunk, file_size) else chunk.size
        self._description = self._describe(claimed, available)

    def describe(self) -> Description:
        """Rate and length, from the header and the size of the file."""
        return self._description

    def read(self, dtype: np.dtype) -> tuple[Waveform, Description]:
        """Samples (channels, n_samples) as floats of `dtype`, and their description."""
        return self._decoded(0, self._description.n_samples, dtype), self._description

    def blocks(self, dtype: np.dtype, size: int) -> Iterator[np.ndarray]:
        """The same samples, at most `size` at a time."""
        for first in range(0, self._description.n_samples, size):
            yield self._decoded(first, min(size, self._description.n_samples - first), dtype)

    def _decoded(self, first: int, n_samples: int, dtype: np.dtype) -> np.ndarray:
        fmt = self._format
        self._stream.seek(self._start + first * fmt.block)
        raw = np.frombuffer(self._stream.read(n_samples * fmt.block), dtype=np.uint8)
        return decode(raw, fmt, dtype).reshape(n_samples, fmt.channels).T

    def _describe(self, claimed: int, available: int) -> Description:
        """As many whole samples as the data chunk claims and the file holds."""
        fmt = self._format
        n_claimed, n_there = claimed // fmt.block, min(claimed, available) // fmt.block
        if n_there == n_claimed:
            return Description(fmt.sr, n_there)
        if n_there == 0:
            raise AudioFileError(f"has truncated data: not one whole sample of the {claimed} bytes announced")
        return Description(fmt.sr, n_there, breaks_off(n_there, n_claimed, fmt.sr))


def breaks_off(n_there: int, n_claimed: int, sr: int) -> str:
    """The remark about a file that is shorter than its header says."""
    return f"has truncated data: it breaks off after {n_there / sr:.2f} of {n_claimed / sr:.2f} s"


def find_samples(stream: BinaryIO, file_size: int) -> tuple[WavFormat, Chunk]:
    """The format, and the chunk with the samples."""
    check_riff_header(stream, file_size)
    fmt = None
    for chunk in chunks(stream, 12, file_size):
        if chunk.name == b"fmt ":
            fmt = parse_format(stream, chunk, file_size)
        elif chunk.name == b"data":
            if fmt is None:
                raise AudioFileError("has its data chunk before its fmt chunk, so that the samples have no format")
            return fmt, chunk
    raise AudioFileError(f"ends after {file_size} bytes without a {'fmt' if fmt is None else 'data'} chunk")


def check_riff_header(stream: BinaryIO, file_size: int) -> None:
    """Refuse RIFF files that are cut within the first twelve bytes, or that do not hold WAVE."""
    if file_size < 12:
        raise AudioFileError(f"has a truncated header: {file_size} bytes, a WAV file has at least 44")
    stream.seek(8)
    form = stream.read(4)
    if form != b"WAVE":
        raise AudioFileError(f"is a RIFF file, but holds {form!r} instead of b'WAVE'")


def chunks(stream: BinaryIO, position: int, file_size: int) -> Iterator[Chunk]:
    """The chunks from `position` on. Each starts at an even distance from the last, so odd ones have a pad byte."""
    long_size = SIZE_IN_DS64
    for _ in range(MOST_CHUNKS):
        if position + 8 > file_size:
            return
        stream.seek(position)
        name, size = struct.unpack("<4sI", stream.read(8))
        if name == b"ds64" and position + 24 <= file_size:
            _, long_size = struct.unpack("<QQ", stream.read(16))  # of the whole file, of the data chunk
        elif name == b"data" and size == SIZE_IN_DS64:
            size = long_size
        yield Chunk(name, size, position + 8)
        position += 8 + size + size % 2
    raise AudioFileError(f"has more than {MOST_CHUNKS} chunks before its samples, so it is damaged")


def parse_format(stream: BinaryIO, chunk: Chunk, file_size: int) -> WavFormat:
    """The `fmt ` chunk: codec, channels, rate, bytes per second, bytes per block, bits; then the extension."""
    if chunk.start + chunk.size > file_size:
        raise AudioFileError(f"has a truncated header: it ends within the fmt chunk, after {file_size} bytes")
    if chunk.size < 16:
        raise AudioFileError(f"has a fmt chunk of {chunk.size} bytes, at least 16 are needed")
    stream.seek(chunk.start)
    content = stream.read(min(chunk.size, 40))
    codec, channels, sr, _, _, bits = struct.unpack_from("<HHIIHH", content)
    if codec == EXTENSIBLE:
        codec = extensible_codec(content)
    width = bytes_per_sample(codec, bits)
    if channels == 0 or sr == 0:
        raise AudioFileError(f"has a damaged fmt chunk: {channels} channels of {bits} bits at {sr} Hz")
    return WavFormat(codec, channels, sr, width)


def extensible_codec(content: bytes) -> int:
    """The codec in an extensible header's GUID."""
    guid = content[24:40]
    if len(guid) < 16:
        raise AudioFileError(f"has an extensible fmt chunk of {len(content)} bytes, 40 are needed")
    if guid[2:] != GUID_TAIL:
        raise UnsupportedCodecError(f"has a codec that is not supported: the extensible format with GUID {guid.hex()}")
    return int.from_bytes(guid[:2], "little")


def bytes_per_sample(codec: int, bits: int) -> int:
    """Bytes per sample of PCM of 1 to 32 bits, float of 32 or 64, mu-law and A-law; refuse all others by name."""
    if codec in {MU_LAW, A_LAW}:
        return 1
    if codec not in {PCM, IEEE_FLOAT}:
        name = CODEC_NAMES.get(codec, "unknown")
        raise UnsupportedCodecError(f"has a codec that is not supported: {name} (0x{codec:04X})")
    if codec == PCM and not 1 <= bits <= 32:
        raise UnsupportedCodecError(f"has PCM samples of {bits} bits, which is not supported; 8, 16, 24 and 32 are")
    if codec == IEEE_FLOAT and bits not in {32, 64}:
        raise UnsupportedCodecError(f"has float samples of {bits} bits, which is not supported; 32 and 64 are")
    return (bits + 7) // 8


def is_size_of_stream(stream: BinaryIO, chunk: Chunk, file_size: int) -> bool:
    """Whether the program that wrote the chunk could not go back to fill in its size, as when it writes to a pipe.

    It has then written 0, or a number close to the largest of 31 or 32 bits: 0x7FFFF000, 0x80000000, 0xFFFFFFFF.
    """
    if chunk.size == 0:
        return not is_truly_empty(stream, chunk, file_size)
    close_to_limit = chunk.size > 2**30 and (chunk.size + 2**16) % 2**31 < 2**17
    return close_to_limit and chunk.start + chunk.size > file_size


def is_truly_empty(stream: BinaryIO, chunk: Chunk, file_size: int) -> bool:
    """Whether nothing follows a chunk of size 0 but other chunks, up to the end of the file exactly."""
    end = chunk.start
    for after in chunks(stream, chunk.start, file_size):
        if not all(32 <= letter < 127 for letter in after.name):
            return False
        end = after.start + after.size + after.size % 2
    return file_size <= end <= file_size + 1  # the last pad byte is often left out


def decode(raw: np.ndarray, fmt: WavFormat, dtype: np.dtype) -> np.ndarray:
    """Interleaved samples as floats of `dtype`, from their bytes."""
    if fmt.codec == IEEE_FLOAT:
        with np.errstate(over="ignore", invalid="ignore"):  # overflow and NaN are refused by load
            return raw.view(f"<f{fmt.width}").astype(dtype)
    if fmt.codec != PCM:
        levels = mu_law_levels() if fmt.codec == MU_LAW else a_law_levels()
        return levels.astype(dtype)[raw]
    if fmt.width == 1:
        floats = raw.astype(dtype)
        floats -= 128
        floats /= 128
        return floats
    integers = widen_24_bits(raw) if fmt.width == 3 else raw.view(f"<i{fmt.width}")
    scale = dtype.type(2.0 ** (1 - 8 * integers.itemsize))
    return np.multiply(integers, scale, dtype=dtype)


def widen_24_bits(raw: np.ndarray) -> np.ndarray:
    """Each three bytes as the upper three of an int32, so that the sign is right and the value 256 times as large."""
    wide = np.zeros((len(raw) // 3, 4), dtype=np.uint8)
    wide[:, 1:] = raw.reshape(-1, 3)
    return wide.view("<i4").reshape(-1)
