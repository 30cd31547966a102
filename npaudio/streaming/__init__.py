"""Detection while the sound comes in: samples by the handful, events as soon as they are certain."""

from npaudio.streaming.detector import StreamingDetector

__all__ = ["StreamingDetector"]
