"""The spectrogram transformer against Hugging Face's and the original code, its gradients, sizes and positions."""

import doctest
from pathlib import Path

import numpy as np
import pytest

from npaudio import Frontend, nn
from npaudio.checkpoints import save_checkpoint
from npaudio.checkpoints.loading import no_draws
from npaudio.models import SpectrogramTransformer, positions, summary
from npaudio.models.positions import axis_map, fit_positions, fit_positions_backward
from npaudio.nn import gradcheck
from tests import model_cases as cases
from tests.golden_values import load
from tests.nn_cases import numbers

GOLDEN = Path(__file__).parent / "golden"
RNG = np.random.default_rng(0)
HEADS = cases.AST_SIZES["num_heads"]


def from_golden(name: str, **options) -> SpectrogramTransformer:
    options = {"num_heads": HEADS, "n_mels": cases.AST_MELS, "verbose": False} | options
    return SpectrogramTransformer.from_checkpoint(GOLDEN / name, **options)


def golden_input() -> np.ndarray:
    return numbers((2, cases.AST_FRAMES, cases.AST_MELS), 1).astype(np.float32).transpose(0, 2, 1)[:, None]


@pytest.mark.parametrize("style", ["disk", "memory"])
@pytest.mark.parametrize("stride", cases.AST_STRIDES)
def test_logits_and_every_hidden_state_equal_hugging_face_s(stride, style):
    model = from_golden(f"ast{stride}_{style}.safetensors", stride=stride)
    expected = {k.partition("/")[2]: v for k, v in load("models").items() if k.startswith(f"hf{stride}/")}
    assert np.max(np.abs(model(golden_input()) - expected["logits"])) <= 1e-5
    for number, state in enumerate(model.hidden_states(golden_input())):
        want = expected[f"hidden{number}"]
        assert np.max(np.abs(state - want)) <= 1e-5 * max(1, np.max(np.abs(want))), number


@pytest.mark.parametrize("name", ["ast_original.pth", "ast_original_older.pth"])
def test_the_original_style_in_both_pytorch_formats(name, capsys):
    model = from_golden(name, verbose=True)
    x = numbers((2, 1, cases.AST_MELS, cases.AST_FRAMES), 1).astype(np.float32)
    assert np.max(np.abs(model(x) - load("models")["original/logits"])) <= 1e-5
    report = capsys.readouterr().out
    assert "names in the style of original" in report
    assert "ignored  2 entries: ImageNet's classes, not used for sounds" in report
    assert "missing  nothing" in report


def test_weights_travel_through_our_own_files(tmp_path):
    model = from_golden("ast10_disk.safetensors")
    for name in ("a.npz", "a.safetensors"):
        save_checkpoint(tmp_path / name, model.state_dict())
        again = SpectrogramTransformer.from_checkpoint(
            tmp_path / name, num_heads=HEADS, n_mels=cases.AST_MELS, verbose=False
        )
        np.testing.assert_array_equal(again(golden_input()), model(golden_input()))


def test_new_classes_for_transfer_learning(capsys):
    model = from_golden("ast10_disk.safetensors", num_classes=2, rng=0, verbose=True)
    assert model(golden_input()).shape == (2, 2)
    assert model.mlp_head[1].weight.data.std() > 0
    assert "missing  mlp_head.1.bias, mlp_head.1.weight" in capsys.readouterr().out
    np.testing.assert_array_equal(
        model.embed(golden_input()), from_golden("ast10_disk.safetensors").embed(golden_input())
    )


def test_the_base_model_has_86_594_063_parameters_layer_by_layer():
    model = SpectrogramTransformer.base(rng=no_draws())
    assert sum(parameter.size for parameter in model.parameters()) == 86_594_063
    block = 768 * 2304 + 2304 + 768 * 768 + 768 + 2 * 768 * 3072 + 3072 + 768 + 4 * 768
    assert [sum(p.size for p in b.parameters()) for b in model.blocks] == 12 * [block]
    assert sum(p.size for p in model.patch_embed.parameters()) == 256 * 768 + 768
    assert model.pos_embed.size == 1214 * 768
    assert model.grid == (12, 101)
    assert sum(p.size for p in model.mlp_head.parameters()) == 2 * 768 + 768 * 527 + 527


def test_the_layer_table_counts_every_layer():
    model = SpectrogramTransformer.tiny(rng=0)
    table = summary(model, (1, 1, 64, 128))
    loose = model.pos_embed.size + model.cls_token.size
    assert sum(row.parameters for row in table.rows) + loose == table.parameters


SMALL = {"n_mels": 8, "n_frames": 13, "patch_size": 4, "stride": 3, "dim": 6, "depth": 2, "num_heads": 2, "mlp_dim": 9}


def small(**options) -> SpectrogramTransformer:
    model = SpectrogramTransformer(**(SMALL | {"num_classes": 3, "norm_eps": 1e-6} | options), rng=0)
    for parameter in model.parameters():
        parameter.data = parameter.data + RNG.standard_normal(parameter.shape).astype(np.float32) * 0.3
    return model


# 13 frames are those that it is made for; 10 cut positions, 19 stretch them.
@pytest.mark.parametrize(("distilled", "n_frames"), [(True, 13), (False, 13), (True, 10), (True, 19)])
def test_gradients(distilled, n_frames):
    report = gradcheck(small(distilled=distilled), RNG.standard_normal((2, 1, 8, n_frames)), max_entries=4)
    assert report.max_error <= 1e-7, report


def test_the_gradient_in_evaluation_is_the_same():
    model, x, g = small(), RNG.standard_normal((2, 1, 8, 13)).astype(np.float32), np.ones((2, 3), np.float32)
    model(x)
    trained = model.backward(g)
    model.eval()(x)
    np.testing.assert_allclose(model.backward(g), trained, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("module", [positions])
def test_examples_of_positions(module):
    assert doctest.testmod(module).failed == 0


def test_positions_are_cut_out_of_the_middle_and_stretched_bilinearly():
    vectors = np.arange(2 * 5 * 3.0).reshape(10, 3)
    cut = fit_positions(vectors, (2, 5), (2, 2))
    np.testing.assert_array_equal(cut, vectors.reshape(2, 5, 3)[:, 1:3].reshape(4, 3))
    ramp = np.linspace(0, 1, 14)[None, :, None].repeat(14, axis=0).reshape(196, 1)  # rises from left to right
    fitted = fit_positions(ramp, (14, 14), (12, 101)).reshape(12, 101)
    assert np.all(np.diff(fitted, axis=1) >= 0)
    assert np.all(np.diff(fitted[:, 5:-5], axis=1) > 0)
    np.testing.assert_array_equal(fitted[:, [0, -1]], [[0, 1]] * 12)
    np.testing.assert_allclose(fitted, fitted[:1].repeat(12, axis=0))
    np.testing.assert_array_equal(fit_positions(vectors, (2, 5), (2, 5)), vectors)
    with pytest.raises(ValueError, match="10 positions do not make a grid of 3 x 4"):
        fit_positions(vectors, (3, 4), (2, 2))


def test_the_gradient_of_positions_is_the_transposed_map():
    vectors, g = RNG.standard_normal((4 * 5, 3)), RNG.standard_normal((3 * 9, 3))
    forward = np.sum(fit_positions(vectors, (4, 5), (3, 9)) * g)
    backward = np.sum(vectors * fit_positions_backward(g, (4, 5), (3, 9)))
    assert abs(forward - backward) < 1e-12
    np.testing.assert_allclose(axis_map(7, 19).sum(axis=1), 1)


def test_a_network_for_images_becomes_one_for_sounds(tmp_path, capsys):
    """14 x 14 positions stretched to 12 x 101, three colours added up, other classes."""
    sizes = {"dim": 6, "depth": 1, "num_heads": 2, "mlp_dim": 8, "num_classes": 3, "distilled": False}
    photos = SpectrogramTransformer(n_mels=224, n_frames=224, stride=16, **sizes, rng=0).state_dict()
    photos["patch_embed.proj.weight"] = np.repeat(photos["patch_embed.proj.weight"], 3, axis=1)
    save_checkpoint(tmp_path / "vit.npz", photos)
    path = tmp_path / "vit.npz"
    model = SpectrogramTransformer.from_checkpoint(path, num_heads=2, n_frames=1024, num_classes=5, rng=0)
    assert model.grid == (12, 101)
    assert model(np.zeros((1, 1, 128, 1024), np.float32)).shape == (1, 5)
    np.testing.assert_allclose(
        model.patch_embed.proj.weight.data[:, 0], photos["patch_embed.proj.weight"].sum(axis=1), rtol=1e-6
    )
    stretched = fit_positions(photos["pos_embed"][0, 1:], (14, 14), (12, 101))
    np.testing.assert_array_equal(model.pos_embed.data[0, 1:], stretched)
    assert "positions 14 x 14 fitted to 12 x 101" in capsys.readouterr().out


def test_another_length_gives_other_positions_and_logits_still():
    model = from_golden("ast10_disk.safetensors", n_frames=200)
    assert model.grid == (4, 19)
    x = np.concatenate([golden_input()] * 4, axis=3)[..., :200]
    built_for_64 = from_golden("ast10_disk.safetensors")
    np.testing.assert_allclose(model(x), built_for_64(x), atol=1e-6)  # fitted when loaded, or in the forward pass


def test_attention_maps_over_the_spectrogram():
    model = from_golden("ast10_disk.safetensors")
    maps = model.train().attention_maps(golden_input())
    assert maps.shape == (2, 2, HEADS, 4, 5)
    assert np.all(maps > 0)
    assert np.all(maps.sum(axis=(-2, -1)) <= 1 + 1e-6)
    assert np.any(maps.sum(axis=(-2, -1)) < 0.99)  # the special tokens get the rest
    assert model.training


def test_tags_of_a_recording():
    model = SpectrogramTransformer(dim=6, depth=1, num_heads=2, mlp_dim=8, num_classes=3, rng=0)
    y = RNG.standard_normal((2, 8000)).astype(np.float32)
    tags = model.tag(y, sr=8000)
    assert {name: value.shape for name, value in tags.items()} == {"clipwise_output": (2, 3), "embedding": (2, 6)}
    logits = model(Frontend.ast()(y, sr=8000)[:, None])
    np.testing.assert_allclose(tags["clipwise_output"], 1 / (1 + np.exp(-logits)), rtol=1e-5)
    np.testing.assert_allclose(model.tag(y[0], sr=8000)["embedding"], tags["embedding"][0], rtol=1e-4, atol=1e-6)


def test_one_training_step_of_tiny_equals_pytorch():
    model = SpectrogramTransformer.tiny(cases.STEP_CLASSES, rng=0)
    theirs = {_their_name(name): name for name in model.state_dict()}
    weights = cases.state({name: model.state_dict()[own].shape for name, own in theirs.items()})
    model.load_state_dict({theirs[name]: value for name, value in weights.items()})
    check_training_step(model, cases.TINY_SHAPE, "step_tiny", lambda name: _their_name(name).replace("v.", "", 1))


def _their_name(name: str) -> str:
    return name if name.startswith("mlp_head") else f"v.{name}"


def check_training_step(model, shape, case, golden_name=lambda name: name):
    """Loss, gradients and the weights after a step of SGD, all relative to the largest value of their array."""
    expected = {k.partition("/")[2]: v for k, v in load("models").items() if k.startswith(f"{case}/")}
    criterion, optimizer = nn.CrossEntropyLoss(), nn.SGD(model.parameters(), lr=0.1)
    logits = model(numbers(shape, 1).astype(np.float32))
    values = {"loss": np.array(criterion(logits, np.arange(shape[0]) % cases.STEP_CLASSES)), "logits": logits}
    values["grad_x"] = cases.some_entries(model.backward(criterion.backward()))
    for name, parameter in model.named_parameters():
        values[f"grad_{golden_name(name)}"] = cases.some_entries(parameter.grad)
        values[f"norm_{golden_name(name)}"] = np.linalg.norm(parameter.grad.astype(np.float64))
    optimizer.step()
    for name, parameter in model.named_parameters():
        values[f"after_{golden_name(name)}"] = cases.some_entries(parameter.data)
    assert set(values) == set(expected)
    for name, want in expected.items():
        scale = expected[name.replace("grad_", "norm_")] if name.replace("grad_", "norm_") in expected else np.abs(want)
        assert np.max(np.abs(values[name] - want)) <= 1e-4 * np.max(scale), name


def test_front_ends_equal_hugging_face_s_and_torchlibrosa_s():
    expected = load("models")
    ours = Frontend.ast()(cases.waveform(16000)).T[:120:4]
    assert np.max(np.abs(ours - expected["frontend/ast"])) <= 1e-3 / Frontend.ast().scale_by
    ours = Frontend.panns()(cases.waveform(32000)).T[::4]
    assert np.max(np.abs(ours - expected["frontend/panns"])) <= 1e-3


def test_what_does_not_fit_is_refused(tmp_path):
    model = SpectrogramTransformer.tiny(rng=0)
    with pytest.raises(ValueError, match=r"expected spectrograms of shape \(batch, 1, 64, n_frames\), got \(64, 128\)"):
        model(np.ones((64, 128), np.float32))
    with pytest.raises(ValueError, match="an image of 64 x 15 is smaller than a patch of 16 x 16"):
        model(np.ones((1, 1, 64, 15), np.float32))
    with pytest.raises(ValueError, match="20 positions fit no grid of patches"):
        from_golden("ast10_disk.safetensors", n_mels=128)
    with pytest.raises(
        ValueError, match=r"found nothing in .*panns_Cnn6.pth.*check that it holds an Audio Spectrogram"
    ):
        from_golden("panns_Cnn6.pth")
