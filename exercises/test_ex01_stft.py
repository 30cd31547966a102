"""Checks of exercise 01, the STFT, and the mistakes that it knows by name."""

import numpy as np

import npaudio
from exercises.checking import Mistakes, expect

FRAMES, HANN, STFT = Mistakes("frame_signal"), Mistakes("hann"), Mistakes("stft")
LAST_LEFT_EMPTY = (
    "your last frame holds nothing but zeros: the result has room for it, but it is never filled.",
    "The loop has to reach it: range(n_frames), not range(n_frames - 1).",
)


def noise(n):
    return np.random.default_rng(n).normal(size=n)


def frames_of(y, n_fft, hop_length):
    return npaudio.frame(y, frame_length=n_fft, hop_length=hop_length)


def spectra(y, n_fft, hop_length, window=None, **settings):
    window = npaudio.get_window("hann", n_fft) if window is None else window
    return npaudio.stft(y, n_fft=n_fft, hop_length=hop_length, window=window, **{"center": False, **settings})


@FRAMES.mistake(
    "your frames are right, but the last whole one is missing.",
    "The first frame counts too: 1 + (n_samples - n_fft) // hop_length.",
)
def one_too_few(y, n_fft, hop_length):
    return frames_of(y, n_fft, hop_length)[:, :-1]


@FRAMES.mistake(
    "your last frame is missing if it ends exactly at the last sample.",
    "range(start, stop) leaves out stop: range(0, len(y) - n_fft + 1, hop_length).",
)
def stop_left_out(y, n_fft, hop_length):
    starts = range(0, len(y) - n_fft, hop_length)
    return np.stack([y[start : start + n_fft] for start in starts], axis=1)


@FRAMES.mistake(
    "your frames are right, but lie in rows; the task asks for a column a frame, (n_fft, n_frames).",
    "Transpose, or stack along axis 1.",
)
def rows(y, n_fft, hop_length):
    return frames_of(y, n_fft, hop_length).T


@FRAMES.mistake(
    "your frames lie side by side: each starts where the one before it ends.",
    "Frame t starts at t * hop_length, so that neighbours overlap.",
)
def no_overlap(y, n_fft, hop_length):
    return frames_of(y, n_fft, n_fft)


@FRAMES.mistake(
    "you add a last frame filled up with zeros.",
    "Samples behind the last whole frame are left out: round the number of hops down, with //.",
)
def padded_end(y, n_fft, hop_length):
    n_frames = 1 + -(-(len(y) - n_fft) // hop_length)
    return frames_of(np.pad(y, (0, n_fft)), n_fft, hop_length)[:, :n_frames]


@FRAMES.mistake(*LAST_LEFT_EMPTY)
def last_left_empty(y, n_fft, hop_length):
    frames = frames_of(y, n_fft, hop_length).copy()
    frames[:, -1] = 0
    return frames


@FRAMES.mistake(
    "your frames start a sample late: the first one holds y[1], not y[0].",
    "Python counts from 0.",
)
def late(y, n_fft, hop_length):
    return frames_of(np.append(y[1:], 0), n_fft, hop_length)


@HANN.mistake(
    "your values equal those of a *symmetric* window, np.hanning(n).",
    "A spectrum wants the periodic one: divide by n, not by n - 1. Hint 2 shows why.",
)
def symmetric(n):
    return np.hanning(n)


@HANN.mistake(
    "your values equal those of a Hamming window, 0.54 - 0.46 cos(...).",
    "Hann's begins at 0: 0.5 - 0.5 cos(...).",
)
def hamming(n):
    return npaudio.get_window("hamming", n)


@HANN.mistake(
    "your window is 1 at its ends and 0 in the middle: the cosine has a plus before it.",
    "1/2 *minus* 1/2 cos(...) begins at 0.",
)
def upside_down(n):
    return 1 - npaudio.get_window("hann", n)


@HANN.mistake(
    "your window is a single rising half: the angle runs to pi instead of 2 pi.",
    "cos(2 pi i / n) goes through a whole period.",
)
def half_period(n):
    return 0.5 - 0.5 * np.cos(np.pi * np.arange(n) / n)


@HANN.mistake(
    "your window begins one sample too late, as if i counted from 1.",
    "Its first value is 0, and i runs from 0 to n - 1: np.arange(n).",
)
def from_one(n):
    return np.roll(npaudio.get_window("hann", n), -1)


@HANN.mistake(
    "your values are those of a window without the zeros at its ends, np.hanning(n + 2)[1:-1].",
    "This one begins with its zero, and its period is n.",
)
def without_zeros(n):
    return np.hanning(n + 2)[1:-1]


@HANN.mistake(
    "your values are those of the square root of the window, sin(pi i / n).",
    "Square it, or use 1/2 - 1/2 cos(2 pi i / n).",
)
def sine(n):
    return np.sin(np.pi * np.arange(n) / n)


@STFT.mistake(
    "your values equal those of a *symmetric* Hann window, np.hanning(n_fft).",
    "A spectrum wants the periodic one: leave out the last of n_fft + 1 points. Hint 2 shows why.",
)
def symmetric_window(y, n_fft, hop_length):
    return spectra(y, n_fft, hop_length, np.hanning(n_fft))


@STFT.mistake(
    "your last frame is missing if it ends exactly at the last sample.",
    "range(start, stop) leaves out stop: range(0, len(y) - n_fft + 1, hop_length).",
)
def stop_left_out_too(y, n_fft, hop_length):
    frames = stop_left_out(y, n_fft, hop_length)
    return np.fft.rfft(frames * npaudio.get_window("hann", n_fft)[:, None], axis=0)


@STFT.mistake(*LAST_LEFT_EMPTY)
def last_left_empty_too(y, n_fft, hop_length):
    S = spectra(y, n_fft, hop_length).copy()
    S[:, -1] = 0
    return S


@STFT.mistake("your frames have no window.", "Multiply each frame by hann(n_fft) before the transform.")
def no_window(y, n_fft, hop_length):
    return spectra(y, n_fft, hop_length, np.ones(n_fft))


@STFT.mistake("your values are magnitudes; the task asks for the complex values.", "Leave out np.abs.")
def magnitudes(y, n_fft, hop_length):
    return np.abs(spectra(y, n_fft, hop_length))


@STFT.mistake("your values are powers; the task asks for the complex values.", "Leave out np.abs(...) ** 2.")
def powers(y, n_fft, hop_length):
    return np.abs(spectra(y, n_fft, hop_length)) ** 2


@STFT.mistake(
    "you return all n_fft bins; those above n_fft / 2 repeat the others as conjugates.",
    "np.fft.rfft gives the first n_fft // 2 + 1.",
)
def both_sides(y, n_fft, hop_length):
    return np.fft.fft(frames_of(y, n_fft, hop_length) * npaudio.get_window("hann", n_fft)[:, None], axis=0)


@STFT.mistake(
    "the last bin is missing, that of sr / 2.",
    "There are n_fft // 2 + 1 bins, from 0 to n_fft // 2 inclusive.",
)
def no_nyquist(y, n_fft, hop_length):
    return spectra(y, n_fft, hop_length)[:-1]


@STFT.mistake(
    "your values are right, but a row is a frame; the task asks for (n_fft // 2 + 1, n_frames).",
    "Transpose the result.",
)
def a_row_a_frame(y, n_fft, hop_length):
    return spectra(y, n_fft, hop_length).T


@STFT.mistake(
    "you transform along the frames instead of along the samples of each frame.",
    "np.fft.rfft takes the last axis unless told otherwise; your frames are columns: axis=0.",
)
def wrong_axis(y, n_fft, hop_length):
    return np.fft.rfft(frames_of(y, n_fft, hop_length) * npaudio.get_window("hann", n_fft)[:, None])


@STFT.mistake(
    "you centre the frames by padding the signal, as librosa does.",
    "This exercise pads nothing: the first frame starts at y[0].",
)
def centred(y, n_fft, hop_length):
    return spectra(y, n_fft, hop_length, center=True)


@STFT.mistake("your values are divided by n_fft.", "This transform has no factor in front.")
def divided(y, n_fft, hop_length):
    return spectra(y, n_fft, hop_length) / n_fft


def test_frames_overlap(answer):
    y = noise(40)
    for n_fft, hop_length in ((7, 3), (8, 5), (6, 6)):
        yours = answer.frame_signal(y, n_fft, hop_length)
        expected = frames_of(y, n_fft, hop_length)
        expect(f"frame_signal(y, {n_fft}, {hop_length})", yours, expected, FRAMES.on(y, n_fft, hop_length))


def test_frames_end_with_the_last_whole_one(answer):
    for n_samples in (9, 10, 11, 12):
        y = noise(n_samples)
        yours = answer.frame_signal(y, 4, 3)
        label = f"frame_signal of {n_samples} samples, n_fft 4, hop_length 3"
        expect(label, yours, frames_of(y, 4, 3), FRAMES.on(y, 4, 3))


def test_hann_is_one_period_of_a_cosine(answer):
    for n in (4, 9, 16):
        expect(f"hann({n})", answer.hann(n), npaudio.get_window("hann", n), HANN.on(n))


def test_hann_windows_add_up(answer):
    window = np.asarray(answer.hann(12))
    expect("hann(12) and its copy six samples later, added up", window[:6] + window[6:], np.ones(6))


def test_stft_of_noise(answer):
    for n_samples, n_fft, hop_length in ((61, 16, 5), (50, 15, 7)):
        y = noise(n_samples)
        yours = answer.stft(y, n_fft, hop_length)
        label = f"stft of {n_samples} samples, n_fft {n_fft}, hop_length {hop_length}"
        expect(label, yours, spectra(y, n_fft, hop_length), STFT.on(y, n_fft, hop_length), see=True)


def test_stft_of_a_tone_on_a_bin(answer):
    tone = np.cos(2 * np.pi * 3 * np.arange(64) / 16)
    yours = answer.stft(tone, 16, 8)
    label = "stft of a tone with three periods in a frame of 16"
    expect(label, yours, spectra(tone, 16, 8), STFT.on(tone, 16, 8), see=True)


def test_stft_takes_single_precision(answer):
    y = noise(47).astype(np.float32)
    expect("stft of float32 samples", answer.stft(y, 12, 5), spectra(y, 12, 5), STFT.on(y, 12, 5), see=True)
