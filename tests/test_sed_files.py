"""Events and their files: what is refused, what is read, and that writing keeps everything."""

import numpy as np
import pytest

from npaudio import sed
from npaudio.sed import Event, EventFileError
from npaudio.sed.files import has_clip_labels


def write(tmp_path, text: str, name: str = "events.tsv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_event_is_a_tuple_with_names():
    event = Event(np.float32(1.5), 2, "Dog")
    assert event == (1.5, 2.0, "Dog", None)
    assert type(event.onset) is float
    onset, offset, label, confidence = event
    assert (onset, offset, label, confidence) == (event.onset, event.offset, event.label, event.confidence)
    assert Event(1.0, 1.0, "Dog").offset == 1.0
    with pytest.raises(AttributeError):
        event.onset = 3.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((2.0, 1.0, "Dog"), "offset 1 s is before onset 2 s"),
        ((-0.1, 1.0, "Dog"), "onset must be finite and not negative"),
        ((0.0, np.inf, "Dog"), "offset must be finite"),
        ((np.nan, 1.0, "Dog"), "onset must be finite"),
        (("one", 1.0, "Dog"), "onset must be a number"),
        ((0.0, 1.0, ""), "label must be text"),
        ((0.0, 1.0, 3), "label must be text"),
    ],
)
def test_impossible_events_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Event(*arguments)


def test_tuples_become_events():
    assert sed.as_event((0, 1, "Dog")) == Event(0.0, 1.0, "Dog")
    assert sed.as_event([0, 1, "Dog", 0.5]).confidence == 0.5
    with pytest.raises(ValueError, match="expected an Event or a tuple"):
        sed.as_event((0, 1))


@pytest.mark.parametrize(
    "text",
    [
        "filename\tonset\toffset\tevent_label\na.wav\t0.5\t1.25\tDog\nb.wav\t\t\t\na.wav\t2\t3\tCat\n",
        "event_label\tonset\toffset\tfilename\nDog\t0.5\t1.25\ta.wav\n\t\t\tb.wav\nCat\t2\t3\ta.wav\n",
        "filename\tonset\toffset\tevent_label\r\na.wav\t0.5\t1.25\tDog\r\nb.wav\r\n\r\na.wav\t2\t3\tCat",
        "\ufefffilename\tonset\tscene\toffset\tevent_label\na.wav\t0.5\tx\t1.25\tDog\nb.wav\t\t\t\t\na.wav\t2\t\t3\tCat\n",
        "file\tevent_onset\tevent_offset\tlabel\na.wav\t0.5\t1.25\tDog\nb.wav\t\t\t\na.wav\t2\t3\tCat\n",
        "a.wav\t0.5\t1.25\tDog\nb.wav\nb.wav\t\t\t\na.wav\t2\t3\tCat\n",
    ],
)
def test_columns_are_found_in_any_form(tmp_path, text):
    events = sed.read_events(write(tmp_path, text))
    assert events == {"a.wav": [Event(0.5, 1.25, "Dog"), Event(2.0, 3.0, "Cat")], "b.wav": []}


TABLE = "filename\tonset\toffset\tevent_label\né.wav\t0.5\t1.25\tChien\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings_that_say_what_they_are_are_read(tmp_path, encoding):
    path = tmp_path / "events.tsv"
    path.write_bytes(TABLE.encode(encoding))
    assert sed.read_events(path) == {"é.wav": [Event(0.5, 1.25, "Chien")]}


@pytest.mark.parametrize("order", ["le", "be"])
def test_utf_16_is_read_in_both_byte_orders(tmp_path, order):
    path = tmp_path / "events.tsv"
    path.write_bytes(("\ufeff" + TABLE).encode(f"utf-16-{order}"))
    assert sed.read_events(path) == {"é.wav": [Event(0.5, 1.25, "Chien")]}


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ("latin-1", r"events\.tsv, line 2: the text is not UTF-8; save the file as UTF-8"),
        ("cp1252", "line 2: the text is not UTF-8"),
        ("utf-16-le", "line 2: the text is not UTF-8|holds NUL characters"),
    ],
)
def test_encodings_that_cannot_be_told_are_refused(tmp_path, encoding, message):
    path = tmp_path / "events.tsv"
    path.write_bytes(TABLE.encode(encoding))
    with pytest.raises(EventFileError, match=message) as error:
        sed.read_events(path)
    assert "\n" not in str(error.value)
    path.write_bytes(TABLE.replace("é", "e").encode("utf-16-le"))
    with pytest.raises(EventFileError, match="holds NUL characters, as UTF-16 without a byte order mark"):
        sed.read_events(path)


def test_quotes_are_those_of_csv(tmp_path):
    header = '"filename"\t"onset"\t"offset"\t"event_label"\n'
    line = '"a.wav"\t"0.5"\t1\t"Dog"\nb 6" nail.wav\t0\t1\t"say ""hi"""\n'
    events = {"a.wav": [Event(0.5, 1.0, "Dog")], 'b 6" nail.wav': [Event(0.0, 1.0, 'say "hi"')]}
    path = write(tmp_path, header + line)
    assert sed.read_events(path) == events
    odd = {'"a".wav': [Event(0, 1, '"quoted"'), Event(1, 2, '"'), Event(2, 3, 'x"y')]}
    sed.write_events(path, odd)
    assert sed.read_events(path) == odd
    for broken in ('"a.wav\t0\t1\tDog\n', 'a.wav\t0\t1\t"Dog" barks\n'):
        with pytest.raises(EventFileError, match="line 2: a quote is not closed, or is alone"):
            sed.read_events(write(tmp_path, header + broken))


def test_a_file_of_one_recording_goes_by_its_own_name(tmp_path):
    assert sed.read_events(write(tmp_path, "0.5\t1\tDog\n", "a001.ann")) == {"a001": [Event(0.5, 1.0, "Dog")]}
    assert sed.read_events(write(tmp_path, "onset\toffset\tevent_label\n", "b.txt")) == {}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a.wav\t0.5\t1.0", "line 3: 3 cells, expected 4"),
        ("a.wav\t0,5\t1.0\tDog", "line 3: onset is '0,5', expected a number"),
        ("a.wav\t0.5\t\tDog", "line 3: offset is ''"),
        ("a.wav\t2.0\t1.0\tDog", "line 3: Event: offset 1 s is before onset 2 s"),
        ("a.wav\t-1\t1.0\tDog", "line 3: Event: onset must be finite and not negative"),
        ("a.wav\tnan\t1.0\tDog", "line 3: Event: onset must be finite"),
        ("a.wav\t0.5\t1.0\t", "line 3: times without a label"),
        ("a.wav\t0.5\t\t", "line 3: times without a label"),
        ("a.wav\t\t1.0\t", "line 3: times without a label"),
        ("\t0.5\t1.0\tDog", "line 3: the filename is empty"),
    ],
)
def test_malformed_lines_are_named(tmp_path, line, message):
    path = write(tmp_path, f"filename\tonset\toffset\tevent_label\na.wav\t0\t1\tDog\n{line}\n")
    with pytest.raises(EventFileError, match=message) as error:
        sed.read_events(path)
    assert "events.tsv" in str(error.value)
    assert "\n" not in str(error.value)


def test_missing_columns_are_named(tmp_path):
    with pytest.raises(EventFileError, match="line 1: no column onset, offset, event_label"):
        sed.read_events(write(tmp_path, "filename\tevent_labels\na.wav\tDog\n"))


@pytest.mark.parametrize("confidence", [None, 0.1, 1 / 3])
def test_what_is_written_is_what_is_read(tmp_path, confidence):
    rng = np.random.default_rng(0)
    events = {
        f"clip {k} é.wav": [
            Event(a, a + d, label, confidence if label == "Dog" else None)
            for a, d, label in zip(
                rng.uniform(0, 1e4, k), rng.uniform(0, 1e-9, k), ["Dog", "Cat bird"] * 5, strict=False
            )
        ]
        for k in range(6)
    }
    path = tmp_path / "out.tsv"
    sed.write_events(path, events)
    again = sed.read_events(path)
    assert again == events
    assert list(again) == list(events)
    sed.write_events(path, {})
    assert sed.read_events(path) == {}


def test_writing_replaces_the_file_at_once_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "out.tsv"
    sed.write_events(path, {"a.wav": [(0, 1, "Dog")]})
    before = path.read_bytes()
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        sed.write_events(path, {})
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["out.tsv"]


@pytest.mark.parametrize("text", ["a\tb", "a\nb", "", " a", "a\x85b"])
def test_text_that_the_format_cannot_keep_is_refused(tmp_path, text):
    with pytest.raises(ValueError, match="cannot be a cell"):
        sed.write_events(tmp_path / "out.tsv", {text: []})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "weak"),
    [
        ("filename\tevent_labels\na.wav\tDog,Cat\n", True),
        ("filename\tevent_labels\nonset\tDog\n", True),  # a clip of that name
        ("filename\tonset\toffset\tevent_label\na.wav\t1\t2\tDog\n", False),
        ("filename\tduration\na.wav\t10\n", False),
        ("a.wav\tDog\nfilename\tevent_labels\n", False),  # the first line counts
    ],
)
def test_a_column_of_labels_without_onsets_is_one_of_clip_labels(tmp_path, text, weak):
    assert has_clip_labels(write(tmp_path, text)) is weak


def test_durations(tmp_path):
    path = write(tmp_path, "filename\tduration\na.wav\t10.0\na.wav\t10\n")  # DCASE: a line for each event
    assert sed.read_durations(path) == {"a.wav": 10.0}
    with pytest.raises(EventFileError, match=r"read_durations: events\.tsv, line 2: duration is 'x'"):
        sed.read_durations(write(tmp_path, "filename\tduration\na.wav\tx\n"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("b.wav\tnan", "line 3: 'b.wav' lasts nan s, expected a duration of 0 s or more"),
        ("b.wav\t-1", "line 3: 'b.wav' lasts -1 s"),
        ("b.wav\tinf", "line 3: 'b.wav' lasts inf s"),
        ("a.wav\t9", "line 3: 'a.wav' is listed with 9 s after 10 s; keep one of the two"),
    ],
)
def test_durations_that_are_none_are_refused(tmp_path, line, message):
    with pytest.raises(EventFileError, match=message) as error:
        sed.read_durations(write(tmp_path, f"filename\tduration\na.wav\t10.0\n{line}\n"))
    assert "events.tsv" in str(error.value)
