"""Augmentations of spectrograms, a whole batch at once: SpecAugment's masks and time warp, and a random equalizer."""

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.generators import Rng, needed_generator
from npaudio._core.types import Spectrogram
from npaudio.augment.draws import DB_LIMITS, Strength, strength_range

FILLS = ("mean", "floor")
NARROW = 1000  # cells under a mask of frames, on average


def spec_augment(
    S: Spectrogram,
    *,
    freq_masks: int = 2,
    freq_width: int = 10,
    time_masks: int = 2,
    time_width: int = 20,
    fill: float | str = "mean",
    time_warp: int = 0,
    rng: Rng | None = None,
    out: Spectrogram | None = None,
) -> Spectrogram:
    """SpecAugment: hide random bands and random stretches of time, so that the network can't rely on any one of them.

    A mask is f bands wide, f drawn uniformly from 0 ... freq_width - 1, and begins at band f0, drawn uniformly from
    0 ... n_bands - f - 1; frames likewise. (The last band is therefore never hidden, as in the paper and torchaudio.)
    Every spectrogram of a batch gets its own masks. They may overlap.

    Explained in lesson 04.

    Parameters
    ----------
    S : np.ndarray (..., n_bands, n_frames)
        Spectrograms, usually log-mel; float32 or float64.
    freq_masks, time_masks : int
        How many masks of each kind an item gets, from 0.
    freq_width, time_width : int
        One more than the widest mask, in bands and in frames. It is lowered to the number of bands or frames of a
        small spectrogram, so that one mask never hides everything.
    fill : float, "mean" or "floor"
        Value under the masks: a number, or the mean or the smallest value of each spectrogram. The paper takes 0, the
        mean of normalized input; in decibels 0 may be the loudest value of all.
    time_warp : int
        Before the masks, move a point in time by less than this many frames, compressing the time on one side of it
        and stretching that on the other; 0 for none. See `warp_time`.
    rng : numpy.random.Generator, int or tuple of int
        Source of the masks.
    out : np.ndarray (..., n_bands, n_frames), optional
        Contiguous array for the result. `out=S` masks in place, which is faster, since allocating and copying a batch
        may take longer than masking it.

    Returns
    -------
    np.ndarray (..., n_bands, n_frames)
        `out`, or a new array.

    Raises
    ------
    ValueError
        If `S` is not a floating-point spectrogram, a number of masks is negative, a width is below 1, `fill` is
        unknown, `rng` is missing, or `out` does not fit.

    See Also
    --------
    npaudio.augment.mixup : blends pairs of items and their targets.

    References
    ----------
    D. S. Park et al., "SpecAugment: A simple data augmentation method for automatic speech recognition", Interspeech
    2019, section 2.

    Examples
    --------
    >>> S = spec_augment(np.ones((32, 64, 157)), fill=0, rng=0)
    >>> hidden = (S == 0).all(axis=2).sum(axis=1)       # bands of each item
    >>> bool(hidden.max() <= 2 * 9)
    True
    """
    check = Check("spec_augment")
    S = check.spectrogram(S)
    generator = needed_generator(check, rng)
    n_bands, n_frames = S.shape[-2:]
    items = np.ascontiguousarray(S.reshape(-1, n_bands, n_frames))
    value = _fill_values(check, items, fill)
    out = np.empty(S.shape, S.dtype) if out is None else _check_out(check, out, S)
    masked = out.reshape(items.shape)
    if check.whole_number(time_warp, "time_warp", least=0):
        masked[:] = warp_time(items, *draw_warps(len(items), time_warp, n_frames, generator))
    elif out is not S:
        masked[:] = items
    freq_masks = check.whole_number(freq_masks, "freq_masks", least=0)
    time_masks = check.whole_number(time_masks, "time_masks", least=0)
    freq_width, time_width = check.whole_number(freq_width, "freq_width"), check.whole_number(time_width, "time_width")
    hide_bands(masked, value, *draw_masks(len(items), freq_masks, freq_width, n_bands, generator))
    hide_frames(masked, value, *draw_masks(len(items), time_masks, time_width, n_frames, generator))
    return out


def draw_masks(
    n_items: int, n_masks: int, width: int, n: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """First line (band or frame) and width of each mask, both (n_items, n_masks)."""
    widths = rng.integers(min(width, n), size=(n_items, n_masks))
    return rng.integers(n - widths), widths


def hide_bands(items: np.ndarray, value: np.ndarray, starts: np.ndarray, widths: np.ndarray) -> None:
    """Overwrite the bands under the masks of each item (B, n_bands, n_frames) with its value (B,)."""
    item, band = lines_under(starts, widths)
    items[item, band] = value[item, None]


def hide_frames(items: np.ndarray, value: np.ndarray, starts: np.ndarray, widths: np.ndarray) -> None:
    """Overwrite the frames under the masks of each item (B, n_bands, n_frames) with its value (B,).

    In memory a frame is scattered, and a mask consists of runs as long as it is wide. Narrow masks are written frame by
    frame, all items at once; wide ones mask by mask, which costs a Python iteration each, and fills whole runs.
    """
    frames_first = items.swapaxes(1, 2)
    if widths.sum() * items.shape[1] <= NARROW * widths.size:
        item, frame = lines_under(starts, widths)
        frames_first[item, frame] = value[item, None]
        return
    stops = starts + widths
    for k, m in np.ndindex(widths.shape):
        frames_first[k, starts[k, m] : stops[k, m]] = value[k]


def lines_under(starts: np.ndarray, widths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Item and line of each line under the masks (B, n_masks), mask after mask; what two masks hide appears twice.

    If masks 0, 1, 2 are 2, 0 and 3 lines wide, `mask` is 0 0 2 2 2 and `behind`, the number of lines since the mask
    began, is 0 1 0 1 2. Only hidden lines are listed and written, and there is no loop over items.
    """
    width = widths.ravel()
    mask = np.repeat(np.arange(width.size), width)
    behind = np.arange(mask.size) - (width.cumsum() - width)[mask]
    return mask // starts.shape[1], starts.ravel()[mask] + behind


def draw_warps(n_items: int, most: int, n_frames: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The frame of each item that is moved, and by how many frames, both (n_items,); it never reaches an end.

    With W = most the frame is drawn uniformly from W ... n_frames - W - 1 (section 2 of the paper), the distance from
    -W + 1 ... W - 1. W is lowered to fit a short spectrogram.
    """
    most = min(most, (n_frames - 1) // 2)
    if most < 1:
        return np.zeros(n_items, int), np.zeros(n_items, int)
    return rng.integers(most, n_frames - most, n_items), rng.integers(-most + 1, most, n_items)


def warp_time(items: np.ndarray, points: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Move the frame `points` of each item by `shifts` frames; the first and the last frame stay.

    Up to the moved point c + w, frame t of the output is read at c t / (c + w); after it, on the straight line from
    there to the last frame. Values are interpolated linearly between two frames. (The paper bends an image by splines
    in two dimensions; with movement along time alone the result is nearly the same.)
    """
    n_frames = items.shape[-1]
    source = np.stack([warped_positions(n_frames, *warp) for warp in zip(points, shifts, strict=True)])
    before = np.minimum(source.astype(np.intp), max(n_frames - 2, 0))
    share = (source - before).astype(items.dtype)[:, None, :]
    left = np.take_along_axis(items, before[:, None, :], axis=2)
    right = np.take_along_axis(items, np.minimum(before + 1, n_frames - 1)[:, None, :], axis=2)
    with np.errstate(invalid="ignore", over="ignore"):
        between = (1 - share) * left + share * right
        if np.isfinite(items.sum()):
            return between
    return np.where(share == 0, left, np.where(share == 1, right, between))  # 0 * -inf, the dB of silence, is NaN


def warped_positions(n_frames: int, point: int, shift: int) -> np.ndarray:
    """Where each frame of a warped spectrogram is read: (n_frames,)."""
    last = n_frames - 1
    ends = {0: 0, last: last} if last else {0: 0}
    knots = {**ends, point + shift: point} if shift else ends
    return np.interp(np.arange(n_frames), sorted(knots), [knots[at] for at in sorted(knots)])


def equalizer(S: Spectrogram, *, db: Strength = (-6.0, 6.0), knots: int = 5, rng: Rng | None = None) -> Spectrogram:
    """Color spectrograms in decibels as another microphone would: add a random curve over frequency to all frames.

    Used in lesson 04.

    Parameters
    ----------
    S : np.ndarray (..., n_bands, n_frames)
        Spectrograms in dB; for natural logarithms divide `db` by 4.34. Every item gets its own curve.
    db : float or (float, float)
        Range of the gains at the knots; a number is added to everything.
    knots : int
        Points, evenly spaced over the bands, at which gains are drawn; the curve is straight between them. With one
        knot the gain is the same everywhere.
    rng : numpy.random.Generator, int or tuple of int
        Source of the curves.

    Returns
    -------
    np.ndarray (..., n_bands, n_frames)

    Raises
    ------
    ValueError
        If `S` is not a floating-point spectrogram, `db` is beyond ±200, `knots` is below 1, or `rng` is missing.

    See Also
    --------
    npaudio.augment.reverb : a room, which colors the sound too.
    """
    check = Check("equalizer")
    S = check.spectrogram(S)
    low, high = strength_range(check, db, "db", limits=DB_LIMITS)
    knots = check.whole_number(knots, "knots")
    generator = needed_generator(check, rng)
    gains = generator.uniform(low, high, size=(*S.shape[:-2], knots))
    return S + (gains @ _tents(knots, S.shape[-2])).astype(S.dtype)[..., None]


def _tents(knots: int, n_bands: int) -> np.ndarray:
    """Weight of each knot at each band, (knots, n_bands): linear interpolation as a matrix."""
    if knots == 1:
        return np.ones((1, n_bands))
    position = np.linspace(0, knots - 1, n_bands)
    return np.maximum(0, 1 - np.abs(position - np.arange(knots)[:, None]))


def _fill_values(check: Check, items: np.ndarray, fill: float | str) -> np.ndarray:
    """What each item (B, n_bands, n_frames) is filled with: (B,)."""
    if isinstance(fill, str) and fill in FILLS:
        flat = items.reshape(len(items), -1)
        return np.einsum("ij->i", flat) / flat.shape[1] if fill == "mean" else flat.min(axis=1)
    if isinstance(fill, bool) or not isinstance(fill, int | float | np.number) or not np.isfinite(fill):
        raise check.error(f"fill must be a number, 'mean' or 'floor', got {fill!r}")
    return np.full(len(items), fill, items.dtype)


def _check_out(check: Check, out: np.ndarray, S: Spectrogram) -> np.ndarray:
    if not isinstance(out, np.ndarray) or not out.flags.writeable:
        kind = "a read-only array" if isinstance(out, np.ndarray) else type(out).__name__
        raise check.error(f"out must be an array to write to, got {kind}; leave it out for a new array")
    if out.shape != S.shape or out.dtype != S.dtype or not out.flags.c_contiguous:
        raise check.error(
            f"out must be a contiguous array of {S.dtype} with shape {S.shape}, got {out.dtype} with "
            f"shape {out.shape}{'' if out.flags.c_contiguous else ', not contiguous'}; leave it out for a new array"
        )
    return out
