"""Detection while the sound comes in: samples in small chunks, events as soon as they are certain."""

from npaudio.streaming.detector import StreamingDetector

__all__ = ["StreamingDetector"]
