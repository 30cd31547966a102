"""What a function does when it is not told is what the libraries of the field do: their defaults, and so ours."""

import inspect

import pytest

import npaudio
from npaudio import metrics, nn, sed
from npaudio.mel.filterbank import MelBands
from npaudio.spectrum.framing import Framing

# Where a peer has the same function, `theirs` are its defaults under our names, from its documentation.
LIBROSA = {
    "stft": {
        "n_fft": 2048, "hop_length": None, "win_length": None, "window": "hann", "center": True, "pad_mode": "constant",
    },
    "istft": {"hop_length": None, "win_length": None, "n_fft": None, "window": "hann", "center": True, "length": None},
    "feature.melspectrogram": {"y": None, "sr": 22050, "S": None, "power": 2.0},
    "feature.mfcc": {"y": None, "sr": 22050, "S": None, "n_mfcc": 20, "norm": "ortho", "lifter": 0},
    "filters.mel": {"n_mels": 128, "fmin": 0.0, "fmax": None, "norm": "slaney"},
    "power_to_db": {"ref": 1.0, "amin": 1e-10, "top_db": 80.0},
    "db_to_power": {"ref": 1.0},
}  # fmt: skip
OUR_NAMES = {"filters.mel": "mel_filterbank"}
BETAS = {"betas": (0.9, 0.999), "eps": 1e-8}
TORCH = {
    "Linear": {"bias": True},
    "Conv2d": {"stride": 1, "padding": 0, "bias": True},
    "BatchNorm1d": {"eps": 1e-5, "momentum": 0.1, "affine": True, "track_running_stats": True},
    "BatchNorm2d": {"eps": 1e-5, "momentum": 0.1, "affine": True, "track_running_stats": True},
    "LayerNorm": {"eps": 1e-5, "elementwise_affine": True, "bias": True},
    "MaxPool2d": {"stride": None, "padding": 0},
    "AvgPool2d": {"stride": None, "padding": 0},
    "ReLU": {"inplace": False},
    "Dropout": {"p": 0.5},
    "MultiheadAttention": {"bias": True},
    "CrossEntropyLoss": {"weight": None, "label_smoothing": 0.0},
    "BCEWithLogitsLoss": {"pos_weight": None},
    "SGD": {"lr": 1e-3, "momentum": 0, "dampening": 0, "weight_decay": 0, "nesterov": False},
    "Adam": {"lr": 1e-3, **BETAS, "weight_decay": 0},
    "AdamW": {"lr": 1e-3, **BETAS, "weight_decay": 1e-2},
    "OneCycleLR": {
        "pct_start": 0.3, "cycle_momentum": True, "base_momentum": 0.85, "max_momentum": 0.95, "div_factor": 25.0,
        "final_div_factor": 1e4,
    },
}  # fmt: skip
OUR_NAMES |= {"MultiheadAttention": "MultiHeadAttention", "OneCycleLR": "OneCycle"}
# Functions of libraries whose signatures say less, and our own: the definitions that their docstrings follow.
OTHERS = {
    nn.GRU: {"num_layers": 1, "bidirectional": False},  # torch.nn.GRU
    nn.TransformerBlock: {"dropout": 0.0, "norm_eps": 1e-6},  # timm's vision transformer
    nn.GeneralizedCrossEntropyLoss: {"q": 0.7},  # Zhang and Sabuncu 2018
    nn.FocalLoss: {"gamma": 2.0, "alpha": None},  # Lin et al. 2017
    nn.WarmupCosine: {"min_lr": 0.0},
    npaudio.kaldi_fbank: {  # torchaudio.compliance.kaldi.fbank, but for 128 bands and 16 kHz
        "sr": 16000, "n_mels": 128, "frame_length": 25.0, "frame_shift": 10.0, "fmin": 20.0, "preemphasis": 0.97,
    },
    npaudio.log_mel: {"sr": 22050, "ref": 1.0, "amin": 1e-10, "top_db": None, "norm": "slaney"},
    npaudio.get_window: {"periodic": True},
    metrics.event_based_metrics: {  # sed_eval.sound_event.EventBasedMetrics
        "t_collar": 0.2, "percentage_of_length": 0.5, "evaluate_onset": True, "evaluate_offset": True,
        "substitutions": "greedy", "empty_output": "nan",
    },
    metrics.segment_based_metrics: {"time_resolution": 1.0, "empty_output": "nan"},  # sed_eval
    metrics.intersection_based_metrics: {"dtc": 0.5, "gtc": 0.5},  # DESED's baseline
    metrics.psds: {  # PSDS1 of DCASE
        "dtc": 0.7, "gtc": 0.7, "cttc": 0.3, "alpha_ct": 0.0, "alpha_st": 1.0, "max_efpr": 100.0,
        "ct_average": "others",
    },
    metrics.psds_from_detections: {
        "dtc": 0.7, "gtc": 0.7, "cttc": 0.3, "alpha_ct": 0.0, "alpha_st": 1.0, "max_efpr": 100.0, "ct_average": "all",
    },
    sed.detect_events: {"threshold": 0.5},  # the article
    sed.threshold: {"t": 0.5},
    sed.tune_postprocessing: {  # our own; its docstring has them
        "thresholds": tuple(k / 100 for k in range(10, 91, 5)), "median_frames": (1, 3, 5, 9, 15),
        "max_gap_frames": (0,), "min_duration_frames": (1, 3, 6),
    },
    metrics.precision_recall_fscore: {"beta": 1.0, "average": None, "zero_division": 0.0},
    metrics.classification_report: {"output_dict": False, "zero_division": 0.0},
    metrics.average_precision: {"average": None, "method": "step"},
    metrics.bootstrap_ci: {"n_resamples": 1000, "confidence": 0.95, "rng": 0},
    metrics.expected_calibration_error: {"n_bins": 15},  # Guo et al. 2017
    metrics.tune_thresholds: {"beta": 1.0},
}  # fmt: skip


def defaults_of(function, names):
    parameters = inspect.signature(function).parameters
    return {name: parameters[name].default for name in names}


@pytest.mark.parametrize("name", LIBROSA)
def test_librosas(name):
    ours = getattr(npaudio, OUR_NAMES.get(name, name.split(".")[-1]))
    assert defaults_of(ours, LIBROSA[name]) == LIBROSA[name]


@pytest.mark.parametrize("name", LIBROSA)
def test_the_table_of_librosas_is_true(name):
    theirs = pytest.importorskip("librosa")
    for part in name.split("."):
        theirs = getattr(theirs, part)
    assert defaults_of(theirs, LIBROSA[name]) == LIBROSA[name]


@pytest.mark.parametrize("name", TORCH)
def test_torchs(name):
    assert defaults_of(getattr(nn, OUR_NAMES.get(name, name)), TORCH[name]) == TORCH[name]


@pytest.mark.parametrize("name", TORCH)
def test_the_table_of_torchs_is_true(name):
    torch = pytest.importorskip("torch")
    places = (torch.nn, torch.optim, torch.optim.lr_scheduler)
    theirs = next(getattr(place, name) for place in places if hasattr(place, name))
    assert defaults_of(theirs, TORCH[name]) == TORCH[name]


@pytest.mark.parametrize("function", OTHERS, ids=lambda function: function.__name__)
def test_the_others(function):
    assert defaults_of(function, OTHERS[function]) == OTHERS[function]


def test_a_mel_spectrogram_passes_on_the_defaults_of_its_parts():
    ours = inspect.signature(npaudio.melspectrogram).parameters
    for name, value in LIBROSA["filters.mel"].items():
        assert ours[name].default == value


def test_the_settings_of_a_filterbank_as_one_value_have_its_defaults():
    names = [*LIBROSA["filters.mel"], "scale", "triangles"]
    assert defaults_of(MelBands, names) == defaults_of(npaudio.mel_filterbank, names)


def test_framing_has_the_defaults_of_stft():
    names = ["n_fft", "hop_length", "win_length", "window", "center", "pad_mode"]
    assert defaults_of(Framing.checked, names) == defaults_of(npaudio.stft, names)
