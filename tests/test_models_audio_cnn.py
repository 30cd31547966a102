"""The article's network and the table of its layers."""

import numpy as np
import pytest

from npaudio import nn
from npaudio.models import AudioCNN, summary


def spectrograms(shape=(4, 1, 64, 173), seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def test_size_shape_and_names_are_the_articles():
    model = AudioCNN(num_classes=50, rng=0)
    assert sum(parameter.size for parameter in model.parameters()) == 401_650
    assert model(spectrograms()).shape == (4, 50)
    names = [name for name, _ in model.named_parameters()]
    assert names[0] == "features.0.weight"
    assert names[-2:] == ["classifier.2.weight", "classifier.2.bias"]
    assert model.features[12].weight.shape == (256, 128, 3, 3)


@pytest.mark.parametrize("n_frames", [8, 9, 15, 157, 4000])
def test_any_number_of_frames(n_frames):
    model = AudioCNN(n_mels=8, num_classes=3, rng=0)
    x = spectrograms((2, 1, 8, n_frames))
    assert model.eval()(x).shape == (2, 3)
    assert model.backward(np.ones((2, 3), np.float32)).shape == x.shape


@pytest.mark.parametrize("n_frames", [1, 7])
def test_too_few_frames_name_the_shortest(n_frames):
    with pytest.raises(ValueError, match=f"got {n_frames} frames, at least 8 are needed"):
        AudioCNN(rng=0)(spectrograms((1, 1, 64, n_frames)))


@pytest.mark.parametrize("shape", [(1, 64, 173), (1, 2, 64, 173), (1, 1, 173, 64), (64, 173)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r"expected spectrograms of shape \(batch, 1, 64, n_frames\)"):
        AudioCNN(rng=0)(spectrograms(shape))


def test_few_mels_are_refused():
    with pytest.raises(ValueError, match="n_mels must be at least 8"):
        AudioCNN(n_mels=7)


def test_gradient_of_the_input_in_evaluation_is_right():
    model = AudioCNN(n_mels=8, num_classes=3, rng=0)
    model(spectrograms((4, 1, 8, 9)))
    assert nn.gradcheck(model.eval(), spectrograms((2, 1, 8, 9), seed=3), max_entries=5).max_error <= 1e-6


def test_same_seed_same_network_and_same_training():
    losses = []
    for _ in range(2):
        model, criterion = AudioCNN(n_mels=8, num_classes=3, rng=7), nn.CrossEntropyLoss()
        optimizer = nn.AdamW(model.parameters(), lr=1e-2)
        for step in range(3):
            optimizer.zero_grad()
            losses.append(criterion(model(spectrograms((6, 1, 8, 9), seed=step)), np.arange(6) % 3))
            model.backward(criterion.backward())
            optimizer.step()
    assert losses[:3] == losses[3:]


def test_it_learns_a_few_spectrograms_by_heart():
    model, criterion = AudioCNN(n_mels=8, num_classes=3, dropout=0.0, rng=0), nn.CrossEntropyLoss()
    optimizer, x, classes = nn.Adam(model.parameters(), lr=3e-3), spectrograms((9, 1, 8, 16)), np.arange(9) % 3
    for _ in range(15):
        optimizer.zero_grad()
        loss = criterion(model(x), classes)
        model.backward(criterion.backward())
        optimizer.step()
    assert loss < 0.2
    assert np.array_equal(model(x).argmax(axis=1), classes)


def test_backward_before_forward_is_refused():
    with pytest.raises(ValueError, match=r"AudioCNN\.backward: there is no forward pass"):
        AudioCNN().backward(np.zeros((1, 50), np.float32))


def test_summary_counts_by_hand():
    model = AudioCNN(num_classes=50, rng=0)
    table = summary(model, (1, 1, 64, 173))
    assert model.training
    assert table.parameters == 401_650 == sum(row.parameters for row in table.rows)
    rows = {row.name: row for row in table.rows}
    assert list(rows) == [name for name, part in model.named_modules() if not any(part.named_children())]
    assert rows["features.4"].output_shape == (1, 64, 32, 86)
    assert rows["features.4"].multiply_adds == 32 * 86 * 64 * 32 * 9
    assert rows["classifier.2"].multiply_adds == 256 * 50
    assert rows["classifier.2"].parameters == 256 * 50 + 50
    lines = str(table).splitlines()
    assert lines[0].split() == ["layer", "output", "shape", "parameters", "multiply-adds", "time"]
    assert "401,650" in lines[-1]
    shares = [float(line.split()[-1].rstrip("%")) for line in lines[2:-2]]
    assert sum(shares) == pytest.approx(100, abs=1)


def test_summary_leaves_modes_and_running_statistics_alone():
    model = AudioCNN(n_mels=8, rng=0)
    model.features.eval()
    before = model.state_dict()
    table = summary(model, (3, 1, 8, 9))
    assert len(table.rows) == 19
    assert model.training
    assert not model.features.training
    assert all(np.array_equal(before[name], array) for name, array in model.state_dict().items())


def test_training_without_the_gradient_of_the_input_gives_the_same_gradients():
    model = AudioCNN(n_mels=8, num_classes=3, rng=0)
    scores = model(spectrograms((4, 1, 8, 9)))
    model.backward(scores)
    expected = [parameter.grad.copy() for parameter in model.parameters()]
    model.zero_grad()
    model.backward_to_parameters(scores)
    assert all(np.array_equal(p.grad, e) for p, e in zip(model.parameters(), expected, strict=True))
