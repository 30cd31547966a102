"""Losses: one number for how wrong the scores are, and its gradient, where every backward pass begins.

Conventions: scores are logits, (n, n_classes) or any shape for the losses that look at each number alone. The loss is
the mean over the batch, as a Python float. `forward(scores, targets)` keeps what `backward() -> dL/d(scores)` needs.
Targets are classes (n,) of an integer type, or numbers of the shape of the scores: probabilities, or zeros and ones.
"""

from typing import Any

import numpy as np

from npaudio.nn import _checks
from npaudio.nn.activation import sigmoid


class Loss:
    """Base class: keeps the gradient between `forward` and `backward`."""

    def __init__(self) -> None:
        self._grad: np.ndarray | None = None

    def forward(self, scores: np.ndarray, targets: Any) -> float:
        """The loss, a mean over the batch."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward")

    def __call__(self, scores: np.ndarray, targets: Any) -> float:
        """The same as `forward(scores, targets)`."""
        return self.forward(scores, targets)

    def backward(self) -> np.ndarray:
        """dL/d(scores), in the shape and dtype of the scores; derived in the docstring of each class."""
        if self._grad is None:
            raise ValueError(
                f"{type(self).__name__}.backward: no loss was computed; call forward(scores, targets) first"
            )
        return self._grad

    def __repr__(self) -> str:
        options = {k: v for k, v in vars(self).items() if not k.startswith("_") and v is not None}
        return f"{type(self).__name__}({', '.join(f'{k}={v}' for k, v in options.items())})"


class CrossEntropyLoss(Loss):
    r"""Minus the log probability of the right class, with probabilities p = softmax(scores).

    L = - Σ_n Σ_k q_nk log p_nk / norm, where q is the target distribution times the class weights. For class numbers
    the norm is the sum of the weights of the classes that occur, for probabilities it is n; both as in PyTorch.

    Parameters
    ----------
    weight : array of shape (n_classes,), optional
        Weight of each class.
    label_smoothing : float
        Share of the target that is spread evenly over all classes; Szegedy et al. 2016, section 7.

    Notes
    -----
    Gradient: log p_j = s_j - log Σ exp(s_i), hence d(log p_j)/ds_k = [j = k] - p_k, and
    dL/ds_k = (p_k · Σ_j q_j - q_k) / norm: the probability given, minus the one wanted.
    """

    def __init__(self, weight: Any = None, label_smoothing: float = 0.0) -> None:
        super().__init__()
        self.weight = None if weight is None else np.asarray(weight, np.float64)
        self.label_smoothing = _checks.between(label_smoothing, 0, 1, caller="CrossEntropyLoss", name="label_smoothing")

    def forward(self, scores: np.ndarray, targets: Any) -> float:
        """Loss of scores (n, k) for classes (n,) or probabilities (n, k)."""
        scores = class_scores(scores, caller="CrossEntropyLoss")
        wanted = class_probabilities(targets, scores, caller="CrossEntropyLoss")  # (n, k)
        weight = self._class_weights(scores)  # (k,)
        norm = (wanted * weight).sum() if np.ndim(targets) == 1 else len(scores)
        smooth = (1 - self.label_smoothing) * wanted + self.label_smoothing / scores.shape[1]
        q = smooth * weight
        log_p = log_softmax(scores)
        self._grad = (np.exp(log_p) * q.sum(axis=1, keepdims=True) - q) / norm
        return float(-(q * log_p).sum(dtype=np.float64) / norm)

    def _class_weights(self, scores: np.ndarray) -> np.ndarray:
        if self.weight is None:
            return np.ones(scores.shape[1], scores.dtype)
        if self.weight.shape != (scores.shape[1],):
            raise ValueError(
                f"CrossEntropyLoss: weight has shape {self.weight.shape}, expected one number for each of the "
                f"{scores.shape[1]} classes"
            )
        return self.weight.astype(scores.dtype)


class BCEWithLogitsLoss(Loss):
    r"""Binary cross entropy of every score alone: for sounds that overlap, where each class is its own yes or no.

    L = - mean of [w · y · log p + (1 - y) · log(1 - p)] with p = sigmoid(score), y the target, w `pos_weight`.

    Parameters
    ----------
    pos_weight : array that broadcasts to the scores, optional
        Weight of the positives, usually one number a class: negatives / positives balances them.

    Notes
    -----
    Stable because -log p = softplus(-s) = log(1 + exp(-|s|)) + max(-s, 0), and -log(1 - p) = s + softplus(-s).
    Gradient: dL/ds = (1 - y) · p - w · y · (1 - p), divided by the number of scores.
    """

    def __init__(self, pos_weight: Any = None) -> None:
        super().__init__()
        self.pos_weight = None if pos_weight is None else np.asarray(pos_weight, np.float64)

    def forward(self, scores: np.ndarray, targets: Any) -> float:
        """Loss of scores of any shape for targets of the same shape, 0 to 1."""
        scores, y = same_shape(scores, targets, caller="BCEWithLogitsLoss")
        w = 1 if self.pos_weight is None else self.pos_weight.astype(scores.dtype)
        losses = (1 - y) * scores + (1 - y + w * y) * softplus(-scores)
        self._grad = ((1 - y) * sigmoid(scores) - w * y * sigmoid(-scores)) / scores.size
        return float(losses.mean(dtype=np.float64))


class MSELoss(Loss):
    r"""Mean squared error, L = mean of (score - target)²; the shapes must be equal, nothing is broadcast.

    Notes
    -----
    Gradient: dL/ds = 2 (s - y) / size.
    """

    def forward(self, scores: np.ndarray, targets: Any) -> float:
        """Loss of scores of any shape for targets of the same shape."""
        scores, y = same_shape(scores, targets, caller="MSELoss")
        error = scores - y
        self._grad = error * scores.dtype.type(2 / scores.size)
        return float(np.square(error).mean(dtype=np.float64))


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """Compute s - log Σ exp(s) over the last axis; the largest score is taken off first, so that nothing overflows."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def softplus(x: np.ndarray) -> np.ndarray:
    """log(1 + exp(x)) without overflow."""
    return np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)


def class_scores(scores: np.ndarray, *, caller: str) -> np.ndarray:
    """Scores of shape (n, n_classes), or an error."""
    scores = _checks.floating(scores, caller=caller, name="scores")
    if scores.ndim != 2 or scores.size == 0:
        raise ValueError(
            f"{caller}: scores must have shape (n, n_classes), got {scores.shape}; add the batch axis with [None]"
        )
    return scores


def class_probabilities(targets: Any, scores: np.ndarray, *, caller: str) -> np.ndarray:
    """Targets as probabilities (n, n_classes): classes (n,) become ones and zeros."""
    targets = np.asarray(targets)
    n, n_classes = scores.shape
    if targets.shape == scores.shape:
        return targets.astype(scores.dtype, copy=False)
    if targets.shape != (n,):
        raise ValueError(
            f"{caller}: targets have shape {targets.shape}, expected classes ({n},) or probabilities {scores.shape}"
        )
    if targets.dtype.kind not in "iu":
        raise ValueError(
            f"{caller}: classes must be whole numbers, got {targets.dtype}; convert with .astype(np.int64)"
        )
    if targets.min() < 0 or targets.max() >= n_classes:
        raise ValueError(
            f"{caller}: classes must lie in 0..{n_classes - 1}, got {targets.min()}..{targets.max()}; "
            "check the labels and the number of outputs"
        )
    return np.eye(n_classes, dtype=scores.dtype)[targets]


def same_shape(scores: np.ndarray, targets: Any, *, caller: str) -> tuple[np.ndarray, np.ndarray]:
    """Scores and targets of one shape and dtype, or an error."""
    scores = _checks.floating(scores, caller=caller, name="scores")
    targets = np.asarray(targets)
    if targets.shape != scores.shape or scores.size == 0:
        raise ValueError(
            f"{caller}: targets have shape {targets.shape} and scores {scores.shape}, expected the same, not empty; "
            "reshape one of them"
        )
    return scores, targets.astype(scores.dtype, copy=False)
