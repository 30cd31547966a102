"""Pictures of sound events on a time line."""

import textwrap
from typing import TYPE_CHECKING

from npaudio.metrics import Fate, FileExplanation
from npaudio.plot.style import AMBER, GREEN, ORANGE, axes_or_new
from npaudio.sed import Event

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FOUND, LOST, WRONG = GREEN, ORANGE, AMBER
HEIGHT, DETECTED, REFERENCE = 0.8, 0.1, 1.0  # of a bar, and where the two lanes of a label begin
LINE_LENGTH = 62
HATCHES = {FOUND: "", LOST: "//", WRONG: "xx"}  # so that the colors can be told apart in gray


def event_lanes(explanation: FileExplanation, *, ax: "Axes | None" = None) -> "Axes":
    """Draw one file of `event_based_metrics(...).explain()`: the reference above, the detections below it.

    Every label has two lanes. Matched events are plain, missed ones hatched, false alarms crossed. Each loss has a
    number, and its reason is listed under that number to the right.

    Goes with lesson 08.

    Parameters
    ----------
    explanation : FileExplanation
        `result.explain()[filename]`.
    ax : matplotlib axes, optional
        Where to draw; new axes by default. A wide figure with `layout="constrained"` leaves room for the reasons.

    Returns
    -------
    matplotlib axes

    See Also
    --------
    npaudio.sed.Event : what is drawn.
    """
    ax = axes_or_new(ax)
    fates = [*explanation.reference, *explanation.false_alarms]
    labels = sorted({fate.event.label for fate in fates})
    bottoms = {label: 3 * i for i, label in enumerate(reversed(labels))}
    for fate in fates:
        _draw_fate(ax, fate, bottoms[fate.event.label])
    _write_reasons(ax, [fate for fate in fates if fate.status != "matched"], bottoms)
    _name_lanes(ax, bottoms)
    ax.set(xlabel="time (s)", title=explanation.filename, ylim=(-0.3, 3 * max(1, len(labels)) - 0.1))
    ax.set_xlim(left=0)
    return ax


def _draw_fate(ax: "Axes", fate: Fate, bottom: float) -> None:
    """The event in its lane, and its match in the lane below."""
    if fate.status == "false alarm":
        _draw_event(ax, fate.event, bottom + DETECTED, WRONG)
    elif fate.status == "missed" or fate.counterpart is None:
        _draw_event(ax, fate.event, bottom + REFERENCE, LOST)
    else:
        _draw_event(ax, fate.event, bottom + REFERENCE, FOUND)
        _draw_event(ax, fate.counterpart, bottom + DETECTED, FOUND)


def _draw_event(ax: "Axes", event: Event, bottom: float, color: str) -> None:
    ax.broken_barh(
        [(event.onset, event.offset - event.onset)],
        (bottom, HEIGHT),
        facecolor=color,
        hatch=HATCHES[color],
        edgecolor="white",
        linewidth=0.5,
    )


def _write_reasons(ax: "Axes", losses: list[Fate], bottoms: dict[str, int]) -> None:
    """A number on each loss, and its reason beside the axes."""
    lines = []
    for number, fate in enumerate(losses, 1):
        lane = DETECTED if fate.status == "false alarm" else REFERENCE
        middle = (fate.event.onset + fate.event.offset) / 2, bottoms[fate.event.label] + lane + HEIGHT / 2
        box = {"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": "black", "linewidth": 0.6}
        ax.annotate(str(number), middle, fontsize=7, ha="center", va="center", bbox=box)
        sentence = f"{number}  {fate.event.label}, {fate.status}: {fate.reason}"
        lines += textwrap.wrap(sentence, LINE_LENGTH, subsequent_indent="     ")
    ax.text(1.02, 1.0, "\n".join(lines), transform=ax.transAxes, fontsize=7, va="top")


def _name_lanes(ax: "Axes", bottoms: dict[str, int]) -> None:
    lanes = {HEIGHT / 2 + REFERENCE: "reference", HEIGHT / 2 + DETECTED: "detected"}
    ticks = [(bottom + middle, name) for bottom in bottoms.values() for middle, name in lanes.items()]
    ax.set_yticks([tick for tick, _ in ticks], [name for _, name in ticks])
    for label, bottom in bottoms.items():
        ax.text(0.005, bottom + 2.0, label, transform=ax.get_yaxis_transform(), fontweight="bold", va="bottom")
        ax.axhline(bottom - 0.2, color="gray", linewidth=0.5)
