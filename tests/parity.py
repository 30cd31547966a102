"""How far npaudio is from the libraries of the field: `python -m tests.parity` prints the README's table.

The peers' values are those of tests/golden, each file made by the script beside it, so no peer has to be installed. The
difference is the largest of all numbers that are compared, relative to the largest of their array (of gradients, at
least to a hundredth of the largest gradient, because some are zero but for rounding).
"""

import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from npaudio import augment, metrics, resample
from npaudio.mel import kaldi_fbank, mel_filterbank
from npaudio.spectrum import get_window
from tests import (
    model_cases,
    nn_cases,
    sed_cases,
    test_metrics_events,
    test_metrics_psds,
    test_models_detectors,
    test_models_panns,
    test_models_transformer,
    test_nn_golden,
    test_nn_gru,
    test_parity,
)
from tests.golden_values import load
from tests.metric_cases import PSDS_SETTINGS, detection_case, label_case, score_case, single_label_case
from tests.test_models_panns import NETWORKS

Pair = tuple[np.ndarray | float, np.ndarray]  # ours, and the peer's
F64 = np.float64


@dataclass(frozen=True)
class Row:
    """What was compared with whom: how many numbers, and the largest relative difference."""

    what: str
    peer: str
    count: int
    difference: float

    def __str__(self) -> str:
        return f"| {self.what} | {self.peer} | {self.count:,} | < {self.bound:.0e} |"

    @property
    def bound(self) -> float:
        """A power of ten that also holds on a machine that rounds in another order."""
        return float(10.0 ** np.ceil(np.log10(3 * self.difference))) if self.difference else 1e-16


def rows() -> Iterator[Row]:
    """All comparisons, measured now."""
    for compare, (what, peer) in COMPARISONS.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", metrics.UndefinedMetricWarning)
            pairs = [(np.asarray(ours), np.asarray(theirs)) for ours, theirs in compare()]
        yield Row(what, peer, sum(theirs.size for _, theirs in pairs), max(difference(*pair) for pair in pairs))


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest difference relative to the peer's largest value; NaN stands for NaN."""
    assert ours.shape == theirs.shape
    both_undefined = np.isnan(ours.astype(complex)) & np.isnan(theirs.astype(complex))
    distance = np.where(both_undefined, 0, np.abs(ours - theirs))
    assert np.isfinite(distance).all()
    return float(np.max(distance, initial=0) / (np.max(np.abs(theirs[~both_undefined]), initial=0) or 1))


def by_name(values: dict, expected: dict) -> Iterator[Pair]:
    """Values with the peer's of the same name; beside gradients near zero, a hundredth of the largest."""
    largest = max((np.max(np.abs(want)) for name, want in expected.items() if name.startswith("grad_")), default=0)
    for name, want in expected.items():
        ours = np.asarray(values[name], np.result_type(want, float))
        if name.startswith(("grad_", "norm_")) and np.max(np.abs(want)) < 0.01 * largest:
            yield np.append(ours, 0.01 * largest), np.append(want, 0.01 * largest)
        else:
            yield ours, want


def librosas(*kinds: str) -> Callable[[], Iterable[Pair]]:
    """The cases of `test_parity` of some kinds."""
    cases = [name for name in test_parity.CASES if name.split("/")[0] in kinds]
    return lambda: ((test_parity.CASES[name](test_parity.GOLDEN["y"]), test_parity.GOLDEN[name]) for name in cases)


def filterbanks() -> Iterator[Pair]:
    """Of both scales and norms, and librosa's default."""
    for scale in ("slaney", "htk"):
        for norm in ("slaney", None):
            ours = mel_filterbank(sr=16000, n_fft=512, n_mels=40, fmin=50, fmax=7000, scale=scale, norm=norm)
            yield ours, test_parity.GOLDEN[f"filterbank/{scale}/{norm}"]
    yield mel_filterbank(sr=22050, n_fft=2048), test_parity.GOLDEN["filterbank/default"]


def windows() -> Iterator[Pair]:
    """Periodic and symmetric."""
    for ours, theirs in (("hann", "hann"), ("hamming", "hamming"), ("blackman", "blackman"), ("rectangular", "boxcar")):
        for kind in ("periodic", "symmetric"):
            yield get_window(ours, 25, periodic=kind == "periodic"), test_parity.GOLDEN[f"window/{theirs}/{kind}"]


def kaldi() -> Iterator[Pair]:
    """In float32, as torchaudio computes it."""
    yield kaldi_fbank(test_parity.GOLDEN["y"].astype(np.float32)), test_parity.GOLDEN["kaldi"]


def resampled() -> Iterator[Pair]:
    """Two different band limits: what lies far below them must agree."""
    golden = load("audio_resample")
    for name in ("44100_16000", "16000_44100", "44100_16001"):
        orig_sr, target_sr = map(int, name.split("_"))
        yield resample(golden[f"{name}_in"], orig_sr=orig_sr, target_sr=target_sr), golden[f"{name}_soxr"]


def stretched() -> Iterator[Pair]:
    """A chord, at four rates."""
    golden = load("augment")
    for i, (rate, n_fft, hop_length) in enumerate(golden["stretch_settings"]):
        frames = {"n_fft": int(n_fft), "hop_length": int(hop_length)}
        yield augment.time_stretch(golden["stretch_in"], rate=rate, **frames), golden[f"stretch_{i}"]


def layers() -> Iterator[Pair]:
    """Outputs, gradients and states, in training and in evaluation."""
    for name, (kind, options, shape) in nn_cases.LAYERS.items():
        expected = test_nn_golden.golden("nn_layers", name)
        yield from by_name(test_nn_golden.layer_values(kind, options, shape, F64), expected)


def losses_and_optimizers() -> Iterator[Pair]:
    """Values and gradients of the losses, and the weights after each of ten steps."""
    for name, case in nn_cases.LOSSES.items():
        yield from by_name(test_nn_golden.loss_values(*case, F64), test_nn_golden.golden("nn_losses", name))
    for name, case in nn_cases.OPTIMIZERS.items():
        yield test_nn_golden.path_of(*case, F64), test_nn_golden.golden("nn_optim", name)["path"]


def training_step() -> Iterator[Pair]:
    """Loss, scores, gradients and statistics of the article's network."""
    yield from by_name(test_nn_golden.audio_cnn_values(F64), load("nn_audio_cnn"))


def detectors() -> Iterator[Pair]:
    """GRUs and both detectors: outputs and gradients."""
    for name, case in sed_cases.GRUS.items():
        yield from by_name(test_nn_gru.gru_values(*case, F64), test_nn_gru.golden(name))
    for name in test_models_detectors.DETECTORS:
        yield from by_name(test_models_detectors.detector_values(name, F64), test_models_detectors.golden(name))


def panns() -> Iterator[Pair]:
    """Scores of networks loaded from files in the published form, in float32."""
    x = nn_cases.numbers((2, 1, model_cases.PANNS_MELS, model_cases.PANNS_FRAMES), 1).astype(np.float32)
    for kind, network in NETWORKS.items():
        model = network.from_checkpoint(test_models_panns.GOLDEN / f"panns_{kind}.pth", verbose=False)
        yield model(x), load("models")[f"{kind}/logits"]


def transformers() -> Iterator[Pair]:
    """Scores and all hidden states of networks loaded from Hugging Face's files, in float32."""
    x = test_models_transformer.golden_input()
    for stride in model_cases.AST_STRIDES:
        model = test_models_transformer.from_golden(f"ast{stride}_disk.safetensors", stride=stride)
        yield model(x), load("models")[f"hf{stride}/logits"]
        for number, state in enumerate(model.hidden_states(x)):
            yield state, load("models")[f"hf{stride}/hidden{number}"]


def rankings() -> Iterator[Pair]:
    """200 random cases, with ties and empty classes; where scikit-learn says 0 for a class without positives, NaN."""
    golden = load("metrics_labels")
    cases = [label_case(seed) for seed in range(len(golden["ap_micro"]))]
    defined = np.concatenate([y_true.any(axis=0) for y_true, _ in cases])
    yield np.concatenate([metrics.average_precision(*case) for case in cases])[defined], golden["ap"][defined]
    yield np.concatenate([metrics.roc_auc(*case) for case in cases]), golden["auc"]
    several = [case for case in cases if case[0].shape[1] > 1]
    yield np.array([metrics.label_ranking_average_precision(*case) for case in several]), golden["lrap"]
    curves = [metrics.precision_recall_curve(y_true[:, 0], y_score[:, 0]) for y_true, y_score in cases]
    yield np.concatenate([part for curve in curves for part in curve]), golden["pr"]
    yield np.array([value for seed in range(len(cases)) for value in report(seed)]), golden["report"]


def report(seed: int) -> list[float]:
    """The numbers of a classification report, in scikit-learn's order."""
    found = metrics.classification_report(*single_label_case(seed), output_dict=True)
    accuracy = found.pop("accuracy")
    return [value for row in found.values() for value in row.values()] + [accuracy]


def events() -> Iterator[Pair]:
    """400 random sets of events."""
    for key, theirs in test_metrics_events.GOLDEN.items():
        yield np.array([test_metrics_events.figures(seed)[key] for seed in range(len(theirs))]), theirs


def psds_from_scores() -> Iterator[Pair]:
    """60 random cases in three scenarios."""
    theirs = load("metrics_psds")["from_scores"]
    for k, settings in enumerate(PSDS_SETTINGS):
        ours = [test_metrics_psds.from_scores(*score_case(seed), **settings) for seed in range(len(theirs))]
        yield np.array(ours, float), theirs[:, k]


def psds_from_detections() -> Iterator[Pair]:
    """60 random cases in three scenarios."""
    theirs = load("metrics_psds")["from_detections"]
    for k, settings in enumerate(PSDS_SETTINGS):
        cases = [detection_case(seed) for seed in range(len(theirs))]
        options = {**settings, "ct_average": "others"}
        ours = [metrics.psds_from_detections(*case[:2], durations=case[2], **options) for case in cases]
        yield np.array(ours, float), theirs[:, k]


COMPARISONS: dict[Callable[[], Iterable[Pair]], tuple[str, str]] = {
    librosas("stft"): ("STFT", "librosa"),
    librosas("mel", "db", "mfcc"): ("mel spectrogram, decibels, MFCC", "librosa"),
    filterbanks: ("mel filterbank", "librosa"),
    librosas("centroid", "bandwidth", "rolloff", "flatness", "zcr", "rms"): (
        "spectral and temporal features",
        "librosa",
    ),
    windows: ("windows", "SciPy"),
    kaldi: ("Kaldi's filterbank, float32", "torchaudio"),
    resampled: ("resampling of band-limited signals", "soxr"),
    stretched: ("time stretch", "librosa"),
    layers: ("layers, forward and backward", "PyTorch"),
    losses_and_optimizers: ("losses with gradients, ten steps of the optimizers", "PyTorch"),
    training_step: ("a training step of AudioCNN", "PyTorch"),
    detectors: ("GRU, CRNN and FrameCNN, forward and backward", "PyTorch"),
    panns: ("Cnn6, Cnn10, Cnn14 from published files, float32", "PANNs' code"),
    transformers: ("spectrogram transformer from published files, float32", "Hugging Face"),
    rankings: ("AP, ROC AUC, label ranking, curves, reports", "scikit-learn"),
    events: ("event-based and segment-based figures", "sed_eval"),
    psds_from_scores: ("PSDS from scores", "sed_scores_eval"),
    psds_from_detections: ("PSDS from detections", "psds_eval"),
}


def main() -> None:
    """Print the table."""
    print("| what | compared with | numbers | largest difference |\n| --- | --- | ---: | ---: |")
    for row in rows():
        print(row)


if __name__ == "__main__":
    main()
