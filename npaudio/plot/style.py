"""The few things that all pictures share."""

from typing import TYPE_CHECKING

import matplotlib.pyplot as plt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = "magma"  # brighter with the value all the way, so that a picture can be read in grey
DARK, ACCENT = "#1f4e79", "#c8553d"


def axes_or_new(ax: "Axes | None") -> "Axes":
    """The axes that were given, or those of a new figure."""
    return plt.subplots()[1] if ax is None else ax
