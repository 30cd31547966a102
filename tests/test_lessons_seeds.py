"""What the lessons say about chance, and the sounds that they save."""

import sys

import matplotlib as mpl
import numpy as np
import pytest

from lessons.__main__ import FOLDER

mpl.use("Agg")
sys.path.insert(0, str(FOLDER))
import matplotlib.pyplot as plt

from classroom import faded
from several_seeds import Difference, difference_of_seeds, draw_differences, paired_difference, plus_minus, student


def test_mean_and_standard_error_are_printed_in_percent():
    assert plus_minus(np.array([0.1, 0.2, 0.3])) == "20.0 ± 5.8"  # 10 / sqrt(3)


def test_few_seeds_have_a_wide_interval():
    assert [student(n) for n in (2, 4, 5)] == [12.71, 3.18, 2.78]
    d = difference_of_seeds([0.5, 0.6, 0.7], [0.4, 0.4, 0.4])
    assert d.mean == pytest.approx(0.2)
    assert d.reach == pytest.approx(4.30 * 0.1 / np.sqrt(3))
    assert str(d) == "+20.0 ± 24.8, within chance"
    assert Difference(-0.2, 0.1).in_points == "-20.0 ± 10.0 points (hurts)"


def test_a_paired_difference_covers_seeds_and_clips():
    """Four seeds that agree leave only the clips: 1.96 standard errors of the differences clip by clip."""
    plain, cure = np.zeros((4, 100), bool), np.zeros((4, 100), bool)
    cure[:, :30] = True
    d = paired_difference(cure, plain)
    assert d.mean == pytest.approx(0.3)
    assert d.reach == pytest.approx(1.96 * np.sqrt(0.3 * 0.7 / 99))
    assert d.verdict == "helps"


def test_the_interval_covers_the_truth_nineteen_times_in_twenty():
    """Simulated: every seed and every clip shifts the chance of being right a little."""
    rng, covered = np.random.default_rng(0), 0
    for _ in range(400):
        clip, seed = 0.15 * rng.standard_normal(80), 0.05 * rng.standard_normal((4, 1))
        plain = rng.random((4, 80)) < 0.5
        cure = rng.random((4, 80)) < np.clip(0.6 + clip + seed, 0, 1)
        d = paired_difference(cure, plain)
        covered += abs(d.mean - 0.1) <= d.reach
    assert 0.94 <= covered / 400 <= 1.0


def test_differences_are_drawn_from_top_to_bottom():
    ax = plt.subplots()[1]
    draw_differences(ax, {"a": Difference(0.1, 0.05), "b": Difference(0.0, 0.2)}, ["b", "a"])
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["b", "a"]
    bottom, top = ax.get_ylim()
    assert bottom > top
    plt.close("all")


@pytest.mark.parametrize("n", [0, 1, 3, 400, 16000])
def test_faded_sounds_begin_and_end_at_zero(n):
    y = np.ones(n, np.float32)
    faint = faded(y, 16000)
    assert faint.dtype == np.float32
    assert y.min(initial=1) == 1, "the input is left alone"
    if n > 1:
        assert abs(faint[0]) < 1e-3
        assert abs(faint[-1]) < 1e-3
    if n > 200:
        assert faint[n // 2] == 1
