"""Checks of exercise 12, event-based F1; the mistakes that it knows are in checking/mistakes_ex12.py."""

import math

import numpy as np

from exercises.checking import Wrong, claim, expect
from exercises.checking.comparing import mistaken
from exercises.checking.mistakes_ex12 import F1, PAIRS, figures, fit
from npaudio.sed import Event


def events(*texts):
    """Events from text such as "Dog 1 2.5"."""
    parts = [text.split() for text in texts]
    return [Event(float(onset), float(offset), label) for label, onset, offset in parts]


TIMES = events("Dog 1 2", "Dog 4 5", "Siren 6 9", "Siren 10 14", "Bird 20 20.125", "Bird 24 26", "Dog 30 31")
TIMES += events("Siren 40 41", "Siren 50 53", "Siren 55 58", "Bird 60 61", "Dog 70 72", "Dog 80 81")
FOUND = events(
    "Dog 1.25 2",  # onset late by the collar
    "Bird 4 5",  # another label
    "Siren 6 7.5",  # offset early by half the length
    "Siren 10 17",  # offset late by half of its own length, but by more than half of the reference's
    "Bird 20 20.25",  # offset late by its length, less than the collar
    "Bird 24.375 26",  # onset too late
    "Dog 30 31.75",  # offset too late, within the length
    "Siren 40 45",  # offset far too late
    "Siren 50 52.5",  # offset early by more than the collar, less than a fifth of the length
    "Siren 55 57",  # offset early by more than a fifth of the length, less than half
    "Bird 59 61",  # onset far too early
    "Dog 70 70.5",  # offset far too early
    "Dog 79 80.125",  # both
)
EDGES = [  # reference, estimate: at a limit, and just beyond it
    (Event(1, 3, "Dog"), Event(1.25, 3, "Dog")),
    (Event(1, 3, "Dog"), Event(1.2500005, 3, "Dog")),
    (Event(1, 3, "Dog"), Event(0.7499995, 3, "Dog")),
    (Event(1, 3, "Dog"), Event(1, 4, "Dog")),
    (Event(1, 3, "Dog"), Event(1, 4.0000005, "Dog")),
    (Event(1, 3, "Dog"), Event(1, 1.9999995, "Dog")),
    (Event(1, 1.125, "Dog"), Event(1, 1.3750005, "Dog")),
    (Event(1, 3, "Dog"), Event(1, 3, "dog")),
    (Event(1, 3, "Dog"), Event(1.25, 4, "Dog")),
    (Event(1, 3, "Dog"), Event(0.75, 2, "Dog")),
    (Event(1, 3, "Dog"), Event(0.875, 4.0625, "Dog")),
    (Event(1, 3, "Dog"), Event(1.125, 1.9375, "Dog")),
    (Event(1, 9, "Dog"), Event(1.25, 5, "Dog")),
    (Event(1, 9, "Dog"), Event(1.125, 12.9375, "Dog")),
]
TWO = [events("Dog 1.125 2.875", "Dog 1.375 2.75"), events("Dog 1.25 3.25", "Dog 1.25 2")]  # collar 0.25: two pairs
LONGER = [events("Dog 1 2", "Dog 10 20", "Siren 30 31"), events("Dog 1 6", "Dog 10 16", "Siren 30 40")]
CROWDED = events("Dog 1 2", "Dog 1.25 2", "Dog 1.5 2", "Siren 1 2", "Siren 1.125 2")
RIVALS = events("Dog 1.375 2", "Dog 1.125 2", "Dog 0.875 2", "Siren 1.0625 2", "Siren 0.875 2", "Siren 1.5 2")


def tell(event):
    return f"{event.label} {event.onset:g}-{event.offset:g} s"


def as_pairs(label, pairs):
    """Sorted list of (i, j), or a sentence."""
    try:
        pairs = list(pairs.items()) if isinstance(pairs, dict) else pairs
        return sorted((int(i), int(j)) for i, j in pairs)
    except (TypeError, ValueError):
        raise Wrong(f"{label}: expected a list of pairs (i, j), yours is {pairs!r:.80}.") from None


def expect_matching(label, yours, reference, estimated, collar):
    """Pass any largest matching; say which rule is broken, or how many pairs there could be."""
    pairs = as_pairs(label, yours)
    n_pairs = figures(reference, estimated, collar)[0]
    reason = broken(pairs, reference, estimated, collar)
    if not reason and len(pairs) == n_pairs:
        return
    if not reason and not addable(pairs, reference, estimated, collar):
        raise Wrong(
            f"{label}: your {len(pairs)} pairs fit, but {n_pairs} are possible.\n"
            "One of your pairs uses up an event that another needs: to take the first fit or the nearest is not "
            "enough. Hint 2 shows what to do."
        )
    turned = [(i, j) for j, i in pairs]
    claim(
        len(pairs) != n_pairs or broken(turned, reference, estimated, collar),
        f"{label}: your pairs are (estimated, reference).\nThe reference comes first: (i, j) for reference[i].",
    )
    difference = reason or missing(pairs, reference, estimated, collar)
    raise mistaken(label, pairs, difference, PAIRS.on(reference, estimated, collar))


def addable(pairs, reference, estimated, collar):
    """A pair that fits and could simply be added."""
    left = [i for i in range(len(reference)) if i not in [a for a, _ in pairs]]
    free = [j for j in range(len(estimated)) if j not in [b for _, b in pairs]]
    return next(((i, j) for i in left for j in free if fit(reference[i], estimated[j], collar)), None)


def missing(pairs, reference, estimated, collar):
    i, j = addable(pairs, reference, estimated, collar)
    return f"the pair ({i}, {j}) is missing: {tell(reference[i])} and {tell(estimated[j])} fit."


def broken(pairs, reference, estimated, collar):
    """The first rule that a pair breaks, in a sentence."""
    if not all(0 <= i < len(reference) and 0 <= j < len(estimated) for i, j in pairs):
        return f"your pairs {pairs} reach beyond the lists of {len(reference)} and {len(estimated)} events."
    for side, name in ((0, "reference"), (1, "estimated")):
        used = [pair[side] for pair in pairs]
        twice = next((k for k in used if used.count(k) > 1), None)
        if twice is not None:
            return f"you use {name}[{twice}] in {used.count(twice)} pairs.\nEach event may be in one pair only."
    for i, j in pairs:
        if not fit(reference[i], estimated[j], collar):
            return f"your pair ({i}, {j}) does not fit: {tell(reference[i])} and {tell(estimated[j])}, collar {collar}."
    return None


def test_same_events_match(answer):
    reference = events("Dog 1 2", "Siren 1 2", "Dog 3 3.5")
    yours = answer.match_events(reference, reference[::-1], 0.125)
    expect_matching("match_events of the same events in reverse order", yours, reference, reference[::-1], 0.125)


def test_what_fits(answer):
    """Few at a time: who tries out all assignments needs 13! = 6,227,020,800 of them for all at once."""
    for start in range(0, len(TIMES), 5):
        reference, estimated = TIMES[start : start + 5], FOUND[start : start + 5]
        yours = answer.match_events(reference, estimated, 0.25)
        expect_matching("match_events with a collar of 0.25 s", yours, reference, estimated, 0.25)


def test_each_limit_by_itself(answer):
    for r, e in [*zip(TIMES, FOUND, strict=True), *EDGES]:
        yours = answer.match_events([r], [e], 0.25)
        label = f"match_events([{tell(r)}], [{tell(e)}], 0.25)"
        expect_matching(label, yours, [r], [e], 0.25)


def test_more_detections_than_events(answer):
    estimated = [*events("Siren 0 9", "Dog 2 3"), *FOUND[:3]]
    yours = answer.match_events(TIMES[:3], estimated, 0.25)
    expect_matching("match_events with false alarms", yours, TIMES[:3], estimated, 0.25)


def test_the_matching_is_the_largest(answer):
    for reference, estimated in ((CROWDED, RIVALS), (RIVALS, CROWDED), (CROWDED[::-1], RIVALS)):
        yours = answer.match_events(reference, estimated, 0.125)
        expect_matching("match_events where events compete", yours, reference, estimated, 0.125)
    for reference, estimated in (TWO, [TWO[0], TWO[1][::-1]], [TWO[0][::-1], TWO[1]], TWO[::-1]):
        yours = answer.match_events(reference, estimated, 0.25)
        expect_matching("match_events of two and two events", yours, reference, estimated, 0.25)


def test_the_matching_is_the_largest_in_a_crowd(answer):
    rng = np.random.default_rng(12)
    for n_ref, n_est in ((6, 5), (4, 7), (6, 6), (5, 6), (6, 6), (6, 6), (3, 7), (5, 5)):
        times = [rng.integers(0, 24, size=n) / 16 for n in (n_ref, n_est)]
        reference, estimated = ([Event(1 + t, 3 + t, "Dog") for t in row] for row in times)
        yours = answer.match_events(reference, estimated, 0.125)
        expect_matching(f"match_events of {n_ref} and {n_est} close events", yours, reference, estimated, 0.125)


def test_nothing_to_match(answer):
    for reference, estimated in (([], TIMES[:6]), (TIMES[:6], []), ([], [])):
        label = f"match_events of {len(reference)} and {len(estimated)} events"
        expect_matching(label, answer.match_events(reference, estimated, 0.25), reference, estimated, 0.25)


def test_f1(answer):
    """Events that are easy to match: what is looked at is the figure."""
    wrong = [Event(100 + k, 101 + k, label) for k, label in enumerate(("Dog", "Siren", "Siren", "Bird", "Bird"))]
    for reference, estimated in ((TIMES[:5], TIMES[:3] + wrong[:4]), (TIMES[:7], TIMES[1:3] + wrong[:3]), LONGER):
        tp, n_ref, n_est = figures(reference, estimated, 0.25)
        label = f"event_f1 with {tp} of {n_ref} events found and {n_est} detections"
        known = F1.on(reference, estimated, 0.25)
        expect(label, answer.event_f1(reference, estimated, 0.25), 2 * tp / (n_ref + n_est), known)


def test_f1_at_its_ends(answer):
    some = TIMES[:6]
    for label, estimated, expected in (("all found", some, 1.0), ("nothing found", [], 0.0)):
        known = F1.on(some, estimated, 0.25)
        expect(f"event_f1 with {label}", answer.event_f1(some, estimated, 0.25), expected, known)
    yours = answer.event_f1([], [], 0.25)
    expect("event_f1([], [], 0.25)", yours, math.nan, F1.on([], [], 0.25))
