"""Resuming: from every step and every epoch the training goes on as if it had never stopped, and does no step twice."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from npaudio import nn, training
from npaudio._core import atomic_write
from npaudio._core.threads import openblas
from npaudio.checkpoints import CheckpointError, load_checkpoint, save_checkpoint
from tests.training_cases import BATCH, EPOCHS, SETTINGS, STEPS, blended, data, network, settings


class Crash(Exception):
    pass


def counting(until=None):
    """The augmentation, which counts its calls and crashes at one of them."""
    calls = []

    def counted(x, y, rng):
        if len(calls) == until:
            raise Crash
        calls.append(len(x))
        return blended(x, y, rng)

    counted.__qualname__ = blended.__qualname__
    return counted, calls


def run(kind, path, model=None, **changes):
    model = network() if model is None else model
    return model, training.fit(model, *data(), **settings(kind, checkpoint=path, **changes))


@pytest.fixture(autouse=True)
def no_wait_for_the_disk(monkeypatch):
    """What is tested are crashes of the program; hundreds of checkpoints need not survive a power cut."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture(params=SETTINGS)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def wholes(tmp_path_factory):
    """The trainings of both kinds that nothing stopped: {kind: (network, history, path of the checkpoint)}."""
    paths = {kind: tmp_path_factory.mktemp("whole") / f"{kind}.npz" for kind in SETTINGS}
    return {kind: (*run(kind, path), path) for kind, path in paths.items()}


@pytest.fixture
def finished(wholes, tmp_path):
    """A function that copies the checkpoint of a finished training to a.npz."""
    return lambda kind: shutil.copy(wholes[kind][-1], tmp_path / "a.npz")


def test_from_every_step_on_it_goes_on_bit_for_bit_and_no_step_is_done_twice(kind, tmp_path):
    run(kind, tmp_path / "whole.npz", epochs=2)
    for step in range(2 * STEPS):
        path = tmp_path / f"{step}.npz"
        crashing, _ = counting(until=step)
        with pytest.raises(Crash):
            run(kind, path, epochs=2, checkpoint_every=1, augment=crashing)
        rest, calls = counting()
        run(kind, path, epochs=2, checkpoint_every=1, augment=rest, resume=True)
        assert len(calls) == 2 * STEPS - step
        assert path.read_bytes() == (tmp_path / "whole.npz").read_bytes()


def test_without_checkpoint_every_it_goes_on_from_the_last_epoch(kind, tmp_path, wholes):
    _, history, _ = wholes[kind]
    crashing, _ = counting(until=5 * STEPS + 3)
    with pytest.raises(Crash):
        run(kind, tmp_path / "a.npz", augment=crashing)
    rest, calls = counting()
    _, resumed = run(kind, tmp_path / "a.npz", augment=rest, resume=True)
    assert len(calls) == (EPOCHS - 5) * STEPS
    assert resumed == history


def test_a_crash_during_validation_costs_no_step(kind, tmp_path):
    run(kind, tmp_path / "whole.npz", epochs=3)

    def accuracy(y, scores):
        seen.append(1)
        if len(seen) == 2:
            raise Crash
        return training.accuracy(y, scores)

    seen = []
    with pytest.raises(Crash):
        run(kind, tmp_path / "a.npz", epochs=3, checkpoint_every=1, metric=accuracy)
    rest, calls = counting()
    run(kind, tmp_path / "a.npz", epochs=3, checkpoint_every=1, augment=rest, resume=True)
    assert len(calls) == STEPS
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "whole.npz").read_bytes()


def test_a_crash_while_the_checkpoint_is_written_costs_no_more_than_the_steps_since_the_last(
    tmp_path, monkeypatch, wholes
):
    whole, _, _ = wholes["ema"]
    replace, writes = os.replace, []

    def fails_once(source, target):
        writes.append(target)
        if len(writes) == 7:
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", fails_once)
    with pytest.raises(OSError, match="No space left"):
        run("ema", tmp_path / "a.npz")
    model, _ = run("ema", tmp_path / "a.npz", resume=True)
    assert same_bits(model, whole)
    assert sorted(os.listdir(tmp_path)) == ["a.npz"]


def test_the_checkpoint_does_not_depend_on_being_written_often(tmp_path, wholes):
    run("ema", tmp_path / "a.npz", checkpoint_every=3)
    assert (tmp_path / "a.npz").read_bytes() == wholes["ema"][-1].read_bytes()


TRAIN_WITH = """
import sys
from npaudio import nn, training
from tests.training_cases import data

path, epochs, resume = sys.argv[1], int(sys.argv[2]), bool(int(sys.argv[3]))
x, y = data(240)
layers = nn.Linear(5, 1000, rng=0), nn.BatchNorm1d(1000), nn.ReLU(), nn.Linear(1000, 500, rng=1), nn.ReLU()
model = nn.Sequential(*layers, nn.Linear(500, 3, rng=2))
training.fit(model, x, y, epochs=epochs, batch_size=120, checkpoint=path, resume=resume)
"""


@pytest.mark.skipif(openblas() is None, reason="another BLAS than NumPy's own OpenBLAS shares its products as it likes")
def test_the_number_of_threads_makes_no_difference(tmp_path):
    """A training goes on bit for bit on a machine with more or fewer processors of the same kind."""
    for name, threads in {"one": (1, 1), "more": (2, 4)}.items():
        for epochs, n in zip((1, 2), threads, strict=True):
            command = [sys.executable, "-c", TRAIN_WITH, str(tmp_path / f"{name}.npz"), str(epochs), str(epochs - 1)]
            environment = {**os.environ, "OPENBLAS_NUM_THREADS": str(n)}
            subprocess.run(command, cwd=Path(__file__).parents[1], env=environment, check=True)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "more.npz").read_bytes()


def test_a_finished_training_is_only_loaded(tmp_path, wholes, finished):
    model, history, _ = wholes["ema"]
    finished("ema")
    again, calls = counting()
    other, same = run("ema", tmp_path / "a.npz", network(seed=9), augment=again, resume=True)
    assert calls == []
    assert same_bits(other, model)
    assert same == history


def test_more_epochs_go_on_as_if_they_had_been_asked_for_at_once(tmp_path):
    plain = {"optimizer": nn.Adam, "schedule": None, "average": None}
    whole, _ = run("ema", tmp_path / "whole.npz", **plain, epochs=6)
    run("ema", tmp_path / "a.npz", **plain, epochs=2)
    model, _ = run("ema", tmp_path / "a.npz", **plain, epochs=6, resume=True)
    assert same_bits(model, whole)


@pytest.mark.parametrize("bits", [np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_generators_of_every_kind_are_restored(bits, tmp_path):
    def model():
        layers = nn.Sequential(nn.Linear(5, 3, rng=0), nn.Dropout(0.3, rng=np.random.Generator(bits(4))))
        layers[1].rng.standard_normal(3, np.float32)  # half of a 64-bit draw may be left over
        return layers

    whole, _ = run("ema", tmp_path / "whole.npz", model())
    crashing, _ = counting(until=20)
    with pytest.raises(Crash):
        run("ema", tmp_path / "a.npz", model(), augment=crashing)
    resumed, _ = run("ema", tmp_path / "a.npz", model(), resume=True)
    assert same_bits(resumed, whole)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"batch_size": 5}, "batch_size was 8, now 5"),
        ({"seed": 4}, "seed was 3, now 4"),
        ({"epochs": 20}, "epochs was 15, now 20"),
        ({"average": training.EMA(0.5)}, r"average was EMA\(decay=0.9, warm_up=True\), now EMA\(decay=0.5"),
        ({"loss": nn.FocalLoss()}, r"loss was CrossEntropyLoss\(.*label_smoothing=0.0\), now FocalLoss\(.*gamma=2.0"),
        ({"loss": nn.CrossEntropyLoss(weight=[1.0, 2.0, 3.0])}, r"loss was .*, now CrossEntropyLoss\(weight="),
        (
            {"schedule": partial(nn.OneCycle, max_lr=1e-3)},
            "schedule was OneCycle.max_lr=0.01, .* now OneCycle.max_lr=0.001",
        ),
        (
            {"optimizer": partial(nn.AdamW, weight_decay=0.1)},
            "optimizer was AdamW.*weight_decay=0.01.*weight_decay=0.1",
        ),
        (
            {"optimizer": partial(nn.Adam, weight_decay=0.01)},
            "kind of optimizer was AdamW of 6 parameters, now Adam of 6 parameters",
        ),
        (
            {"sampler": training.Weighted(np.arange(60))},
            "sampler was ClassBalanced.., now Weighted.weights=float64 .60,. with",
        ),
        ({"clip_norm": 2.0}, "clip_norm was 1.0, now 2.0"),
        ({"validation": None, "metric": None}, "validation x was float32 .31, 5. with checksum .*, now None"),
        ({"metric": lambda y, scores: 0.0}, "metric was val_accuracy, now val_<lambda>"),
        ({"augment": partial(blended)}, r"augment was blended, now blended\(\)"),
        ({"augment": None}, "augment was blended, now None"),
    ],
)
def test_other_settings_are_refused_by_name(tmp_path, finished, change, said):
    finished("ema")
    before = (tmp_path / "a.npz").read_bytes()
    with pytest.raises(ValueError, match=said):
        run("ema", tmp_path / "a.npz", **change, resume=True)
    assert (tmp_path / "a.npz").read_bytes() == before


def test_other_networks_are_refused(tmp_path, finished):
    finished("swa")
    with pytest.raises(ValueError, match=r"network was \(0\): Linear\(5, 12\), now \(0\): Linear\(5, 3\)"):
        run("swa", tmp_path / "a.npz", nn.Sequential(nn.Linear(5, 3)), resume=True)
    with pytest.raises(ValueError, match=r"network was \(3\): Dropout\(p=0.2\), now \(3\): Dropout\(p=0.1\)"):
        run("swa", tmp_path / "a.npz", network(dropout=0.1), resume=True)
    other_bits = nn.Sequential(*network()[:3], nn.Dropout(0.2, rng=np.random.Generator(np.random.SFC64(0))))
    other_bits = nn.Sequential(*other_bits, nn.Linear(12, 3))
    with pytest.raises(ValueError, match=r"random generators was {'3\.rng': 'PCG64'}, now {'3\.rng': 'SFC64'}; pass"):
        run("swa", tmp_path / "a.npz", other_bits, resume=True)


def test_a_checkpoint_is_not_overwritten_by_mistake(tmp_path):
    path = tmp_path / "a.npz"
    run("swa", path, epochs=1)
    with pytest.raises(
        ValueError, match="pass resume=True to continue it, or pass resume=False to start from the beginning"
    ):
        run("swa", path, epochs=2)
    _, history = run("swa", path, epochs=2, resume=False)
    assert history.n_epochs == 2


def test_files_that_hold_no_training_are_refused(tmp_path):
    path = tmp_path / "a.npz"
    save_checkpoint(path, network().state_dict())
    with pytest.raises(
        CheckpointError,
        match="is not a checkpoint of a training: it has no entry 'training'; if it holds weights, start from them",
    ):
        run("swa", path, resume=True)
    run("swa", path, epochs=1, resume=False)
    arrays = load_checkpoint(path)
    state = json.loads(str(arrays["training"])) | {"format": 99}
    save_checkpoint(path, arrays | {"training": np.array(json.dumps(state))})
    with pytest.raises(CheckpointError, match="has format 99"):
        run("swa", path, epochs=1, resume=True)
    for text in ("[1", "[1]", "{}", "1"):
        save_checkpoint(path, {"training": np.array(text)})
        with pytest.raises(
            CheckpointError,
            match="is not a checkpoint of a training: its entry 'training' cannot be read; pass another path",
        ):
            run("swa", path, resume=True)


def test_other_data_are_refused(tmp_path):
    run("swa", tmp_path / "a.npz", epochs=1)
    x, y = data()
    for change, said in ((x + 1, y), "x was"), ((x, (y + 1) % 3), "y was"), ((x, y.astype(np.int32)), "y was int64"):
        with pytest.raises(ValueError, match=f"with other settings: {said}"):
            training.fit(network(), *change, **settings("swa", checkpoint=tmp_path / "a.npz", epochs=1, resume=True))


def test_a_sampler_with_other_weights_is_refused(tmp_path):
    run("swa", tmp_path / "a.npz", epochs=1, sampler=training.Weighted(np.ones(60)))
    run("swa", tmp_path / "a.npz", epochs=1, sampler=training.Weighted(np.ones(60)), resume=True)
    with pytest.raises(ValueError, match=r"sampler was Weighted.weights=float64 .60,. with checksum .*, now Weighted"):
        run("swa", tmp_path / "a.npz", epochs=1, sampler=training.Weighted(np.arange(60)), resume=True)


def test_an_optimizer_that_has_been_used_can_go_on_in_the_same_process(tmp_path):
    def parts():
        model = network()
        optimizer = nn.AdamW(model.parameters())
        return model, {"optimizer": optimizer, "schedule": nn.OneCycle(optimizer, 1e-2, EPOCHS * STEPS)}

    whole, chosen = parts()
    run("ema", None, whole, **chosen)
    model, chosen = parts()
    crashing, _ = counting(until=30)
    with pytest.raises(Crash):
        run("ema", tmp_path / "a.npz", model, **chosen, augment=crashing)
    run("ema", tmp_path / "a.npz", model, **chosen, resume=True)
    assert same_bits(model, whole)


def test_a_failed_resume_leaves_the_network_as_it_was(tmp_path):
    run("swa", tmp_path / "a.npz", epochs=1, optimizer=nn.SGD)
    model = network(seed=5)
    optimizer = nn.SGD(list(model.parameters())[:2])  # the others are frozen
    with pytest.raises(ValueError, match="kind of optimizer was SGD of 6 parameters, now SGD of 2 parameters"):
        run("swa", tmp_path / "a.npz", model, epochs=1, optimizer=optimizer, resume=True)
    assert same_bits(model, network(seed=5))
    assert model.training


def test_resume_may_name_the_file(tmp_path, wholes):
    whole, _, _ = wholes["swa"]
    crashing, _ = counting(until=20)
    with pytest.raises(Crash):
        run("swa", tmp_path / "a.npz", augment=crashing)
    before = (tmp_path / "a.npz").read_bytes()
    elsewhere, _ = run("swa", tmp_path / "b.npz", resume=tmp_path / "a.npz")
    assert (tmp_path / "a.npz").read_bytes() == before
    with pytest.raises(ValueError, match=r"there is a checkpoint of an earlier training at .*b\.npz"):
        run("swa", tmp_path / "b.npz", resume=tmp_path / "a.npz")
    alone, _ = run("swa", None, resume=str(tmp_path / "a.npz"))
    assert same_bits(elsewhere, whole)
    assert same_bits(alone, whole)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_more_patience_goes_on_and_more_epochs_do_not_forget_it(tmp_path):
    plain = {"optimizer": partial(nn.SGD, lr=0.5), "schedule": None, "average": None, "sampler": None, "metric": None}
    _, whole = run("ema", tmp_path / "whole.npz", **plain, epochs=30, patience=6)
    _, short = run("ema", tmp_path / "a.npz", **plain, epochs=30, patience=1)
    assert short.stopped_early
    assert short.n_epochs < whole.n_epochs
    _, longer = run("ema", tmp_path / "a.npz", **plain, epochs=30, patience=6, resume=True)
    assert longer == whole
    _, first = run("ema", tmp_path / "b.npz", **plain, epochs=short.n_epochs, patience=1)
    assert not first.stopped_early
    _, grown = run("ema", tmp_path / "b.npz", **plain, epochs=30, patience=1, resume=True)
    assert grown == short


def test_an_unwritable_place_is_found_before_the_first_step(tmp_path):
    counted, calls = counting()
    with pytest.raises(FileNotFoundError, match="folder does not exist"):
        run("ema", tmp_path / "no" / "a.npz", augment=counted)
    with pytest.raises(ValueError, match=r"has the suffix '\.pth'"):
        run("ema", tmp_path / "a.pth", augment=counted)
    assert calls == []


def test_what_killed_processes_left_half_written_is_removed(tmp_path):
    path, age = tmp_path / "run.npz", {"run.npz": (3600, 0), "other.npz": (3600,)}
    left = {}
    for name, ages in age.items():
        for seconds in ages:
            half = tmp_path / f"{atomic_write._beginning(str(tmp_path / name))}{seconds}.tmp"
            half.touch()
            os.utime(half, (time.time() - seconds, time.time() - seconds))
            left[name, seconds] = half
    with atomic_write.replacing(path, caller="test"):
        assert sum(half.name.startswith(atomic_write._beginning(str(path))) for half in tmp_path.iterdir()) == 3
    path.unlink()
    run("ema", path)
    assert [key for key, half in left.items() if half.exists()] == [("run.npz", 0), ("other.npz", 3600)]


def test_resume_needs_a_file():
    with pytest.raises(ValueError, match=r"pass checkpoint='run\.npz'"):
        run("ema", None, resume=True)


def pressing_ctrl_c(at):
    """An augmentation during one of whose calls the user presses Ctrl-C."""
    counted, calls = counting()

    def pressed(x, y, rng):
        if len(calls) == at:
            signal.raise_signal(signal.SIGINT)
        return counted(x, y, rng)

    pressed.__qualname__ = blended.__qualname__
    return pressed, calls


def test_ctrl_c_finishes_the_step_saves_it_and_leaves_the_best_model(tmp_path, wholes):
    whole, history, _ = wholes["ema"]
    pressed, calls = pressing_ctrl_c(at=4 * STEPS + 2)
    model = network()
    with pytest.raises(KeyboardInterrupt) as stop:
        run("ema", tmp_path / "a.npz", model, augment=pressed)
    assert isinstance(stop.value, training.TrainingInterrupted)
    assert len(calls) == 4 * STEPS + 3
    assert stop.value.history["loss"] == history["loss"][:4]
    best = stop.value.history.best_epoch
    message = str(stop.value)
    assert message.startswith(f"fit: stopped in epoch 5 of {EPOCHS} after step 3 of {STEPS}; the model holds the best")
    assert f"of epoch {best}; to continue after step 3 of epoch 5, make the same call with resume=True" in message
    kept = {n.removeprefix("best/"): a for n, a in load_checkpoint(tmp_path / "a.npz").items() if "best/" in n}
    assert all(kept[name].tobytes() == array.tobytes() for name, array in model.state_dict().items())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    rest, calls = counting()
    resumed, resumed_history = run("ema", tmp_path / "a.npz", augment=rest, resume=True)
    assert len(calls) == (EPOCHS - 4) * STEPS - 3
    assert same_bits(resumed, whole)
    assert resumed_history == history


def test_a_second_ctrl_c_stops_at_once_and_the_last_checkpoint_serves(tmp_path, wholes):
    whole, _, _ = wholes["swa"]

    def impatient(x, y, rng):
        if len(calls) == 3 * STEPS + 1:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
        return counted(x, y, rng)

    counted, calls = counting()
    impatient.__qualname__ = blended.__qualname__
    with pytest.raises(KeyboardInterrupt, match="to continue after step 0 of epoch 4"):
        run("swa", tmp_path / "a.npz", augment=impatient)
    resumed, _ = run("swa", tmp_path / "a.npz", resume=True)
    assert same_bits(resumed, whole)


def test_ctrl_c_during_validation_waits_for_the_end_of_the_epoch(tmp_path, wholes):
    whole, _, _ = wholes["swa"]

    def accuracy(y, scores):
        if len(seen) == 4:
            signal.raise_signal(signal.SIGINT)
        seen.append(1)
        return training.accuracy(y, scores)

    seen = []
    with pytest.raises(KeyboardInterrupt, match="after step 0 of epoch 6"):
        run("swa", tmp_path / "a.npz", metric=accuracy)
    resumed, _ = run("swa", tmp_path / "a.npz", resume=True)
    assert same_bits(resumed, whole)


def test_ctrl_c_in_the_last_epoch_is_not_swallowed(tmp_path, wholes):
    whole, _, _ = wholes["ema"]
    pressed, _ = pressing_ctrl_c(at=EPOCHS * STEPS - 1)
    model = network()
    with pytest.raises(KeyboardInterrupt) as stop:
        run("ema", tmp_path / "a.npz", model, augment=pressed)
    assert "to continue after step 8 of epoch 15, make the same call" in str(stop.value)
    assert same_bits(run("ema", tmp_path / "a.npz", resume=True)[0], whole)

    def accuracy(y, scores):
        seen.append(1)
        if len(seen) == EPOCHS:
            signal.raise_signal(signal.SIGINT)
        return training.accuracy(y, scores)

    seen, model = [], network()
    with pytest.raises(KeyboardInterrupt, match=r"after the last epoch, 15 of 15; .*; the training is complete"):
        run("ema", None, model, metric=accuracy)
    assert same_bits(model, whole)


def test_ctrl_c_without_a_checkpoint_says_what_to_do_next_time():
    pressed, _ = pressing_ctrl_c(at=2)
    with pytest.raises(KeyboardInterrupt, match=r"latest weights; nothing was saved, pass checkpoint='run\.npz'"):
        run("swa", None, augment=pressed)


def test_the_batches_of_a_step_do_not_depend_on_the_way_to_it():
    from npaudio.training.batches import Batches

    x, y = data()
    batches = Batches(x, y, batch_size=BATCH, sampler=training.Shuffled(), augment=blended, seed=1)
    everything = [list(batches.of_epoch(epoch)) for epoch in range(3)]
    alone = list(batches.of_epoch(2, first_step=5))
    for (x1, y1), (x2, y2) in zip(alone, everything[2][5:], strict=True):
        assert x1.tobytes() == x2.tobytes()
        assert y1.tobytes() == y2.tobytes()
    assert not np.array_equal(everything[0][0][0], everything[1][0][0])


def same_bits(model, other):
    theirs = other.state_dict()
    return all(array.tobytes() == theirs[name].tobytes() for name, array in model.state_dict().items())
