"""A training that is killed ends, once it is resumed, exactly where it would have ended: to the last bit."""

import concurrent.futures
import time

import numpy as np

from npaudio import training
from tests import training_cases
from tests.processes import PROCESSES
from tests.training_cases import EPOCHS, STEPS, data, network, settings

KILLS = {"ema": 10, "swa": 10}


def killed_again_and_again(kind, checkpoint, lives):
    """Start the training and kill it after each of the given times, then let it finish."""
    for seconds in [*lives, None]:
        reading, writing = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=training_cases.main, args=(kind, checkpoint, writing))
        process.start()
        writing.close()
        with reading:
            assert reading.recv() == "begins"
        process.join(seconds)
        if seconds is None:
            assert process.exitcode == 0
            return
        assert process.exitcode is None, "the training was over before it could be killed"
        process.kill()
        process.join()


def undisturbed(kind, path):
    """The trained network, and the seconds that its training took."""
    model, start = network(), time.perf_counter()
    training.fit(model, *data(), **settings(kind), checkpoint=path, checkpoint_every=1)
    return model, time.perf_counter() - start


def test_killed_at_20_random_moments_the_training_ends_with_the_same_bits(tmp_path):
    """All lives together are shorter than the training, whatever else the machine is doing."""
    rng = np.random.default_rng()
    jobs, wholes = {}, {}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for kind, kills in KILLS.items():
            (tmp_path / kind).mkdir()
            wholes[kind], seconds = undisturbed(kind, tmp_path / kind / "undisturbed.npz")
            lives = rng.uniform(0, seconds / kills, kills)
            jobs[kind] = pool.submit(killed_again_and_again, kind, tmp_path / kind / "run.npz", lives)
    for kind, job in jobs.items():
        job.result()
        with np.load(tmp_path / kind / "final.npz") as final:
            assert final["steps"] < EPOCHS * STEPS, "the last life began at the beginning"
            for name, array in wholes[kind].state_dict().items():
                assert final[name].tobytes() == array.tobytes(), f"{kind}: {name}"
        assert (tmp_path / kind / "run.npz").read_bytes() == (tmp_path / kind / "undisturbed.npz").read_bytes()
