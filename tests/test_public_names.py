"""Names that people import go on working: `golden/public_names.json` was written before the modules moved into rooms.

The four modules that had the name of a function beside them are functions only: `npaudio.metrics.psds`.
"""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import npaudio
from npaudio._core.former_paths import FORMER

ROOT = Path(__file__).parents[1]
BEFORE = json.loads((Path(__file__).parent / "golden" / "public_names.json").read_text(encoding="utf-8"))
FUNCTIONS_NOW = {
    "npaudio.metrics.average_precision",
    "npaudio.metrics.psds",
    "npaudio.models.summary",
    "npaudio.nn.gradcheck",
}


@pytest.mark.parametrize("room", BEFORE["names"])
def test_no_public_name_is_lost(room):
    missing = [name for name in BEFORE["names"][room] if not hasattr(importlib.import_module(room), name)]
    assert missing == []


@pytest.mark.parametrize("path", sorted(set(BEFORE["modules"]) - FUNCTIONS_NOW))
def test_no_module_path_is_lost(path):
    assert isinstance(importlib.import_module(path), ModuleType)


@pytest.mark.parametrize("path", sorted(FUNCTIONS_NOW))
def test_no_module_is_named_like_the_function_beside_it(path):
    room, _, name = path.rpartition(".")
    assert callable(getattr(importlib.import_module(room), name))
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(path)


def test_former_paths_are_the_modules_of_today():
    for former, today in FORMER.items():
        assert importlib.import_module(f"npaudio.{former}") is importlib.import_module(f"npaudio.{today}")


def test_no_public_function_shadows_a_module():
    importlib.import_module("npaudio.plot")
    rooms = [module for name, module in sys.modules.items() if name.split(".")[0] == "npaudio" and is_room(module)]
    for room in rooms:
        for path in Path(room.__path__[0]).iterdir():
            if path.suffix == ".py" or (path / "__init__.py").exists():
                assert path.stem == "__init__" or not callable(getattr(room, path.stem, None)), path


def is_room(module):
    return hasattr(module, "__path__")


def test_dir_shows_what_is_imported_later_and_nothing_of_how():
    code = "import npaudio; print(*dir(npaudio)); from npaudio import *; import npaudio.plot"
    names = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert {"datasets", "plot", "training", "stft"} <= set(names.split())
    assert not {"LAZY", "importlib", "import_module"} & set(names.split())
    assert npaudio.mel_centers is npaudio.mel.mel_centers
    assert issubclass(npaudio.EmptyFilterWarning, UserWarning)
