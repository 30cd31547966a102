"""Sound files block by block: the same samples as in one piece, in bounded memory."""

import tracemalloc

import numpy as np
import pytest

from npaudio.audio import AudioFileError, AudioFileWarning, load, load_blocks, resample, save
from npaudio.audio.blocks import resample_blocks
from tests.wav_bytes import chunk, fmt, pcm16, riff

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "FLOAT"])
@pytest.mark.parametrize("channels", [1, 2])
def test_joined_they_are_what_load_gives(tmp_path, subtype, channels):
    y = RNG.uniform(-0.9, 0.9, (channels, 10007))
    save(tmp_path / "y.wav", y, 8000, subtype=subtype)
    blocks = list(load_blocks(tmp_path / "y.wav", seconds=0.3))
    assert [len(block) for block in blocks] == [2400, 2400, 2400, 2400, 407]
    np.testing.assert_array_equal(np.concatenate(blocks), load(tmp_path / "y.wav")[0])


@pytest.mark.parametrize(("orig_sr", "target_sr"), [(44100, 16000), (16000, 44100), (48000, 16000), (44100, 16001)])
@pytest.mark.parametrize("size", [1, 977, 44100, 10**6])
def test_resampled_blocks_join_without_a_seam(orig_sr, target_sr, size):
    n = 3000 if size == 1 else 100_001
    y = RNG.standard_normal(n)
    blocks = (y[i : i + size] for i in range(0, n, size))
    joined = np.concatenate(list(resample_blocks(blocks, orig_sr=orig_sr, target_sr=target_sr)))
    np.testing.assert_allclose(joined, resample(y, orig_sr=orig_sr, target_sr=target_sr), atol=1e-9)


def test_an_hour_needs_the_memory_of_seconds(tmp_path):
    y = RNG.uniform(-0.5, 0.5, 16000 * 60).astype(np.float32)
    save(tmp_path / "minute.wav", y, 16000)
    tracemalloc.start()
    total = sum(len(block) for block in load_blocks(tmp_path / "minute.wav", sr=8000, seconds=1.0))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == 8000 * 60
    assert peak < 8e5  # the minute has 3.8 MB


def test_faults_are_those_of_load(tmp_path):
    (tmp_path / "text.wav").write_text("not a sound")
    with pytest.raises(AudioFileError, match=r"text\.wav"):
        next(load_blocks(tmp_path / "text.wav"))
    (tmp_path / "cut.wav").write_bytes(riff(fmt(), chunk(b"data", pcm16(np.ones(50)), size=400)))
    with pytest.warns(AudioFileWarning, match="breaks off"):
        assert sum(map(len, load_blocks(tmp_path / "cut.wav"))) == 50
    save(tmp_path / "nan.wav", np.ones(3000), 8000, subtype="FLOAT")
    content = bytearray((tmp_path / "nan.wav").read_bytes())
    content[-4:] = np.float32(np.nan).tobytes()
    (tmp_path / "nan.wav").write_bytes(content)
    with pytest.raises(AudioFileError, match="1 samples that are NaN"):
        list(load_blocks(tmp_path / "nan.wav"))


def test_an_empty_file_yields_nothing(tmp_path):
    (tmp_path / "none.wav").write_bytes(riff(fmt(), chunk(b"data", b"")))
    assert list(load_blocks(tmp_path / "none.wav")) == []
    with pytest.raises(ValueError, match="seconds must be a finite number above 0"):
        next(load_blocks(tmp_path / "none.wav", seconds=0))
