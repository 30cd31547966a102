"""The published networks against PyTorch at full size: same scores, time, peak memory; memory of attention."""

import argparse
import contextlib
import importlib.util
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.comparison import Comparison
from benchmarks.nn import largest_resident_megabytes, number_printed, usable_cores
from benchmarks.timing import compare, installed
from npaudio import nn
from npaudio.checkpoints import save_checkpoint
from npaudio.checkpoints.key_styles import match_ast
from npaudio.models import Cnn14, SpectrogramTransformer

OURS, TORCH, HUGGING_FACE = "npaudio", "PyTorch", "Hugging Face"
TOKENS = (512, 1024, 2048, 4096)
AGREE = 1e-4  # of the largest logit, for networks of random weights
LOADING_BAR = 1.2
Functions = dict[str, Callable[[], Any]]


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=7, help="rounds of the alternating timings")


def comparisons(options: argparse.Namespace) -> Iterator[Comparison]:
    for title, make, peers, bar in CASES.values():
        functions = make((OURS, *peers))
        check_agreement(functions)
        yield from compare(title, functions, dict.fromkeys(peers, bar), rounds=options.rounds)
    yield from loading()


def details(options: argparse.Namespace) -> None:
    """Peak memory of the networks, and of attention over more and more tokens."""
    for case, (title, _, _, _) in CASES.items():
        print(f"{title}: peak memory above that of the network")
        for name in (OURS, TORCH) if installed("torch") else (OURS,):
            print(f"  {name:<28}{number_printed(PEAK, case, name):>10.0f} MB")
    print_attention()


def check_agreement(functions: Functions) -> None:
    """Comparing times would mean nothing if the results were different."""
    outputs = {name: np.asarray(function()) for name, function in functions.items()}
    for name, output in outputs.items():
        difference = np.max(np.abs(output - outputs[OURS])) / np.max(np.abs(outputs[OURS]))
        if not difference <= AGREE:
            raise SystemExit(f"{name} computes something else: relative difference {difference:.1e}")


PEAK = "import sys; from benchmarks.models import peak_of_this_process as peak; print(peak(*sys.argv[1:]))"


def peak_of_this_process(case: str, name: str) -> float:
    """Growth of the largest resident size in MB over the first run."""
    if case == "loading":
        return peak_of_loading(name)
    function = CASES[case][1]((name,))[name]
    forget_peak()
    before = largest_resident_megabytes()
    function()
    return largest_resident_megabytes() - before


def forget_peak() -> None:
    """Reset the high-water mark, on Linux; elsewhere it keeps the peak of making the network."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


# --- The three networks ---


def base(names: tuple[str, ...]) -> Functions:
    model = SpectrogramTransformer.base(rng=0).eval()
    x = spectrograms((1, 1, 128, 1024))
    functions: Functions = {OURS: lambda: model(x)}
    if installed("torch"):
        sizes = {"dim": 768, "depth": 12, "num_heads": 12, "mlp_dim": 3072, "num_classes": 527}
        functions[TORCH] = torch_forward(torch_transformer(model, sizes, 128, 1024, 10, True), x)
    if HUGGING_FACE in names and (theirs := hugging_face(model)) is not None:
        functions[HUGGING_FACE] = torch_forward(theirs, x[:, 0].transpose(0, 2, 1))
    return {name: function for name, function in functions.items() if name in names}


def cnn14(names: tuple[str, ...]) -> Functions:
    model, x = Cnn14(rng=0).eval(), spectrograms((1, 1, 64, 1001))  # 10 s
    functions: Functions = {OURS: lambda: model(x)}
    if installed("torch"):
        from tests.golden.torch_networks import Panns

        theirs = with_weights(Panns("Cnn14", Cnn14.published_channels, 64, 2048, 527), model.state_dict())
        functions[TORCH] = torch_forward(theirs, x.transpose(0, 1, 3, 2), lambda output: output["logits"])
    return {name: function for name, function in functions.items() if name in names}


def tiny_step(names: tuple[str, ...]) -> Functions:
    """A training step: forward, loss, backward, AdamW; gives the logits from before the step."""
    x, classes = spectrograms((32, 1, 64, 128)), np.arange(32) % 10
    model, criterion = SpectrogramTransformer.tiny(rng=0), nn.CrossEntropyLoss()
    weights = model.state_dict()
    optimizer = nn.AdamW(model.parameters(), lr=1e-5)

    def step() -> np.ndarray:
        optimizer.zero_grad()
        logits = model(x)
        criterion(logits, classes)
        model.backward_to_parameters(criterion.backward())
        optimizer.step()
        return logits

    functions: Functions = {OURS: step}
    if installed("torch"):
        functions[TORCH] = torch_tiny_step(weights, x, classes)
    return {name: function for name, function in functions.items() if name in names}


def torch_tiny_step(weights: dict[str, np.ndarray], x: np.ndarray, classes: np.ndarray) -> Callable[[], np.ndarray]:
    import torch

    torch.set_num_threads(usable_cores())
    sizes = {"dim": 96, "depth": 3, "num_heads": 4, "mlp_dim": 192, "num_classes": 10}
    model = torch_transformer(weights, sizes, 64, 128, 16, False).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5)
    images, targets = torch.from_numpy(x), torch.from_numpy(classes)

    def step() -> np.ndarray:
        optimizer.zero_grad()
        logits = model(images)
        torch.nn.functional.cross_entropy(logits, targets).backward()
        optimizer.step()
        return logits.detach().numpy()

    return step


# Title, what makes the functions, the peers, and the bar.
CASES: dict[str, tuple[str, Callable[[tuple[str, ...]], Functions], tuple[str, ...], float]] = {
    "base": ("SpectrogramTransformer.base(), 10.24 s, forward", base, (TORCH, HUGGING_FACE), 1.0),
    "cnn14": ("Cnn14, 10 s, forward", cnn14, (TORCH,), 1.2),
    "tiny": ("SpectrogramTransformer.tiny(), batch 32 x 64 x 128, training step", tiny_step, (TORCH,), 1.2),
}


# --- PyTorch's side ---


def spectrograms(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def torch_forward(model: Any, x: np.ndarray, logits: Callable[[Any], Any] = lambda output: output) -> Callable[[], Any]:
    import torch

    torch.set_num_threads(usable_cores())
    images = torch.from_numpy(np.ascontiguousarray(x))

    def forward() -> np.ndarray:
        with torch.inference_mode():
            return logits(model(images)).numpy()

    return forward


def with_weights(model: Any, state: dict[str, np.ndarray]) -> Any:
    import torch

    model.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    return model.eval()


def torch_transformer(weights: Any, sizes: dict, n_mels: int, n_frames: int, stride: int, distilled: bool) -> Any:
    from tests.golden.torch_networks import Transformer

    eps = {"eps": 1e-12, "head_eps": 1e-12} if distilled else {"eps": 1e-6, "head_eps": 1e-6}
    shape = {"n_mels": n_mels, "n_frames": n_frames, "stride": stride, "distilled": distilled}
    state = weights if isinstance(weights, dict) else weights.state_dict()
    theirs = {name if name.startswith("mlp_head") else f"v.{name}": value for name, value in state.items()}
    return with_weights(Transformer(**sizes, **shape, **eps), theirs)


def hugging_face(model: SpectrogramTransformer) -> Any:
    """Their network with our weights, or None if transformers cannot be imported."""
    try:
        with without_torchaudio():
            from transformers import ASTConfig, ASTForAudioClassification
    except (ImportError, OSError) as error:
        print(f"  transformers cannot be imported, so Hugging Face is left out: {str(error).splitlines()[0]}")
        return None
    theirs, ours = ASTForAudioClassification(ASTConfig(num_labels=527)), model.state_dict()
    return _LogitsOnly(with_weights(theirs, {name: hugging_face_array(name, ours) for name in theirs.state_dict()}))


def without_torchaudio() -> Any:
    """Hide torchaudio: the network does not need it, and one built for another PyTorch would stop the import."""
    find = importlib.util.find_spec
    hidden = lambda name, package=None: None if name == "torchaudio" else find(name, package)  # noqa: E731
    return mock.patch("importlib.util.find_spec", hidden)


class _LogitsOnly:
    def __init__(self, model: Any) -> None:
        self.model = model

    def __call__(self, x: Any) -> Any:
        return self.model(x).logits


def hugging_face_array(name: str, ours: dict[str, np.ndarray]) -> np.ndarray:
    """One array of their network, from ours."""
    ((own, parts),) = match_ast([name]).sources.items()
    return np.split(ours[own], 3)[next(iter(parts))] if ".qkv." in own else ours[own]


# --- Memory ---


def print_attention() -> None:
    print("attention of 12 heads over tokens of 768 numbers, peak memory above its input")
    layer = nn.MultiHeadAttention(768, 12, rng=0)
    for n in TOKENS:
        x = spectrograms((1, n, 768))
        g, peaks = np.ones_like(x), []
        for function in (lambda x=x: layer(x), lambda g=g: layer.backward(g)):
            tracemalloc.start()
            function()
            peaks.append(tracemalloc.get_traced_memory()[1] / 2**20)
            tracemalloc.stop()
        whole = 12 * n * n * 4 / 2**20
        print(
            f"  {n:>5} tokens {peaks[0]:>6.0f} MB forward, {peaks[1]:>6.0f} MB backward; weights alone: {whole:.0f} MB"
        )


def loading() -> Iterator[Comparison]:
    """Growth of a process that does nothing but load Cnn14 from a file."""
    state = Cnn14(rng=0).state_dict()
    half = {name: array.astype(np.float16) for name, array in state.items()}
    weights = sum(array.nbytes for array in state.values()) / 2**20
    files = {"a.safetensors": ("safetensors", state), "b.npz": ("npz", state), "c.safetensors": ("float16", half)}
    with tempfile.TemporaryDirectory() as folder:
        for name, (kind, arrays) in files.items():
            save_checkpoint(Path(folder) / name, arrays)
            peak = number_printed(PEAK, "loading", str(Path(folder) / name))
            work = f"Cnn14.from_checkpoint, {kind}, peak memory"
            yield Comparison(work, "the weights", peak, weights, peak / weights, LOADING_BAR, "MB")


def peak_of_loading(path: str) -> float:
    before = largest_resident_megabytes()
    Cnn14.from_checkpoint(path, verbose=False)
    return largest_resident_megabytes() - before
