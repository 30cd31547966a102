"""What networks for sound events share: logits for every frame, and by attention pooling logits for the clip.

    frames = model(spectrograms)          # (B, K, N'): train with strong labels, or detect
    clips = model.clip_logits()           # (B, K), of the same pass: train with weak labels, or tag
    model.backward(grad_frames, grad_clips)

Conventions: spectrograms (B, 1, n_mels, n_frames); frame logits (B, K, N') with N' = n_frames // time_pooling, as
`npaudio.sed` takes them after a sigmoid. Frame i of the output lasts from `i * time_pooling * hop_length / sr` seconds
to the beginning of the next.
"""

import numpy as np

from npaudio import nn
from npaudio.models.attention_pooling import AttentionPooling
from npaudio.models.spectrogram_shapes import check_spectrograms
from npaudio.nn.init import Rng
from npaudio.nn.lengths import Lengths


class FrameDetector(nn.Module):
    """Base class: a subclass computes features (B, N', D) of each frame, and their gradient.

    Both heads, of the frames and of the clip, are those of the DESED baseline (DCASE task 4).

    Explained in lesson 08.

    Attributes
    ----------
    n_mels, num_classes : int
    time_pooling : int
        Frames of the spectrogram that one frame of the output covers.
    context_frames : int or None
        How many frames of the spectrogram before and after its own a frame of the output depends on at most; None if
        it depends on all.

    See Also
    --------
    FrameCNN, CRNN : the two detectors of this room.
    """

    n_mels: int
    num_classes: int
    time_pooling: int
    context_frames: int | None
    dense: nn.Linear
    dense_softmax: nn.Linear

    def features(self, x: np.ndarray, lengths: Lengths) -> tuple[np.ndarray, Lengths]:
        """From `x` (B, 1, n_mels, N) and `lengths` (B,) in frames or None: features (B, N', D), and their lengths."""
        raise NotImplementedError

    def features_backward(self, grad: np.ndarray) -> np.ndarray:
        """dL/dx, (B, 1, n_mels, N), from `grad`, that of the features (B, N', D)."""
        raise NotImplementedError

    def _add_heads(self, n_features: int, rng: Rng, dtype: np.typing.DTypeLike) -> None:
        """The layers for frame logits and attention, under the names of the DESED baseline."""
        self.dense = nn.Linear(n_features, self.num_classes, rng=rng, dtype=dtype)
        self.dense_softmax = nn.Linear(n_features, self.num_classes, rng=rng, dtype=dtype)
        self.pooling = AttentionPooling()

    def forward(self, x: np.ndarray, lengths: Lengths = None) -> np.ndarray:  # (B, 1, n_mels, n_frames)
        """Frame logits (B, K, N'). With `lengths` (B,), in frames of the input, later frames are padding."""
        x = np.asarray(x)
        because = "for one frame of the output"
        check_spectrograms(self, x.shape, shortest=self.time_pooling, because=because)
        h, pooled_lengths = self.features(x, lengths)  # (B, N', D)
        frames = self.dense(h)  # (B, N', K)
        self._keep((len(x), self.num_classes, h.shape[1]), h, frames, pooled_lengths)
        return frames.swapaxes(1, 2)

    def clip_logits(self) -> np.ndarray:
        """Logits (B, K) of the clips of the last forward pass; ValueError if there was none."""
        if self._kept is None:
            raise ValueError(f"{type(self).__name__}.clip_logits: no clips were seen; call forward(x) first")
        _, h, frames, lengths = self._kept
        return self.pooling(np.concatenate([frames, self.dense_softmax(h)], axis=-1), lengths)

    def backward(self, grad: np.ndarray | None, grad_clips: np.ndarray | None = None) -> np.ndarray:
        """dL/dx from `grad` of the frame logits, `grad_clips` of the clip logits (B, K) after `clip_logits()`, or both.

        The features feed both heads, so their gradients add up; and the frame logits feed the pooling.
        """
        if grad is None:
            grad = np.zeros(self._kept[0] if self._kept else (), np.float32)
        h = self._recall(grad)[0]
        grad_frames = grad.swapaxes(1, 2).astype(h.dtype)  # (B, N', K)
        if grad_clips is None:
            return self.features_backward(self.dense.backward(grad_frames))
        through_frames, attention = np.split(self.pooling.backward(grad_clips), 2, axis=-1)
        grad_h = self.dense.backward(grad_frames + through_frames) + self.dense_softmax.backward(attention)
        return self.features_backward(grad_h)


class ClipTagger(nn.Module):
    """A detector as a tagger: clip logits (B, K) of spectrograms, so that `training.fit` can use weak labels.

    Weak labels say what sounds in a clip, not when (Kumar and Raj 2016).

    Explained in lesson 08.

    Parameters
    ----------
    detector : FrameDetector
        Its weights are trained in place.

    See Also
    --------
    npaudio.nn.BCEWithLogitsLoss : the loss for tags.
    """

    def __init__(self, detector: FrameDetector) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.detector(x)
        return self.detector.clip_logits()

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """The chain rule, with no gradient for the frames themselves."""
        return self.detector.backward(None, grad)
