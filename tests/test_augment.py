"""Waveform augmentations: exact ratios, documented lengths, the right pitch, and silence that stays silence."""

import numpy as np
import pytest

from npaudio import augment, resample, sine
from npaudio.augment import noise as noise_module
from npaudio.augment import room
from npaudio.augment.tempo import phase_vocoder
from tests.golden_values import load
from tests.oracles import augment_vocoder_loops

SR = 16000
WAVEFORM = {
    "add_noise": lambda y, rng: augment.add_noise(y, snr_db=(0, 30), rng=rng),
    "pink": lambda y, rng: augment.add_noise(y, snr_db=(0, 30), color="pink", rng=rng),
    "brown": lambda y, rng: augment.add_noise(y, snr_db=(0, 30), color="brown", rng=rng),
    "gain": lambda y, rng: augment.gain(y, rng=rng),
    "polarity": lambda y, rng: augment.polarity(y),
    "circular": lambda y, rng: augment.time_shift(y, shift=(-1, 1), rng=rng),
    "padded": lambda y, rng: augment.time_shift(y, shift=(-1, 1), mode="padded", rng=rng),
    "speed_perturb": lambda y, rng: augment.speed_perturb(y, rng=rng),
    "time_stretch": lambda y, rng: augment.time_stretch(y, n_fft=64, rng=rng),
    "pitch_shift": lambda y, rng: augment.pitch_shift(y, n_fft=64, rng=rng),
    "mix_background": lambda y, rng: augment.mix_background(y, background=np.sin(np.arange(333.0)), rng=rng),
    "random_crop": lambda y, rng: augment.random_crop(y, size=200, rng=rng),
    "reverb": lambda y, rng: augment.reverb(y, sr=SR, rng=rng),
}


def snr(clean, noisy):
    clean, noisy = clean.astype(np.float64), noisy.astype(np.float64)
    return 10 * np.log10(np.mean(clean**2, axis=-1) / np.mean((noisy - clean) ** 2, axis=-1))


def peak_frequency(y, sr=SR):
    """Of a tone, to a fraction of a bin, by the parabola through the logarithms around the peak."""
    spectrum = np.log(np.abs(np.fft.rfft(y * np.hanning(len(y)))) + 1e-12)
    k = int(np.argmax(spectrum[1:-1])) + 1
    below, here, above = spectrum[k - 1 : k + 2]
    return (k + 0.5 * (below - above) / (below - 2 * here + above)) * sr / len(y)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("color", ["white", "pink", "brown"])
@pytest.mark.parametrize("wanted", [-20.0, 0.0, 13.7, 60.0])
def test_noise_has_the_ratio_in_every_channel(dtype, color, wanted):
    y = np.random.default_rng(1).standard_normal((2, 3, 5003)).astype(dtype) * np.array([[1e-3], [1], [7]], dtype)
    noisy = augment.add_noise(y, snr_db=wanted, color=color, rng=0)
    assert noisy.dtype == dtype
    np.testing.assert_allclose(snr(y, noisy), wanted, rtol=0, atol=0.01)


@pytest.mark.parametrize("length", [1, 3, 999, 4000, 30_000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_background_has_the_ratio_at_every_length(length, dtype):
    rng = np.random.default_rng(2)
    y, background = rng.standard_normal((2, 4000)).astype(dtype), rng.standard_normal(length) * 100
    mixed = augment.mix_background(y, background=background, snr_db=7.5, rng=3)
    assert mixed.dtype == dtype
    np.testing.assert_allclose(snr(y, mixed), 7.5, rtol=0, atol=0.01)


def test_background_is_a_part_of_one_of_the_recordings():
    places = set()
    for seed in range(40):
        mixed = augment.mix_background(np.ones(5), background=[np.arange(1.0, 8), -np.ones(9)], snr_db=0, rng=seed)
        added = mixed - 1
        places.add(0 if added[0] < 0 else round(float(added[0] / (added[1] - added[0]))))
        assert added[0] < 0 or np.allclose(np.diff(added), added[1] - added[0])
    assert places == {0, 1, 2, 3}


def test_recordings_may_be_loaded_when_they_are_drawn():
    class Folder:
        def __len__(self):
            return 1

        def __getitem__(self, index):
            return np.array([1.0, 2, 4])

    y = np.ones(9)
    expected = augment.mix_background(y, background=[np.array([1.0, 2, 4])], snr_db=0, rng=0)
    np.testing.assert_array_equal(augment.mix_background(y, background=Folder(), snr_db=0, rng=0), expected)


def test_short_background_goes_round():
    added = augment.mix_background(np.ones(9), background=np.array([1.0, 2, 4]), snr_db=0, rng=0) - 1
    np.testing.assert_allclose(added[3:], added[:-3])
    assert sorted(added[:3] / added.min()) == pytest.approx([1, 2, 4])


@pytest.mark.parametrize(("color", "slope"), [("white", 0), ("pink", -10), ("brown", -20)])
def test_noise_has_its_color(color, slope):
    power = (
        np.abs(
            np.fft.rfft(
                noise_module.colored_noise(
                    (50, 8192), noise_module.COLORS[color], np.random.default_rng(0), np.dtype(np.float64)
                )
            )
        )
        ** 2
    )
    f = np.arange(power.shape[1])
    here = (f > 8192 / 200) & (f < 8192 / 4)
    fitted = np.polyfit(np.log10(f[here]), 10 * np.log10(power.mean(axis=0)[here]), 1)[0]
    assert fitted == pytest.approx(slope, abs=0.3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rms_of_the_very_quiet_and_the_very_loud(dtype):
    y = np.random.default_rng(0).standard_normal(9001).astype(dtype)
    expected = np.sqrt(np.mean(y.astype(np.float64) ** 2))
    for factor in (1e-30, 1, 1e30):
        assert noise_module.root_mean_square(y * dtype(factor)) == pytest.approx(expected * factor, rel=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_channels_of_very_unequal_levels_have_their_ratio_each(dtype):
    y = np.random.default_rng(0).standard_normal((4, 999)).astype(dtype)
    y *= np.array([[1], [1e-25], [0], [1e25]], dtype)
    noisy = augment.add_noise(y, snr_db=3.0, rng=0)
    scale = np.abs(y).max(axis=-1, keepdims=True).astype(np.float64)[[0, 1, 3]]
    np.testing.assert_allclose(snr(y[[0, 1, 3]] / scale, noisy[[0, 1, 3]] / scale), 3.0, rtol=0, atol=0.01)
    assert not noisy[2].any()


@pytest.mark.parametrize(
    "range_", [(-30.0, -30.0), [7.0, 7.0], (-24.3, -24.2), (-8.1, -8.0), (-6.1, -6.0), (10.0, 10.1)]
)
def test_a_range_moves_the_pitch_as_well_as_a_number(range_):
    y = sine(2000.0, sr=SR, duration=1.0)
    shifted = augment.pitch_shift(y, semitones=range_, rng=0)
    ratio = peak_frequency(shifted[2000:-2000]) / 2000
    assert ratio == pytest.approx(2 ** (np.mean(range_) / 12), rel=0.01)


def test_other_byte_orders_are_read():
    y = np.random.default_rng(0).standard_normal(500).astype(">f4")
    np.testing.assert_array_equal(augment.gain(y, db=6.0), augment.gain(y.astype(np.float32), db=6.0))


@pytest.mark.parametrize("name", WAVEFORM)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_type_channels_seed_and_input_kept(name, dtype):
    y = np.random.default_rng(4).standard_normal((2, 500)).astype(dtype)
    before = y.copy()
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    out = WAVEFORM[name](y, 5)
    assert out.dtype == dtype
    assert out.shape[0] == 2
    assert np.isfinite(out).all()
    np.testing.assert_array_equal(out, WAVEFORM[name](y, np.random.default_rng(5)))
    np.testing.assert_array_equal(y, before)
    np.testing.assert_array_equal(state, np.random.get_state()[1])  # noqa: NPY002
    if name != "polarity":
        other = WAVEFORM[name](y, 6)
        assert other.shape != out.shape or (other != out).any()


@pytest.mark.parametrize("name", WAVEFORM)
@pytest.mark.parametrize("n", [1, 2, 500])
def test_silence_stays_silence(name, n):
    assert not WAVEFORM[name](np.zeros((2, n), np.float32), 0).any()


def test_shift_moves_by_the_share():
    y = np.arange(1.0, 11)
    for samples in range(-10, 11):
        np.testing.assert_array_equal(augment.time_shift(y, shift=samples / 10), np.roll(y, samples))
        padded = augment.time_shift(y, shift=samples / 10, mode="padded")
        expected = [y[i - samples] if 0 <= i - samples < 10 else 0 for i in range(10)]
        np.testing.assert_array_equal(padded, expected)


@pytest.mark.parametrize("n", [1, 1000, 1003])
@pytest.mark.parametrize("rate", [0.5, 0.9, 1.0, 1.1, 1.25, 3.0])
def test_lengths(n, rate):
    y = np.ones((2, n))
    exact = -(-n * 20 // round(20 * rate))
    assert augment.speed_perturb(y, rate=rate).shape == (2, exact)
    assert augment.time_stretch(y, rate=rate, n_fft=256).shape == (2, max(1, round(n / rate)))
    assert augment.pitch_shift(y, semitones=4 * (rate - 1), n_fft=256).shape == (2, n)


@pytest.mark.parametrize("semitones", [-12, -5, -1, -0.3, 0, 0.5, 2, 7, 12])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pitch_moves_by_the_semitones(semitones, dtype):
    shifted = augment.pitch_shift(sine(880.0, sr=SR, duration=1.0, dtype=dtype), semitones=semitones)
    assert peak_frequency(shifted) == pytest.approx(880 * 2 ** (semitones / 12), rel=0.01)


@pytest.mark.parametrize("rate", [0.8, 1.3])
def test_stretch_keeps_the_pitch_and_speed_does_not(rate):
    y = sine(1000.0, sr=SR, duration=1.0)
    assert peak_frequency(augment.time_stretch(y, rate=rate)) == pytest.approx(1000, rel=1e-3)
    assert peak_frequency(augment.speed_perturb(y, rate=rate)) == pytest.approx(1000 * rate, rel=1e-3)


def test_speed_does_not_alias_and_picking_the_nearest_sample_does():
    y = sine(7000.0, sr=SR, duration=1.0, amplitude=1.0)
    picked = y[np.arange(0, len(y), 1.3).astype(int)]
    fast = augment.speed_perturb(y, rate=1.3)
    assert np.sqrt(2 * np.mean(picked**2)) > 0.9
    assert 20 * np.log10(np.sqrt(2 * np.mean(fast[100:-100] ** 2))) < -60
    assert abs(peak_frequency(picked) - 6900) < 10  # 9.1 kHz, folded at 8 kHz


def test_speed_is_the_resampling_of_its_ratio():
    y = np.random.default_rng(0).standard_normal(2000)
    np.testing.assert_array_equal(augment.speed_perturb(y, rate=1.125), resample(y, orig_sr=9, target_sr=8))
    for seed in range(5):
        n = augment.speed_perturb(y, rate=(0.9, 1.1), rng=seed).shape[-1]
        assert 2000 / 1.1 <= n <= 2000 / 0.9 + 1


@pytest.mark.parametrize("i", range(4))
def test_stretch_equals_librosa(i):
    golden = load("augment")
    rate, n_fft, hop_length = golden["stretch_settings"][i]
    ours = augment.time_stretch(golden["stretch_in"], rate=rate, n_fft=int(n_fft), hop_length=int(hop_length))
    np.testing.assert_allclose(ours, golden[f"stretch_{i}"], rtol=0, atol=1e-9)


@pytest.mark.parametrize("rate", [0.37, 1.0, 1.61, 9.0])
@pytest.mark.parametrize("n_frames", [1, 2, 13])
def test_vocoder_equals_its_loops(rate, n_frames):
    parts = np.random.default_rng(0).standard_normal((2, 7, n_frames))
    S = parts[0] + 1j * parts[1]
    S[3] = 0
    np.testing.assert_allclose(phase_vocoder(S, rate), augment_vocoder_loops(S, rate), rtol=0, atol=1e-12)
    batch = np.stack([S, 2 * S, S[::-1]])
    np.testing.assert_array_equal(phase_vocoder(batch, rate)[2], phase_vocoder(S[::-1], rate))


def test_reverb_is_a_convolution_that_decays():
    y = np.random.default_rng(0).standard_normal(3000)
    out = augment.reverb(y, sr=SR, decay=0.1, direct_db=3.0, rng=9)
    response = augment.reverb(np.eye(1, 3000)[0], sr=SR, decay=0.1, direct_db=3.0, rng=9)
    np.testing.assert_allclose(out, np.convolve(y, response)[:3000], rtol=0, atol=1e-10)
    assert response[0] == pytest.approx(1)


def test_room_has_its_decay_and_its_direct_sound():
    response = room.impulse_response((200, 8000), SR, 0.5, 6.0, np.random.default_rng(0), np.dtype(np.float64))
    tail = 10 * np.log10(np.mean(response[:, 1:] ** 2, axis=0))
    slope = np.polyfit(np.arange(len(tail)) / SR, tail, 1)[0]
    assert slope == pytest.approx(-60 / 0.5, rel=0.01)
    assert 10 * np.log10(np.mean(np.sum(response[:, 1:] ** 2, axis=1))) == pytest.approx(-6, abs=0.1)


def test_crop_reaches_every_place():
    y = np.arange(5.0)
    assert {float(augment.random_crop(y, size=3, rng=seed)[0]) for seed in range(40)} == {0, 1, 2}
    laid = {tuple(augment.random_crop(y[1:3], size=4, rng=seed)) for seed in range(40)}
    assert laid == {(1, 2, 0, 0), (0, 1, 2, 0), (0, 0, 1, 2)}


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda y: augment.add_noise(y), "add_noise: rng is missing"),
        (lambda y: augment.add_noise(y, color="grey", rng=0), "add_noise: unknown color 'grey'"),
        (lambda y: augment.add_noise(y, snr_db=(30, 10), rng=0), "add_noise: snr_db must lie"),
        (lambda y: augment.add_noise(y, snr_db=np.nan, rng=0), "add_noise: snr_db must lie"),
        (lambda y: augment.add_noise(y * np.nan, rng=0), "add_noise: y holds"),
        (lambda y: augment.gain(y), "gain: rng is missing"),
        (lambda y: augment.gain(y, db="loud"), "gain: db must be a number or a"),
        (lambda y: augment.gain(y, rng=-1), "gain: rng must be a numpy.random.Generator"),
        (lambda y: augment.gain((y * 99).astype(int), db=3), "gain: y must be floating point"),
        (lambda y: augment.polarity(y[:0]), "polarity: y is empty"),
        (lambda y: augment.time_shift(y, shift=2.0), "time_shift: shift must lie"),
        (lambda y: augment.time_shift(y, mode="round", rng=0), "time_shift: unknown mode"),
        (lambda y: augment.speed_perturb(y, rate=0.0), "speed_perturb: rate must lie"),
        (lambda y: augment.time_stretch(y, rate=-1.0), "time_stretch: rate must lie"),
        (lambda y: augment.pitch_shift(y, semitones=99), "pitch_shift: semitones must lie"),
        (lambda y: augment.random_crop(y, size=0, rng=0), "random_crop: size must be at least 1"),
        (lambda y: augment.reverb(y, sr=0, rng=0), "reverb: sr must be at least 1"),
        (lambda y: augment.mix_background(y, background=[], rng=0), "mix_background: background is an empty list"),
        (lambda y: augment.mix_background(y, background=y[:0], rng=0), "mix_background: background is empty"),
        (lambda y: augment.mix_background(y, background="a.wav", rng=0), "mix_background: .* got str; load a"),
        (lambda y: augment.mix_background(y, background=["a.wav"], rng=0), "mix_background: .* with str in it"),
        (lambda y: augment.mix_background(y, background=[0.1], rng=0), "mix_background: .* with float in it"),
        (lambda y: augment.mix_background(y, background=None, rng=0), "mix_background: .* got NoneType"),
        (
            lambda y: augment.mix_background(y, background=np.ones(9, "i2"), rng=0),
            "mix_background: background must be floating point, got int16 .* divide by 32768",
        ),
        (
            lambda y: augment.mix_background(np.stack([y, y]), background=np.ones((3, 9)), rng=0),
            r"mix_background: background has channels \(3,\), y has \(2,\); mix the background with npaudio.to_mono",
        ),
        (lambda y: augment.gain(y.astype(np.float16), db=3), "gain: y must be float32 or float64, got float16"),
        (lambda y: augment.mix_background(y, background=np.ones((2, 9)), rng=0), "mix_background: background has"),
    ],
)
def test_refusals(call, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}"):
        call(np.ones(100, np.float32))
