import dataclasses
import functools

import numpy as np
import pytest

import npaudio
from npaudio.frontend import Frontend
from npaudio.frontend.settings import STEPS
from tests.oracles import article_mel_loops

RNG = np.random.default_rng(0)
PRESETS = {name: getattr(Frontend, name)() for name in ("article", "librosa", "panns", "ast", "desed")}


def test_article_equals_the_articles_definition():
    y = RNG.standard_normal(64000)
    ours = Frontend.article()(y)
    assert ours.shape == (64, 124)
    np.testing.assert_allclose(ours, article_mel_loops(y), atol=1e-9)


def test_librosa_equals_the_library_functions():
    y = RNG.standard_normal(22050).astype(np.float32)
    np.testing.assert_allclose(Frontend.librosa()(y), npaudio.power_to_db(npaudio.melspectrogram(y)), atol=1e-4)


def test_ast_pads_before_it_normalises():
    y = RNG.standard_normal(16000)
    ours = Frontend.ast()(y)
    assert ours.shape == (128, 1024)
    expected = (npaudio.kaldi_fbank(y) + 4.2677393) / (2 * 4.5689974)
    np.testing.assert_allclose(ours[:, :98], expected, atol=1e-12)
    np.testing.assert_allclose(ours[:, 98:], 4.2677393 / (2 * 4.5689974))
    assert Frontend.ast()(RNG.standard_normal(320000)).shape == (128, 1024)


def test_panns_has_1001_frames_for_ten_seconds():
    assert Frontend.panns()(np.zeros(320000, np.float32)).shape == (64, 1001)


def test_desed_clips_decibels_of_magnitude():
    y = 0.1 * RNG.standard_normal(16000)
    ours = Frontend.desed()(y)
    magnitude = npaudio.melspectrogram(
        y,
        sr=16000,
        n_fft=2048,
        hop_length=256,
        window=npaudio.get_window("hamming", 2048, periodic=False),
        pad_mode="reflect",
        power=1.0,
        n_mels=128,
        scale="htk",
        norm=None,
    )
    np.testing.assert_allclose(ours, 20 * np.log10(magnitude), atol=1e-9)
    assert Frontend.desed()(np.zeros(16000)).max() == -50


@pytest.mark.parametrize("preset", PRESETS)
def test_batches_dtype_and_resampling(preset):
    frontend = PRESETS[preset]
    y = 0.1 * RNG.standard_normal((2, 2 * frontend.sr)).astype(np.float32)
    batch = frontend(y)
    assert batch.dtype == np.float32
    np.testing.assert_array_equal(batch[1], frontend(y[1]))
    resampled = frontend(y[0], sr=2 * frontend.sr)
    assert resampled.shape[0] == frontend.n_mels
    assert frontend.n_frames or resampled.shape[1] < batch.shape[-1]


VALUES = {
    "sr": [32000, 44100, 48000],
    "n_fft": [512, 513, 2048],
    "hop_length": [100, 160, 512],
    "win_length": [None, 300, 500],
    "window": ["hann", "hamming", "blackman", "rectangular"],
    "periodic": [True, False],
    "center": [True, False],
    "pad_mode": ["constant", "reflect", "edge"],
    "kaldi": [True, False],
    "power": [1.0, 2.0, 3.0],
    "n_mels": [12, 20],
    "fmin": [0.0, 100.0],
    "fmax": [None, 3000.0, 4000.0, 8000.0],
    "scale": ["htk", "slaney"],
    "norm": ["slaney", None],
    "triangles": ["exact", "rounded", "mel"],
    "logarithm": ["power_db", "amplitude_db", "ln", "none"],
    "floor": [1e-10, 1e-5, 1e-3],
    "floor_added": [True, False],
    "top_db": [None, 33.0, 20.0],
    "clip": [None, (-1.0, 1.0), (-50.0, 3.0), (-90.0, 60.0)],
    "n_frames": [None, 77, 5],
    "mean": [0.0, 5.0],
    "scale_by": [1.0, 9.0],
}
# Noise that fades away by 300 dB, from 23 levels on: whatever a recipe cuts off, some of it lies within the limits.
FADING = np.geomspace(1, 1e-15, 4000) * RNG.standard_normal(4000) * np.geomspace(1e-7, 1e15, 23)[:, np.newaxis]


@functools.lru_cache(len(PRESETS) + 3)
def output(frontend):
    return frontend(FADING)


def same_output(a, b):
    return np.array_equal(output(a), output(b))


@pytest.mark.filterwarnings("ignore::npaudio.mel.EmptyFilterWarning")
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", VALUES)
def test_every_setting_acts_and_diff_names_it(preset, name):
    frontend = PRESETS[preset]
    for value in VALUES[name]:
        changed = dataclasses.replace(frontend, **{name: value}, name="changed")
        words = frontend.diff(changed)
        if same_output(frontend, changed):
            assert words == f"{preset} and changed: the same recipe"
        else:
            assert words.startswith(f"{preset} against changed: ")
            assert len(words.splitlines()) >= 2
            assert len(changed.diff(frontend).splitlines()) == len(words.splitlines())
        is_said_to_act = value != getattr(frontend, name) and not (name == "pad_mode" and not frontend.center)
        assert not (is_said_to_act and same_output(frontend, changed)) or same_frequencies(frontend, changed)


def same_frequencies(a, b):
    """fmax=None is the Nyquist frequency, win_length=None is n_fft."""
    return (a.fmax or a.sr / 2, a.win_length or a.n_fft) == (b.fmax or b.sr / 2, b.win_length or b.n_fft)


# Without those that leave so little of a sound that another setting could hide in what they cut off.
MILD_VALUES = VALUES | {"power": [1.0, 2.0], "clip": [None, (-50.0, 3.0), (-90.0, 60.0)]}


@pytest.mark.filterwarnings("ignore::npaudio.mel.EmptyFilterWarning")
@pytest.mark.parametrize("seed", range(25))
def test_diff_speaks_if_and_only_if_the_output_differs(seed):
    rng = np.random.default_rng(seed)
    one = Frontend(**{name: values[rng.integers(len(values))] for name, values in MILD_VALUES.items()})
    for name in rng.choice(list(VALUES), 6, replace=False):
        other = dataclasses.replace(one, **{name: MILD_VALUES[name][rng.integers(len(MILD_VALUES[name]))]})
        assert (one.diff(other) == "custom and custom: the same recipe") == same_output(one, other), (name, one, other)


@pytest.mark.parametrize("multiple", [1, 2, 3, 4])
def test_kaldis_hop_in_samples_is_exact(multiple):
    sr = 11025 * multiple
    y = RNG.standard_normal(400 + 999 * 104)
    for hop_length in range(100, 108):
        frontend = Frontend(kaldi=True, center=False, sr=sr, n_fft=512, win_length=400, hop_length=hop_length)
        assert frontend(y).shape[-1] == 1 + (len(y) - 400) // hop_length
        assert (
            npaudio.kaldi_fbank(
                y, sr=sr, n_mels=20, frame_length=1000 * 400 / sr, frame_shift=1000 * hop_length / sr
            ).shape[-1]
            == 1 + (len(y) - 400) // hop_length
        )


def test_the_range_of_a_natural_logarithm_is_in_decibels_too():
    decibels, nepers = (Frontend(logarithm=logarithm, top_db=30.0)(FADING) for logarithm in ("power_db", "ln"))
    np.testing.assert_allclose(nepers, decibels * np.log(10) / 10, rtol=1e-12)
    np.testing.assert_allclose(np.ptp(decibels, axis=(1, 2))[-12:], 30)


def test_decibels_of_amplitude_have_their_own_range():
    amplitudes = Frontend(power=1.0, logarithm="amplitude_db", top_db=30.0)(FADING)
    np.testing.assert_allclose(np.ptp(amplitudes, axis=(1, 2))[-12:], 30)


def test_short_stereo_with_time_first_is_refused_as_long_stereo_is():
    for n_samples in (9, 3000, 400_000):
        with pytest.raises(
            ValueError, match=rf"^Frontend panns: y must have time .* got \({n_samples}, 2\): transpose"
        ):
            Frontend.panns()(np.zeros((n_samples, 2)))
    assert Frontend.panns()(np.zeros((2, 3000))).shape == (2, 64, 10)


def test_numpys_integers_are_settings_like_any_other():
    small = Frontend(hop_length=np.int8(100), n_fft=np.int16(512), n_mels=np.uint8(20), win_length=np.int8(120))
    plain = Frontend(hop_length=100, n_fft=512, n_mels=20, win_length=120)
    assert repr(small) == repr(plain)
    np.testing.assert_array_equal(small(FADING), plain(FADING))


def test_diff_of_a_recipe_with_itself():
    assert Frontend.panns().diff(Frontend.panns()) == "panns and panns: the same recipe"


def test_diff_of_all_presets_names_what_users_stumble_over():
    words = Frontend.librosa().diff(Frontend.desed())
    for topic in ("sample rate", "window", "padding", "mel scale", "norm", "units", "floor", "range"):
        assert f"  - {topic}: " in words


def test_diff_tells_how_far_the_norm_moves_the_levels():
    plain = Frontend(name="plain", sr=16000, n_fft=2048, norm=None)
    normed = dataclasses.replace(plain, name="normed", norm="slaney")
    y = 0.1 * RNG.standard_normal(16000)
    shift = np.median(plain(y) - normed(y), axis=1)
    assert f"lowers normed by {shift.min():.0f} dB in the narrowest band, {shift.max():.0f} dB" in plain.diff(normed)


def test_print_shows_every_setting():
    text = str(Frontend.ast())
    assert {field.name for field in dataclasses.fields(Frontend)} == {"name", "sr"}.union(*STEPS.values())
    for names in STEPS.values():
        for name in names:
            assert f"{name}={getattr(Frontend.ast(), name)!r}" in text
    assert "'ast': 16,000 Hz, a frame every 10 ms" in text


def test_equal_recipes_are_equal_and_can_be_keys():
    assert Frontend.panns() == Frontend.panns()
    assert len({Frontend.panns(), Frontend.panns(), Frontend.ast()}) == 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"logarithm": "log2"}, "Frontend: unknown logarithm 'log2'; choose one of"),
        ({"floor": 0.0}, "Frontend: floor must be a finite number above 0"),
        ({"n_frames": 0}, "Frontend: n_frames must be at least 1"),
        ({"fmax": 9000.0}, "fmax must be at most sr / 2 = 8000 Hz, got 9000"),
        ({"window": "han"}, "unknown window 'han'"),
        ({"hop_length": 0}, "hop_length must be at least 1, got 0"),
        ({"hop_length": None}, "Frontend: hop_length must be a whole number, got None"),
        ({"sr": 16000.5}, "Frontend: sr must be a whole number"),
        ({"power": np.inf}, "Frontend: power must be a finite number, got inf"),
        ({"top_db": -3.0}, "Frontend: top_db must be at least 0, got -3"),
        ({"scale_by": 0.0}, "Frontend: scale_by must not be 0"),
        ({"clip": 3.0}, "Frontend: clip must be two numbers"),
        ({"clip": (3.0, -3.0)}, r"Frontend: clip must name the lowest value first, .* pass \(-3, 3\)"),
        ({"floor": 0.0, "logarithm": "ln"}, "Frontend: floor must be a finite number above 0"),
    ],
)
def test_impossible_recipes_are_refused_when_they_are_made(settings, message):
    with pytest.raises(ValueError, match=message):
        Frontend(**settings)
