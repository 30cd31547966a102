"""Every metric's docstring opens with its definition and shows an example."""

import inspect

import pytest

from npaudio import metrics

METRICS = sorted(name for name in metrics.__all__ if inspect.isfunction(getattr(metrics, name)))
IN_WORDS = {
    "accuracy",
    "bootstrap_ci",
    "classification_report",
    "dtw_path",
    "label_ranking_average_precision",
    "lwlrap",
}
IN_WORDS |= {"psds", "psds_from_detections", "tune_thresholds"}


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_opens_with_its_definition(name):
    first, rest = inspect.getdoc(getattr(metrics, name)).split("\n\n", 1)
    assert "=" in first or name in IN_WORDS
    assert "\n" not in first
    assert "Examples\n--------\n>>> " in rest
