"""Every public name says what it does, takes, returns and raises, and where its definition comes from.

The rules stand in `docstring_rules.py` and in CONTRIBUTING; the last test here plants a fault of each kind.
"""

import ast
import importlib
import inspect
from itertools import pairwise
from pathlib import Path

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

from npaudio import frontend, metrics, nn
from npaudio._core.checks import Check
from tests.docstring_rules import faults, raises_value_error
from tests.public_docstrings import ROOMS, Public, public_names, top_level


@pytest.mark.parametrize("room", ROOMS)
def test_public_docstrings_lack_nothing(room):
    lacking = {str(public): faults(public) for public in public_names() if public.room == room}
    assert {name: found for name, found in lacking.items() if found} == {}


def test_the_rules_are_about_every_public_name():
    assert {p.room for p in public_names()} == set(ROOMS)
    assert len(top_level()) > 200
    assert {"nn.Module.forward", "frontend.Frontend.__call__", "models.Cnn6.tag"} <= {str(p) for p in public_names()}


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "frontend"])
def test_public_constants_are_described(room):
    """A string below the assignment, as Sphinx and pdoc read it."""
    module = importlib.import_module(f"npaudio.{room}")
    constants = [name for name in module.__all__ if not callable(getattr(module, name))]
    described = {name for path in Path(module.__path__[0]).rglob("*.py") for name in described_in(path)}
    assert set(constants) <= described


def described_in(path):
    body = ast.parse(path.read_text(encoding="utf-8")).body
    for statement, after in pairwise(body):
        if isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(after, ast.Expr):
            target = statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
            yield ast.unparse(target)


def layers_front_ends_and_metrics():
    layers = [p for p in top_level() if p.room == "nn" and p.is_class and hasattr(p.value, "forward")]
    measures = [p for p in top_level() if p.room == "metrics" and not p.is_class]
    recipes = [p for p in top_level() if p.room == "frontend"]
    return [p for p in layers + measures + recipes if p.value not in (nn.Module, nn.Loss)]  # the two base classes


@pytest.mark.parametrize("public", layers_front_ends_and_metrics(), ids=str)
def test_every_layer_front_end_and_metric_has_an_example(public):
    """`test_doctests.py` runs them."""
    assert ">>> " in public.sections.get("Examples", "")
    if inspect.isclass(public.value) or public.name != "bootstrap_ci":
        assert any(">>> " in line and "+SKIP" not in line for line in public.sections["Examples"].splitlines())


def test_the_examples_are_of_all_that_there_are():
    names = {public.name for public in layers_front_ends_and_metrics()}
    assert {"Conv2d", "GRU", "TransformerBlock", "FocalLoss", "Sequential", "Frontend", "psds", "accuracy"} <= names
    assert {name for name in metrics.__all__ if inspect.isfunction(getattr(metrics, name))} <= names
    assert set(frontend.__all__) <= names


def good(y: np.ndarray, *, sr: int) -> np.ndarray:
    """Half of it, as in librosa.

    Parameters
    ----------
    y : np.ndarray (n_samples,)
        Waveform.
    sr : int
        Sample rate in Hz.

    Returns
    -------
    np.ndarray (n_samples,)

    Raises
    ------
    ValueError
        No samples.
    """
    return _halved(Check("good"), y)


def _halved(check: Check, y: np.ndarray) -> np.ndarray:
    if not len(y):
        raise check.error("no samples")
    return y / 2


PLANTED = {
    "Half of": ("Half\nof", "no summary of one line: 'Half\\nof it, as in librosa.'"),
    "sr : int": ("rate : int", "nothing on sr"),
    " (n_samples,)\n    Waveform": ("\n    Waveform", "no shape of y"),
    " in Hz": ("", "no unit of sr, Hz"),
    "Returns\n-------\nnp.ndarray (n_samples,)\n\n": ("", "nothing on what it returns"),
    "np.ndarray (n_samples,)\n\nRaises": ("np.ndarray\n\nRaises", "no shape of what it returns: np.ndarray"),
    "Raises\n------\nValueError\n    No samples.": ("", "it can raise ValueError"),
    ", as in librosa": ("", "no source"),
}  # fmt: skip


@pytest.mark.parametrize("right", PLANTED)
def test_a_planted_fault_is_found(right, monkeypatch):
    monkeypatch.setattr(good, "__module__", "npaudio.mel")
    monkeypatch.setattr(_halved, "__module__", "npaudio.mel")
    assert faults(Public("mel", "good", good)) == []
    wrong, fault = PLANTED[right]
    assert right in inspect.getdoc(good)
    monkeypatch.setattr(good, "__doc__", inspect.getdoc(good).replace(right, wrong))
    assert fault in faults(Public("mel", "good", good))


def test_what_can_raise_is_found_behind_other_functions():
    assert raises_value_error(nn.Conv2d)
    assert raises_value_error(metrics.lwlrap)
    assert not raises_value_error(nn.Flatten)
    assert not raises_value_error(described_in)
