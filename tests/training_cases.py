"""A tiny training with everything in it that a resumed one must restore, for tests in this process and in others."""

import time
from functools import partial
from pathlib import Path

import numpy as np

from npaudio import nn, training

EPOCHS, BATCH, STEPS = 15, 8, 8  # steps of an epoch of 60 examples


def data(n=60, seed=0):
    """Three classes that can nearly be told apart: (x, y)."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    x = rng.standard_normal((n, 5)).astype(np.float32)
    x[np.arange(n), y] += 1.5
    return x, y


def network(seed=0, dropout=0.2):
    rng = np.random.default_rng(seed)
    layers = [nn.Linear(5, 12, rng=rng), nn.BatchNorm1d(12), nn.ReLU(), nn.Dropout(dropout, rng=rng)]
    return nn.Sequential(*layers, nn.Linear(12, 3, rng=rng))


def blended(x, y, rng):
    """Mixup with soft targets."""
    targets, partner = np.eye(3, dtype=np.float32)[y], rng.permutation(len(x))
    share = rng.random((len(x), 1), np.float32)
    return share * x + (1 - share) * x[partner], share * targets + (1 - share) * targets[partner]


SETTINGS = {
    "ema": {
        "optimizer": partial(nn.AdamW, weight_decay=0.01),
        "schedule": partial(nn.OneCycle, max_lr=1e-2),
        "average": training.EMA(0.9),
        "sampler": training.ClassBalanced(),
        "clip_norm": 1.0,
    },
    "swa": {
        "optimizer": partial(nn.SGD, lr=0.05, momentum=0.9),
        "average": training.SWA(start=0.4),
        "keep_best": False,
    },
}


def settings(kind, **changes):
    x_val, y_val = data(31, seed=1)
    shared = {"epochs": EPOCHS, "batch_size": BATCH, "seed": 3, "validation": (x_val, y_val)}
    shared |= {"metric": training.accuracy, "augment": blended}
    return {**shared, **SETTINGS[kind], **changes}


def main(kind, checkpoint, pipe):
    """What the killed process runs: the training, taken up where it was, then a sign that it came to its end."""
    model = network()
    chosen = settings(kind)
    steps = 0

    def slowly(x, y, rng):
        nonlocal steps
        steps += 1
        time.sleep(0.002)  # as if sounds were read
        return blended(x, y, rng)

    slowly.__qualname__ = blended.__qualname__
    pipe.send("begins")
    training.fit(
        model, *data(), **{**chosen, "augment": slowly}, checkpoint=checkpoint, checkpoint_every=1, resume=True
    )
    np.savez(Path(checkpoint).with_name("final.npz"), steps=steps, **model.state_dict())
