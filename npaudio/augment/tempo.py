"""Speed, tempo and pitch: play a sound faster, or stretch its spectrogram, or both.

`speed_perturb` plays faster, as a tape would: the sound becomes shorter and higher. `time_stretch` makes it shorter and
keeps the pitch, by a phase vocoder. `pitch_shift` stretches, then plays faster by the same factor, which keeps the
length and changes the pitch.
"""

from fractions import Fraction

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.generators import Rng
from npaudio._core.types import Spectrogram, Waveform
from npaudio.audio.resampling import resampled
from npaudio.audio.waveform import cut_or_padded
from npaudio.augment.draws import Strength, draw_strength, is_drawn
from npaudio.spectrum.framing import Framing
from npaudio.spectrum.transform import check_overlap, signal_of, spectra_of

RATE_LIMITS = (0.1, 10.0)
SEMITONE_LIMITS = (-36.0, 36.0)
LARGEST_DENOMINATOR = 250  # ratios of small numbers have few filter phases, which are quick to compute
DRAWN_STEPS = 100  # of drawn speeds per 1.0: few enough that most filters are still cached from an earlier draw
RECIPROCAL_BELOW = 0.7  # below this drawn speed, the reciprocal is rounded to these steps


def speed_perturb(y: Waveform, *, rate: Strength = (0.9, 1.1), rng: Rng | None = None) -> Waveform:
    """Play a waveform `rate` times as fast: shorter by that factor, and every frequency higher by it.

    Frequencies that would exceed Nyquist are removed. Picking every rate-th sample instead would fold them back: a tone
    of 7 kHz at sr = 16 kHz, 1.3 times as fast, would be heard at 6.9 kHz.

    Explained in lesson 04.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Waveform.
    rate : float or (float, float)
        Speed from 0.1 to 10, or the range to draw it from. A number is rounded to the nearest fraction with a
        denominator of at most 250 (less than 0.2 % off near 1, far less elsewhere), a drawn one to hundredths, below
        0.7 its reciprocal.
    rng : numpy.random.Generator, int or tuple of int, optional
        Needed if `rate` is a range.

    Returns
    -------
    np.ndarray (..., ceil(n_samples / rate))
        With the rounded rate.

    Raises
    ------
    ValueError
        If `y` is empty, not floating point or not finite, or `rate` is beyond its limits.

    See Also
    --------
    npaudio.augment.time_stretch : changes the duration alone.
    npaudio.augment.pitch_shift : changes the pitch alone.

    References
    ----------
    T. Ko et al., "Audio augmentation for speech recognition", Interspeech 2015.

    Examples
    --------
    >>> speed_perturb(np.zeros(1000), rate=1.25).shape
    (800,)
    """
    check = Check("speed_perturb")
    y = check.waveform(y)
    speed = draw_strength(check, rate, rng, "rate", limits=RATE_LIMITS)
    return _played(y, playing_ratio(speed, drawn=is_drawn(rate)))


def time_stretch(
    y: Waveform,
    *,
    rate: Strength = (0.9, 1.1),
    n_fft: int = 2048,
    hop_length: int | None = None,
    rng: Rng | None = None,
) -> Waveform:
    """Play a waveform `rate` times as fast and keep its pitch, by a phase vocoder, as `librosa.effects.time_stretch`.

    Explained in lesson 04.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Waveform.
    rate : float or (float, float)
        Speed from 0.1 to 10, or the range to draw it from.
    n_fft : int
        Samples in a frame. Tones closer than about 2 sr / n_fft Hz beat; clicks smear over n_fft samples.
    hop_length : int, optional
        Samples from frame to frame; a quarter of `n_fft` by default.
    rng : numpy.random.Generator, int or tuple of int, optional
        Needed if `rate` is a range.

    Returns
    -------
    np.ndarray (..., round(n_samples / rate))
        At least one sample.

    Raises
    ------
    ValueError
        If `y` is empty, not floating point or not finite, `rate` is beyond its limits, or frames would leave gaps.

    See Also
    --------
    npaudio.augment.pitch_shift : keeps the length and changes the pitch.
    npaudio.stft : the transform in which it is done.

    References
    ----------
    J. L. Flanagan and R. M. Golden, "Phase vocoder", Bell System Technical Journal 45, 1966.
    """
    check = Check("time_stretch")
    y = check.waveform(y)
    return _stretched(check, y, draw_strength(check, rate, rng, "rate", limits=RATE_LIMITS), n_fft, hop_length)


def pitch_shift(
    y: Waveform,
    *,
    semitones: Strength = (-2.0, 2.0),
    n_fft: int = 2048,
    hop_length: int | None = None,
    rng: Rng | None = None,
) -> Waveform:
    """Raise or lower the pitch and keep the length: stretch by 2**(semitones / 12), then play faster by that factor.

    Explained in lesson 04.

    Parameters
    ----------
    y : np.ndarray (..., n_samples)
        Waveform.
    semitones : float or (float, float)
        From -36 to 36, or the range to draw it from; 12 are one octave. The factor is rounded as in `speed_perturb`, by
        0.035 semitones at most for a number, by 0.125 (at the factor 0.7) for a drawn one.
    n_fft, hop_length
        Frames, as in `time_stretch`.
    rng : numpy.random.Generator, int or tuple of int, optional
        Needed if `semitones` is a range.

    Returns
    -------
    np.ndarray (..., n_samples)

    Raises
    ------
    ValueError
        If `y` is empty, not floating point or not finite, `semitones` is beyond its limits, or frames would leave gaps.

    See Also
    --------
    npaudio.augment.time_stretch : the other half of it.
    npaudio.augment.speed_perturb : changes pitch and length together.
    """
    check = Check("pitch_shift")
    y = check.waveform(y)
    shift = draw_strength(check, semitones, rng, "semitones", limits=SEMITONE_LIMITS)
    factor = playing_ratio(2 ** (shift / 12), drawn=is_drawn(semitones))
    played = _played(_stretched(check, y, float(1 / factor), n_fft, hop_length), factor)
    return cut_or_padded(played, y.shape[-1])  # a sample or so is missing or too many, by rounding


def playing_ratio(speed: float, *, drawn: bool) -> Fraction:
    """A fraction of small numbers near the speed, so that resampling needs few weights: hundredths if it was drawn.

    For slow speeds the reciprocal is rounded, since hundredths would be coarse.
    """
    if drawn and speed < RECIPROCAL_BELOW:
        return Fraction(DRAWN_STEPS, round(DRAWN_STEPS / speed))
    if drawn:
        return Fraction(round(speed * DRAWN_STEPS), DRAWN_STEPS)
    return Fraction(speed).limit_denominator(LARGEST_DENOMINATOR)


def phase_vocoder(S: Spectrogram, rate: float) -> Spectrogram:
    """Spectrogram (..., n_freq, T) read at the times 0, rate, 2 rate ... below T, in frames.

    Magnitudes are interpolated linearly between the two frames around each time. Phases can't be, because they turn
    many times from frame to frame. Instead, the phase advances from one output frame to the next by as much as it
    advances between the two input frames around that time, so that a tone continues without a break. Phases are complex
    numbers of length 1, whose product adds the angles: no arctangent, and no 2 pi to unwrap. After the last frame there
    is silence.
    """
    frames = _silence_appended(S)  # (..., T + 1, n_freq)
    magnitudes = np.abs(frames)
    tiny = np.finfo(magnitudes.dtype).tiny
    directions = frames * (1 / np.maximum(magnitudes, tiny))
    directions[magnitudes < tiny] = 1  # the phase of silence is 0
    turns = directions[..., 1:, :] * np.conj(directions[..., :-1, :])
    times = np.arange(0, S.shape[-1], rate)
    t, share = times.astype(np.intp), (times % 1).astype(magnitudes.dtype)[:, None]
    out = np.empty((*S.shape[:-2], len(times), S.shape[-2]), S.dtype)
    phase = directions[..., 0, :].astype(np.complex128)
    for i in range(len(times)):
        out[..., i, :] = phase
        phase *= turns[..., t[i], :]
    out *= magnitudes[..., t, :] * (1 - share) + magnitudes[..., t + 1, :] * share
    return out.swapaxes(-1, -2)


def _silence_appended(S: Spectrogram) -> np.ndarray:
    """The frames in memory order (..., T + 1, n_freq), the last one zero."""
    *lead, n_freq, n_frames = S.shape
    frames = np.zeros((*lead, n_frames + 1, n_freq), S.dtype)
    frames[..., :-1, :] = S.swapaxes(-1, -2)
    return frames


def _stretched(check: Check, y: Waveform, rate: float, n_fft: int, hop_length: int | None) -> Waveform:
    framing = Framing.checked(check, n_fft, hop_length)
    S = phase_vocoder(spectra_of(y, framing), rate)
    check_overlap(check, framing, S)
    return signal_of(S, framing, max(1, round(y.shape[-1] / rate)))


def _played(y: Waveform, factor: Fraction) -> Waveform:
    """`y`, `factor` times as fast: resampled as if its sample rate were higher by the factor, and played as before."""
    return resampled(y, factor.denominator, factor.numerator)
