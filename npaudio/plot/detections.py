"""A picture of the events that a detector has found."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from npaudio.plot.style import PALETTE, axes_or_new
from npaudio.sed import Event

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT = 0.7  # of a lane
NARROW = 0.12  # share of the width under which a bar has no room for its confidence


def detected_events(
    events: Sequence[Event], *, duration: float, labels: Sequence[str] | None = None, ax: "Axes | None" = None
) -> "Axes":
    """Draw events as bars over time, one lane for each label, each bar with its confidence.

    Goes with lesson 08.

    Parameters
    ----------
    events : sequence of Event
        Such as `sed.detect_events` gives.
    duration : float
        Seconds that the time axis shows.
    labels : sequence of str, optional
        The lanes from top to bottom. None: those of the events, in alphabetical order.
    ax : matplotlib axes, optional
        Where to draw; new axes by default.

    Returns
    -------
    matplotlib axes

    See Also
    --------
    event_lanes : the events alone.
    """
    ax = axes_or_new(ax)
    lanes = list(dict.fromkeys(labels)) if labels is not None else sorted({event.label for event in events})
    for event in events:
        _draw(ax, event, len(lanes) - 1 - lanes.index(event.label), duration)
    ax.set_yticks(range(len(lanes)), lanes[::-1])
    ax.set(xlabel="time (s)", xlim=(0, duration), ylim=(-0.6, max(1, len(lanes)) - 0.4))
    if not events:
        ax.text(0.5, 0.5, "no event", transform=ax.transAxes, ha="center", va="center")
    return ax


def _draw(ax: "Axes", event: Event, lane: int, duration: float) -> None:
    length = event.offset - event.onset
    ax.barh(lane, length, HEIGHT, left=event.onset, color=PALETTE[0], edgecolor="white", linewidth=0.5)
    if event.confidence is not None and length > NARROW * duration:
        ax.text(event.onset + length / 2, lane, f"{event.confidence:.0%}", ha="center", va="center", color="white")
