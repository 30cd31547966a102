"""Probes of exercise 07, binary cross entropy and focal loss."""

import numpy as np

from exercises.checking.probes.asking import Probe

WORDS = {"losses": "the losses", "p": "the probabilities", "_minus_log_sigmoid": "-log(p)", "sign": "dz/ds", "z":
         "the logit of the truth", "log_p": "log(p_t)", "miss": "1 - p_t", "weight": "the weight of each loss", "s":
         "the logit", "logits": "the logits", "targets": "the targets"}  # fmt: skip


def clips(rng):
    """Logits and targets."""
    shape = tuple(int(n) for n in rng.integers(1, 6, 2))
    return rng.normal(scale=2, size=shape), np.float64(rng.random(shape) < 0.4)


def far(rng):
    """Logits far out, and targets."""
    logits, targets = clips(rng)
    return 300 * logits, targets


def weighted(rng, logits_and_targets=clips):
    """Logits, targets, gamma, alpha."""
    gamma, alpha = float(rng.choice([0.0, 0.5, 1.0, 2.0, 3.5])), float(rng.choice([0.1, 0.25, 0.5, 0.6]))
    return *logits_and_targets(rng), gamma, alpha


def far_and_weighted(rng):
    """Logits far out, targets, gamma, alpha."""
    return weighted(rng, far)


PROBES = [
    Probe(name, inputs, lambda m, *args, name=name, i=i: getattr(m, name)(*args)[i], part=i)
    for name, every in (("bce_with_logits", (clips, far)), ("focal_loss", (weighted, far_and_weighted)))
    for inputs in every
    for i in (0, 1)
]
