"""Probes of exercise 11, the post-processor of sound events."""

from functools import partial

import numpy as np

from exercises.checking.probes.asking import Probe

CLASS = "SEDPostProcessor"
WORDS = {"filled": "the frames", "kept": "the frames", "row": "the row", "runs": "the runs", "preds": "the scores",
         "binary": "the decisions", "changes": "the changes of the row", "events": "the events", "label": "the class",
         "flatnonzero": "the places that are not 0", "concatenate": "the row with its ends"}  # fmt: skip


def decisions(rng):
    """Three rows with runs and gaps of all lengths."""
    n = int(rng.integers(20, 60))
    rows = np.zeros((3, n), dtype=bool)
    for row in rows:
        edges = np.cumsum(rng.integers(1, 12, size=12))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            row[start - rng.integers(2) * (start == edges[0]) * start : end] = True
        if rng.random() < 0.3:
            row[int(rng.integers(n)) :] = True
        if rng.random() < 0.3:
            row[:4] = [True, False, False, True]  # where a start and an end are small numbers
    return rows


def with_length(rng):
    """Decisions and a length."""
    return decisions(rng), int(rng.integers(1, 12))


def scores(rng):
    """Scores, some of them equal to the threshold."""
    return np.round(rng.random((3, 12)), 1), float(np.round(rng.uniform(0.1, 0.9), 1))


def ordered(events):
    """Events in one order."""
    return sorted((str(name), float(start), float(end)) for name, start, end in events)


def view(events, *inputs):
    """Events in one order, whatever their form."""
    return ordered(events)


def run(module, preds, stage):
    """The events after one stage."""
    return module.SEDPostProcessor().run(preds)[stage]


def made(module, seed):
    """Scores of the schedule."""
    return module.SEDPostProcessor(seed).generate_predictions()


def run_on_its_own(module, seed):
    """The stages on the scores that the object makes."""
    return {stage: ordered(found) for stage, found in module.SEDPostProcessor(seed).run().items()}


PROBES = [
    Probe(f"{CLASS}.generate_predictions", lambda rng: (int(rng.integers(1000)),), made),
    Probe(f"{CLASS}.threshold", scores, lambda m, *args: np.asarray(m.SEDPostProcessor().threshold(*args))),
    Probe(f"{CLASS}.fill_gaps", with_length, lambda m, *args: m.SEDPostProcessor().fill_gaps(*args)),
    Probe(f"{CLASS}.remove_short", with_length, lambda m, *args: m.SEDPostProcessor().remove_short(*args)),
    Probe(f"{CLASS}.extract_events", lambda rng: (decisions(rng),),
          lambda m, binary: m.SEDPostProcessor().extract_events(binary), view=view),
    *(Probe(f"{CLASS}.run", lambda rng: (np.where(decisions(rng), 0.75, 0.25),), partial(run, stage=stage), part=stage,
            view=view)
      for stage in ("threshold", "fill_gaps", "remove_short")),
    Probe(f"{CLASS}.run", lambda rng: (int(rng.integers(1000)),), run_on_its_own),
]  # fmt: skip
