"""Probes of exercise 08, mean average precision."""

import contextlib
import io
import re

import numpy as np

from exercises.checking.probes.asking import Probe
from npaudio.metrics import average_precision

RANGES = ((1.0, 1.0), (0.9, 0.9999), (0.45, 0.75), (0.15, 0.55), (0.0, 0.1))
CLASS = "MultiLabelEvaluator"
AXES = {"make_scenario": ("the samples", "the classes")}
WORDS = {"positive": "the sorted labels", "tp": "the count of positives", "aps": "the APs", "mean_ap": "the mAP",
         "compute_ap": "the AP", "strength": "how far the positives stand out", "positives":
         "the numbers of positives", "permutation": "the shuffled labels"}  # fmt: skip


def one_class(rng):
    """Labels with at least one positive, and scores without ties between 0 and 1."""
    n = int(rng.integers(4, 20))
    y_true = (rng.random(n) < rng.uniform(0.1, 0.8)).astype(int)
    y_true[rng.integers(n)] = 1
    return y_true, rng.permutation(np.sort(rng.random(n)) + 1e-5 * np.arange(n)) * 0.83 + 0.0713


def classes(rng):
    """Labels and scores, a column a class."""
    n, c = int(rng.integers(4, 12)), int(rng.integers(2, 6))
    Y_true = np.eye(n, c, dtype=int) | (rng.random((n, c)) < 0.4)
    Y_true[:, -1] |= Y_true.sum(axis=1) == 0
    return Y_true, rng.permutation(n * c).reshape(n, c) / (n * c) * 0.8 + 0.1237 * Y_true


def printed(module, Y_true, Y_scores, wrong_map):
    """What run prints for labels and scores that make_scenario did not make."""
    evaluator = module.MultiLabelEvaluator()
    evaluator.make_scenario = lambda: (Y_true, Y_scores)
    if wrong_map:
        evaluator.compute_map = lambda *args: 0.1234
    with contextlib.redirect_stdout(io.StringIO()) as text:
        evaluator.run()
    return [f"{number:.2f}" for number in map(float, re.findall(r"\d\.\d+", text.getvalue()))], re.findall(
        r"True|False", text.getvalue()
    )


def is_scenario(made):
    """Whether data have the APs that the task wants."""
    if not np.all(np.sum(made[0], axis=0)):
        return False
    try:
        aps = [average_precision(y, s, method="trapezoid") for y, s in zip(*(part.T for part in made), strict=True)]
    except (ValueError, AttributeError, TypeError):
        return False
    inside = all(low - 1e-9 <= ap <= high for ap, (low, high) in zip(aps, RANGES, strict=True))
    return inside and bool(np.all(np.diff(aps) < 0)) and made[0].shape == (20, 5)


def scenario(rng):
    """Five classes that get better or worse, and whether the mAP is to be wrong."""
    n = 20
    Y_true = np.array([rng.permutation(n) < k for k in (8, 8, 7, 6, 1)]).T.astype(int)
    return Y_true, rng.choice([-2, 0, 0.5, 2]) * Y_true + rng.random((n, 5)), bool(rng.random() < 0.3)


PROBES = [
    Probe(f"{CLASS}.compute_ap", one_class, lambda m, *args: m.MultiLabelEvaluator().compute_ap(*args)),
    Probe(f"{CLASS}.compute_map", classes, lambda m, *args: m.MultiLabelEvaluator().compute_map(*args),
          uses=("compute_ap",)),
    Probe(f"{CLASS}.make_scenario", lambda rng: (), lambda m: m.MultiLabelEvaluator().make_scenario(),
          right=is_scenario, fixed=True),
    Probe(f"{CLASS}.run", scenario, printed),
]  # fmt: skip
