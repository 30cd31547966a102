"""Exercise 09, attention: what is right, and the mistakes that its checks know by name."""

import numpy as np

from exercises.checking.mistakes import Mistakes

SOFTMAX, FORWARD = Mistakes("softmax"), Mistakes("attention_forward")
# The cache is the learner's own, so wrong versions of the way back take the inputs of the forward instead.
BACKWARD = Mistakes("attention_backward", plantable=False)


TOKENS = "d is the length of a query or key, q.shape[1] or k.shape[1], not their number."


def plain_softmax(x, axis=1):
    return np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True)


def weights_of(q, k):
    return plain_softmax(q @ k.T / np.sqrt(q.shape[1]))


def attention(q, k, v):
    return weights_of(q, k) @ v


def attend(q, k, v, scale):
    return plain_softmax(q @ k.T * scale) @ v, ()


def through_softmax(weights, dweights):
    return weights * (dweights - (weights * dweights).sum(axis=1, keepdims=True))


def gradients(q, k, v, dout, softmax_backward=through_softmax):
    """(dq, dk, dv), with another way back through the softmax if there is one."""
    weights = weights_of(q, k)
    dscores = softmax_backward(weights, dout @ v.T) / np.sqrt(q.shape[1])
    return dscores @ k, dscores.T @ q, weights.T @ dout


@SOFTMAX.mistake(
    "your columns sum to 1, not your rows.", "Maximum and sum along the last axis: axis=-1, keepdims=True."
)
def columns(x):
    return plain_softmax(x - x.max(), axis=0)


@SOFTMAX.mistake("all your numbers together sum to 1.", "Each row on its own: axis=-1, keepdims=True.")
def whole(x):
    return plain_softmax(x - x.max(), axis=(0, 1))


@SOFTMAX.mistake(
    "exp overflows: infinity divided by infinity is NaN.", "Subtract the largest number of each row before exp."
)
def overflowing(x):
    with np.errstate(all="ignore"):
        return plain_softmax(x)


@SOFTMAX.mistake(
    "you subtract the largest number of all rows: a row far below it becomes 0 / 0.",
    "Subtract each row's own: x.max(axis=-1, keepdims=True).",
)
def largest_of_all(x):
    with np.errstate(all="ignore"):
        return plain_softmax(x - x.max())


@SOFTMAX.mistake("your rows do not sum to 1: these are the exponentials.", "Divide by the sum of each row.")
def not_divided(x):
    return np.exp(x - x.max(axis=1, keepdims=True))


@SOFTMAX.mistake("these are the exponentials of x itself.", "Divide by the sum of each row.")
def only_exp(x):
    with np.errstate(all="ignore"):
        return np.exp(x)


@SOFTMAX.mistake("the smallest score has the largest share: a sign is wrong.", "x minus its maximum, then exp.")
def turned(x):
    return plain_softmax(x.min(axis=1, keepdims=True) - x)


@SOFTMAX.mistake("these are the logarithms of the softmax.", "Leave out the logarithm.")
def logarithms(x):
    y = x - x.max(axis=1, keepdims=True)
    return y - np.log(np.exp(y).sum(axis=1, keepdims=True))


@SOFTMAX.mistake("you divide x by its row's sum; the exponential is missing.", "exp(x) / sum of exp(x).")
def no_exp(x):
    return x / x.sum(axis=1, keepdims=True)


@SOFTMAX.mistake("these are sigmoids, each number on its own.", "exp(x) / sum of exp(x) over the row.")
def sigmoids(x):
    return 0.5 + 0.5 * np.tanh(0.5 * x)


@FORWARD.mistake("the scale 1 / sqrt(d) is missing.", "Divide the scores by np.sqrt(q.shape[1]) before the softmax.")
def no_scale(q, k, v):
    return attend(q, k, v, 1)


@FORWARD.mistake("you divide the scores by d instead of by its root.", "np.sqrt(d), with d = q.shape[1].")
def no_root(q, k, v):
    return attend(q, k, v, 1 / q.shape[1])


@FORWARD.mistake("you multiply the scores by sqrt(d).", "Divide them.")
def multiplied(q, k, v):
    return attend(q, k, v, np.sqrt(q.shape[1]))


@FORWARD.mistake("you divide by the root of the number of tokens.", TOKENS)
def root_of_queries(q, k, v):
    return attend(q, k, v, 1 / np.sqrt(len(q)))


@FORWARD.mistake("you divide by the root of the number of tokens.", TOKENS)
def root_of_keys(q, k, v):
    return attend(q, k, v, 1 / np.sqrt(len(k)))


@FORWARD.mistake("you divide by the root of the length of a value.", "d is the length of a query, q.shape[1].")
def root_of_values(q, k, v):
    return attend(q, k, v, 1 / np.sqrt(v.shape[1]))


@FORWARD.mistake(
    "your softmax runs over the queries, so the weights of a query don't sum to 1.",
    "Over the keys: the last axis of the scores (N, M).",
)
def over_queries(q, k, v):
    return plain_softmax(q @ k.T / np.sqrt(q.shape[1]), axis=0) @ v, ()


@FORWARD.mistake("you scale after the softmax.", "Scores first: softmax(q k^T / sqrt(d)).")
def scaled_late(q, k, v):
    return attend(q, k, v, 1)[0] / np.sqrt(q.shape[1]), ()


@FORWARD.mistake("the softmax is missing.", "weights = softmax(scores), then weights v.")
def no_softmax(q, k, v):
    return q @ k.T / np.sqrt(q.shape[1]) @ v, ()


@FORWARD.mistake("these are the weights; the values are missing.", "out = weights v.")
def only_weights(q, k, v):
    return weights_of(q, k), ()


@FORWARD.mistake("queries and keys have changed places.", "scores = q k^T: a row a query.")
def keys_ask(q, k, v):
    return attention(k, q, v), ()


@BACKWARD.mistake("the scale 1 / sqrt(d) is missing.", "The scores were divided by sqrt(d), so their gradient is too.")
def back_unscaled(q, k, v, dout):
    return gradients(q, k, v, dout, lambda w, dw: np.sqrt(q.shape[1]) * through_softmax(w, dw))


@BACKWARD.mistake(
    "you let each weight depend on its own score only, weights * dweights.",
    "A score lowers the other weights of its row too: subtract the sum over the keys from dweights.",
)
def no_sum(q, k, v, dout):
    return gradients(q, k, v, dout, lambda w, dw: w * dw)


@BACKWARD.mistake(
    "you go back through the softmax as if it were a sigmoid, weights * (1 - weights) * dweights.",
    "That is its diagonal; the sum over the keys of weights * dweights has the rest.",
)
def diagonal(q, k, v, dout):
    return gradients(q, k, v, dout, lambda w, dw: w * (1 - w) * dw)


@BACKWARD.mistake(
    "your sum of weights * dweights runs over the queries.",
    "Over the keys, as the softmax does: axis=1, keepdims=True.",
)
def sum_over_queries(q, k, v, dout):
    return gradients(q, k, v, dout, lambda w, dw: w * (dw - (w * dw).sum(axis=0, keepdims=True)))


@BACKWARD.mistake("in your sum over the keys dweights is not weighted.", "Sum weights * dweights.")
def plain_sum(q, k, v, dout):
    return gradients(q, k, v, dout, lambda w, dw: w * (dw - dw.sum(axis=1, keepdims=True)))


@BACKWARD.mistake("you take the mean over the keys of weights * dweights.", "The formula has their sum.")
def mean_for_sum(q, k, v, dout):
    return gradients(q, k, v, dout, lambda w, dw: w * (dw - (w * dw).mean(axis=1, keepdims=True)))


@BACKWARD.mistake("the sum in the bracket is added.", "It is subtracted: raising one score lowers the other weights.")
def bracket_sign(q, k, v, dout):
    return gradients(q, k, v, dout, lambda w, dw: w * (dw + (w * dw).sum(axis=1, keepdims=True)))


@BACKWARD.mistake(
    "the softmax is left out in the backward pass.", "dscores = weights * (dweights - sum), then q and k."
)
def softmax_skipped(q, k, v, dout):
    return gradients(q, k, v, dout, lambda w, dw: dw)


@BACKWARD.mistake(
    "the upstream gradient is forgotten: this is right for dout = 1 only.",
    "Chain rule: dv and dweights begin with dout.",
)
def no_upstream(q, k, v, dout):
    return gradients(q, k, v, np.ones_like(dout))


@BACKWARD.mistake("dq and dk have changed places.", "Return dq, dk, dv in this order.")
def places(q, k, v, dout):
    dq, dk, dv = gradients(q, k, v, dout)
    return dk, dq, dv


@BACKWARD.mistake(
    "your weights, or dscores, are not transposed.", "dv = weights^T dout, and dk = dscores^T q / sqrt(d)."
)
def not_transposed(q, k, v, dout):
    dscores = through_softmax(weights_of(q, k), dout @ v.T) / np.sqrt(q.shape[1])
    return dscores.T @ k, dscores @ q, weights_of(q, k) @ dout


@BACKWARD.mistake(
    "the gradient of the queries is made from the queries, or that of the keys from the keys.",
    "Each is multiplied by the other one: dq = dscores k / sqrt(d), dk = dscores^T q / sqrt(d).",
)
def own_partner(q, k, v, dout):
    dscores = through_softmax(weights_of(q, k), dout @ v.T) / np.sqrt(q.shape[1])
    return dscores @ q, dscores.T @ k, None
