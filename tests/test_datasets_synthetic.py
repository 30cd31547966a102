import pickle

import numpy as np
import pytest

import npaudio
from npaudio import datasets
from npaudio.sed import Event


def test_synthetic_sounds_take_turns_and_begin_with_the_shorter_set():
    small = datasets.SyntheticSounds(2, classes=("rain", "siren", "dog_bark"), duration=0.2)
    large = datasets.SyntheticSounds(4, classes=("rain", "siren", "dog_bark"), duration=0.2)
    assert (len(small), len(large)) == (6, 12)
    np.testing.assert_array_equal(large.labels, np.tile([0, 1, 2], 4))
    assert np.bincount(large.folds).tolist() == [0, 3, 3, 3, 3]
    for k in range(6):
        np.testing.assert_array_equal(small[k][0], large[k][0])
    np.testing.assert_array_equal(small[-1][0], small[5][0])


def test_a_clip_sounds_the_same_whenever_it_is_asked_for():
    dataset = datasets.SyntheticSounds(2, duration=0.2, rng=5)
    first = dataset[7][0]
    dataset[3]
    np.testing.assert_array_equal(dataset[7][0], first)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(dataset))[7][0], first)
    assert (datasets.SyntheticSounds(2, duration=0.2, rng=6)[7][0] != first).any()
    assert (dataset[17][0] != first).any()  # the other clip of the class
    assert dataset.class_names == npaudio.SOUND_CLASSES


def test_a_generator_is_drawn_from_once():
    one, two = np.random.default_rng(1), np.random.default_rng(1)
    a, b = datasets.SyntheticSounds(1, duration=0.2, rng=one), datasets.SyntheticSounds(1, duration=0.2, rng=two)
    np.testing.assert_array_equal(a[0][0], b[0][0])
    assert datasets.SyntheticSounds(1, rng=one).seed != a.seed


def test_loading_at_another_rate_resamples():
    dataset = datasets.SyntheticSounds(1, duration=0.25)
    assert dataset[0][0].shape == (4000,)
    assert dataset.load(0, sr=8000).shape == (2000,)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_per_class": 3, "n_folds": 4}, "3 clips cannot fill 4 folds"),
        ({"classes": ("rain", "cat")}, "SyntheticSounds: unknown class 'cat'"),
        ({"classes": ("rain", "rain")}, "name each once"),
        ({"duration": 0.01}, "duration must be at least 0.1 s"),
        ({"sr": 4000}, "sr must be at least 8000"),
        ({"n_per_class": 0}, "n_per_class must be at least 1"),
        ({"rng": -1}, "rng must be a Generator or a whole number from 0 on, got -1"),
        ({"rng": None}, "rng must be a Generator"),
    ],
)
def test_impossible_sounds_are_refused_when_the_set_is_made(settings, message):
    with pytest.raises(ValueError, match=message):
        datasets.SyntheticSounds(**settings)


SCENES = datasets.SyntheticScenes(30, duration=3.0, sr=8000, n_events=(2, 6), event_duration=(0.2, 1.0), rng=4)


def test_a_scene_is_its_background_outside_of_its_events():
    for k in range(5):
        scene = SCENES.scene(k)
        y, events = SCENES[k]
        difference = np.abs(y - scene.background.astype(np.float32)) > 1e-7
        inside = np.zeros(len(y), dtype=bool)
        for event in events:
            start, stop = round(event.onset * 8000), round(event.offset * 8000)
            inside[start:stop] = True
            assert difference[start : start + 20].any()  # it begins at its onset
            assert difference[stop - 20 : stop].any()  # and ends at its offset
        assert not difference[~inside].any()
        assert events


def test_the_snr_of_every_event_is_what_the_scene_says():
    found = []
    for k in range(len(SCENES)):
        scene = SCENES.scene(k)
        noise = np.mean(scene.background**2)
        for sound in scene.sounds:
            assert 10 * np.log10(np.mean(sound.samples**2) / noise) == pytest.approx(sound.snr, abs=1e-9)
            found.append(sound.snr)
    assert min(found) >= 0
    assert max(found) <= 20
    assert np.mean(found) == pytest.approx(10, abs=1.5)


def overlap(scene):
    """Most sounds at one sample."""
    count = np.zeros(len(scene.background), dtype=int)
    for sound in scene.sounds:
        count[sound.start : sound.stop] += 1
    return count.max()


def test_overlaps_are_limited_and_never_of_one_class():
    assert {overlap(SCENES.scene(k)) for k in range(len(SCENES))} == {1, 2}
    alone = datasets.SyntheticScenes(10, duration=3.0, sr=8000, n_events=(6, 6), max_overlap=1)
    assert {overlap(alone.scene(k)) for k in range(10)} == {1}
    for k in range(len(SCENES)):
        events = SCENES.labels[k]
        for a in events:
            for b in events:
                assert a == b or a.label != b.label or a.offset <= b.onset or b.offset <= a.onset


def test_an_item_is_a_mixture_with_its_events_in_order():
    y, events = SCENES[0]
    assert (y.dtype, y.shape) == (np.float32, (24000,))
    assert np.abs(y).max() <= 1
    assert all(type(event) is Event and event.label in SCENES.class_names for event in events)
    assert [event.onset for event in events] == sorted(event.onset for event in events)
    assert events == SCENES.labels[0] == SCENES[0 - len(SCENES)][1]
    assert len(SCENES.labels) == 30
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(SCENES))[0][0], y)


def test_scenes_may_be_empty():
    y, events = datasets.SyntheticScenes(1, duration=1.0, n_events=(0, 0), event_duration=(0.2, 0.5))[0]
    assert events == []
    assert np.std(y) > 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"duration": 2.0, "event_duration": (0.5, 3.0)},
            r"event_duration must be \(low, high\) from 0.1 on up to 2, got \(0.5, 3.0\)",
        ),
        ({"duration": "2"}, "SyntheticScenes: duration must be a finite number above 0, got '2'"),
        ({"n_events": 3}, r"n_events must be two whole numbers \(low, high\) from 0 on, got 3"),
        ({"n_events": (1.5, 2.5)}, "n_events must be two whole numbers"),
        ({"snr": (0, float("inf"))}, r"snr must be \(low, high\), got \(0, inf\)"),
        ({"event_duration": (1, 2, 3)}, r"event_duration must be \(low, high\)"),
        ({"classes": "rain"}, r"classes must be a list of names, got the text 'rain'; pass \['rain'\]"),
        ({"rng": -1}, "SyntheticScenes: rng must be a Generator or a whole number from 0 on"),
        ({"snr": (10, 0)}, r"snr must be \(low, high\), got \(10, 0\)"),
        ({"n_events": (-1, 2)}, "n_events must be"),
        ({"n_scenes": 2, "n_folds": 3}, "2 clips cannot fill 3 folds"),
        ({"max_overlap": 0}, "max_overlap must be at least 1"),
        ({"classes": ()}, "at least one"),
        ({"sr": 100}, "sr must be at least 8000"),
    ],
)
def test_impossible_scenes_are_refused_when_the_set_is_made(settings, message):
    with pytest.raises(ValueError, match=message):
        datasets.SyntheticScenes(**settings)


@pytest.mark.parametrize("count", [10**9, 10**18])
def test_more_clips_than_names_fit_into_memory_are_refused_at_once(count):
    with pytest.raises(ValueError, match=f"n_per_class must be at most 1000000, got {count}; the name of every clip"):
        datasets.SyntheticSounds(count)
    with pytest.raises(ValueError, match=f"n_scenes must be at most 10000000, got {count}; the name of every clip"):
        datasets.SyntheticScenes(count)


def test_small_integers_of_numpy_do_not_overflow():
    plain = datasets.SyntheticSounds(50, sr=8000, duration=2)
    small = datasets.SyntheticSounds(np.int8(50), sr=np.int16(8000), duration=np.int8(2), rng=np.uint8(0))
    assert len(small) == 500
    assert small.content_key(np.int16(499)) == plain.content_key(499)
    np.testing.assert_array_equal(small.load(3), plain.load(3))
    scenes = datasets.SyntheticScenes(2, sr=np.int16(8000), duration=np.int8(8), n_events=(np.int8(1), np.int8(127)))
    other = datasets.SyntheticScenes(2, sr=8000, duration=8, n_events=(1, 127))
    assert scenes.content_key(1) == other.content_key(1)
    assert scenes.scene(1).events == other.scene(1).events
