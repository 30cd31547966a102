"""Checks of exercise 09, attention; its known mistakes stand in checking/mistakes_ex09.py."""

import numpy as np

from exercises.checking import claim, close, expect
from exercises.checking.mistakes_ex09 import BACKWARD, FORWARD, SOFTMAX, attention, plain_softmax
from exercises.checking.parts import parts

SIZES = ((4, 4, 3, 5), (3, 5, 4, 2), (6, 2, 3, 4))  # N, M, d, e


def tokens(n, m, d, e):
    """q, k, v and an upstream gradient."""
    rng = np.random.default_rng(n + 10 * m)
    return [rng.normal(size=shape) for shape in ((n, d), (m, d), (m, e), (n, e))]


def told(n, m, d, e):
    return f"of {n} queries, {m} keys, d = {d}, e = {e}"


def slopes(q, k, v, dout, step=1e-5):
    """dq, dk and dv measured: move each number a little up and down and see what becomes of sum(out * dout)."""
    grads = []
    for x in (q, k, v):
        grad = np.empty_like(x)
        for i in np.ndindex(x.shape):
            kept, sums = x[i], []
            for x[i] in (kept + step, kept - step):
                sums.append(np.sum(attention(q, k, v) * dout))
            x[i], grad[i] = kept, (sums[0] - sums[1]) / (2 * step)
        grads.append(grad)
    return grads


def gradients(answer, q, k, v, dout):
    """The learner's (dq, dk, dv), once the way there is right."""
    out, cache = parts("attention_forward", answer.attention_forward(q, k, v), "out", "cache")
    right = close(out, attention(q, k, v))
    claim(right, "attention_backward: to be checked when the output of attention_forward is right; see above.")
    return parts("attention_backward", answer.attention_backward(dout, cache), "dq", "dk", "dv")


def check_gradient(answer, part):
    """One of dq, dk and dv, of square and of other sizes."""
    for size in SIZES:
        inputs = tokens(*size)
        yours, expected = gradients(answer, *inputs)[part], slopes(*inputs)[part]
        label = f"attention_backward {told(*size)}: {('dq', 'dk', 'dv')[part]}"
        expect(label, yours, expected, BACKWARD.on(*inputs, part=part))


def test_softmax(answer):
    x = np.random.default_rng(9).normal(size=(3, 5))
    expect("softmax of 3 rows, 5 columns", answer.softmax(x), plain_softmax(x), SOFTMAX.on(x))
    x = np.array([[0.0, np.log(3)], [2.0, 2.0]])
    expect("softmax([[0, log 3], [2, 2]])", answer.softmax(x), [[0.25, 0.75], [0.5, 0.5]], SOFTMAX.on(x))


def test_softmax_of_large_numbers(answer):
    x = np.array([[1000.0, 999.0, 998.0], [-1000.0, -1000.0, -998.0], [0.0, 1.0, 2.0]])
    expected = plain_softmax(x - [[1000], [-1000], [0]])
    expect("softmax of rows around 1000, -1000 and 0", answer.softmax(x), expected, SOFTMAX.on(x))


def test_attention(answer):
    for size in SIZES:
        q, k, v, _ = tokens(*size)
        out = parts("attention_forward", answer.attention_forward(q, k, v), "out", "cache")[0]
        expect(f"attention_forward {told(*size)}", out, attention(q, k, v), FORWARD.on(q, k, v, part=0))


def test_attention_to_the_one_key_that_fits(answer):
    keys, values = 30 * np.eye(3, 4), np.array([[1.0, 2.0], [3.0, 5.0], [7.0, 11.0]])
    out = parts("attention_forward", answer.attention_forward(keys[[2, 0]], keys, values), "out", "cache")[0]
    label = "attention_forward of queries that equal the last and the first of three keys"
    expect(label, out, values[[2, 0]], FORWARD.on(keys[[2, 0]], keys, values, part=0))


def test_dv(answer):
    check_gradient(answer, 2)


def test_dq(answer):
    check_gradient(answer, 0)


def test_dk(answer):
    check_gradient(answer, 1)


def test_single_precision(answer):
    inputs = tokens(5, 3, 4, 3)
    single = [x.astype(np.float32) for x in inputs]
    yours = gradients(answer, *single)
    for part, expected in enumerate(slopes(*inputs)):
        label = f"attention_backward of float32 numbers: {('dq', 'dk', 'dv')[part]}"
        expect(label, yours[part], expected, BACKWARD.on(*inputs, part=part), rtol=1e-3)
