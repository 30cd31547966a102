"""The event detector as a file, and sound that comes through a pipe."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import npaudio
from npaudio import Frontend, cli, models
from npaudio.audio import AudioFileError
from npaudio.cli.live import live_blocks
from npaudio.pipeline import EventDetector, ModelFileError
from npaudio.sed import PostProcessing
from tests.wav_bytes import chunk, fmt, pcm16, riff

ROOT = Path(__file__).parents[1]
RNG = np.random.default_rng(0)
SIZES = {"n_mels": 16, "num_classes": 2, "channels": (4, 8), "pools": ((2, 4), (2, 4)), "context": 3}
FRONTEND = Frontend(name="tiny", sr=8000, n_fft=256, hop_length=128, n_mels=16, mean=-40.0, scale_by=15.0)


@pytest.fixture(scope="module")
def detector():
    """Random weights: some events are found, and nobody minds which."""
    network = models.FrameCNN(**SIZES, rng=3)
    settings = PostProcessing.of(["low", "high"], 512, 8000, threshold=[0.48, 0.5], min_duration_frames=1)
    return EventDetector(network.eval(), FRONTEND, settings, SIZES)


@pytest.fixture(scope="module")
def sound():
    """Noise that comes and goes."""
    steps = np.repeat([0.01, 0.5, 0.02, 0.9, 0.01], 4000)
    return (steps * RNG.uniform(-1, 1, len(steps))).astype(np.float32)


def test_a_file_and_its_samples_give_the_same_events(detector, sound, tmp_path):
    npaudio.save(tmp_path / "noise.wav", sound, 8000, subtype="FLOAT")
    events = detector.detect(sound)
    assert events
    assert detector.detect(tmp_path / "noise.wav") == events
    assert sorted(detector.stream(np.split(sound, 40))) == sorted(events)


def test_save_and_load(detector, sound, tmp_path):
    detector.save(tmp_path / "detector.npz")
    loaded = EventDetector.load(tmp_path / "detector.npz")
    assert loaded.detect(sound) == detector.detect(sound)
    assert (loaded.labels, loaded.frontend, loaded.latency) == (detector.labels, FRONTEND, detector.latency)


def test_a_classifier_is_not_a_detector(tmp_path):
    npaudio.checkpoints.save_checkpoint(tmp_path / "m.npz", {"weight": np.ones(3)})
    with pytest.raises(ModelFileError, match="is not a model of npaudio"):
        EventDetector.load(tmp_path / "m.npz")


class TestLive:
    def test_a_stream_of_unknown_length(self):
        samples = RNG.integers(-20000, 20000, 30001)
        for size in (0, 0xFFFFFFFF, 0x7FFFF000):
            stream = io.BytesIO(riff(fmt(sr=16000), chunk(b"LIST", b"abc"), chunk(b"data", pcm16(samples), size=size)))
            y = np.concatenate(list(live_blocks(stream, 16000)))
            np.testing.assert_array_equal(y, (samples / 32768).astype(np.float32))

    def test_stereo_and_another_rate(self):
        y = RNG.uniform(-0.5, 0.5, 44100).astype(np.float32)
        interleaved = np.stack([y, y], axis=1).astype("<f4").tobytes()
        stream = io.BytesIO(riff(fmt(3, 2, 44100, 32), chunk(b"data", interleaved)))
        expected = npaudio.resample(y, orig_sr=44100, target_sr=16000)
        np.testing.assert_allclose(np.concatenate(list(live_blocks(stream, 16000))), expected, atol=1e-6)

    def test_raw_pcm(self):
        stream = io.BytesIO(pcm16([100, 200, -300]) + b"\1")  # and half a sample
        (block,) = live_blocks(stream, 8000, raw=8000)
        np.testing.assert_allclose(block, np.array([100, 200, -300]) / 32768)

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "ends within its WAV header"),
            (b"x" * 100, "not a WAV stream.*--raw RATE"),
            (riff(fmt()), "ends within its WAV header"),
            (riff(chunk(b"data", pcm16())), "no fmt chunk"),
            (riff(chunk(b"junk", b"", size=2**31)), "before its samples"),
        ],
    )
    def test_what_is_no_sound(self, content, sentence):
        with pytest.raises(AudioFileError, match=sentence):
            list(live_blocks(io.BytesIO(content), 8000))


class TestCommand:
    @pytest.fixture
    def model(self, detector, tmp_path):
        detector.save(tmp_path / "detector.npz")
        return str(tmp_path / "detector.npz")

    def test_json(self, model, sound, tmp_path, capsys, detector):
        npaudio.save(tmp_path / "noise.wav", sound, 8000, subtype="FLOAT")
        words = ["detect", "--json", "--model", model, str(tmp_path / "noise.wav"), str(tmp_path / "none.wav")]
        assert cli.main(words) == 1
        found, failed = json.loads(capsys.readouterr().out)
        assert [event["onset"] for event in found["events"]] == [round(e.onset, 3) for e in detector.detect(sound)]
        assert "No such file" in failed["error"]

    def test_for_people_and_csv(self, model, sound, tmp_path, capsys):
        npaudio.save(tmp_path / "noise.wav", sound, 8000, subtype="FLOAT")
        assert cli.main(["detect", "--model", model, str(tmp_path / "noise.wav")]) == 0
        assert " s  low  (" in capsys.readouterr().out
        assert cli.main(["detect", "--csv", "--model", model, str(tmp_path / "noise.wav")]) == 0
        assert capsys.readouterr().out.startswith("file,onset,offset,label,confidence,error\n")

    def test_standard_input(self, model, sound, detector):
        content = riff(fmt(3, 1, 8000, 32), chunk(b"data", sound.tobytes(), size=0))
        command = [sys.executable, "-m", "npaudio", "detect", "-", "--json", "--model", model]
        done = subprocess.run(command, input=content, capture_output=True, cwd=ROOT, check=True)
        events = [json.loads(line) for line in done.stdout.splitlines()]
        assert sorted(event["onset"] for event in events) == [round(e.onset, 3) for e in detector.detect(sound)]

    def test_the_picture_with_events(self, model, sound, tmp_path, capsys):
        npaudio.save(tmp_path / "noise.wav", sound, 8000)
        words = ["show", str(tmp_path / "noise.wav"), "--detect", "--model", model, "-o", str(tmp_path / "noise.png")]
        assert cli.main(words) == 0
        assert (tmp_path / "noise.png").stat().st_size > 20000
        capsys.readouterr()
