"""Figures that are written to a file and never open a window: what the command line draws on."""

import os
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, ROW_HEIGHT, ONE_HEIGHT, DPI = 9.0, 2.6, 6.0, 150  # inches, dots an inch


def canvas(n_rows: int = 1) -> "tuple[Figure, list[Axes]]":
    """A figure with axes one below the other.

    Parameters
    ----------
    n_rows : int
        How many axes.

    Returns
    -------
    matplotlib figure, list of axes
    """
    figure = Figure(figsize=(WIDTH, ROW_HEIGHT * n_rows if n_rows > 1 else ONE_HEIGHT), layout="compressed")
    FigureCanvasAgg(figure)
    return figure, list(figure.subplots(n_rows, 1, squeeze=False)[:, 0])


def write_figure(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write a figure in the format of the suffix.

    Parameters
    ----------
    figure : matplotlib figure
    path : str or path
        Such as `dog.png`.
    """
    figure.savefig(path, dpi=DPI, bbox_inches="tight")  # a square matrix leaves the sides empty
