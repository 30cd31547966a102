"""A trained event detector: which sounds, and from when to when, in files, waveforms and endless streams.

    detector = open_detector()                       # the one that comes with the package
    detector.detect("street.wav")                    # [Event(onset=0.9, offset=2.3, label='dog', confidence=0.8), ...]
    for event in detector.stream(blocks): ...        # events while they happen

Conventions: times in seconds from the first sample; events sorted by onset.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, Self

import numpy as np

from npaudio.frontend import Frontend
from npaudio.models import FrameCNN
from npaudio.pipeline.model_file import damage_told, frontend_of, read_model, write_model
from npaudio.pipeline.recordings import Recording, blocks_of
from npaudio.sed import Event, PostProcessing
from npaudio.streaming import StreamingDetector


class EventDetector:
    """A convolutional network with the front end, the names and the post-processing that belong to its weights.

    Goes with lesson 08.

    Parameters
    ----------
    network : FrameCNN
        Trained.
    frontend : Frontend
        Of the training, with its mean and deviation as the last step.
    postprocessing : PostProcessing
        Settings of each class.
    sizes : mapping
        Arguments that `network` was made with, for the model file.

    See Also
    --------
    AudioClassificationPipeline : what sounds, but not when.
    npaudio.streaming.StreamingDetector : does the work.
    """

    def __init__(
        self, network: FrameCNN, frontend: Frontend, postprocessing: PostProcessing, sizes: dict[str, Any]
    ) -> None:
        self.network, self.frontend, self.postprocessing, self.sizes = network, frontend, postprocessing, sizes

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self.postprocessing.labels

    @property
    def latency(self) -> float:
        """Seconds after its end within which `stream` gives an event."""
        return self._streaming().latency

    def detect(self, recording: Recording | Iterator[np.ndarray], *, sr: int | None = None) -> list[Event]:
        """All events of a file or a waveform, in memory that does not depend on its length.

        Parameters
        ----------
        recording : path, np.ndarray (n_samples,) or (channels, n_samples), or iterator of blocks (n_samples,)
        sr : int, optional
            Sample rate in Hz of a waveform. None: the front end's.

        Returns
        -------
        list of Event
            Sorted by onset.

        Raises
        ------
        ValueError
            A file that cannot be read, integer samples, NaN.
        """
        rate = self.frontend.sr
        given = rate if sr is None else sr
        blocks = recording if isinstance(recording, Iterator) else blocks_of(recording, given, target_sr=rate)
        events = self.stream(blocks)
        return sorted(events, key=lambda event: (event.onset, self.labels.index(event.label)))

    def stream(self, blocks: Iterable[np.ndarray]) -> Iterator[Event]:
        """Events as they become certain.

        Parameters
        ----------
        blocks : iterable of np.ndarray (n_samples,)
            Mono samples at the front end's rate, of any lengths.

        Yields
        ------
        Event

        Raises
        ------
        ValueError
            Samples that are not floats of shape (n_samples,).
        """
        return self._streaming().stream(blocks)

    def _streaming(self) -> StreamingDetector:
        return StreamingDetector(
            self.network, frontend=self.frontend, labels=self.labels, postprocessing=self.postprocessing
        )

    def save(self, path: str | os.PathLike[str], *, dtype: np.typing.DTypeLike = np.float32) -> None:
        """Write everything that detection needs to one file, readable without pickle.

        Parameters
        ----------
        path : str or path
            Ends in `.npz`.
        dtype : float32 or float16
            Of the weights in the file.

        Raises
        ------
        ValueError
            Another ending than `.npz`, or another `dtype`.
        """
        header = {
            "frontend": self.frontend,
            "sizes": self.sizes,
            "postprocessing": asdict(self.postprocessing),
            "class_names": self.labels,
        }
        write_model(path, "detector", header, self.network.state_dict(), dtype=dtype)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a detector that `save` wrote.

        Parameters
        ----------
        path : str or path

        Returns
        -------
        EventDetector

        Raises
        ------
        ModelFileError
            A damaged file, something else, or a newer format.
        OSError
            There is no such file.
        """
        header, weights = read_model(path, "detector")
        with damage_told(path):
            sizes = {name: _tupled(value) for name, value in header["sizes"].items()}
            network = FrameCNN(**sizes)
            network.load_state_dict(weights)
            settings = PostProcessing(**{name: _tupled(value) for name, value in header["postprocessing"].items()})
            return cls(network.eval(), frontend_of(header["frontend"]), settings, sizes)


def _tupled(value: Any) -> Any:
    """Lists as tuples again; JSON has only lists."""
    return tuple(map(_tupled, value)) if isinstance(value, Sequence) and not isinstance(value, str) else value
