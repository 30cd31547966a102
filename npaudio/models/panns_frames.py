"""Cnn14 that answers for every moment: tags over time, and with them a first sound event detector.

The plain Cnn14 pools time away and then classifies. This one classifies every column of its last feature map, about a
third of a second, and takes the largest answer over time as the answer for the clip: the clip contains a dog if some
moment does. Trained on nothing but labels of whole clips, it learns *when* as well ("weak labels").

Source: Kong et al. 2020, section IV-D ("decision-level" networks); published as Cnn14_DecisionLevelMax.
"""

import numpy as np

from npaudio import nn
from npaudio.models.panns import Cnn14
from npaudio.nn.activation import sigmoid
from npaudio.nn.modes import evaluation


class Cnn14FrameWise(Cnn14):
    """Cnn14 that classifies every column of its last feature map; the clip gets the maximum over time.

    `forward` gives the logits of the clip, `segment_logits` those of every column. The weights have the same names and
    shapes as those of Cnn14, but were trained for this use (`Cnn14_DecisionLevelMax_mAP=0.385.pth`, Kong et al. 2020).

    Goes with lesson 08. Errors are those of `Cnn6`.

    Parameters
    ----------
    num_classes, **options
        As for `Cnn6`.

    See Also
    --------
    Cnn14 : tells what, but not when.
    """

    def __init__(self, num_classes: int = 527, **options: object) -> None:
        super().__init__(num_classes, **options)  # type: ignore[arg-type]
        self.over_time = NeighborPool()  # type: ignore[assignment]
        self.best_segment = BestSegment()

    def forward(self, x: np.ndarray) -> np.ndarray:  # (B, 1, n_mels, n_frames)
        y = self.best_segment(self._by_segment(x))  # (B, num_classes)
        self._keep(y.shape)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Only the segment that won receives a gradient for its class; from there on the chain rule as in Cnn14."""
        self._recall(grad)
        grad = self.best_segment.backward(grad)
        for layer in reversed([*self._embedding_layers(), self.head()]):
            grad = layer.backward(grad)
        return grad

    def segment_logits(self, x: np.ndarray) -> np.ndarray:
        """Logits (B, num_classes, n_frames // 32) of each column of the last feature map of `x`, as for `forward`."""
        with evaluation(self):
            return self._by_segment(x).transpose(0, 2, 1)

    def tag(self, y: np.ndarray, *, sr: float | None = None) -> dict[str, np.ndarray]:
        """Probability of every class at every moment of a recording.

        Parameters
        ----------
        y : np.ndarray (..., n_samples)
            Waveform in the range ±1.
        sr : float, optional
            Its sample rate in Hz; None: that of the front end.

        Returns
        -------
        dict
            "framewise_output" (..., num_classes, n_frames), one column per frame of the front end (10 ms), each segment
            repeated over its 32 frames; "clipwise_output" (..., num_classes); "embedding" (..., E), its mean over time.
        """
        x, leading = self.spectrograms(y, sr=sr)
        with evaluation(self):
            embeddings = self.embed(x)  # (B, n_segments, E)
            segments = sigmoid(self.head()(embeddings)).transpose(0, 2, 1)  # (B, num_classes, n_segments)
        framewise = _to_frames(segments, self._shortest(), x.shape[3])
        outputs = {"clipwise_output": segments.max(axis=2), "embedding": embeddings.mean(axis=1)}
        flat = {name: value.reshape(*leading, -1) for name, value in outputs.items()}
        return {"framewise_output": framewise.reshape(*leading, *framewise.shape[1:]), **flat}

    def _by_segment(self, x: np.ndarray) -> np.ndarray:
        return self.head()(self.embed(x))  # (B, n_segments, num_classes)


class NeighborPool(nn.Module):
    """Maximum plus mean of each moment and its two neighbors, with time moved forward: (B, C, T) -> (B, T, C).

    The means divide by 3 at the ends too, where a neighbor is missing, as the published code does.
    """

    def __init__(self) -> None:
        super().__init__()
        self.maximum = nn.MaxPool2d((1, 3), stride=1, padding=(0, 1))
        self.mean = nn.AvgPool2d((1, 3), stride=1, padding=(0, 1))

    def forward(self, x: np.ndarray) -> np.ndarray:  # (B, C, T)
        images = x[:, :, None]  # (B, C, 1, T)
        y = (self.maximum(images) + self.mean(images))[:, :, 0].transpose(0, 2, 1)
        self._keep(y.shape)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """The sum of what comes back through the two poolings."""
        self._recall(grad)
        images = grad.transpose(0, 2, 1)[:, :, None]
        return (self.maximum.backward(images) + self.mean.backward(images))[:, :, 0]


class BestSegment(nn.Module):
    """The largest logit over time: (B, T, K) -> (B, K)."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        winner = x.argmax(axis=1)[:, None]  # (B, 1, K)
        y = np.take_along_axis(x, winner, axis=1)[:, 0]
        self._keep(y.shape, winner, x.shape)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """All of the gradient goes to the segment that won."""
        winner, shape = self._recall(grad)
        grad_x = np.zeros(shape, grad.dtype)
        np.put_along_axis(grad_x, winner, grad[:, None], axis=1)
        return grad_x


def _to_frames(segments: np.ndarray, ratio: int, n_frames: int) -> np.ndarray:
    """Repeat each segment over its frames; the last one also fills what the poolings left over."""
    frames = np.repeat(segments, ratio, axis=2)[..., :n_frames]
    missing = n_frames - frames.shape[2]
    return np.concatenate([frames, np.repeat(frames[..., -1:], missing, axis=2)], axis=2)
