"""A trained classifier: a network with the statistics, the names and the calibration that belong to its weights."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from npaudio import nn, training
from npaudio.audio import fix_length, normalize_peak
from npaudio.nn.activation import sigmoid
from npaudio.nn.loss import log_softmax
from npaudio.pipeline.images import Images
from npaudio.pipeline.networks import make_network
from npaudio.pipeline.settings import PipelineSettings

BATCH = 16  # windows that go through the network at once


@dataclass
class Fitted:
    """What `fit` makes.

    Parameters
    ----------
    network : nn.Module
    images : Images
        Front end with mean and deviation of the clips that were learned from.
    class_names : tuple of str
    size : int
        Samples of a clip.
    multi_label : bool
    shifts : int
        Views of a clip, rolled in time by equal steps, whose scores are averaged.
    history : History
    temperature : float
        Scores are divided by it before the softmax or sigmoid; see `calibrate`.
    unknown_below : float
        Probability of the likeliest class under which the answer is "unknown"; 0: never.
    """

    network: nn.Module
    images: Images
    class_names: tuple[str, ...]
    size: int
    multi_label: bool = False
    shifts: int = 1
    history: training.History = field(default_factory=training.History)
    temperature: float = 1.0
    unknown_below: float = 0.0

    def scores(self, windows: Iterable[np.ndarray]) -> np.ndarray:
        """Mean scores (n_classes,) over windows of at most `size` samples, a batch at a time."""
        total, count = np.zeros(len(self.class_names)), 0
        for batch in _batches(windows):
            clips = np.stack([normalize_peak(fix_length(window, size=self.size)) for window in batch])
            total += self._of_images(self.images(clips)).sum(axis=0, dtype=np.float64)
            count += len(batch)
        if count == 0:
            raise ValueError("the recording holds no samples")
        return total / count

    def _of_images(self, images: np.ndarray) -> np.ndarray:
        steps = np.linspace(0, images.shape[-1], self.shifts, endpoint=False).astype(int)
        views = [training.predict(self.network, np.roll(images, step, axis=-1)) for step in steps]
        return np.mean(views, axis=0)

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """Softmax of scores (..., n_classes) over the temperature; their sigmoid for several labels."""
        scaled = scores / self.temperature
        return sigmoid(scaled) if self.multi_label else np.exp(log_softmax(scaled))

    def calibrate(self, scores: np.ndarray, y_true: np.ndarray) -> float:
        """Set the temperature under which held-out clips are likeliest (Guo et al. 2017, section 4.2).

        Parameters
        ----------
        scores : np.ndarray (n_clips, n_classes)
            Of clips that were not learned from.
        y_true : np.ndarray (n_clips,) of int

        Returns
        -------
        float
            The temperature.
        """
        loss, candidates = nn.CrossEntropyLoss(), np.geomspace(0.1, 10, 401)
        losses = [loss(np.asarray(scores, np.float64) / t, np.asarray(y_true)) for t in candidates]
        self.temperature = float(candidates[int(np.argmin(losses))])
        return self.temperature

    def header(self) -> dict[str, Any]:
        """Everything but the weights and the settings, for the model file."""
        return {
            "class_names": self.class_names,
            "mean": self.images.mean,
            "deviation": self.images.deviation,
            "temperature": self.temperature,
            "unknown_below": self.unknown_below,
            "history": self.history.to_dict(),
        }


def restored(settings: PipelineSettings, header: Mapping[str, Any], weights: Mapping[str, np.ndarray]) -> Fitted:
    """The trained classifier of a model file."""
    names = tuple(map(str, header["class_names"]))
    network = make_network(settings.model, settings.recipe, settings.max_samples, len(names), seed=0)
    network.load_state_dict(weights)
    network.eval()
    return Fitted(
        network,
        Images(settings.recipe, float(header["mean"]), float(header["deviation"])),
        names,
        size=settings.max_samples,
        multi_label=bool(settings.multi_label),
        shifts=int(settings.shifts),
        history=training.History.from_dict(header["history"]),
        temperature=float(header["temperature"]),
        unknown_below=float(header["unknown_below"]),
    )


def _batches(windows: Iterable[np.ndarray]) -> Iterator[list[np.ndarray]]:
    remaining = iter(windows)
    while batch := list(islice(remaining, BATCH)):
        yield batch
