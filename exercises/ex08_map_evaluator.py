r"""Exercise 08: mean average precision, the measure of multi-label classification.

A clip can hold speech and music and rain at once, so accuracy says little. Average precision (AP) asks, for one class
at a time: if you sort the clips by score, do the positives come first? Go through the sorted clips from the highest
score down. After k clips, of which tp are positive,

    precision[k] = tp / k               recall[k] = tp / (number of positives)

and AP is the area under precision over recall, here by the trapezoidal rule: straight lines between the points of all
k = 1 ... n. The first point lies at a recall above 0 if the first clip is positive; put a point at recall 0 before it,
with precision 1 or with the first point's precision (either is right), or the area to its left is lost and perfect
scores don't give 1. Of clips with equal scores any may come first. mAP is the mean of the APs of all classes.

Two things to expect. Libraries such as scikit-learn take steps instead of trapezoids; the two differ a little. And AP
is never 0, however bad the scores: the last clip is always reached. With one positive of 20 in the last place the
precision there is 1 / 20, so AP is 0.050 by steps and half of that, 0.025, by trapezoids. With ten positives of 20 in
the last places it is as high as 0.331 by steps. An inverted class with an AP near 0 needs one or two positives.

Check:  pytest exercises/test_ex08_map_evaluator.py        Hints:  python -m exercises hint 08
Lesson: lessons/07_multi_label.py
"""

import numpy as np


class MultiLabelEvaluator:
    """AP a class, mAP, and a scenario to try them on."""

    def compute_ap(self, y_true: np.ndarray, y_scores: np.ndarray) -> float:
        """Average precision of one class: the area under its precision-recall curve, by the trapezoidal rule.

        Parameters
        ----------
        y_true : np.ndarray (n_samples,)
            0 or 1; at least one is 1.
        y_scores : np.ndarray (n_samples,)
            Any numbers; the higher, the surer. Only their order counts.

        Returns
        -------
        float
            1 if all positives have higher scores than all negatives.
        """
        raise NotImplementedError  # sort, count, a point at recall 0, np.trapezoid

    def compute_map(self, Y_true: np.ndarray, Y_scores: np.ndarray) -> float:
        """Mean average precision, the plain mean of the APs of all classes.

        Parameters
        ----------
        Y_true, Y_scores : np.ndarray (n_samples, n_classes)
            A column a class, with at least one positive in each.

        Returns
        -------
        float
            Between 0 and 1.
        """
        raise NotImplementedError  # compute_ap of each column, and their mean

    def make_scenario(self) -> tuple[np.ndarray, np.ndarray]:
        """Five classes that are found better and worse, 20 samples each; the same data at every call.

        Class 0: perfect, AP = 1. Class 1: nearly perfect, AP above 0.9 and below 1. Class 2: moderate, AP about 0.5 to
        0.7. Class 3: random scores, AP about 0.2 to 0.5. Class 4: inverted, AP below 0.1. The APs fall from class to
        class.

        Returns
        -------
        Y_true : np.ndarray (20, 5)
            0 or 1, at least one 1 in each column.
        Y_scores : np.ndarray (20, 5)
            Scores.
        """
        raise NotImplementedError  # labels, and scores = labels with more or less noise; try seeds until the APs fit

    def run(self) -> None:
        """Evaluate the scenario of `self.make_scenario()` and print what comes out.

        Prints the AP of each class and the mAP of `self.compute_map`, with two decimals or more. Then come two
        verdicts, computed and not just claimed: whether the APs fall from class 0 to class 4, and whether the mAP is
        the mean of the APs. A verdict has other words when it does not hold: True or False, for instance.
        """
        raise NotImplementedError  # a line a class, the mAP, the two verdicts


if __name__ == "__main__":
    MultiLabelEvaluator().run()
