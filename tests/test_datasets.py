import os

import numpy as np
import pytest

import npaudio
from npaudio import datasets
from npaudio.datasets.skipped import Skipped, describe_skipped
from tests.sound_folders import (
    add_faulty_files,
    esc50,
    esc_row,
    folder_of_classes,
    tone,
    urbansound,
    write_table,
    write_tone,
)


def test_esc50_has_the_labels_folds_and_sources_of_its_table(tmp_path):
    dataset = datasets.ESC50(esc50(tmp_path))
    assert dataset.class_names == ("dog", "rooster", "rain")  # in the order of the class numbers 0, 1, 7
    assert len(dataset) == 18
    assert dataset.skipped == ()
    for k, name in enumerate(dataset.names):
        fold, source, _, target = name.removeprefix("audio/").removesuffix(".wav").split("-")
        assert dataset.folds[k] == int(fold)
        assert dataset.sources[k] == source
        assert dataset.labels[k] == {"0": 0, "1": 1, "7": 2}[target]


def test_an_item_is_the_waveform_at_the_rate_of_the_data_set_and_the_label(tmp_path):
    dataset = datasets.ESC50(esc50(tmp_path))
    y, label = dataset[2]
    np.testing.assert_allclose(y, tone(2, sr=44100, seconds=0.1), atol=1 / 32768)
    assert (y.dtype, label) == (np.float32, 0)
    assert datasets.ESC50(tmp_path, sr=16000)[2][0].shape == (1600,)
    assert dataset.load(2, sr=8000).shape == (800,)
    np.testing.assert_array_equal(dataset[-1][0], dataset[17][0])
    assert len(list(dataset)) == 18
    with pytest.raises(IndexError, match="outside of 18 clips"):
        dataset[18]


def test_esc10_keeps_the_ten_classes_only(tmp_path):
    dataset = datasets.ESC50(esc50(tmp_path), esc10=True)
    assert dataset.class_names == ("dog", "rooster")
    assert len(dataset) == 12


def test_urbansound_mixes_channels_and_brings_all_to_one_rate(tmp_path):
    dataset = datasets.UrbanSound8K(urbansound(tmp_path))
    assert len(dataset) == 40
    assert sorted(set(dataset.folds)) == list(range(1, 11))
    assert {y.shape for y, _ in dataset} == {(1600,)}
    assert [len(test) for _, test in map(dataset.split, range(1, 11))] == [4] * 10
    np.testing.assert_array_equal(dataset.labels, np.arange(40) // 10)


def test_audio_folder_labels_by_folder(tmp_path):
    folder_of_classes(tmp_path, {"rain": 5, "dog": 7})
    write_tone(tmp_path / "dog" / "more" / "deep.wav", 99)
    (tmp_path / ".git").mkdir()
    dataset = datasets.AudioFolder(tmp_path)
    assert dataset.class_names == ("dog", "rain")
    assert np.bincount(dataset.labels).tolist() == [8, 5]
    assert "dog/more/deep.wav" in dataset.names
    assert sorted(set(dataset.folds)) == [1, 2, 3, 4, 5]
    assert datasets.AudioFolder(tmp_path, classes=["rain", "dog"]).class_names == ("rain", "dog")


def test_audio_folder_deals_the_same_folds_again_and_keeps_sources_together(tmp_path):
    folder_of_classes(tmp_path, {"a": 12, "b": 12})
    dataset = datasets.AudioFolder(tmp_path, n_folds=3, source=lambda name: str(int(name[2:-4]) // 2))
    np.testing.assert_array_equal(
        dataset.folds, datasets.AudioFolder(tmp_path, n_folds=3, source=lambda name: str(int(name[2:-4]) // 2)).folds
    )
    for fold in (1, 2, 3):
        train, test = dataset.split(fold)
        assert len(train) + len(test) == 24
        assert not datasets.leaked_sources(dataset.sources, train, test).size


def test_every_file_that_cannot_be_used_is_named_with_its_reason(tmp_path):
    folder_of_classes(tmp_path, {"dog": 20, "rain": 20})
    write_tone(tmp_path / "dog" / "stereo.wav", 50, channels=2, sr=44100)
    reasons = add_faulty_files(tmp_path / "rain", tmp_path / "dog" / "0.wav")
    (tmp_path / "README.md").write_text("beside the classes")
    dataset = datasets.AudioFolder(tmp_path)
    assert len(dataset) == 42  # nan.wav is found when its samples are read
    skipped = dict(dataset.skipped)
    assert skipped.pop("README.md").startswith("lies beside the folders")
    assert set(skipped) == {f"rain/{name}" for name in reasons if name != "nan.wav"}
    for name, reason in skipped.items():
        assert reasons[name.removeprefix("rain/")] in reason
        assert f"{name} " in dataset.report()
        assert reason in dataset.report()
    assert "9 files were skipped" in dataset.report()
    with pytest.raises(npaudio.AudioFileError, match="NaN"):
        dataset[dataset.names.index("rain/nan.wav")]


def test_a_file_that_goes_bad_later_is_an_error_with_its_name(tmp_path):
    folder_of_classes(tmp_path, {"dog": 2})
    dataset = datasets.AudioFolder(tmp_path)
    path = tmp_path / "dog" / "0.wav"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(npaudio.AudioFileError, match=r"0\.wav.*truncated data"):
        dataset[0]


def test_damaged_files_of_a_table_are_skipped(tmp_path):
    esc50(tmp_path)
    path = tmp_path / "audio" / "2-2000-B-0.wav"
    path.write_bytes(b"")
    dataset = datasets.ESC50(tmp_path)
    assert dataset.skipped == (("audio/2-2000-B-0.wav", "is empty (0 bytes)"),)
    assert len(dataset) == 17
    assert repr(dataset) == "<ESC50: 17 clips, 3 classes, 1 skipped>"


def test_a_table_that_names_missing_files_is_refused_or_they_are_skipped(tmp_path):
    esc50(tmp_path)
    (tmp_path / "audio" / "1-1000-A-0.wav").unlink()
    (tmp_path / "audio" / "1-1000-B-0.wav").unlink()
    with pytest.raises(
        ValueError, match=r"names 2 of 18 files that are not there, the first is 'audio/1-1000-A-0\.wav'"
    ):
        datasets.ESC50(tmp_path)
    dataset = datasets.ESC50(tmp_path, missing="skip")
    assert len(dataset) == 16
    assert [name for name, _ in dataset.skipped] == ["audio/1-1000-A-0.wav", "audio/1-1000-B-0.wav"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"fold": "one"}, "'one', '0' in line 2, where fold and target must be whole numbers"),
        ({"fold": "0"}, "'0', '0' in line 2, where fold and target must be whole numbers, from 1 and from 0 on"),
        ({"category": "x" * 200_000}, "is not a table in UTF-8 .*unpack the archive again"),
        ({"filename": "../../secret.wav"}, "leads out of the data set"),
        ({"filename": "C:\\secret.wav"}, "leads out of the data set"),
        ({"category": "cat"}, "calls class 0 both 'cat' and 'dog'"),
        ({"category": ""}, "has nothing in column 'category' of line 2"),
    ],
)
def test_a_damaged_table_is_refused_with_its_line(tmp_path, change, message):
    esc50(tmp_path)
    rows = [esc_row(1, 0, "A"), esc_row(1, 0, "B")]
    rows[0] |= change
    write_table(tmp_path / "meta" / "esc50.csv", rows)
    with pytest.raises(ValueError, match=message):
        datasets.ESC50(tmp_path)


def test_a_table_without_a_column_or_rows_is_refused(tmp_path):
    esc50(tmp_path)
    path = tmp_path / "meta" / "esc50.csv"
    header, *rest = path.read_text().splitlines()
    path.write_text("\n".join([header.replace("src_file", "source"), *rest]))
    with pytest.raises(ValueError, match="has no column 'src_file'; unpack the archive again"):
        datasets.ESC50(tmp_path)
    path.write_text(header + "\n")
    with pytest.raises(ValueError, match="names no clips"):
        datasets.ESC50(tmp_path)
    path.unlink()
    with pytest.raises(ValueError, match=r"esc50\.csv.* is not there; pass the folder"):
        datasets.ESC50(tmp_path)


@pytest.mark.parametrize("make", [datasets.ESC50, datasets.UrbanSound8K, datasets.AudioFolder])
def test_a_root_that_is_no_folder_is_refused(tmp_path, make):
    with pytest.raises(ValueError, match="is not there; pass the folder that holds the data set"):
        make(tmp_path / "nowhere")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ValueError, match="is a file; pass the folder"):
        make(tmp_path / "file")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "ESC50: .* has no column 'filename'"),
        (b"\xff\xfe\x00", "ESC50: .* is not a table in UTF-8"),
        (
            b"filename;fold;target;category;src_file;esc10\n",
            "has one column.*; save it with commas between the columns",
        ),
        (
            b"filename,fold,target,category,src_file,esc10\n\n\na.wav,one,0,dog,1,True\n",
            "'one', '0' in line 4, where fold and target",
        ),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path, content, message):
    esc50(tmp_path)
    (tmp_path / "meta" / "esc50.csv").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        datasets.ESC50(tmp_path)


def test_a_part_without_clips_of_esc10_says_so(tmp_path):
    esc50(tmp_path)
    write_table(tmp_path / "meta" / "esc50.csv", [esc_row(1, 7, "A")])
    with pytest.raises(ValueError, match=r"names no clips of ESC-10; pass esc10=False"):
        datasets.ESC50(tmp_path, esc10=True)


def test_a_data_set_of_damaged_files_only_is_refused_with_the_reason(tmp_path):
    esc50(tmp_path)
    for path in (tmp_path / "audio").iterdir():
        path.write_bytes(b"")
    with pytest.raises(
        ValueError, match=r"holds no sound that can be used \(18 skipped; 'audio/1-.*is empty \(0 bytes\)\); unpack"
    ):
        datasets.ESC50(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes on Windows")
def test_links_to_folders_and_pipes_are_skipped_with_the_reason(tmp_path):
    folder_of_classes(tmp_path / "sounds", {"a": 2, "b": 2})
    folder_of_classes(tmp_path / "elsewhere", {"more": 1})
    (tmp_path / "sounds" / "a" / "link").symlink_to(tmp_path / "elsewhere" / "more")
    (tmp_path / "sounds" / "a" / "dangling.wav").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "sounds" / "b" / "pipe.wav")  # opening it would wait for ever
    dataset = datasets.AudioFolder(tmp_path / "sounds")
    assert len(dataset) == 4
    assert dataset.skipped == (
        ("a/dangling.wav", "cannot be opened (No such file or directory)"),
        ("a/link", "is a link to a folder, and not followed"),
        ("b/pipe.wav", "is a pipe or a device"),
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_folds": 0}, "n_folds must be at least 1, got 0"),
        ({"classes": "a"}, "classes must be a list of names of folders, got 'a'"),
        ({"classes": 5}, "classes must be a list of names of folders, got 5"),
        ({"min_per_class": "2"}, "min_per_class must be a whole number, got '2'"),
    ],
)
def test_settings_of_a_folder_that_make_no_sense_are_refused(tmp_path, settings, message):
    with pytest.raises(ValueError, match=message):
        datasets.AudioFolder(folder_of_classes(tmp_path, {"a": 2, "b": 2}), **settings)


def test_a_root_that_is_no_path_and_a_rate_of_zero_are_refused(tmp_path):
    with pytest.raises(ValueError, match="ESC50: root must be the path of a folder, got None"):
        datasets.ESC50(None)
    with pytest.raises(ValueError, match="sr must be"):
        datasets.AudioFolder(folder_of_classes(tmp_path, {"a": 2, "b": 2})).load(0, sr=0)


def test_names_that_no_terminal_can_show_are_escaped_in_the_report():
    text = describe_skipped([Skipped("a\nb.wav", "is empty"), Skipped("\udcff.wav", "is empty")])
    assert text.splitlines() == ["2 files were skipped:", r"  a\nb.wav    is empty", r"  \udcff.wav  is empty"]


def test_a_folder_without_audio_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"holds no sound that can be used; make one folder for each class"):
        datasets.AudioFolder(tmp_path)
    (tmp_path / "dog").mkdir()
    (tmp_path / "dog" / "notes.txt").write_text("bark")
    with pytest.raises(ValueError, match=r"holds no sound.*1 skipped; 'dog/notes\.txt' is not a RIFF WAV file"):
        datasets.AudioFolder(tmp_path)


def test_a_class_with_one_file_is_refused_unless_allowed(tmp_path):
    folder_of_classes(tmp_path, {"dog": 3, "rain": 1})
    (tmp_path / "rain" / "bad.wav").write_bytes(b"")
    message = r"class 'rain' has 1 usable file, at least 2 are needed.*'rain/bad\.wav' is empty.*leave the class out"
    with pytest.raises(ValueError, match=message):
        datasets.AudioFolder(tmp_path)
    assert len(datasets.AudioFolder(tmp_path, min_per_class=1)) == 4
    assert len(datasets.AudioFolder(tmp_path, classes=["dog"])) == 3
    with pytest.raises(ValueError, match="no folder 'cat' in classes; choose from dog, rain"):
        datasets.AudioFolder(tmp_path, classes=["cat"])


def test_fewer_clips_than_folds_are_refused(tmp_path):
    folder_of_classes(tmp_path, {"dog": 2, "rain": 2})
    with pytest.raises(ValueError, match="4 clips cannot fill 5 folds; pass n_folds=4"):
        datasets.AudioFolder(tmp_path, n_folds=5)
    assert sorted(datasets.AudioFolder(tmp_path).folds) == [1, 2, 3, 4]
    with pytest.raises(ValueError, match="2 sources cannot fill 3 folds"):
        datasets.AudioFolder(tmp_path, n_folds=3, source=lambda name: name[:3])


NFC, NFD = "caf\u00e9", "cafe\u0301"  # é as one character, and as a letter and an accent


@pytest.mark.parametrize(("in_table", "on_disk"), [(NFC, NFD), (NFD, NFC)])
def test_a_table_finds_names_whatever_the_form_of_their_accents(tmp_path, in_table, on_disk):
    write_table(tmp_path / "meta" / "esc50.csv", [esc_row(1, 0, "A") | {"filename": f"{in_table}.wav"}])
    write_tone(tmp_path / "audio" / f"{on_disk}.wav")
    dataset = datasets.ESC50(tmp_path)
    assert dataset.names == (f"audio/{on_disk}.wav",)
    assert dataset[0][0].size
    write_table(tmp_path / "meta" / "esc50.csv", [esc_row(1, 0, "A") | {"filename": f"{in_table}s.wav"}])
    with pytest.raises(ValueError, match="names 1 of 1 files that are not there"):
        datasets.ESC50(tmp_path)


@pytest.mark.parametrize(("wanted", "on_disk"), [(NFC, NFD), (NFD, NFC)])
def test_classes_are_found_whatever_the_form_of_their_accents(tmp_path, wanted, on_disk):
    folder_of_classes(tmp_path, {on_disk: 2, "dog": 2})
    dataset = datasets.AudioFolder(tmp_path, classes=[wanted])
    assert dataset.class_names == (NFC,)
    assert dataset.names == (f"{on_disk}/0.wav", f"{on_disk}/1.wav")
    assert datasets.AudioFolder(tmp_path).class_names == (NFC, "dog")


def test_two_folders_whose_names_look_the_same_are_one_class(tmp_path):
    folder_of_classes(tmp_path, {NFC: 2, NFD: 3})
    dataset = datasets.AudioFolder(tmp_path)
    assert (dataset.class_names, len(dataset)) == ((NFC,), 5)


def test_backslashes_in_a_table_are_slashes(tmp_path):
    write_table(tmp_path / "meta" / "esc50.csv", [esc_row(1, 0, "A") | {"filename": "more\\1.wav"}])
    write_tone(tmp_path / "audio" / "more" / "1.wav")
    assert datasets.ESC50(tmp_path).names == ("audio/more/1.wav",)


@pytest.mark.parametrize("name", ["..\\..\\secret.wav", "\\\\server\\secret.wav", "x\\..\\..\\..\\secret.wav"])
def test_backslashes_that_lead_out_of_the_data_set_are_refused(tmp_path, name):
    esc50(tmp_path)
    write_table(tmp_path / "meta" / "esc50.csv", [esc_row(1, 0, "A") | {"filename": name}])
    with pytest.raises(ValueError, match="leads out of the data set"):
        datasets.ESC50(tmp_path)


@pytest.mark.parametrize("again", ["1-1000-A-0.wav", ".\\1-1000-A-0.wav"])
def test_a_file_that_a_table_names_twice_is_refused(tmp_path, again):
    esc50(tmp_path)
    rows = [esc_row(1, 0, "A"), esc_row(1, 0, "B"), esc_row(1, 0, "A") | {"filename": again}]
    write_table(tmp_path / "meta" / "esc50.csv", rows)
    with pytest.raises(ValueError, match=r"names 'audio/1-1000-A-0\.wav' twice; remove one of the rows"):
        datasets.ESC50(tmp_path)


def test_files_of_the_system_are_skipped_and_listed(tmp_path):
    folder_of_classes(tmp_path, {"dog": 2, "rain": 2, "@eaDir": 2, ".Trash-1000": 2, "__MACOSX": 1})
    private = [".Trash-1000/files/1.wav", ".ipynb_checkpoints/1.wav", "@eaDir/1.wav", "more/._1.wav", "._0.wav"]
    for name in private:
        write_tone(tmp_path / "dog" / name)
    dataset = datasets.AudioFolder(tmp_path)
    assert dataset.class_names == ("dog", "rain")
    assert len(dataset) == 4
    skipped = dict(dataset.skipped)
    assert {name for name in skipped if "/" in name} == {f"dog/{name}" for name in private}
    assert set(skipped) - {f"dog/{name}" for name in private} == {"@eaDir", ".Trash-1000", "__MACOSX"}
    assert all("hidden, or was made by the system" in reason for reason in skipped.values())


@pytest.mark.parametrize("classes", [[1, 2], [None], ("dog", 1)])
def test_classes_that_are_no_names_are_refused(tmp_path, classes):
    with pytest.raises(ValueError, match="classes must be a list of names of folders"):
        datasets.AudioFolder(folder_of_classes(tmp_path, {"dog": 2}), classes=classes)
