"""From a file to a `SpectrogramTransformer`: sizes from shapes, positions made to fit, and a report.

What the shapes tell: dim, depth, mlp_dim, num_classes, patch size, whether there is a distillation token, and the
number N of patches. Which stride and which grid that N came from is found by trying: 1,212 = 12 x 101 is stride 10 with
128 bands and 1,024 frames, 512 = 8 x 64 is stride 16. A square number that fits neither, such as ViT's 196 = 14 x 14,
is a network for images: its positions are stretched to the spectrogram, its three colors are added up.
"""

import math
import os
from typing import Any

import numpy as np

from npaudio.checkpoints import CheckpointError, CheckpointFile, LoadReport, open_checkpoint
from npaudio.checkpoints.key_styles import Match, match_ast
from npaudio.checkpoints.loading import Adapter, fill, no_draws
from npaudio.models.positions import Grid, fit_tokens
from npaudio.models.tagging import wake_dropout
from npaudio.nn.init import Rng, as_rng
from npaudio.nn.linear import transformer_linear

Pair = tuple[int, int]

FRAMES = 1024
STRIDES = (10, 16)
ORIGINAL_EPS, ORIGINAL_HEAD_EPS, HUGGING_FACE_EPS = 1e-6, 1e-5, 1e-12
HEAD = ("mlp_head.1.weight", "mlp_head.1.bias")


def transformer_from_checkpoint(
    cls: Any,
    path: str | os.PathLike[str],
    *,
    num_heads: int,
    num_classes: int | None,
    rng: Rng,
    **wishes: Any,
) -> tuple[Any, LoadReport]:
    """See `SpectrogramTransformer.from_checkpoint`."""
    with open_checkpoint(path, caller=f"{cls.__name__}.from_checkpoint") as file:
        shapes = _Shapes(file, match_ast(file.entries))
        sizes, old_grid = _sizes(shapes, wishes)
        classes = num_classes or shapes.get("mlp_head.1.weight")[0]
        norm_eps = wishes["norm_eps"] or (ORIGINAL_EPS if shapes.match.style == "original" else HUGGING_FACE_EPS)
        model = cls(**sizes, num_heads=num_heads, num_classes=classes, norm_eps=norm_eps, rng=no_draws())
        adapters = _adapters(shapes, model, old_grid)
        report = fill(model, file, shapes.match, adapters=adapters, new=HEAD if num_classes else ())
    _finish(model, shapes, wishes, rng, new_head=num_classes is not None)
    return model, report


class _Shapes:
    """Shapes in a file under our names."""

    def __init__(self, file: CheckpointFile, match: Match) -> None:
        self.file, self.match = file, match

    def get(self, name: str, n_axes: int = 2) -> tuple[int, ...]:
        """Shape of the (first) entry that makes up one of our arrays."""
        entry = self.match.sources.get(name, {}).get(0)
        shape = () if entry is None else self.file.entries[entry].shape
        if len(shape) != n_axes:
            found = "nothing" if entry is None else f"{entry} of shape {shape}"
            raise CheckpointError(
                f"{self.file.caller}: expected an array of {n_axes} axes for {name}, found {found} in "
                f"{self.file.path!r}; check that it holds an Audio Spectrogram Transformer"
            )
        return shape

    @property
    def depth(self) -> int:
        """Blocks are numbered from 0 without gaps; what is missing in between comes to light when they are filled."""
        numbers = [int(name.split(".")[1]) for name in self.match.sources if name.startswith("blocks.")]
        return min(1 + max(numbers, default=-1), len(numbers))


def _sizes(shapes: _Shapes, wishes: dict[str, Any]) -> tuple[dict[str, Any], Grid]:
    """Arguments for the network, and the grid of the file's positions."""
    dim, _, *patch = shapes.get("patch_embed.proj.weight", 4)
    distilled = "dist_token" in shapes.match.sources
    n_patches = shapes.get("pos_embed", 3)[1] - (2 if distilled else 1)
    stride, grid = _stride_and_grid(n_patches, (patch[0], patch[1]), wishes)
    n_frames = wishes["n_frames"] or _frames(grid, patch[1], stride[1])
    sizes = {
        "n_mels": wishes["n_mels"],
        "n_frames": n_frames,
        "patch_size": (patch[0], patch[1]),
        "stride": stride,
        "dim": dim,
        "depth": shapes.depth,
        "mlp_dim": shapes.get("blocks.0.mlp.fc1.weight")[0],
        "distilled": distilled,
    }
    return sizes, grid


def _stride_and_grid(n_patches: int, patch: Pair, wishes: dict[str, Any]) -> tuple[Pair, Grid]:
    """The stride, and the grid that the positions were learned on."""
    given = wishes["stride"]
    strides = [(s, s) for s in STRIDES] if given is None else [(given, given) if isinstance(given, int) else given]
    for stride in strides:
        rows = (wishes["n_mels"] - patch[0]) // stride[0] + 1
        if rows >= 1 and n_patches >= rows and n_patches % rows == 0:
            return stride, (rows, n_patches // rows)
    side = math.isqrt(max(n_patches, 0))
    if side**2 == n_patches > 0:
        return strides[0], (side, side)
    raise CheckpointError(
        f"SpectrogramTransformer.from_checkpoint: {n_patches} positions fit no grid of patches "
        f"of {patch[0]} x {patch[1]} with n_mels={wishes['n_mels']} and strides {strides}; pass stride= and "
        "n_mels= as the network was trained"
    )


def _frames(grid: Grid, patch: int, stride: int) -> int:
    """Frames that make so many columns: 1,024 if they do, else the least."""
    return FRAMES if (FRAMES - patch) // stride + 1 == grid[1] else (grid[1] - 1) * stride + patch


def _adapters(shapes: _Shapes, model: Any, old_grid: Grid) -> dict[str, tuple[Adapter, str]]:
    """For arrays whose shape differs: how to make them fit."""
    adapters: dict[str, tuple[Adapter, str]] = {}
    if old_grid != model.grid:
        how = f"positions {old_grid[0]} x {old_grid[1]} fitted to {model.grid[0]} x {model.grid[1]}"
        adapters["pos_embed"] = (lambda positions: fit_tokens(positions[0], old_grid, model.grid)[None], how)
    colors = shapes.get("patch_embed.proj.weight", 4)[1]
    if colors != 1:
        summed = lambda weight: weight.sum(axis=1, keepdims=True)  # noqa: E731
        adapters["patch_embed.proj.weight"] = (summed, f"{colors} colors added up")
    return adapters


def _finish(model: Any, shapes: _Shapes, wishes: dict[str, Any], rng: Rng, *, new_head: bool) -> None:
    """Set the head's epsilon of the original code, the generator of dropout, and new weights for a new head."""
    if shapes.match.style == "original" and wishes["norm_eps"] is None:
        model.mlp_head[0].eps = ORIGINAL_HEAD_EPS
    generator = as_rng(rng)
    wake_dropout(model, generator)
    if new_head:
        linear = transformer_linear(model.dim, model.num_classes, rng=generator, dtype=np.float32)
        model.mlp_head[1].load_state_dict(linear.state_dict())
