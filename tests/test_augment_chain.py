"""Chains: they print themselves, repeat from one seed in any process and any order, and keep their probabilities."""

import copy
import functools
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

from npaudio.augment import (
    Compose,
    OneOf,
    Step,
    add_noise,
    gain,
    mix_background,
    pitch_shift,
    polarity,
    spec_augment,
    speed_perturb,
    time_shift,
)


def a_chain():
    return Compose(
        [
            Step(time_shift, shift=(-0.5, 0.5)),
            OneOf([Step(speed_perturb, rate=(0.9, 1.1)), Step(pitch_shift, semitones=(-2, 2), n_fft=256)], p=0.5),
            Step(mix_background, background=np.sin(np.arange(700.0)), p=0.5),
            Step(add_noise, snr_db=(10, 30), color="pink", p=0.9),
            functools.partial(gain, db=(-3, 3)),
        ]
    )


def augmented(chain, index):
    y = np.sin(np.arange(1000) / (5 + index))
    return chain(y, rng=(42, 1, index))


def doubled(y):
    return 2 * y


def test_same_seed_same_result_in_other_processes_and_in_any_order():
    chain = a_chain()
    here = [augmented(chain, index) for index in range(6)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        there = list(pool.map(augmented, [chain] * 6, reversed(range(6))))
    for one, other in zip(here, reversed(there), strict=True):
        np.testing.assert_array_equal(one, other)


def test_every_item_epoch_and_seed_has_a_stream_of_its_own():
    y = np.ones(50)
    step = Step(add_noise)
    results = {step(y, rng=(s, e, i)).tobytes() for s in range(3) for e in range(3) for i in range(3)}
    assert len(results) == 27


def test_a_copy_through_pickle_is_the_same_chain():
    chain = a_chain()
    for other in (pickle.loads(pickle.dumps(chain)), copy.deepcopy(chain)):
        assert str(other) == str(chain)
        assert repr(other) == repr(chain)
        np.testing.assert_array_equal(augmented(other, 3), augmented(chain, 3))


def test_prints_every_setting():
    assert str(a_chain()).splitlines() == [
        "Compose",
        "  time_shift(shift=(-0.5, 0.5), mode='circular')",
        "  OneOf  with p=0.5",
        "    speed_perturb(rate=(0.9, 1.1))",
        "    pitch_shift(semitones=(-2, 2), n_fft=256, hop_length=None)",
        "  mix_background(snr_db=(5.0, 20.0), background=<array (700,)>)  with p=0.5",
        "  add_noise(snr_db=(10, 30), color='pink')  with p=0.9",
        "  gain(db=(-3, 3))",
    ]


def test_repr_can_be_evaluated():
    chain = Compose([Step(add_noise, snr_db=(10, 30), p=0.5), OneOf([Step(gain, db=3), polarity], p=0.3)], p=0.9)
    text = "Compose([Step(add_noise, snr_db=(10, 30), p=0.5), OneOf([Step(gain, db=3), Step(polarity)], p=0.3)], p=0.9)"
    assert repr(chain) == text
    assert repr(eval(text)) == text


def test_global_random_state_is_left_alone():
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    one = augmented(a_chain(), 0)
    np.random.seed(2)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    np.testing.assert_array_equal(one, augmented(a_chain(), 0))
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    assert len(state) == len(before)


def test_probabilities():
    """Counts of 4,000 draws lie within 4 standard deviations of a binomial."""
    half = Compose([Step(doubled, p=0.5), Step(polarity, p=0.25)])
    one_of = OneOf([Step(gain, db=20.0), Step(polarity), Step(doubled)], p=0.75)
    rng = np.random.default_rng(0)
    results = [float(half(np.ones(1), rng=rng)[0]) for _ in range(4000)]
    chosen = [round(float(one_of(np.ones(1), rng=rng)[0])) for _ in range(4000)]
    for seen, probability in (
        (np.abs(results) == 2, 0.5),
        (np.sign(results) < 0, 0.25),
        *((np.array(chosen) == value, 0.25) for value in (1, 2, 10, -1)),
    ):
        assert abs(seen.mean() - probability) < 4 * np.sqrt(probability * (1 - probability) / 4000)


def test_steps_go_in_order_and_may_need_no_generator():
    y = np.array([0.1, -0.2])
    np.testing.assert_allclose(Compose([Step(gain, db=20), doubled, np.abs])(y), [2, 4])
    np.testing.assert_array_equal(Compose([])(y), y)
    assert Step(gain, db=6, p=0.0)(y, rng=0) is y


def test_works_on_spectrograms():
    S = np.ones((4, 64, 80))
    np.testing.assert_array_equal(
        Compose([Step(spec_augment, fill=0.0)])(S, rng=3), spec_augment(S, fill=0.0, rng=np.random.default_rng(3))
    )


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Step(add_noise, snr=10), "Step: add_noise has no setting 'snr'; it has color, snr_db"),
        (lambda: Step(add_noise, p=1.5), "Step: p must be between 0 and 1, got .*; it is a probability"),
        (lambda: Step(add_noise, p="a"), "Step: p must be between 0 and 1, got .*; it is a probability"),
        (lambda: Step(add_noise, p=None), "Step: p must be between 0 and 1, got .*; it is a probability"),
        (lambda: Step(add_noise, y=3), "Step: add_noise has no setting 'y'; it has color, snr_db"),
        (lambda: Step(add_noise, rng=0), "Step: rng is not a setting; give it when the step is called"),
        (
            lambda: Step(mix_background),
            r"Step: mix_background needs background; pass Step\(mix_background, background=",
        ),
        (lambda: Compose(polarity), r"Compose: steps must be a list, got <function polarity .*; pass \["),
        (lambda: Compose(Step(polarity)), r"Compose: steps must be a list, got Step\(polarity\); pass \[Step"),
        (lambda: Step("noise"), "Step: 'noise' is not a function"),
        (lambda: OneOf([]), "OneOf: steps is empty"),
        (lambda: Compose([polarity], p=0.5)(np.ones(3)), "Compose: rng is missing"),
        (lambda: OneOf([polarity])(np.ones(3)), "OneOf: rng is missing"),
        (lambda: Step(polarity)(np.ones(3), rng="seed"), "Step: rng must be"),
    ],
)
def test_refusals(make, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}"):
        make()
