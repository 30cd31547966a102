"""Cnn6, Cnn10 and Cnn14: the convolutional networks that were trained on AudioSet's two million clips (PANNs).

They are what AudioCNN is, on a larger scale: blocks of convolution, BatchNorm and ReLU, each followed by a pooling that
halves both axes while the channels double. What is special is how they treat time at the end: the mean over frequency,
then the maximum over time *plus* the mean over time. The maximum finds a dog that barks once, the mean a rain that
lasts.

Conventions: spectrograms (B, 1, n_mels, n_frames) as `Frontend.panns()` makes them, logits (B, num_classes). All names
of parameters are the published ones, from `bn0.weight` to `fc_audioset.bias`.

Source: Kong et al. 2020, "PANNs: Large-Scale Pretrained Audio Neural Networks", table III.
"""

import os
from typing import ClassVar, Self

import numpy as np

from npaudio import nn
from npaudio.checkpoints import CheckpointFile, open_checkpoint
from npaudio.checkpoints.key_styles import Match, match_panns
from npaudio.checkpoints.loading import LoadReport, fill, no_draws
from npaudio.frontend import Frontend
from npaudio.models.panns_blocks import BandNorm, ConvBlock, MaxPlusMean, MeanOverFrequency
from npaudio.models.spectrogram_shapes import check_spectrograms
from npaudio.models.tagging import Tagger, wake_dropout
from npaudio.nn.init import Rng, as_rng


class PannsCNN(Tagger):
    """What Cnn6, Cnn10 and Cnn14 share; make one of those.

    Parameters are those of `Cnn6`.
    """

    published_channels: ClassVar[tuple[int, ...]] = (64, 128, 256, 512)
    published_embed_dim: ClassVar[int] = 512
    kernel_size: ClassVar[int] = 3
    n_convs: ClassVar[int] = 2
    pools: ClassVar[tuple[int, ...]] = (2, 2, 2, 2)
    head_names: ClassVar[tuple[str, ...]] = ("fc_audioset.weight", "fc_audioset.bias")

    def __init__(
        self,
        num_classes: int = 527,
        *,
        n_mels: int = 64,
        channels: tuple[int, ...] | None = None,
        embed_dim: int | None = None,
        rng: Rng = None,
        dtype: np.typing.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        channels = self.published_channels if channels is None else tuple(channels)
        embed_dim = self.published_embed_dim if embed_dim is None else embed_dim
        self._check_sizes(n_mels, channels)
        generator = as_rng(rng)
        self.frontend = Frontend.panns()
        self.n_mels, self.num_classes, self.embed_dim = n_mels, num_classes, embed_dim
        self.bn0 = BandNorm(n_mels, dtype=dtype)
        options = {"kernel_size": self.kernel_size, "n_convs": self.n_convs, "rng": generator, "dtype": dtype}
        for number, (n_in, n_out, pool) in enumerate(zip((1, *channels), channels, self.pools, strict=False), 1):
            setattr(self, f"conv_block{number}", ConvBlock(n_in, n_out, pool=pool, **options))  # type: ignore[arg-type]
        self.over_frequency, self.over_time = MeanOverFrequency(), MaxPlusMean()
        self.drop1, self.relu = nn.Dropout(0.5, rng=generator), nn.ReLU()
        self.fc1 = nn.Linear(channels[-1], embed_dim, rng=generator, dtype=dtype)
        self.drop2 = nn.Dropout(0.5, rng=generator)
        self.fc_audioset = nn.Linear(embed_dim, num_classes, rng=generator, dtype=dtype)

    @classmethod
    def from_checkpoint(
        cls, path: str | os.PathLike[str], *, num_classes: int | None = None, rng: Rng = None, verbose: bool = True
    ) -> Self:
        """A network with published weights; all sizes are read from the shapes in the file.

        Parameters
        ----------
        path : str or path
            `.pth` as published by Kong et al., `.safetensors` or `.npz`; see `npaudio.checkpoints.load_checkpoint`.
        num_classes : int, optional
            For transfer learning: this many new classes in place of those of the file, with random weights.
        rng : np.random.Generator or int, optional
            For new weights and for dropout.
        verbose : bool
            Whether to print what was loaded, ignored and missing.

        Returns
        -------
        Cnn6, Cnn10 or Cnn14
            In evaluation mode.

        Raises
        ------
        ValueError
            A damaged file, or one that holds another network.
        """
        with open_checkpoint(path, caller=f"{cls.__name__}.from_checkpoint") as file:
            match = match_panns(file.entries)
            model, report = cls._filled(file, match, num_classes)
        if verbose:
            print(report)
        wake_dropout(model, rng)
        if report.missing:
            fresh = nn.Linear(model.embed_dim, model.num_classes, rng=rng)
            model.fc_audioset.load_state_dict(fresh.state_dict())
        return model.eval()

    @classmethod
    def _filled(cls, file: CheckpointFile, match: Match, num_classes: int | None) -> tuple[Self, LoadReport]:
        def size(name: str, axis: int = 0) -> int:
            entry = file.entries.get(match.sources.get(name, {}).get(0, ""))
            if entry is None or len(entry.shape) <= axis:
                raise ValueError(
                    f"{cls.__name__}.from_checkpoint: {file.path!r} has no {name}; check that it holds a {cls.__name__}"
                )
            return entry.shape[axis]

        channels = tuple(size(f"conv_block{number}.conv1.weight") for number in range(1, len(cls.pools) + 1))
        classes = size("fc_audioset.weight")
        sizes = {"n_mels": size("bn0.weight"), "channels": channels, "embed_dim": size("fc1.weight")}
        model = cls(num_classes or classes, **sizes, rng=no_draws())  # type: ignore[arg-type]
        return model, fill(model, file, match, new=cls.head_names if num_classes else ())

    def forward(self, x: np.ndarray) -> np.ndarray:  # (B, 1, n_mels, n_frames)
        y = self.head()(self.embed(x))  # (B, num_classes)
        self._keep(y.shape)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """The chain rule: logits to embedding, embedding to blocks, blocks to the spectrogram."""
        self._recall(grad)
        for layer in reversed([*self._embedding_layers(), self.head()]):
            grad = layer.backward(grad)
        return grad

    def embed(self, x: np.ndarray) -> np.ndarray:
        """What the network makes of a clip, one vector (B, E): input for a new classifier (transfer learning)."""
        x = np.asarray(x)
        because = "since the poolings divide them by that"
        check_spectrograms(self, x.shape, shortest=self._shortest(), because=because)
        for layer in self._embedding_layers():
            x = layer(x)
        return x

    def head(self) -> nn.Sequential:
        """Dropout and the linear layer from the embedding to the logits."""
        return nn.Sequential(self.drop2, self.fc_audioset)

    def _embedding_layers(self) -> list[nn.Module]:
        pooled = [self.over_frequency, self.over_time]  # (B, C, T', F') to (B, C)
        return [self.bn0, *self._blocks(), *pooled, self.drop1, self.fc1, self.relu]

    def _blocks(self) -> list[nn.Module]:
        return [getattr(self, f"conv_block{number}") for number in range(1, len(self.pools) + 1)]

    @classmethod
    def _shortest(cls) -> int:
        """Bands, and frames, that the poolings halve to one."""
        return int(np.prod(cls.pools))

    def _check_sizes(self, n_mels: int, channels: tuple[int, ...]) -> None:
        if len(channels) != len(self.pools):
            raise ValueError(f"{type(self).__name__}: expected channels of {len(self.pools)} blocks, got {channels}")
        if n_mels < self._shortest():
            raise ValueError(
                f"{type(self).__name__}: n_mels must be at least {self._shortest()}, since the poolings divide it by "
                f"that; got {n_mels}"
            )


class Cnn6(PannsCNN):
    """Four blocks of one 5 x 5 convolution: 64, 128, 256, 512 channels. 4,837,455 parameters with 527 classes.

    AudioSet mAP 0.343 (Kong et al. 2020).

    Explained in lesson 05.

    Parameters
    ----------
    num_classes : int
        Number of logits; 527 for AudioSet.
    n_mels : int
        Mel bands of the spectrograms.
    channels : sequence of int, optional
        Channels of each block; the published ones by default. Smaller ones make a smaller network of the same kind.
    embed_dim : int, optional
        Length of the embedding; the published one by default.
    rng : np.random.Generator or int, optional
        For the initial weights and for dropout.
    dtype : dtype
        Of the parameters; float32 or float64.

    Raises
    ------
    ValueError
        Another number of `channels` than there are blocks, or fewer bands than the poolings need.

    See Also
    --------
    Cnn10, Cnn14 : larger ones.
    npaudio.Frontend : `panns()` makes its spectrograms.

    Examples
    --------
    >>> model = Cnn6(num_classes=10, rng=0).eval()
    >>> model(np.zeros((2, 1, 64, 100), np.float32)).shape
    (2, 10)
    """

    kernel_size = 5
    n_convs = 1


class Cnn10(PannsCNN):
    """Four blocks of two 3 x 3 convolutions: 64, 128, 256, 512 channels. 5,219,279 parameters with 527 classes.

    Parameters and errors are those of `Cnn6`. AudioSet mAP 0.380 (Kong et al. 2020).

    Explained in lesson 05.

    See Also
    --------
    Cnn6 : a smaller one; Cnn14 is larger.
    npaudio.Frontend : `panns()` makes its spectrograms.
    """


class Cnn14(PannsCNN):
    """Six blocks of two 3 x 3 convolutions, up to 2,048 channels. 80,753,615 parameters with 527 classes.

    Parameters and errors are those of `Cnn6`. The last block does not pool. The shortest recording has 9,920 samples
    (0.31 s). AudioSet mAP 0.431 (Kong et al. 2020).

    Explained in lesson 05.

    See Also
    --------
    Cnn14FrameWise : also tells when.
    npaudio.Frontend : `panns()` makes its spectrograms.
    """

    published_channels = (64, 128, 256, 512, 1024, 2048)
    published_embed_dim = 2048
    pools = (2, 2, 2, 2, 2, 1)
