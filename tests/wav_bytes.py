"""WAV files put together field by field, so that tests can get any of them wrong."""

import struct

import numpy as np

GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")


def chunk(name, content, size=None, pad=True):
    """One chunk; `size` is what it claims, if that differs from the truth."""
    claimed = len(content) if size is None else size
    return struct.pack("<4sI", name, claimed) + content + (b"\0" if pad and len(content) % 2 else b"")


def fmt(codec=1, channels=1, sr=16000, bits=16, block=None, extra=b""):
    block = channels * ((bits + 7) // 8) % 2**16 if block is None else block
    return chunk(b"fmt ", struct.pack("<HHIIHH", codec, channels, sr, sr * block % 2**32, block, bits) + extra)


def extensible(codec=1, channels=1, sr=16000, bits=16, valid_bits=None, tail=GUID_TAIL):
    extra = struct.pack("<HHIH", 22, valid_bits or bits, 0, codec) + tail
    return fmt(0xFFFE, channels, sr, bits, extra=extra)


def riff(*parts, size=None, magic=b"RIFF", form=b"WAVE"):
    body = form + b"".join(parts)
    return struct.pack("<4sI", magic, len(body) if size is None else size) + body


def pcm16(values=(0, 16384, -32768, 32767)):
    return np.array(values, dtype="<i2").tobytes()
