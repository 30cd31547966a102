"""The classification report: precision, recall, F and number of clips of each class, as a table or a dictionary."""

from collections.abc import Sequence
from typing import Any

from npaudio._core.checks import Check
from npaudio.metrics.tagging.classification import (
    ClassCounts,
    Classes,
    count_confusions,
    figures_of,
    warn_of_empty_classes,
)


def classification_report(
    y_true: Classes,
    y_pred: Classes,
    *,
    labels: Classes | None = None,
    target_names: Sequence[str] | None = None,
    output_dict: bool = False,
    zero_division: float = 0.0,
) -> Any:
    """Precision TP / (TP + FP), recall TP / (TP + FN), F and number of clips per class, with accuracy and averages.

    The article's table of precision, recall and count, and scikit-learn's `classification_report`, whose dictionary
    this gives with the same keys. The text shows percentages, as the article does, where scikit-learn shows shares,
    and a dash where a figure is undefined: no clip of this class, or none that was taken for it.

    Goes with lesson 07.

    Parameters
    ----------
    y_true, y_pred : sequences of n class indices or labels
    labels : sequence, optional
        The classes; by default all that occur, sorted.
    target_names : sequence of str, optional
        Names to print, one for each class.
    output_dict : bool
        Return `{class: {"precision", "recall", "f1-score", "support"}, ..., "accuracy", "macro avg", "weighted avg"}`
        instead of text.
    zero_division : float
        Value of undefined figures; NaN leaves them out of the averages.

    Returns
    -------
    str or dict

    Raises
    ------
    ValueError
        Lengths that differ, no clips, or `target_names` that are not one for each class.

    Warns
    -----
    UndefinedMetricWarning
        Counts classes without clips or without predictions, unless `zero_division` is NaN.

    See Also
    --------
    confusion_matrix : Which classes are confused.

    Examples
    --------
    >>> print(classification_report([0, 0, 1], [0, 1, 1], target_names=["cat", "dog"]))
    Overall accuracy: 66.7% (2/3)
    <BLANKLINE>
                   Prec  Recall      F1  Count
    cat          100.0%   50.0%   66.7%      2
    dog           50.0%  100.0%   66.7%      1
    <BLANKLINE>
    macro avg     75.0%   75.0%   66.7%      3
    weighted avg  83.3%   66.7%   66.7%      3
    """
    check = Check("classification_report")
    matrix, classes = count_confusions(check, y_true, y_pred, labels)
    names = [str(name) for name in (classes if target_names is None else target_names)]
    if len(names) != len(classes):
        raise check.error(
            f"{len(names)} target_names for {len(classes)} classes, expected one for each; "
            "pass labels too, if a class does not occur"
        )
    counts = ClassCounts.of(matrix)
    warn_of_empty_classes(check, counts, zero_division)
    figures = {a: figures_of(counts, a, beta=1.0, zero_division=zero_division) for a in (None, "macro", "weighted")}
    report = _as_dict(names, figures, float(counts.tp.sum() / matrix.sum()))
    return report if output_dict else _as_text(report, len(y_true))


def _as_dict(names: list[str], figures: dict[str | None, Any], share_right: float) -> dict[str, Any]:
    """scikit-learn's dictionary."""
    per_class = figures[None]
    total = float(per_class.support.sum())
    rows = dict(zip(names, zip(*per_class, strict=True), strict=True))
    rows |= {f"{average} avg": (*figures[average][:3], total) for average in ("macro", "weighted")}
    keys = ("precision", "recall", "f1-score", "support")
    report: dict[str, Any] = {name: dict(zip(keys, map(float, row), strict=True)) for name, row in rows.items()}
    averages = {name: report.pop(name) for name in ("macro avg", "weighted avg")}
    return report | {"accuracy": share_right} | averages


def _as_text(report: dict[str, Any], n_clips: int) -> str:
    width = max(len(name) for name in report)
    n_right = round(report["accuracy"] * n_clips)
    lines = [
        f"Overall accuracy: {report['accuracy']:.1%} ({n_right}/{n_clips})",
        "",
        " " * width + f"{'Prec':>7}{'Recall':>8}{'F1':>8}{'Count':>7}",
    ]
    for name, row in report.items():
        if name == "accuracy":
            lines.append("")
        else:
            shares = f"{row['precision']:>7.1%}{row['recall']:>8.1%}{row['f1-score']:>8.1%}".replace("nan%", "   -")
            lines.append(f"{name:<{width}}{shares}{row['support']:>7.0f}")
    return "\n".join(lines)
