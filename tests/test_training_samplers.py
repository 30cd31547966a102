"""Samplers: exact counts, every example in its turn, and weights by their definition."""

import numpy as np
import pytest

from npaudio import training

LABELS = np.repeat([0, 1, 2, 3], [50, 25, 10, 3])
N = len(LABELS)  # 88, 22 for each class


def rng(seed=0):
    return np.random.default_rng(seed)


def test_shuffled_has_everything_once():
    order = training.Shuffled()(LABELS, rng())
    np.testing.assert_array_equal(np.sort(order), np.arange(N))


def test_balanced_has_every_class_equally_often():
    order = training.ClassBalanced()(LABELS, rng())
    assert len(order) == N
    np.testing.assert_array_equal(np.bincount(LABELS[order]), [22, 22, 22, 22])


def test_any_round_of_a_balanced_epoch_has_each_class_once():
    rounds = LABELS[training.ClassBalanced()(LABELS, rng())].reshape(-1, 4)
    np.testing.assert_array_equal(np.sort(rounds, axis=1), np.tile(np.arange(4), (22, 1)))
    assert len({tuple(r) for r in rounds.tolist()}) > 5  # and in changing order


def test_what_does_not_divide_differs_by_one_at_most():
    labels = np.array([0] * 9 + [1] * 2)
    counts = np.bincount(labels[training.ClassBalanced()(labels, rng())])
    assert sorted(counts) == [5, 6]


def test_within_a_class_all_take_their_turns():
    order = training.ClassBalanced()(LABELS, rng())
    uses = np.bincount(order, minlength=N)
    assert set(uses[LABELS == 0]) == {0, 1}  # 22 of 50
    assert set(uses[LABELS == 2]) == {2, 3}  # 22 draws of 10
    assert set(uses[LABELS == 3]) == {7, 8}  # 22 draws of 3


def test_frequent_examples_are_not_always_the_same():
    seen = [set(training.ClassBalanced()(LABELS, rng(seed))[:N]) for seed in range(2)]
    assert seen[0] != seen[1]


def test_several_labels_a_clip_take_turns_too():
    many = np.zeros((20, 3))
    many[:12, 0] = many[6:, 1] = many[18:, 2] = 1
    order = training.ClassBalanced()(many, rng())
    assert len(order) == 20
    uses = np.bincount(order, minlength=20)
    assert uses[18:].sum() >= 6  # a third of the epoch is drawn for the class with two clips


def test_weighted_draws_in_proportion():
    order = training.Weighted([0] * 87 + [1])(LABELS, rng())
    assert set(order) == {87}
    many = training.Weighted(np.tile([1.0, 3.0], 5000))(np.zeros(10000, int), rng())
    assert np.mean(many % 2) == pytest.approx(0.75, abs=0.02)


def test_class_weights_make_all_classes_count_the_same():
    weights = training.class_weights(LABELS)
    np.testing.assert_allclose(weights, [88 / 200, 88 / 100, 88 / 40, 88 / 12])
    np.testing.assert_allclose(np.bincount(LABELS) * weights, [22, 22, 22, 22])
    assert weights[LABELS].mean() == pytest.approx(1)


def test_positive_weights_are_negatives_over_positives():
    y = np.array([[1, 0], [0, 0], [0, 1], [0, 1]])
    np.testing.assert_array_equal(training.positive_weights(y), [3, 1])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: training.class_weights(np.array([0, 2])), "class_weights: no example of class 1"),
        (lambda: training.class_weights(LABELS, 6), "no example of class 4, 5"),
        (lambda: training.class_weights(LABELS, 2), "class 3 occurs, but n_classes is 2"),
        (lambda: training.class_weights(np.eye(3)), r"got float64 \(3, 3\); for one-hot rows take"),
        (lambda: training.positive_weights(np.zeros((3, 2))), "positive_weights: no example of class 0, 1"),
        (lambda: training.positive_weights(LABELS), "must be 0 and 1 of shape"),
        (lambda: training.ClassBalanced()(np.array([0.5]), rng()), "ClassBalanced: y must be class indices"),
        (lambda: training.Weighted([1.0, -1.0]), "finite numbers of at least 0, not all 0"),
        (lambda: training.Weighted([1.0])(LABELS, rng()), "got 1 weights for 88 examples"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_a_huge_class_index_is_refused_without_taking_memory():
    y = np.array([0, 1, 4_000_000_000])
    for function in (training.class_weights, lambda y: training.ClassBalanced()(y, np.random.default_rng(0))):
        with pytest.raises(ValueError, match=r"no example of class 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and more; leave"):
            function(y)
    with pytest.raises(ValueError, match=r"no example of class 2, 3, .* and more; leave"):
        training.class_weights(np.array([0, 1]), n_classes=10**12)
    with pytest.raises(ValueError, match=r"class_weights: n_classes must be a whole number, got 2\.5"):
        training.class_weights(np.array([0, 1]), n_classes=2.5)
    with pytest.raises(ValueError, match="no example of class 1; leave empty classes out"):
        training.class_weights(np.array([0, 2], np.uint64))


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint64])
def test_small_integers_count_many_examples(dtype):
    y = np.repeat(np.arange(2, dtype=dtype), [300, 100])
    np.testing.assert_allclose(training.class_weights(y, np.int8(2)), [400 / 600, 2])
    np.testing.assert_allclose(training.positive_weights(np.eye(2, dtype=dtype)[y.astype(int)]), [1 / 3, 3])
    drawn = y[training.ClassBalanced()(y, np.random.default_rng(0))]
    assert np.bincount(drawn.astype(int)).tolist() == [200, 200]
