"""Losses for labels that are sometimes wrong and for classes that are rare: cross entropy with other weights.

Conventions: as in `loss.py`.
"""

from typing import Any

import numpy as np

from npaudio._core.types import Scores
from npaudio.nn.activation import sigmoid
from npaudio.nn.loss import Loss, log_softmax, same_shape, scores_and_classes, softplus, times_log


class GeneralizedCrossEntropyLoss(Loss):
    r"""(1 - p^q) / q with p = softmax(scores) of the right class: learns less from labels that look wrong.

    It lies between cross entropy (q → 0) and the mean absolute error (q = 1), in which no single label counts much.

    Explained in lesson 10.

    Parameters
    ----------
    q : float
        Above 0, up to 1; 0.7 in the source.

    Raises
    ------
    ValueError
        `q` is 0, or outside 0 to 1.

    See Also
    --------
    CrossEntropyLoss : its limit for q → 0.

    Notes
    -----
    Zhang and Sabuncu 2018, eq. 6. With target probabilities y, L = Σ_j y_j (1 - p_j^q) / q. Gradient: from
    dp_j/ds_k = p_j ([j = k] - p_k) follows dL/ds_k = p_k · Σ_j y_j p_j^q - y_k p_k^q: cross entropy's, times p^q.

    Examples
    --------
    >>> round(GeneralizedCrossEntropyLoss(q=1.0)(np.zeros((1, 4)), [2]), 4)
    0.75
    """

    def __init__(self, q: float = 0.7) -> None:
        super().__init__()
        if q == 0:
            raise self._checks.error("q must be above 0, got 0; for q = 0 use CrossEntropyLoss")
        self.q = self._checks.between(q, 0, 1, "q")

    def forward(self, scores: Scores, targets: Any) -> float:
        """Loss of scores (n, k) for classes (n,) or probabilities (n, k)."""
        scores, y = scores_and_classes(scores, targets, self._checks)  # (n, k) each
        log_p = log_softmax(scores)
        powered = y * np.exp(self.q * log_p)  # y p^q
        self._grad = (np.exp(log_p) * powered.sum(axis=1, keepdims=True) - powered) / len(scores)
        return float((y - powered).sum(dtype=np.float64) / (self.q * len(scores)))


class FocalLoss(Loss):
    r"""Binary cross entropy with little weight on easy examples: (1 - p_t)^gamma · (-log p_t).

    p_t is the predicted probability of the target: p = sigmoid(score) where the target is 1, and 1 - p where it is 0.
    With classes (n,) as targets, p_t is the softmax probability of the right class. gamma = 0 is cross entropy. The
    defaults differ from those of torchvision's function: no alpha, and the mean.

    Explained in lesson 10.

    Parameters
    ----------
    gamma : float
        How strongly easy examples lose weight; 2 in the source.
    alpha : float, optional
        Weight of the positives, with 1 - alpha for the negatives (0.25 in the source); not for class targets.

    Raises
    ------
    ValueError
        A negative `gamma`, or `alpha` outside 0 to 1.

    See Also
    --------
    npaudio.training.class_weights : another cure for rare classes.

    Notes
    -----
    Lin et al. 2017, eqs. 4 and 5. Gradient: with z the logit of p_t, dp_t/dz = p_t (1 - p_t), so
    dL/dz = (1 - p_t)^gamma · (gamma · p_t · log p_t - (1 - p_t)). Binary: z = ±score. For a softmax dz is spread over
    the classes: p_t's own score gets it, and class k loses p_k / (1 - p_t) of it.

    Examples
    --------
    >>> easy, hard = np.array([4.0]), np.array([-4.0])
    >>> loss = FocalLoss()
    >>> round(loss(easy, [1]), 6), round(loss(hard, [1]), 4)
    (6e-06, 3.8749)
    """

    def __init__(self, gamma: float = 2.0, alpha: float | None = None) -> None:
        super().__init__()
        self.gamma = self._checks.between(gamma, 0, np.inf, "gamma")
        self.alpha = None if alpha is None else self._checks.between(alpha, 0, 1, "alpha")

    def forward(self, scores: np.ndarray, targets: Any) -> float:
        """Loss of scores of any shape for targets of the same shape, or of scores (n, k) for classes (n,)."""
        if np.ndim(targets) == np.ndim(scores) - 1:
            return self._of_classes(scores, targets)
        scores, y = same_shape(scores, targets, self._checks)
        positive, negative = (y, 1 - y) if self.alpha is None else (self.alpha * y, (1 - self.alpha) * (1 - y))
        if_true, slope_if_true = self._binary(scores)
        if_false, slope_if_false = self._binary(-scores)
        self._grad = (positive * slope_if_true - negative * slope_if_false) / scores.size
        return float((positive * if_true + negative * if_false).mean(dtype=np.float64))

    def _binary(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Loss and its derivative where z is the logit of p_t."""
        p, miss = sigmoid(z), sigmoid(-z)
        log_p = -softplus(-z)
        weight = miss**self.gamma
        return -weight * log_p, weight * (self.gamma * p * log_p - miss)

    def _of_classes(self, scores: Scores, targets: Any) -> float:
        """L = Σ y_j (1 - p_j)^gamma (-log p_j); with D_j = dL/d(log p_j), dL/ds_k = D_k - p_k Σ_j D_j."""
        if self.alpha is not None:
            raise self._checks.error(
                "alpha balances yes and no, so it needs targets of the shape of the scores; leave it out for classes"
            )
        scores, y = scores_and_classes(scores, targets, self._checks)  # (n, k) each
        log_p = log_softmax(scores)
        p, miss = np.exp(log_p), np.maximum(-np.expm1(log_p), np.finfo(scores.dtype).tiny)
        weight = miss**self.gamma
        slope = self.gamma * weight / miss * times_log(y * p, log_p) - y * weight  # D
        self._grad = (slope - p * slope.sum(axis=1, keepdims=True)) / len(scores)
        return float(-times_log(y * weight, log_p).sum(dtype=np.float64) / len(scores))
