"""Write RIFF WAV: from samples to the bytes of a file. The conventions are those of `npaudio.audio.wav`."""

import struct

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Waveform
from npaudio.audio.wav import IEEE_FLOAT, PCM

LARGEST_RIFF = 0xFFFFFFFF

SUBTYPES = {  # name: codec, bytes per sample
    "PCM_U8": (PCM, 1),
    "PCM_16": (PCM, 2),
    "PCM_24": (PCM, 3),
    "PCM_32": (PCM, 4),
    "FLOAT": (IEEE_FLOAT, 4),
    "DOUBLE": (IEEE_FLOAT, 8),
}


def check_wav_limits(check: Check, shape: tuple[int, int], sr: int, subtype: str) -> None:
    """The fields of a WAV header have 16 bits for the bytes of a block, and 32 for the rate and the length.

    More channels than samples would fit, but are a transposed array.
    """
    channels, n_samples = shape
    block = channels * SUBTYPES[subtype][1]
    if block > 0xFFFF or channels > max(2, n_samples):
        problem = "do not fit into WAV" if block > 0xFFFF else f"are more than its {n_samples} samples"
        raise check.error(
            f"{channels} channels as {subtype} {problem}; y must be (channels, n_samples), got {shape}: "
            "transpose it with y.T"
        )
    if n_samples * block > LARGEST_RIFF - 64:
        raise check.error(f"{n_samples * block} bytes do not fit into WAV, which ends at 4 GB; save it in parts")
    if sr > LARGEST_RIFF:
        raise check.error(f"sr must be below 2**32 Hz, got {sr}")


def wav_header(shape: tuple[int, int], sr: int, subtype: str) -> bytes:
    """Everything before the samples; float formats have the extension size and the `fact` chunk that they need."""
    codec, width = SUBTYPES[subtype]
    channels, n_samples = shape
    block = channels * width
    n_bytes = n_samples * block
    fmt = struct.pack("<HHIIHH", codec, channels, sr, min(sr * block, LARGEST_RIFF), block, 8 * width)
    parts = [(b"fmt ", fmt)]
    if codec == IEEE_FLOAT:
        parts = [(b"fmt ", fmt + struct.pack("<H", 0)), (b"fact", struct.pack("<I", n_samples))]
    body = b"WAVE" + b"".join(struct.pack("<4sI", name, len(content)) + content for name, content in parts)
    riff_size = len(body) + 8 + n_bytes + n_bytes % 2
    return struct.pack("<4sI", b"RIFF", riff_size) + body + struct.pack("<4sI", b"data", n_bytes)


def encode(y: Waveform, subtype: str) -> bytes:
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
