"""Train the classifier that comes with the package on ESC-10, and measure it: cross-validation, calibration, unknowns.

    python -m benchmarks shipped --data ESC-50-master                    # three folds, then the final training
    python -m benchmarks shipped --data ESC-50-master --only-validate    # the figures alone
    python -m benchmarks shipped --only-others                           # what the shipped model calls other sounds

Each fold is held out once, and no epoch is chosen by looking at it. The temperature and the threshold for "unknown" are
chosen on the scores of the held-out clips; the final network learns from all clips with the same settings.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np

from benchmarks.recordings import esc50_folder
from npaudio import sine
from npaudio.datasets import ESC50, SyntheticSounds
from npaudio.pipeline import AudioClassificationPipeline, Evaluation
from npaudio.pipeline.evaluation import joined
from npaudio.pipeline.images import FRONTEND

SETTINGS = {"frontend": FRONTEND, "duration": 5.0, "epochs": 150, "shifts": 4}
KEPT = 0.9  # share of the right answers that the threshold for "unknown" keeps
OTHER_CLASSES = ("siren", "bird_chirp", "glass_break", "engine", "alarm", "footsteps")  # none of them is in ESC-10
TONES = (250.0, 500.0, 1000.0, 2000.0, 3000.0, 4000.0)  # Hz
TARGET = Path(__file__).parents[1] / "npaudio" / "pipeline" / "shipped" / "esc10.npz"


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks shipped", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=esc50_folder, help="folder in ESC-50 layout: audio/ and meta/esc50.csv")
    parser.add_argument("--epochs", type=int, default=SETTINGS["epochs"])
    parser.add_argument("--only-others", action="store_true", help="measure the shipped model on sounds of no class")
    parser.add_argument("--only-validate", action="store_true", help="leave out the final training")
    parser.add_argument("--out", type=Path, default=TARGET, help="where the model goes")
    options = parser.parse_args(argv)
    if options.only_others:
        shipped = AudioClassificationPipeline.load(TARGET)
        report_unknowns([shipped], "the shipped network")
        report_tones(shipped)
        return
    if options.data is None:
        parser.error("--data is needed to train")
    dataset = ESC50(options.data, esc10=True, sr=FRONTEND.sr)
    settings = SETTINGS | {"epochs": options.epochs}
    start = time.perf_counter()
    pipelines, evaluation, scores = cross_validated(dataset, settings)
    print(f"Cross-validation, {(time.perf_counter() - start) / 60:.1f} min\n{evaluation}\n")
    temperature, threshold = chosen(pipelines, evaluation, scores)
    if options.only_validate:
        return
    final = AudioClassificationPipeline(**settings).fit(dataset)
    final.fitted.temperature, final.fitted.unknown_below = temperature, threshold
    options.out.parent.mkdir(exist_ok=True)
    final.save(options.out, dtype=np.float16)
    print(f"{options.out}: {os.path.getsize(options.out) / 1e6:.2f} MB")
    report_unknowns([AudioClassificationPipeline.load(options.out)], "the final network")


def cross_validated(dataset, settings) -> tuple[list[AudioClassificationPipeline], Evaluation, np.ndarray]:
    """One pipeline for each fold, the evaluation of all held-out clips, and their scores."""
    pipelines, evaluations, scores = [], [], []
    for fold in sorted(set(dataset.folds.tolist())):
        pipeline = AudioClassificationPipeline(**settings).fit(dataset, fold=fold)
        evaluation = pipeline.evaluate(dataset, fold=fold)
        print(f"fold {fold}: accuracy {evaluation.accuracy:.4f}", flush=True)
        pipelines.append(pipeline)
        evaluations.append(evaluation)
        scores.append(np.log(np.maximum(evaluation.probabilities, 1e-30)))
    return pipelines, joined(evaluations), np.concatenate(scores)


def chosen(
    pipelines: list[AudioClassificationPipeline], evaluation: Evaluation, scores: np.ndarray
) -> tuple[float, float]:
    """Temperature and threshold by the held-out clips; what they change is printed."""
    fitted = pipelines[0].fitted
    temperature = fitted.calibrate(scores, evaluation.y_true)
    calibrated = Evaluation(evaluation.names, evaluation.y_true, fitted.probabilities(scores), evaluation.class_names)
    likeliest = calibrated.probabilities.max(axis=1)
    threshold = float(np.quantile(likeliest[calibrated.y_pred == calibrated.y_true], 1 - KEPT))
    print(
        f"temperature {temperature:.3f}: calibration error {evaluation.calibration_error:.3f} before, "
        f"{calibrated.calibration_error:.3f} after"
    )
    answered = likeliest >= threshold
    right = calibrated.y_pred[answered] == calibrated.y_true[answered]
    print(
        f"unknown below {threshold:.3f}: {answered.mean():.1%} of the held-out clips are answered, "
        f"{right.mean():.1%} of these rightly"
    )
    for pipeline in pipelines:
        pipeline.fitted.temperature, pipeline.fitted.unknown_below = temperature, threshold
    report_unknowns(pipelines, "the networks of the folds")
    return temperature, threshold


def report_unknowns(pipelines: list[AudioClassificationPipeline], whose: str) -> None:
    """How often sounds of other classes are called unknown."""
    others = SyntheticSounds(20, classes=OTHER_CLASSES, sr=FRONTEND.sr, duration=5.0, rng=0)
    shares = [np.mean([label == "unknown" for label in pipeline.predict(others)]) for pipeline in pipelines]
    print(f"of {len(others)} sounds of other classes, {np.mean(shares):.1%} are called unknown by {whose}")


def report_tones(pipeline: AudioClassificationPipeline) -> None:
    """What steady tones are called, which no class has."""
    tones = [sine(frequency, sr=FRONTEND.sr, duration=5.0) for frequency in TONES]
    chances = pipeline.predict_proba(tones).max(axis=1)
    for frequency, label, chance in zip(TONES, pipeline.predict(tones), chances, strict=True):
        print(f"a tone of {frequency:g} Hz: {label} (the likeliest class has a probability of {chance:.2f})")
