"""Mixup: train on blends of two examples, with the blend of their labels."""

import numpy as np

from npaudio._core.checks import check_floating, check_positive
from npaudio.augment.draws import Rng, needed_generator


def mixup(
    x: np.ndarray, labels: np.ndarray, *, alpha: float = 0.2, rng: Rng | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Blend each item of a batch with another one: s x + (1 - s) x', and the same for its label.

    Parameters
    ----------
    x : np.ndarray (B, ...)
        Batch of spectrograms, images or waveforms. Blending log-spectrograms is not adding sounds, and works.
    labels : np.ndarray (B, n_classes)
        One row an item, floating point: one-hot, multi-hot or soft. From class numbers: np.eye(n_classes)[numbers].
    alpha : float
        Every item draws its share s from Beta(alpha, alpha): 0.2 leaves most items almost alone, 1 draws evenly
        from 0 to 1, more tends to a half. (The paper's code draws one share a batch.)
    rng : numpy.random.Generator, int or tuple of int
        Source of the partners, a random order of the batch, and of the shares.

    Returns
    -------
    x, labels : np.ndarray
        New arrays of the same shapes and types. Rows of labels that summed to 1 do so still.

    Raises
    ------
    ValueError
        If the labels are class numbers or do not fit the batch, `alpha` is not above 0, or `rng` is missing.

    References
    ----------
    H. Zhang et al., "mixup: Beyond empirical risk minimization", ICLR 2018, section 2.
    """
    x, labels = _check_batch(x, labels)
    alpha = check_positive(alpha, caller="mixup", name="alpha")
    generator = needed_generator(rng, caller="mixup")
    partner = generator.permutation(len(x))
    share = generator.beta(alpha, alpha, size=len(x))
    return _blend(x, x[partner], share), _blend(labels, labels[partner], share)


def _blend(one: np.ndarray, other: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Share of one and rest of the other, item by item. Overwrites `other`."""
    share = share.reshape(-1, *[1] * (one.ndim - 1)).astype(one.dtype)
    other *= 1 - share
    other += share * one
    return other


def _check_batch(x: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, labels = check_floating(x, caller="mixup", name="x"), np.asarray(labels)
    if labels.ndim != 2 or not np.issubdtype(labels.dtype, np.floating):
        raise ValueError(
            f"mixup: labels must be floating point of shape (B, n_classes), got {labels.dtype} {labels.shape}; "
            "make one-hot rows with np.eye(n_classes)[numbers]"
        )
    if x.ndim < 2 or len(x) != len(labels) or len(x) == 0:
        raise ValueError(f"mixup: x {x.shape} and labels {labels.shape} must be batches of one size, B first")
    return x, labels
