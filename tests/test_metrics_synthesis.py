"""Metrics of speech synthesis: closed forms, loops, and librosa's DTW."""

import numpy as np
import pytest

from npaudio import metrics
from tests import golden_values
from tests import oracles_metrics as oracles


def test_the_constant_of_mcd():
    reference = np.zeros((3, 5))
    generated = reference.copy()
    generated[1] = 1.0
    assert metrics.mel_cepstral_distortion(reference, generated) == pytest.approx(6.141851463713754, abs=1e-14)


def test_c0_counts_only_if_asked_for():
    reference = np.zeros((3, 5))
    generated = np.array([3.0, 4.0, 0.0])[:, None] * np.ones(5)
    assert metrics.mel_cepstral_distortion(reference, generated) == pytest.approx(4 * 6.141851463713754)
    with_c0 = metrics.mel_cepstral_distortion(reference, generated, include_c0=True)
    assert with_c0 == pytest.approx(5 * 6.141851463713754)


def test_alignment_undoes_a_change_of_speed():
    reference = np.random.default_rng(0).normal(size=(13, 20))
    slower = np.repeat(reference, 2, axis=1)
    assert metrics.mel_cepstral_distortion(reference, slower, align=True) == 0.0
    shifted = np.roll(reference, 1, axis=1)
    without = metrics.mel_cepstral_distortion(reference, shifted)
    assert 0 < metrics.mel_cepstral_distortion(reference, shifted, align=True) < without


def test_dtw_cost_is_that_of_librosa_and_of_loops():
    for seed, golden in enumerate(golden_values.load("metrics_dtw")["cost"]):
        rng = np.random.RandomState(seed)
        x, y = rng.normal(size=(3, rng.randint(1, 12))), rng.normal(size=(3, rng.randint(1, 12)))
        path = metrics.dtw_path(x, y)
        assert path.cost == pytest.approx(golden, abs=1e-12)
        assert path.cost == pytest.approx(oracles.metrics_dtw_cost_loops(x, y), abs=1e-12)
        assert np.linalg.norm(x[:, path.x] - y[:, path.y], axis=0).sum() == pytest.approx(path.cost, abs=1e-12)
        steps = np.diff([path.x, path.y], axis=1).T
        assert (path.x[0], path.y[0], path.x[-1], path.y[-1]) == (0, 0, x.shape[1] - 1, y.shape[1] - 1)
        assert {tuple(step) for step in steps.tolist()} <= {(1, 1), (1, 0), (0, 1)}


def test_spectral_convergence():
    magnitude = np.abs(np.random.default_rng(0).normal(size=(9, 7)))
    assert metrics.spectral_convergence(magnitude, magnitude) == 0.0
    assert metrics.spectral_convergence(magnitude, np.zeros((9, 7))) == 1.0
    assert metrics.spectral_convergence(magnitude, 1.5 * magnitude) == pytest.approx(0.5)
    assert metrics.spectral_convergence(np.stack([magnitude] * 3), np.zeros((3, 9, 7))) == pytest.approx(1.0)
    assert metrics.spectral_convergence(np.zeros((2, 2)), np.zeros((2, 2))) == 0.0
    assert metrics.spectral_convergence(np.zeros((2, 2)), np.ones((2, 2))) == np.inf


def test_log_spectral_distance():
    power = np.random.default_rng(0).uniform(0.1, 1, size=(9, 7))
    assert metrics.log_spectral_distance(power, power) == 0.0
    assert metrics.log_spectral_distance(power, 100 * power) == pytest.approx(20.0)
    assert metrics.log_spectral_distance(np.ones((2, 3)), np.zeros((2, 3)), amin=1e-6) == pytest.approx(60.0)
    half = power.copy()
    half[:4] *= 10
    assert metrics.log_spectral_distance(power, half) == pytest.approx(10 * np.sqrt(4 / 9))


A = np.ones((3, 4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.mel_cepstral_distortion(A, A[:, :3]), "set align=True"),
        (lambda: metrics.mel_cepstral_distortion(A, A[:2]), "of one height"),
        (lambda: metrics.mel_cepstral_distortion(A[:1], A[:1]), "include_c0=True"),
        (
            lambda: metrics.mel_cepstral_distortion(A, A * np.nan),
            "second array holds 12 values that are NaN or infinite",
        ),
        (lambda: metrics.dtw_path(A, np.ones((3, 0))), "of one height"),
        (lambda: metrics.dtw_path(A, np.full_like(A, np.nan)), "second array holds 12 values that are NaN"),
        (lambda: metrics.spectral_convergence(A, A[:2]), "expected one shape"),
        (lambda: metrics.spectral_convergence(A[0], A[0]), r"expected one shape \(\.\.\., n_freq, n_frames\)"),
        (lambda: metrics.spectral_convergence(A[:0], A[:0]), "expected one shape"),
        (lambda: metrics.spectral_convergence(A, A * 1j), "take np.abs first"),
        (lambda: metrics.spectral_convergence(A, A * np.inf), "generated holds 12 values that are NaN or infinite"),
        (lambda: metrics.log_spectral_distance(A, -A), "negative power"),
        (lambda: metrics.log_spectral_distance([[1.0, -1.0]], [[1.0, 1.0]]), "negative power"),
        (lambda: metrics.log_spectral_distance([[1.0, 1.0]], [[1.0, -1.0]]), "negative power"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, message):
    with pytest.raises(ValueError, match=message) as error:
        call()
    assert "\n" not in str(error.value)
