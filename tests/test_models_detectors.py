"""Event detectors: against PyTorch's float64 values, finite differences, and the promises of their docstrings."""

import numpy as np
import pytest

from npaudio import models, nn
from tests import sed_cases as cases
from tests.golden_values import load
from tests.nn_cases import numbers

TOLERANCES = {np.float64: 1e-9, np.float32: 1e-4}
DETECTORS = {"crnn": (models.CRNN, cases.CRNN), "frame_cnn": (models.FrameCNN, cases.FRAME_CNN)}


def golden(case: str) -> dict[str, np.ndarray]:
    return {name.partition("/")[2]: array for name, array in load("sed").items() if name.startswith(case + "/")}


def made(name: str, dtype=np.float64, dropout: float = 0.0) -> models.FrameDetector:
    kind, sizes = DETECTORS[name]
    model = kind(cases.N_MELS, cases.N_CLASSES, **sizes, dropout=dropout, rng=0, dtype=dtype)
    model.load_state_dict(cases.state({k: v.shape for k, v in model.state_dict().items()}), strict=False)
    return model


@pytest.mark.parametrize("dtype", TOLERANCES)
def test_attention_pooling_equals_pytorch(dtype):
    pooling, expected = models.AttentionPooling(), golden("pooling")
    y = pooling(numbers(cases.POOLING_SHAPE, 1).astype(dtype))
    values = {"y": y, "grad_x": pooling.backward(numbers(y.shape, 2).astype(dtype))}
    for name, want in expected.items():
        assert values[name].dtype == dtype
        assert np.max(np.abs(values[name] - want)) <= min(TOLERANCES[dtype], 1e-5) * np.max(np.abs(want)), name


def test_attention_pooling_passes_the_gradient_check():
    assert nn.gradcheck(models.AttentionPooling(), numbers((2, 5, 6), 1)).max_error <= 1e-7


def test_padding_has_no_weight_in_attention_pooling():
    pooling, x = models.AttentionPooling(), numbers((3, 6, 8), 1)
    y = pooling(x, [6, 2, 3])
    grad_x = pooling.backward(numbers(y.shape, 2))
    for k, n in enumerate([6, 2, 3]):
        np.testing.assert_allclose(y[k], pooling(x[k : k + 1, :n])[0], rtol=1e-12)
        expected = pooling.backward(numbers(y.shape, 2)[k : k + 1])[0]
        np.testing.assert_allclose(grad_x[k, :n], expected, atol=1e-12)
        assert not grad_x[k, n:].any()


def test_extreme_logits_give_finite_clips_and_gradients():
    pooling = models.AttentionPooling()
    for level in (-200, 200):
        y = pooling(np.full((1, 4, 6), level, np.float32))
        assert np.abs(y).max() < 17  # log((1 - 1e-7) / 1e-7)
        assert np.isfinite(pooling.backward(np.ones_like(y))).all()


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("name", DETECTORS)
def test_detector_equals_pytorch(name, dtype):
    values, expected = detector_values(name, dtype), golden(name)
    assert set(values) == set(expected)
    largest = max(np.max(np.abs(want)) for k, want in expected.items() if k.startswith("grad_"))
    for k, want in expected.items():
        floor = 0.01 * largest if k.startswith(("grad_", "norm_")) else 0  # as in gradcheck: some gradients are 0
        assert np.max(np.abs(values[k] - want)) <= TOLERANCES[dtype] * max(np.max(np.abs(want)), floor), k


def detector_values(name, dtype):
    model = made(name, dtype)
    x = numbers(cases.SHAPE, 1).astype(dtype)
    frames = model(x)
    clips = model.clip_logits()
    grads = [numbers(y.shape, seed).astype(dtype) for seed, y in enumerate((frames, clips))]
    values = {"frames": frames, "clips": clips, "grad_x": model.backward(*grads)}
    values |= {f"grad_{k}": cases.some_entries(p.grad) for k, p in model.named_parameters()}
    values |= {f"norm_{k}": np.linalg.norm(p.grad) for k, p in model.named_parameters()}
    return values | {"eval_frames": model.eval()(x), "eval_clips": model.clip_logits()}


class BothHeads(nn.Module):
    """Frame and clip logits in one array, for the gradient check."""

    def __init__(self, model, lengths=None):
        super().__init__()
        self.model, self.lengths = model, lengths

    def forward(self, x):
        frames = self.model(x, self.lengths)
        return np.concatenate([frames, self.model.clip_logits()[:, :, None]], axis=2)

    def backward(self, grad):
        return self.model.backward(grad[:, :, :-1], grad[:, :, -1])


@pytest.mark.parametrize("lengths", [None, [23, 9, 4, 17]])
@pytest.mark.parametrize("name", DETECTORS)
def test_detectors_pass_the_gradient_check_with_both_heads(name, lengths):
    report = nn.gradcheck(BothHeads(made(name), lengths), numbers(cases.SHAPE, 1), max_entries=4)
    assert report.max_error <= 1e-6, str(report)


@pytest.mark.parametrize("name", DETECTORS)
def test_padding_never_changes_what_a_detector_says(name):
    model = made(name, dropout=0.5).eval()
    x, lengths = numbers(cases.SHAPE, 1), [23, 9, 4, 17]
    frames = model(x, lengths)
    clips = model.clip_logits()
    for k, n in enumerate(lengths):
        alone = model(x[k : k + 1, :, :, :n])
        np.testing.assert_allclose(frames[k, :, : n // 4], alone[0], atol=1e-12)
        np.testing.assert_allclose(clips[k], model.clip_logits()[0], atol=1e-12)


def test_the_desed_baseline_has_its_published_size_and_names():
    model = models.CRNN.desed(rng=0).eval()
    assert sum(parameter.size for parameter in model.parameters()) == 1_112_420
    names = set(model.state_dict())
    assert {
        "cnn.cnn.conv0.weight",
        "cnn.cnn.batchnorm6.running_var",
        "cnn.cnn.glu3.linear.bias",
        "rnn.rnn.weight_hh_l1_reverse",
        "dense.weight",
        "dense_softmax.bias",
    } <= names
    frames = model(np.zeros((2, 1, 128, 63), np.float32))
    assert frames.shape == (2, 10, 15)
    assert model.clip_logits().shape == (2, 10)


@pytest.mark.parametrize(
    ("pools", "context"), [(((2, 4), (2, 2)), 3), (((1, 2), (3, 2), (2, 2)), 1), (((2, 2), (1, 2), (2, 2)), 5)]
)
def test_a_frame_of_frame_cnn_depends_on_its_context_and_on_nothing_else(pools, context):
    model = models.FrameCNN(8, 2, channels=(4,) * len(pools), pools=pools, context=context, rng=0, dtype=np.float64)
    x = np.random.default_rng(0).standard_normal((1, 1, 8, 60 * model.time_pooling))
    model.train()(x)
    k, p = 30, model.time_pooling
    grad = np.zeros((1, 2, 60))
    grad[..., k] = 1
    model.eval()(x)
    touched = np.flatnonzero(np.abs(model.backward(grad)).sum(axis=(0, 1, 2)))
    assert touched[0] == k * p - model.context_frames
    assert touched[-1] == (k + 1) * p - 1 + model.context_frames


@pytest.mark.parametrize("kind", ["strong", "weak", "both"])
def test_a_detector_learns_from_every_kind_of_label(kind):
    rng = np.random.default_rng(0)
    truth = np.zeros((16, 2, 16), np.float32)
    for k, clip in enumerate(truth):
        start = rng.integers(0, 10)
        clip[k % 2, start : start + 6] = k % 4 < 3
    x = 0.3 * rng.standard_normal((16, 1, 8, 16)).astype(np.float32)
    x[:, 0, :4] += truth[:, :1]
    x[:, 0, 4:] += truth[:, 1:]
    model = models.FrameCNN(8, 2, channels=(8, 8), pools=((1, 4), (1, 2)), context=1, dropout=0.0, rng=0)
    strong, weak = nn.BCEWithLogitsLoss(), nn.BCEWithLogitsLoss()
    optimizer = nn.AdamW(model.parameters(), lr=1e-2)
    for _ in range(60):
        model.zero_grad()
        frames = model(x)
        strong(frames, truth)
        weak(model.clip_logits(), truth.max(axis=2))
        model.backward(
            strong.backward() if kind in ("strong", "both") else None,
            weak.backward() if kind in ("weak", "both") else None,
        )
        optimizer.step()
    frames = model.eval()(x)
    if kind != "strong":
        assert np.mean((model.clip_logits() > 0) == truth.max(axis=2)) > 0.9
    if kind != "weak":
        assert np.mean((frames > 0) == truth) > 0.95
    assert frames[truth == 1].mean() > frames[truth == 0].mean() + 0.5  # weak labels tell where, too


def test_a_tagger_trains_the_weights_of_its_detector():
    detector = made("frame_cnn", dropout=0.0)
    tagger, x = models.ClipTagger(detector), numbers(cases.SHAPE, 1)
    y = tagger(x)
    np.testing.assert_array_equal(y, detector.clip_logits())
    grad_x = tagger.backward(numbers(y.shape, 2))
    detector(x)
    detector.clip_logits()
    np.testing.assert_array_equal(grad_x, detector.backward(None, numbers(y.shape, 2)))
    assert {id(p) for p in tagger.parameters()} == {id(p) for p in detector.parameters()}


def refuse(model, shape):
    return lambda: model(np.zeros(shape, np.float32))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (refuse(models.FrameCNN(rng=0), (1, 64, 100)), r"FrameCNN: expected spectrograms of shape \(batch, 1, 64"),
        (refuse(models.CRNN(rng=0), (1, 1, 100, 64)), r"CRNN: expected spectrograms .* got \(1, 1, 100, 64\)"),
        (refuse(models.CRNN(rng=0), (1, 1, 64, 3)), "CRNN: got 3 frames, at least 4"),
        (lambda: models.FrameCNN(128), "divide frequency by 64, but there are 128 mel bands"),
        (lambda: models.CRNN(channels=(8, 8)), "2 channels and 4 pools"),
        (lambda: models.FrameCNN(context=4), "context must be an odd number of frames, got 4"),
        (lambda: models.FrameCNN(rng=0).clip_logits(), "no clips were seen; call forward"),
        (lambda: models.FrameCNN(rng=0).backward(None), "call forward"),
        (lambda: models.AttentionPooling()(np.zeros((2, 3, 5))), "expected floats .* 2 n_classes"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(call, message):
    with pytest.raises(ValueError, match=message) as error:
        call()
    assert "\n" not in str(error.value)
