"""A lesson's figure: saved as a file, and its titles, which stand for it where it cannot be seen."""

from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg


def save_png(figure: plt.Figure, path: Path, dpi: float | str) -> None:
    """Save like `figure.savefig`, which draws every figure twice: the first time only to lay it out."""
    dpi_before, shown_by = figure.dpi, figure.canvas
    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(dpi_before if dpi == "figure" else dpi)
    canvas.print_png(path, pil_kwargs={"compress_level": 1})  # quick to write rather than small
    figure.set_dpi(dpi_before)
    figure.set_canvas(shown_by)


def titles_of(figure: plt.Figure) -> str:
    """The titles in a figure, which say what it shows: the text for readers who cannot see it."""
    titles = [figure.get_suptitle()]
    for ax in figure.axes:
        titles += [ax.get_title(loc=side) for side in ("left", "center", "right")]
    return "; ".join(" ".join(title.split()) for title in titles if title)
