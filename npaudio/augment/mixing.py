"""Mixup: train on blends of two examples, with the blend of their labels."""

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.generators import Rng, needed_generator


def mixup(
    x: np.ndarray, labels: np.ndarray, *, alpha: float = 0.2, rng: Rng | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Blend each item of a batch with another one: s x + (1 - s) x', and their targets likewise.

    Explained in lesson 04.

    Parameters
    ----------
    x : np.ndarray (B, ...)
        Batch of spectrograms, images or waveforms. Blending log-spectrograms is not adding sounds, and works.
    labels : np.ndarray (B, n_classes)
        Targets, a row for each item, floating point: one-hot, multi-hot or soft. From class numbers:
        np.eye(n_classes)[numbers].
    alpha : float
        Every item draws its share s from Beta(alpha, alpha): 0.2 leaves most items almost unchanged, 1 draws uniformly
        from 0 to 1, more tends to one half. (The paper's code draws one share for a batch.)
    rng : numpy.random.Generator, int or tuple of int
        Source of the partners, a random order of the batch, and of the shares.

    Returns
    -------
    x, labels : np.ndarray
        New arrays of the same shapes and types. Rows of labels that summed to 1 still do.

    Raises
    ------
    ValueError
        If the labels are class numbers or do not fit the batch, `alpha` is not above 0, or `rng` is missing.

    See Also
    --------
    npaudio.nn.CrossEntropyLoss, npaudio.nn.BCEWithLogitsLoss : take the mixed targets.

    References
    ----------
    H. Zhang et al., "mixup: Beyond empirical risk minimization", ICLR 2018, section 2.
    """
    check = Check("mixup")
    x, labels = _check_batch(check, x, labels)
    alpha = check.positive(alpha, "alpha")
    generator = needed_generator(check, rng)
    partner = generator.permutation(len(x))
    share = generator.beta(alpha, alpha, size=len(x))
    return _blend(x, x[partner], share), _blend(labels, labels[partner], share)


def _blend(one: np.ndarray, other: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Share * one + (1 - share) * other, item by item. Overwrites `other`."""
    share = share.reshape(-1, *[1] * (one.ndim - 1)).astype(one.dtype)
    other *= 1 - share
    other += share * one
    return other


def _check_batch(check: Check, x: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, labels = check.floating(x, "x"), check.array(labels, "labels")
    if labels.ndim != 2 or not np.issubdtype(labels.dtype, np.floating):
        raise check.error(
            f"labels must be floating point of shape (B, n_classes), got {labels.dtype} {labels.shape}; "
            "make one-hot rows with np.eye(n_classes)[numbers]"
        )
    if x.ndim < 2 or len(x) != len(labels) or len(x) == 0:
        raise check.error(f"x {x.shape} and labels {labels.shape} must be batches of one size, B first")
    return x, labels
