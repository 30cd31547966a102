"""Pictures of networks and of their training."""

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from npaudio.plot.style import axes_or_new, symmetric

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D")
MANY = 40  # values; markers would run into each other


def learning_curves(
    curves: Mapping[str, Sequence[float]],
    *,
    xlabel: str = "epoch",
    ylabel: str = "loss",
    ax: "Axes | None" = None,
    **style: Any,
) -> "Axes":
    """Draw one line for each curve, with a point for each epoch 1, 2, ...

    Used in lesson 03.

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

    See Also
    --------
    npaudio.training.History : `plot()` draws the same.
    """
    from matplotlib.ticker import MaxNLocator

    ax = axes_or_new(ax)
    looks = itertools.cycle(zip(LINES, MARKERS, strict=True))
    for (name, values), (line, marker) in zip(curves.items(), looks, strict=False):
        look = {"label": name, "marker": marker if len(values) <= MANY else "", **style}
        ax.plot(range(1, len(values) + 1), values, line, **look)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    if len(curves) > 1:
        ax.legend()
    return ax


def kernels(
    weight: np.ndarray, *, columns: int = 8, colorbar: bool = True, ax: "Axes | None" = None, **style: Any
) -> "Axes":
    """Draw the kernels of a first convolution side by side, all on one scale: red above zero, blue below.

    Used in lesson 03.

    Parameters
    ----------
    weight : np.ndarray (n_kernels, 1, height, width)
        Of a convolution with one input channel: rows are frequencies, columns are times.
    columns : int
        Kernels in a row of the picture.
    colorbar : bool
        False where several pictures share one (`shared_colorbar`).
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

    See Also
    --------
    npaudio.nn.Conv2d : the layer that has these weights.
    """
    if weight.ndim != 4 or weight.shape[1] != 1:
        raise ValueError(f"kernels: weight must have shape (n_kernels, 1, height, width), got {weight.shape}")
    n, _, height, width = weight.shape
    rows = -(-n // columns)
    sheet = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1), np.nan)
    for k in range(n):
        top, left = k // columns * (height + 1), k % columns * (width + 1)
        sheet[top : top + height, left : left + width] = weight[k, 0, ::-1]  # low frequencies below
    ax = axes_or_new(ax)
    image = ax.imshow(sheet, **{**symmetric(weight), **style})
    if colorbar:
        ax.figure.colorbar(image, ax=ax, label="weight", pad=0.02)
    ax.set(xticks=[], yticks=[], xlabel="time", ylabel="frequency")
    return ax
