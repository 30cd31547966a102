"""How good a classifier is: accuracy with its interval, figures per class, confusion, the worst mistakes by name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from npaudio import metrics
from npaudio.datasets import SoundDataset


@dataclass(frozen=True)
class Mistake:
    """A clip that was taken for something else, and how sure the classifier was.

    Explained in lesson 09.

    Attributes
    ----------
    name : str
        Of the clip.
    label, predicted : str
        What it is, and what it was taken for.
    probability : float
        Of the predicted class, 0 to 1.

    See Also
    --------
    Evaluation : `mistakes()` lists them.
    """

    name: str
    label: str
    predicted: str
    probability: float

    def __str__(self) -> str:
        return f"{self.name}: {self.label}, taken for {self.predicted} ({self.probability:.0%})"


@dataclass(frozen=True)
class Evaluation:
    """Probabilities of clips beside the truth; `print` it for the whole report.

    Explained in lesson 09.

    Parameters
    ----------
    names : tuple of str
        The clips.
    y_true : np.ndarray (n_clips,) of int, or (n_clips, n_classes) of 0 and 1
    probabilities : np.ndarray (n_clips, n_classes)
    class_names : tuple of str

    See Also
    --------
    npaudio.metrics.classification_report : its table.
    npaudio.metrics.bootstrap_ci : its intervals.
    """

    names: tuple[str, ...]
    y_true: np.ndarray = field(repr=False)
    probabilities: np.ndarray = field(repr=False)
    class_names: tuple[str, ...]

    @property
    def multi_label(self) -> bool:
        """Whether a clip may hold several classes."""
        return self.y_true.ndim == 2

    @cached_property
    def y_pred(self) -> np.ndarray:
        """Most likely class of each clip; of several labels those above 0.5, as 0 and 1."""
        return (self.probabilities > 0.5).astype(int) if self.multi_label else self.probabilities.argmax(axis=1)

    @cached_property
    def accuracy(self) -> float:
        """Share of clips that are right; of several labels, right in every class."""
        return float(np.mean(self._right))

    @cached_property
    def interval(self) -> metrics.Interval:
        """The accuracy with its 95 % confidence interval, by the bootstrap over clips."""
        return metrics.bootstrap_ci(np.mean, self._right.astype(float))

    @cached_property
    def mean_average_precision(self) -> float:
        """Mean over the classes, each against all others."""
        return float(metrics.mean_average_precision(self._one_hot, self.probabilities))

    @cached_property
    def calibration_error(self) -> float:
        """Expected calibration error: how far probabilities are from shares of right answers."""
        return float(metrics.expected_calibration_error(self.y_true, self.probabilities))

    @cached_property
    def confusion(self) -> np.ndarray:
        """Counts (n_classes, n_classes): row the truth, column the prediction. For one label per clip."""
        return metrics.confusion_matrix(self.y_true, self.y_pred, labels=range(len(self.class_names)))

    def mistakes(self, most: int = 10) -> list[Mistake]:
        """The clips that were wrong with the highest probability, the worst first.

        Parameters
        ----------
        most : int
            How many at most.

        Returns
        -------
        list of Mistake
        """
        wrong = [self._mistake(i) for i in np.flatnonzero(~self._right).tolist()]
        return sorted(wrong, key=lambda mistake: -mistake.probability)[:most]

    def report(self) -> str:
        """Precision, recall, F and number of clips of each class, as text.

        Returns
        -------
        str

        Raises
        ------
        ValueError
            There are no clips.
        """
        if self.multi_label:
            return self._tagging_report()
        labels = range(len(self.class_names))
        return metrics.classification_report(
            self.y_true, self.y_pred, labels=labels, target_names=self.class_names, zero_division=np.nan
        )

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain numbers, for JSON."""
        figures: dict[str, Any] = {
            "n_clips": len(self.names),
            "accuracy": self.accuracy,
            "interval": [self.interval.low, self.interval.high],
            "mean_average_precision": self.mean_average_precision,
            "classes": list(self.class_names),
            "mistakes": [vars(mistake) for mistake in self.mistakes(len(self.names))],
        }
        if not self.multi_label:
            figures["confusion"] = self.confusion.tolist()
        return figures

    def __str__(self) -> str:
        low, high = self.interval.low, self.interval.high
        lines = [self.report(), "", f"95 % of resampled test sets lie between {low:.1%} and {high:.1%}."]
        mistakes = self.mistakes()
        if mistakes:
            lines += ["", "Worst mistakes:", *(f"  {mistake}" for mistake in mistakes)]
        return "\n".join(lines)

    @cached_property
    def _right(self) -> np.ndarray:
        right = self.y_pred == self.y_true
        return right.all(axis=1) if self.multi_label else right

    @cached_property
    def _one_hot(self) -> np.ndarray:
        return self.y_true if self.multi_label else np.eye(len(self.class_names), dtype=int)[self.y_true]

    def _named(self, row: np.ndarray) -> str:
        return " + ".join(np.asarray(self.class_names, object)[row.astype(bool)]) or "nothing"

    def _mistake(self, i: int) -> Mistake:
        """What was wrong with a clip; of several labels, the probability is that of the surest wrong answer."""
        true, predicted, row = self.y_true[i], self.y_pred[i], self.probabilities[i]
        if not self.multi_label:
            return Mistake(self.names[i], self.class_names[true], self.class_names[predicted], float(row[predicted]))
        surest = float(np.abs(row - 0.5)[predicted != true].max() + 0.5)
        return Mistake(self.names[i], self._named(true), self._named(predicted), surest)

    def _tagging_report(self) -> str:
        scores = metrics.average_precision(self.y_true, self.probabilities)
        width = max(map(len, self.class_names))
        rows = [
            f"{name:<{width}}{ap:>7.3f}{int(count):>7}"
            for name, ap, count in zip(self.class_names, scores, self.y_true.sum(axis=0), strict=True)
        ]
        return "\n".join(
            [
                f"All labels right: {self.accuracy:.1%} of {len(self.names)} clips",
                f"mAP: {self.mean_average_precision:.3f}",
                "",
                f"{'':<{width}}{'AP':>7}{'Count':>7}",
                *rows,
            ]
        )


def joined(parts: Sequence[Evaluation]) -> Evaluation:
    """Evaluations of disjoint clips, such as the folds of a cross-validation, as one."""
    return Evaluation(
        tuple(name for part in parts for name in part.names),
        np.concatenate([part.y_true for part in parts]),
        np.concatenate([part.probabilities for part in parts]),
        parts[0].class_names,
    )


def known_classes(dataset: SoundDataset, class_names: Sequence[str]) -> np.ndarray:
    """Number of each class of a data set among those of a model; a class that the model does not know is an error."""
    unknown = [name for name in dataset.class_names if name not in class_names]
    if unknown:
        raise ValueError(
            f"evaluate: the data has class {unknown[0]!r}, the model knows {', '.join(class_names)}; "
            "leave those recordings out, or train with them"
        )
    return np.array([class_names.index(name) for name in dataset.class_names])
