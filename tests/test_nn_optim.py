"""Optimizers and schedules: what they do to a parabola, resuming, errors. Equality with PyTorch: test_nn_golden."""

import numpy as np
import pytest

from npaudio import nn

MAKERS = {
    "sgd": lambda p: nn.SGD(p, lr=0.1),
    "momentum": lambda p: nn.SGD(p, lr=0.05, momentum=0.9),
    "nesterov": lambda p: nn.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    "adam": lambda p: nn.Adam(p, lr=0.1),
    "adamw": lambda p: nn.AdamW(p, lr=0.1, weight_decay=0.0),
}


def descend(optimizer, w, steps):
    """Steps down the parabola (w - 3)² / 2."""
    for _ in range(steps):
        optimizer.zero_grad()
        w.grad += w.data - 3
        optimizer.step()


@pytest.mark.parametrize("name", MAKERS)
def test_finds_the_bottom_of_a_parabola(name):
    w = nn.Parameter(np.array([0.0, 10.0]))
    descend(MAKERS[name]([w]), w, 300)
    np.testing.assert_allclose(w.data, 3, atol=0.01)


@pytest.mark.parametrize("name", MAKERS)
def test_resumed_training_takes_the_same_path(name):
    w = nn.Parameter(np.array([0.0, 10.0]))
    optimizer = MAKERS[name]([w])
    descend(optimizer, w, 5)
    copy = nn.Parameter(w.data.copy())
    resumed = MAKERS[name]([copy])
    resumed.load_state_dict(optimizer.state_dict())
    descend(optimizer, w, 5)
    descend(resumed, copy, 5)
    assert np.array_equal(w.data, copy.data)


def test_adamw_decays_without_gradient_and_adam_does_not():
    for kind, expected in ((nn.AdamW, 1 - 0.1 * 0.5), (nn.Adam, 1.0)):
        w = nn.Parameter(np.ones(3))
        kind([w], lr=0.1, weight_decay=0.5 if kind is nn.AdamW else 0.0).step()
        np.testing.assert_allclose(w.data, expected)


def test_clip_grad_norm_shortens_but_never_lengthens():
    w = nn.Parameter(np.zeros(2))
    w.grad += [3, 4]
    assert nn.clip_grad_norm([w], 10) == pytest.approx(5)
    np.testing.assert_array_equal(w.grad, [3, 4])
    nn.clip_grad_norm(iter([w]), 1)
    with pytest.raises(ValueError, match=r"clip_grad_norm: max_norm must be at least 0, got -0\.5"):
        nn.clip_grad_norm([w], -0.5)
    assert np.linalg.norm(w.grad) == pytest.approx(1, rel=1e-6)


def test_one_cycle_rises_and_falls_and_stays_at_its_end():
    optimizer = nn.SGD([nn.Parameter(np.zeros(1))], lr=1.0, momentum=0.5)
    schedule = nn.OneCycle(optimizer, max_lr=0.5, total_steps=10)
    assert optimizer.lr == pytest.approx(0.5 / 25)
    assert optimizer.momentum == pytest.approx(0.95)
    for _ in range(20):
        schedule.step()
    assert optimizer.lr == pytest.approx(0.5 / 25 / 1e4)
    assert schedule.lr_at(2) == pytest.approx(0.5)
    assert schedule.momentum_at(2) == pytest.approx(0.85)


def test_one_cycle_leaves_sgd_without_momentum_alone():
    optimizer = nn.SGD([nn.Parameter(np.zeros(1))])
    nn.OneCycle(optimizer, max_lr=0.5, total_steps=10)
    assert optimizer.momentum == 0


def test_warmup_cosine_has_straight_and_round_parts():
    optimizer = nn.AdamW([nn.Parameter(np.zeros(1))], lr=1.0)
    schedule = nn.WarmupCosine(optimizer, warmup_steps=4, total_steps=13, min_lr=0.1)
    rates = [schedule.lr_at(k) for k in range(13)]
    np.testing.assert_allclose(rates[:5], [0.25, 0.5, 0.75, 1.0, 1.0])
    assert rates[8] == pytest.approx(0.55)
    assert rates[12] == pytest.approx(0.1)
    assert optimizer.lr == 0.25


@pytest.mark.parametrize(("warmup", "total", "rates"), [(1, 3, [1, 1, 0]), (2, 2, [0.5, 1, 1]), (0, 2, [1, 0, 0])])
def test_warmup_of_all_or_nearly_all_steps(warmup, total, rates):
    """A step too many has the last rate."""
    schedule = nn.WarmupCosine(nn.SGD([nn.Parameter(np.ones(1))], lr=1.0), warmup, total)
    np.testing.assert_allclose([schedule.lr_at(k) for k in range(3)], rates, atol=1e-12)


def test_schedule_resumes():
    optimizer = nn.Adam([nn.Parameter(np.zeros(1))])
    schedule = nn.OneCycle(optimizer, max_lr=1.0, total_steps=10)
    schedule.step()
    other = nn.OneCycle(optimizer, max_lr=1.0, total_steps=10)
    other.load_state_dict(schedule.state_dict())
    assert optimizer.lr == schedule.lr_at(1)


def test_errors():
    w = nn.Parameter(np.zeros(2))
    with pytest.raises(ValueError, match=r"pass model\.parameters"):
        nn.SGD([])
    with pytest.raises(ValueError, match=r"pass model\.parameters"):
        nn.Adam([np.zeros(2)])
    with pytest.raises(ValueError, match="lr must be at least 0, got -1"):
        nn.Adam([w], lr=-1)
    with pytest.raises(ValueError, match="betas must be"):
        nn.Adam([w], betas=(0.9, 1.0))
    with pytest.raises(ValueError, match="nesterov needs a momentum"):
        nn.SGD([w], nesterov=True)
    with pytest.raises(ValueError, match="another optimizer or network"):
        nn.Adam([w]).load_state_dict(nn.SGD([w]).state_dict())
    with pytest.raises(ValueError, match="warmup_steps must be 0 to total_steps = 3"):
        nn.WarmupCosine(nn.Adam([w]), 4, 3)
    with pytest.raises(ValueError, match="total_steps must be at least 1"):
        nn.OneCycle(nn.Adam([w]), 0.1, 0)
    with pytest.raises(ValueError, match="pct_start must be between 0 and 1, got -0"):
        nn.OneCycle(nn.Adam([w]), 0.1, 5, pct_start=-0.5)
