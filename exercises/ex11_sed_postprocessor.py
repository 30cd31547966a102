r"""Exercise 11: from frame scores to sound events.

A detector gives a score for every class and frame. Three stages make events of them:

    threshold      a frame is active if its score is above t
    fill_gaps      inactive frames between two runs become active if there are fewer than max_gap of them
    remove_short   a run of fewer than min_dur active frames becomes inactive

An event is (class, start_frame, end_frame), and its end is *exclusive*, as in `range`: active in frames 20 ... 119 is
("Speech", 20, 120), and end - start is its length. The third exercise of the article, "Learn AI Series (#95) – Audio
Classification", makes up scores for ten seconds, 320 frames of 512 samples at 16 kHz: SCHEDULE below, with Gaussian
noise on every frame.

What to expect: the article says that "Dog" has three events after thresholding. With noise of standard deviation 0.1
on a level of 0.75, one frame in 160 falls below 0.5, and one inside a bark cuts it in two. That happens in one draw
of five, and with the noise that stands here too: four events are then the right answer. The 45 frames and more
between two barks are never filled. Without any sound the threshold lies five standard deviations away, so that noise
alone makes no event that remove_short could remove.

Write the five methods and `run`; NumPy is enough.

Check:  pytest exercises/test_ex11_sed_postprocessor.py        Hints:  python -m exercises hint 11
Lesson: lessons/08_event_detection.py
"""

from itertools import pairwise

import numpy as np

Events = list[tuple[str, int, int]]

CLASSES = ("Speech", "Music", "Dog")
N_FRAMES = 320
SCHEDULE = (  # class, first frame, frame after the last, score
    ("Speech", 20, 120, 0.8),
    ("Music", 50, 250, 0.7),
    ("Dog", 40, 55, 0.75),
    ("Dog", 100, 110, 0.75),
    ("Dog", 200, 215, 0.75),
)


class SEDPostProcessor:
    """Scores of three classes, made up, and the way from there to events.

    Parameters
    ----------
    rng : np.random.Generator or int
        Where the noise comes from.
    """

    def __init__(self, rng: np.random.Generator | int = 1) -> None:
        self.rng = np.random.default_rng(rng)

    def generate_predictions(self) -> np.ndarray:
        """Scores as SCHEDULE says, 0 elsewhere, plus Gaussian noise of standard deviation 0.1 everywhere.

        Returns
        -------
        np.ndarray (3, 320)
            A row a class in the order of CLASSES. Cut off at 0 and 1 or not, as you like.
        """
        raise NotImplementedError  # noise from self.rng, then the five stretches of SCHEDULE

    def threshold(self, preds: np.ndarray, t: float = 0.5) -> np.ndarray:
        """Binary decision per frame: active where the score is above t; a score equal to t is inactive.

        Parameters
        ----------
        preds : np.ndarray (n_classes, n_frames)
            Scores.
        t : float
            Threshold.

        Returns
        -------
        np.ndarray (n_classes, n_frames)
            True or 1 where active.
        """
        raise NotImplementedError  # one comparison

    def fill_gaps(self, binary: np.ndarray, max_gap: int = 5) -> np.ndarray:
        """Activate gaps of *fewer than* max_gap frames.

        A gap lies between two runs of the same class. What comes before the first run or after the last is no gap.

        Parameters
        ----------
        binary : np.ndarray (n_classes, n_frames)
            Decisions.
        max_gap : int
            Gaps of this many frames, or more, stay.

        Returns
        -------
        np.ndarray (n_classes, n_frames)
            A new array.
        """
        raise NotImplementedError  # row by row: the end of each run and the start of the next

    def remove_short(self, binary: np.ndarray, min_dur: int = 8) -> np.ndarray:
        """Deactivate runs of *fewer than* min_dur frames.

        Parameters
        ----------
        binary : np.ndarray (n_classes, n_frames)
            Decisions.
        min_dur : int
            Runs of this many frames, or more, stay.

        Returns
        -------
        np.ndarray (n_classes, n_frames)
            A new array.
        """
        raise NotImplementedError  # row by row: the runs, and which are too short

    def extract_events(self, binary: np.ndarray) -> Events:
        """Every run of active frames as an event.

        Parameters
        ----------
        binary : np.ndarray (3, n_frames)
            Decisions, a row a class in the order of CLASSES.

        Returns
        -------
        list of (str, int, int)
            Class, start_frame, end_frame with the end exclusive; in any order.
        """
        raise NotImplementedError  # where a row changes, with an inactive frame added at both ends

    def run(self, preds: np.ndarray | None = None) -> dict[str, Events]:
        """Apply the three stages one after the other, and print the events of each class after each stage.

        Parameters
        ----------
        preds : np.ndarray (3, n_frames), optional
            Scores; those of `generate_predictions` if there are none.

        Returns
        -------
        dict of list of (str, int, int)
            Events after "threshold", "fill_gaps" and "remove_short".
        """
        raise NotImplementedError  # each stage works on what the one before it gave


if __name__ == "__main__":
    SEDPostProcessor().run()
