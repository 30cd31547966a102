"""The models that come with the package: there, small, and as the README's model card describes them."""

from pathlib import Path

import numpy as np
import pytest

import npaudio
from npaudio.pipeline import shipped
from npaudio.pipeline.shipped import open_classifier, open_detector

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
CLASSES = {
    "dog",
    "rooster",
    "rain",
    "sea_waves",
    "crackling_fire",
    "crying_baby",
    "sneezing",
    "clock_tick",
    "helicopter",
    "chainsaw",
}


@pytest.fixture(scope="module")
def classifier():
    return open_classifier()


def test_they_are_small():
    assert shipped.CLASSIFIER.stat().st_size < 1_000_000
    assert shipped.DETECTOR.stat().st_size < 1_000_000


def test_they_know_the_ten_sounds(classifier):
    assert set(classifier.class_names) == set(open_detector().labels) == CLASSES


def test_the_model_card_states_the_network_and_the_threshold(classifier):
    n_parameters = sum(parameter.size for parameter in classifier.network.parameters())
    assert f"{n_parameters:,} parameters" in README
    assert f"below a probability of {classifier.fitted.unknown_below:.3f}" in README


def test_a_sound_of_rain_is_not_a_rooster(classifier):
    """The synthetic rain is not what the network has learned from; the answer is only bound to be a plausible one."""
    probabilities = classifier.predict_proba(npaudio.synthesize("rain", sr=16000, duration=5.0, rng=0))[0]
    noisy = {"rain", "sea_waves", "helicopter", "crackling_fire", "chainsaw"}
    share = sum(p for name, p in zip(classifier.class_names, probabilities, strict=True) if name in noisy)
    assert share > 0.5


def test_silence_is_unknown_and_has_no_events(classifier):
    silence = np.zeros(80000, np.float32)
    assert classifier.predict(silence) == ["unknown"]
    assert open_detector().detect(silence) == []
