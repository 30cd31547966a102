"""Band-limited resampling between any two integer sample rates: a windowed sinc, evaluated polyphase.

The definition, for a signal x of rate `orig_sr`, with s = min(1, target_sr / orig_sr):

    y[m] = sum over n of  x[n] * s * kernel(s * (m * orig_sr / target_sr - n))

`kernel` is a low pass of cutoff `CUTOFF` times the lower Nyquist frequency, under a Kaiser window that reaches
`HALF_WIDTH` samples of the lower rate to each side. It is symmetric around each output sample, so the delay is zero.
The gain is within 0.01 dB of 1 up to 0.86 of the lower Nyquist frequency, and below -67 dB from 1.0 of it on.

Conventions: signals are (..., n_samples) and zero outside their samples; sample 0 stays at time 0.
"""

import functools
import math

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.continuation import continued
from npaudio._core.types import Waveform

HALF_WIDTH = 32  # samples of the lower of both rates, to each side
CUTOFF = 0.933  # of the lower Nyquist frequency: the middle of the slope
KAISER_BETA = 6.755  # 70 dB (Kaiser and Schafer 1980: beta = 0.1102 * (A - 8.7))

LARGEST_MATRIX = 2**18  # weights kept for one ratio; ratios that need more interpolate between phases
SMALL_PRODUCT = 2**18  # multiplications of one matrix product: OpenBLAS keeps those to one thread
TILE_SAMPLES = 2**18  # outputs (or gathered inputs) computed at a time, so that they stay in cache
STEPS_PER_SAMPLE = 512  # tabulated phases per sample of the lower rate


def resample(y: Waveform, *, orig_sr: int, target_sr: int) -> Waveform:
    """Change the sample rate by a windowed sinc, without delay and without aliasing.

    The gain is flat within 0.01 dB up to 0.86 of the lower of both Nyquist frequencies, and images and aliases are
    below -67 dB. Equal rates give a copy. Silence stays silence; a constant keeps its value within 1 part in 10,000,
    except within 32 samples of the lower rate from an end, where it meets the zeros outside.

    Used in lesson 04.

    Parameters
    ----------
    y : np.ndarray, shape (..., n_samples)
        Waveform, float32 or float64. Leading axes are channels or a batch.
    orig_sr, target_sr : int
        Sample rates in Hz. Any pair works; ratios of small numbers are the fastest.

    Returns
    -------
    np.ndarray, shape (..., ceil(n_samples * target_sr / orig_sr))
        The same dtype as `y`. Sample m lies at m / target_sr seconds.

    Raises
    ------
    ValueError
        If `y` is empty, not floating point or not finite, or a rate is not a whole number of at least 1.

    See Also
    --------
    load : Resamples a file when `sr` is given.
    npaudio.augment.speed_perturb : Change the speed, and with it the pitch.

    References
    ----------
    J. O. Smith, "Digital Audio Resampling", CCRMA, Stanford University (the kernel, and the interpolated phases);
    J. F. Kaiser and R. W. Schafer, IEEE Trans. ASSP 28(1), 1980 (the window).

    Examples
    --------
    >>> resample(np.zeros(44100, dtype=np.float32), orig_sr=44100, target_sr=16000).shape
    (16000,)
    """
    return resampled(Check("resample").waveform(y), *reduced_ratio(orig_sr, target_sr))


def resampled(y: np.ndarray, up: int, down: int) -> np.ndarray:
    """`y`, which has been checked, at up / down times its sample rate."""
    if up == down:
        return y.copy()
    apply = _by_matrices if _matrix_size(up, down) <= LARGEST_MATRIX else _by_interpolated_phases
    n_out = -(-y.shape[-1] * up // down)
    out = np.empty((*y.shape[:-1], n_out), dtype=y.dtype)
    for signal, result in zip(y.reshape(-1, y.shape[-1]), out.reshape(-1, n_out), strict=True):
        apply(signal, result, up, down)
    return out


def kernel(t: np.ndarray) -> np.ndarray:
    """The low pass at distance `t`, in samples of the lower rate; zero from HALF_WIDTH on."""
    inside = np.maximum(1 - (t / HALF_WIDTH) ** 2, 0)
    window = np.where(inside > 0, np.i0(KAISER_BETA * np.sqrt(inside)) / np.i0(KAISER_BETA), 0)
    return CUTOFF * np.sinc(CUTOFF * t) * window


# A ratio of small numbers: every frame has the same weights, so a frame is a matrix product.


def _by_matrices(signal: np.ndarray, result: np.ndarray, up: int, down: int) -> None:
    """Frames of `hop_in` new samples give `hop_out` outputs each, by one dense matrix for each block of outputs.

    One matrix for a whole frame would be mostly zeros, because an output needs only the samples around it. The outputs
    of a block share most of their samples, so a narrow matrix with few zeros is enough.
    """
    hop_in, hop_out = _frame_size(up, down)
    reach = filter_reach(up, down)
    n_frames = -(-len(result) // hop_out)
    frames_per_tile = max(1, TILE_SAMPLES // hop_out)
    for first_frame in range(0, n_frames, frames_per_tile):
        groups, rows = _small_products(min(frames_per_tile, n_frames - first_frame), up, down)
        start = first_frame * hop_in - reach
        samples = continued(signal, start, start + (groups * rows + 1) * hop_in + 2 * reach)
        tile = np.empty((groups, rows, hop_out), dtype=signal.dtype)
        for first, offset, weights in _weight_blocks(up, down, signal.dtype):
            width, n_outputs = weights.shape
            # Cut into rows of one hop from `offset` on, the samples have every frame's window in the first columns.
            windows = samples[offset : offset + groups * rows * hop_in].reshape(groups, rows, hop_in)[..., :width]
            np.matmul(windows, weights, out=tile[..., first : first + n_outputs])
        part = result[first_frame * hop_out :][: frames_per_tile * hop_out]
        part[:] = tile.reshape(-1)[: len(part)]


@functools.lru_cache(maxsize=64)
def _weight_blocks(up: int, down: int, dtype: np.dtype) -> list[tuple[int, int, np.ndarray]]:
    """For each block of a frame's outputs: its first output, its first sample, and its weights (width, n_outputs).

    Samples are counted from `reach` before the frame. The width is at most a hop, so that windows do not overlap.
    """
    reach, scale = filter_reach(up, down), min(1.0, up / down)
    _, hop_out = _frame_size(up, down)
    block_size = _block_size(up, down)
    blocks = []
    for first in range(0, hop_out, block_size):
        outputs = np.arange(first, min(first + block_size, hop_out))
        offset = first * down // up + 1
        n = np.arange(offset, int(outputs[-1]) * down // up + 2 * reach + 1) - reach
        weights = scale * kernel(scale * (outputs * down / up - n[:, None]))
        blocks.append((first, offset, weights.astype(dtype)))
    return blocks


def _frame_size(up: int, down: int) -> tuple[int, int]:
    """Samples in and out of a frame: the smallest number of periods that is not shorter than a block's window."""
    periods = -(-_window_size(up, down) // down)
    return periods * down, periods * up


def _block_size(up: int, down: int) -> int:
    """Outputs of a block, about a quarter of the filter, so that few weights are zero; a multiple of 8 for BLAS."""
    return filter_reach(up, down) * up // (2 * down) // 8 * 8


def _window_size(up: int, down: int) -> int:
    """Largest number of samples that the outputs of one block need."""
    return 2 * filter_reach(up, down) - (1 - _block_size(up, down)) * down // up


def _small_products(n_frames: int, up: int, down: int) -> tuple[int, int]:
    """Groups, and rows in each, for `n_frames` or a few more, so that the product of one group is small.

    BLAS shares a large product among threads, and waiting for a thread whose processor is busy takes longer than the
    whole product. Small products run in one thread, find their operands in cache, and together take no longer.
    """
    most_rows = max(1, SMALL_PRODUCT // (_window_size(up, down) * _block_size(up, down)))
    groups = -(-n_frames // most_rows)
    return groups, -(-n_frames // groups)


def _matrix_size(up: int, down: int) -> int:
    """Largest number of weights of all blocks of a frame."""
    return _frame_size(up, down)[1] * _window_size(up, down)


# Any other ratio: each output interpolates between the two nearest of a table of phases.


def _by_interpolated_phases(signal: np.ndarray, result: np.ndarray, up: int, down: int) -> None:
    """Weights for a position between two samples: linear interpolation between the two nearest tabulated phases.

    The error is 2e-6, and 3e-5 at the ends of the kernel, where the window steps down to zero.
    """
    reach = min(filter_reach(up, down), len(signal))  # samples further away are zeros
    table = _phase_table(reach, min(1.0, up / down), signal.dtype)
    n_phases = len(table) - 1
    step = max(1, TILE_SAMPLES // (2 * reach))
    for first in range(0, len(result), step):
        position = np.arange(first, min(first + step, len(result))) * down  # in units of 1 / up samples
        before = position // up
        phase = (position % up) * (n_phases / up)
        row = np.minimum(phase.astype(np.intp), n_phases - 1)
        share = (phase - row).astype(signal.dtype)
        samples = continued(signal, int(before[0]) - reach + 1, int(before[-1]) + reach + 1)
        windows = np.lib.stride_tricks.sliding_window_view(samples, 2 * reach)[before - before[0]]
        lower = np.einsum("ij,ij->i", windows, table[row])
        upper = np.einsum("ij,ij->i", windows, table[row + 1])
        result[first : first + step] = lower + share * (upper - lower)


def _phase_table(reach: int, scale: float, dtype: np.dtype) -> np.ndarray:
    """Weights (n_phases + 1, 2 * reach) of the samples around an output, at equal steps between two samples."""
    n_phases = math.ceil(STEPS_PER_SAMPLE * scale)
    between = np.arange(n_phases + 1)[:, None] / n_phases
    n = np.arange(1 - reach, reach + 1)
    return (scale * kernel(scale * (between - n))).astype(dtype)


# Shared by both.


def reduced_ratio(orig_sr: int, target_sr: int) -> tuple[int, int]:
    """Both sample rates without their common factors, the new one first."""
    check = Check("resample")
    orig_sr, target_sr = check.whole_number(orig_sr, "orig_sr"), check.whole_number(target_sr, "target_sr")
    divisor = math.gcd(orig_sr, target_sr)
    return target_sr // divisor, orig_sr // divisor


def filter_reach(up: int, down: int) -> int:
    """How many input samples the filter reaches to each side."""
    return HALF_WIDTH if up >= down else -(-HALF_WIDTH * down // up)
