"""For worker processes to import: tasks, and a data set whose clips take time, so that a test can come in between."""

import os
import sys
import time

import numpy as np

from npaudio import Frontend
from npaudio.datasets import SoundDataset, extract_features


class SlowSounds(SoundDataset):
    """Noise, one seed a clip; `seconds` to load each. A clip number in `faulty` cannot be read.

    The clip number `deadly` kills its process; with a path `once` only where that file does not exist yet.
    """

    def __init__(self, n, *, seconds=0.0, faulty=(), deadly=None, once=None):
        numbers = np.arange(n)
        names = [f"slow-{k}" for k in numbers]
        super().__init__(
            names=names, labels=numbers % 2, class_names=("a", "b"), folds=numbers % 2 + 1, sources=names, sr=8000
        )
        self.seconds, self.faulty, self.deadly, self.once = seconds, faulty, deadly, once

    def load(self, index, *, sr=None):
        time.sleep(self.seconds)
        if index == self.deadly and not (self.once and self.once.exists()):
            if self.once:
                self.once.touch()
            os._exit(3)
        if index in self.faulty:
            raise ValueError(f"clip {index} is faulty")
        return np.random.default_rng(index).standard_normal(2000).astype(np.float32)

    def content_key(self, index):
        return f"slow {index}"


FRONTEND = Frontend(sr=8000, n_fft=256, hop_length=128, n_mels=16)


def square(x):
    """A task that prints, which must not disturb the answers."""
    print("squaring")
    if x == "process":
        return os.getpid(), os.environ.get("OPENBLAS_NUM_THREADS")
    if x == 13:
        raise KeyError("thirteen")
    return x * x


def asleep(seconds):
    """A task that takes a while, and says who did it."""
    time.sleep(seconds)
    return os.getpid()


class NeedsTwo(Exception):
    """Can be pickled, but not be made again from that: pickle has only the message."""

    def __init__(self, first, second):
        super().__init__(f"{first} and {second}")


def failing(x):
    """A task whose exception is a difficult one."""
    if x == "local":

        class Local(Exception):
            pass

        raise Local("neither one")
    raise NeedsTwo("one", "another")


def announced(write_end):
    """A task that says that it begins."""
    os.write(write_end, b"begun\n")
    time.sleep(0.2)


def faults_of_five_arrays(round_number):
    """Pages that this process has to fetch for five arrays of 1 MB."""
    import resource  # not there on Windows

    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    arrays = [np.ones(1 << 20, np.uint8) for _ in range(5)]
    del arrays
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


if __name__ == "__main__":
    extract_features(SlowSounds(int(sys.argv[2]), seconds=0.01), FRONTEND, cache_dir=sys.argv[1], processes=2)
