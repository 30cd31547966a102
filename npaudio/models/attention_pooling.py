"""Attention pooling: from the scores of the frames to the score of the whole clip, with weights that are learned.

A clip label says that a dog barks somewhere, not when. The mean over all frames would raise the score of every frame,
also of those without the dog; the maximum would train a single frame at a time. Attention learns, for each class, how
much each frame counts.
"""

import numpy as np

from npaudio import nn
from npaudio.nn.activation import sigmoid
from npaudio.nn.lengths import Lengths, is_padding

SMALLEST = 1e-7  # weight of a frame, and probability of a clip, as in the DESED baseline


class AttentionPooling(nn.Module):
    """Clip logits (B, K) from frame logits and attention logits side by side, (B, N, 2 K).

    With p = sigmoid(frame logits) and w = softmax(attention logits) over the classes, the probability of a class in the
    clip is a weighted mean over time, P = Σ w p / Σ w; the result is its logit, log(P / (1 - P)).

    Used in lesson 08.

    See Also
    --------
    FrameCNN, CRNN : end in it.

    Notes
    -----
    The pooling of the DESED baseline (after Kong et al. 2018), which returns P itself. The two probabilities P and
    1 - P and the weights w are kept at 1e-7 or more.
    """

    def forward(self, x: np.ndarray, lengths: Lengths = None) -> np.ndarray:  # (B, N, 2 K)
        """Clip logits (B, K); with `lengths` (B,), frames from there on are padding and have no weight."""
        frames, attention = np.split(self._checked(x), 2, axis=-1)  # (B, N, K) each
        w = softmax(attention)
        clamped = w < SMALLEST
        w = np.maximum(w, w.dtype.type(SMALLEST))
        padding = is_padding(lengths, len(x), x.shape[1], caller="AttentionPooling")
        if padding is not None:
            w[padding] = 0
        share = w / w.sum(axis=1, keepdims=True)  # sums to 1 over time
        p, absent = sigmoid(frames), sigmoid(-frames)
        present, missing = (np.maximum((share * q).sum(axis=1), w.dtype.type(SMALLEST)) for q in (p, absent))
        self._keep(present.shape, p, absent, w, clamped, share, present, missing)
        return np.log(present) - np.log(missing)

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """dL/dP = g / (P (1 - P)); from P = Σ w p / Σ w follow dp = dP w / Σ w and dw = dP (p - P) / Σ w.

        Then sigmoid' = p (1 - p), and through the softmax dL/da_k = w_k (dw_k - Σ_j w_j dw_j).
        """
        p, absent, w, clamped, share, present, missing = self._recall(grad)
        grad_present = (grad / (present * missing))[:, None]  # (B, 1, K)
        grad_frames = grad_present * share * p * absent
        along_w = np.where(clamped, 0, grad_present * share * (p - present[:, None]))  # w dw
        grad_attention = along_w - w * along_w.sum(axis=-1, keepdims=True)
        return np.concatenate([grad_frames, grad_attention], axis=-1)

    def _checked(self, x: np.ndarray) -> np.ndarray:
        x = np.asarray(x)
        if x.dtype.kind != "f" or x.ndim != 3 or x.shape[2] % 2 or x.size == 0:
            raise ValueError(
                f"AttentionPooling: x is {x.dtype} of shape {x.shape}, expected floats (batch, n_frames, 2 n_classes): "
                "frame logits and attention logits, joined along the last axis"
            )
        return x


def softmax(x: np.ndarray) -> np.ndarray:
    """exp(x), divided by its sum over the last axis."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
