"""The history: a mapping, a table, a picture, and plain data."""

import json
import subprocess
import sys

import matplotlib
import pytest

from npaudio import training

matplotlib.use("Agg")


@pytest.fixture
def history():
    history = training.History()
    for i in range(3):
        history.append({"loss": 1 / (i + 1), "lr": 1e-3, "val_loss": 2.0 - i, "val_accuracy": 0.25 * i})
    history.best_epoch = 3
    return history


def test_it_is_a_mapping_of_curves(history):
    assert list(history) == ["loss", "lr", "val_loss", "val_accuracy"]
    assert history["val_accuracy"] == [0.0, 0.25, 0.5]
    assert dict(history)["val_loss"] == [2.0, 1.0, 0.0]
    assert history.n_epochs == 3
    assert repr(history) == "<History: 3 epochs of loss, lr, val_loss, val_accuracy>"


def test_it_prints_as_a_table_that_marks_the_best(history):
    assert str(history).splitlines() == [
        "epoch    loss       lr  val_loss  val_accuracy",
        "    1  1.0000  1.0e-03    2.0000        0.0000",
        "    2  0.5000  1.0e-03    1.0000        0.2500",
        "    3  0.3333  1.0e-03    0.0000        0.5000  best",
    ]
    assert str(training.History()) == "epoch"


def test_it_goes_through_json_and_back(history):
    again = training.History.from_dict(json.loads(json.dumps(history.to_dict())))
    assert again == history
    assert again.best_epoch == 3
    again.append({"loss": 0.1, "lr": 0.1, "val_loss": 0.1, "val_accuracy": 1})
    assert again != history
    assert history.n_epochs == 3


def test_curves_stay_of_one_length(history):
    with pytest.raises(ValueError, match="expected one number for each of"):
        history.append({"loss": 1.0})


def test_it_plots_the_losses_or_what_is_asked_for(history):
    ax = history.plot()
    assert [line.get_label() for line in ax.lines] == ["loss", "val_loss", "best epoch, 3"]
    assert list(ax.lines[1].get_ydata()) == [2.0, 1.0, 0.0]
    ax = history.plot("val_accuracy", color="black")
    assert ax.get_ylabel() == "val_accuracy"
    assert [line.get_label() for line in ax.lines] == ["val_accuracy", "best epoch, 3"]
    with pytest.raises(ValueError, match="no curve is called 'accuracy'; choose from loss, lr"):
        history.plot("accuracy")
    matplotlib.pyplot.close("all")


def test_training_does_not_import_matplotlib():
    code = "import sys; from npaudio import training; print('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
