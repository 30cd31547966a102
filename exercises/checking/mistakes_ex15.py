"""Mistakes that exercise 15, upsampling as in a vocoder, knows by name, beside what is right.

The wrong versions of the three ways take what the learner's methods find in `self`: the spectrogram and the hop.
"""

import numpy as np

from exercises.checking.mistakes import Mistakes

NEAREST = Mistakes("VocoderUpsampleSim.nearest_neighbor", plantable=False)
LINEAR = Mistakes("VocoderUpsampleSim.linear_interp", plantable=False)
TRANSPOSED = Mistakes("VocoderUpsampleSim.transposed_conv", plantable=False)
ANALYZE = Mistakes("VocoderUpsampleSim.analyze")


def nearest(levels, hop, kernel=None, mode="same"):
    """Steps and their running mean."""
    return np.convolve(np.repeat(levels, hop), np.ones(16) / 16 if kernel is None else kernel, mode)


def linear(levels, hop, **settings):
    """Straight lines between level i at i * hop."""
    return np.interp(np.arange(len(levels) * hop), np.arange(len(levels)) * hop, levels, **settings)


def transposed(levels, hop, kernel):
    """Zeros between the levels, then an ordinary convolution."""
    spread = np.zeros((len(levels) - 1) * hop + 1)
    spread[::hop] = levels
    return np.convolve(spread, kernel)


def figures(signal, name):
    """What `analyze` should give."""
    signs = np.signbit(signal)
    return {
        "name": name,
        "length": len(signal),
        "smoothness": np.abs(signal[1:] - signal[:-1]).mean(),
        "drange": np.ptp(signal),
        "zcr": np.count_nonzero(signs[1:] != signs[:-1]) / len(signal),
    }


@NEAREST.mistake("the steps are not smoothed.", "A running mean of 16 samples follows.")
def steps(mel, hop):
    return np.repeat(mel.mean(axis=0), hop)


@NEAREST.mistake(
    "your kernel is not normalised: the smoothed signal is 16 times too loud.", "np.ones(16) / 16 sums to one."
)
def loud_kernel(mel, hop):
    return nearest(mel.mean(axis=0), hop, np.ones(16))


@NEAREST.mistake("you repeat the row of levels, not each level.", "np.repeat, not np.tile.")
def tiled(mel, hop):
    return np.convolve(np.tile(mel.mean(axis=0), hop), np.ones(16) / 16, "same")


@NEAREST.mistake(
    'your signal is 15 samples too long: np.convolve\'s default is "full".', 'mode="same" keeps the length.'
)
def full(mel, hop):
    return nearest(mel.mean(axis=0), hop, mode="full")


@NEAREST.mistake('your signal is 15 samples too short: mode="valid".', 'mode="same" keeps the length.')
def valid(mel, hop):
    return nearest(mel.mean(axis=0), hop, mode="valid")


@NEAREST.mistake("you smooth the levels before you repeat them.", "Repeat first: it is the steps that are rounded.")
def smoothed_first(mel, hop):
    return np.repeat(np.convolve(mel.mean(axis=0), np.ones(16) / 16, "same")[: mel.shape[1]], hop)


@NEAREST.mistake("your running mean is as long as the hop.", "16 samples.")
def hop_long(mel, hop):
    return nearest(mel.mean(axis=0), hop, np.ones(hop) / hop)


@LINEAR.mistake(
    "your line is stretched: the last level comes at the last sample.",
    "Level i belongs to sample i * hop, so that the last one comes a hop before the end and is held.",
)
def stretched(mel, hop):
    n = mel.shape[1]
    return np.interp(np.linspace(0, n - 1, n * hop), np.arange(n), mel.mean(axis=0))


@LINEAR.mistake("your levels lie in the middle of their frames.", "Level i belongs to sample i * hop.")
def centred(mel, hop):
    n = mel.shape[1]
    return np.interp(np.arange(n * hop), (np.arange(n) + 0.5) * hop, mel.mean(axis=0))


@LINEAR.mistake("after the last frame's sample your signal is 0.", "np.interp holds the last level by itself.")
def falling(mel, hop):
    return linear(mel.mean(axis=0), hop, right=0.0)


@LINEAR.mistake(
    "your signal ends with the last frame's sample.", "It has n_frames * hop samples; the last level is held."
)
def ends_early(mel, hop):
    return linear(mel.mean(axis=0), hop)[: (mel.shape[1] - 1) * hop + 1]


@LINEAR.mistake("your signal ends a hop early.", "It has n_frames * hop samples; the last level is held.")
def hop_short(mel, hop):
    return linear(mel.mean(axis=0), hop)[: (mel.shape[1] - 1) * hop]


@LINEAR.mistake("your signal is made of steps.", "Straight lines lead from level to level: np.interp.")
def no_lines(mel, hop):
    return np.repeat(mel.mean(axis=0), hop)


for way, wrong in ((NEAREST, nearest), (LINEAR, linear), (TRANSPOSED, transposed)):

    @way.mistake("you take the sum over the bands.", "The level of a frame is the mean: mel.mean(axis=0).")
    def sum_of_bands(mel, hop, *kernel, wrong=wrong):
        return wrong(mel.sum(axis=0), hop, *kernel)

    @way.mistake("you take the mean over the frames.", "The bands are the rows: mel.mean(axis=0) has a value a frame.")
    def mean_of_frames(mel, hop, *kernel, wrong=wrong):
        return wrong(mel.mean(axis=1), hop, *kernel)


@TRANSPOSED.mistake(
    "where kernels overlap the later one wipes out the earlier.", "They add up: output[start:end] += level * kernel."
)
def overwritten(mel, hop, kernel):
    levels = mel.mean(axis=0)
    output = np.zeros((len(levels) - 1) * hop + len(kernel))
    for i, level in enumerate(levels):
        output[i * hop : i * hop + len(kernel)] = level * kernel
    return output


@TRANSPOSED.mistake("your kernel is flipped.", "The sample m of the kernel lands at i * hop + m.")
def flipped(mel, hop, kernel):
    return transposed(mel.mean(axis=0), hop, kernel[::-1])


@TRANSPOSED.mistake(
    "your kernels lie side by side, len(kernel) apart.", "They start a hop apart, so that long ones overlap."
)
def side_by_side(mel, hop, kernel):
    return np.outer(mel.mean(axis=0), kernel).ravel()


@TRANSPOSED.mistake(
    "you convolve repeated levels.", "Each level is laid down once a hop: zeros between them, or a loop that adds."
)
def of_steps(mel, hop, kernel):
    return np.convolve(np.repeat(mel.mean(axis=0), hop), kernel)


@TRANSPOSED.mistake(
    "you convolve repeated levels, and cut the end off.",
    "Each level is laid down once a hop: zeros between them, or a loop that adds.",
)
def of_steps_same(mel, hop, kernel):
    return np.convolve(np.repeat(mel.mean(axis=0), hop), kernel, "same")


@TRANSPOSED.mistake(
    "what reaches beyond n_frames * hop samples is cut off.", "n_samples = (n_frames - 1) * hop + len(kernel)."
)
def cut(mel, hop, kernel):
    return transposed(mel.mean(axis=0), hop, kernel)[: mel.shape[1] * hop]


@TRANSPOSED.mistake(
    "your output is (n_frames + 1) hops long or ends in zeros.", "n_samples = (n_frames - 1) * hop + len(kernel)."
)
def too_long(mel, hop, kernel):
    return np.append(transposed(mel.mean(axis=0), hop, kernel), np.zeros(hop))


@TRANSPOSED.mistake("your kernel is divided by its sum.", "It is used as it is.")
def normalised(mel, hop, kernel):
    return transposed(mel.mean(axis=0), hop, kernel / kernel.sum())


@ANALYZE.mistake("you take the sum of the differences.", "Their mean.")
def total_difference(signal, name):
    return {**figures(signal, name), "smoothness": np.abs(np.diff(signal)).sum()}


@ANALYZE.mistake("you let ups and downs cancel.", "The mean of the *absolute* differences: np.abs before np.mean.")
def signed_difference(signal, name):
    return {**figures(signal, name), "smoothness": np.diff(signal).mean()}


@ANALYZE.mistake("you take the absolute value of the mean.", "np.abs before np.mean.")
def absolute_of_mean(signal, name):
    return {**figures(signal, name), "smoothness": abs(np.diff(signal).mean())}


@ANALYZE.mistake("you divide by n_samples.", "There are n_samples - 1 differences; np.mean divides by that.")
def difference_by_samples(signal, name):
    return {**figures(signal, name), "smoothness": np.abs(np.diff(signal)).sum() / len(signal)}


@ANALYZE.mistake("you take the mean square.", "Absolute values, not squares.")
def squared_difference(signal, name):
    return {**figures(signal, name), "smoothness": np.mean(np.diff(signal) ** 2)}


@ANALYZE.mistake("you give the largest value.", "The largest minus the smallest.")
def only_largest(signal, name):
    return {**figures(signal, name), "drange": np.max(signal)}


@ANALYZE.mistake("you give the largest magnitude.", "The largest value minus the smallest.")
def largest_magnitude(signal, name):
    return {**figures(signal, name), "drange": np.abs(signal).max()}


@ANALYZE.mistake("you count, but don't divide.", "A rate: divide by n_samples.")
def count_only(signal, name):
    right = figures(signal, name)
    return {**right, "zcr": right["zcr"] * len(signal)}


@ANALYZE.mistake("you divide by n_samples - 1.", "The task divides by n_samples, as librosa does.")
def per_pair(signal, name):
    right = figures(signal, name)
    return {**right, "zcr": right["zcr"] * len(signal) / (len(signal) - 1)}


@ANALYZE.mistake(
    "each crossing counts twice.", "The sign jumps by 2: compare with 0, np.diff(...) != 0, before you sum."
)
def counted_twice(signal, name):
    right = figures(signal, name)
    return {**right, "zcr": 2 * right["zcr"]}


@ANALYZE.mistake("you count one direction only.", "Upwards and downwards both count.")
def upwards_only(signal, name):
    return {**figures(signal, name), "zcr": np.sum(np.diff(np.sign(signal)) > 0) / len(signal)}


@ANALYZE.mistake("you give the share of negative samples.", "Count the *changes* of sign.")
def negative_share(signal, name):
    return {**figures(signal, name), "zcr": np.mean(np.asarray(signal) < 0)}
