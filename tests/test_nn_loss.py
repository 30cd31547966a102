"""Losses: closed forms, extreme scores, and targets that do not fit."""

import numpy as np
import pytest

from npaudio import nn


def test_even_scores_cost_the_logarithm_of_the_number_of_classes():
    for loss in (nn.CrossEntropyLoss(), nn.CrossEntropyLoss(label_smoothing=0.3), nn.FocalLoss(gamma=0)):
        assert loss(np.zeros((3, 8)), np.array([0, 5, 7])) == pytest.approx(np.log(8))
    assert nn.BCEWithLogitsLoss()(np.zeros((2, 3)), np.ones((2, 3))) == pytest.approx(np.log(2))


def test_one_class_costs_nothing():
    assert nn.CrossEntropyLoss()(np.zeros((1, 1)), np.array([0])) == 0


def test_limits_of_focal_and_generalized_cross_entropy():
    rng = np.random.default_rng(0)
    scores, classes, binary = rng.standard_normal((5, 4)), np.array([0, 1, 2, 3, 0]), rng.integers(0, 2, (5, 4))
    cross_entropy = nn.CrossEntropyLoss()(scores, classes)
    assert nn.FocalLoss(gamma=0)(scores, classes) == pytest.approx(cross_entropy)
    assert nn.FocalLoss(gamma=0)(scores, binary) == pytest.approx(nn.BCEWithLogitsLoss()(scores, binary))
    assert nn.GeneralizedCrossEntropyLoss(q=1e-9)(scores, classes) == pytest.approx(cross_entropy, rel=1e-6)
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    mean_absolute = np.mean(1 - p[np.arange(5), classes])
    assert nn.GeneralizedCrossEntropyLoss(q=1)(scores, classes) == pytest.approx(mean_absolute)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_scores_overflow_nowhere(dtype):
    scores = np.array([[1e4, -1e4], [-1e4, 1e4]], dtype)
    classes, binary = np.array([0, 0]), np.array([[1.0, 0], [1, 0]])
    losses = {nn.CrossEntropyLoss(): 1e4, nn.BCEWithLogitsLoss(): 5e3, nn.MSELoss(): None}
    for loss, expected in losses.items():
        value = loss(scores, classes if isinstance(loss, nn.CrossEntropyLoss) else binary)
        assert expected is None or value == pytest.approx(expected)
        assert np.isfinite(loss.backward()).all()
    for loss, target in ((nn.FocalLoss(0.5), classes), (nn.FocalLoss(2), binary)):
        assert np.isfinite(loss(scores, target))
        assert np.isfinite(loss.backward()).all()
    assert np.isfinite(nn.GeneralizedCrossEntropyLoss()(scores, classes))


def test_one_hot_targets_equal_classes():
    scores, classes = np.random.default_rng(0).standard_normal((5, 4)), np.array([0, 1, 2, 3, 0])
    for loss in (nn.CrossEntropyLoss(), nn.FocalLoss(), nn.GeneralizedCrossEntropyLoss()):
        by_class, grad = loss(scores, classes), loss.backward()
        if not isinstance(loss, nn.FocalLoss):
            assert loss(scores, np.eye(4)[classes]) == pytest.approx(by_class)
            np.testing.assert_allclose(loss.backward(), grad)


def test_gradient_of_cross_entropy_is_given_minus_wanted():
    loss, scores = nn.CrossEntropyLoss(), np.log(np.array([[0.7, 0.2, 0.1]]))
    loss(scores, np.array([1]))
    np.testing.assert_allclose(loss.backward(), [[0.7, 0.2 - 1, 0.1]])


LOSSES = [nn.CrossEntropyLoss, nn.BCEWithLogitsLoss, nn.FocalLoss, nn.GeneralizedCrossEntropyLoss, nn.MSELoss]


@pytest.mark.parametrize("kind", LOSSES)
def test_backward_before_forward_and_bad_shapes_are_refused(kind):
    loss, name = kind(), kind.__name__
    with pytest.raises(ValueError, match=f"{name}.backward: no loss was computed"):
        loss.backward()
    with pytest.raises(ValueError, match=f"{name}: targets have shape"):
        loss(np.zeros((2, 3)), np.zeros((2, 4)))
    with pytest.raises(ValueError, match=f"{name}: scores must be floating point"):
        loss(np.zeros((2, 3), int), np.zeros((2, 3)))


def test_bad_classes_weights_and_options_are_refused():
    with pytest.raises(ValueError, match=r"classes must lie in 0\.\.2, got 1\.\.3"):
        nn.CrossEntropyLoss()(np.zeros((2, 3)), np.array([1, 3]))
    with pytest.raises(ValueError, match="classes must be whole numbers, got float64"):
        nn.CrossEntropyLoss()(np.zeros((2, 3)), np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match="one number for each of the 3 classes"):
        nn.CrossEntropyLoss(weight=[1, 2])(np.zeros((2, 3)), np.array([1, 2]))
    with pytest.raises(ValueError, match="label_smoothing must be between 0 and 1"):
        nn.CrossEntropyLoss(label_smoothing=1.5)
    with pytest.raises(ValueError, match="use CrossEntropyLoss"):
        nn.GeneralizedCrossEntropyLoss(q=0)
    with pytest.raises(ValueError, match="alpha balances yes and no"):
        nn.FocalLoss(alpha=0.25)(np.zeros((2, 3)), np.array([1, 2]))
    with pytest.raises(ValueError, match=r"scores must have shape \(n, n_classes\)"):
        nn.CrossEntropyLoss()(np.zeros(3), np.array(1))


MASKED = np.array([[1.0, -np.inf, 2.0], [0.5, 1.0, -np.inf]])


def test_cross_entropy_with_a_masked_class_has_pytorchs_value():
    """torch.nn.functional.cross_entropy of the same scores and classes 2 and 1."""
    loss = nn.CrossEntropyLoss()
    assert loss(MASKED, [2, 1]) == pytest.approx(0.3936693072)
    np.testing.assert_allclose(loss.backward(), [[0.1345, 0, -0.1345], [0.1888, -0.1888, 0]], atol=1e-4)
    assert nn.CrossEntropyLoss(weight=[1, 2, 3])(MASKED, [2, 1]) == pytest.approx(0.3775877953)
    assert nn.CrossEntropyLoss(label_smoothing=0.1)(MASKED, [2, 1]) == np.inf


def test_cross_entropy_is_infinite_where_the_right_class_is_masked():
    loss = nn.CrossEntropyLoss()
    assert loss(MASKED, [1, 1]) == np.inf
    np.testing.assert_allclose(loss.backward(), [[0.1345, -0.5, 0.3655], [0.1888, -0.1888, 0]], atol=1e-4)


CLASSES, SOFT = [2, 1], [[0.5, 0, 0.5], [0.3, 0.7, 0]]


@pytest.mark.parametrize(
    ("make", "targets"),
    [
        (nn.CrossEntropyLoss, CLASSES),
        (nn.CrossEntropyLoss, SOFT),
        (nn.GeneralizedCrossEntropyLoss, CLASSES),
        (nn.GeneralizedCrossEntropyLoss, SOFT),
        (lambda: nn.FocalLoss(1.5), CLASSES),
    ],
)
def test_a_masked_class_counts_as_if_it_did_not_exist(make, targets):
    """The same loss as of scores so low that their probability is zero."""
    masked, low = make(), make()
    assert masked(MASKED, targets) == pytest.approx(low(np.maximum(MASKED, -1e4), targets), rel=1e-12)
    np.testing.assert_allclose(masked.backward(), low.backward(), atol=1e-12)
