"""Sequences of different lengths in one batch: which of its frames are padding.

Conventions: a batch (B, N, ...) holds sequences that were padded at their ends to a common N. The values in the padding
must not change the output for the other frames.
"""

from collections.abc import Sequence

import numpy as np

Lengths = Sequence[int] | np.ndarray | None


def is_padding(lengths: Lengths, n_sequences: int, n_frames: int, *, caller: str) -> np.ndarray | None:
    """Boolean (B, N), true from each sequence's length on; None if no frame is padding."""
    if lengths is None:
        return None
    counts = np.asarray(lengths)
    if counts.shape != (n_sequences,) or counts.dtype.kind not in "iu":
        raise ValueError(
            f"{caller}: lengths must be {n_sequences} whole numbers, one per sequence, got {counts.dtype} of shape "
            f"{counts.shape}; count the frames before padding"
        )
    if n_sequences and not (counts.min() >= 1 and counts.max() <= n_frames):
        raise ValueError(
            f"{caller}: lengths must lie in 1..{n_frames}, got {counts.min()}..{counts.max()}; "
            "count the frames before padding"
        )
    return None if (counts == n_frames).all() else np.arange(n_frames) >= counts[:, None]
