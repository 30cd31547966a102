"""RIFF WAV: bytes to samples and samples to bytes.

Conventions
-----------
- In memory, samples are float32 or float64 of nominal range ±1, shape (channels, n_samples); in the file they are
  interleaved, (n_samples, channels), little-endian.
- An integer sample k of B bits is k / 2**(B - 1); 8-bit samples are unsigned, with 128 as zero.
- Nothing that a header claims is believed before it is compared with the size of the file: no array is larger than
  the bytes that are really there, whatever a damaged header says.

Source: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0" (1991), and Microsoft's
"Multiple Channel Audio Data and WAVE Files" (WAVE_FORMAT_EXTENSIBLE).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from npaudio._core.checks import check_choice

PCM, IEEE_FLOAT, EXTENSIBLE = 0x0001, 0x0003, 0xFFFE
# An extensible header repeats the codec as a GUID: the code, then these 14 bytes.
GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")
CODEC_NAMES = {
    0x0002: "Microsoft ADPCM",
    0x0006: "A-law",
    0x0007: "mu-law",
    0x0011: "IMA ADPCM",
    0x0031: "GSM 6.10",
    0x0040: "G.721 ADPCM",
    0x0050: "MPEG audio",
    0x0055: "MP3",
    0x0092: "Dolby AC-3",
    0x00FF: "AAC",
    0x0161: "Windows Media Audio",
    0x674F: "Ogg Vorbis",
    0xF1AC: "FLAC",
}
STREAM_SIZES = {0, 0xFFFFFFFF}  # written by programs that could not come back to fill in the size
LARGEST_RIFF = 0xFFFFFFFF
MOST_CHUNKS = 10_000

SUBTYPES = {  # name: codec, bytes per sample
    "PCM_U8": (PCM, 1),
    "PCM_16": (PCM, 2),
    "PCM_24": (PCM, 3),
    "PCM_32": (PCM, 4),
    "FLOAT": (IEEE_FLOAT, 4),
    "DOUBLE": (IEEE_FLOAT, 8),
}


class AudioFileError(ValueError):
    """A sound file that cannot be read: the message has the path, what is wrong, and what to do."""


class AudioFileWarning(UserWarning):
    """A sound file that was read, or written, only in part as it was meant."""


@dataclass(frozen=True)
class WavFormat:
    """What a `fmt ` chunk says, checked."""

    codec: int
    channels: int
    sr: int
    width: int  # bytes per sample

    @property
    def block(self) -> int:
        """Bytes of one sample of all channels."""
        return self.channels * self.width


@dataclass(frozen=True)
class WavContent:
    """Samples (channels, n_samples), their rate in Hz, and what the user should be told about the file."""

    samples: np.ndarray
    sr: int
    remark: str | None = None


@dataclass(frozen=True)
class Chunk:
    """A chunk's name, the size that it claims, and where its content starts."""

    name: bytes
    size: int
    start: int


# Reading.


def read_wav(stream: BinaryIO, file_size: int, dtype: np.dtype) -> WavContent:
    """Samples of a RIFF WAV file, from a seekable stream of `file_size` bytes; AudioFileError says what is wrong."""
    check_riff_header(stream, file_size)
    fmt = None
    for chunk in chunks(stream, 12, file_size):
        if chunk.name == b"fmt ":
            fmt = parse_format(stream, chunk, file_size)
        elif chunk.name == b"data":
            if fmt is None:
                raise AudioFileError("has its data chunk before its fmt chunk, so that the samples have no format")
            return read_data(stream, chunk, fmt, file_size, dtype)
    raise AudioFileError(f"ends after {file_size} bytes without a {'fmt' if fmt is None else 'data'} chunk")


def check_riff_header(stream: BinaryIO, file_size: int) -> None:
    """Refuse RIFF files that are cut within the first twelve bytes, or that hold no WAVE."""
    if file_size < 12:
        raise AudioFileError(f"has a truncated header: {file_size} bytes, a WAV file has at least 44")
    stream.seek(8)
    form = stream.read(4)
    if form != b"WAVE":
        raise AudioFileError(f"is a RIFF file, but holds {form!r} instead of b'WAVE'")


def chunks(stream: BinaryIO, position: int, file_size: int) -> Iterator[Chunk]:
    """The chunks from `position` on. Each starts at an even distance from the last, so odd ones have a pad byte."""
    for _ in range(MOST_CHUNKS):
        if position + 8 > file_size:
            return
        stream.seek(position)
        name, size = struct.unpack("<4sI", stream.read(8))
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
    codec, channels, sr, _, block, bits = struct.unpack_from("<HHIIHH", content)
    if codec == EXTENSIBLE:
        codec = extensible_codec(content)
    check_codec(codec, bits)
    width = (bits + 7) // 8
    if channels == 0 or sr == 0 or block != channels * width:
        raise AudioFileError(
            f"has a damaged fmt chunk: {channels} channels of {bits} bits in blocks of {block} bytes at {sr} Hz"
        )
    return WavFormat(codec, channels, sr, width)


def extensible_codec(content: bytes) -> int:
    """The codec in an extensible header's GUID."""
    guid = content[24:40]
    if len(guid) < 16:
        raise AudioFileError(f"has an extensible fmt chunk of {len(content)} bytes, 40 are needed")
    if guid[2:] != GUID_TAIL:
        raise AudioFileError(f"has a codec that is not supported: the extensible format with GUID {guid.hex()}")
    return int.from_bytes(guid[:2], "little")


def check_codec(codec: int, bits: int) -> None:
    """Refuse, by name, everything but PCM of 8 to 32 bits and float of 32 or 64."""
    if codec not in {PCM, IEEE_FLOAT}:
        name = CODEC_NAMES.get(codec, "unknown")
        raise AudioFileError(
            f"has a codec that is not supported: {name} (0x{codec:04X}); convert it to PCM, e.g. with ffmpeg"
        )
    if codec == PCM and not 1 <= bits <= 32:
        raise AudioFileError(f"has PCM samples of {bits} bits, which is not supported; 8, 16, 24 and 32 are")
    if codec == IEEE_FLOAT and bits not in {32, 64}:
        raise AudioFileError(f"has float samples of {bits} bits, which is not supported; 32 and 64 are")


def read_data(stream: BinaryIO, chunk: Chunk, fmt: WavFormat, file_size: int, dtype: np.dtype) -> WavContent:
    """As many whole blocks as the data chunk claims and the file holds."""
    available = file_size - chunk.start
    streamed = chunk.size in STREAM_SIZES and not is_truly_empty(stream, chunk, file_size)
    n_bytes = available if streamed else min(chunk.size, available)
    n_samples = n_bytes // fmt.block
    stream.seek(chunk.start)
    raw = np.frombuffer(stream.read(n_samples * fmt.block), dtype=np.uint8)
    samples = decode(raw, fmt, dtype).reshape(n_samples, fmt.channels).T
    if streamed or n_samples * fmt.block == chunk.size:
        return WavContent(samples, fmt.sr)
    if n_samples == 0:
        raise AudioFileError(f"has truncated data: not one whole sample of the {chunk.size} bytes announced")
    remark = f"has truncated data: {n_bytes} of {chunk.size} bytes, so {n_samples} whole samples were loaded"
    return WavContent(samples, fmt.sr, remark)


def is_truly_empty(stream: BinaryIO, chunk: Chunk, file_size: int) -> bool:
    """Whether size 0 is meant: nothing follows but other chunks, up to the end of the file exactly."""
    if chunk.size != 0:
        return False
    position = chunk.start
    for _ in range(MOST_CHUNKS):
        if position >= file_size:
            break
        stream.seek(position)
        header = stream.read(8)
        if len(header) < 8 or not all(32 <= letter < 127 for letter in header[:4]):
            return False
        size = int.from_bytes(header[4:], "little")
        position += 8 + size + size % 2
    return file_size <= position <= file_size + 1  # the last pad byte is often left out


def decode(raw: np.ndarray, fmt: WavFormat, dtype: np.dtype) -> np.ndarray:
    """Interleaved samples as floats of `dtype`, from their bytes."""
    if fmt.codec == IEEE_FLOAT:
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows or is NaN is refused by load
            return raw.view(f"<f{fmt.width}").astype(dtype)
    if fmt.width == 1:
        floats = raw.astype(dtype)
        floats -= 128
        floats /= 128
        return floats
    integers = widen_24_bits(raw) if fmt.width == 3 else raw.view(f"<i{fmt.width}")
    scale = dtype.type(2.0 ** (1 - 8 * integers.itemsize))
    return np.multiply(integers, scale, dtype=dtype)


def widen_24_bits(raw: np.ndarray) -> np.ndarray:
    """Each three bytes as the upper three of an int32: the sign comes along, and the value is 256 times as large."""
    wide = np.zeros((len(raw) // 3, 4), dtype=np.uint8)
    wide[:, 1:] = raw.reshape(-1, 3)
    return wide.view("<i4").reshape(-1)


# Writing.


def check_wav_limits(channels: int, n_samples: int, sr: int, subtype: str) -> None:
    """The fields of a WAV header have 16 bits for the bytes of a block, and 32 for the rate and the length."""
    block = channels * SUBTYPES[subtype][1]
    if block > 0xFFFF:
        raise ValueError(
            f"save: {channels} channels as {subtype} do not fit into WAV; y must be (channels, n_samples), "
            f"got ({channels}, {n_samples}): transpose it if these are the samples"
        )
    if n_samples * block > LARGEST_RIFF - 64:
        raise ValueError(f"save: {n_samples * block} bytes do not fit into WAV, which ends at 4 GB; save it in parts")
    if sr > LARGEST_RIFF:
        raise ValueError(f"save: sr must be below 2**32 Hz, got {sr}")


def wav_header(n_samples: int, channels: int, sr: int, subtype: str) -> bytes:
    """Everything before the samples; float formats have the extension size and the `fact` chunk that they need."""
    codec, width = SUBTYPES[check_choice(subtype, SUBTYPES, caller="save", name="subtype")]
    block = channels * width
    n_bytes = n_samples * block
    fmt = struct.pack("<HHIIHH", codec, channels, sr, min(sr * block, LARGEST_RIFF), block, 8 * width)
    parts = [(b"fmt ", fmt)]
    if codec == IEEE_FLOAT:
        parts = [(b"fmt ", fmt + struct.pack("<H", 0)), (b"fact", struct.pack("<I", n_samples))]
    body = b"WAVE" + b"".join(struct.pack("<4sI", name, len(content)) + content for name, content in parts)
    riff_size = len(body) + 8 + n_bytes + n_bytes % 2
    return struct.pack("<4sI", b"RIFF", riff_size) + body + struct.pack("<4sI", b"data", n_bytes)


def encode(y: np.ndarray, subtype: str) -> bytes:
    """Samples (channels, n_samples) as interleaved bytes; integers are rounded to the nearest, ties to even."""
    codec, width = SUBTYPES[subtype]
    if codec == IEEE_FLOAT:
        return y.T.astype(f"<f{width}").tobytes()
    full_scale = 2.0 ** (8 * width - 1)
    # float64 holds every 32-bit integer, float32 does not.
    integers = np.clip(np.rint(y.T.astype(np.float64) * full_scale), -full_scale, full_scale - 1).astype("<i4")
    if width == 1:
        return (integers + 128).astype(np.uint8).tobytes()
    lowest_bytes = np.ascontiguousarray(integers).view(np.uint8).reshape(*integers.shape, 4)[..., :width]
    return lowest_bytes.tobytes()
