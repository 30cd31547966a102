"""Precision, recall, F and error rate from counts, and the object that holds them.

Conventions
-----------
- `overall` sums the counts over the classes first (micro-average); `class_wise` has one dictionary for each class;
  `class_wise_average` is the mean over the classes whose figure is defined (macro-average).
- Undefined figures are NaN: precision without output, recall without reference, F without either.
  `empty_output="zero"` scores the precision of a class without output as zero; its F is then 0 if it has references.
- Without references a rate is divided by 2.2e-16, as in sed_eval: one insertion into such a class gives 4.5e15, and so
  does the average. Look at `n_ref` before you read an error rate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from npaudio.metrics.tagging.target_checks import defined_mean

Figures = dict[str, float]
EmptyOutput = Literal["nan", "zero"]
_EPS = float(np.spacing(1))  # sed_eval's stand-in for an empty denominator


@dataclass(frozen=True)
class EventMetrics:
    """Figures of a system: `overall`, `class_wise[label]` and `class_wise_average`, dictionaries of floats.

    Used in lesson 08.

    Attributes
    ----------
    overall : dict of float
        Figures of all events together.
    class_wise : {label: dict of float}
        The same for each class.
    class_wise_average : dict of float
        Mean over the classes.

    See Also
    --------
    event_based_metrics, segment_based_metrics, intersection_based_metrics : make one.
    """

    overall: Figures
    class_wise: dict[str, Figures]

    @cached_property
    def class_wise_average(self) -> Figures:
        """Mean of each figure over the classes in which it is defined; NaN if it is defined in none."""
        classes = list(self.class_wise.values())
        names = [name for name in (classes[0] if classes else ()) if not name.startswith("n_")]
        return {name: defined_mean(np.array([figures[name] for figures in classes])) for name in names}

    def __str__(self) -> str:
        """A table with one line for each class."""
        columns = [name for name in ("f_measure", "precision", "recall", "error_rate") if name in self.overall]
        width = max([len(label) for label in self.class_wise] + [18])
        lines = [" " * width + "".join(f"{name:>11}" for name in columns) + f"{'n_ref':>8}{'n_sys':>8}"]
        for label, figures in [*self.class_wise.items(), ("class-wise average", self.class_wise_average)]:
            lines.append(_line(label, figures, columns, width))
        return "\n".join([*lines, _line("overall", self.overall, columns, width)])


def f_figures(n_tp: float, n_ref: float, n_sys: float, *, empty_output: EmptyOutput) -> Figures:
    """Precision, recall, F and their counts."""
    empty = 0.0 if empty_output == "zero" else np.nan
    precision = n_tp / n_sys if n_sys else empty
    recall = n_tp / n_ref if n_ref else np.nan
    f_measure = 0.0 if precision == recall == 0 else 2 * precision * recall / (precision + recall)
    return {
        "f_measure": float(f_measure),
        "precision": float(precision),
        "recall": float(recall),
        "n_ref": float(n_ref),
        "n_sys": float(n_sys),
        "n_tp": float(n_tp),
    }


def error_figures(n_ref: float, *, deletions: float, insertions: float, substitutions: float | None = None) -> Figures:
    """Error rate and its parts. Without `substitutions` (class-wise) there is no substitution rate."""
    n = max(n_ref, _EPS)
    rates = {} if substitutions is None else {"substitution_rate": float(substitutions / n)}
    rates["deletion_rate"] = float(deletions / n)
    rates["insertion_rate"] = float(insertions / n)
    return {"error_rate": sum(rates.values()), **rates}


def accuracy_figures(n_tp: float, n_tn: float, n_fp: float, n_fn: float) -> Figures:
    """Sensitivity, specificity, their mean, and accuracy; 0 where nothing is counted, as in sed_eval."""
    sensitivity = n_tp / max(n_tp + n_fn, _EPS)
    specificity = n_tn / max(n_tn + n_fp, _EPS)
    return {
        "sensitivity": float(sensitivity),
        "specificity": float(specificity),
        "balanced_accuracy": float((sensitivity + specificity) / 2),
        "accuracy": float((n_tp + n_tn) / max(n_tp + n_tn + n_fn + n_fp, _EPS)),
    }


def _line(label: str, figures: Figures, columns: Sequence[str], width: int) -> str:
    counts = "".join(f"{figures[name]:>8.0f}" for name in ("n_ref", "n_sys") if name in figures)
    return f"{label:<{width}}" + "".join(f"{figures.get(name, np.nan):>11.3f}" for name in columns) + counts
