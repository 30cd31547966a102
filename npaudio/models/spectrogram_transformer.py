"""The Audio Spectrogram Transformer: no convolution over neighbors; every patch of a spectrogram looks at all others.

    spectrogram (B, 1, n_mels, n_frames)
        patches, each a token                                (B, N, D)
        a class token in front, positions added              (B, 1 + N, D)       2 + N with a distillation token
        `depth` transformer blocks, a last norm              (B, 1 + N, D)
        the class token alone (the mean of the two)          (B, D)              the embedding
        norm, linear layer                                   (B, num_classes)    logits

The class token carries nothing of its own from the spectrogram. It learns to ask all patches, block after block, what
is needed to name the sound. The published network has a second one, left over from the image network that it started
from (DeiT), and uses the mean of both.

Conventions: spectrograms as `Frontend.ast()` makes them; names of parameters are those of the original code without
its prefixes (`blocks.0.attn.qkv.weight`).

Source: Gong et al. 2021, "AST: Audio Spectrogram Transformer"; Touvron et al. 2021 for the distillation token.
"""

import os
from itertools import accumulate
from typing import Self

import numpy as np

from npaudio import nn
from npaudio.frontend import Frontend
from npaudio.models.positions import Grid, fit_positions_backward, fit_tokens
from npaudio.models.spectrogram_shapes import check_spectrograms
from npaudio.models.tagging import Tagger
from npaudio.nn.init import Rng, as_rng, truncated_normal
from npaudio.nn.linear import transformer_linear
from npaudio.nn.modes import evaluation


class SpectrogramTransformer(Tagger):
    """Transformer over the patches of a spectrogram; `base()` is the published size, `tiny()` one for lessons.

    AST, Gong et al. 2021. Explained in lesson 06.

    Parameters
    ----------
    n_mels, n_frames : int
        Size of the spectrograms that it is made for. Clips of another number of frames work too: the positions are cut
        out of the middle, or stretched.
    patch_size, stride : int or pair of int
        Bands and frames of a patch, and from patch to patch. Stride 10 is the published one, 16 makes patches that do
        not overlap.
    dim : int
        D, the length of a token.
    depth : int
        Transformer blocks.
    num_heads : int
        Heads of attention in each block.
    mlp_dim : int
        Hidden width of each block's small network.
    num_classes : int
        Number of logits; 527 for AudioSet.
    distilled : bool
        Whether there is a distillation token beside the class token.
    norm_eps : float
        Added to the variance in every norm.
    dropout : float
        In the blocks, in training.
    rng : np.random.Generator or int, optional
        For the initial weights and for dropout.
    dtype : dtype
        Of the parameters; float32 or float64.

    Raises
    ------
    ValueError
        Sizes that are not positive whole numbers, or do not fit each other.

    See Also
    --------
    npaudio.Frontend : `ast()` makes its spectrograms.
    npaudio.nn.TransformerBlock, npaudio.nn.PatchEmbed : its parts.

    Examples
    --------
    >>> model = SpectrogramTransformer.tiny(num_classes=10, rng=0).eval()
    >>> model(np.zeros((2, 1, 64, 128), np.float32)).shape
    (2, 10)
    """

    def __init__(
        self,
        n_mels: int = 128,
        n_frames: int = 1024,
        patch_size: int | tuple[int, int] = 16,
        stride: int | tuple[int, int] = 10,
        dim: int = 768,
        depth: int = 12,
        num_heads: int = 12,
        mlp_dim: int = 3072,
        num_classes: int = 527,
        distilled: bool = True,
        norm_eps: float = 1e-12,
        *,
        dropout: float = 0.0,
        rng: Rng = None,
        dtype: np.typing.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        generator = as_rng(rng)
        self.frontend = Frontend.ast()
        self.n_mels, self.n_frames, self.dim, self.num_classes = n_mels, n_frames, dim, num_classes
        self.patch_embed = nn.PatchEmbed(patch_size, stride, dim=dim, rng=generator, dtype=dtype)
        self.grid = self.patch_embed.grid(n_mels, n_frames)
        self.n_special = 2 if distilled else 1
        n_tokens = self.n_special + self.grid[0] * self.grid[1]
        self.cls_token = nn.Parameter(truncated_normal((1, 1, dim), rng=generator, dtype=dtype))
        self.dist_token = nn.Parameter(truncated_normal((1, 1, dim), rng=generator, dtype=dtype)) if distilled else None
        self.pos_embed = nn.Parameter(truncated_normal((1, n_tokens, dim), rng=generator, dtype=dtype))
        options = {"dropout": dropout, "norm_eps": norm_eps, "rng": generator, "dtype": dtype}
        blocks = [nn.TransformerBlock(dim, num_heads, mlp_dim, **options) for _ in range(depth)]  # type: ignore[arg-type]
        self.blocks = nn.Sequential(*blocks)
        self.norm = nn.LayerNorm(dim, eps=norm_eps, dtype=dtype)
        self.mlp_head = nn.Sequential(
            nn.LayerNorm(dim, eps=norm_eps, dtype=dtype),
            transformer_linear(dim, num_classes, rng=generator, dtype=dtype),
        )

    @classmethod
    def base(cls, num_classes: int = 527, *, rng: Rng = None, dtype: np.typing.DTypeLike = np.float32) -> Self:
        """The published network: 12 blocks of 768 numbers per token, 86,594,063 parameters with 527 classes."""
        return cls(num_classes=num_classes, rng=rng, dtype=dtype)

    @classmethod
    def tiny(
        cls,
        num_classes: int = 10,
        *,
        n_mels: int = 64,
        n_frames: int = 128,
        patch_size: int | tuple[int, int] = 16,
        stride: int | tuple[int, int] | None = None,
        rng: Rng = None,
        dtype: np.typing.DTypeLike = np.float32,
    ) -> Self:
        """A network that trains within a lesson: 3 blocks of 96 numbers per token, 4 heads, no distillation token."""
        stride = patch_size if stride is None else stride
        sizes = {"dim": 96, "depth": 3, "num_heads": 4, "mlp_dim": 192, "num_classes": num_classes}
        shape = {"n_mels": n_mels, "n_frames": n_frames, "patch_size": patch_size, "stride": stride}
        return cls(**sizes, **shape, distilled=False, norm_eps=1e-6, rng=rng, dtype=dtype)  # type: ignore[arg-type]

    @classmethod
    def from_checkpoint(
        cls,
        path: str | os.PathLike[str],
        *,
        num_heads: int,
        n_mels: int = 128,
        n_frames: int | None = None,
        stride: int | tuple[int, int] | None = None,
        norm_eps: float | None = None,
        num_classes: int | None = None,
        rng: Rng = None,
        verbose: bool = True,
    ) -> Self:
        """A network with published weights; its sizes are read from the shapes in the file as far as possible.

        Parameters
        ----------
        path : str or path
            In the style of the original code or of Hugging Face; formats as for `load_checkpoint`.
        num_heads : int
            The one size that cannot be read from the shapes; 12 in the base model.
        n_mels : int
            Bands of the spectrograms; the positions are fitted if the file was trained on another number.
        n_frames : int, optional
            Frames of the spectrograms; by default those of the file.
        stride : int or pair of int, optional
            From patch to patch; by default 10 or 16, whichever fits the number of positions.
        norm_eps : float, optional
            By default as the style has it: 1e-12 for Hugging Face, 1e-6 (1e-5 in the head) for the original.
        num_classes : int, optional
            For transfer learning: this many new classes in place of those of the file, with random weights.
        rng : np.random.Generator or int, optional
            For new weights.
        verbose : bool
            Whether to print what was loaded, adapted, ignored and missing.

        Returns
        -------
        SpectrogramTransformer
            In evaluation mode.

        Raises
        ------
        ValueError
            A damaged file, or one whose shapes do not make such a network.
        """
        from npaudio.models.transformer_checkpoint import transformer_from_checkpoint

        wishes = {"n_mels": n_mels, "n_frames": n_frames, "stride": stride, "norm_eps": norm_eps}
        model, report = transformer_from_checkpoint(
            cls, path, num_heads=num_heads, num_classes=num_classes, rng=rng, **wishes
        )
        if verbose:
            print(report)
        return model.eval()

    def forward(self, x: np.ndarray) -> np.ndarray:  # (B, 1, n_mels, n_frames)
        logits = self.mlp_head(self.embed(x))  # (B, num_classes)
        self._keep(logits.shape, self.patch_embed.grid(*np.shape(x)[2:]))
        return logits

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """The chain rule from the logits to the spectrogram; see `_backward_to_patches`."""
        return self.patch_embed.backward(self._backward_to_patches(grad))

    def backward_to_parameters(self, grad: np.ndarray) -> None:
        """As `backward`, but without the gradient of the spectrogram, which a training does not need."""
        self.patch_embed.backward_to_parameters(self._backward_to_patches(grad))

    def _backward_to_patches(self, grad: np.ndarray) -> np.ndarray:
        """From the gradient of the logits to that of the patches (B, N, D).

        The embedding is the mean of the special tokens, so each receives an equal share of its gradient and the patches
        none: what the patches contribute, they contribute through attention, in the blocks.
        """
        (grid,) = self._recall(grad)
        share = self.mlp_head.backward(grad) / self.n_special  # (B, D)
        g = self.norm.backward(np.repeat(share[:, None], self.n_special, axis=1))  # (B, 2, D)
        g = self.blocks.backward(g)  # (B, 2 + N, D)
        self._add_token_grads(g, grid)
        return g[:, self.n_special :]

    def embed(self, x: np.ndarray) -> np.ndarray:
        """What the network makes of a clip, one vector (B, D): input for a new classifier (transfer learning)."""
        tokens = self._tokens(x)  # (B, 2 + N, D)
        *others, last = self._blocks()
        for block in others:
            tokens = block(tokens)
        special = last.forward(tokens, first=self.n_special)  # (B, 2, D); nothing below reads the other tokens
        return self.norm(special).mean(axis=1)

    def head(self) -> nn.Module:
        """Norm and linear layer from the embedding to the logits."""
        return self.mlp_head

    def hidden_states(self, x: np.ndarray) -> list[np.ndarray]:
        """The tokens (B, 2 + N, D) of `x`, as they enter the first block, and as they leave each; errors as `embed`."""
        return list(accumulate(self._blocks(), lambda tokens, block: block(tokens), initial=self._tokens(x)))

    def attention_maps(self, x: np.ndarray) -> np.ndarray:
        """Where the class token looks in `x`, for pictures over the spectrogram: (depth, B, H, F', T').

        Each map shows the weights of one head over the patches; they sum to 1 less what the special tokens get.
        Errors are those of `embed`.
        """
        grid, maps = self.patch_embed.grid(*np.shape(x)[2:]), []
        with evaluation(self):
            tokens = self._tokens(x)
            for block in self._blocks():
                weights = block.attn.weights(block.norm1(tokens), slice(0, 1))  # (B, H, 1, 2 + N)
                maps.append(weights[:, :, 0, self.n_special :].reshape(*weights.shape[:2], *grid))
                tokens = block(tokens)
        return np.stack(maps)

    def _tokens(self, x: np.ndarray) -> np.ndarray:
        """Patches as tokens, the special tokens before them, positions added to all: (B, 2 + N, D)."""
        x = np.asarray(x)
        check_spectrograms(self, x.shape)
        patches = self.patch_embed(x)  # (B, N, D)
        special = np.concatenate([token.data for token in self._special_tokens()], axis=1)  # (1, 2, D)
        special = np.broadcast_to(special, (len(x), *special.shape[1:]))
        tokens = np.concatenate([special, patches], axis=1)  # (B, 2 + N, D)
        tokens += fit_tokens(self.pos_embed.data[0], self.grid, self.patch_embed.grid(*x.shape[2:]))
        return tokens

    def _add_token_grads(self, g: np.ndarray, grid: Grid) -> None:
        """Special tokens and positions are the same for every clip, so their gradients are sums over the batch."""
        total = g.sum(axis=0)  # (2 + N, D)
        for number, token in enumerate(self._special_tokens()):
            token.grad[0, 0] += total[number]
        special, patches = np.split(total, [self.n_special])
        self.pos_embed.grad[0, : self.n_special] += special
        if grid != self.grid:
            patches = fit_positions_backward(patches, self.grid, grid)
        self.pos_embed.grad[0, self.n_special :] += patches

    def _blocks(self) -> list[nn.TransformerBlock]:
        return [block for block in self.blocks if isinstance(block, nn.TransformerBlock)]

    def _special_tokens(self) -> list[nn.Parameter]:
        return [self.cls_token] if self.dist_token is None else [self.cls_token, self.dist_token]
