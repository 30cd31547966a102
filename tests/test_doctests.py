"""The examples in the docstrings print what they say, in every room."""

import doctest
import importlib
from pathlib import Path

import matplotlib
import pytest

matplotlib.use("Agg")

ROOT = Path(__file__).parents[1]
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted((ROOT / "npaudio").rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_every_floor_has_examples():
    rooms = {name.split(".")[1] for name in MODULES if "." in name}
    assert {
        "audio",
        "signals",
        "spectrum",
        "mel",
        "features",
        "frontend",
        "augment",
        "nn",
        "sed",
        "metrics",
        "models",
        "training",
    } <= rooms
