"""The checkpoint of a training: one training at a time writes it, and a changed one is refused in one sentence."""

import errno
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from npaudio import nn, training
from npaudio._core import file_lock
from npaudio._core.file_lock import only_writer
from npaudio.checkpoints import CheckpointError, load_checkpoint, save_checkpoint
from npaudio.training.snapshot import with_checksums
from tests.training_cases import data, network, settings

ROOT = Path(__file__).parents[1]
HOLD = (
    "import sys; from npaudio._core.file_lock import only_writer\n"
    "with only_writer(sys.argv[1], caller='fit'): print('locked', flush=True); sys.stdin.read()"
)


def fit(path, model=None, **changes):
    model = network() if model is None else model
    chosen = settings("ema", epochs=2, **changes)
    return model, training.fit(model, *data(), **chosen, checkpoint=path)


@pytest.fixture(autouse=True)
def no_wait_for_the_disk(monkeypatch):
    """What is tested are crashes of the program; hundreds of checkpoints need not survive a power cut."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def holder(tmp_path):
    """Another process that trains on a.npz."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "a.npz")]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "locked\n"
        yield process
        process.kill()


def test_a_second_training_on_one_file_is_refused_and_told_who_holds_it(tmp_path, holder):
    said = rf"fit: '.*a\.npz' is in use by process {holder.pid} on {platform.node()}; wait until it has ended"
    for resume in (None, True, False):
        with pytest.raises(ValueError, match=said):
            fit(tmp_path / "a.npz", resume=resume)
    fit(tmp_path / "b.npz")
    holder.stdin.close()
    assert holder.wait() == 0
    fit(tmp_path / "a.npz")
    assert sorted(os.listdir(tmp_path)) == ["a.npz", "b.npz"]


def test_a_lock_that_a_killed_process_left_does_not_block(tmp_path, holder):
    holder.kill()
    holder.wait()
    assert (tmp_path / "a.npz.lock").exists()
    fit(tmp_path / "a.npz")
    assert os.listdir(tmp_path) == ["a.npz"]


def test_a_training_within_a_training_is_refused_too(tmp_path):
    def again(history):
        with pytest.raises(ValueError, match=f"in use by process {os.getpid()} on"):
            fit(tmp_path / "a.npz", resume=True)

    fit(tmp_path / "a.npz", after_epoch=again)


@pytest.mark.skipif(os.name == "nt", reason="links need rights that not every user of Windows has")
def test_two_paths_to_one_file_are_one_file(tmp_path):
    os.symlink(tmp_path / "a.npz", tmp_path / "link.npz")
    with only_writer(tmp_path / "a.npz", caller="fit"), pytest.raises(ValueError, match=r"link\.npz' is in use by"):
        fit(tmp_path / "link.npz")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on Windows")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # of the threads of BLAS
def test_a_forked_child_that_lives_on_does_not_hold_the_lock(tmp_path):
    reading, writing = os.pipe()
    lock = only_writer(tmp_path / "a.npz", caller="fit")
    lock.__enter__()
    child = os.fork()
    if child == 0:
        os.close(writing)
        os.read(reading, 1)
        lock.__exit__(None, None, None)  # not the child's lock: it does nothing
        os._exit(0)
    os.close(reading)
    lock.__exit__(None, None, None)
    with only_writer(tmp_path / "a.npz", caller="fit"):
        os.close(writing)
        assert os.waitpid(child, 0)[1] == 0
        assert (tmp_path / "a.npz.lock").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows does not remove a file that is open")
def test_the_next_holder_makes_a_new_lock_file_if_the_last_one_has_just_removed_it(tmp_path, monkeypatch):
    lock, removed = file_lock._lock, []

    def late(descriptor):
        if not removed:
            removed.append(os.unlink(tmp_path / "a.npz.lock"))
        return lock(descriptor)

    monkeypatch.setattr(file_lock, "_lock", late)
    with only_writer(tmp_path / "a.npz", caller="fit"), pytest.raises(ValueError, match="in use"):
        fit(tmp_path / "a.npz")


@pytest.mark.skipif(os.name == "nt", reason="the lock is another one on Windows")
def test_where_the_file_system_has_no_locks_training_goes_on_without(tmp_path, monkeypatch):
    import fcntl

    def none(descriptor, operation):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    fit(tmp_path / "a.npz")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The entries of a checkpoint in the middle of a training."""
    path = tmp_path_factory.mktemp("saved") / "a.npz"

    class Stop(Exception):
        pass

    def stop(history):
        if history.n_epochs == 1:
            raise Stop

    with pytest.raises(Stop):
        fit(path, after_epoch=stop)
    return load_checkpoint(path)


def changed_array(array, rng):
    """Another type, another shape, or another value somewhere."""
    kind = rng.integers(4)
    if kind == 0:
        return array.astype(np.float16) if array.dtype != np.float16 else array.astype(np.float32)
    if kind == 1:
        return np.zeros((*array.shape, 2), array.dtype)
    if kind == 2 and array.dtype.kind == "f":
        array = array.copy()
        array.flat[rng.integers(array.size)] = rng.choice([np.nan, np.inf, 0.123])
        return array
    bits = bytearray(array.tobytes())
    bits[rng.integers(len(bits))] ^= 1 << rng.integers(8)
    return np.frombuffer(bytes(bits), array.dtype).reshape(array.shape)


def changed_json(tree, rng):
    """One value somewhere in the tree replaced, or removed."""
    while True:
        key = rng.choice(sorted(tree)) if isinstance(tree, dict) else int(rng.integers(len(tree)))
        if isinstance(tree[key], dict | list) and tree[key] and rng.random() < 0.8:
            tree = tree[key]
            continue
        if isinstance(tree, dict) and rng.random() < 0.25:
            del tree[key]
            return
        others = [None, float("nan"), -1, 7, 0.5, "text", [], {}, True]
        tree[key] = next(others[k] for k in rng.permutation(len(others)) if others[k] != tree[key])
        return


def changed(arrays, rng):
    """The entries with one change, and the name of the entry that was changed."""
    arrays = dict(arrays)
    name = str(rng.choice(sorted(arrays)))
    kind = rng.random()
    if kind < 0.15:
        del arrays[name]
    elif name in ("training", "checksums"):
        tree = json.loads(str(arrays[name]))
        changed_json(tree, rng)
        arrays[name] = np.array(json.dumps(tree))
    elif kind < 0.25:
        name = "average/" + name.replace("/", ".")
        arrays[name] = np.zeros(3)
    else:
        arrays[name] = changed_array(arrays[name], rng)
    return arrays, name


def test_of_200_random_changes_none_goes_on_differently_without_a_word(saved, tmp_path):
    rng = np.random.default_rng(0)
    path, before = tmp_path / "a.npz", network()
    for _ in range(200):
        arrays, name = changed(saved, rng)
        save_checkpoint(path, arrays)
        model = network()
        with pytest.raises(CheckpointError) as refused:
            fit(path, model, resume=True)
        said = str(refused.value)
        assert str(path) in said
        assert name == "checksums" or repr(name) in said
        assert all(np.array_equal(array, model.state_dict()[key]) for key, array in before.state_dict().items())


def test_an_unchanged_checkpoint_goes_on_and_its_checksums_can_be_made_again(saved, tmp_path):
    save_checkpoint(tmp_path / "a.npz", saved)
    whole, _ = fit(tmp_path / "whole.npz")
    model, _ = fit(tmp_path / "a.npz", resume=True)
    assert all(np.array_equal(array, model.state_dict()[key]) for key, array in whole.state_dict().items())
    again = with_checksums({name: array for name, array in saved.items() if name != "checksums"})
    assert str(again["checksums"]) == str(saved["checksums"])


class WithGenerators(nn.Module):
    """A layer with its random generators in a list and a dict; it adds noise."""

    def __init__(self):
        super().__init__()
        self.rngs = [np.random.default_rng(1), {"noise": np.random.default_rng(2)}]

    def forward(self, x):
        return x + self.rngs[1]["noise"].normal(size=x.shape).astype(x.dtype) * self.rngs[0].random(dtype=np.float32)

    def backward(self, grad):
        return grad


def test_generators_in_lists_and_dicts_are_saved(tmp_path):
    class Stop(Exception):
        pass

    def stop(history):
        raise Stop

    def noisy():
        return nn.Sequential(WithGenerators(), nn.Linear(5, 3, rng=0))

    whole, _ = fit(tmp_path / "whole.npz", noisy())
    with pytest.raises(Stop):
        fit(tmp_path / "a.npz", noisy(), after_epoch=stop)
    resumed, _ = fit(tmp_path / "a.npz", noisy(), resume=True)
    assert all(np.array_equal(array, resumed.state_dict()[key]) for key, array in whole.state_dict().items())
