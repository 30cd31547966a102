"""Scenes of real sounds, and recorded scenes with annotations."""

import pickle

import numpy as np
import pytest

import npaudio
from npaudio import datasets, sed
from npaudio.datasets.scene_sounds import audible_stretches
from npaudio.sed import Event

SR = 8000


class Tones(datasets.SoundDataset):
    """Three folds of two classes; the frequency of a tone tells which recording it is."""

    def __init__(self, n_folds=3, per_fold=4, spoilt=None):
        n = n_folds * per_fold
        super().__init__(
            names=[f"tone-{k}" for k in range(n)],
            labels=np.arange(n) % 2,
            class_names=("low", "high"),
            folds=np.arange(n) // per_fold + 1,
            sources=np.arange(n),
            sr=SR,
        )
        self.spoilt = spoilt

    def frequency(self, index):
        return 500 + 100 * index

    def load(self, index, *, sr=None):
        """Silence, a tone of half a second, silence."""
        y = np.zeros(3 * SR, np.float32)
        tone = np.sin(2 * np.pi * self.frequency(index) * np.arange(SR // 2) / SR)
        y[SR : SR + SR // 2] = np.nan if index == self.spoilt else tone
        return y if sr in (None, self.sr) else npaudio.resample(y, orig_sr=self.sr, target_sr=sr)

    def content_key(self, index):
        return f"{index}" if index != self.spoilt else "spoilt"


def loudest_frequency(samples, sr=SR):
    return np.argmax(np.abs(np.fft.rfft(samples, 8 * sr))) / 8


def scenes_of_tones(n=24, **settings):
    options = {"sr": SR, "duration": 2.0, "event_duration": (0.2, 1.0), "n_events": (1, 3), "snr": (10, 20)}
    return datasets.SyntheticScenes(n, sounds=Tones(), **{**options, **settings})


def test_a_sound_of_one_fold_never_appears_in_scenes_of_another():
    scenes, tones = scenes_of_tones(), Tones()
    np.testing.assert_array_equal(scenes.folds, np.resize([1, 2, 3], 24))
    heard = {1: set(), 2: set(), 3: set()}
    for k in range(24):
        for sound in scenes.scene(k).sounds:
            index = round((loudest_frequency(sound.samples) - 500) / 100)
            assert sound.label == tones.class_names[tones.labels[index]]
            assert tones.folds[index] == scenes.folds[k]
            heard[scenes.folds[k]].add(index)
    assert all(len(indices) == 4 for indices in heard.values())  # and every recording is used
    train, test = scenes.split(3)
    assert set(scenes.folds[train]) == {1, 2}
    assert set(scenes.folds[test]) == {3}


def test_recorded_events_are_cut_to_what_is_audible_and_keep_their_snr():
    scenes = scenes_of_tones()
    lengths = []
    for k in range(24):
        scene = scenes.scene(k)
        for sound, event in zip(sorted(scene.sounds, key=lambda s: (s.start, s.stop)), scene.events, strict=True):
            assert 10 * np.log10(np.mean(sound.samples**2) / np.mean(scene.background**2)) == pytest.approx(sound.snr)
            assert (event.onset, event.offset) == (sound.start / SR, sound.stop / SR)
            lengths.append(event.offset - event.onset)
    assert max(lengths) <= 0.5 + 0.02  # the tone, to a frame of 20 ms
    assert min(lengths) >= 0.2
    assert np.std(lengths) > 0


def test_scenes_of_recordings_are_the_same_whenever_they_are_asked_for():
    scenes = scenes_of_tones()
    first = scenes[5][0]
    scenes[6]
    np.testing.assert_array_equal(scenes[5][0], first)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(scenes))[5][0], first)
    assert scenes.content_key(5) == scenes_of_tones().content_key(5) != scenes.content_key(6)
    spoilt = datasets.SyntheticScenes(24, sounds=Tones(spoilt=0), sr=SR, duration=2.0)
    other = datasets.SyntheticScenes(24, sounds=Tones(), sr=SR, duration=2.0)
    assert spoilt.content_key(0) != other.content_key(0)  # a recording of fold 1 is another
    assert spoilt.content_key(1) == other.content_key(1)


def test_scenes_of_recordings_at_another_rate_and_of_some_classes():
    scenes = scenes_of_tones(sr=16000, classes=["high"])
    assert scenes.class_names == ("high",)
    y, events = scenes[0]
    assert len(y) == 32000
    assert {event.label for event in events} == {"high"}


def test_only_some_recordings_are_held_in_memory(monkeypatch):
    monkeypatch.setattr("npaudio.datasets.scene_sounds.RECORDINGS_HELD", 2)
    scenes = scenes_of_tones()
    for k in range(24):
        scenes[k]
    assert len(scenes.sounds._held) == 2


@pytest.mark.parametrize("sr", [8000, 44100])
def test_audible_stretches_are_parted_by_half_a_second(sr):
    def sound(*parts):
        return np.concatenate([level * np.ones(round(seconds * sr)) for level, seconds in parts])

    bark = (1.0, 0.2)
    y = sound((0, 0.4), bark, (0, 0.3), bark, (0.001, 1.0), bark, (0, 0.2))
    stretches = [(start / sr, stop / sr) for start, stop in audible_stretches(y, sr)]
    np.testing.assert_allclose(stretches, [(0.4, 1.1), (2.1, 2.3)], atol=0.0201)
    assert audible_stretches(np.zeros(1000), sr) == []
    assert audible_stretches(sound((1.0, 0.05)), sr) == []  # too short to be an event
    assert audible_stretches(sound((0.1, 1.0), (1.0, 0.5)), sr) == [(0, round(1.5 * sr))]


def test_silent_recordings_give_no_event():
    class Silence(Tones):
        def load(self, index, *, sr=None):
            return np.zeros(SR, np.float32)

    assert datasets.SyntheticScenes(3, sounds=Silence(), sr=SR, duration=2.0)[0][1] == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sounds": datasets.SyntheticScenes(3)}, "sounds must be a data set with one label for each recording"),
        ({"sounds": "ESC-50"}, "sounds must be a data set .* got str"),
        (
            {"sounds": Tones(), "classes": ["low", "middle"]},
            r"the sounds \(low, high\), got \['low', 'middle'\]",
        ),
        ({"sounds": Tones(), "n_folds": 3}, "n_folds must not be given with sounds"),
        ({"sounds": Tones(), "sr": 0}, "sr must be at least 1"),
    ],
)
def test_impossible_scenes_of_sounds_are_refused(settings, message):
    with pytest.raises(ValueError, match=message) as error:
        datasets.SyntheticScenes(3, **settings)
    assert "\n" not in str(error.value)


def test_damaged_samples_and_other_folds_are_refused():
    scenes = datasets.SyntheticScenes(3, sounds=Tones(n_folds=1, per_fold=2, spoilt=0), classes=["low"], sr=SR)
    with pytest.raises(ValueError, match="'tone-0' holds NaN or infinity; leave it out"):
        scenes[0]
    with pytest.raises(ValueError, match="the folds of the scenes are those of their sounds"):
        scenes_of_tones(3).with_folds([1, 2, 3])
    assert datasets.SyntheticScenes(3).with_folds([2, 1, 2]).folds.tolist() == [2, 1, 2]


def recordings(root, lengths):
    for k, (name, seconds) in enumerate(lengths.items()):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        npaudio.save(path, npaudio.sine(300 + 10 * k, sr=SR, duration=seconds), SR)
    return root


EVENTS = {
    "a.wav": [Event(0.0, 0.5, "Dog"), Event(0.25, 1.0, "Cat")],
    "deep/b.wav": [Event(0.1, 0.4, "Cat")],
    "silent.wav": [],
}


def test_strong_labels_are_events(tmp_path):
    recordings(tmp_path, dict.fromkeys(EVENTS, 1.0))
    sed.write_events(tmp_path / "events.tsv", EVENTS)
    scenes = datasets.SoundScenes(tmp_path, sr=SR)
    assert (len(scenes), scenes.class_names, scenes.weak, scenes.skipped) == (3, ("Cat", "Dog"), False, ())
    y, events = scenes[0]
    assert y.shape == (SR,)
    assert dict(zip(scenes.names, scenes.labels, strict=True)) == EVENTS
    assert events == EVENTS["a.wav"]
    np.testing.assert_array_equal(scenes.clip_targets(), [[1, 1], [1, 0], [0, 0]])
    assert sorted(scenes.folds) == [1, 2, 3]
    assert datasets.SoundScenes(tmp_path, classes=["Dog", "Cat"], n_folds=2).clip_targets().tolist()[1] == [0, 1]


def test_weak_labels_are_names(tmp_path):
    recordings(tmp_path / "audio", {"a.wav": 1.0, "b.wav": 1.0, "c.wav": 1.0})
    table = tmp_path / "weak.tsv"
    table.write_text("filename\tevent_labels\na.wav\tDog,Cat\nb.wav\tCat\nc.wav\t\nb.wav\tDog, Cat\n", encoding="utf-8")
    scenes = datasets.SoundScenes(tmp_path, sr=SR)
    assert scenes.weak
    assert scenes.names == ("audio/a.wav", "audio/b.wav", "audio/c.wav")
    assert scenes.labels == [("Dog", "Cat"), ("Cat", "Dog"), ()]
    np.testing.assert_array_equal(scenes.clip_targets(), [[1, 1], [1, 1], [0, 0]])
    assert scenes[1][1] == ("Cat", "Dog")


def test_what_cannot_be_used_is_listed_with_the_reason(tmp_path):
    recordings(tmp_path, {"good.wav": 1.0, "late.wav": 1.0, "rounded.wav": 1.0, "x/twice.wav": 1.0, "y/twice.wav": 1.0})
    recordings(tmp_path, {"unknown.wav": 1.0})
    (tmp_path / "damaged.wav").write_bytes(b"RIFF")
    events = {"good.wav": [(0, 1, "Dog")], "late.wav": [(0, 0.5, "Dog"), (0.5, 1.2, "Cat")], "gone.wav": []}
    events |= {"rounded.wav": [(0.5, 1.005, "Dog")], "damaged.wav": [(0, 1, "Dog")], "twice.wav": [(0, 1, "Dog")]}
    sed.write_events(tmp_path / "events.tsv", events)
    scenes = datasets.SoundScenes(tmp_path, sr=SR)
    assert scenes.names == ("good.wav", "rounded.wav")
    assert scenes.labels[1] == [Event(0.5, 1.0, "Dog")]
    reasons = dict(scenes.skipped)
    assert reasons.pop("damaged.wav")
    assert reasons == {
        "gone.wav": "is annotated, but not there",
        "late.wav": "lasts 1.000 s, but 'Cat' is annotated until 1.200 s",
        "twice.wav": "is the name of 2 files, such as x/twice.wav, y/twice.wav",
        "unknown.wav": "has no annotation",
        "x/twice.wav": "has no annotation",
        "y/twice.wav": "has no annotation",
    }
    assert "late.wav" in scenes.report()


def test_names_with_accents_are_found_in_both_forms(tmp_path):
    recordings(tmp_path, {"caf\u00e9.wav": 1.0})
    sed.write_events(tmp_path / "events.tsv", {"cafe\u0301.wav": [(0, 1, "Dog")]})
    assert len(datasets.SoundScenes(tmp_path)) == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "expected one table .* found a.tsv, b.txt; pass annotations="),
        ({"annotations": "nowhere.tsv"}, "there is no file 'nowhere.tsv'"),
        ({"annotations": "a.tsv", "classes": ["Cat"]}, "unknown label 'Dog' in the table, expected one of Cat"),
        ({"annotations": "a.tsv", "classes": "Dog"}, "classes must be a list of different names"),
        ({"annotations": "b.txt"}, "names no recordings; write a line for each"),
    ],
)
def test_folders_that_are_none_are_refused(tmp_path, settings, message):
    recordings(tmp_path, {"x.wav": 1.0})
    sed.write_events(tmp_path / "a.tsv", {"x.wav": [(0, 1, "Dog")]})
    sed.write_events(tmp_path / "b.txt", {})
    if settings.get("annotations", "n")[0] != "n":
        settings = {**settings, "annotations": tmp_path / settings["annotations"]}
    with pytest.raises(ValueError, match=message) as error:
        datasets.SoundScenes(tmp_path, **settings)
    assert "\n" not in str(error.value)
    with pytest.raises(ValueError, match=r"SoundScenes: .* is not there"):
        datasets.SoundScenes(tmp_path / "nowhere")


def test_clip_labels_say_which_line_is_wrong(tmp_path):
    path = tmp_path / "weak.tsv"
    path.write_text("filename\tevent_labels\n\tDog\n", encoding="utf-8")
    with pytest.raises(sed.EventFileError, match=r"read_clip_labels: weak\.tsv, line 2: the filename is empty"):
        sed.read_clip_labels(path)
    path.write_text("filename\tonset\nx\t1\n", encoding="utf-8")
    with pytest.raises(sed.EventFileError, match="line 1: no column event_labels"):
        sed.read_clip_labels(path)
