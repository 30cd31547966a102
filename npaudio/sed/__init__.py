"""Sound event detection: from frame scores to events, and from events to files.

Conventions
-----------
- An event is `Event(onset, offset, label, confidence=None)`, times in seconds; a collection of them is
  `{filename: [Event, ...]}`, where a clip without events has an empty list.
- Frame scores are probabilities `(n_classes, n_frames)`. Frame `i` covers the time from `i * hop_length / sr` to
  `(i + 1) * hop_length / sr`; an event lasts from the beginning of its first frame to the end of its last.
- Steps of post-processing: `filters`; all of them in one call: `detection`; settings from a validation set: `tuning`.
- Frames exist only in this package. Everything else speaks of seconds.
"""

from npaudio.sed.detection import detect_events
from npaudio.sed.event import Event, as_event
from npaudio.sed.files import EventFileError, read_clip_labels, read_durations, read_events, write_events
from npaudio.sed.filters import fill_gaps, hysteresis_threshold, median_filter, remove_short, threshold
from npaudio.sed.frames import events_to_frames, frames_to_events
from npaudio.sed.settings import PostProcessing
from npaudio.sed.tuning import tune_postprocessing

__all__ = [
    "Event",
    "EventFileError",
    "PostProcessing",
    "as_event",
    "detect_events",
    "events_to_frames",
    "fill_gaps",
    "frames_to_events",
    "hysteresis_threshold",
    "median_filter",
    "read_clip_labels",
    "read_durations",
    "read_events",
    "remove_short",
    "threshold",
    "tune_postprocessing",
    "write_events",
]
