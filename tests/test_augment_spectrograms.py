"""SpecAugment, the equaliser and mixup: a batch equals its loops, and the draws follow their definitions."""

import numpy as np
import pytest

from npaudio import augment
from npaudio.augment import masking
from tests.golden_values import load
from tests.oracles import augment_masks_loops, augment_warp_loops


def batch(*shape, dtype=np.float64):
    return np.random.default_rng(0).standard_normal(shape).astype(dtype)


def chi_square(values, n_values):
    """Sum of (counted - expected)**2 / expected for values that should fall evenly on 0 ... n_values - 1."""
    counted = np.bincount(values, minlength=n_values)
    assert len(counted) == n_values, "a value beyond its range"
    expected = len(values) / n_values
    return float(np.sum((counted - expected) ** 2) / expected)


@pytest.mark.parametrize(("freq_masks", "time_masks"), [(0, 0), (1, 0), (0, 3), (2, 2)])
@pytest.mark.parametrize("fill", [0, -3.5, "mean", "floor"])
@pytest.mark.parametrize("shape", [(1, 7, 5), (5, 17, 23), (19, 6, 9), (3, 1, 1)])
def test_masks_equal_their_loops(freq_masks, time_masks, fill, shape):
    S = batch(*shape)
    settings = {"freq_masks": freq_masks, "freq_width": 6, "time_masks": time_masks, "time_width": 9}
    ours = augment.spec_augment(S, **settings, fill=fill, rng=3)
    rng = np.random.default_rng(3)
    freq = masking.draw_masks(len(S), freq_masks, 6, shape[1], rng)
    time = masking.draw_masks(len(S), time_masks, 9, shape[2], rng)
    values = {"mean": S.mean(axis=(1, 2)), "floor": S.min(axis=(1, 2))}.get(fill, np.full(len(S), fill))
    np.testing.assert_allclose(ours, augment_masks_loops(S, values, freq, time), rtol=0, atol=1e-14)


@pytest.mark.parametrize("shape", [(64, 157), (4, 64, 157), (2, 3, 20, 31)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_type_seed_and_input_kept(shape, dtype):
    S = batch(*shape, dtype=dtype)
    before = S.copy()
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    for function in (augment.spec_augment, augment.equalizer):
        out = function(S, rng=1)
        assert out.dtype == dtype
        assert out.shape == shape
        assert not np.shares_memory(out, S)
        np.testing.assert_array_equal(out, function(S, rng=np.random.default_rng(1)))
        assert (function(S, rng=2) != out).any()
    np.testing.assert_array_equal(S, before)
    np.testing.assert_array_equal(state, np.random.get_state()[1])  # noqa: NPY002


def test_memory_order_does_not_matter():
    S = batch(6, 9, 11).transpose(2, 0, 1)
    np.testing.assert_array_equal(
        augment.spec_augment(S, time_warp=2, rng=0), augment.spec_augment(np.ascontiguousarray(S), time_warp=2, rng=0)
    )


@pytest.mark.parametrize("time_warp", [0, 4])
def test_in_place(time_warp):
    S = batch(5, 2, 9, 11)
    expected = augment.spec_augment(S, time_warp=time_warp, rng=1)
    elsewhere = np.empty_like(S)
    assert augment.spec_augment(S, time_warp=time_warp, rng=1, out=elsewhere) is elsewhere
    assert augment.spec_augment(S, time_warp=time_warp, rng=1, out=S) is S
    np.testing.assert_array_equal(elsewhere, expected)
    np.testing.assert_array_equal(S, expected)
    for unfit in (S[0], S.astype(np.float32), np.empty(S.shape[::-1]).T):
        with pytest.raises(ValueError, match=r"^spec_augment: out must be a contiguous"):
            augment.spec_augment(S, rng=0, out=unfit)


def test_wide_masks_are_the_same_as_narrow_ones(monkeypatch):
    S = np.random.default_rng(0).standard_normal((5, 128, 400)).astype(np.float32)
    settings = {"freq_width": 27, "time_width": 100, "time_masks": 3, "rng": 1}
    by_mask = augment.spec_augment(S, **settings)
    monkeypatch.setattr(masking, "NARROW", 10**9)
    np.testing.assert_array_equal(augment.spec_augment(S, **settings), by_mask)
    monkeypatch.setattr(masking, "NARROW", 0)
    np.testing.assert_array_equal(augment.spec_augment(S, **settings), by_mask)


def test_masks_never_exceed_their_widths():
    S = np.ones((500, 40, 60))
    hidden = augment.spec_augment(S, freq_masks=2, freq_width=7, time_masks=3, time_width=5, fill=0, rng=0) == 0
    assert hidden.all(axis=2).sum(axis=1).max() == 2 * 6
    assert hidden.all(axis=1).sum(axis=1).max() == 3 * 4


@pytest.mark.parametrize("width", [20, 1000])
def test_one_mask_never_hides_a_short_spectrogram(width):
    S = np.ones((200, 5, 3))
    hidden = augment.spec_augment(S, freq_masks=0, time_masks=1, time_width=width, fill=0, rng=0) == 0
    assert set(hidden.all(axis=1).sum(axis=1).tolist()) == {0, 1, 2}


def test_masks_are_spread_as_the_definition_says():
    """Seen from outside: one mask an item, its width and place read off the result. Limits: 1 in 1,000 by chance."""
    S = np.ones((20_000, 2, 40), np.float32)
    hidden = (augment.spec_augment(S, freq_masks=0, time_masks=1, time_width=10, fill=0, rng=11) == 0)[:, 0]
    widths, starts = hidden.sum(axis=1), hidden.argmax(axis=1)
    assert (hidden == ((np.arange(40) >= starts[:, None]) & (np.arange(40) < (starts + widths)[:, None]))).all()
    assert chi_square(widths, 10) < 27.9  # 9 degrees of freedom
    for width, limit in ((1, 72.1), (9, 61.1)):  # 38 and 30 degrees of freedom
        assert chi_square(starts[widths == width], 40 - width) < limit


def test_items_get_masks_of_their_own():
    hidden = augment.spec_augment(np.ones((50, 64, 100)), fill=0, rng=0) == 0
    assert len({item.tobytes() for item in hidden}) == 50


@pytest.mark.parametrize("n_frames", [1, 2, 3, 12, 41])
@pytest.mark.parametrize("most", [1, 4, 50])
def test_warp_equals_its_loops(n_frames, most):
    S = batch(9, 3, n_frames)
    points, shifts = masking.draw_warps(9, most, n_frames, np.random.default_rng(5))
    warped = masking.warp_time(S, points, shifts)
    np.testing.assert_array_equal(warped[..., [0, -1]], S[..., [0, -1]])
    if n_frames > 2:
        np.testing.assert_allclose(warped, augment_warp_loops(S, points, shifts), rtol=0, atol=1e-12)
        np.testing.assert_allclose(warped[range(9), :, points + shifts], S[range(9), :, points], rtol=0, atol=1e-12)


def test_warps_stay_below_their_limit_and_reach_it():
    points, shifts = masking.draw_warps(4000, 5, 30, np.random.default_rng(0))
    assert chi_square(shifts + 4, 9) < 26.1
    assert chi_square(points - 5, 20) < 43.8


def test_warp_is_part_of_spec_augment():
    S = batch(4, 8, 50)
    warped = augment.spec_augment(S, freq_masks=0, time_masks=0, time_warp=10, rng=0)
    assert (warped != S).any(axis=(1, 2)).sum() >= 3
    np.testing.assert_array_equal(warped[..., 0], S[..., 0])


def test_the_minus_infinity_of_silence_is_moved_and_not_multiplied():
    S = np.random.default_rng(0).standard_normal((20, 5, 40))
    S[:, 2] = -np.inf
    S[:, 3, 10] = -np.inf
    warped = augment.spec_augment(S, time_warp=8, freq_masks=0, time_masks=0, fill=0, rng=0)
    assert (warped[:, 2] == -np.inf).all()
    assert not np.isnan(warped).any()
    assert np.isfinite(warped[:, :2]).all()


def test_equalizer_adds_a_curve_to_all_frames():
    S = batch(30, 21, 8)
    curve = augment.equalizer(S, db=(-4, 9), knots=5, rng=0) - S
    np.testing.assert_allclose(curve, np.broadcast_to(curve[..., :1], curve.shape), rtol=0, atol=1e-12)
    assert curve.min() >= -4 - 1e-12
    assert curve.max() <= 9 + 1e-12
    knots = curve[:, ::5, 0]
    np.testing.assert_allclose(curve[:, 2, 0], 0.6 * knots[:, 0] + 0.4 * knots[:, 1], rtol=0, atol=1e-12)
    assert len(np.unique(knots)) == knots.size
    np.testing.assert_allclose(augment.equalizer(S, db=3.0, rng=0), S + 3)
    np.testing.assert_allclose(np.ptp(augment.equalizer(S, knots=1, rng=0) - S, axis=(1, 2)), 0, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("alpha", [0.2, 1.0])
def test_mixup_blends_sounds_and_labels_alike(dtype, alpha):
    n = 31
    one_hot = np.eye(n, dtype=dtype)
    x, labels = augment.mixup(one_hot.reshape(n, 1, n), one_hot, alpha=alpha, rng=0)
    assert x.dtype == labels.dtype == dtype
    np.testing.assert_array_equal(x[:, 0], labels)  # what is in the sound is in the label
    np.testing.assert_allclose(labels.sum(axis=1), 1, rtol=0, atol=3e-7 if dtype == np.float32 else 1e-15)
    assert ((labels > 0).sum(axis=1) <= 2).all()
    again = augment.mixup(one_hot.reshape(n, 1, n), one_hot, alpha=alpha, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(x, again[0])
    np.testing.assert_array_equal(one_hot, np.eye(n))


def test_shares_of_mixup_have_the_variance_of_their_distribution():
    n = 20_000
    x = np.arange(n, dtype=float)[:, None]
    mixed, labels = augment.mixup(x * [[0, 1]] + [[1, 0]], np.ones((n, 1)), alpha=0.5, rng=0)
    rng = np.random.default_rng(0)
    partner = rng.permutation(n)
    moved = partner != np.arange(n)
    share = (mixed[moved, 1] - partner[moved]) / (np.arange(n) - partner)[moved]
    np.testing.assert_allclose(mixed[:, 0], 1)
    np.testing.assert_allclose(labels, 1)
    assert share.mean() == pytest.approx(0.5, abs=0.01)
    assert share.var() == pytest.approx(1 / (4 * (2 * 0.5 + 1)), rel=0.02)


def test_draws_of_a_seed_are_the_same_everywhere():
    """Draws made on one machine and kept: another platform, or a NumPy that draws otherwise, would show here."""
    golden = load("augment")
    noisy = augment.add_noise(np.ones(20), snr_db=(5, 15), color="pink", rng=(7, 3, 1))
    masks = augment.spec_augment(np.ones((3, 20, 30)), freq_width=5, time_width=8, fill=0, rng=7) == 0
    np.testing.assert_allclose(noisy, golden["draw_noise"], rtol=1e-12)
    np.testing.assert_array_equal(masks, golden["draw_masks"])
    np.testing.assert_allclose(augment.mixup(np.eye(5), np.eye(5), alpha=1.0, rng=7)[1], golden["draw_mixup"])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda S: augment.spec_augment(S), "spec_augment: rng is missing"),
        (lambda S: augment.spec_augment(S[0, 0], rng=0), "spec_augment: S must be"),
        (lambda S: augment.spec_augment(S.astype(int), rng=0), "spec_augment: S must be floating point"),
        (lambda S: augment.spec_augment(S[:0], rng=0), "spec_augment: S must be"),
        (lambda S: augment.spec_augment(S, fill="zero", rng=0), "spec_augment: fill must be"),
        (lambda S: augment.spec_augment(S, fill=np.nan, rng=0), "spec_augment: fill must be"),
        (lambda S: augment.spec_augment(S, fill=None, rng=0), "spec_augment: fill must be a number, .* got None"),
        (lambda S: augment.spec_augment(S, fill=[1, 2], rng=0), "spec_augment: fill must be a number"),
        (lambda S: augment.spec_augment(S, out=[1], rng=0), "spec_augment: out must be an array to write to, got list"),
        (
            lambda S: augment.spec_augment(S, out=np.broadcast_to(1.0, S.shape), rng=0),
            "spec_augment: out must be an array to write to, got a read-only array",
        ),
        (lambda S: augment.mixup(S, np.eye(4), alpha="a", rng=0), "mixup: alpha must be a finite number above 0"),
        (lambda S: augment.spec_augment(S, freq_masks=-1, rng=0), "spec_augment: freq_masks must be"),
        (lambda S: augment.spec_augment(S, time_width=0, rng=0), "spec_augment: time_width must be"),
        (lambda S: augment.spec_augment(S, time_warp=-2, rng=0), "spec_augment: time_warp must be"),
        (lambda S: augment.equalizer(S, knots=0, rng=0), "equalizer: knots must be"),
        (lambda S: augment.mixup(S, np.arange(4), rng=0), "mixup: labels must be floating"),
        (lambda S: augment.mixup(S, np.eye(3), rng=0), "mixup: x"),
        (lambda S: augment.mixup(S, np.eye(4), alpha=0.0, rng=0), "mixup: alpha must be"),
        (lambda S: augment.mixup(S, np.eye(4)), "mixup: rng is missing"),
    ],
)
def test_refusals(call, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}"):
        call(np.ones((4, 6, 8)))
