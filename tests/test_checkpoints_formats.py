"""The formats that others write: types, strides, names, memory; and what we write is what they expect."""

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from npaudio.checkpoints import CheckpointError, load_checkpoint, open_checkpoint, save_checkpoint
from npaudio.checkpoints.key_styles import match_ast, match_panns
from tests import checkpoint_bytes as made
from tests.golden_values import load

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", ["tensors.pth", "tensors_older.pth"])
def test_tensors_of_every_kind_equal_pytorch_s(name):
    loaded = load_checkpoint(GOLDEN / name)
    expected = {k.replace("/", "."): v for k, v in load("models").items() if k.startswith("tensors/")}
    assert set(loaded) == set(expected) | {"list.0", "list.1", "list.2"}
    for key, want in expected.items():
        assert loaded[key].dtype == want.dtype, key
        np.testing.assert_array_equal(loaded[key], want, err_msg=key)
    np.testing.assert_array_equal(loaded["list.0"], [1, 1])
    assert (loaded["list.1"], loaded["list.2"]) == (7, 0.5)


def test_tables_of_a_training_become_dotted_names():
    loaded = load_checkpoint(GOLDEN / "panns_Cnn6.pth")
    assert loaded["iteration"] == 7
    assert loaded["model.fc1.weight"].shape == (7, 6)
    assert loaded["optimizer.param_groups.0.lr"] == 1e-3


ARRAYS = {
    "b.weight": np.arange(6, dtype=np.float32).reshape(2, 3).T,
    "a": np.array([1, -2], np.int16),
    "flags": np.array([[True, False]]),
    "one": np.array(2.5),
    "none": np.zeros((0, 4), np.float32),
}


def test_safetensors_there_and_back(tmp_path):
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, ARRAYS)
    loaded = load_checkpoint(path)
    assert list(loaded) == list(ARRAYS)
    for key, array in ARRAYS.items():
        assert loaded[key].dtype == array.dtype
        np.testing.assert_array_equal(loaded[key], array)


def test_safetensors_byte_by_byte(tmp_path):
    """Header length, JSON, spaces up to a multiple of 8, then the numbers in the order of the names."""
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, {"w": np.array([1, 2], np.int16), "v": np.array([3.0], np.float32)})
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    assert length % 8 == 0
    assert json.loads(raw[8 : 8 + length]) == {
        "__metadata__": {"format": "pt"},
        "w": {"dtype": "I16", "shape": [2], "data_offsets": [0, 4]},
        "v": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]},
    }
    assert raw[8 + length :] == b"\x01\x00\x02\x00" + np.array([3.0], "<f4").tobytes()


def test_half_precision_is_read_as_float32(tmp_path):
    """bfloat16 is the upper half of a float32: 0x3FC0 is 1.5, 0xC000 is -2."""
    path = tmp_path / "a.safetensors"
    header = {"b": made.entry("BF16", [2], [0, 4]), "h": made.entry("F16", [2], [4, 8])}
    path.write_bytes(made.safetensors(header, b"\xc0\x3f\x00\xc0" + np.array([0.5, 65504], "<f2").tobytes()))
    loaded = load_checkpoint(path)
    assert {array.dtype for array in loaded.values()} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(loaded["b"], [1.5, -2])
    np.testing.assert_array_equal(loaded["h"], [0.5, 65504])


def test_safetensors_holds_no_text(tmp_path):
    with pytest.raises(ValueError, match=r"'text' is <U2, which safetensors cannot hold .* or use \.npz"):
        save_checkpoint(tmp_path / "a.safetensors", {"text": np.array("no")})


def test_an_array_can_be_looked_at_without_reading_it():
    with open_checkpoint(GOLDEN / "panns_Cnn6.pth") as file:
        assert file.entries["model.fc1.weight"].shape == (7, 6)
        assert file.read("model.fc1.bias").shape == (7,)
        with pytest.raises(ValueError, match=r"'model.fc1.bias' has shape \(7,\), expected \(8,\)"):
            file.read_into("model.fc1.bias", np.empty(8, np.float32))


@pytest.mark.parametrize("suffix", [".safetensors", ".npz"])
def test_loading_needs_little_more_memory_than_the_arrays(tmp_path, suffix):
    weights = {f"layer{k}": np.full((1000, 1000), k, np.float32) for k in range(10)}
    save_checkpoint(tmp_path / f"a{suffix}", weights)
    assert peak_over_size(tmp_path / f"a{suffix}") < 1.2


def test_loading_half_precision_needs_little_more_memory_than_the_result(tmp_path):
    header = {"w": made.entry("F16", [10_000, 1000], [0, 20_000_000])}
    (tmp_path / "a.safetensors").write_bytes(made.safetensors(header, bytes(20_000_000)))
    assert peak_over_size(tmp_path / "a.safetensors") < 1.2


def peak_over_size(path) -> float:
    tracemalloc.start()
    loaded = load_checkpoint(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / sum(array.nbytes for array in loaded.values())


def test_the_checksum_of_a_storage_is_compared(tmp_path):
    raw = made.pth(made.table({"w": made.tensor()}))
    (tmp_path / "a.pth").write_bytes(raw)
    np.testing.assert_array_equal(load_checkpoint(tmp_path / "a.pth")["w"], [[0, 1, 2], [3, 4, 5]])
    (tmp_path / "a.pth").write_bytes(raw.replace(made.NUMBERS, made.NUMBERS[:-1] + b"\x00"))
    with pytest.raises(CheckpointError, match="the checksum of its bytes is wrong"):
        load_checkpoint(tmp_path / "a.pth")


def test_key_styles():
    original = [
        "module.v.cls_token",
        "module.v.blocks.11.attn.qkv.weight",
        "module.mlp_head.1.bias",
        "module.v.head.bias",
    ]
    match = match_ast(original)
    assert match.style == "original"
    assert match.sources["blocks.11.attn.qkv.weight"] == {0: original[1]}
    assert match.ignored == {"module.v.head.bias": "ImageNet's classes, not used for sounds"}
    disk = [f"audio_spectrogram_transformer.encoder.layer.3.attention.attention.{x}.bias" for x in ("value", "query")]
    assert match_ast(disk).sources == {"blocks.3.attn.qkv.bias": {2: disk[0], 0: disk[1]}}
    memory = ["layers.3.attention.o_proj.weight", "layers.3.mlp.fc2.bias", "epoch", "strange"]
    match = match_ast(memory)
    assert match.sources == {"blocks.3.attn.proj.weight": {0: memory[0]}, "blocks.3.mlp.fc2.bias": {0: memory[1]}}
    assert match.ignored == {"epoch": "state of the training", "strange": "unknown"}
    twice = match_panns(["model.fc1.bias", "module.fc1.bias"])
    assert twice.ignored == {"module.fc1.bias": "the same as model.fc1.bias"}
