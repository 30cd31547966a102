"""What fit does beside resuming: it learns as the plain loop does, keeps the best, stops early, refuses nonsense."""

import io
import itertools
import sys
from functools import partial

import numpy as np
import pytest

from npaudio import augment, metrics, nn, training
from npaudio.training.evaluation import Best
from tests.training_cases import blended, data, network


def plain_loop(model, x, y, *, epochs, batch, seed):
    """Training as a beginner writes it, on the same batches."""
    optimizer, loss = nn.AdamW(model.parameters()), nn.CrossEntropyLoss()
    for epoch in range(epochs):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0, epoch)))
        order = rng.permutation(len(x))
        for indices in np.array_split(order, -(-len(x) // batch)):
            model.zero_grad()
            loss(model(x[indices]), y[indices])
            model.backward(loss.backward())
            optimizer.step()


def test_fit_is_the_plain_loop():
    x, y = data()
    ours, theirs = network(), network()
    training.fit(ours, x, y, epochs=3, batch_size=16, seed=5)
    plain_loop(theirs, x, y, epochs=3, batch=16, seed=5)
    for name, array in theirs.state_dict().items():
        assert ours.state_dict()[name].tobytes() == array.tobytes()


def test_it_learns_and_leaves_the_model_ready_for_use():
    x, y = data(300)
    model = network()
    history = training.fit(model, x, y, epochs=15, optimizer=partial(nn.AdamW, lr=0.01))
    assert history["loss"][-1] < 0.7 * history["loss"][0]
    assert training.accuracy(y, training.predict(model, x)) > 0.75
    assert not model.training
    assert not any(layer.training for layer in model)


def test_the_recorded_loss_is_the_mean_over_the_examples():
    x, y = data(13)
    model = nn.Sequential(nn.Linear(5, 3, rng=0))
    first = nn.CrossEntropyLoss()(model(x), y)
    history = training.fit(model, x, y, epochs=1, batch_size=5, optimizer=partial(nn.SGD, lr=0.0))
    assert history["loss"] == [pytest.approx(first, rel=1e-6)]  # 5, 4 and 4 examples, weights that stay


def test_batches_are_as_equal_as_possible_and_hold_everything_once():
    x, y = data(33)
    sizes, seen = [], []

    def watch(xb, yb, rng):
        sizes.append(len(xb))
        seen.append(xb[:, 0])
        return xb, yb

    training.fit(network(), x, y, epochs=2, batch_size=32, augment=watch)
    assert sizes == [17, 16, 17, 16]
    np.testing.assert_array_equal(np.sort(np.concatenate(seen[:2])), np.sort(x[:, 0]))
    assert not np.array_equal(seen[0], seen[2])


def test_augmentation_gets_a_copy_and_a_stream_of_its_own():
    x, y = data()
    before, draws = x.copy(), []

    def spoil(xb, yb, rng):
        xb += 1
        draws.append(rng.random())
        return xb, yb

    training.fit(network(), x, y, epochs=2, batch_size=20, augment=spoil)
    np.testing.assert_array_equal(x, before)
    assert len(set(draws)) == 6


def test_a_memory_map_gives_what_the_array_gives(tmp_path):
    x, y = data()
    np.save(tmp_path / "x.npy", x)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    models = [network(), network()]
    for model, inputs in zip(models, (x, mapped), strict=True):
        training.fit(model, inputs, y, epochs=2, validation=(inputs[:20], y[:20]))
    assert all(np.array_equal(a, models[1].state_dict()[n]) for n, a in models[0].state_dict().items())


def test_the_schedule_goes_on_after_each_step_and_the_history_has_its_rates():
    x, y = data(40)
    model = network()
    optimizer = nn.AdamW(model.parameters())
    schedule = nn.OneCycle(optimizer, max_lr=0.01, total_steps=12)
    history = training.fit(model, x, y, epochs=4, batch_size=16, optimizer=optimizer, schedule=schedule)
    assert history["lr"] == [schedule.lr_at(k) for k in (2, 5, 8, 11)]


def test_the_best_epoch_is_in_the_model_at_the_end():
    x, y = data()
    values = iter([0.3, 0.9, 0.9, 0.1])
    scores = []

    def quality(y_true, y_score):
        scores.append(y_score)
        return next(values)

    model = network()
    history = training.fit(model, x, y, epochs=4, validation=(x, y), metric=quality)
    best = 2 if history["val_loss"][1] <= history["val_loss"][2] else 3  # the loss decides between equals
    assert history.best_epoch == best
    assert history["val_quality"] == [0.3, 0.9, 0.9, 0.1]
    np.testing.assert_array_equal(training.predict(model, x), scores[best - 1])


def test_without_a_metric_the_validation_loss_decides_and_keep_best_can_be_left_off():
    x, y = data()
    results = {}
    for keep_best in (True, False):
        model = network(dropout=0.0)
        # a rate that is too high in the end makes the last epoch a bad one
        history = training.fit(
            model, x, y, epochs=6, optimizer=partial(nn.SGD, lr=3.0), validation=(x, y), keep_best=keep_best
        )
        results[keep_best] = nn.CrossEntropyLoss()(training.predict(model, x), y)
    assert history.best_epoch == 1 + int(np.argmin(history["val_loss"]))
    assert results[True] == pytest.approx(min(history["val_loss"]))
    assert results[False] == pytest.approx(history["val_loss"][-1])


def test_early_stopping_waits_for_patience():
    values = iter([0.1, 0.5, 0.4, 0.4, 0.3, 0.9])
    x, y = data()
    history = training.fit(network(), x, y, epochs=6, validation=(x, y), metric=lambda *_: next(values), patience=3)
    assert history.n_epochs == 5  # epochs 3, 4 and 5 were no better than 2
    assert history.stopped_early
    assert history.best_epoch == 2
    assert "val_<lambda>" in history


def test_the_last_epoch_is_no_early_stop():
    values = iter([0.5, 0.4, 0.4])
    x, y = data()
    history = training.fit(network(), x, y, epochs=3, validation=(x, y), metric=lambda *_: next(values), patience=2)
    assert history.n_epochs == 3
    assert not history.stopped_early


def test_nan_is_never_the_best():
    best, model = Best(), network()
    for epoch, value in enumerate([np.nan, 0.2, np.nan, 0.1], 1):
        best.offer(model, epoch, loss=1.0, metric=value)
    assert best.epoch == 2
    assert best.is_stale(4, patience=2)
    assert not best.is_stale(4, patience=3)
    assert not best.is_stale(4, patience=None)


def test_gradients_are_clipped():
    """With plain SGD at rate 1 the weights move by the clipped length exactly."""
    x, y = data(8)
    model = nn.Sequential(nn.Linear(5, 3, rng=0))
    before = model.state_dict()
    training.fit(model, 100 * x, y, epochs=1, optimizer=partial(nn.SGD, lr=1.0), clip_norm=0.25)
    moved = [(array - before[name]).ravel() for name, array in model.state_dict().items()]
    assert np.linalg.norm(np.concatenate(moved)) == pytest.approx(0.25, rel=1e-4)


def test_nan_names_step_and_layer():
    x, y = data(40)

    def poisoned(xb, yb, rng):
        calls.append(1)
        return (xb * np.nan if len(calls) == 4 else xb), yb

    calls = []
    with pytest.raises(nn.NonFiniteError, match=r"step 4: .* the input x"):
        training.fit(network(), x, y, epochs=3, batch_size=20, augment=poisoned)


def test_soft_and_multi_hot_targets_train():
    x, y = data(90)
    training.fit(network(), x, y, epochs=1, augment=blended)
    many = np.eye(3, dtype=np.float32)[y]
    history = training.fit(
        network(),
        x,
        many,
        epochs=3,
        loss=nn.BCEWithLogitsLoss(),
        validation=(x, many),
        metric=metrics.mean_average_precision,
    )
    assert len(history["val_mean_average_precision"]) == 3


def test_class_weights_go_through_the_loss():
    x, y = data(90)
    rare = np.concatenate([np.flatnonzero(y != 2), np.flatnonzero(y == 2)[:4]])
    recalls = []
    for weight in (None, training.class_weights(y[rare])):
        model = network()
        training.fit(model, x[rare], y[rare], epochs=20, loss=nn.CrossEntropyLoss(weight))
        recalls.append(np.mean(training.predict(model, x)[y == 2].argmax(axis=1) == 2))
    assert recalls[1] > recalls[0]


def test_after_epoch_is_called_with_the_history():
    lengths = []
    x, y = data()
    training.fit(network(), x, y, epochs=3, after_epoch=lambda history: lengths.append(history.n_epochs))
    assert lengths == [1, 2, 3]


X, Y = data(12)
OTHER = nn.AdamW(network().parameters())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"x": X[:3]}, r"fit: x has shape \(3, 5\) and y \(12,\), expected the same number"),
        ({"x": X[:0], "y": Y[:0]}, "at least one"),
        ({"y": np.array(["dog"] * 12)}, "expected targets, integers or numbers; for labels take"),
        ({"epochs": 0}, "fit: epochs must be at least 1, got 0"),
        ({"batch_size": 2.5}, "fit: batch_size must be a whole number, got 2.5"),
        ({"seed": -1}, "fit: seed must be a whole number of at least 0"),
        ({"seed": np.random.default_rng(0)}, "draw one with"),
        ({"patience": 2}, "metric and patience need data"),
        ({"validation": X}, r"validation must be \(x_val, y_val\), got ndarray"),
        ({"validation": (X, Y[:2])}, "fit: x of validation has shape"),
        ({"optimizer": OTHER}, "the optimizer has other parameters"),
        ({"schedule": nn.OneCycle(OTHER, 0.1, 1)}, "the schedule belongs to another optimizer"),
        ({"sampler": lambda y, rng: np.arange(5)}, r"the sampler gave int64 \(5,\), expected 12 indices"),
        ({"augment": lambda x, y, rng: x}, r"augment must return \(x, y\)"),
        (
            {"sampler": lambda y, rng: np.arange(12) + 1},
            "the sampler gave int64 from 1 to 12, expected 12 indices below 12",
        ),
        ({"sampler": training.Weighted}, "sampler must be one like training.ClassBalanced.., got the class Weighted"),
        ({"sampler": np.arange(12)}, "sampler must be one like .* got array"),
        ({"optimizer": None}, "optimizer must not be None; leave it out for nn.AdamW"),
        ({"loss": nn.GeneralizedCrossEntropyLoss(), "average": nn.Linear}, "average must be .* got the class Linear"),
        ({"sampler": lambda y, rng: np.array(["a"] * 12)}, "the sampler gave <U1 .12,., expected 12 indices"),
        ({"sampler": "balanced"}, "sampler must be one like .* got 'balanced'"),
        ({"loss": "ce"}, "loss must be an nn.Loss, got 'ce'; pass for example nn.CrossEntropyLoss"),
        ({"average": "ema"}, "average must be training.EMA.. or training.SWA.., got 'ema'"),
        ({"optimizer": "adam"}, "optimizer must be a function, got 'adam'"),
        ({"metric": "accuracy", "validation": (X, Y)}, "metric must be a function, got 'accuracy'"),
        ({"after_epoch": 3}, "after_epoch must be a function, got 3"),
        ({"augment": 3}, "augment must be a function, got 3"),
        ({"schedule": nn.OneCycle}, "the schedule cannot be made .*max_lr.*functools.partial"),
        ({"schedule": "cosine"}, "schedule must be a function, got 'cosine'"),
        ({"x": [[1.0], [1.0, 2.0]], "y": [0, 1]}, "x holds examples of different shapes; cut or pad them"),
        ({"clip_norm": -1}, "clip_norm must be a finite number above 0, got -1"),
        (
            {"validation": (np.where(np.arange(12)[:, None] == 7, np.nan, X), Y)},
            "example 7 of the validation x holds NaN",
        ),
        ({"resume": 1, "checkpoint": "run.npz"}, "resume must be True, False, or the path of a checkpoint, got 1"),
        (
            {"resume": "nowhere.npz"},
            "there is no checkpoint at .*nowhere.npz' to resume; pass checkpoint='nowhere.npz'",
        ),
    ],
)
def test_nonsense_is_refused_in_a_sentence(arguments, said):
    settings = {"x": X, "y": Y, "epochs": 1, **arguments}
    with pytest.raises(ValueError, match=said):
        training.fit(network(), settings.pop("x"), settings.pop("y"), **settings)


def test_a_terminal_without_a_descriptor_will_do(monkeypatch):
    class Tee:
        """As in some notebooks: neither fileno nor a width."""

        def __init__(self):
            self.text = ""

        def write(self, text):
            self.text += text

        def flush(self):
            pass

        def isatty(self):
            return True

    tee = Tee()
    monkeypatch.setattr(sys, "stderr", tee)
    training.fit(network(), X, Y, epochs=2)
    assert "epoch 2: loss" in tee.text


def test_what_is_no_network_is_refused():
    with pytest.raises(
        ValueError, match=r"model must be an nn\.Module, got <function .*; put layers into nn\.Sequential"
    ):
        training.fit(accuracy_of_nothing, X, Y, epochs=1)


def accuracy_of_nothing(y, scores):
    return 0.0


def test_classes_stand_for_one_of_them_with_its_defaults():
    plain, same = network(), network()
    training.fit(plain, X, Y, epochs=2, loss=nn.CrossEntropyLoss(), average=training.EMA(), sampler=training.Shuffled())
    training.fit(same, X, Y, epochs=2, loss=nn.CrossEntropyLoss, average=training.EMA, sampler=training.Shuffled)
    for name, array in plain.state_dict().items():
        np.testing.assert_array_equal(array, same.state_dict()[name])


def test_a_chain_is_done_to_each_example_by_itself():
    seen = []

    def spied(y, *, rng):
        seen.append(y.shape)
        return augment.gain(y, db=(-6, 6), rng=rng)

    training.fit(network(), X, Y, epochs=2, batch_size=6, augment=augment.Compose([spied]))
    assert seen == [(5,)] * 24
    with pytest.raises(ValueError, match="examples of different lengths; end the chain with a random_crop"):
        training.fit(network(), X, Y, epochs=1, augment=augment.Compose([cut_somewhere]))


def cut_somewhere(y, *, rng):
    return y[: rng.integers(1, 5)]


def test_a_validation_loss_that_is_no_number_stops_the_training():
    class Broken(nn.CrossEntropyLoss):
        def forward(self, scores, targets):
            return super().forward(scores, targets) if len(scores) == 12 else float("nan")

    with pytest.raises(
        nn.NonFiniteError, match=r"the validation loss is nan after epoch 1, although .* check the valid"
    ):
        training.fit(network(), X, Y, epochs=3, loss=Broken(), validation=(X[:5], Y[:5]))


def test_an_error_leaves_the_best_network_in_evaluation_mode():
    best = network()
    history = training.fit(best, X, Y, epochs=4, validation=(X, Y))
    assert history.best_epoch == 4
    calls = []

    def failing(x, y, rng):
        calls.append(1)
        if len(calls) > 4:
            raise RuntimeError("the disk with the recordings is gone")
        return x, y

    model = network()
    with pytest.raises(RuntimeError, match="is gone"):
        training.fit(model, X, Y, epochs=9, validation=(X, Y), augment=failing)
    assert not model.training
    for name, array in best.state_dict().items():
        np.testing.assert_array_equal(array, model.state_dict()[name])


def test_a_schedule_for_another_number_of_steps_is_refused():
    model = network()
    optimizer = nn.AdamW(model.parameters())
    with pytest.raises(ValueError, match="made for 7 steps, but there will be 2"):
        training.fit(model, X, Y, epochs=1, batch_size=6, optimizer=optimizer, schedule=nn.OneCycle(optimizer, 0.1, 7))


def test_predict_restores_the_mode_and_refuses_nothing():
    model = network().train()
    scores = training.predict(model, X, batch_size=5)
    assert model.training
    np.testing.assert_allclose(scores, model.eval()(X), rtol=1e-5)
    with pytest.raises(ValueError, match="predict: x is empty"):
        training.predict(model, X[:0])
    with pytest.raises(ValueError, match="predict: batch_size must be at least 1, got 0"):
        training.predict(model, X, batch_size=0)


def test_layers_that_are_frozen_stay_frozen():
    model = network().train()
    model[1].eval()
    modes = [module.training for module in model.modules()]
    assert sorted(set(modes)) == [False, True]
    training.predict(model, X)
    assert [module.training for module in model.modules()] == modes
    training.recompute_batch_norm(model, X)
    assert [module.training for module in model.modules()] == modes


def test_a_bad_batch_does_not_stay_in_the_statistics_of_batch_norm():
    """Without validation data there are no best weights to fall back on."""
    x, y = data(40)

    def poisoned(xb, yb, rng):
        calls.append(1)
        return (xb * np.nan if len(calls) == 4 else xb), yb

    calls, model = [], network()
    with pytest.raises(nn.NonFiniteError, match="step 4"):
        training.fit(model, x, y, epochs=3, batch_size=20, augment=poisoned)
    assert model[1].num_batches_tracked == 3
    assert all(np.isfinite(array).all() for array in model.state_dict().values())
    assert np.isfinite(training.predict(model, x)).all()


def test_layers_that_work_in_place_leave_the_data_as_they_are():
    x, y = data(40)
    before = x.copy()
    model = nn.Sequential(nn.ReLU(inplace=True), nn.Linear(5, 3, rng=0), nn.BatchNorm1d(3))
    training.fit(model, x, y, epochs=2, validation=(x, y), average=training.SWA(start=0.0))
    training.predict(model, x)
    training.recompute_batch_norm(model, x)
    np.testing.assert_array_equal(x, before)


def test_small_integers_of_numpy_do_not_overflow(monkeypatch):
    x, y = data(300)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setattr("npaudio._core.terminal.SECONDS_BETWEEN", 0.0)
    model = nn.Sequential(nn.Linear(5, 3, rng=0), nn.BatchNorm1d(3))
    small = {"epochs": np.int8(100), "batch_size": np.int8(100), "seed": np.uint8(200), "patience": np.int8(100)}
    training.fit(model, x, y, **small, validation=(x, y), checkpoint_every=None)
    assert "training: 29,900 of 30,000 examples" in terminal.getvalue()
    assert training.predict(model, x, batch_size=np.int8(100)).shape == (300, 3)
    training.recompute_batch_norm(model, x, batch_size=np.int8(100))
    with pytest.raises(ValueError, match="recompute_batch_norm: batch_size must be at least 1, got 0"):
        training.recompute_batch_norm(model, x, batch_size=0)


def test_masked_arrays_are_refused():
    with pytest.raises(ValueError, match="fit: x is a masked array, and its mask would be ignored"):
        training.fit(network(), np.ma.masked_less(X, 0), Y, epochs=1)


def test_accuracy_is_that_of_the_metrics():
    assert training.accuracy is metrics.accuracy
    scores = np.array([[0.1, 0.9], [0.8, 0.2], [0.7, 0.3]])
    for y_true in ([1, 0, 1], np.eye(2)[[1, 0, 1]]):
        assert training.accuracy(y_true, scores) == metrics.accuracy([1, 0, 1], [1, 0, 0]) == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="accuracy: y_true has shape"):
        training.accuracy([1, 0], scores)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_has_rate_and_time_left_on_a_terminal_and_is_silent_elsewhere(monkeypatch):
    for stream, speaks in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setattr("npaudio._core.terminal.SECONDS_BETWEEN", 0.0)
        training.fit(network(), X, Y, epochs=2, batch_size=6)
        text = stream.getvalue()
        assert ("training: 18 of 24 examples, " in text and " a second, 0:00 left, epoch 2, loss " in text) == speaks
        assert ("epoch 2: loss " in text) == speaks
        assert bool(text) == speaks
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    training.fit(network(), X, Y, epochs=1, progress=False)
    assert terminal.getvalue() == ""


def test_time_left_counts_the_steps_of_this_session_only(monkeypatch, tmp_path):
    class Stop(Exception):
        pass

    def stop(history):
        if history.n_epochs == 5:
            raise Stop

    settings = {"epochs": 10, "batch_size": 12, "optimizer": partial(nn.SGD, lr=0.1), "checkpoint": tmp_path / "a.npz"}
    with pytest.raises(Stop):
        training.fit(network(), X, Y, **settings, after_epoch=stop)
    now = itertools.count()
    monkeypatch.setattr("npaudio._core.terminal.time.monotonic", lambda: float(next(now)))
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    training.fit(network(), X, Y, **settings, resume=True)
    assert "training: 72 of 120 examples, 6.0 a second, 0:08 left, epoch 6, loss" in terminal.getvalue()
