"""Streaming: the events of the whole recording, whatever the chunks, in time and in bounded memory."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from npaudio import Frontend, models, nn, sed
from npaudio.streaming import StreamingDetector
from npaudio.streaming.running_events import RunningEvents

SR, MINUTES = 2000, 10  # ten minutes at a rate at which a million chunks of one sample take a second
FRONTEND = Frontend(name="tiny", sr=SR, n_fft=256, hop_length=128, n_mels=16, mean=-30.0, scale_by=20.0)
LABELS = ["a", "b", "c"]


def network(seed: int = 0) -> models.FrameCNN:
    """A network with random weights whose BatchNorm has seen some noise: its scores wander between 0 and 1."""
    model = models.FrameCNN(16, 3, channels=(6, 6), pools=((2, 4), (1, 4)), context=5, rng=seed)
    model.dense.weight.data *= 20
    for _ in range(20):
        model.train()(FRONTEND(sound(20))[None, None])
    return model.eval()


def sound(seconds: float, seed: int = 0) -> np.ndarray:
    """Noise whose colour and level change every second or so."""
    rng = np.random.default_rng(seed)
    y = rng.standard_normal(round(seconds * SR))
    level = np.repeat(rng.uniform(-3, 0, int(seconds) + 1), SR)[: len(y)]
    tone = np.repeat(rng.uniform(50, 900, int(seconds) + 1), SR)[: len(y)]
    return (10**level * (y + 3 * np.sin(np.cumsum(2 * np.pi * tone / SR)))).astype(np.float32)


@pytest.fixture(scope="module")
def ten_minutes():
    """A network, ten minutes of sound, the scores of the whole, and a threshold that no score is close to."""
    model, y = network(), sound(60 * MINUTES)
    scores = nn.Sigmoid()(model(FRONTEND(y)[None, None])[0])
    candidates = np.sort(scores[(scores > 0.4) & (scores < 0.6)])
    widest = np.argmax(np.diff(candidates))
    threshold = float(candidates[widest : widest + 2].mean())
    assert np.abs(scores - threshold).min() > 1e-5
    return model, y, scores, threshold


SETTINGS = {"median_frames": [5, 1, 3], "max_gap_frames": [0, 4, 2], "min_duration_frames": [3, 1, 5]}


def chunks(y: np.ndarray, size: int | None) -> list[np.ndarray]:
    if size is None:
        sizes = np.random.default_rng(0).integers(0, 3000, 2 * len(y) // 1500)
        return np.split(y, np.minimum(np.cumsum(sizes), len(y)))
    return [y[start : start + size] for start in range(0, len(y), size)]


@pytest.mark.parametrize("size", [1, 7, 512, 16000, None])
def test_streaming_equals_the_whole_recording_whatever_the_chunks(ten_minutes, size):
    model, y, scores, threshold = ten_minutes
    settings = {"labels": LABELS, "threshold": threshold, **SETTINGS}
    expected = sed.detect_events(scores, hop_length=256, sr=SR, **settings)
    assert len(expected) > 200
    detector = StreamingDetector(model, frontend=FRONTEND, block=2.0, **settings)
    push, found = detector.push, []
    for chunk in chunks(y, size):
        found += push(chunk)
    found = sorted([*found, *detector.finish()], key=lambda event: (event.onset, LABELS.index(event.label)))
    assert [event[:3] for event in found] == [event[:3] for event in expected]
    np.testing.assert_allclose([e.confidence for e in found], [e.confidence for e in expected], atol=1e-5)


def test_events_come_within_the_stated_latency(ten_minutes):
    model, y, _, threshold = ten_minutes
    detector = StreamingDetector(model, frontend=FRONTEND, labels=LABELS, threshold=threshold, **SETTINGS)
    delays, n_samples = [], 0
    for chunk in chunks(y[: 120 * SR], 16):
        n_samples += len(chunk)
        delays += [n_samples / SR - event.offset for event in detector.push(chunk)]
    assert len(delays) > 30
    assert max(delays) <= detector.latency + 16 / SR
    assert max(delays) >= detector.latency - 0.3  # and the promise is not a loose one


def test_memory_does_not_grow(ten_minutes):
    model, y, _, threshold = ten_minutes
    settings = {"labels": LABELS, "block": 4.0, "threshold": threshold, **SETTINGS}
    detector, held = StreamingDetector(model, frontend=FRONTEND, **settings), []
    tracemalloc.start()
    for minute in np.split(y, MINUTES):
        for chunk in chunks(minute, 512):
            detector.push(chunk)
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert held[-1] <= held[1] + 20_000


def test_a_recording_is_detected_in_memory_that_does_not_depend_on_its_length(ten_minutes):
    model, y, _, threshold = ten_minutes
    detector = StreamingDetector(model, frontend=FRONTEND, labels=LABELS, threshold=threshold, block=4.0)
    peaks = []
    for part in (y[: 30 * SR], y[: 300 * SR]):
        tracemalloc.start()
        detector.detect(part)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000  # the events themselves


@pytest.mark.parametrize("seconds", [0.001, 0.05, 0.3, 0.71, 1.0, 3.3])
@pytest.mark.parametrize("center", [True, False])
def test_short_recordings_have_the_same_events_too(ten_minutes, seconds, center):
    model, y, _, threshold = ten_minutes
    frontend, y = replace(FRONTEND, center=center), y[: round(seconds * SR)]
    detector = StreamingDetector(model, frontend=frontend, labels=LABELS, threshold=threshold, min_duration_frames=1)
    expected = []
    if center or len(y) >= 256:
        S = frontend(y)
        if S.shape[1] >= model.time_pooling:
            scores = nn.Sigmoid()(model(S[None, None])[0])
            settings = {"hop_length": 256, "sr": SR, "threshold": threshold, "min_duration_frames": 1}
            expected = sed.detect_events(scores, labels=LABELS, **settings)
    assert [event[:3] for event in detector.detect(y)] == [event[:3] for event in expected]
    assert [event[:3] for event in detector.detect(y)] == [event[:3] for event in expected]  # and again


@pytest.mark.parametrize("seed", range(20))
def test_running_events_equal_those_of_the_whole_at_every_block_length(seed):
    rng = np.random.default_rng(seed)
    scores = rng.uniform(size=(2, 120)).round(2)
    settings = sed.PostProcessing.of(
        ["a", "b"],
        1,
        1,
        threshold=rng.uniform(0.3, 0.7, 2),
        median_frames=2 * rng.integers(0, 6, 2) + 1,
        max_gap_frames=rng.integers(0, 7, 2),
        min_duration_frames=rng.integers(0, 7, 2),
    )
    expected = sed.detect_events(scores, labels=["a", "b"], hop_length=1, sr=1, postprocessing=settings)
    running, found, position = RunningEvents(settings), [], 0
    while position < 120:
        n = int(rng.integers(0, 12))
        for event in running.push(scores[:, position : position + n]):
            assert min(position + n, 120) - event.offset <= running.delay_frames + n
            found.append(event)
        position += n
    found = sorted([*found, *running.finish()], key=lambda event: event[0::2])
    assert [event[:3] for event in found] == [event[:3] for event in expected]
    np.testing.assert_allclose([e.confidence for e in found], [e.confidence for e in expected], rtol=1e-12)


def test_a_recurrent_network_hears_the_context_that_it_is_given():
    model = models.CRNN(16, 3, channels=(4, 4), pools=((2, 4), (1, 4)), hidden_size=4, rng=0)
    y = sound(20)
    detector = StreamingDetector(model, frontend=FRONTEND, labels=LABELS, context=30.0, threshold=0.52)
    scores = nn.Sigmoid()(model(FRONTEND(y)[None, None])[0])
    expected = sed.detect_events(scores, labels=LABELS, hop_length=256, sr=SR, threshold=0.52)
    assert [event[:3] for event in detector.detect(y)] == [event[:3] for event in expected]
    short = StreamingDetector(model, frontend=FRONTEND, labels=LABELS, threshold=0.52)
    assert short.latency < 4


def test_a_stream_is_an_iterator_of_events(ten_minutes):
    model, y, _, threshold = ten_minutes
    detector = StreamingDetector(model, frontend=FRONTEND, labels=LABELS, threshold=threshold)
    events = list(detector.stream(chunks(y[: 30 * SR], 100)))
    assert sorted(events) == sorted(detector.detect(y[: 30 * SR]))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"frontend": replace(FRONTEND, top_db=80.0)}, "has top_db=80.0, which needs the whole recording"),
        ({"frontend": replace(FRONTEND, n_frames=100)}, "n_frames=100"),
        ({"frontend": replace(FRONTEND, pad_mode="reflect")}, "pad_mode='reflect'"),
        ({"frontend": replace(FRONTEND, n_mels=8)}, "built for 16 mel bands, the front end has 8"),
        ({"frontend": "desed"}, "frontend must be a Frontend"),
        ({"block": 0.0}, "block must be"),
        ({"context": 1.0}, "context must not be given for a network that knows it"),
        ({"low_threshold": 0.2}, "hysteresis decides about a frame arbitrarily late"),
        ({"median_frames": 2}, "odd number of frames"),
        ({"labels": "abc"}, "labels must be a list"),
        ({"postprocessing": sed.PostProcessing.of(LABELS, 1, SR)}, "postprocessing is for a, b, c at 0.0005 s a frame"),
    ],
)
def test_impossible_detectors_are_refused_in_one_sentence(settings, message):
    with pytest.raises(ValueError, match=message) as error:
        StreamingDetector(network(), **{"frontend": FRONTEND, "labels": LABELS, **settings})
    assert "\n" not in str(error.value)
    assert str(error.value).startswith("StreamingDetector: ")


def test_samples_that_are_none_are_refused():
    detector = StreamingDetector(network(), frontend=FRONTEND, labels=LABELS)
    for y, message in ((np.zeros((2, 10)), "to_mono"), (np.zeros(10, np.int16), "divide"), (3.0, "shape")):
        with pytest.raises(ValueError, match=message):
            detector.push(y)
    with pytest.raises(ValueError, match="NaN"):
        detector.push(np.full(10 * SR, np.nan, np.float32))
