"""Probes of exercise 12, event-based F1."""

from functools import cache

from exercises.checking.mistakes_ex12 import figures, fit
from exercises.checking.probes.asking import Probe
from npaudio.sed import Event

WORDS = {"fitting": "the estimates that fit", "partner": "the partners", "fit": "whether two events fit", "find_place":
         "the search for a place", "asked": "the estimates that were asked", "offset_collar":
         "the limit of the offset", "e": "the estimate", "r": "the reference event", "total":
         "the number of events"}  # fmt: skip
LABELS = ("Dog", "Siren", "dog")


def single(rng):
    """Pairs of events far from all others, so that there is one matching; collar."""
    reference, estimated, collar = [], [], float(rng.choice([0.125, 0.25, 0.5]))
    for k in range(int(rng.integers(1, 7))):
        length, label = float(rng.choice([0.125, 0.5, 1, 2, 4])), str(rng.choice(LABELS))
        onset = 100.0 * k + 10
        limit = max(collar, length / 2)
        early, late = (float(rng.choice([-3, -1, -0.6, -0.3, 0, 0.3, 0.6, 1, 1, 3])) for _ in range(2))
        tiny = [float(x) for x in rng.choice([0, 0, 5e-7, -5e-7], 2)]
        begins, ends = onset + early * collar + tiny[0], onset + length + late * limit + tiny[1]
        if rng.random() < 0.3:  # near half of the estimate's own length
            ends = (onset + length + begins / 2) / 1.5 + collar * float(rng.uniform(-0.5, 0.5))
        other = label if rng.random() < 0.85 else str(rng.choice(LABELS))
        reference.append(Event(onset, onset + length, label))
        estimated.append(Event(begins, max(ends, begins + 0.0625), other))
    return reference, [estimated[j] for j in rng.permutation(len(estimated))], collar


def crowd(rng):
    """Many events close together."""
    sizes = rng.integers(0, 8, 2)
    times = [rng.integers(0, 24, size=n) / 16 for n in sizes]
    return *([Event(1 + float(t), 3 + float(t), "Dog") for t in row] for row in times), 0.125


def lone(rng):
    """Pairs of events for which it is known how many can be matched; now and then none at all."""
    reference, estimated, collar = single(rng)
    if rng.random() < 0.15:
        return [], [], collar
    cut = int(rng.integers(0, len(reference) + 1))
    return reference[cut:], estimated[: int(rng.integers(0, len(estimated) + 1))], collar


def matching(module, reference, estimated, collar):
    """The pairs in one order."""
    return sorted((int(i), int(j)) for i, j in module.match_events(reference, estimated, collar))


@cache
def _most(reference, estimated, collar):
    """How many pairs are possible."""
    return figures(list(reference), list(estimated), collar)[0]


def is_largest(pairs, reference, estimated, collar):
    """Whether it is a matching as large as any."""
    if not isinstance(pairs, list):
        return False
    used = [[pair[side] for pair in pairs] for side in (0, 1)]
    fits = all(fit(reference[i], estimated[j], collar) for i, j in pairs)
    once = all(len(set(side)) == len(side) for side in used)
    return fits and once and len(pairs) == _most(tuple(reference), tuple(estimated), collar)


PROBES = [
    Probe("match_events", single, matching),
    Probe("match_events", crowd, matching, right=is_largest),
    Probe("event_f1", lone, lambda m, *args: m.event_f1(*args), uses=("match_events",)),
]
