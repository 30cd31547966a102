"""What all pictures share: one typography, one palette, one color map for levels and one for signed values.

`use_style()` sets Matplotlib's defaults for the whole process, and is called by scripts, never by the library itself;
the functions of `npaudio.plot` work without it. The palette is Okabe and Ito's (2008), whose colors stay apart for
readers with any kind of color blindness; lines also differ in dashes and markers, so a figure can be printed in gray.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar

COLORS = "magma"  # brighter with the value throughout, so that a picture can be read in gray
DIVERGING = "RdBu_r"  # red above zero, blue below, white at zero: for signed values, with limits that are symmetric
MISSING = "#d9d9d9"  # where a picture has no value

PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
"""Seven colors, "#rrggbb", in the order in which figures use them (Okabe and Ito 2008). Used in lesson 01."""
BLUE, ORANGE, GREEN, PURPLE, SKY, AMBER, BLACK = PALETTE
DARK, ACCENT = BLUE, ORANGE

STYLE: dict[str, Any] = {
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.edgecolor": "#404040",
    "axes.linewidth": 0.8,
    "axes.prop_cycle": plt.cycler(color=PALETTE),
    "axes.grid": False,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.8,
    "lines.linewidth": 1.6,
    "lines.markersize": 5,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "image.cmap": COLORS,
}


def use_style() -> None:
    """Set the style of this project's figures for the whole process; `matplotlib.rcdefaults()` undoes it.

    Used in lesson 01.

    See Also
    --------
    npaudio.plot.PALETTE : its colors.
    """
    plt.rcParams.update(STYLE)  # type: ignore[arg-type]


def axes_or_new(ax: "Axes | None") -> "Axes":
    """The axes that were given, or those of a new figure."""
    return plt.subplots()[1] if ax is None else ax


def shared_colorbar(axes: Sequence["Axes"], unit: str, **settings: Any) -> "Colorbar":
    """Draw one color bar for several pictures, and give all of them the limits of the first.

    Used in lesson 01.

    Parameters
    ----------
    axes : sequence of matplotlib axes
        Each with a picture drawn by `spectrogram` or `mel_spectrogram` with `colorbar=False`, on one figure.
    unit : str
        Label of the bar.
    **settings
        For `figure.colorbar`.

    Returns
    -------
    matplotlib colorbar

    See Also
    --------
    spectrogram, mel_spectrogram : the pictures that it explains.
    """
    axes = list(axes)
    first = axes[0].images[0]
    for ax in axes[1:]:
        ax.images[0].set_norm(first.norm)
    return axes[0].figure.colorbar(first, ax=axes, label=unit, **{"pad": 0.01, "aspect": 30, **settings})


def symmetric(values: Any) -> dict[str, Any]:
    """Settings of a picture of signed values: the diverging map with zero in its middle.

    Used in lesson 03.

    Parameters
    ----------
    values : np.ndarray, any shape
        What will be drawn; NaN is left out.

    Returns
    -------
    dict
        `cmap`, `vmin` and `vmax`, for the **style of a picture.

    See Also
    --------
    kernels : use it.
    """
    import numpy as np

    limit = float(np.nanmax(np.abs(values))) or 1.0
    return {"cmap": DIVERGING, "vmin": -limit, "vmax": limit}
