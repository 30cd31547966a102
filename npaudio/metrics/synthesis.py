"""Metrics of speech synthesis: how far generated speech lies from the recording, frame by frame.

Conventions
-----------
- Sequences of frames are `(n_coefficients, n_frames)`, spectrograms `(..., n_freq, n_frames)`, as everywhere in
  npaudio.
- Distances are in decibels; 0 is identical.
"""

from typing import NamedTuple

import numpy as np

MCD_CONSTANT = 10 * np.sqrt(2) / np.log(10)  # 6.1418...: from Nepers of an even log spectrum to decibels


class Alignment(NamedTuple):
    """A dynamic-time-warping path: frames `x[k]` and `y[k]` belong together, at `cost` in total."""

    x: np.ndarray
    y: np.ndarray
    cost: float


def mel_cepstral_distortion(
    reference: np.ndarray, generated: np.ndarray, *, include_c0: bool = False, align: bool = False
) -> float:
    """MCD = 10 / ln 10 * mean over frames of sqrt(2 * sum over coefficients of (c_ref - c_gen)^2), in dB.

    Kubichek 1993. The factor 10 sqrt(2) / ln 10 = 6.1419 makes it the distance of two log spectra in dB; without it,
    as in the article, figures cannot be compared with published ones. c0, the loudness, is left out unless asked for:
    papers do both, so say which. Toolkits differ in whether they warp time first (MCD-DTW; `align`), and in the
    cepstra: those of SPTK and WORLD are not MFCCs, and no factor turns the one distortion into the other.

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
    """
    ref, gen = _checked_cepstra(reference, generated, include_c0, align)
    if align:
        path = dtw_path(ref, gen)
        ref, gen = ref[:, path.x], gen[:, path.y]
    difference = ref.astype(np.float64) - gen
    return float(MCD_CONSTANT * np.mean(np.sqrt(np.sum(difference**2, axis=0))))


def dtw_path(x: np.ndarray, y: np.ndarray) -> Alignment:
    """The path from the first frames to the last, by steps (1, 1), (1, 0), (0, 1), with the least sum of distances.

    Distances are Euclidean. Sakoe and Chiba 1978 with symmetric steps of weight 1, librosa's `sequence.dtw` with its
    defaults; among equal costs the diagonal is preferred. fastdtw, which many MCD scripts use, only approximates it.

    Parameters
    ----------
    x : ndarray (n_coefficients, n)
    y : ndarray (n_coefficients, m)

    Returns
    -------
    Alignment
        Frame numbers from the beginning to the end, and the total cost.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if x.ndim != 2 or y.ndim != 2 or len(x) != len(y) or 0 in x.shape + y.shape:
        raise ValueError(
            f"dtw_path: got shapes {x.shape} and {y.shape}, expected (n_coefficients, n_frames) of one height"
        )
    total = _accumulate(_distances(x, y))
    i, j = x.shape[1] - 1, y.shape[1] - 1
    path = [(i, j)]
    while i or j:
        steps = [(total[a, b], (a, b)) for a, b in ((i - 1, j - 1), (i - 1, j), (i, j - 1)) if a >= 0 and b >= 0]
        i, j = min(steps, key=lambda step: step[0])[1]
        path.append((i, j))
    frames = np.array(path[::-1])
    return Alignment(frames[:, 0], frames[:, 1], float(total[-1, -1]))


def spectral_convergence(reference: np.ndarray, generated: np.ndarray) -> float:
    """SC = ||S_ref - S_gen|| / ||S_ref||, Frobenius norms of magnitude spectrograms.

    Arik, Jun and Diamos 2019, the first term of the multi-resolution STFT loss of Parallel WaveGAN (Yamamoto et al.
    2020). Some code averages the ratio over clips, or puts it into decibels, 20 log10 SC.

    Parameters
    ----------
    reference, generated : ndarray (..., n_freq, n_frames)
        Magnitudes of one shape; the norm runs over everything.

    Returns
    -------
    float
        0 for equal spectrograms, 1 for silence instead of sound. For a silent reference 0 if the other is silent too,
        else inf.
    """
    ref, gen = _checked_pair(reference, generated, "spectral_convergence")
    distance, norm = np.linalg.norm((ref - gen).ravel()), np.linalg.norm(ref.ravel())
    if norm == 0:
        return float("inf") if distance else 0.0
    return float(distance / norm)


def log_spectral_distance(reference: np.ndarray, generated: np.ndarray, *, amin: float = 1e-10) -> float:
    """LSD = mean over frames of sqrt(mean over frequencies of (10 log10(P_ref / P_gen))^2), in dB.

    Gray and Markel 1976, from power spectrograms. Papers on super-resolution leave the 10 out, or take the natural
    logarithm: divide by 10, or multiply by ln(10) / 10, to compare.

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
    """
    ref, gen = _checked_pair(reference, generated, "log_spectral_distance")
    if not amin > 0 or (ref < 0).any() or (gen < 0).any():
        raise ValueError(
            "log_spectral_distance: got negative power or amin, expected power spectrograms; square magnitudes"
        )
    decibels = 10 * (np.log10(np.maximum(ref, amin)) - np.log10(np.maximum(gen, amin)))
    return float(np.mean(np.sqrt(np.mean(decibels**2, axis=-2))))


def _distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Euclidean distance of every frame of `x` to every frame of `y`, (n, m).

    Row by row and by differences: the shorter |x|^2 - 2xy + |y|^2 cancels where frames are equal, and leaves 1e-7.
    """
    return np.array([np.sqrt(np.sum((frame[:, None] - y) ** 2, axis=0)) for frame in x.T])


def _accumulate(cost: np.ndarray) -> np.ndarray:
    """Least sum of costs up to each pair of frames, by anti-diagonals: what one needs lies on the two before it."""
    n, m = cost.shape
    total = np.full((n + 1, m + 1), np.inf)
    total[0, 0] = 0.0
    for diagonal in range(n + m - 1):
        i = np.arange(max(0, diagonal - m + 1), min(n, diagonal + 1))
        j = diagonal - i
        before = np.minimum(total[i, j], np.minimum(total[i, j + 1], total[i + 1, j]))
        total[i + 1, j + 1] = cost[i, j] + before
    return total[1:, 1:]


def _checked_cepstra(
    reference: np.ndarray, generated: np.ndarray, include_c0: bool, align: bool
) -> tuple[np.ndarray, np.ndarray]:
    caller = "mel_cepstral_distortion"
    ref, gen = np.asarray(reference), np.asarray(generated)
    if ref.ndim != 2 or gen.ndim != 2 or len(ref) != len(gen) or 0 in ref.shape + gen.shape:
        raise ValueError(
            f"{caller}: got shapes {ref.shape} and {gen.shape}, expected (n_coefficients, n_frames) of one height"
        )
    if not align and ref.shape != gen.shape:
        raise ValueError(
            f"{caller}: {ref.shape[1]} and {gen.shape[1]} frames, expected as many in both; set align=True"
        )
    if not include_c0 and len(ref) < 2:
        raise ValueError(f"{caller}: one coefficient, and c0 is left out, expected two or more; set include_c0=True")
    for values in (ref, gen):
        if not np.isfinite(values).all():
            raise ValueError(f"{caller}: cepstra hold NaN or infinity, expected finite numbers; floor the logarithm")
    first = 0 if include_c0 else 1
    return ref[first:], gen[first:]


def _checked_pair(reference: np.ndarray, generated: np.ndarray, caller: str) -> tuple[np.ndarray, np.ndarray]:
    ref, gen = np.asarray(reference), np.asarray(generated)
    if ref.shape != gen.shape or ref.ndim < 2 or ref.size == 0:
        raise ValueError(
            f"{caller}: got shapes {ref.shape} and {gen.shape}, expected one shape (..., n_freq, n_frames)"
        )
    if np.iscomplexobj(ref) or np.iscomplexobj(gen):
        raise ValueError(f"{caller}: got complex spectra, expected magnitudes or power; take np.abs first")
    if not (np.isfinite(ref).all() and np.isfinite(gen).all()):
        raise ValueError(f"{caller}: spectrograms hold NaN or infinity, expected finite numbers; find where they arise")
    return ref, gen
