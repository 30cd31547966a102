"""Training that can be read, trusted, and taken up again where it stopped.

    history = training.fit(
        model, x, y, epochs=40, schedule=partial(nn.OneCycle, max_lr=4e-3), validation=(x_val, y_val),
        metric=training.accuracy, checkpoint="run.npz", resume=True,
    )
    print(history)
    history.plot()

The loop itself is `loop.train`, ten lines; start there. Everything else hangs on it and has a file of its own.

Conventions
-----------
A step is one batch, an epoch goes once over as many examples as there are. Epochs are counted from 1 wherever a person
reads them, steps from 0 in schedules. Every chance comes from a stream of its own, named by (seed, purpose, epoch,
step), so that what happens in step 7 of epoch 3 does not depend on how one got there; the generators of dropout, which
are part of the model, are saved with it.
"""

from npaudio.training.averaging import EMA, SWA, recompute_batch_norm
from npaudio.training.evaluation import accuracy, predict
from npaudio.training.history import History
from npaudio.training.interrupt import TrainingInterrupted
from npaudio.training.loop import fit
from npaudio.training.samplers import ClassBalanced, Shuffled, Weighted, class_weights, positive_weights

__all__ = [
    "EMA",
    "SWA",
    "ClassBalanced",
    "History",
    "Shuffled",
    "TrainingInterrupted",
    "Weighted",
    "accuracy",
    "class_weights",
    "fit",
    "positive_weights",
    "predict",
    "recompute_batch_norm",
]
