r"""Exercise 07: binary cross entropy with logits, and the focal loss.

When sounds overlap, every class is its own yes or no. A logit s becomes the probability p = sigmoid(s) =
1 / (1 + exp(-s)); with the target y, 0 or 1, binary cross entropy is, averaged over *all* numbers,

    loss = mean of  -[y * log(p) + (1 - y) * log(1 - p)]         grad = dloss/ds = (p - y) / (how many numbers)

Computed like that it breaks: for s = 800 the sigmoid is exactly 1, and log(1 - p) is minus infinity. Insert the
sigmoid with a pencil first. What remains never overflows:

    -log(p) = log(1 + exp(-s)) = max(-s, 0) + log(1 + exp(-|s|))         and -log(1 - p) is the same with -s for s

The focal loss lets easy examples fade. With p_t the probability that was given to the truth, p_t = p where y = 1 and
1 - p where y = 0, and alpha_t = alpha where y = 1 and 1 - alpha where y = 0 (Lin et al. 2017, equation 5),

    loss = mean of  -alpha_t * (1 - p_t)^gamma * log(p_t)

Let z be the logit of the truth, z = s where y = 1 and -s where y = 0. From dp_t/dz = p_t * (1 - p_t) follows
dloss/dz = alpha_t * (1 - p_t)^gamma * (gamma * p_t * log(p_t) - (1 - p_t)) / (how many numbers).

Write both losses with their gradients. Both must stay finite for any logit.

Check:  pytest exercises/test_ex07_bce_loss.py        Hints:  python -m exercises hint 07
Lesson: lessons/07_multi_label.py
"""

import numpy as np


# [solution only]
def _minus_log_sigmoid(s: np.ndarray) -> np.ndarray:
    """-log(sigmoid(s)) without overflow."""
    return np.maximum(-s, 0) + np.log1p(np.exp(-np.abs(s)))


def bce_with_logits(logits: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    """Binary cross entropy of logits, and its gradient.

    Parameters
    ----------
    logits : np.ndarray (n_clips, n_classes)
        Scores before the sigmoid, of any size.
    targets : np.ndarray (n_clips, n_classes)
        0 or 1.

    Returns
    -------
    loss : float
        The mean over all n_clips * n_classes numbers, natural logarithm.
    grad : np.ndarray (n_clips, n_classes)
        dloss/dlogits.
    """
    # [yours] a stable -log(p) and -log(1 - p), their mean, and (p - y) / size
    losses = targets * _minus_log_sigmoid(logits) + (1 - targets) * _minus_log_sigmoid(-logits)
    p = np.exp(-_minus_log_sigmoid(logits))
    return float(losses.mean()), (p - targets) / losses.size


def focal_loss(
    logits: np.ndarray, targets: np.ndarray, gamma: float = 2.0, alpha: float = 0.25
) -> tuple[float, np.ndarray]:
    """Focal loss of logits, and its gradient.

    Parameters
    ----------
    logits : np.ndarray (n_clips, n_classes)
        Scores before the sigmoid, of any size.
    targets : np.ndarray (n_clips, n_classes)
        0 or 1.
    gamma : float
        How fast easy examples fade, at least 0.
    alpha : float
        Weight of the positives; that of the negatives is 1 - alpha.

    Returns
    -------
    loss : float
        The mean over all n_clips * n_classes numbers.
    grad : np.ndarray (n_clips, n_classes)
        dloss/dlogits.
    """
    # [yours] turn the logits so that z belongs to the truth; the gradient turns back at the end
    sign = 2 * targets - 1  # dz/ds
    z = sign * logits
    log_p, miss = -_minus_log_sigmoid(z), np.exp(-_minus_log_sigmoid(-z))
    weight = np.where(targets == 1, alpha, 1 - alpha) * miss**gamma / z.size
    grad = sign * weight * (gamma * np.exp(log_p) * log_p - miss)
    return float(-(weight * log_p).sum()), grad
