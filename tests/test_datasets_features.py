import dataclasses
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import npaudio
from npaudio import Frontend, datasets
from npaudio.datasets import extract_features
from npaudio.datasets.features import cache as feature_cache
from tests.slow_sounds import FRONTEND, SlowSounds
from tests.sound_folders import add_faulty_files, folder_of_classes, write_tone

ROOT = Path(__file__).parents[1]
SOUNDS = datasets.SyntheticSounds(3, classes=("rain", "siren"), sr=8000, duration=0.25)


class Counted:
    """A data set that counts how often it is asked for a clip."""

    def __init__(self, dataset):
        self.dataset, self.loads = dataset, 0

    def __getattr__(self, name):
        return getattr(self.dataset, name)

    def __len__(self):
        return len(self.dataset)

    def load(self, index, *, sr=None):
        self.loads += 1
        return self.dataset.load(index, sr=sr)


def clip_files(cache):
    return sorted(path for path in cache.glob("*/*.npy") if not path.name.endswith(".flat.npy"))


def test_features_are_those_of_the_front_end(tmp_path):
    table = extract_features(SOUNDS, FRONTEND, cache_dir=tmp_path, processes=1)
    assert isinstance(table.X, np.memmap)
    assert table.X.dtype == np.float32
    for k, (y, label) in enumerate(SOUNDS):
        np.testing.assert_array_equal(table.X[k], FRONTEND(y))
        np.testing.assert_array_equal(table[k][0], FRONTEND(y))
        assert table[k][1] == label
    np.testing.assert_array_equal(table.labels, SOUNDS.labels)
    np.testing.assert_array_equal(table.folds, SOUNDS.folds)
    np.testing.assert_array_equal(table.split(1)[1], SOUNDS.split(1)[1])
    assert len(list(table)) == 6


@pytest.mark.parametrize("processes", [1, 2])
def test_without_a_cache_features_stay_in_memory(processes):
    table = extract_features(SlowSounds(20), FRONTEND, processes=processes)
    assert not isinstance(table.X, np.memmap)
    np.testing.assert_array_equal(table.X[19], FRONTEND(SlowSounds(20).load(19)))


def test_the_second_time_nothing_is_computed(tmp_path):
    dataset = Counted(SOUNDS)
    first = extract_features(dataset, FRONTEND, cache_dir=tmp_path, processes=1)
    assert dataset.loads == 6
    second = extract_features(dataset, FRONTEND, cache_dir=tmp_path, processes=1)
    assert dataset.loads == 6
    np.testing.assert_array_equal(first.X, second.X)


def test_a_grown_data_set_computes_the_new_clips_only(tmp_path):
    extract_features(SOUNDS, FRONTEND, cache_dir=tmp_path, processes=1)
    grown = Counted(datasets.SyntheticSounds(5, classes=("rain", "siren"), sr=8000, duration=0.25))
    assert len(extract_features(grown, FRONTEND, cache_dir=tmp_path, processes=1)) == 10
    assert grown.loads == 4


def test_the_cache_knows_recipes_apart(tmp_path):
    dataset = Counted(SOUNDS)
    for change in ({}, {"n_mels": 20}, {"fmin": 100.0}):
        extract_features(dataset, dataclasses.replace(FRONTEND, **change), cache_dir=tmp_path, processes=1)
    extract_features(dataset, FRONTEND, duration=0.2, cache_dir=tmp_path, processes=1)
    assert dataset.loads == 24
    recipes = [path.read_text() for path in tmp_path.glob("*/recipe.txt")]
    assert sum("fmin=100.0" in text for text in recipes) == 1
    assert sum("duration=0.2" in text for text in recipes) == 1


def test_other_code_is_another_recipe(tmp_path, monkeypatch):
    dataset = Counted(SOUNDS)
    extract_features(dataset, FRONTEND, cache_dir=tmp_path, processes=1)
    monkeypatch.setattr(feature_cache, "code_hash", lambda: "edited")
    extract_features(dataset, FRONTEND, cache_dir=tmp_path, processes=1)
    assert dataset.loads == 12


@pytest.mark.parametrize("place", [*feature_cache.FOLDERS, *feature_cache.MODULES])
def test_a_change_in_every_place_that_features_come_from_changes_the_recipe(place, tmp_path):
    package = tmp_path / "npaudio"
    shutil.copytree(ROOT / "npaudio", package)
    before = feature_cache.code_hash(package)
    changed = next(iter(sorted((package / place).rglob("*.py"))), package / place)
    changed.write_text(changed.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    assert before == feature_cache.code_hash() != feature_cache.code_hash(package)


def test_all_that_draws_sounds_is_part_of_the_recipe():
    """What the drawing modules import is listed too, or does nothing to a sample: it lists, checks and names clips."""
    listed = {f"npaudio.{place.removesuffix('.py').replace('/', '.')}" for place in feature_cache.MODULES}
    listed |= {f"npaudio.{folder}" for folder in feature_cache.FOLDERS}
    harmless = {"npaudio.datasets.base", "npaudio.datasets.folds", "npaudio.sed"}  # of `sed` the tuple Event
    for name in feature_cache.SOUNDS:
        source = (ROOT / "npaudio" / "datasets" / name).read_text(encoding="utf-8")
        for module in re.findall(r"^from (npaudio[\w.]*) import", source, re.MULTILINE):
            of_folder = ".".join(module.split(".")[:2])
            assert {module, of_folder} & listed or module in harmless, f"{name} imports {module}"


def test_files_are_known_by_their_content(tmp_path):
    folder_of_classes(tmp_path / "sounds", {"a": 2, "b": 2})
    cache = tmp_path / "cache"
    before = extract_features(datasets.AudioFolder(tmp_path / "sounds", sr=8000), FRONTEND, cache_dir=cache)
    (tmp_path / "sounds" / "a" / "0.wav").rename(tmp_path / "sounds" / "b" / "9.wav")
    write_tone(tmp_path / "sounds" / "a" / "1.wav", 77)  # the same name, another sound
    write_tone(tmp_path / "sounds" / "a" / "2.wav", 78)
    dataset = Counted(datasets.AudioFolder(tmp_path / "sounds", sr=8000))
    after = extract_features(dataset, FRONTEND, cache_dir=cache)
    assert dataset.loads == 2
    np.testing.assert_array_equal(after.X[after.names.index("b/9.wav")], before.X[before.names.index("a/0.wav")])
    np.testing.assert_array_equal(after.X[0], FRONTEND(dataset.load(0)))


def test_files_of_equal_content_are_computed_once(tmp_path):
    for name in ("a/1.wav", "a/2.wav", "b/1.wav", "b/2.wav"):
        write_tone(tmp_path / "sounds" / name, 1)
    dataset = Counted(datasets.AudioFolder(tmp_path / "sounds", sr=8000))
    table = extract_features(dataset, FRONTEND, cache_dir=tmp_path / "cache")
    assert (len(table), dataset.loads) == (4, 1)
    np.testing.assert_array_equal(table.labels, [0, 0, 1, 1])


def test_lengths_are_kept_or_made_equal(tmp_path):
    for k, seconds in enumerate((0.1, 0.25, 0.3)):
        write_tone(tmp_path / "a" / f"{k}.wav", k, seconds=seconds)
    dataset = datasets.AudioFolder(tmp_path, sr=8000)
    own = extract_features(dataset, FRONTEND)
    assert own.lengths.tolist() == [7, 16, 19]
    np.testing.assert_array_equal(own[1][0], FRONTEND(dataset.load(1)))
    with pytest.raises(ValueError, match=r"different shapes, from \(16, 7\) to \(16, 19\).*pass duration"):
        _ = own.X
    equal = extract_features(dataset, FRONTEND, duration=0.2)
    assert equal.X.shape == (3, 16, 13)
    padded = npaudio.fix_length(dataset.load(0), size=1600)
    np.testing.assert_array_equal(equal.X[0], FRONTEND(padded))


def test_without_a_front_end_the_waveforms_are_kept(tmp_path):
    table = extract_features(SOUNDS, None, cache_dir=tmp_path)
    assert table.X.shape == (6, 2000)
    np.testing.assert_array_equal(table.X[4], SOUNDS[4][0])


def test_small_integers_of_numpy_do_not_overflow():
    dataset = SlowSounds(200)
    table = extract_features(dataset, FRONTEND, duration=np.int8(5), processes=np.int8(1))
    assert table.X.shape == (200, 16, 313)
    np.testing.assert_array_equal(table[np.int8(-1)][0], table.X[199])
    np.testing.assert_array_equal(table[np.uint8(199)][0], table.X[199])


def test_scenes_have_their_events_as_labels(tmp_path):
    scenes = datasets.SyntheticScenes(3, sr=8000, duration=1.0, event_duration=(0.2, 0.5))
    table = extract_features(scenes, FRONTEND, cache_dir=tmp_path)
    assert table.X.shape == (3, 16, 63)
    assert table.labels == [scenes[k][1] for k in range(3)]


def test_every_skipped_file_is_named_and_the_others_are_used(tmp_path):
    folder_of_classes(tmp_path / "sounds", {"dog": 20, "rain": 20})
    reasons = add_faulty_files(tmp_path / "sounds" / "rain", tmp_path / "sounds" / "dog" / "0.wav")
    write_tone(tmp_path / "sounds" / "dog" / "stereo.wav", 50, channels=2, sr=44100)
    dataset = datasets.AudioFolder(tmp_path / "sounds")
    for _ in range(2):  # the second time from the cache
        table = extract_features(dataset, Frontend(), duration=0.25, cache_dir=tmp_path / "cache", processes=2)
        assert table.X.shape == (41, 64, 8)
        assert {name.removeprefix("rain/") for name, _ in table.skipped} == set(reasons)
        assert all(reasons[name.removeprefix("rain/")] in reason for name, reason in table.skipped)
        assert all(name in table.report() for name in reasons)
        assert dict(table.skipped)["rain/nan.wav"].startswith("holds 1 samples that are NaN")
        np.testing.assert_array_equal(table.rows, [k for k in range(42) if dataset.names[k] != "rain/nan.wav"])
        np.testing.assert_array_equal(table.labels, dataset.labels[table.rows])


def test_a_file_that_vanished_or_is_too_short_is_skipped(tmp_path):
    folder_of_classes(tmp_path, {"dog": 3})
    write_tone(tmp_path / "dog" / "short.wav", seconds=0.01)
    dataset = datasets.AudioFolder(tmp_path, sr=8000)
    (tmp_path / "dog" / "1.wav").unlink()
    table = extract_features(dataset, dataclasses.replace(FRONTEND, center=False))
    assert len(table) == 2
    (vanished, reason), (short, why) = table.skipped
    assert (vanished, reason) == ("dog/1.wav", "cannot be opened (No such file or directory)")
    assert short == "dog/short.wav"
    assert "80 samples" in why


def test_a_data_set_of_which_nothing_can_be_read_is_refused():
    with pytest.raises(ValueError, match="none of 3 clips could be read; the first, 'slow-0': clip 0 is faulty"):
        extract_features(SlowSounds(3, faulty=(0, 1, 2)), FRONTEND)


@pytest.mark.parametrize(
    ("frontend", "settings", "message"),
    [
        (FRONTEND, {"duration": 0}, "duration must be a finite number above 0"),
        (FRONTEND, {"duration": 1e-5}, "holds no sample at 8000 Hz"),
        (FRONTEND, {"processes": 0}, "processes must be at least 1"),
        (np.abs, {}, "without sr"),
        (SimpleNamespace(sr=8000), {}, "without __call__"),
        (type(FRONTEND), {}, "frontend is the class Frontend, pass an object of it"),
        (FRONTEND, {"duration": "2"}, "duration must be a finite number above 0, got '2'"),
    ],
)
def test_bad_settings_are_refused(frontend, settings, message):
    with pytest.raises(ValueError, match=message):
        extract_features(SOUNDS, frontend, **settings)


def test_a_front_end_without_a_telling_repr_is_refused():
    class Secret:
        sr = 8000

        def __call__(self, y):
            return y

    with pytest.raises(ValueError, match="make it a dataclass"):
        extract_features(SOUNDS, Secret())


@pytest.mark.parametrize("keep", [0, 5, 64, 0.5, -1])
@pytest.mark.parametrize("which", ["clip", "table"])
def test_a_cut_cache_file_is_computed_again(tmp_path, keep, which):
    dataset = Counted(SOUNDS)
    whole = np.array(extract_features(dataset, FRONTEND, cache_dir=tmp_path).X)
    path = clip_files(tmp_path)[0] if which == "clip" else next(tmp_path.glob("*/*.flat.npy"))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep) if isinstance(keep, float) else keep])
    np.testing.assert_array_equal(extract_features(dataset, FRONTEND, cache_dir=tmp_path).X, whole)
    assert dataset.loads == (7 if which == "clip" else 6)
    assert path.read_bytes() == content


@pytest.mark.parametrize("which", ["clip", "table"])
def test_a_cache_file_with_other_bits_is_computed_again(tmp_path, which):
    dataset = Counted(SOUNDS)
    whole = np.array(extract_features(dataset, FRONTEND, cache_dir=tmp_path, processes=1).X)
    table = next(tmp_path.glob("*/*.flat.npy"))
    path = clip_files(tmp_path)[0] if which == "clip" else table
    content = path.read_bytes()
    for at in (*range(0, 128, 3), len(content) // 2, len(content) - 5, len(content) - 1):
        damaged = bytearray(content)
        damaged[at] ^= 0x40
        path.write_bytes(damaged)
        if which == "clip":
            table.unlink()
        np.testing.assert_array_equal(extract_features(dataset, FRONTEND, cache_dir=tmp_path, processes=1).X, whole)
        assert path.read_bytes() == content
    path.write_bytes(b"PK\x03\x04" + content[4:])
    np.testing.assert_array_equal(extract_features(dataset, FRONTEND, cache_dir=tmp_path, processes=1).X, whole)


def test_a_pickle_in_the_cache_is_not_loaded(tmp_path):
    dataset = Counted(SOUNDS)
    extract_features(dataset, FRONTEND, cache_dir=tmp_path)
    np.save(clip_files(tmp_path)[0], np.array([print], dtype=object), allow_pickle=True)
    extract_features(dataset, FRONTEND, cache_dir=tmp_path)
    assert dataset.loads == 7


def test_two_runs_share_a_cache(tmp_path):
    with ThreadPoolExecutor(2) as pool:
        command = [sys.executable, "-m", "tests.slow_sounds", str(tmp_path), "40"]
        runs = [pool.submit(subprocess.run, command, cwd=ROOT, capture_output=True, check=True) for _ in range(2)]
        assert all(run.result().stderr == b"" for run in runs)
    assert len(clip_files(tmp_path)) == 40
    assert not list(tmp_path.glob("*/*.tmp"))
    dataset = Counted(SlowSounds(40))
    table = extract_features(dataset, FRONTEND, cache_dir=tmp_path)
    assert dataset.loads == 0
    np.testing.assert_array_equal(table.X, [FRONTEND(dataset.load(k)) for k in range(40)])


def test_a_killed_run_leaves_a_cache_that_the_next_goes_on_with(tmp_path):
    run = subprocess.Popen([sys.executable, "-m", "tests.slow_sounds", str(tmp_path), "300"], cwd=ROOT)
    patience = time.monotonic() + 20
    while len(clip_files(tmp_path)) < 20:
        assert time.monotonic() < patience
        time.sleep(0.01)
    run.kill()
    run.wait()
    time.sleep(0.3)  # the workers find their parent gone when they have done a chunk
    done = len(clip_files(tmp_path))
    assert 20 <= done < 300
    dataset = Counted(SlowSounds(300))
    table = extract_features(dataset, FRONTEND, cache_dir=tmp_path, processes=1)
    assert dataset.loads == 300 - done
    np.testing.assert_array_equal(table.X[:5], [FRONTEND(dataset.load(k)) for k in range(5)])


def test_old_leftovers_of_killed_runs_are_removed_and_young_ones_are_not(tmp_path):
    extract_features(SOUNDS, FRONTEND, cache_dir=tmp_path)
    folder = next(tmp_path.iterdir())
    old, young = folder / ".npaudio-1.tmp", folder / ".npaudio-2.tmp"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (1e9, 1e9))
    extract_features(SOUNDS, FRONTEND, cache_dir=tmp_path)
    assert (old.exists(), young.exists()) == (False, True)


def test_a_full_disk_is_named_with_the_cache(tmp_path, monkeypatch):
    def full(*args, **settings):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(feature_cache, "replacing", full)
    with pytest.raises(OSError, match="No space left") as caught:
        extract_features(SOUNDS, FRONTEND, cache_dir=tmp_path, processes=1)
    assert f"the cache '{tmp_path}" in caught.value.__notes__[0]


def test_a_file_in_place_of_the_cache_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ValueError, match="is a file, or lies below one; pass a folder"):
        extract_features(SOUNDS, FRONTEND, cache_dir=tmp_path / "file")


@dataclass(frozen=True, eq=False)
class Weighting:
    """A front end with an array so long that NumPy prints three numbers of each end."""

    weights: np.ndarray
    sr: int = 8000

    def __call__(self, y):
        return y[: len(self.weights)] * self.weights


def test_front_ends_that_differ_in_the_middle_of_an_array_are_told_apart(tmp_path):
    weights = np.ones(2000)
    one = np.array(extract_features(SOUNDS, Weighting(weights), cache_dir=tmp_path).X)
    weights[1000] += 1e-12
    assert len(list(tmp_path.iterdir())) == 1
    other = extract_features(SOUNDS, Weighting(weights.copy()), cache_dir=tmp_path).X
    assert len(list(tmp_path.iterdir())) == 2
    assert not np.array_equal(one, other)


def test_what_is_no_data_set_and_no_feature_is_refused():
    with pytest.raises(ValueError, match="dataset must be a SoundDataset, got list; open files with AudioFolder"):
        extract_features([], FRONTEND)
    with pytest.raises(TypeError, match=r"the front end returned .* for a clip, expected an array of features"):
        extract_features(SOUNDS, Total(), processes=1)


@dataclass(frozen=True)
class Total:
    sr: int = 8000

    def __call__(self, y):
        return y.sum()


def test_a_full_disk_is_an_error_and_no_skipped_file(tmp_path, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(feature_cache.FeatureCache, "write_clip", full)
    with pytest.raises(OSError, match="No space left"):
        extract_features(SOUNDS, FRONTEND, cache_dir=tmp_path, processes=1)
