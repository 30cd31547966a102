"""Training that can be read, repeated bit for bit, and resumed where it stopped.

    history = training.fit(
        model, x, y, epochs=40, schedule=partial(nn.OneCycle, max_lr=4e-3), validation=(x_val, y_val),
        metric=training.accuracy, checkpoint="run.npz", resume=True,
    )
    print(history)
    history.plot()

Start with `loop.train`, ten lines that are the whole training loop. Each of its other features has a file of its own.

Conventions
-----------
A step uses one batch, an epoch as many examples as there are. Epochs are counted from 1 wherever a person reads them,
steps from 0 in schedules. `y` are targets, integers or numbers; their names are labels, which the network never sees.

The order of the examples and their augmentation are drawn from random generators named by (seed, purpose, epoch,
step), so what happens in step 7 of epoch 3 does not depend on how the training got there. The generators of Dropout
are part of the model, and are saved with it.

A resumed training continues bit for bit with any number of threads and processors, as long as NumPy, its OpenBLAS and
the kind of processor stay the same: another processor may compute a matrix product in another order, and round
differently in the last digit.
"""

from npaudio.metrics import accuracy
from npaudio.training.averaging import EMA, SWA, recompute_batch_norm
from npaudio.training.evaluation import predict
from npaudio.training.history import History
from npaudio.training.interrupt import TrainingInterrupted
from npaudio.training.loop import fit
from npaudio.training.mean_teacher import Taught, fit_mean_teacher
from npaudio.training.samplers import ClassBalanced, Shuffled, Weighted, class_weights, positive_weights

__all__ = [
    "EMA",
    "SWA",
    "ClassBalanced",
    "History",
    "Shuffled",
    "Taught",
    "TrainingInterrupted",
    "Weighted",
    "accuracy",
    "class_weights",
    "fit",
    "fit_mean_teacher",
    "positive_weights",
    "predict",
    "recompute_batch_norm",
]
