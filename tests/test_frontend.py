import dataclasses

import numpy as np
import pytest

import npaudio
from npaudio.frontend import Frontend
from npaudio.frontend.recipe import STEPS
from tests.oracles import article_mel_loops

RNG = np.random.default_rng(0)
PRESETS = {name: getattr(Frontend, name)() for name in ("article", "librosa", "panns", "ast", "desed")}

# For each setting, another value that makes sense for each recipe.
OTHER = {
    "sr": 48000,
    "n_fft": 4096,
    "hop_length": 100,
    "win_length": 300,
    "window": "blackman",
    "center": None,
    "pad_mode": "edge",
    "kaldi": None,
    "power": 3.0,
    "n_mels": 23,
    "fmin": 100.0,
    "fmax": 5000.0,
    "triangles": None,
    "logarithm": "none",
    "floor": 1e-3,
    "floor_added": None,
    "top_db": 33.0,
    "clip": (-1.0, 1.0),
    "n_frames": 77,
    "mean": 5.0,
    "scale_by": 9.0,
}
FLIPPED = {"triangles": ("exact", "rounded"), "scale": ("htk", "slaney"), "norm": ("slaney", None)}


def another(frontend, name):
    value = getattr(frontend, name)
    if name in FLIPPED:
        return next(choice for choice in FLIPPED[name] if choice != value)
    return not value if isinstance(value, bool) else OTHER[name]


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


@pytest.mark.filterwarnings("ignore::npaudio.mel.EmptyFilterWarning")  # Kaldi's bands have one
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Frontend) if field.name != "name"])
def test_diff_speaks_of_every_setting(preset, name):
    frontend = PRESETS[preset]
    changed = dataclasses.replace(frontend, **{name: another(frontend, name)}, name="changed")
    words = frontend.diff(changed)
    if name == "pad_mode" and not frontend.center:
        assert words == f"{preset} and changed: the same recipe"  # nothing is padded
    else:
        assert words.startswith(f"{preset} against changed: ")
        assert len(words.splitlines()) >= 2
        assert len(changed.diff(frontend).splitlines()) == len(words.splitlines())


def test_diff_of_a_recipe_with_itself():
    assert Frontend.panns().diff(Frontend.panns()) == "panns and panns: the same recipe"


def test_diff_of_all_presets_names_what_users_stumble_over():
    words = Frontend.librosa().diff(Frontend.desed())
    for topic in ("sampling rate", "window", "padding", "mel scale", "norm", "units", "floor", "range"):
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
    ],
)
def test_impossible_recipes_are_refused_when_they_are_made(settings, message):
    with pytest.raises(ValueError, match=message):
        Frontend(**settings)
