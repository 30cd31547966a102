"""Mean teacher: its loss, its average and its gradient written out, and what it refuses."""

from functools import partial

import numpy as np
import pytest

from npaudio import models, nn, training
from npaudio.training.mean_teacher import follow, ramp_up


def detector(dropout: float = 0.3, dtype=np.float64) -> models.FrameCNN:
    sizes = {"channels": (4, 4), "pools": ((1, 4), (1, 2)), "context": 3}
    return models.FrameCNN(8, 2, **sizes, dropout=dropout, rng=0, dtype=dtype)


def clips(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, 1, 8, 10))


def frame_targets(n: int) -> np.ndarray:
    return (np.random.default_rng(9).uniform(size=(n, 2, 10)) < 0.3).astype(np.float64)


STRONG, WEAK, UNLABELLED = (clips(6, 0), frame_targets(6)), (clips(5, 1), frame_targets(5).max(axis=2)), clips(7, 2)


def test_the_ramp_is_that_of_the_paper():
    assert [round(ramp_up(t), 4) for t in (0, 0.5, 1, 2)] == [0.0067, 0.2865, 1.0, 1.0]


def test_the_teacher_is_the_moving_average_of_the_student():
    teacher, student = detector(), detector()
    before = {name: p.data.copy() for name, p in teacher.named_parameters()}
    for parameter in student.parameters():
        parameter.data += 1
    follow(teacher, student, 0.75)
    for name, parameter in teacher.named_parameters():
        np.testing.assert_allclose(parameter.data, before[name] + 0.25)


class Recorded(nn.SGD):
    """Writes down the weights after each step."""

    def __init__(self, parameters, log):
        super().__init__(parameters, lr=0.1)
        self.log = log

    def step(self):
        super().step()
        self.log.append([parameter.data.copy() for parameter in self.parameters])


def test_training_follows_the_formulas():
    student, log = detector(), []
    result = training.fit_mean_teacher(
        student,
        strong=STRONG,
        weak=WEAK,
        unlabelled=UNLABELLED,
        steps=5,
        optimizer=partial(Recorded, log=log),
        decay=0.6,
    )
    average = [parameter.data for parameter in detector().parameters()]
    for step, weights in enumerate(log):
        decay = min(1 - 1 / (step + 1), 0.6)
        average = [decay * a + (1 - decay) * w for a, w in zip(average, weights, strict=True)]
    for ours, expected in zip(result.teacher.parameters(), average, strict=True):
        np.testing.assert_allclose(ours.data, expected, rtol=1e-12)
    assert result.supervised.shape == result.consistency.shape == (5,)
    assert not result.teacher.training
    assert result.consistency[0] > 0  # student and teacher start equal, but draw different dropout


def test_without_weight_it_is_plain_training_on_the_labels():
    one, two = detector(dropout=0.0), detector(dropout=0.0)
    x, y = STRONG
    optimizer = nn.SGD(two.parameters(), lr=0.1)
    result = training.fit_mean_teacher(
        one, strong=(x, y), steps=3, batch_size=6, optimizer=partial(nn.SGD, lr=0.1), weight=0.0
    )
    loss = nn.BCEWithLogitsLoss()
    for step in range(3):
        two.zero_grad()
        order = np.random.default_rng([0, 0, step]).choice(6, size=6, replace=False)
        assert loss(two.train()(x[order]), y[order]) == pytest.approx(result.supervised[step])
        two.backward(loss.backward())
        optimizer.step()
    for ours, expected in zip(one.parameters(), two.parameters(), strict=True):
        np.testing.assert_allclose(ours.data, expected.data, atol=1e-12)


def test_without_weight_the_teacher_has_batch_norm_statistics_of_its_own():
    """They come from its forward passes, which must not be left out: with its initial ones it would be useless."""
    settings = {"strong": STRONG, "steps": 40, "batch_size": 6, "optimizer": partial(nn.SGD, lr=1e-3), "weight": 0.0}
    student = detector(dropout=0.0)
    teacher = training.fit_mean_teacher(student, **settings).teacher
    found, own = teacher.state_dict(), student.state_dict()
    running = [name for name in found if "running" in name]
    assert running
    for name in running:
        np.testing.assert_allclose(found[name], own[name], rtol=0.05, atol=0.01)


def test_a_bad_batch_is_an_error_and_changes_no_weight():
    x, y = STRONG[0].copy(), STRONG[1]
    x[2, 0, 3, 3] = np.nan
    student = detector()
    before = [parameter.data.copy() for parameter in student.parameters()]
    with pytest.raises(nn.NonFiniteError, match=r"step 1: the loss is nan; .* the input x"):
        training.fit_mean_teacher(student, strong=(x, y), steps=3, batch_size=6)
    for parameter, kept in zip(student.parameters(), before, strict=True):
        np.testing.assert_array_equal(parameter.data, kept)


def test_the_gradient_is_that_of_the_stated_loss():
    """One step of size 1 moves every weight by minus its gradient: compare with finite differences of the loss."""
    w, rng = 2.0 * ramp_up(0), np.random.default_rng([0, 0, 0])
    chosen = [rng.choice(n, size=4, replace=False) for n in (6, 5, 7)]
    x = np.concatenate([STRONG[0][chosen[0]], WEAK[0][chosen[1]], UNLABELLED[chosen[2]]])
    teacher = detector(0.0)
    wanted = [nn.Sigmoid()(logits) for logits in (teacher(x), teacher.clip_logits())]

    def loss(model):
        logits = model(x), model.clip_logits()
        strong = nn.BCEWithLogitsLoss()(logits[0][:4], STRONG[1][chosen[0]])
        weak = nn.BCEWithLogitsLoss()(logits[1][4:8], WEAK[1][chosen[1]])
        squares = [np.mean((nn.Sigmoid()(given) - q) ** 2) for given, q in zip(logits, wanted, strict=True)]
        return strong + weak + w * sum(squares)

    student, model = detector(0.0), detector(0.0)
    kinds = {"strong": STRONG, "weak": WEAK, "unlabelled": UNLABELLED}
    training.fit_mean_teacher(student, **kinds, steps=1, batch_size=4, optimizer=partial(nn.SGD, lr=1.0))
    for name, index in (("dense.weight", (0, 1)), ("dense_softmax.bias", (1,)), ("cnn.cnn.conv1.weight", (2, 1, 0, 2))):
        values, moved = dict(model.named_parameters())[name].data, dict(student.named_parameters())[name].data
        start, slopes = values[index], []
        for h in (1e-6, -1e-6):
            values[index] = start + h
            slopes.append(loss(model))
        values[index] = start
        assert start - moved[index] == pytest.approx((slopes[0] - slopes[1]) / 2e-6, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"unlabelled": UNLABELLED}, "there are no labels"),
        ({"strong": (UNLABELLED, STRONG[1])}, r"strong has spectrograms \(7, 1, 8, 10\) and targets \(6, 2, 10\)"),
        ({"strong": STRONG, "unlabelled": UNLABELLED[0]}, r"unlabelled has spectrograms \(1, 8, 10\), expected"),
        ({"strong": STRONG, "steps": 0}, "steps must be at least 1"),
        ({"strong": STRONG, "batch_size": 0.5}, "batch_size must be a whole number"),
    ],
)
def test_what_cannot_be_taught_is_refused(settings, message):
    with pytest.raises(ValueError, match=message) as error:
        training.fit_mean_teacher(detector(), **{"steps": 1, **settings})
    assert "\n" not in str(error.value)
