"""Pictures of networks and of their training."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from npaudio.plot.style import COLOURS, axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINES = ("-", "--", "-.", ":")


def learning_curves(
    curves: Mapping[str, Sequence[float]],
    *,
    xlabel: str = "epoch",
    ylabel: str = "loss",
    ax: "Axes | None" = None,
    **style: Any,
) -> "Axes":
    """Draw one line for each curve, with a value for each epoch 1, 2, ...

    Parameters
    ----------
    curves : mapping from str to sequence of float
        Names and values.
    xlabel, ylabel : str
        What is counted and what is measured.
    ax : matplotlib axes, optional
        Where to draw; new axes by default.
    **style
        For `ax.plot`.

    Returns
    -------
    matplotlib axes
    """
    from matplotlib.ticker import MaxNLocator

    ax = axes_or_new(ax)
    for (name, values), line in zip(curves.items(), LINES * len(curves), strict=False):
        marker = "o" if len(values) == 1 else ""  # a single point makes no line
        ax.plot(range(1, len(values) + 1), values, line, **{"label": name, "marker": marker, **style})
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    if len(curves) > 1:
        ax.legend()
    return ax


def kernels(weight: np.ndarray, *, columns: int = 8, ax: "Axes | None" = None, **style: Any) -> "Axes":
    """Draw the kernels of a first convolution side by side, all on one scale around zero.

    Parameters
    ----------
    weight : np.ndarray (n_kernels, 1, height, width)
        Of a convolution with one input channel: rows are frequencies, columns are times.
    columns : int
        Kernels in a row of the picture.
    ax : matplotlib axes, optional
        Where to draw; new axes by default.
    **style
        For `ax.imshow`.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    ValueError
        A weight of another shape.
    """
    if weight.ndim != 4 or weight.shape[1] != 1:
        raise ValueError(f"kernels: weight must have shape (n_kernels, 1, height, width), got {weight.shape}")
    n, _, height, width = weight.shape
    rows = -(-n // columns)
    sheet = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1), np.nan)
    for k in range(n):
        top, left = k // columns * (height + 1), k % columns * (width + 1)
        sheet[top : top + height, left : left + width] = weight[k, 0, ::-1]  # low frequencies below
    limit = np.abs(weight).max()
    ax = axes_or_new(ax)
    image = ax.imshow(sheet, **{"cmap": COLOURS, "vmin": -limit, "vmax": limit, **style})
    ax.figure.colorbar(image, ax=ax, label="weight")
    ax.set(xticks=[], yticks=[], xlabel="time", ylabel="frequency")
    return ax
