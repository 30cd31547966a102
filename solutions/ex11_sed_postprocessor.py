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
        # [yours] noise from self.rng, then the five stretches of SCHEDULE
        preds = self.rng.normal(0.0, 0.1, (len(CLASSES), N_FRAMES))
        for label, start, stop, score in SCHEDULE:
            preds[CLASSES.index(label), start:stop] += score
        return preds

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
        # [yours] one comparison
        return np.asarray(preds) > t

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
        # [yours] row by row: the end of each run and the start of the next
        filled = np.array(binary)
        for row in filled:
            for (_, end), (start, _) in pairwise(runs(row)):
                if start - end < max_gap:
                    row[end:start] = 1
        return filled

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
        # [yours] row by row: the runs, and which are too short
        kept = np.array(binary)
        for row in kept:
            for start, end in runs(row):
                if end - start < min_dur:
                    row[start:end] = 0
        return kept

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
        # [yours] where a row changes, with an inactive frame added at both ends
        return [(label, start, end) for label, row in zip(CLASSES, binary, strict=True) for start, end in runs(row)]

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
        # [yours] each stage works on what the one before it gave
        binary = self.threshold(self.generate_predictions() if preds is None else preds)
        events = {"threshold": self.extract_events(binary)}
        binary = self.fill_gaps(binary)
        events["fill_gaps"] = self.extract_events(binary)
        events["remove_short"] = self.extract_events(self.remove_short(binary))
        for stage, found in events.items():
            print(f"After {stage}: {len(found)} events")
            for label in CLASSES:
                print(f"  {label:<8}" + ", ".join(f"{start}-{end}" for name, start, end in found if name == label))
        verify(events)
        return events


# [solution only]
def runs(row: np.ndarray) -> list[tuple[int, int]]:
    """First frame and frame after the last of each run: where the row changes, taken in pairs."""
    changes = np.flatnonzero(np.diff(np.concatenate(([0], row, [0]))))
    return [(int(start), int(end)) for start, end in changes.reshape(-1, 2)]


# [solution only]
def verify(events: dict[str, Events]) -> None:
    """What the article asks to verify, as it is on these scores."""
    barks = [sum(label == "Dog" for label, _, _ in found) for found in events.values()]
    total = [len(found) for found in events.values()]
    split = "" if barks[0] == 3 else " (the article expects 3; here the noise decided otherwise)"
    shortest = min((end - start for _, start, end in events["remove_short"]), default=0)
    print(f"Dog events after each stage: {', '.join(map(str, barks))}{split}")
    print(f"Filled gaps merged {total[0] - total[1]} times; {total[1] - total[2]} short events were removed")
    print(f"The shortest event left lasts {shortest} frames")


if __name__ == "__main__":
    SEDPostProcessor().run()
