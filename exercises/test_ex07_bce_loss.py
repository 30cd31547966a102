"""Checks of exercise 07, binary cross entropy and focal loss; its known mistakes stand in checking/mistakes_ex07.py."""

import numpy as np

from exercises.checking import claim, expect
from exercises.checking.mistakes_ex07 import BCE_GRAD, BCE_LOSS, FOCAL_GRAD, FOCAL_LOSS
from exercises.checking.parts import parts
from npaudio import nn

BCE, FOCAL = (BCE_LOSS, BCE_GRAD), (FOCAL_LOSS, FOCAL_GRAD)
FAR = np.array([[800.0, -900.0, 1000.0], [-1000.0, 0.5, -800.0]])


def clips(n, k):
    """Logits and targets of n clips and k classes, a third of them positive."""
    rng = np.random.default_rng(10 * n + k)
    return rng.normal(scale=2, size=(n, k)), np.float64(rng.permutation(n * k).reshape(n, k) % 3 == 0)


def library(loss, logits, targets):
    """(loss, grad) of a loss of npaudio.nn."""
    return loss(logits, targets), loss.backward()


def in_loss(known, *inputs):
    """What the loss would be with each mistake; `known` is (mistakes of the loss, mistakes of the gradient)."""
    return known[0].on(*inputs, part=0)


def in_grad(known, *inputs):
    """What the gradient would be."""
    return known[1].on(*inputs, part=1)


def bce_of(answer, logits, targets):
    return parts("bce_with_logits", answer.bce_with_logits(logits, targets), "loss", "grad")


def focal_of(answer, *args):
    return parts("focal_loss", answer.focal_loss(*args), "loss", "grad")


def claim_grows(label, loss, expected):
    """What happens to a loss whose logits are far out: NaN, infinity, or a cap."""
    claim(
        np.ndim(loss) == 0 or np.size(loss) == 1, f"{label}: yours has shape {np.shape(loss)}, a number was expected."
    )
    claim(
        np.all(np.isfinite(loss)),
        f"{label}: your loss is {loss}: an exp or a log overflows.\n"
        "Insert the sigmoid into the logarithm first; the top of the file has what remains.",
    )
    claim(
        loss >= 0.1 * expected,
        f"{label}: your loss is {float(loss):.4g}, expected {expected:.4g}: it stops growing.\n"
        "Don't clip p or add a small number in the logarithm: with the stable formula nothing needs it.",
    )


def test_bce_at_zero(answer):
    logits, targets = np.zeros((2, 2)), np.array([[1.0, 0.0], [0.0, 1.0]])
    loss, grad = bce_of(answer, logits, targets)
    expect("bce_with_logits at logits 0: loss", loss, np.log(2), in_loss(BCE, logits, targets))
    expect("bce_with_logits at logits 0: grad", grad, [[-0.125, 0.125], [0.125, -0.125]], in_grad(BCE, logits, targets))


def test_bce_loss(answer):
    for n, k in ((5, 3), (2, 7)):
        inputs = clips(n, k)
        expected = library(nn.BCEWithLogitsLoss(), *inputs)[0]
        label = f"bce_with_logits of {n} clips, {k} classes: loss"
        expect(label, bce_of(answer, *inputs)[0], expected, in_loss(BCE, *inputs))


def test_bce_gradient(answer):
    for n, k in ((5, 3), (2, 7)):
        inputs = clips(n, k)
        expected = library(nn.BCEWithLogitsLoss(), *inputs)[1]
        label = f"bce_with_logits of {n} clips, {k} classes: grad"
        expect(label, bce_of(answer, *inputs)[1], expected, in_grad(BCE, *inputs))


def test_bce_of_logits_far_out(answer):
    for name, targets in (("all right", FAR > 0), ("all wrong", FAR < 0)):
        targets = np.float64(targets)
        expected = library(nn.BCEWithLogitsLoss(), FAR, targets)
        loss, grad = bce_of(answer, FAR, targets)
        label = f"bce_with_logits of logits up to 1000, {name}"
        claim_grows(f"{label}: loss", loss, expected[0])
        expect(f"{label}: loss", loss, expected[0], in_loss(BCE, FAR, targets))
        expect(f"{label}: grad", grad, expected[1], in_grad(BCE, FAR, targets))


def test_focal_loss(answer):
    for n, k, settings in ((5, 3, ()), (2, 7, (1.0, 0.25)), (4, 3, (2.0, 0.6)), (3, 5, (3.5, 0.1))):
        inputs = (*clips(n, k), *settings)
        label = f"focal_loss of {n} clips, {k} classes{told(*settings)}: loss"
        expected = library(focal_layer(*settings), *inputs[:2])[0]
        expect(label, focal_of(answer, *inputs)[0], expected, in_loss(FOCAL, *inputs))


def test_focal_gradient(answer):
    for n, k, settings in ((5, 3, ()), (2, 7, (1.0, 0.4))):
        inputs = (*clips(n, k), *settings)
        label = f"focal_loss of {n} clips, {k} classes{told(*settings)}: grad"
        expected = library(focal_layer(*settings), *inputs[:2])[1]
        expect(label, focal_of(answer, *inputs)[1], expected, in_grad(FOCAL, *inputs))


def test_focal_loss_with_gamma_0_is_half_of_cross_entropy(answer):
    logits, targets = clips(3, 4)
    loss, grad = focal_of(answer, logits, targets, 0.0, 0.5)
    expected = library(nn.BCEWithLogitsLoss(), logits, targets)
    label = "focal_loss with gamma 0 and alpha 0.5, half of cross entropy"
    expect(f"{label}: loss", loss, 0.5 * expected[0], in_loss(FOCAL, logits, targets, 0.0, 0.5))
    expect(f"{label}: grad", grad, 0.5 * expected[1], in_grad(FOCAL, logits, targets, 0.0, 0.5))


def test_focal_loss_of_logits_far_out(answer):
    targets = np.float64(FAR < 0)
    expected = library(focal_layer(), FAR, targets)
    loss, grad = focal_of(answer, FAR, targets)
    label = "focal_loss of logits up to 1000, all wrong"
    claim_grows(f"{label}: loss", loss, expected[0])
    expect(f"{label}: loss", loss, expected[0], in_loss(FOCAL, FAR, targets))
    expect(f"{label}: grad", grad, expected[1], in_grad(FOCAL, FAR, targets))


def test_focal_loss_of_logits_far_out_with_gamma_0(answer):
    for name, targets in (("all right", FAR > 0), ("all wrong", FAR < 0)):
        inputs = (FAR, np.float64(targets), 0.0, 0.5)
        loss, grad = focal_of(answer, *inputs)
        expected = library(focal_layer(0.0, 0.5), *inputs[:2])
        label = f"focal_loss of logits up to 1000, {name}, with gamma 0"
        claim_grows(f"{label}: loss", loss, expected[0])
        expect(f"{label}: loss", loss, expected[0], in_loss(FOCAL, *inputs))
        expect(f"{label}: grad", grad, expected[1], in_grad(FOCAL, *inputs))


def focal_layer(gamma=2.0, alpha=0.25):
    return nn.FocalLoss(gamma, alpha)


def told(*settings):
    return f", gamma {settings[0]:g}, alpha {settings[1]:g}" if settings else ""
