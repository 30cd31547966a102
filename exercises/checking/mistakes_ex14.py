"""Mistakes that exercise 14, mel spectrograms and how good their reconstructions are, knows by name."""

import numpy as np

import npaudio
from exercises.checking.mistakes import Mistakes
from npaudio.metrics import mel_cepstral_distortion, spectral_convergence

MEL, MCD = Mistakes("MelReconstructionEval.generate_mel"), Mistakes("MelReconstructionEval.compute_mcd")
SC, RUN = Mistakes("MelReconstructionEval.compute_sc"), Mistakes("MelReconstructionEval.run", plantable=False)
SR = 16000
LN_AMPLITUDE = np.log(10) / 20  # of one dB


def seconds(duration, sr=SR):
    """Times of the samples."""
    return np.arange(round(sr * duration)) / sr


def swell(duration, sr=SR):
    """What makes the sweeps louder and softer."""
    return 0.5 + 0.5 * np.sin(2 * np.pi * 4 * seconds(duration, sr))


def sweeps(freqs, duration, sr=SR):
    """Their sum, by the formula of the task."""
    t = seconds(duration, sr)
    each = [0.3 * np.sin(2 * np.pi * (f0 + (f1 - f0) / 2 * t / duration) * t) for f0, f1 in freqs]
    return np.sum(each, axis=0) if each else np.zeros(round(sr * duration))


def bands(y, **settings):
    """Mel spectrogram of the task; each setting can be changed."""
    task = {"n_fft": 1024, "hop_length": 256, "n_mels": 80, "center": False, "scale": "htk", "norm": None}
    return npaudio.melspectrogram(y, **{"sr": SR, **task, **settings})


def decibels(mel):
    """10 log10 with the floor of the task."""
    return 10 * np.log10(mel + 1e-10)


def mel_db(freqs, duration=2.0, **settings):
    """What is right, or one setting off."""
    sr = settings.get("sr", SR)
    return decibels(bands(sweeps(freqs, duration, sr) * swell(duration, sr), **settings))


@MEL.mistake(
    "your sweep runs twice as fast: it ends at 2 f1 - f0.",
    "The phase is the integral of the frequency: t^2 / (2 duration).",
)
def without_half(freqs, duration=2.0):
    return mel_db([(f0, 2 * f1 - f0) for f0, f1 in freqs], duration)


@MEL.mistake("your tones don't sweep: they stay at f0.", "The frequency moves from f0 to f1.")
def standing(freqs, duration=2.0):
    return mel_db([(f0, f0) for f0, _ in freqs], duration)


@MEL.mistake("your sound does not swell.", "Multiply by 0.5 + 0.5 sin(2 pi 4 t).")
def steady(freqs, duration=2.0):
    return decibels(bands(sweeps(freqs, duration)))


@MEL.mistake(
    "you multiply by sin(2 pi 4 t) alone.", "It goes below 0 and swells eight times a second: 0.5 + 0.5 sin(...)."
)
def ring(freqs, duration=2.0):
    return decibels(bands(sweeps(freqs, duration) * np.sin(2 * np.pi * 4 * seconds(duration))))


@MEL.mistake("your sweeps have the amplitude 1.", "Each has 0.3.")
def too_loud(freqs, duration=2.0):
    return decibels(bands(sweeps(freqs, duration) * swell(duration) / 0.3))


@MEL.mistake("you take the mean of the sweeps.", "Add them up.")
def mean_of_sweeps(freqs, duration=2.0):
    return decibels(bands(sweeps(freqs, duration) * swell(duration) / len(freqs)))


@MEL.mistake("only the last sweep is there.", "Add each to what is there already: y += ...")
def last_one_only(freqs, duration=2.0):
    return mel_db(freqs[-1:], duration)


@MEL.mistake("you centre the frames, as librosa does by default.", "center=False: the first frame starts at y[0].")
def centred(freqs, duration=2.0):
    return mel_db(freqs, duration, center=True)


@MEL.mistake("your filters have their area normalised.", "norm=None: the task's triangles have the height one.")
def normalised(freqs, duration=2.0):
    return mel_db(freqs, duration, norm="slaney")


@MEL.mistake("your bands follow Slaney's mel scale, the library's default.", 'The task wants scale="htk".')
def slaney(freqs, duration=2.0):
    return mel_db(freqs, duration, scale="slaney")


@MEL.mistake("your bands have Slaney's scale and norm, the library's defaults.", 'scale="htk", norm=None.')
def defaults(freqs, duration=2.0):
    return mel_db(freqs, duration, scale="slaney", norm="slaney")


@MEL.mistake("you sum magnitudes in the bands.", "The power is asked for, the library's default.")
def magnitudes(freqs, duration=2.0):
    return mel_db(freqs, duration, power=1.0)


@MEL.mistake("you take 20 log10 of a power.", "20 is for amplitudes; a power gets 10 log10.")
def twenty(freqs, duration=2.0):
    return 2 * mel_db(freqs, duration)


@MEL.mistake("you take the natural logarithm.", "Decibels are 10 np.log10(...); np.log is ln.")
def natural(freqs, duration=2.0):
    return mel_db(freqs, duration) * np.log(10)


@MEL.mistake("you stop before the decibels.", "10 log10(M + 1e-10).")
def power_itself(freqs, duration=2.0):
    return bands(sweeps(freqs, duration) * swell(duration))


def cepstra(M, k=range(13), shift=1):
    """Cosines k of a (n_mels, n_frames) array, scaled as a series: M = c0 + sum of c_k cos."""
    j = np.arange(len(M))
    return np.array([2 / len(M) * np.cos(np.pi * i * (2 * j + shift) / (2 * len(M))) for i in k]) @ M


def mcd_of(ref, gen, unit=LN_AMPLITUDE, **settings):
    """MCD by the library, which leaves the first row out."""
    return mel_cepstral_distortion(cepstra(ref * unit, **settings), cepstra(gen * unit, **settings))


@MCD.mistake("you count c0, the loudness.", "k runs from 1 to 12.")
def with_c0(ref, gen):
    unit = LN_AMPLITUDE
    return mel_cepstral_distortion(cepstra(ref * unit), cepstra(gen * unit), include_c0=True)


@MCD.mistake("you count c0, the loudness, with c1 to c11.", "k runs from 1 to 12.")
def first_twelve(ref, gen):
    unit, k = LN_AMPLITUDE, range(12)
    return mel_cepstral_distortion(cepstra(ref * unit, k), cepstra(gen * unit, k), include_c0=True)


@MCD.mistake("you take c1 to c13.", "Twelve of them: np.arange(1, 13) ends before 13.")
def thirteen(ref, gen):
    return mcd_of(ref, gen, k=range(14))


@MCD.mistake("you take c1 to c11.", "Twelve of them: k = 1 ... 12.")
def eleven(ref, gen):
    return mcd_of(ref, gen, k=range(12))


@MCD.mistake(
    "you turn into dB what is in dB: the factor 10 sqrt(2) / ln(10) is for natural logarithms.",
    "First L = M ln(10) / 20, then the cosines.",
)
def db_twice(ref, gen):
    return mcd_of(ref, gen, unit=1.0)


@MCD.mistake(
    "you take the logarithm of the power, M ln(10) / 10.", "That of the amplitude is half of it: M ln(10) / 20."
)
def of_power(ref, gen):
    return mcd_of(ref, gen, unit=np.log(10) / 10)


@MCD.mistake("the factor 10 sqrt(2) / ln(10) is missing.", "Without it the distance is in nepers, not in dB.")
def in_nepers(ref, gen):
    return mcd_of(ref, gen) * np.log(10) / (10 * np.sqrt(2))


@MCD.mistake(
    "this is the figure of the article: cosines of dB, without 2 / n_mels and without the factor.",
    "The task above says what is to be added so that it is in dB.",
)
def article(ref, gen):
    return mcd_of(ref, gen) * len(ref) / np.sqrt(2)


@MCD.mistake("the sqrt(2) of the factor is missing.", "10 sqrt(2) / ln(10) = 6.1419.")
def without_root_two(ref, gen):
    return mcd_of(ref, gen) / np.sqrt(2)


@MCD.mistake(
    "you take log10 for ln in the factor.",
    "10 sqrt(2) / ln(10): np.log is the natural logarithm, and np.log10(10) is 1.",
)
def log10_for_ln(ref, gen):
    return mcd_of(ref, gen) * np.log(10)


@MCD.mistake(
    "the 2 / n_mels of the cepstra is missing.", "It makes the cosines those of a series, whatever the number of bands."
)
def plain_sum(ref, gen):
    return mcd_of(ref, gen) * len(ref) / 2


@MCD.mistake("the 2 of 2 / n_mels is missing.", "A cosine of amplitude 1 has the mean square 1/2.")
def half_series(ref, gen):
    return mcd_of(ref, gen) / 2


@MCD.mistake(
    'your cosines are orthonormal, sqrt(2 / n_mels), as those of a DCT with norm="ortho".', "This task has 2 / n_mels."
)
def orthonormal(ref, gen):
    return mcd_of(ref, gen) * np.sqrt(len(ref) / 2)


@MCD.mistake(
    "your cosines lack the half step: 2 j in place of 2 j + 1.", "The cosine begins half a band before the first."
)
def no_half_step(ref, gen):
    return mcd_of(ref, gen, shift=0)


@MCD.mistake("you take the root of the mean over frames.", "The task wants the mean over frames of the roots.")
def root_last(ref, gen):
    frames = np.array([mcd_of(ref[:, [t]], gen[:, [t]]) for t in range(ref.shape[1])])
    return np.sqrt(np.mean(frames**2))


@MCD.mistake("you sum over the frames.", "Take their mean: a longer sound is not a worse one.")
def sum_over_frames(ref, gen):
    return mcd_of(ref, gen) * ref.shape[1]


@MCD.mistake(
    "you sum over the frames, and take the mean over the coefficients.",
    "The other way round: the sum is over k, axis 0.",
)
def wrong_axis(ref, gen):
    difference = cepstra((ref - gen) * LN_AMPLITUDE)[1:]
    return 10 * np.sqrt(2) / np.log(10) * np.mean(np.sqrt(np.sum(difference**2, axis=1)))


@MCD.mistake("your cosines run along the frames.", "They run along the bands, axis 0: cosines (12, n_mels) @ M.")
def along_time(ref, gen):
    return mcd_of(ref.T, gen.T)


@SC.mistake("you divide by the norm of gen.", "The reference is the measure: ||ref||.")
def by_generated(ref, gen):
    return spectral_convergence(gen, ref)


@SC.mistake("your value is squared: the roots are missing.", "||S|| is the root of the sum of squares.")
def squared(ref, gen):
    return spectral_convergence(ref, gen) ** 2


@SC.mistake("you compare the two norms.", "The norm of the difference is meant, ||ref - gen||, not ||ref|| - ||gen||.")
def of_norms(ref, gen):
    return abs(np.linalg.norm(ref) - np.linalg.norm(gen)) / np.linalg.norm(ref)


@SC.mistake("you take the mean of the frames' ratios.", "The norms run over all bands and frames at once.")
def frame_by_frame(ref, gen):
    return np.mean(np.linalg.norm(ref - gen, axis=0) / np.linalg.norm(ref, axis=0))


@SC.mistake("you sum absolute values.", "Squares, and the root of their sum.")
def absolute_values(ref, gen):
    return np.abs(ref - gen).sum() / np.abs(ref).sum()


@SC.mistake(
    "your norm is the largest singular value.", "np.linalg.norm(S), without the 2, is the root of the sum of squares."
)
def singular_value(ref, gen):
    return np.linalg.norm(ref - gen, 2) / np.linalg.norm(ref, 2)


@SC.mistake("you don't divide by the norm of the reference.", "||ref - gen|| / ||ref||.")
def not_divided(ref, gen):
    return np.linalg.norm(ref - gen)


def poor(part_of, sr=SR, hop=800):
    """A figure of the poor reconstruction."""
    ref, gen = (mel_db([pair], hop_length=hop) for pair in ((150, 3000), (2000, 500)))
    return part_of(ref, gen)


@RUN.mistake("your SC is that of powers.", "That of magnitudes was asked for, 10 ** (dB / 20).")
def sc_of_powers(seed, n_mels):
    return {"sc": poor(lambda ref, gen: spectral_convergence(10 ** (ref / 10), 10 ** (gen / 10)))}


@RUN.mistake("your SC is that of dB, as in the article.", "Take magnitudes, 10 ** (dB / 20).")
def sc_of_decibels(seed, n_mels):
    return {"sc": poor(spectral_convergence)}


@MEL.mistake("you put a floor of 1e-10 under the mel spectrogram.", "The task adds 1e-10 to it: 10 log10(M + 1e-10).")
def floored(freqs, duration=2.0):
    return 10 * np.log10(np.maximum(bands(sweeps(freqs, duration) * swell(duration)), 1e-10))
