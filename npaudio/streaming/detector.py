"""Detect events in sound that has no end: bounded memory, a stated latency, any chunk sizes.

A frame of a convolutional network depends on `context_frames` frames on either side and on nothing else. So the stream
is cut into blocks of frames, and the network sees each block with its context; its output for the context is dropped.
At the beginning of the stream nothing comes before the block, so that the network pads there, and only there, as it
does for a whole recording.

Conventions: blocks lie on a grid that counts from the first sample. The chunks in which samples come in decide when a
block is computed, but not what it holds.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Unpack

import numpy as np

from npaudio._core.checks import Check
from npaudio.frontend import Frontend
from npaudio.models import FrameDetector
from npaudio.nn.activation import sigmoid
from npaudio.sed import Event
from npaudio.sed.settings import Settings, chosen_settings
from npaudio.streaming.running_events import RunningEvents

DEFAULT_CONTEXT = 2.0  # seconds on either side for networks that look at everything


class StreamingDetector:
    """Takes samples as they come and returns the events that have become certain.

    For a convolutional network the events are those of the whole recording. A recurrent network looks at everything
    before and after; here it is given `context` seconds, so that its events may differ a little.

    Explained in lesson 08.

    Parameters
    ----------
    model : FrameDetector
        Trained network, such as `models.FrameCNN`; it is put into evaluation mode.
    frontend : Frontend
        What the network was trained on. It must not need the whole recording: no `top_db`, no `n_frames`, and if frames
        are centered, padding by zeros.
    labels : sequence of str
        Names of the classes.
    block : float
        Seconds of a block. A longer one costs latency, a shorter one time: the context is computed with each block.
    context : float, optional
        Seconds of context on either side, for networks whose `context_frames` is None; 2 by default.
    **settings
        Of the post-processing, as for `sed.detect_events`: `threshold=0.4`, `median=0.2`, `postprocessing=tuned`.

    Attributes
    ----------
    latency : float
        Seconds after its end within which an event is returned, if the computer keeps up.
    hop_length : int
        Samples from one frame of the network's output to the next.

    Raises
    ------
    ValueError
        Another number of labels than the network has, a front end that needs the whole recording, or settings that
        `sed.detect_events` refuses.

    See Also
    --------
    npaudio.pipeline.EventDetector : one that comes from a file.
    npaudio.sed.detect_events : the same for a whole recording.

    Examples
    --------
    >>> from npaudio.models import FrameCNN
    >>> model = FrameCNN(num_classes=2, rng=0)
    >>> detector = StreamingDetector(model, frontend=Frontend(hop_length=256), labels=["Dog", "Cat"])
    >>> events = []
    >>> for chunk in np.split(np.zeros(16000, np.float32), 10):
    ...     events += detector.push(chunk)
    >>> events += detector.finish()
    >>> f"{detector.latency:.2f} s"
    '0.99 s'
    """

    def __init__(
        self,
        model: FrameDetector,
        *,
        frontend: Frontend,
        labels: Sequence[str],
        block: float = 0.5,
        context: float | None = None,
        **settings: Unpack[Settings],
    ) -> None:
        self._check_parts = Check("StreamingDetector")
        self.model = model.eval()
        self.frontend = self._streamable(frontend)
        self.sr, self.hop_length = frontend.sr, frontend.hop_length * model.time_pooling
        self.context_frames = self._context(context)
        block_seconds = self._check_parts.positive(block, "block")
        self.block_frames = max(1, round(block_seconds * self.sr / self.hop_length))  # of the output
        given, about = settings.pop("postprocessing", None), (labels, self.hop_length, self.sr)
        self.postprocessing = chosen_settings(self._check_parts, given, settings, *about)
        self.labels = self.postprocessing.labels
        self._padding, self._frame_length = frontend.framing.padding, frontend.framing.frame_length
        self.reset()

    @property
    def latency(self) -> float:
        """Frames until the event is closed, until the block is full, and the block's context; then a whole frame."""
        certain = self._events.delay_frames + self.block_frames
        samples = certain * self.hop_length + self.context_frames * self.frontend.hop_length
        return (samples + self._frame_length - self._padding) / self.sr

    def reset(self) -> None:
        """Begin a new stream; ValueError if the settings of the post-processing have hysteresis by now."""
        self._events = RunningEvents(self.postprocessing)
        self._frames_out = 0  # frames of the output so far
        self._first_frame = 0  # number of the first frame of the spectrogram that is held
        self._spectrogram = np.zeros((self.frontend.n_mels, 0), np.float32)
        first_block = self._samples_for(self._frames_needed())
        self._buffer = np.zeros(
            max(first_block, self._samples_for(self.block_frames * self.model.time_pooling)), np.float32
        )
        self._filled = self._padding  # zeros before the first sample
        self._wanted = first_block

    def push(self, y: np.ndarray) -> list[Event]:
        """Take in the next samples.

        Parameters
        ----------
        y : np.ndarray (n_samples,)
            Mono, at the front end's rate; any number of samples, also none.

        Returns
        -------
        list of Event
            Events that have become certain, times counted from the beginning of the stream. Mostly empty.

        Raises
        ------
        ValueError
            Samples that are not one-dimensional and floating; or, when their block is complete, NaN or infinite.
        """
        y = self._checked(y)
        n, filled = len(y), self._filled
        if filled + n < self._wanted:
            self._buffer[filled : filled + n] = y
            self._filled = filled + n
            return []
        events: list[Event] = []
        while len(y):
            taken = y[: self._wanted - self._filled]
            self._buffer[self._filled : self._filled + len(taken)] = taken
            self._filled += len(taken)
            y = y[len(taken) :]
            if self._filled == self._wanted:
                events += self._block(self._frames_needed())
        return events

    def finish(self) -> list[Event]:
        """The stream is at its end: the last events; errors as `push`. Afterwards another stream may begin."""
        events = self.push(np.zeros(self._padding, np.float32))
        n_frames = max(0, 1 + (self._filled - self._frame_length) // self.frontend.hop_length)
        events += self._block(n_frames, last=True) + self._events.finish()
        self.reset()
        return events

    def detect(self, y: np.ndarray) -> list[Event]:
        """All events of a recording, in memory that does not depend on its length.

        Parameters
        ----------
        y : np.ndarray (n_samples,)
            Mono, at the front end's rate.

        Returns
        -------
        list of Event
            Sorted by onset, as `sed.detect_events` gives them.
        """
        self.reset()
        return sorted([*self.push(y), *self.finish()], key=self._order)

    def stream(self, chunks: Iterable[np.ndarray]) -> Iterator[Event]:
        """Events of a stream of chunks, one after the other, as they become certain.

        Parameters
        ----------
        chunks : iterable of np.ndarray (n_samples,)
            Such as blocks from a microphone.

        Yields
        ------
        Event
            In the order in which they become certain.
        """
        self.reset()
        for chunk in chunks:
            yield from self.push(chunk)
        yield from self.finish()

    def _block(self, n_frames: int, *, last: bool = False) -> list[Event]:
        """Compute the next frames of the spectrogram, and the network's output for those whose context has come in."""
        self._spectrogram = np.concatenate([self._spectrogram, self._next_frames(n_frames)], axis=1)
        pooling, total = self.model.time_pooling, self._first_frame + self._spectrogram.shape[1]
        stop = total // pooling if last else (total - self.context_frames) // pooling
        if stop <= self._frames_out:
            return []
        logits = self.model(self._spectrogram[None, None])[0]  # (n_classes, n)
        first = self._first_frame // pooling
        scores = sigmoid(logits[:, self._frames_out - first : stop - first])
        self._frames_out = stop
        self._forget(max(0, stop * pooling - self.context_frames))
        self._wanted = self._samples_for(self._frames_needed())
        return self._events.push(scores)

    def _next_frames(self, n_frames: int) -> np.ndarray:
        """The next frames of the spectrogram; samples that no later frame needs leave the buffer."""
        if n_frames == 0:
            return self._spectrogram[:, :0]
        y = self._buffer[: (n_frames - 1) * self.frontend.hop_length + self._frame_length]
        S = self.frontend(y)
        used = n_frames * self.frontend.hop_length
        self._filled -= used
        self._buffer[: self._filled] = self._buffer[used : used + self._filled].copy()
        return S

    def _forget(self, frame: int) -> None:
        """Drop the frames of the spectrogram before this one."""
        self._spectrogram = self._spectrogram[:, frame - self._first_frame :]
        self._first_frame = frame

    def _frames_needed(self) -> int:
        """Frames of the spectrogram that the next block needs beyond those that are held."""
        stop = (self._frames_out + self.block_frames) * self.model.time_pooling + self.context_frames
        return stop - self._first_frame - self._spectrogram.shape[1]

    def _samples_for(self, n_frames: int) -> int:
        return (n_frames - 1) * self.frontend.hop_length + self._frame_length

    def _order(self, event: Event) -> tuple[float, int]:
        return event.onset, self.labels.index(event.label)

    def _checked(self, y: np.ndarray) -> np.ndarray:
        y = np.asarray(y)
        if y.ndim != 1 or y.dtype.kind != "f":
            raise self._check_parts.error(
                f"samples must be floats of shape (n_samples,), got {y.dtype} of shape {y.shape}; "
                "mix channels with npaudio.to_mono, divide 16-bit integers by 32768"
            )
        return y

    def _streamable(self, frontend: Frontend) -> Frontend:
        """The recipe without padding, which is done here; refused if it looks at the whole recording."""
        if not isinstance(frontend, Frontend):
            raise self._check_parts.error(
                f"frontend must be a Frontend, got {frontend!r}; pass the one of the training"
            )
        if frontend.n_mels != self.model.n_mels:
            raise self._check_parts.error(
                f"the network was built for {self.model.n_mels} mel bands, the front end has {frontend.n_mels}; "
                "pass the front end of the training"
            )
        faults = {"top_db": frontend.top_db, "n_frames": frontend.n_frames}
        fault = next((f"{name}={value}" for name, value in faults.items() if value is not None), None)
        if frontend.center and frontend.pad_mode != "constant":
            fault = f"pad_mode={frontend.pad_mode!r}"
        if fault:
            raise self._check_parts.error(
                f"the front end has {fault}, which needs the whole recording; train with a front end without it"
            )
        return replace(frontend, center=False)

    def _context(self, seconds: float | None) -> int:
        """Frames of the spectrogram on either side, a multiple of the pooling."""
        frames = self.model.context_frames
        if frames is None:
            wanted = DEFAULT_CONTEXT if seconds is None else self._check_parts.positive(seconds, "context")
            frames = round(wanted * self.sr / self.frontend.hop_length)
        elif seconds is not None:
            raise self._check_parts.error("context must not be given for a network that knows it; leave it out")
        return -(-frames // self.model.time_pooling) * self.model.time_pooling
