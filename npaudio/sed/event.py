"""The sound event: when it starts, when it ends, what it is, and how sure the system was.

Conventions
-----------
Times are seconds, finite and not negative, and the offset is not before the onset. An event of length zero is allowed,
because some annotations have them, although no detection can overlap with it.
"""

import math
from typing import NamedTuple


class _EventFields(NamedTuple):
    onset: float
    offset: float
    label: str
    confidence: float | None = None


class Event(_EventFields):
    """One sound event, `(onset, offset, label, confidence)`: a tuple with names that refuses impossible values.

    Being a tuple it compares, sorts and unpacks as one: `Event(1.0, 2.0, "Dog") == (1.0, 2.0, "Dog", None)`.

    Explained in lesson 08.

    Parameters
    ----------
    onset, offset : float
        Start and end in seconds, 0 <= onset <= offset.
    label : str
        The class, not empty.
    confidence : float, optional
        Score of the detection; None for annotations.

    Raises
    ------
    ValueError
        A time that is negative, infinite or not a number, an offset before the onset, a label that is not text.

    See Also
    --------
    read_events, write_events : files of them.

    Examples
    --------
    >>> Event(2.5, 3.5, "Dog").label
    'Dog'
    """

    __slots__ = ()

    def __new__(cls, onset: float, offset: float, label: str, confidence: float | None = None) -> "Event":
        start, stop = _seconds(onset, "onset"), _seconds(offset, "offset")
        if stop < start:
            raise ValueError(
                f"Event: offset {stop:g} s is before onset {start:g} s for {label!r}; "
                "give (onset, offset, label) in seconds, the onset first"
            )
        if not isinstance(label, str) or not label:
            raise ValueError(f"Event: label must be text that is not empty, got {label!r}; name the class")
        return super().__new__(cls, start, stop, label, None if confidence is None else float(confidence))


def as_event(item: object) -> Event:
    """Return an event as it is, and a tuple `(onset, offset, label)`, or one with a confidence, as an `Event`.

    Goes with lesson 08.

    Parameters
    ----------
    item : Event or tuple
        `(onset, offset, label)` in seconds, or one with a confidence.

    Returns
    -------
    Event
        The same event.

    Raises
    ------
    ValueError
        Neither an event nor such a tuple.

    See Also
    --------
    Event : what it returns.
    """
    if type(item) is Event:
        return item
    if isinstance(item, tuple | list) and len(item) in (3, 4):
        return Event(*item)
    raise ValueError(f"Event: got {item!r}, expected an Event or a tuple (onset, offset, label); convert it")


def _seconds(value: float, name: str) -> float:
    """`value` as a float that can be a time."""
    try:
        time = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"Event: {name} must be a number of seconds, got {value!r}; convert it to float") from None
    if not math.isfinite(time) or time < 0:
        raise ValueError(
            f"Event: {name} must be finite and not negative, got {time:g} s; times count from the file's start"
        )
    return time
