import warnings

import numpy as np
import pytest

from npaudio import datasets
from npaudio.datasets import SourceLeakWarning, leaked_sources, make_folds
from tests.sound_folders import esc50, folder_of_classes


def test_folds_hold_equal_shares_of_each_class():
    labels = np.repeat([0, 1, 2], [40, 20, 10])
    folds = make_folds(labels, 5, rng=3)
    table = np.array([np.bincount(labels[folds == fold]) for fold in range(1, 6)])
    np.testing.assert_array_equal(table, [[8, 4, 2]] * 5)


def test_folds_keep_sources_whole_and_stay_balanced():
    rng = np.random.default_rng(0)
    sources = rng.integers(60, size=400)
    labels = sources % 4
    folds = make_folds(labels, 5, sources=sources, rng=1)
    assert all(len(set(folds[sources == source])) == 1 for source in set(sources))
    for label in range(4):
        counts = np.bincount(folds[labels == label], minlength=6)[1:]
        assert counts.max() - counts.min() <= np.bincount(sources).max()


def test_folds_depend_on_the_seed_only():
    labels = np.arange(50) % 5
    np.testing.assert_array_equal(make_folds(labels, 5, rng=7), make_folds(labels, 5, rng=7))
    assert (make_folds(labels, 5, rng=7) != make_folds(labels, 5, rng=8)).any()
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    make_folds(labels, 5)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_impossible_folds_are_refused():
    with pytest.raises(ValueError, match="3 clips cannot fill 4 folds; pass n_folds=3"):
        make_folds([0, 1, 0], 4)
    with pytest.raises(ValueError, match="at least 2, got 1"):
        make_folds([0, 1, 0], 1)
    with pytest.raises(ValueError, match="1 source cannot fill 2 folds; add sources"):
        make_folds([0, 1, 0], 2, sources=["a", "a", "a"])


def test_a_class_that_cannot_be_learned_is_warned_of(tmp_path):
    dataset = datasets.AudioFolder(folder_of_classes(tmp_path, {"dog": 4, "rain": 1}), min_per_class=1, n_folds=2)
    fold = int(dataset.folds[4])
    said = r"AudioFolder\.split: 1 class has clips in test and none in train \(such as 'rain'\).*add recordings"
    with pytest.warns(datasets.UntrainedClassWarning, match=said):
        dataset.split(fold)
    dataset.split(3 - fold)  # nothing of it is tested here, so nothing is said
    table = datasets.extract_features(dataset, None)
    with pytest.warns(datasets.UntrainedClassWarning, match=r"FeatureTable\.split: 1 class has"):
        table.split(fold)


@pytest.mark.parametrize("kind", [bool, np.float32, object])
def test_labels_may_be_whole_numbers_of_any_type(kind):
    labels = np.array([0, 1, 1, 0, 1, 0])
    np.testing.assert_array_equal(make_folds(labels.astype(kind), 3), make_folds(labels, 3))


@pytest.mark.parametrize(
    ("labels", "settings", "message"),
    [
        (
            [0, 0, 1, 1],
            {"sources": ["a", "b", "c"]},
            r"sources must be one name or number for each of 4 clips, got <U1",
        ),
        ([0, 0, 1, 1], {"sources": list("abcde")}, "for each of 4 clips"),
        ([0, 0, 1, 1], {"sources": "abab"}, "for each of 4 clips, got something other than a plain list"),
        ([0, 0, 1, 1], {"sources": [("a", 1), ("b", 1), ("c", 1), ("d", 1)]}, r"for each of 4 clips, got .*\(4, 2\)"),
        ([0.5, 1.7, 1, 0], {}, "labels must be one whole number from 0 on for each clip, got float64"),
        ([0, -1, 1, 1], {}, "labels must be one whole number from 0 on"),
        (["dog", "cat"], {}, r"labels must be .*np\.unique\(names, return_inverse=True\)"),
        ([[0, 1], [1, 0]], {}, r"labels must be .*for one-hot rows \.argmax"),
        ([[0], [1, 0]], {}, "labels must be one whole number"),
        ([0, 0, 1, 1], {"rng": -1}, "make_folds: rng must be"),
        ([], {}, "0 clips cannot fill 2 folds; add clips"),
    ],
)
def test_labels_and_sources_of_another_form_are_refused(labels, settings, message):
    with pytest.raises(ValueError, match=message):
        make_folds(labels, 2, **settings)


def test_split_gives_train_and_test_indices(tmp_path):
    dataset = datasets.ESC50(esc50(tmp_path))
    train, test = dataset.split(2)
    np.testing.assert_array_equal(np.sort(np.concatenate([train, test])), np.arange(18))
    assert set(dataset.folds[test]) == {2}
    assert set(dataset.folds[dataset.split((1, 3))[1]]) == {1, 3}
    with pytest.raises(ValueError, match=r"ESC50\.split: unknown fold 4; choose from 1, 2, 3"):
        dataset.split(4)
    with pytest.raises(ValueError, match="holds all clips"):
        dataset.split((1, 2, 3))


def test_a_split_by_clip_is_warned_of_and_one_by_source_is_not(tmp_path):
    dataset = datasets.ESC50(esc50(tmp_path, folds=4))
    by_clip = dataset.with_folds(make_folds(dataset.labels, 2, rng=0))
    with pytest.warns(SourceLeakWarning, match="clips in train and in test .*keep sources together"):
        train, test = by_clip.split(1)
    leaked = leaked_sources(dataset.sources, train, test)
    assert set(leaked) == set(dataset.sources[train]) & set(dataset.sources[test])
    by_source = dataset.with_folds(make_folds(dataset.labels, 2, sources=dataset.sources))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        by_source.split(1)
        dataset.split(1)


def test_the_warning_points_at_the_line_that_splits(tmp_path):
    dataset = datasets.ESC50(esc50(tmp_path))
    with pytest.warns(SourceLeakWarning) as record:
        dataset.with_folds([1, 2] * 9).split(1)
    assert record[0].filename == __file__


def test_folds_of_a_wrong_form_are_refused(tmp_path):
    dataset = datasets.ESC50(esc50(tmp_path))
    for folds in ([1, 2], np.ones(18), np.zeros(18, int)):
        with pytest.raises(ValueError, match="folds must be 18 whole numbers from 1 on"):
            dataset.with_folds(folds)
