"""Checks of exercise 02, the mel filterbank, and the mistakes that it knows by name."""

import numpy as np

import npaudio
from exercises.checking import Mistakes, claim, expect

TO_MEL, TO_HZ, BANK = Mistakes("hz_to_mel"), Mistakes("mel_to_hz"), Mistakes("mel_filterbank")
FREQUENCIES = np.array([0.0, 30.0, 440.0, 1000.0, 3999.0, 8000.0])
MELS = np.array([0.0, 20.0, 549.6, 1500.0, 2840.0])
SIZES = ((16000, 256, 11), (22050, 301, 9))


def filters(sr, n_fft, n_mels, **settings):
    return npaudio.mel_filterbank(sr=sr, n_fft=n_fft, n_mels=n_mels, **{"scale": "htk", "norm": None, **settings})


def triangles(bins, points):
    """Rows of triangles over `bins` with corners at `points`, height one."""
    lower, centre, upper = points[:-2, None], points[1:-1, None], points[2:, None]
    return np.maximum(0, np.minimum((bins - lower) / (centre - lower), (upper - bins) / (upper - centre)))


def corners(sr, n_mels):
    top = npaudio.hz_to_mel(sr / 2, scale="htk")
    return npaudio.mel_to_hz(np.linspace(0, top, n_mels + 2), scale="htk")


def bin_frequencies(sr, n_fft):
    return np.arange(n_fft // 2 + 1) * sr / n_fft


@TO_MEL.mistake("you take the natural logarithm with the factor for base 10.", "2595 goes with np.log10.")
def natural_log(f):
    return 2595 * np.log(1 + np.asarray(f) / 700)


@TO_MEL.mistake("the 1 + inside the logarithm is missing.", "Without it 0 Hz gives minus infinity: 1 + f / 700.")
def without_one(f):
    with np.errstate(divide="ignore"):
        return 2595 * np.log10(np.asarray(f) / 700)


@TO_MEL.mistake(
    "your values are on Slaney's scale (librosa's default), linear below 1 kHz.",
    "This exercise uses HTK's: 2595 log10(1 + f / 700).",
)
def slaney(f):
    return npaudio.hz_to_mel(f, scale="slaney")


@TO_MEL.mistake(
    "you divide the sum by 700: (1 + f) / 700.",
    "The division comes first: 1 + f / 700. Python does it without brackets.",
)
def wrong_brackets(f):
    return 2595 * np.log10((1 + np.asarray(f)) / 700)


@TO_MEL.mistake("you use 1127 with log10; 1127 belongs to the natural logarithm.", "2595 = 1127 ln 10.")
def mixed_constants(f):
    return 1127 * np.log10(1 + np.asarray(f) / 700)


@TO_HZ.mistake("you undo log10 with exp.", "What undoes log10(x) is 10 ** x.")
def exponential(m):
    return 700 * (np.exp(np.asarray(m) / 2595) - 1)


@TO_HZ.mistake("the - 1 is missing: 0 mel must give 0 Hz.", "f = 700 (10 ** (m / 2595) - 1).")
def without_minus_one(m):
    return 700 * 10 ** (np.asarray(m) / 2595)


@TO_HZ.mistake("you subtract 1 in the exponent or after the multiplication.", "700 * (10 ** (m / 2595) - 1).")
def minus_one_last(m):
    return 700 * 10 ** (np.asarray(m) / 2595) - 1


@TO_HZ.mistake("your function goes from Hz to mel, like hz_to_mel.", "This one is its inverse.")
def same_way(m):
    return npaudio.hz_to_mel(m, scale="htk")


@BANK.mistake(
    "your triangles have their area normalised (Slaney's norm, librosa's default).",
    "This exercise wants the height one: leave out the factor 2 / (p[m + 2] - p[m]).",
)
def slaney_norm(sr, n_fft, n_mels):
    return filters(sr, n_fft, n_mels, norm="slaney")


@BANK.mistake("each of your rows is divided by its sum.", "This exercise wants the height one.")
def sum_to_one(sr, n_fft, n_mels):
    bank = filters(sr, n_fft, n_mels)
    return bank / bank.sum(axis=1, keepdims=True)


@BANK.mistake("your corners are equally spaced on Slaney's mel scale.", "This exercise uses HTK's.")
def slaney_scale(sr, n_fft, n_mels):
    return filters(sr, n_fft, n_mels, scale="slaney")


@BANK.mistake("your triangles are equally spaced in Hz.", "Space the corners equally in *mel*, then bring them to Hz.")
def linear(sr, n_fft, n_mels):
    return triangles(bin_frequencies(sr, n_fft), np.linspace(0, sr / 2, n_mels + 2))


def cornered_at_bins(bins):
    """Triangles with these bins for corners; the peak counts as the start of the falling side."""

    def wrong(sr, n_fft, n_mels):
        p = bins(n_fft, corners(sr, n_mels) / sr)
        return np.array([np.interp(np.arange(n_fft // 2 + 1), p[m : m + 3], [0, 1, 0]) for m in range(n_mels)])

    return wrong


for name, bins in {
    "down": lambda n_fft, turns: np.floor(n_fft * turns),
    "down, from n_fft + 1": lambda n_fft, turns: np.floor((n_fft + 1) * turns),
    "to the nearest": lambda n_fft, turns: np.round(n_fft * turns),
}.items():
    BANK.mistake(
        f"you round the corners to whole bins ({name}) before you draw the triangles.",
        "Take the value of each line at the exact frequency of the bin. Hint 3 shows how.",
    )(cornered_at_bins(bins))


@BANK.mistake(
    "your bins reach up to sr; they end at sr / 2.", "Bin k lies at k * sr / n_fft, and the last k is n_fft // 2."
)
def bins_to_sr(sr, n_fft, n_mels):
    return triangles(np.linspace(0, sr, n_fft // 2 + 1), corners(sr, n_mels))


@BANK.mistake(
    "your mel points reach up to sr; no frequency above sr / 2 is in the signal.", "The last corner is sr / 2."
)
def points_to_sr(sr, n_fft, n_mels):
    return triangles(bin_frequencies(sr, n_fft), corners(2 * sr, n_mels))


@BANK.mistake(
    "your sides go on below zero.", "Outside of its corners a triangle is 0: np.maximum(0, ...). Hint 2 shows it."
)
def negative(sr, n_fft, n_mels):
    p, bins = corners(sr, n_mels), bin_frequencies(sr, n_fft)
    lower, centre, upper = p[:-2, None], p[1:-1, None], p[2:, None]
    return np.minimum((bins - lower) / (centre - lower), (upper - bins) / (upper - centre))


@BANK.mistake(
    "your triangles are straight lines over mel.", "The corners are spaced in mel; the sides are straight over Hz."
)
def straight_over_mel(sr, n_fft, n_mels):
    to_mel = {"scale": "htk"}
    bins = npaudio.hz_to_mel(bin_frequencies(sr, n_fft), **to_mel)
    return triangles(bins, npaudio.hz_to_mel(corners(sr, n_mels), **to_mel))


@BANK.mistake(
    "you space n_mels + 1 points, so that the last triangle ends beyond its range or is missing.",
    "n_mels triangles have n_mels + 2 corners.",
)
def one_point_less(sr, n_fft, n_mels):
    return np.vstack([filters(sr, n_fft, n_mels - 1), np.zeros(n_fft // 2 + 1)])


@BANK.mistake(
    "a triangle is missing.", "n_mels triangles have n_mels + 2 corners: each uses three of them, sharing two."
)
def one_filter_less(sr, n_fft, n_mels):
    return filters(sr, n_fft, n_mels - 1)


@BANK.mistake("your filters lie in columns; the task asks for (n_mels, n_fft // 2 + 1).", "Transpose the result.")
def columns(sr, n_fft, n_mels):
    return filters(sr, n_fft, n_mels).T


def test_hz_to_mel_of_an_array(answer):
    expected = npaudio.hz_to_mel(FREQUENCIES, scale="htk")
    expect("hz_to_mel([0, 30, 440, ...])", answer.hz_to_mel(FREQUENCIES), expected, TO_MEL.on(FREQUENCIES))


def test_hz_to_mel_of_a_number(answer):
    expect("hz_to_mel(1000)", answer.hz_to_mel(1000), 2595 * np.log10(17 / 7), TO_MEL.on(1000))


def test_mel_to_hz_of_an_array(answer):
    expected = npaudio.mel_to_hz(MELS, scale="htk")
    expect("mel_to_hz([0, 20, 549.6, ...])", answer.mel_to_hz(MELS), expected, TO_HZ.on(MELS))


def test_there_and_back(answer):
    back = answer.mel_to_hz(np.asarray(answer.hz_to_mel(FREQUENCIES)))
    expect("mel_to_hz(hz_to_mel(f))", back, FREQUENCIES)


def test_filterbank(answer):
    for size in SIZES:
        yours, expected = answer.mel_filterbank(*size), filters(*size)
        expect(f"mel_filterbank{size}", yours, expected, BANK.on(*size), see=True)


def test_neighbouring_triangles_add_up_to_one(answer):
    bank = np.asarray(answer.mel_filterbank(16000, 512, 10))
    claim(bank.shape == (10, 257), f"mel_filterbank(16000, 512, 10): shape {bank.shape}, expected (10, 257).")
    inside = (bin_frequencies(16000, 512) >= corners(16000, 10)[1]) & (
        bin_frequencies(16000, 512) <= corners(16000, 10)[-2]
    )
    label = "sum over the filters at the bins between the first centre and the last"
    expect(label, bank.sum(axis=0)[inside], np.ones(inside.sum()))


def test_as_many_bands_as_a_network_uses(answer):
    size = (16000, 1024, 40)
    expect(f"mel_filterbank{size}", answer.mel_filterbank(*size), filters(*size), BANK.on(*size), see=True)
