"""Checks of exercise 08, mean average precision; its known mistakes stand in checking/mistakes_ex08.py."""

import re

import numpy as np

from exercises.checking import Wrong, claim, expect
from exercises.checking.mistakes_ex08 import AP, MAP, trapezoid_ap
from exercises.checking.parts import parts

# AP by trapezoids of the scenario's classes; "about" in the task is a twentieth here.
NAMES = ("perfect", "nearly perfect", "moderate", "random", "inverted")
RANGES = ((1.0, 1.0), (0.9, 0.9999), (0.45, 0.75), (0.15, 0.55), (0.0, 0.1))


def ranked(*labels):
    """Labels from the highest score down, with scores between 0 and 1, mixed up."""
    n = len(labels)
    order = np.random.default_rng(n + 3).permutation(n)
    return np.array(labels)[order], np.linspace(0.93, 0.04, n)[order]


def clips(n, n_classes=None):
    """Labels and scores at random, with at least one positive in every column and row, two different ones a column."""
    rng = np.random.default_rng(n)
    y = np.eye(n, n_classes or 1, dtype=int) + np.eye(n, n_classes or 1, k=-3, dtype=int)
    y |= rng.uniform(size=y.shape) < 0.35
    y[:, -1] |= y.sum(axis=1) == 0
    scores = 0.8 * rng.permutation(y.size).reshape(y.shape) / y.size + 0.1237 * y
    return (y, scores) if n_classes else (np.eye(n, dtype=int)[2] | y[:, 0] & (np.arange(n) % 3 > 0), scores[:, 0])


def check_ap(answer, label, y_true, y_scores, expected=None):
    yours = answer.MultiLabelEvaluator().compute_ap(y_true, y_scores)
    right = trapezoid_ap(y_true, y_scores) if expected is None else expected
    expect(f"compute_ap of {label}", yours, right, AP.on(y_true, y_scores))


def test_ap_by_hand(answer):
    check_ap(answer, "positive, negative, negative, positive, positive", *ranked(1, 0, 0, 1, 1), expected=59 / 90)
    check_ap(answer, "negative, positive, positive", *ranked(0, 1, 1), expected=5 / 12)


def test_ap_of_random_scores(answer):
    for n in (11, 20):
        check_ap(answer, f"{n} clips at random", *clips(n))


def test_ap_of_perfect_scores_is_one(answer):
    check_ap(answer, "perfect scores", *ranked(1, 1, 1, 0, 0, 0, 0), expected=1.0)


def test_ap_of_inverted_scores(answer):
    check_ap(answer, "one positive of 20 in the last place", *ranked(*[0] * 19, 1), expected=0.025)
    check_ap(answer, "two positives of 9 in the last places", *ranked(*[0] * 7, 1, 1))


def test_only_the_order_counts(answer):
    y_true, y_scores = clips(13)
    check_ap(answer, "scores from -8 to 9", y_true, 12 * y_scores - 5)


def test_clips_with_equal_scores_may_come_in_any_order(answer):
    y_true, y_scores = np.array([1, 0, 0, 1, 1, 0, 0]), np.array([0.9, 0.9, 0.4, 0.6, 0.4, 0.4, 0.1])
    lowest, highest = (trapezoid_ap(y_true, y_scores + nudge * y_true) for nudge in (-0.01, 0.01))
    yours = np.asarray(answer.MultiLabelEvaluator().compute_ap(y_true, y_scores))
    claim(
        yours.size == 1 and lowest - 1e-4 <= yours <= highest + 1e-4,
        f"compute_ap of clips with equal scores: any order of them is right, so between {lowest:.4f} and {highest:.4f} "
        f"is expected; yours is {yours}.",
    )


def test_map(answer):
    for n, n_classes in ((11, 4), (14, 3)):
        Y_true, Y_scores = clips(n, n_classes)
        expected = np.mean(list(map(trapezoid_ap, Y_true.T, Y_scores.T)))
        yours = answer.MultiLabelEvaluator().compute_map(Y_true, Y_scores)
        expect(f"compute_map of {n} clips, {n_classes} classes", yours, expected, MAP.on(Y_true, Y_scores))


def scenario(evaluator):
    """The learner's labels and scores as arrays, once they look like some."""
    made = parts("make_scenario()", evaluator.make_scenario(), "Y_true", "Y_scores")
    for name, values in zip(("Y_true", "Y_scores"), made, strict=True):
        shape = np.shape(values)
        told = "its axes are swapped, a column is a class" if shape == (5, 20) else "20 samples, 5 classes are expected"
        claim(shape == (20, 5), f"make_scenario(): {name} has shape {shape}, not (20, 5): {told}.")
    Y_true, Y_scores = (np.asarray(values, dtype=float) for values in made)
    claim(np.isin(Y_true, (0, 1)).all(), "make_scenario(): Y_true holds other numbers than 0 and 1.")
    empty = np.flatnonzero(Y_true.sum(axis=0) == 0)
    claim(not empty.size, f"make_scenario(): class {empty[:1]} has no positives, so it has no AP.")
    return Y_true.astype(int), Y_scores


def test_scenario_is_the_same_at_every_call(answer):
    first, second = (scenario(answer.MultiLabelEvaluator()) for _ in range(2))
    evaluator = answer.MultiLabelEvaluator()
    third, fourth = scenario(evaluator), scenario(evaluator)
    told = "make_scenario(): two calls {} give different data, so an AP can't be relied on.\n"
    advice = "Make the generator inside of make_scenario, with a seed: rng = np.random.default_rng(3)."
    claim(all(map(np.array_equal, first, second)), told.format("on two objects") + advice)
    claim(all(map(np.array_equal, third, fourth)), told.format("on one object") + advice)


def test_scenario_has_the_aps_of_the_task(answer):
    aps = [trapezoid_ap(y, scores) for y, scores in zip(*columns(answer), strict=True)]
    positives = [int(y.sum()) for y in columns(answer)[0]]
    told = "make_scenario(): the APs of your classes are " + ", ".join(f"{ap:.3f}" for ap in aps) + "."
    off = [c for c, (ap, (low, high)) in enumerate(zip(aps, RANGES, strict=True)) if not low - 1e-6 <= ap <= high]
    claim(not off, "\n".join([told, *(f"Class {c}, {NAMES[c]}: {advice(c, positives[c])}" for c in off)]))
    claim(np.all(np.diff(aps) < 0), f"{told}\nThey should fall from class to class: try another seed.")


def columns(answer):
    Y_true, Y_scores = scenario(answer.MultiLabelEvaluator())
    return Y_true.T, Y_scores.T


def advice(c, positives):
    if c == 4 and positives > 3:
        return f"With {positives} positives of 20 even inverted scores can't get below 0.1: give it one or two."
    return (
        "All positives need higher scores than all negatives.",
        "Above 0.9 and below 1 is asked for: let one negative slip in among the positives, not far up.",
        "About 0.5 to 0.7 is asked for: more noise lowers it, less noise lifts it.",
        "About 0.2 to 0.5 is asked for: scores that know nothing give about the share of positives; try another seed.",
        "Below 0.1 is asked for: its positives need lower scores than all negatives.",
    )[c]


def printed_numbers(text):
    """Numbers with a decimal point and percentages, each with half a unit of its last digit; 1.0 and 0.7 are exact."""
    found = []
    for number, percent in re.findall(r"(\d+\.\d+|\d+(?=\s*%))(\s*%)?", text):
        scale, decimals = (100 if percent else 1), len(number.partition(".")[2])
        half = 0.5001 * 10.0**-decimals if percent or decimals > 1 else 1e-9
        found.append((float(number) / scale, half / scale))
    return found


def claim_printed(text, value, what):
    shown = any(abs(number - value) <= half for number, half in printed_numbers(text))
    claim(shown, f"run: {what}, {value:.4f}, is not in what it prints; show it with two decimals or more.")


def test_run_prints_the_aps_and_the_map(answer):
    evaluator = answer.MultiLabelEvaluator()
    Y_true, Y_scores = scenario(evaluator)
    aps = [float(evaluator.compute_ap(y, scores)) for y, scores in zip(Y_true.T, Y_scores.T, strict=True)]
    with evaluator.replaced("make_scenario", lambda: (Y_true, Y_scores)):
        text = evaluator.run.printed()
    for c, ap in enumerate(aps):
        claim_printed(text, ap, f"the AP of class {c}")
    claim_printed(text, np.mean(aps), "the mAP, the mean of the APs")


def falling_evaluator(answer):
    """The learner's object, with labels and scores, once its APs fall."""
    evaluator = answer.MultiLabelEvaluator()
    Y_true, Y_scores = scenario(evaluator)
    aps = [evaluator.compute_ap(y, scores) for y, scores in zip(Y_true.T, Y_scores.T, strict=True)]
    claim(
        np.all(np.diff(aps) < 0), "run: its verdicts can be checked when your APs fall from class to class; see above."
    )
    return evaluator, Y_true, Y_scores


def claim_verdict(evaluator, method, replacement, case):
    """Run says something else when one of its methods gives another result."""
    before = evaluator.run.printed()
    with evaluator.replaced(method, lambda *args, **kwargs: replacement):
        after = printed_or_refused(evaluator)
    claim(before != after, f"run: it does not use self.{method}(): it prints the same when that gives another result.")
    claim(
        words(before) != words(after),
        f"run: {case} it prints the same words, so nothing is verified.\n"
        "Compare the numbers, and print a verdict that depends on them, such as True or False.",
    )


def test_run_says_so_when_the_order_does_not_hold(answer):
    evaluator, Y_true, Y_scores = falling_evaluator(answer)
    backwards = Y_true[:, ::-1].copy(), Y_scores[:, ::-1].copy()
    claim_verdict(evaluator, "make_scenario", backwards, "with the classes in reverse order")


def test_run_says_so_when_the_map_is_not_the_mean(answer):
    evaluator, *_ = falling_evaluator(answer)
    claim_verdict(evaluator, "compute_map", 0.1234, "with an mAP that is not the mean of the APs")


def printed_or_refused(evaluator):
    """What run prints, or that an assert in it stopped it: a verdict as well."""
    try:
        return evaluator.run.printed()
    except Wrong as wrong:
        if "AssertionError" not in str(wrong):
            raise
        return "refused"


def words(text):
    return re.sub(r"[\d.%\s-]+", " ", text)
