"""The classification pipeline: the article's shapes, a round trip to the last bit, equal answers for equal sounds."""

import numpy as np
import pytest

import npaudio
from npaudio import Frontend, datasets
from npaudio.checkpoints import load_checkpoint, save_checkpoint
from npaudio.pipeline import AudioClassificationPipeline, Evaluation, ModelFileError, NotFittedError, open_dataset
from npaudio.pipeline.recordings import windows
from tests.sound_folders import folder_of_classes

SOUNDS = datasets.SyntheticSounds(6, classes=("rain", "siren"), sr=16000, duration=0.5)
SETTINGS = {"duration": 0.5, "n_mels": 16, "epochs": 6, "batch_size": 4}


@pytest.fixture(scope="module")
def pipeline():
    return AudioClassificationPipeline(**SETTINGS).fit(SOUNDS, progress=False)


@pytest.fixture(scope="module")
def model_file(pipeline, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.npz"
    pipeline.save(path)
    return path


class TestPreprocessing:
    def test_the_articles_shape(self):
        y = npaudio.sine(440.0, sr=16000, duration=4.0)
        assert AudioClassificationPipeline().preprocess(y).shape == (64, 124)

    @pytest.mark.parametrize("n_samples", [100, 63999, 64001, 200000])
    def test_any_length_gives_that_shape(self, n_samples):
        y = np.random.default_rng(0).standard_normal(n_samples).astype(np.float32)
        assert AudioClassificationPipeline().preprocess(y).shape == (64, 124)

    def test_level_does_not_matter_but_silence_stays_silent(self):
        pipeline, y = AudioClassificationPipeline(), npaudio.sine(440.0, sr=16000, duration=4.0)
        np.testing.assert_allclose(pipeline.preprocess(y / 8), pipeline.preprocess(y), atol=1e-4)
        np.testing.assert_allclose(pipeline.preprocess(np.zeros_like(y)), -100, atol=1e-4)

    def test_the_peak_of_the_whole_waveform_counts_as_in_the_article(self):
        y = np.concatenate([np.full(64000, 0.1), np.full(8000, 0.5)]).astype(np.float32)
        expected = Frontend.article()((y / 0.5)[:64000])
        np.testing.assert_allclose(AudioClassificationPipeline().preprocess(y), expected, atol=1e-4)

    def test_any_front_end(self):
        assert AudioClassificationPipeline(frontend=Frontend.panns()).preprocess(np.ones(9, np.float32)).shape[0] == 64

    def test_integers_are_refused_with_the_cure(self):
        with pytest.raises(ValueError, match=r"floating point, got int16.*npaudio\.load"):
            AudioClassificationPipeline().preprocess(np.ones(9, np.int16))


class TestPredictions:
    def test_rows_are_probabilities_of_the_named_classes(self, pipeline):
        probabilities = pipeline.predict_proba(SOUNDS)
        assert probabilities.shape == (12, 2)
        assert pipeline.class_names == ("rain", "siren")
        np.testing.assert_allclose(probabilities.sum(axis=1), 1)

    def test_alone_or_in_a_batch_from_a_file_or_from_samples(self, pipeline, tmp_path):
        waves = [SOUNDS[i][0] for i in range(4)]
        paths = [tmp_path / f"{i}.wav" for i in range(4)]
        for path, y in zip(paths, waves, strict=True):
            npaudio.save(path, y, 16000, subtype="FLOAT")
        together = pipeline.predict_proba(waves)
        np.testing.assert_allclose([pipeline.predict_proba(y)[0] for y in waves], together, atol=1e-6)
        np.testing.assert_allclose(pipeline.predict_proba(paths), together, atol=1e-6)
        np.testing.assert_allclose(pipeline.predict_proba(tmp_path), together, atol=1e-6)
        np.testing.assert_allclose(pipeline.predict_proba(SOUNDS)[:4], together, atol=1e-6)

    @pytest.mark.parametrize("sr", [44100, 48000])
    def test_rates_and_channels(self, pipeline, tmp_path, sr):
        y = npaudio.resample(SOUNDS[1][0], orig_sr=16000, target_sr=sr)
        npaudio.save(tmp_path / "stereo.wav", np.stack([y, y]), sr, subtype="FLOAT")
        of_file = pipeline.predict_proba(tmp_path / "stereo.wav")
        np.testing.assert_allclose(of_file, pipeline.predict_proba(np.stack([y, y]), sr=sr), atol=1e-6)
        np.testing.assert_allclose(of_file, pipeline.predict_proba(y, sr=sr), atol=1e-6)

    def test_a_long_recording_is_the_mean_of_its_windows(self, pipeline):
        y = np.concatenate([SOUNDS[i][0] for i in range(3)])  # 24,000 samples, windows of 8,000 every 4,000
        each = [pipeline.decision_function(y[start : start + 8000])[0] for start in range(0, 20000, 4000)]
        np.testing.assert_allclose(pipeline.decision_function(y)[0], np.mean(each, axis=0), atol=1e-5)

    def test_unknown_below_a_threshold(self, pipeline, model_file):
        doubtful = AudioClassificationPipeline.load(model_file)
        doubtful.fitted.unknown_below = 1.1
        assert doubtful.predict(SOUNDS) == ["unknown"] * 12
        assert set(pipeline.predict(SOUNDS)) <= {"rain", "siren"}

    def test_before_fit_the_cure_is_named(self):
        with pytest.raises(NotFittedError, match="call fit"):
            AudioClassificationPipeline().predict(SOUNDS)


STARTS = {5: [0], 8: [0], 9: [0, 1], 12: [0, 4], 13: [0, 4, 5], 16: [0, 4, 8]}


@pytest.mark.parametrize(("n", "starts"), STARTS.items())
def test_windows_overlap_by_half_and_end_with_the_last_sample(n, starts):
    y = np.arange(n, dtype=np.float32)
    expected = [y[start : start + 8].tolist() for start in starts]
    for blocks in ([y], np.split(y, [3]), [y[i : i + 1] for i in range(n)]):
        assert [window.tolist() for window in windows(blocks, 8)] == expected


class TestFiles:
    def test_the_same_predictions_to_the_last_bit(self, pipeline, model_file):
        loaded = AudioClassificationPipeline.load(model_file)
        np.testing.assert_array_equal(loaded.predict_proba(SOUNDS), pipeline.predict_proba(SOUNDS))
        assert loaded.get_params() == pipeline.get_params()
        assert loaded.history == pipeline.history

    def test_float16_is_half_as_large_and_nearly_the_same(self, pipeline, model_file, tmp_path):
        pipeline.save(tmp_path / "half.npz", dtype=np.float16)
        assert (tmp_path / "half.npz").stat().st_size < 0.6 * model_file.stat().st_size
        loaded = AudioClassificationPipeline.load(tmp_path / "half.npz")
        np.testing.assert_allclose(loaded.predict_proba(SOUNDS), pipeline.predict_proba(SOUNDS), atol=0.02)

    def test_another_front_end_survives(self, tmp_path):
        frontend = Frontend(sr=8000, n_fft=512, hop_length=256, n_mels=20, fmin=40.0, clip=(-80.0, 0.0))
        pipeline = AudioClassificationPipeline(frontend=frontend, **SETTINGS | {"epochs": 1}).fit(
            SOUNDS, progress=False
        )
        pipeline.save(tmp_path / "m.npz")
        loaded = AudioClassificationPipeline.load(tmp_path / "m.npz")
        assert loaded.recipe == frontend
        np.testing.assert_array_equal(loaded.predict_proba(SOUNDS), pipeline.predict_proba(SOUNDS))

    @pytest.mark.parametrize(
        ("damage", "sentence"),
        [
            (lambda path: path.write_bytes(path.read_bytes()[:-500]), "is damaged or not a model"),
            (lambda path: path.write_bytes(b"RIFF"), "is damaged or not a model"),
            (lambda path: save_checkpoint(path, {"weight": np.ones(3)}), "is not a model of npaudio"),
            (lambda path: exchange(path, '"format": 1', '"format": 2'), "install a newer npaudio"),
            (lambda path: exchange(path, '{"format"', '"format"'), "not JSON"),
            (lambda path: exchange(path, '"mean"', '"meat"'), "has no entry 'mean'"),
            (lambda path: exchange(path, '"n_mels": 16', '"n_mels": 2'), "does not fit"),
            (lambda path: exchange(path, '"classifier"', '"detector"'), "expected a classifier"),
        ],
    )
    def test_a_bad_file_is_one_sentence(self, model_file, tmp_path, damage, sentence):
        path = tmp_path / "bad.npz"
        path.write_bytes(model_file.read_bytes())
        damage(path)
        with pytest.raises(ModelFileError, match=sentence):
            AudioClassificationPipeline.load(path)


def exchange(path, old, new):
    """The same model with another description."""
    arrays = load_checkpoint(path)
    text = str(arrays["pipeline"])
    assert old in text
    save_checkpoint(path, arrays | {"pipeline": np.array(text.replace(old, new))})


class TestScikitLearnsHabits:
    def test_fit_returns_self_and_takes_lists(self):
        waves = [SOUNDS[i][0] for i in range(6)]
        names = ["rain", "siren"] * 3
        pipeline = AudioClassificationPipeline(**SETTINGS | {"epochs": 1})
        assert pipeline.fit(waves, names, progress=False) is pipeline
        assert 0 <= pipeline.score(waves, names) <= 1

    def test_params_are_what_was_given(self):
        frontend = Frontend.article()
        pipeline = AudioClassificationPipeline(8000, 32, frontend=frontend)
        assert pipeline.get_params()["sr"] == 8000
        assert pipeline.get_params()["frontend"] is frontend
        copy = AudioClassificationPipeline(**pipeline.get_params())
        assert copy.get_params() == pipeline.get_params()
        assert pipeline.set_params(epochs=3).epochs == 3
        with pytest.raises(ValueError, match=r"no parameter 'epoch'.*epochs"):
            pipeline.set_params(epoch=3)

    def test_sklearns_clone(self, pipeline):
        base = pytest.importorskip("sklearn.base", reason="scikit-learn is not installed (a development extra)")
        clone = base.clone(pipeline)
        assert clone.get_params() == pipeline.get_params()
        assert clone.network is None


class TestEvaluation:
    def test_the_articles_example(self):
        y_true = np.array([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 0, 1, 2, 3, 4])
        y_pred = np.array([0, 0, 1, 2, 2, 2, 3, 4, 4, 4, 0, 1, 1, 3, 4])
        names = tuple(f"clip {i}" for i in range(15))
        evaluation = Evaluation(names, y_true, 0.8 * np.eye(5)[y_pred] + 0.04, tuple("abcde"))
        assert evaluation.accuracy == 12 / 15
        assert evaluation.interval.low < 0.8 < evaluation.interval.high
        assert evaluation.confusion[1, 2] == 1
        assert "80.0% (12/15)" in str(evaluation)
        assert [mistake.name for mistake in evaluation.mistakes()] == ["clip 3", "clip 7", "clip 12"]

    def test_the_worst_mistake_comes_first(self):
        probabilities = np.array([[0.4, 0.6], [0.1, 0.9], [0.7, 0.3]])
        evaluation = Evaluation(("a", "b", "c"), np.array([0, 0, 0]), probabilities, ("dog", "cat"))
        assert str(evaluation.mistakes()[0]) == "b: dog, taken for cat (90%)"

    def test_the_worst_mistake_comes_first_of_several_labels_too(self):
        probabilities, truth = np.array([[0.4, 0.1], [0.9, 0.8]]), np.array([[1, 0], [0, 1]])
        evaluation = Evaluation(("a", "b"), truth, probabilities, ("dog", "cat"))
        expected = ["b: cat, taken for dog + cat (90%)", "a: dog, taken for nothing (60%)"]
        assert [str(mistake) for mistake in evaluation.mistakes()] == expected

    def test_a_class_that_the_model_does_not_know_is_named(self, pipeline):
        with pytest.raises(ValueError, match="class 'wind', the model knows rain, siren"):
            pipeline.evaluate(datasets.SyntheticSounds(2, classes=("rain", "wind"), duration=0.5))

    def test_classes_are_matched_by_name_not_by_number(self, pipeline):
        swapped = datasets.SyntheticSounds(6, classes=("siren", "rain"), sr=16000, duration=0.5)
        evaluation = pipeline.evaluate(swapped)
        assert [pipeline.class_names[k] for k in evaluation.y_true[:2]] == ["siren", "rain"]


def test_several_labels_a_clip():
    rng = np.random.default_rng(0)
    targets = np.array([[1, 0], [0, 1], [1, 1], [0, 0]] * 2)
    tones = np.array([npaudio.sine(f, sr=16000, duration=0.5) for f in (500.0, 3000.0)])
    waves = [y + 0.01 * rng.standard_normal(8000).astype(np.float32) for y in (targets @ tones).astype(np.float32)]
    pipeline = AudioClassificationPipeline(multi_label=True, augment=False, **SETTINGS | {"epochs": 30})
    pipeline.fit(waves, targets, progress=False)
    assert pipeline.score(waves, targets) == 1.0
    assert pipeline.predict(waves)[2] == ["0", "1"]
    assert "mAP: 1.000" in str(pipeline.evaluate(waves, targets))
    with pytest.raises(ValueError, match="multi_label=True"):
        AudioClassificationPipeline(**SETTINGS).fit(waves, targets, progress=False)


def test_a_folder_is_learned_and_read(tmp_path):
    folder_of_classes(tmp_path, {"high": 4, "low": 4})
    pipeline = AudioClassificationPipeline(**SETTINGS).fit(tmp_path, progress=False)
    assert pipeline.class_names == ("high", "low")
    assert len(pipeline.evaluate(tmp_path).names) == 8
    assert len(open_dataset(tmp_path)) == 8


def test_a_fold_that_is_left_out_is_not_learned_from():
    pipeline = AudioClassificationPipeline(**SETTINGS).fit(SOUNDS, fold=1, progress=False)
    assert "val_accuracy" in pipeline.history
    assert len(pipeline.evaluate(SOUNDS, fold=1).names) == len(SOUNDS.split(1)[1])
