"""What a network answers when it does not learn, and how good that is."""

import numpy as np

from npaudio import metrics, nn
from npaudio._core.checks import check_positive_int


def predict(model: nn.Module, x: np.ndarray, *, batch_size: int = 32) -> np.ndarray:
    """Scores of all examples, in evaluation mode, a batch at a time; afterwards the model is in the mode it was in.

    Parameters
    ----------
    model : nn.Module
        The network.
    x : np.ndarray (n, ...)
        Its inputs; a memory map is read piece by piece.
    batch_size : int
        How many go through at once.

    Returns
    -------
    np.ndarray (n, ...)
        What the model gives, one after the other.

    Raises
    ------
    ValueError
        If there is no example.
    """
    batch_size = check_positive_int(batch_size, caller="predict", name="batch_size")
    if len(x) == 0:
        raise ValueError(f"predict: x is empty, got shape {np.shape(x)}; pass at least one example")
    was_training = model.training
    model.eval()
    try:
        starts = range(0, len(x), batch_size)
        return np.concatenate([model(np.asarray(x[start : start + batch_size])) for start in starts])
    finally:
        model.train(was_training)


def accuracy(y_true: np.ndarray, scores: np.ndarray) -> float:
    """Share of examples whose highest score is that of the right class: `metrics.accuracy`, straight from scores.

    Parameters
    ----------
    y_true : np.ndarray (n,) or (n, n_classes)
        Classes, or one-hot or soft rows, whose largest entry is the right class.
    scores : np.ndarray (n, n_classes)

    Returns
    -------
    float
    """
    y_true = np.asarray(y_true)
    classes = y_true if y_true.ndim == 1 else y_true.argmax(axis=1)
    return metrics.accuracy(classes, np.asarray(scores).argmax(axis=1))
