"""`npaudio classify`: what is in recordings."""

import argparse
import math
from typing import Any

import numpy as np

from npaudio.cli.running import DONE, SOME_FAILED, sentence_of
from npaudio.cli.terminal import BOLD, RED, bar, colored, complain, write_csv, write_json
from npaudio.cli.watched import watched_blocks
from npaudio.pipeline import AudioClassificationPipeline
from npaudio.pipeline.classifier import UNKNOWN
from npaudio.pipeline.shipped import open_classifier


def run(options: argparse.Namespace) -> int:
    """Classify the files one after the other."""
    pipeline = open_classifier(options.model)
    fitted = pipeline.fitted
    assert fitted is not None  # what is loaded is trained
    if options.unknown_below is not None:
        fitted.unknown_below = options.unknown_below
    results = []
    for name in options.files:
        results.append(result_of(pipeline, name))
        if not (options.json or options.csv):
            print_result(results[-1], options.top, fitted.unknown_below)
    if options.json:
        write_json(results)
    if options.csv:
        write_csv(results, ("file", "label", "probability", "error"))
    return SOME_FAILED if any("error" in result for result in results) else DONE


def result_of(pipeline: AudioClassificationPipeline, name: str) -> dict[str, Any]:
    """Label and probabilities of a file, best first; or what is wrong with it."""
    try:
        probabilities = pipeline.predict_stream(watched_blocks(name, pipeline.recipe.sr))
    except (ValueError, OSError) as error:
        return {"file": name, "error": sentence_of(error)}
    order = np.argsort(-probabilities, kind="stable")
    label = pipeline.label(probabilities)
    return {
        "file": name,
        "label": label if isinstance(label, str) else ";".join(label),
        "probability": rounded(probabilities[order[0]]),
        "predictions": [{"label": pipeline.class_names[k], "probability": rounded(probabilities[k])} for k in order],
    }


def rounded(probability: float) -> float:
    """Six decimals: more is noise of the arithmetic."""
    return round(float(probability), 6) if math.isfinite(probability) else 0.0


def print_result(result: dict[str, Any], top: int, unknown_below: float) -> None:
    """The name of the file with the answer, and why that is `unknown`; then a line per class."""
    if "error" in result:
        print(f"{result['file']}: {colored('failed', RED)}")
        complain(result["error"])
        return
    too_unsure = result["label"] == UNKNOWN and result["probability"] < unknown_below  # a class may have that name
    why = f" (below the threshold of {unknown_below:.1%})" if too_unsure else ""
    print(f"{result['file']}: {colored(result['label'], BOLD)}{why}")
    for prediction in result["predictions"][:top]:
        share = prediction["probability"]
        print(f"  {share:>6.1%}  {prediction['label']:<20} {bar(share)}".rstrip())
