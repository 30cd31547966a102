"""Pictures of results: confusion matrix and precision-recall curve."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from npaudio.metrics import precision_recall_curve
from npaudio.plot.style import axes_or_new

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def confusion_matrix(matrix: np.ndarray, labels: Sequence[str], *, ax: "Axes | None" = None, **style: Any) -> "Axes":
    """Draw a confusion matrix: rows are the true classes, columns the predicted ones, numbers count clips.

    Used in lesson 03.

    Parameters
    ----------
    matrix : np.ndarray (n_classes, n_classes)
        Counts, from `npaudio.metrics.confusion_matrix`.
    labels : sequence of str
        Names of the classes.
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
        A matrix that is not square, or another number of labels.

    See Also
    --------
    npaudio.metrics.confusion_matrix : computes it.
    """
    matrix = np.asarray(matrix)
    if matrix.ndim != 2 or matrix.shape != (len(labels), len(labels)):
        raise ValueError(f"confusion_matrix: matrix has shape {matrix.shape}, expected {(len(labels), len(labels))}")
    ax = axes_or_new(ax)
    image = ax.imshow(matrix, **{"cmap": "Blues", "vmin": 0, **style})
    for i, j in np.argwhere(matrix > 0):
        ax.text(j, i, str(matrix[i, j]), ha="center", va="center", color=_readable_on(image, matrix[i, j]), fontsize=8)
    ax.figure.colorbar(image, ax=ax, label="clips", pad=0.02, ticks=MaxNLocator(integer=True))
    ax.spines[:].set_visible(True)
    ax.set_xticks(range(len(labels)), labels, rotation=45, ha="right")
    ax.set_yticks(range(len(labels)), labels)
    ax.set(xlabel="predicted", ylabel="true")
    return ax


def _readable_on(image: Any, value: float) -> str:
    """Black on bright cells, white on dark ones."""
    red, green, blue, _ = image.cmap(image.norm(value))
    return "black" if 0.3 * red + 0.6 * green + 0.1 * blue > 0.5 else "white"


def precision_recall(y_true: np.ndarray, y_score: np.ndarray, *, ax: "Axes | None" = None, **style: Any) -> "Axes":
    """Draw the precision-recall curve of one class as the steps whose area is its average precision.

    One point for each recall that is reached, at the precision with which it is first reached; between two of them the
    step has the height of the right one. (False alarms between two positives only lower the precision at the same
    recall; drawn, they are teeth that add nothing to the area.)

    Used in lesson 07.

    Parameters
    ----------
    y_true, y_score : np.ndarray (n_clips,)
        0 or 1, and scores.
    ax : matplotlib axes, optional
        Where to draw; new axes by default.
    **style
        For `ax.step`, for example label=.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    ValueError
        As `npaudio.metrics.precision_recall_curve`.

    See Also
    --------
    npaudio.metrics.precision_recall_curve : computes it.
    """
    precision, recall, _ = precision_recall_curve(y_true, y_score)
    reached = np.unique(recall)  # ascending
    first = np.array([precision[recall == r].max() for r in reached])
    first[0] = first[min(1, len(first) - 1)]  # the first step begins at recall 0 at its own height
    ax = axes_or_new(ax)
    ax.step(reached, first, **{"where": "pre", **style})
    ax.set(xlabel="recall", ylabel="precision", xlim=(0, 1.02), ylim=(0, 1.05))
    return ax
