r"""Exercise 12: the event-based F1 score.

A detected event is right if it says the same as an annotated one at about the same time. Annotators don't agree to
the millisecond, so there is a collar. Reference event r and estimated event e *fit* if

    the labels are the same,
    |e.onset - r.onset| <= collar,
    |e.offset - r.offset| <= max(collar, 0.5 * (r.offset - r.onset)).

Ends are harder to hear than beginnings, so they get half of the reference event's length if that is more. All three
limits are inclusive, and nothing is rounded.

Each event may be used once. So we look for a *matching*: pairs that fit, no event in two of them, and as many pairs
as possible. To take the first fit, or the nearest, is not enough: it may use up an estimate that another reference
event needs. With TP the number of pairs,

    precision = TP / n_estimated,  recall = TP / n_reference,  F1 = 2 TP / (n_reference + n_estimated).

That is the measure of the DCASE challenges and of sed_eval, `npaudio.metrics.event_based_metrics` with its defaults
(DCASE sets 0.2 in place of 0.5). Write both functions for the events of one recording; don't call the library's.

Check:  pytest exercises/test_ex12_event_f1.py        Hints:  python -m exercises hint 12
Lesson: lessons/08_event_detection.py
"""

from npaudio.sed import Event


def match_events(reference: list[Event], estimated: list[Event], collar: float) -> list[tuple[int, int]]:
    """A largest possible set of pairs that fit, with no event in two pairs.

    Parameters
    ----------
    reference, estimated : list of Event
        Annotated and detected events of one recording, in any order; each has onset and offset in seconds and a label.
    collar : float
        Seconds that an onset may differ, inclusive.

    Returns
    -------
    list of (int, int)
        (i, j) for reference[i] and estimated[j], in any order; where several sets are as large, any of them.
    """
    # [yours] which pairs fit; then an estimate for each event, if need be after others have moved
    fitting = [[j for j, e in enumerate(estimated) if fit(r, e, collar)] for r in reference]
    partner: dict[int, int] = {}  # of each estimate that is taken
    for i in range(len(reference)):
        find_place(i, fitting, partner, set())
    return [(i, j) for j, i in partner.items()]


def event_f1(reference: list[Event], estimated: list[Event], collar: float) -> float:
    """F1 = 2 TP / (n_reference + n_estimated).

    Parameters
    ----------
    reference, estimated : list of Event
        Annotated and detected events of one recording.
    collar : float
        Seconds that an onset may differ.

    Returns
    -------
    float
        Between 0 and 1; NaN if both lists are empty, since then there is nothing to be right or wrong about.
    """
    # [yours] count the pairs
    total = len(reference) + len(estimated)
    if total == 0:
        return float("nan")
    return 2 * len(match_events(reference, estimated, collar)) / total


# [solution only]
def fit(r: Event, e: Event, collar: float) -> bool:
    """Whether the two may be a pair."""
    offset_collar = max(collar, 0.5 * (r.offset - r.onset))
    return e.label == r.label and abs(e.onset - r.onset) <= collar and abs(e.offset - r.offset) <= offset_collar


# [solution only]
def find_place(i: int, fitting: list[list[int]], partner: dict[int, int], asked: set[int]) -> bool:
    """Give reference event i an estimate: a free one, or one whose partner finds another place (Kuhn 1955)."""
    for j in fitting[i]:
        if j in asked:
            continue
        asked.add(j)
        if j not in partner or find_place(partner[j], fitting, partner, asked):
            partner[j] = i
            return True
    return False


if __name__ == "__main__":
    annotated = [Event(1.0, 4.0, "Speech"), Event(2.5, 3.5, "Dog"), Event(2.75, 3.5, "Dog"), Event(5.0, 5.5, "Dog")]
    detected = [Event(1.1, 3.1, "Speech"), Event(2.6, 3.4, "Dog"), Event(2.375, 3.5, "Dog"), Event(5.0, 5.5, "Bird")]
    for i, j in match_events(annotated, detected, 0.2):
        print(f"{annotated[i].label:<7} {annotated[i].onset:5.2f} s is found at {detected[j].onset:5.2f} s")
    print(f"F1 {event_f1(annotated, detected, 0.2):.3f} with a collar of 0.2 s")
