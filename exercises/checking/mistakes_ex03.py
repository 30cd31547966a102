"""Mistakes that exercise 03, the feature comparator, knows by name."""

import numpy as np

import npaudio
from exercises.checking.mistakes import Mistakes

CENTROID = Mistakes("AudioFeatureComparator.spectral_centroid")
FLATNESS = Mistakes("AudioFeatureComparator.spectral_flatness")
VARIATION = Mistakes("AudioFeatureComparator.temporal_variation")

SMALL = {"sr": 8000, "n_fft": 96, "hop_length": 40, "n_mels": 7, "floor": 0.3}  # settings of the object


def magnitudes(y, n_fft=SMALL["n_fft"], hop_length=SMALL["hop_length"]):
    return np.abs(npaudio.stft(y, n_fft=n_fft, hop_length=hop_length, center=False))


def floored(y):
    return np.maximum(magnitudes(y), SMALL["floor"])


def mel(y, sr=SMALL["sr"], n_fft=SMALL["n_fft"], hop_length=SMALL["hop_length"], n_mels=SMALL["n_mels"]):
    return npaudio.melspectrogram(y, sr=sr, n_fft=n_fft, hop_length=hop_length, n_mels=n_mels, center=False)


def mel_db(y):
    return npaudio.power_to_db(mel(y), top_db=80.0)


def bins():
    return np.arange(SMALL["n_fft"] // 2 + 1)[:, None] * SMALL["sr"] / SMALL["n_fft"]


@CENTROID.mistake(
    "you weigh by power, |S| ** 2; the task weighs by magnitude.",
    "The article, Audio Classification, says energy, librosa takes |S|; only the second is asked for here.",
)
def by_power(y):
    return npaudio.spectral_centroid(S=magnitudes(y) ** 2, sr=SMALL["sr"]).mean()


@CENTROID.mistake("your value is a number of bins, not Hz.", "Bin k lies at k * sr / n_fft.")
def in_bins(y):
    return npaudio.spectral_centroid(S=magnitudes(y), sr=SMALL["sr"]).mean() * SMALL["n_fft"] / SMALL["sr"]


@CENTROID.mistake("your bins reach up to sr instead of sr / 2.", "Bin k lies at k * sr / n_fft, the last at sr / 2.")
def twice_too_high(y):
    return 2 * npaudio.spectral_centroid(S=magnitudes(y), sr=SMALL["sr"]).mean()


@CENTROID.mistake(
    "you sum over the frames too before you divide, so that loud frames count more.",
    "Divide within each frame (axis=0), then take the mean over the frames.",
)
def ratio_of_sums(y):
    return np.sum(bins() * magnitudes(y)) / np.sum(magnitudes(y))


@CENTROID.mistake("you divide by the number of bins.", "Divide by the sum of the magnitudes: a weighted mean.")
def mean_of_products(y):
    return np.mean(bins() * magnitudes(y))


@FLATNESS.mistake("you take powers; the task takes magnitudes.", "Leave out the square.")
def of_powers(y):
    return npaudio.spectral_flatness(S=magnitudes(y), amin=SMALL["floor"] ** 2).mean()


@FLATNESS.mistake("you take powers, and put the floor under them; the task takes magnitudes.", "Leave out the square.")
def of_floored_powers(y):
    return npaudio.spectral_flatness(S=magnitudes(y), amin=SMALL["floor"]).mean()


@FLATNESS.mistake("your fraction is upside down.", "Geometric mean over arithmetic mean: at most 1.")
def upside_down(y):
    return np.mean(np.mean(floored(y), axis=0) / np.exp(np.mean(np.log(floored(y)), axis=0)))


@FLATNESS.mistake("you divide by the sum of the magnitudes, not by their mean.", "np.mean(a, axis=0) goes below.")
def over_sum(y):
    return np.mean(np.exp(np.mean(np.log(floored(y)), axis=0)) / np.sum(floored(y), axis=0))


@FLATNESS.mistake("the floor is missing.", "Magnitudes below self.floor count as self.floor: np.maximum.")
def no_floor(y):
    return npaudio.spectral_flatness(S=magnitudes(y), amin=1e-300, power=1).mean()


@FLATNESS.mistake("you add the floor to the magnitudes.", "It is a least value: np.maximum(S, self.floor).")
def added_floor(y):
    return npaudio.spectral_flatness(S=magnitudes(y) + SMALL["floor"], power=1).mean()


@FLATNESS.mistake("the floor is under one of the two means only.", "Floor the magnitudes once, then use them in both.")
def half_floored(y):
    return np.mean(np.exp(np.mean(np.log(floored(y)), axis=0)) / np.mean(magnitudes(y), axis=0))


@FLATNESS.mistake(
    "you take both means over all bins and frames at once.", "First within each frame (axis=0), then over the frames."
)
def all_at_once(y):
    return np.exp(np.mean(np.log(floored(y)))) / np.mean(floored(y))


@FLATNESS.mistake("you undo np.log10 with np.exp.", "np.exp goes with np.log; 10 ** x with np.log10.")
def mixed_logarithms(y):
    return np.mean(np.exp(np.mean(np.log10(floored(y)), axis=0)) / np.mean(floored(y), axis=0))


@VARIATION.mistake("you subtract neighbouring bands, not neighbouring frames.", "Time is the last axis: axis=1.")
def across_bands(y):
    return np.mean(np.abs(np.diff(mel_db(y), axis=0)))


@VARIATION.mistake(
    "you take the mean before the absolute value, so that up and down cancel.", "np.abs first, np.mean after it."
)
def cancelling(y):
    return np.abs(np.mean(np.diff(mel_db(y), axis=1)))


@VARIATION.mistake("the absolute value is missing, so that up and down cancel.", "np.abs before np.mean.")
def signed(y):
    return np.mean(np.diff(mel_db(y), axis=1))


@VARIATION.mistake("you sum up; the task asks for the mean.", "np.mean over bands and frames.")
def summed(y):
    return np.sum(np.abs(np.diff(mel_db(y), axis=1)))


@VARIATION.mistake("you square the differences.", "The mean of their absolute values is asked for.")
def squared(y):
    return np.mean(np.diff(mel_db(y), axis=1) ** 2)


@VARIATION.mistake("you divide by the number of frames; there is one difference less.", "np.mean counts for you.")
def one_too_many(y):
    return np.sum(np.abs(np.diff(mel_db(y), axis=1))) / mel_db(y).size


@VARIATION.mistake("you compare mel powers; the task asks for decibels.", "self.mel_db(y) gives them.")
def of_power(y):
    return np.mean(np.abs(np.diff(mel(y), axis=1)))


@VARIATION.mistake("you compare magnitudes; the task asks for mel bands in dB.", "self.mel_db(y) gives them.")
def of_magnitudes(y):
    return np.mean(np.abs(np.diff(magnitudes(y), axis=1)))
