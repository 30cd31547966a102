"""Metrics of speech synthesis: the distance between generated and recorded speech, frame by frame.

Conventions
-----------
- Sequences of frames are `(n_coefficients, n_frames)`, spectrograms `(..., n_freq, n_frames)`, as everywhere in
  npaudio.
- Distances are in decibels; 0 is identical.
"""

from typing import NamedTuple

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import Spectrogram

Cepstra = np.ndarray  # (n_coefficients, n_frames)

MCD_CONSTANT = 10 * np.sqrt(2) / np.log(10)  # 6.1418...: from natural logarithms to decibels


class Alignment(NamedTuple):
    """A dynamic-time-warping path: frames `x[k]` and `y[k]` belong together, at `cost` in total.

    Goes with exercise 14.

    Attributes
    ----------
    x, y : np.ndarray (n_steps,) of int
        Frame numbers in either sequence, from the first to the last.
    cost : float
        Sum of the distances along the path.

    See Also
    --------
    dtw_path : finds it.
    """

    x: np.ndarray
    y: np.ndarray
    cost: float


def mel_cepstral_distortion(
    reference: Cepstra, generated: Cepstra, *, include_c0: bool = False, align: bool = False
) -> float:
    """MCD = 10 / ln 10 * mean over frames of sqrt(2 * sum over coefficients of (c_ref - c_gen)^2), in dB.

    Kubichek 1993. The factor 10 sqrt(2) / ln 10 = 6.1419 makes it the distance of two log spectra in dB; without it,
    as in the article, figures cannot be compared with published ones. c0, the loudness, is left out by default: papers
    do both, so report which. Toolkits differ in whether they warp time first (MCD-DTW; `align`), and in the cepstra:
    those of SPTK and WORLD are not MFCCs, and no factor converts one distortion into the other.

    Explained in exercise 14.

    Parameters
    ----------
    reference, generated : ndarray (n_coefficients, n_frames)
        Mel cepstra, c0 in the first row.
    include_c0 : bool
        Whether the first row counts.
    align : bool
        Warp time so that the sum of distances is least (`dtw_path`); the mean is then over the steps of the path.
        Without it both must have the same number of frames.

    Returns
    -------
    float
        Decibels; 0 for equal sequences.

    Raises
    ------
    ValueError
        Shapes that do not fit, NaN, or a single row without `include_c0`.

    See Also
    --------
    npaudio.mel.mfcc : Cepstra from a waveform.
    dtw_path : The alignment.

    Examples
    --------
    >>> reference = np.array([[5.0, 5.0], [1.0, 2.0], [0.0, 1.0]])
    >>> round(mel_cepstral_distortion(reference, reference + 1), 3)
    8.686
    """
    ref, gen = _checked_cepstra(Check("mel_cepstral_distortion"), reference, generated, include_c0, align)
    if align:
        path = dtw_path(ref, gen)
        ref, gen = ref[:, path.x], gen[:, path.y]
    difference = ref.astype(np.float64) - gen
    return float(MCD_CONSTANT * np.mean(np.sqrt(np.sum(difference**2, axis=0))))


def dtw_path(x: Cepstra, y: Cepstra) -> Alignment:
    """The path from the first frames to the last, by steps (1, 1), (1, 0), (0, 1), with the least sum of distances.

    Distances are Euclidean. Sakoe and Chiba 1978 with symmetric steps of weight 1, librosa's `sequence.dtw` with its
    defaults; among equal costs the diagonal is preferred. fastdtw, which many MCD scripts use, only approximates it.

    Goes with exercise 14.

    Parameters
    ----------
    x : ndarray (n_coefficients, n)
    y : ndarray (n_coefficients, m)

    Returns
    -------
    Alignment
        Frame numbers from the beginning to the end, and the total cost.

    Raises
    ------
    ValueError
        Not two matrices of the same height, an empty one, or NaN.

    See Also
    --------
    mel_cepstral_distortion : uses it.

    Examples
    --------
    >>> path = dtw_path(np.array([[0.0, 1.0, 2.0]]), np.array([[0.0, 2.0]]))
    >>> path.x.tolist(), path.y.tolist(), path.cost
    ([0, 1, 2], [0, 0, 1], 1.0)
    """
    x, y = (frames.astype(np.float64) for frames in _frames_of_one_height(Check("dtw_path"), x, y))
    total = _accumulate(_distances(x, y))
    i, j = x.shape[1] - 1, y.shape[1] - 1
    path = [(i, j)]
    while i or j:
        steps = [(total[a, b], (a, b)) for a, b in ((i - 1, j - 1), (i - 1, j), (i, j - 1)) if a >= 0 and b >= 0]
        i, j = min(steps, key=lambda step: step[0])[1]
        path.append((i, j))
    frames = np.array(path[::-1])
    return Alignment(frames[:, 0], frames[:, 1], float(total[-1, -1]))


def spectral_convergence(reference: Spectrogram, generated: Spectrogram) -> float:
    """SC = ||S_ref - S_gen|| / ||S_ref||, Frobenius norms of magnitude spectrograms.

    Arik, Jun and Diamos 2019, the first term of the multi-resolution STFT loss of Parallel WaveGAN (Yamamoto et al.
    2020). Some code averages the ratio over clips, or reports it in decibels, 20 log10 SC.

    Explained in exercise 14.

    Parameters
    ----------
    reference, generated : ndarray (..., n_freq, n_frames)
        Magnitudes of one shape; the norm runs over everything.

    Returns
    -------
    float
        0 for equal spectrograms, 1 for silence instead of sound. For a silent reference 0 if the other is silent too,
        else inf.

    Raises
    ------
    ValueError
        Shapes that differ, or NaN or infinity.

    See Also
    --------
    log_spectral_distance : A distance in decibels.

    Examples
    --------
    >>> spectral_convergence(np.array([[3.0], [4.0]]), np.array([[3.0], [1.5]]))
    0.5
    """
    ref, gen = _checked_pair(Check("spectral_convergence"), reference, generated)
    distance, norm = np.linalg.norm((ref - gen).ravel()), np.linalg.norm(ref.ravel())
    if norm == 0:
        return float("inf") if distance else 0.0
    return float(distance / norm)


def log_spectral_distance(reference: Spectrogram, generated: Spectrogram, *, amin: float = 1e-10) -> float:
    """LSD = mean over frames of sqrt(mean over frequencies of (10 log10(P_ref / P_gen))^2), in dB.

    Gray and Markel 1976, from power spectrograms. Papers on super-resolution omit the 10, or take the natural
    logarithm: divide by 10, or multiply by ln(10) / 10, to compare.

    Goes with exercise 14.

    Parameters
    ----------
    reference, generated : ndarray (..., n_freq, n_frames)
        Power spectrograms (magnitudes squared) of one shape.
    amin : float
        Floor of the power, so that silence has a logarithm.

    Returns
    -------
    float
        Decibels; 0 for equal spectrograms.

    Raises
    ------
    ValueError
        Shapes that differ, or NaN, infinity or negative power.

    See Also
    --------
    mel_cepstral_distortion : The same idea on smooth spectra.

    Examples
    --------
    >>> log_spectral_distance(np.array([[1.0], [100.0]]), np.array([[10.0], [10.0]]))
    10.0
    """
    check = Check("log_spectral_distance")
    ref, gen = _checked_pair(check, reference, generated)
    amin = check.positive(amin, "amin")
    if (ref < 0).any() or (gen < 0).any():
        raise check.error("got negative power, expected power spectrograms; square magnitudes")
    decibels = 10 * (np.log10(np.maximum(ref, amin)) - np.log10(np.maximum(gen, amin)))
    return float(np.mean(np.sqrt(np.mean(decibels**2, axis=-2))))


def _distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Euclidean distance of every frame of `x` to every frame of `y`, (n, m).

    Row by row and by differences: the shorter |x|^2 - 2xy + |y|^2 has rounding errors of 1e-7 where frames are equal.
    """
    return np.array([np.sqrt(np.sum((frame[:, None] - y) ** 2, axis=0)) for frame in x.T])


def _accumulate(cost: np.ndarray) -> np.ndarray:
    """Least sum of costs up to each pair of frames, by anti-diagonals: each depends on the two before it."""
    n, m = cost.shape
    total = np.full((n + 1, m + 1), np.inf)
    total[0, 0] = 0.0
    for diagonal in range(n + m - 1):
        i = np.arange(max(0, diagonal - m + 1), min(n, diagonal + 1))
        j = diagonal - i
        before = np.minimum(total[i, j], np.minimum(total[i, j + 1], total[i + 1, j]))
        total[i + 1, j + 1] = cost[i, j] + before
    return total[1:, 1:]


def _frames_of_one_height(check: Check, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y = check.array(x, "the first array"), check.array(y, "the second array")
    if x.ndim != 2 or y.ndim != 2 or len(x) != len(y) or 0 in x.shape + y.shape:
        raise check.error(f"got shapes {x.shape} and {y.shape}, expected (n_coefficients, n_frames) of one height")
    return check.finite(x, "the first array"), check.finite(y, "the second array")


def _checked_cepstra(
    check: Check, reference: np.ndarray, generated: np.ndarray, include_c0: bool, align: bool
) -> tuple[np.ndarray, np.ndarray]:
    ref, gen = _frames_of_one_height(check, reference, generated)
    if not align and ref.shape != gen.shape:
        raise check.error(f"{ref.shape[1]} and {gen.shape[1]} frames, expected as many in both; set align=True")
    if not include_c0 and len(ref) < 2:
        raise check.error("one coefficient, and c0 is left out, expected two or more; set include_c0=True")
    first = 0 if include_c0 else 1
    return ref[first:], gen[first:]


def _checked_pair(check: Check, reference: np.ndarray, generated: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    ref, gen = check.array(reference, "reference"), check.array(generated, "generated")
    if ref.shape != gen.shape or ref.ndim < 2 or ref.size == 0:
        raise check.error(f"got shapes {ref.shape} and {gen.shape}, expected one shape (..., n_freq, n_frames)")
    if np.iscomplexobj(ref) or np.iscomplexobj(gen):
        raise check.error("got complex spectra, expected magnitudes or power; take np.abs first")
    return check.finite(ref, "reference"), check.finite(gen, "generated")
