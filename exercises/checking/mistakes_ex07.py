"""Exercise 07, the losses of yes and no: what is right, and the mistakes that its checks know by name."""

import numpy as np

from exercises.checking.mistakes import Mistakes

BCE_LOSS, BCE_GRAD = Mistakes("bce_with_logits"), Mistakes("bce_with_logits")
FOCAL_LOSS, FOCAL_GRAD = Mistakes("focal_loss"), Mistakes("focal_loss")


def sigmoid(s):
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(s)))


def softplus(s):
    return np.logaddexp(0, s)


def bce(s, y):
    """Losses of all numbers, and the gradient of their mean."""
    return y * softplus(-s) + (1 - y) * softplus(s), (sigmoid(s) - y) / s.size


def focal(s, y, gamma=2.0, alpha=0.25, balance=None):
    """Losses of all numbers, and the gradient of their mean; `balance` in the place of alpha_t."""
    z, weight = np.where(y == 1, s, -s), np.where(y == 1, alpha, 1 - alpha) if balance is None else balance
    p, faded = sigmoid(z), weight * sigmoid(-z) ** gamma
    slope = faded * (-gamma * p * softplus(-z) - sigmoid(-z))
    return faded * softplus(-z), np.where(y == 1, slope, -slope) / s.size


def with_loss(losses, grad):
    return losses.mean(), grad


@BCE_LOSS.mistake("this is the sum of the losses; the task asks for their mean.", "Use np.mean over all numbers.")
def total(logits, targets):
    losses, grad = bce(logits, targets)
    return losses.sum(), grad * losses.size


@BCE_LOSS.mistake(
    "you sum over the classes and take the mean over the clips only.", "Divide by all n_clips * n_classes numbers."
)
def mean_over_clips(logits, targets):
    losses, grad = bce(logits, targets)
    return losses.sum() / len(losses), grad * losses.shape[1]


@BCE_LOSS.mistake("the minus sign in front is missing.", "log(p) is negative, the loss is not.")
def no_minus(logits, targets):
    losses, grad = bce(logits, targets)
    return -losses.mean(), -grad


@BCE_LOSS.mistake(
    "your loss counts the positives only; the term (1 - y) * log(1 - p) is missing.",
    "A false alarm costs as much as a miss.",
)
def positives_only(logits, targets):
    return with_loss(targets * softplus(-logits), targets * (sigmoid(logits) - 1) / logits.size)


@BCE_LOSS.mistake("positives and negatives have changed places.", "y goes with log(p), 1 - y with log(1 - p).")
def turned(logits, targets):
    return with_loss(*bce(logits, 1 - targets))


@BCE_LOSS.mistake("you take the logits for probabilities: the sigmoid is missing.", "log(p) with p = sigmoid(s).")
def no_sigmoid(logits, targets):
    with np.errstate(all="ignore"):
        losses = -targets * np.log(logits) - (1 - targets) * np.log(1 - logits)
    return with_loss(losses, (logits - targets) / logits.size)


@BCE_LOSS.mistake("you return a loss for each number; the task asks for their mean.", "Use np.mean over all numbers.")
def each(logits, targets):
    return bce(logits, targets)


@BCE_LOSS.mistake(
    "you apply the sigmoid twice.", "The logits go through one sigmoid; the stable formula has it inside already."
)
def sigmoid_twice(logits, targets):
    return with_loss(*bce(sigmoid(logits), targets))


@BCE_LOSS.mistake(
    "your probabilities come from a softmax over the classes.",
    "Sounds overlap: each class is its own yes or no, p = sigmoid(s).",
)
def softmax(logits, targets):
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    with np.errstate(all="ignore"):
        return with_loss(-targets * np.log(p) - (1 - targets) * np.log(1 - p), (p - targets) / p.size)


@BCE_LOSS.mistake("your logarithm has the base 2.", "The formula has the natural one, np.log.")
def binary_logarithm(logits, targets):
    losses, grad = bce(logits, targets)
    return with_loss(losses / np.log(2), grad / np.log(2))


@BCE_LOSS.mistake("your logarithm has the base 10.", "The formula has the natural one, np.log.")
def common_logarithm(logits, targets):
    losses, grad = bce(logits, targets)
    return with_loss(losses / np.log(10), grad / np.log(10))


@BCE_GRAD.mistake(
    "this is the gradient of the sum: p - y is not divided by how many numbers there are.",
    "The loss is a mean, so each number counts 1 / size.",
)
def grad_of_sum(logits, targets):
    losses, grad = bce(logits, targets)
    return losses.mean(), grad * losses.size


@BCE_GRAD.mistake("you divide by the number of clips only.", "The mean is over all n_clips * n_classes numbers.")
def grad_over_clips(logits, targets):
    losses, grad = bce(logits, targets)
    return losses.mean(), grad * losses.shape[1]


@BCE_GRAD.mistake("your gradient has the opposite sign, y - p.", "A loss falls as p comes nearer to y: p - y.")
def grad_sign(logits, targets):
    losses, grad = bce(logits, targets)
    return losses.mean(), -grad


@BCE_GRAD.mistake(
    "you multiply p - y by p * (1 - p), the slope of the sigmoid.",
    "That slope is in p - y already: it cancelled the p * (1 - p) below the gradient by p.",
)
def grad_slope_twice(logits, targets):
    losses, grad = bce(logits, targets)
    return losses.mean(), grad * sigmoid(logits) * sigmoid(-logits)


@BCE_GRAD.mistake(
    "this is the gradient by the probabilities, (p - y) / (p * (1 - p)).",
    "Chain rule: multiply by dp/ds = p * (1 - p), and only p - y remains.",
)
def grad_by_p(logits, targets):
    losses, grad = bce(logits, targets)
    with np.errstate(all="ignore"):
        return losses.mean(), grad / (sigmoid(logits) * sigmoid(-logits))


@BCE_GRAD.mistake(
    "you subtract the targets from the logits; the sigmoid is missing.", "grad = (sigmoid(s) - y) / size."
)
def grad_of_logits(logits, targets):
    return bce(logits, targets)[0].mean(), (logits - targets) / logits.size


@FOCAL_LOSS.mistake("this is the sum of the losses; the task asks for their mean.", "Use np.mean over all numbers.")
def focal_total(logits, targets, gamma=2.0, alpha=0.25):
    losses, grad = focal(logits, targets, gamma, alpha)
    return losses.sum(), grad * losses.size


@FOCAL_LOSS.mistake("you return a loss for each number; the task asks for their mean.", "Use np.mean over all numbers.")
def focal_each(logits, targets, gamma=2.0, alpha=0.25):
    return focal(logits, targets, gamma, alpha)


@FOCAL_LOSS.mistake("alpha_t is missing.", "Weight the positives with alpha, the negatives with 1 - alpha.")
def no_alpha(logits, targets, gamma=2.0, alpha=0.25):
    return with_loss(*focal(logits, targets, gamma, balance=1))


@FOCAL_LOSS.mistake("you weight the negatives with alpha too.", "Their weight is 1 - alpha.")
def alpha_for_all(logits, targets, gamma=2.0, alpha=0.25):
    return with_loss(*focal(logits, targets, gamma, balance=alpha))


@FOCAL_LOSS.mistake("the negatives have no weight.", "alpha_t is alpha where y = 1, and 1 - alpha where y = 0.")
def alpha_for_positives(logits, targets, gamma=2.0, alpha=0.25):
    return with_loss(*focal(logits, targets, gamma, balance=np.where(targets == 1, alpha, 1)))


@FOCAL_LOSS.mistake("alpha and 1 - alpha have changed places.", "alpha is the weight of the positives.")
def alpha_turned(logits, targets, gamma=2.0, alpha=0.25):
    return with_loss(*focal(logits, targets, gamma, 1 - alpha))


@FOCAL_LOSS.mistake(
    "the factor (1 - p_t)^gamma is missing: this is a weighted cross entropy.",
    "Multiply each loss by (1 - p_t)**gamma.",
)
def no_fading(logits, targets, gamma=2.0, alpha=0.25):
    return with_loss(*focal(logits, targets, 0, alpha))


@FOCAL_LOSS.mistake(
    "your factor is p_t^gamma: the *hard* examples fade.", "Easy ones have p_t near 1: (1 - p_t)**gamma."
)
def hard_fade(logits, targets, gamma=2.0, alpha=0.25):
    z = np.where(targets == 1, logits, -logits)
    weight = np.where(targets == 1, alpha, 1 - alpha) * sigmoid(z) ** gamma
    return with_loss(weight * softplus(-z), focal(logits, targets, gamma, alpha)[1])


@FOCAL_LOSS.mistake(
    "your factor is (1 - p)^gamma for the negatives too.", "It is (1 - p_t)^gamma, and p_t = 1 - p where y = 0."
)
def always_p(logits, targets, gamma=2.0, alpha=0.25):
    weight = np.where(targets == 1, alpha, 1 - alpha) * sigmoid(-logits) ** gamma
    return with_loss(weight * bce(logits, targets)[0], focal(logits, targets, gamma, alpha)[1])


@FOCAL_LOSS.mistake(
    "you take gamma = 2 whatever is passed as gamma.", "Write the name gamma, not its default value, in the exponent."
)
def gamma_fixed(logits, targets, gamma=2.0, alpha=0.25):
    return with_loss(*focal(logits, targets, 2, alpha))


@FOCAL_LOSS.mistake(
    "you take alpha = 0.25 whatever is passed as alpha.", "Write the name alpha, not its default value."
)
def alpha_fixed(logits, targets, gamma=2.0, alpha=0.25):
    return with_loss(*focal(logits, targets, gamma, 0.25))


@FOCAL_LOSS.mistake("the minus sign in front is missing.", "log(p_t) is negative, the loss is not.")
def focal_no_minus(logits, targets, gamma=2.0, alpha=0.25):
    losses, grad = focal(logits, targets, gamma, alpha)
    return -losses.mean(), -grad


@FOCAL_GRAD.mistake(
    "you treat the factor (1 - p_t)^gamma as a constant.",
    "It depends on the logit too: the product rule adds gamma * p_t * log(p_t).",
)
def factor_constant(logits, targets, gamma=2.0, alpha=0.25):
    z = np.where(targets == 1, logits, -logits)
    slope = -np.where(targets == 1, alpha, 1 - alpha) * sigmoid(-z) ** (gamma + 1)
    grad = np.where(targets == 1, slope, -slope) / z.size
    return focal(logits, targets, gamma, alpha)[0].mean(), grad


@FOCAL_GRAD.mistake(
    "this is dloss/dz: where y = 0 the sign is still that of -s.", "z = -s there, so dloss/ds = -dloss/dz."
)
def not_turned_back(logits, targets, gamma=2.0, alpha=0.25):
    losses, grad = focal(logits, targets, gamma, alpha)
    return losses.mean(), np.where(targets == 1, grad, -grad)


@FOCAL_GRAD.mistake("your gradient has the opposite sign.", "A loss falls as p_t grows.")
def focal_grad_sign(logits, targets, gamma=2.0, alpha=0.25):
    losses, grad = focal(logits, targets, gamma, alpha)
    return losses.mean(), -grad


@FOCAL_GRAD.mistake("this is the gradient of the sum.", "The loss is a mean: divide by how many numbers there are.")
def focal_grad_of_sum(logits, targets, gamma=2.0, alpha=0.25):
    losses, grad = focal(logits, targets, gamma, alpha)
    return losses.mean(), grad * losses.size


@FOCAL_GRAD.mistake("this is the gradient of plain cross entropy.", "Use the formula with gamma in the task.")
def grad_of_bce(logits, targets, gamma=2.0, alpha=0.25):
    return focal(logits, targets, gamma, alpha)[0].mean(), bce(logits, targets)[1]


@FOCAL_GRAD.mistake(
    "gamma * p_t * log(p_t) has the wrong sign.", "Both terms in the bracket are negative: log(p_t) is."
)
def bracket_sign(logits, targets, gamma=2.0, alpha=0.25):
    losses, grad = focal(logits, targets, gamma, alpha)
    return losses.mean(), 2 * factor_constant(logits, targets, gamma, alpha)[1] - grad
