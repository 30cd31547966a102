"""Losses: one number for how wrong the scores are, and its gradient, where every backward pass begins.

Conventions: scores are logits, (n, n_classes), or of any shape for the losses that treat each number separately. The
loss is the mean over the batch, as a Python float. `forward(scores, targets)` saves what `backward() -> dL/d(scores)`
needs. Targets are classes (n,) of an integer type, or numbers of the shape of the scores: probabilities, or zeros and
ones. A score of minus infinity gives its class the probability 0; wherever the target is 0 too, it adds 0 to the loss.
"""

from typing import Any

import numpy as np

from npaudio._core.types import Scores
from npaudio.nn._checks import Checked, LayerCheck
from npaudio.nn.activation import sigmoid


class Loss(Checked):
    """Base class: keeps the gradient between `forward` and `backward`.

    Losses are called as in PyTorch; `backward` takes the place of `loss.backward()`.

    Explained in lesson 03.

    See Also
    --------
    CrossEntropyLoss, BCEWithLogitsLoss, MSELoss, FocalLoss, GeneralizedCrossEntropyLoss : the losses of this room.
    """

    def __init__(self) -> None:
        self._grad: np.ndarray | None = None

    def forward(self, scores: np.ndarray, targets: Any) -> float:
        """Loss of `scores` (n, n_classes) against `targets`, a mean over the batch; ValueError if they do not fit."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward")

    def __call__(self, scores: np.ndarray, targets: Any) -> float:
        """The same as `forward`, with `scores` and `targets`."""
        return self.forward(scores, targets)

    def backward(self) -> np.ndarray:
        """dL/d(scores), in their shape and dtype, as derived in each class's docstring; ValueError before `forward`."""
        if self._grad is None:
            raise LayerCheck(f"{type(self).__name__}.backward").error(
                "no loss was computed; call forward(scores, targets) first"
            )
        return self._grad

    def __repr__(self) -> str:
        options = {k: v for k, v in vars(self).items() if not k.startswith("_") and v is not None}
        return f"{type(self).__name__}({', '.join(f'{k}={v}' for k, v in options.items())})"


class CrossEntropyLoss(Loss):
    r"""Minus the log probability of the right class, with probabilities p = softmax(scores).

    L = - Σ_n Σ_k q_nk log p_nk / norm, where q is the target distribution times the class weights. For class numbers
    the norm is the sum of the targets' class weights, for probabilities it is n; both as in PyTorch.

    Explained in lesson 03.

    Parameters
    ----------
    weight : array of shape (n_classes,), optional
        Weight of each class.
    label_smoothing : float
        Share of the target that is spread evenly over all classes; Szegedy et al. 2016, section 7.

    Raises
    ------
    ValueError
        `label_smoothing` outside 0 to 1.

    Notes
    -----
    Gradient: log p_j = s_j - log Σ exp(s_i), hence d(log p_j)/ds_k = [j = k] - p_k, and
    dL/ds_k = (p_k · Σ_j q_j - q_k) / norm: the predicted probability minus the target.

    See Also
    --------
    BCEWithLogitsLoss : for sounds that may occur at the same time.

    Examples
    --------
    >>> loss = CrossEntropyLoss()
    >>> round(loss(np.zeros((1, 2)), [1]), 4)
    0.6931
    >>> loss.backward()
    array([[ 0.5, -0.5]])
    """

    def __init__(self, weight: Any = None, label_smoothing: float = 0.0) -> None:
        super().__init__()
        self.weight = None if weight is None else np.asarray(weight, np.float64)
        self.label_smoothing = self._checks.between(label_smoothing, 0, 1, "label_smoothing")

    def forward(self, scores: Scores, targets: Any) -> float:
        """Loss of scores (n, k) for classes (n,) or probabilities (n, k)."""
        scores, y = scores_and_classes(scores, targets, self._checks)  # (n, k) each
        weight = self._class_weights(scores)  # (k,)
        norm = (y * weight).sum() if np.ndim(targets) == 1 else len(scores)
        smooth = (1 - self.label_smoothing) * y + self.label_smoothing / scores.shape[1]
        q = smooth * weight
        log_p = log_softmax(scores)
        self._grad = (np.exp(log_p) * q.sum(axis=1, keepdims=True) - q) / norm
        return float(-times_log(q, log_p).sum(dtype=np.float64) / norm)

    def _class_weights(self, scores: Scores) -> np.ndarray:
        if self.weight is None:
            return np.ones(scores.shape[1], scores.dtype)
        if self.weight.shape != (scores.shape[1],):
            raise self._checks.error(
                f"weight has shape {self.weight.shape}, expected one number for each of the {scores.shape[1]} classes"
            )
        return self.weight.astype(scores.dtype)


class BCEWithLogitsLoss(Loss):
    r"""Binary cross entropy of each score: for sounds that overlap, where each class is a yes or no of its own.

    L = - mean of [w · y · log p + (1 - y) · log(1 - p)] with p = sigmoid(score), y the target, w `pos_weight`.

    As PyTorch's, with its mean over all scores. Explained in lesson 07.

    Parameters
    ----------
    pos_weight : array (n_classes,), or of the scores' shape, optional
        Weight of the positives, usually one number per class; negatives / positives balances them.

    See Also
    --------
    CrossEntropyLoss : for one class per clip.
    npaudio.training.positive_weights : weights for rare classes.

    Notes
    -----
    Stable because -log p = softplus(-s) = log(1 + exp(-|s|)) + max(-s, 0), and -log(1 - p) = s + softplus(-s).
    Gradient: dL/ds = (1 - y) · p - w · y · (1 - p), divided by the number of scores.

    Examples
    --------
    >>> loss = BCEWithLogitsLoss()
    >>> round(loss(np.array([[0.0, 3.0]]), [[1, 1]]), 4), loss.backward().round(4)
    (0.3709, array([[-0.25  , -0.0237]]))
    """

    def __init__(self, pos_weight: Any = None) -> None:
        super().__init__()
        self.pos_weight = None if pos_weight is None else np.asarray(pos_weight, np.float64)

    def forward(self, scores: np.ndarray, targets: Any) -> float:
        """Loss of scores of any shape for targets of the same shape, 0 to 1."""
        scores, y = same_shape(scores, targets, self._checks)
        w = 1 if self.pos_weight is None else self.pos_weight.astype(scores.dtype)
        losses = (1 - y) * scores + (1 - y + w * y) * softplus(-scores)
        self._grad = ((1 - y) * sigmoid(scores) - w * y * sigmoid(-scores)) / scores.size
        return float(losses.mean(dtype=np.float64))


class MSELoss(Loss):
    r"""Mean squared error, L = mean of (score - target)²; the shapes must be equal, nothing is broadcast.

    As PyTorch's, except for the broadcasting. Used in lesson 08.

    See Also
    --------
    npaudio.training.fit_mean_teacher : compares two networks with it.

    Notes
    -----
    Gradient: dL/ds = 2 (s - y) / size.

    Examples
    --------
    >>> loss = MSELoss()
    >>> loss(np.array([1.0, 4.0]), [1, 2]), loss.backward()
    (2.0, array([0., 2.]))
    """

    def forward(self, scores: np.ndarray, targets: Any) -> float:
        """Loss of scores of any shape for targets of the same shape."""
        scores, y = same_shape(scores, targets, self._checks)
        error = scores - y
        self._grad = error * scores.dtype.type(2 / scores.size)
        return float(np.square(error).mean(dtype=np.float64))


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """Compute s - log Σ exp(s) over the last axis; the largest score is subtracted first, so that nothing overflows."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def softplus(x: np.ndarray) -> np.ndarray:
    """log(1 + exp(x)) without overflow."""
    return np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)


def times_log(q: np.ndarray, log_p: np.ndarray) -> np.ndarray:
    """Compute q · log p, with 0 · log 0 = 0."""
    return np.multiply(q, log_p, where=q != 0, out=np.zeros_like(log_p))


def scores_and_classes(scores: Scores, targets: Any, check: LayerCheck) -> tuple[Scores, np.ndarray]:
    """Scores (n, n_classes), and targets as probabilities of that shape: classes (n,) become ones and zeros."""
    scores, targets = check.floating(scores, "scores"), check.array(targets, "targets")
    if scores.ndim != 2 or scores.size == 0:
        raise check.error(f"scores must have shape (n, n_classes), got {scores.shape}; add the batch axis with [None]")
    n, n_classes = scores.shape
    if targets.shape == scores.shape:
        return scores, targets.astype(scores.dtype, copy=False)
    if targets.shape != (n,):
        raise check.error(
            f"targets have shape {targets.shape}, expected classes ({n},) or probabilities {scores.shape}"
        )
    if targets.dtype.kind not in "iu":
        raise check.error(f"classes must be whole numbers, got {targets.dtype}; convert with .astype(np.int64)")
    if targets.min() < 0 or targets.max() >= n_classes:
        raise check.error(
            f"classes must lie in 0..{n_classes - 1}, got {targets.min()}..{targets.max()}; "
            "check the targets and the number of outputs"
        )
    return scores, np.eye(n_classes, dtype=scores.dtype)[targets]


def same_shape(scores: np.ndarray, targets: Any, check: LayerCheck) -> tuple[np.ndarray, np.ndarray]:
    """Scores and targets of one shape and dtype, or an error."""
    scores, targets = check.floating(scores, "scores"), check.array(targets, "targets")
    if targets.shape != scores.shape or scores.size == 0:
        raise check.error(
            f"targets have shape {targets.shape} and scores {scores.shape}, expected the same, not empty; "
            "reshape one of them"
        )
    return scores, targets.astype(scores.dtype, copy=False)
