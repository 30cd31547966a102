"""Words for how two arrays differ, when no known mistake fits."""

import numpy as np
import pytest

from exercises.checking import Wrong, close, expect
from exercises.checking.wording import difference

RIGHT = np.random.default_rng(0).normal(size=(5, 8))
CURVE = np.array([0.0, 1.0, 3.0, 2.0, 5.0, 4.0, 7.0])


@pytest.mark.parametrize(
    ("yours", "expected", "words"),
    [
        (RIGHT.T, RIGHT, "your values are right, but transposed: your result has shape (8, 5), expected (5, 8)"),
        (2 * RIGHT.T, RIGHT, "it looks transposed"),
        (RIGHT.ravel(), RIGHT, "your values are right, but your result has shape (40,), expected (5, 8). Reshape it."),
        (RIGHT[:, :-1], RIGHT, "1 too few along axis 1; the values that both have agree."),
        (RIGHT[:, 1:], RIGHT, "1 too few along axis 1."),
        (np.arange(9.0), CURVE, "your result has shape (9,), expected (7,): 2 too many."),
        (np.zeros((2, 3, 4)), RIGHT, "it has 3 axes, not 2"),
        (RIGHT + 0j, RIGHT, "your values are complex, real ones were expected"),
        (np.abs(RIGHT * 1j), RIGHT * 1j, "your values are the magnitudes of complex numbers"),
        (np.conj(RIGHT * (1 + 2j)), RIGHT * (1 + 2j), "the complex conjugates"),
        (np.where(RIGHT > 1, np.nan, RIGHT), RIGHT, "of your 40 values are NaN or infinite, the first at ["),
        (np.zeros((5, 8)), RIGHT, "all of your 40 values are 0; they should differ"),
        (-RIGHT, RIGHT, "your values have the opposite sign"),
        (RIGHT / 2, RIGHT, "your values are half the expected ones (factor 0.5)"),
        (RIGHT * np.log(10), RIGHT, "your values are ln(10) times the expected ones (factor 2.30259)"),
        (RIGHT * 3.7, RIGHT, "your values are 3.7 times the expected ones."),
        (RIGHT * (7.4 + 1e-8j), RIGHT * (2 + 1e-15j), "your values are 3.7 times the expected ones."),  # rounding
        (RIGHT - 1.25, RIGHT, "your values are the expected ones minus 1.25"),
        (RIGHT[:, ::-1], RIGHT, "your values are in reverse order along axis 1"),
        (np.roll(RIGHT, 2, axis=1), RIGHT, "your values come 2 places too late along axis 1"),
        (np.append(CURVE[1:], 9), CURVE, "your values come 1 place too early."),
        (np.where(np.arange(7) == 4, 5.5, CURVE), CURVE, "1 of 7 values differ. First at [4]: yours 5.5, expected 5."),
        (np.where(np.arange(7) > 4, [0, 0, 0, 0, 0, 4.5, 9], CURVE), CURVE, "; worst at [6]: yours 9, expected 7."),
        (np.int64(CURVE * 1.3), CURVE * 1.3, "whole numbers (int64): an integer array cuts off the fractions"),
        (np.float64(3), np.float64(4), "you have 3, expected 4."),
        (np.array([True, False, True]), np.array([True, True, True]), "1 of 3 values differ. First at [1]"),
        (np.array([1.0, 2.0, 3.0]), np.array([1.0, np.nan, 3.0]), "1 of 3 values differ. First at [1]: yours 2, exp"),
    ],
)
def test_differences_in_words(yours, expected, words):
    assert words in difference(np.asarray(yours), np.asarray(expected))


@pytest.mark.parametrize(
    "yours", [RIGHT, RIGHT.tolist(), RIGHT.astype(np.float32), tuple(map(tuple, RIGHT)), RIGHT * (1 + 1e-5)]
)
def test_right_numbers_pass_whatever_holds_them(yours):
    expect("f()", yours, RIGHT)


def test_a_number_may_come_as_an_array_of_one():
    for yours in (2.0, np.float32(2), np.array(2), np.array([2.0]), [2]):
        expect("f()", yours, 2.0)
    with pytest.raises(Wrong, match="you have 3, expected 2"):
        expect("f()", 3, 2.0)


def test_a_known_mistake_comes_before_the_words():
    mistakes = [("you are ten off.", RIGHT + 11), ("you are one off.", RIGHT + 1)]
    with pytest.raises(Wrong, match=r"f\(\): you are one off\."):
        expect("f()", RIGHT + 1, RIGHT, mistakes)


def test_close_is_about_shape_and_type_too():
    assert not close(RIGHT.T, RIGHT)
    assert not close(RIGHT + 0j, RIGHT)
    assert not close("text", RIGHT)
    assert not close(None, 1.0)
    assert not close([[1], [1, 2]], RIGHT)
    assert close([np.nan, 1], [np.nan, 1.0])
    assert not close([np.nan, 1], [0.0, 1.0])
