"""Sound event detection: from frame scores to events, and from events to files.

Conventions
-----------
- An event is `Event(onset, offset, label, confidence=None)`, times in seconds; a collection of them is
  `{filename: [Event, ...]}`, where a clip without events has an empty list.
- Frame scores are `(n_classes, n_frames)`. Frame `i` covers the time from `i * hop_length / sr` to
  `(i + 1) * hop_length / sr`; an event of the frames `start` to `stop - 1` lasts from the beginning of the first to the
  end of the last.
- Frames exist only in this package. Everything else speaks of seconds.
"""

from npaudio.sed.event import Event, as_event
from npaudio.sed.files import EventFileError, read_durations, read_events, write_events
from npaudio.sed.frames import detect_events, events_to_frames, fill_gaps, frames_to_events, remove_short, threshold

__all__ = [
    "Event",
    "EventFileError",
    "as_event",
    "detect_events",
    "events_to_frames",
    "fill_gaps",
    "frames_to_events",
    "read_durations",
    "read_events",
    "remove_short",
    "threshold",
    "write_events",
]
