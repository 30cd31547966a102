"""Questions that can be put to any version of an answer, on as many fresh inputs as one likes.

    Probe("hann", inputs=lambda rng: (int(rng.integers(2, 40)),), ask=lambda module, n: module.hann(n))

A check looks at a few inputs of its own; two versions can agree on those by chance. A probe draws new ones, so that a
diagnosis is given only when the answer and the mistake agree on all of them. `probes/exNN_name.py` has those of one
exercise in PROBES, and the words for its axes and names in AXES and WORDS.
"""

from exercises.checking.probes.asking import Probe, agree, observe, probes_of, vocabulary

__all__ = ["Probe", "agree", "observe", "probes_of", "vocabulary"]
