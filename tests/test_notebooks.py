"""The lessons as notebooks: their form, and that they run from top to bottom where a kernel is installed."""

import json
import re
import sys
from argparse import Namespace

import pytest

from lessons.__main__ import FOLDER, chosen, main
from lessons.reading import cells

sys.path.insert(0, str(FOLDER))
from notebooks import write_notebooks


@pytest.fixture(scope="module")
def quick_notebooks(tmp_path_factory):
    """All lessons as quick notebooks: {stem: dictionary}."""
    folder = tmp_path_factory.mktemp("notebooks")
    options = Namespace(quick=True, audio=None, data=None, out=folder)
    paths = write_notebooks(chosen([]), folder / "notebooks", options)
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}


@pytest.mark.parametrize("script", chosen([]), ids=lambda path: path.stem)
def test_a_notebook_has_the_cells_of_its_script(script, quick_notebooks):
    notebook = quick_notebooks[script.stem]
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    expected = cells(script)
    assert len(notebook["cells"]) == len(expected)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(expected)
    for found, cell in zip(notebook["cells"], expected, strict=True):
        assert found["cell_type"] == ("markdown" if cell.is_prose else "code")
        text = "".join(found["source"])
        if not cell.is_prose:
            compile(text, script.name, "exec")
            text = re.sub(r", quick=True, out='[^']*'", "", text)
        assert re.sub(r"\]\([^)]*?(\w+\.md)", r"](\1", text) == cell.text.strip("\n")


def test_the_options_of_the_command_line_reach_the_lesson(quick_notebooks):
    for stem, notebook in quick_notebooks.items():
        code = "".join(line for cell in notebook["cells"] if cell["cell_type"] == "code" for line in cell["source"])
        assert code.count(f'Lesson("{stem}", quick=True, out=') == code.count('Lesson("')


def test_links_lead_to_the_pages_beside_the_lessons(tmp_path):
    (path,) = write_notebooks(chosen(["01"]), tmp_path, Namespace(quick=False, audio=None, data=None, out=None))
    targets = set(re.findall(r"\]\(([^)#\s]*\.md)", path.read_text(encoding="utf-8")))
    assert targets
    assert all((tmp_path / target).resolve().parent == FOLDER for target in targets)


def test_the_command_says_where_the_notebooks_are(tmp_path, capsys):
    assert main(["--notebooks", "00", "02", "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"2 notebooks in {tmp_path / 'notebooks'}\n"
    assert sorted(path.name for path in (tmp_path / "notebooks").iterdir()) == [
        "00_one_page.ipynb",
        "02_features.ipynb",
    ]


@pytest.mark.parametrize("name", ["00", "02"])
def test_a_notebook_runs_from_top_to_bottom(name, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(FOLDER.parent))
    nbclient = pytest.importorskip("nbclient", reason="running a notebook needs nbclient, from the development extra")
    nbformat = pytest.importorskip("nbformat", reason="running a notebook needs nbformat, from the development extra")
    pytest.importorskip("ipykernel", reason="running a notebook needs a kernel: ipykernel, from the development extra")
    assert main(["--notebooks", name, "--quick", "--out", str(tmp_path)]) == 0
    (path,) = (tmp_path / "quick" / "notebooks").iterdir()
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert outputs
    assert not [output for output in outputs if output.output_type == "error"]
    n_figures = "".join(cell.source for cell in notebook.cells if cell.cell_type == "code").count("lesson.figure(")
    assert sum("image/png" in output.get("data", {}) for output in outputs) == n_figures
