"""`npaudio evaluate`: how good a model is on labelled recordings."""

import argparse
from pathlib import Path

from npaudio.cli.labelled import dataset_of
from npaudio.cli.running import DONE
from npaudio.cli.terminal import UsageError, write_json
from npaudio.pipeline import AudioClassificationPipeline, Evaluation


def run(options: argparse.Namespace) -> int:
    """Print the report, and draw the confusion matrix if asked for."""
    pipeline = AudioClassificationPipeline.load(options.model)
    dataset = dataset_of(options, pipeline.recipe.sr, min_per_class=1)
    evaluation = pipeline.evaluate(dataset, fold=options.fold)
    if options.json:
        write_json(evaluation.to_dict())
    else:
        print(evaluation)
    if options.plot is not None:
        draw(evaluation, options.plot)
    return DONE


def draw(evaluation: Evaluation, path: Path) -> None:
    """The confusion matrix as a picture."""
    if evaluation.multi_label:
        raise UsageError("--plot: there is no confusion matrix for several labels per clip")
    from npaudio.plot import confusion_matrix
    from npaudio.plot.canvas import canvas, write_figure

    figure, axes = canvas()
    confusion_matrix(evaluation.confusion, evaluation.class_names, ax=axes[0])
    axes[0].set_title(f"{evaluation.accuracy:.1%} of {len(evaluation.names)} recordings are right")
    write_figure(figure, path)
