"""The checks that all rooms share: what they return, and the sentence with which they refuse."""

import decimal
import fractions

import numpy as np
import pytest

import npaudio
from npaudio._core.checks import Check

CHECK = Check("f")


@pytest.mark.parametrize("value", [7, np.int8(7), np.uint8(7), np.int64(7)])
def test_whole_numbers_become_pythons_own(value):
    number = CHECK.whole_number(value, "n")
    assert type(number) is int
    assert number * 100 == 700  # np.int8(7) * 100 overflows


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0, "f: n must be at least 1, got 0"),
        (2.5, r"f: n must be a whole number, got 2.5; round it with int\(n\)"),
        (True, "f: n must be a whole number, got True"),
        (np.True_, "f: n must be a whole number"),
        ("3", "f: n must be a whole number, got '3'"),
        (None, "f: n must be a whole number, got None"),
        (np.array([3]), "f: n must be a whole number"),
    ],
)
def test_what_is_no_whole_number(value, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        CHECK.whole_number(value, "n")


def test_whole_numbers_from_0_on():
    assert CHECK.whole_number(0, "n", least=0) == 0
    with pytest.raises(ValueError, match="n must be at least 0, got -1"):
        CHECK.whole_number(-1, "n", least=0)


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.int8(2), np.array(2.0), fractions.Fraction(2)])
def test_numbers_become_pythons_own(value):
    for number in (CHECK.number(value, "x"), CHECK.positive(value, "x"), CHECK.between(value, 2, 3, "x")):
        assert type(number) is float
        assert number == 2


NOT_NUMBERS = [np.nan, np.inf, -np.inf, "2", None, True, np.False_, np.ones(2), np.ones(1), [2.0], 1j, 10**400, b"2"]


@pytest.mark.parametrize("value", NOT_NUMBERS, ids=repr)
def test_what_is_no_finite_number(value):
    with pytest.raises(ValueError, match=r"^f: x must be a finite number, got"):
        CHECK.number(value, "x")
    with pytest.raises(ValueError, match=r"^f: x must be a finite number above 0, got"):
        CHECK.positive(value, "x")
    with pytest.raises(ValueError, match=r"^f: x must be between 0 and 1, got"):
        CHECK.between(value, 0, 1, "x")


def test_zero_and_less_are_not_positive():
    for value in (0, -1e-300, decimal.Decimal(-2)):
        with pytest.raises(ValueError, match="above 0"):
            CHECK.positive(value, "x")


def test_a_choice_is_a_text_or_none():
    assert CHECK.choice("a", ("a", None), "way") == "a"
    assert CHECK.choice(None, ("a", None), "way") is None
    for value in ("b", 3, np.array(["a", "b"]), ["a"], "None"):
        with pytest.raises(ValueError, match=r"^f: unknown way .*; choose one of 'a', None$"):
            CHECK.choice(value, ("a", None), "way")


def test_masked_arrays_are_refused_by_every_check_of_arrays():
    masked = np.ma.masked_invalid([[0.0, np.nan, 1.0]])
    for check in (CHECK.floating, CHECK.samples, CHECK.waveform, CHECK.spectrogram):
        with pytest.raises(ValueError, match=r"^f: \w is a masked array, .* leave them out with \w\.compressed\(\)$"):
            check(masked)
    with pytest.raises(ValueError, match=r"^f: targets is a masked array"):
        CHECK.array(masked, "targets")


def test_floats_of_another_byte_order_are_read():
    swapped = np.array([0.25, -0.5], np.dtype(np.float32).newbyteorder())
    assert CHECK.floating(swapped).dtype == np.float32
    np.testing.assert_array_equal(CHECK.floating(swapped), [0.25, -0.5])


def test_nan_is_looked_for_only_where_it_is_asked_for():
    holed = np.array([0.0, np.nan, 1.0])
    np.testing.assert_array_equal(CHECK.samples(holed), holed)
    with pytest.raises(ValueError, match="y holds 1 values that are NaN or infinite"):
        CHECK.waveform(holed)


LOOKS_ONCE = {
    "stft": npaudio.stft,
    "melspectrogram": npaudio.melspectrogram,
    "kaldi_fbank": npaudio.kaldi_fbank,
    "spectral_flatness": npaudio.spectral_flatness,
    "rms": npaudio.rms,
    "Frontend": npaudio.Frontend.panns(),
    "Frontend of Kaldi": npaudio.Frontend.ast(),
    "Frontend that resamples": lambda y: npaudio.Frontend.panns()(y, sr=44100),
    "speed_perturb": lambda y: npaudio.augment.speed_perturb(y, rate=1.1),
    "time_stretch": lambda y: npaudio.augment.time_stretch(y, rate=1.1),
    "pitch_shift": lambda y: npaudio.augment.pitch_shift(y, semitones=1),
    "add_noise": lambda y: npaudio.augment.add_noise(y, rng=0),
}


@pytest.mark.parametrize("function", LOOKS_ONCE)
def test_nan_is_looked_for_once_a_call(function, monkeypatch):
    looked = []
    finite = Check.finite
    monkeypatch.setattr(Check, "finite", lambda self, x, name="y": (looked.append(name), finite(self, x, name))[1])
    LOOKS_ONCE[function](np.linspace(-1, 1, 9000))
    assert looked.count("y") == 1  # settings may be looked at too
