"""EMA and SWA against their closed forms, and where their weights go."""

from functools import partial

import numpy as np
import pytest

from npaudio import nn, training
from npaudio.training.averaging import RunningAverage
from tests.training_cases import data, network


def averaged(kind, values):
    """The running average of one number that takes these values."""
    model = nn.Linear(1, 1, bias=False, dtype=np.float64)
    average = RunningAverage(kind)
    for value in values:
        model.weight.data[...] = value
        average.update(model)
    return average.weights["weight"].item()


def test_ema_without_warm_up_is_the_geometric_sum():
    """a_T = d^T w_0 + (1 - d) Σ d^(T - t) w_t."""
    d, w = 0.8, np.random.default_rng(0).standard_normal(30)
    t = np.arange(1, 30)
    closed = d**29 * w[0] + (1 - d) * np.sum(d ** (29 - t) * w[1:])
    assert averaged(training.EMA(d, warm_up=False), w) == pytest.approx(closed, rel=1e-12)


def test_ema_of_a_ramp_lags_by_its_memory():
    """Far from the start, the average of w_t = t is t - d / (1 - d)."""
    d, steps = 0.9, 400
    assert averaged(training.EMA(d, warm_up=False), range(steps)) == pytest.approx(steps - 1 - d / (1 - d), rel=1e-9)


def test_ema_warms_up_as_tensorflow_s():
    w = [1.0, 5.0, -2.0, 4.0]
    expected = w[0]
    for t, value in enumerate(w[1:], 1):
        decay = min(0.25, (1 + t) / (10 + t))
        expected = decay * expected + (1 - decay) * value
    assert averaged(training.EMA(0.25), w) == pytest.approx(expected, rel=1e-12)
    assert averaged(training.EMA(0.999), [7.0]) == 7.0


def test_swa_is_the_plain_mean():
    w = np.random.default_rng(1).standard_normal(17)
    assert averaged(training.SWA(), w) == pytest.approx(w.mean(), rel=1e-12)


@pytest.mark.parametrize(("start", "epochs", "first"), [(0.75, 8, 6), (0.75, 10, 8), (0.0, 4, 0), (0.99, 5, 4)])
def test_swa_begins_after_its_share_of_the_epochs_and_has_the_last_at_least(start, epochs, first):
    swa = training.SWA(start)
    assert [epoch for epoch in range(epochs) if swa.begun(epoch, epochs)] == list(range(first, epochs))


def test_counts_are_copied_and_statistics_averaged():
    norm = nn.BatchNorm1d(2)
    average = RunningAverage(training.EMA(0.5, warm_up=False))
    x = np.random.default_rng(0).standard_normal((8, 2)).astype(np.float32)
    means = []
    for _ in range(3):
        norm(x)
        average.update(norm)
        means.append(norm.running_mean.copy())
    assert average.weights["num_batches_tracked"] == 3
    np.testing.assert_allclose(average.weights["running_mean"], means[0] / 4 + means[1] / 4 + means[2] / 2, rtol=1e-6)


def test_the_model_ends_with_the_average_of_its_own_path():
    """Without BatchNorm and validation: the mean of the weights at the ends of the epochs, written down on the way."""
    x, y = data()
    path, model = [], nn.Sequential(nn.Linear(5, 3, rng=0))
    training.fit(
        model,
        x,
        y,
        epochs=4,
        optimizer=partial(nn.SGD, lr=0.1),
        average=training.SWA(0.5),
        after_epoch=lambda _: path.append(model[0].weight.data.copy()),
    )
    np.testing.assert_allclose(model[0].weight.data, (path[2] + path[3]) / 2, rtol=1e-6)


def test_the_training_goes_on_from_its_own_weights():
    x, y = data()
    paths = []
    for average in (None, training.EMA(0.9), training.SWA(0.0)):
        model, path = network(), []
        training.fit(
            model,
            x,
            y,
            epochs=3,
            validation=(x, y),
            average=average,
            after_epoch=lambda _, m=model, p=path: p.append(m[0].weight.data.copy()),
        )
        paths.append(path)
    np.testing.assert_array_equal(paths[0], paths[1])
    np.testing.assert_array_equal(paths[0], paths[2])


@pytest.mark.parametrize("average", [training.EMA(0.9), training.SWA(0.3)])
def test_what_is_validated_is_the_average_and_is_what_stays(average):
    x, y = data()
    model = network()
    history = training.fit(model, x, y, epochs=5, validation=(x, y), average=average, keep_best=False)
    assert nn.CrossEntropyLoss()(training.predict(model, x), y) == pytest.approx(history["val_loss"][-1], rel=1e-6)


def test_one_value_of_settings_serves_many_trainings():
    x, y = data()
    average = training.EMA(0.9)
    models = [network(), network()]
    for model in models:
        training.fit(model, x, y, epochs=2, average=average)
    assert models[0][0].weight.data.tobytes() == models[1][0].weight.data.tobytes()


def test_batch_norm_is_measured_anew():
    """In equal batches: the mean of the batch means, and of their unbiased variances; dropout plays no part."""
    x, _ = data(24)
    model = nn.Sequential(nn.Dropout(0.5, rng=0), nn.BatchNorm1d(5))
    model.eval()
    state = model[0].rng.bit_generator.state
    training.recompute_batch_norm(model, x, batch_size=8)
    batches = x.reshape(3, 8, 5)
    np.testing.assert_allclose(model[1].running_mean, batches.mean(axis=(0, 1)), atol=1e-6)
    np.testing.assert_allclose(model[1].running_var, batches.var(axis=1, ddof=1).mean(axis=0), rtol=1e-5)
    assert model[0].rng.bit_generator.state == state
    assert model[1].momentum == 0.1
    assert not model.training
    assert not model[1].training


def test_without_batch_norm_nothing_is_run():
    training.recompute_batch_norm(nn.Linear(3, 2), np.zeros((4, 99), np.float32))


def test_settings_out_of_range_are_refused():
    with pytest.raises(ValueError, match="EMA: decay must be above 0 and below 1, got 1"):
        training.EMA(1)
    with pytest.raises(ValueError, match="SWA: start must be a share of the epochs"):
        training.SWA(10)


def test_numbers_of_numpy_and_no_numbers():
    assert training.SWA(start=np.int8(0)).begun(0, 200)
    assert training.EMA(np.float16(0.5), warm_up=False).share(1) == 0.5
    for make, said in (
        (training.SWA, "SWA: start must be a finite number"),
        (training.EMA, "EMA: decay must be a fini"),
    ):
        for value in ("half", np.nan, None):
            with pytest.raises(ValueError, match=said):
                make(value)
