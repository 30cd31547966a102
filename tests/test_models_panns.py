"""Cnn6, Cnn10, Cnn14 and its frame-wise variant: sizes, published files, PyTorch's values, gradients, refusals."""

import doctest
import functools
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from npaudio import Frontend, nn
from npaudio.checkpoints.loading import no_draws
from npaudio.models import AUDIOSET_LABELS, AUDIOSET_RESULTS, Cnn6, Cnn10, Cnn14, Cnn14FrameWise, panns, summary
from npaudio.models.panns_blocks import BandNorm, MaxPlusMean, MeanOverFrequency
from npaudio.nn import gradcheck
from tests import model_cases as cases
from tests.golden_values import load
from tests.nn_cases import numbers
from tests.test_models_transformer import check_training_step

GOLDEN = Path(__file__).parent / "golden"
NETWORKS = {"Cnn6": Cnn6, "Cnn10": Cnn10, "Cnn14": Cnn14, "Cnn14FrameWise": Cnn14FrameWise}
RNG = np.random.default_rng(0)


def small(kind: str, num_classes: int = 3):
    return NETWORKS[kind](num_classes, n_mels=33, channels=cases.PANNS[kind], embed_dim=6, rng=0)


@pytest.mark.parametrize(
    ("network", "parameters"),
    [(Cnn6, 4_837_455), (Cnn10, 5_219_279), (Cnn14, 80_753_615)],
)
def test_parameter_counts(network, parameters):
    assert sum(p.size for p in full_size(network).parameters()) == parameters


@functools.cache
def full_size(network):
    return network(rng=no_draws())


def test_the_frame_wise_variant_has_the_same_parameters():
    shapes = [{k: v.shape for k, v in small(kind).state_dict().items()} for kind in ("Cnn14", "Cnn14FrameWise")]
    assert shapes[0] == shapes[1]


def test_the_parameters_of_cnn14_layer_by_layer():
    model = full_size(Cnn14)
    blocks = [sum(p.size for p in model._blocks()[k].parameters()) for k in range(6)]
    channels = (1, 64, 128, 256, 512, 1024, 2048)
    assert blocks == [9 * i * o + 9 * o * o + 4 * o for i, o in pairwise(channels)]
    assert sum(p.size for p in model.bn0.parameters()) == 2 * 64
    assert model.fc1.weight.size + model.fc1.bias.size == 2048 * 2048 + 2048
    assert model.fc_audioset.weight.size + model.fc_audioset.bias.size == 2048 * 527 + 527


def test_the_layer_table_counts_every_layer():
    table = summary(Cnn6(rng=0), (1, 1, 64, 64))
    assert sum(row.parameters for row in table.rows) == table.parameters == 4_837_455


def test_examples():
    assert doctest.testmod(panns).failed == 0


@pytest.mark.parametrize("kind", NETWORKS)
def test_published_files_give_pytorch_s_values(kind, capsys):
    model = NETWORKS[kind].from_checkpoint(GOLDEN / f"panns_{kind}.pth")
    report = capsys.readouterr().out
    assert "ignored  1 entries: the front end, which Frontend.panns() computes" in report
    assert "state of the training" in report
    assert "missing  nothing" in report
    x = numbers((2, 1, cases.PANNS_MELS, cases.PANNS_FRAMES), 1).astype(np.float32)
    expected = {k.partition("/")[2]: v for k, v in load("models").items() if k.startswith(f"{kind}/")}
    values = {"logits": model(x)}
    values |= {"segments": model.segment_logits(x)} if "segments" in expected else {"embedding": model.embed(x)}
    for name, want in expected.items():
        assert np.max(np.abs(values[name] - want)) <= 1e-5 * max(1, np.max(np.abs(want))), name


@pytest.mark.parametrize(
    ("kind", "training"), [("Cnn6", True), ("Cnn10", True), ("Cnn10", False), ("Cnn14FrameWise", True)]
)
def test_gradients(kind, training):
    model, x = small(kind), np.random.default_rng(5).standard_normal((2, 1, 33, 70))
    model(x.astype(np.float32))
    report = gradcheck(model.train(training), x, max_entries=2)
    assert report.max_error <= 1e-7, report


@pytest.mark.parametrize("layer", [MaxPlusMean(), MeanOverFrequency(), BandNorm(4)], ids=lambda m: type(m).__name__)
def test_gradients_of_the_parts(layer):
    shape = {MaxPlusMean: (2, 3, 5), MeanOverFrequency: (2, 3, 4, 5), BandNorm: (2, 1, 4, 5)}[type(layer)]
    report = gradcheck(layer, RNG.standard_normal(shape))
    assert report.max_error <= 1e-7, report


def test_maximum_plus_mean_with_a_pencil():
    pool = MaxPlusMean()
    np.testing.assert_array_equal(pool(np.array([[[1.0, 7.0, 4.0]]])), [[7 + 4]])
    np.testing.assert_array_equal(pool.backward(np.array([[3.0]])), [[[1, 1 + 3, 1]]])


def test_one_training_step_of_cnn6_equals_pytorch():
    model = Cnn6(cases.STEP_CLASSES, rng=0)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    model.load_state_dict(cases.state({k: v.shape for k, v in model.state_dict().items()}), strict=False)
    check_training_step(model, cases.CNN6_SHAPE, "step_cnn6")


def test_tags_of_a_recording():
    model = Cnn10(rng=0)
    y = RNG.standard_normal(16000).astype(np.float32)
    tags = model.tag(y, sr=16000)
    assert {name: value.shape for name, value in tags.items()} == {"clipwise_output": (527,), "embedding": (512,)}
    assert model.training
    logits = model.eval()(Frontend.panns()(y, sr=16000)[None, None])
    np.testing.assert_allclose(tags["clipwise_output"], 1 / (1 + np.exp(-logits[0])), rtol=1e-5)


def test_tags_over_time():
    model = small("Cnn14FrameWise")
    model.frontend = Frontend(sr=32000, hop_length=320, n_mels=33)
    y = RNG.standard_normal((2, 40000)).astype(np.float32)
    tags = model.tag(y)
    assert tags["framewise_output"].shape == (2, 3, 126)
    assert tags["clipwise_output"].shape == (2, 3)
    np.testing.assert_array_equal(tags["framewise_output"].max(axis=2), tags["clipwise_output"])
    np.testing.assert_array_equal(tags["framewise_output"][..., 95], tags["framewise_output"][..., 125])


def test_new_classes_for_transfer_learning():
    path, x = GOLDEN / "panns_Cnn10.pth", np.ones((1, 1, 33, 40), np.float32)
    model = Cnn10.from_checkpoint(path, num_classes=2, rng=0, verbose=False)
    assert model(x).shape == (1, 2)
    np.testing.assert_array_equal(model.embed(x), Cnn10.from_checkpoint(path, verbose=False).embed(x))
    assert model.train().drop1(np.ones((10, 10), np.float32)).min() == 0  # dropout draws again


def test_the_shortest_recordings():
    cnn14 = Cnn14(5, channels=cases.PANNS["Cnn14"], embed_dim=4, rng=0)
    assert cnn14.tag(np.ones(9920, np.float32), sr=32000)["clipwise_output"].shape == (5,)
    with pytest.raises(ValueError, match="Cnn14: got 31 frames, at least 32 are needed"):
        cnn14(np.ones((1, 1, 64, 31), np.float32))


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"Cnn6: expected spectrograms of shape \(batch, 1, 33, n_frames\), got"):
        small("Cnn6")(np.ones((1, 1, 64, 100), np.float32))
    with pytest.raises(ValueError, match="n_mels must be at least 16"):
        Cnn6(n_mels=15)
    with pytest.raises(ValueError, match="expected channels of 4 blocks"):
        Cnn6(channels=(1, 2))
    with pytest.raises(ValueError, match=r"Cnn14.from_checkpoint: .* has no conv_block5.conv1.weight; check that it"):
        Cnn14.from_checkpoint(GOLDEN / "panns_Cnn10.pth")
    with pytest.raises(ValueError, match=r"does not fit; missing: conv_block1.conv1.*misshapen|misshapen: "):
        Cnn10.from_checkpoint(GOLDEN / "panns_Cnn6.pth")


def test_audioset():
    assert len(AUDIOSET_LABELS) == len(set(AUDIOSET_LABELS)) == 527
    assert AUDIOSET_LABELS[0] == "Speech"
    assert AUDIOSET_LABELS[137] == "Music"
    assert AUDIOSET_LABELS[-1] == "Field recording"
    by_name = {result.system: result for result in AUDIOSET_RESULTS}
    assert by_name["CNN14"].mAP == 0.431
    assert by_name["AST"].mAP == 0.459
    assert all(result.source and 0 < result.mAP < 1 for result in AUDIOSET_RESULTS)
    counted = {"CNN6": Cnn6, "CNN10": Cnn10, "CNN14": Cnn14}
    for system, network in counted.items():
        ours = sum(p.size for p in full_size(network).parameters()) / 1e6
        assert abs(by_name[system].parameters - ours) < 0.01
