"""Make tests/golden/models_*: `python -m tests.golden.make_models`, needs torch, transformers and torchlibrosa.

The networks other than Hugging Face's are those of `torch_networks.py`.
"""

import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torchlibrosa.stft import LogmelFilterBank, Spectrogram
from transformers import ASTConfig, ASTFeatureExtractor, ASTForAudioClassification

from tests import model_cases as cases
from tests.golden.torch_networks import Panns, Transformer
from tests.nn_cases import numbers

HERE = Path(__file__).parent


def tensor(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(np.asarray(array), dtype=torch.float32)


def fill(model: nn.Module, scale: float = 1.0) -> nn.Module:
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    model.load_state_dict({k: tensor(v) for k, v in cases.state(shapes, scale).items()}, strict=False)
    return model


# --- Hugging Face ---------------------------------------------------------------------------------------------------


def hugging_face(stride: int) -> ASTForAudioClassification:
    sizes = cases.AST_SIZES
    config = ASTConfig(
        hidden_size=sizes["dim"],
        num_hidden_layers=sizes["depth"],
        num_attention_heads=sizes["num_heads"],
        intermediate_size=sizes["mlp_dim"],
        num_labels=sizes["num_classes"],
        frequency_stride=stride,
        time_stride=stride,
        max_length=cases.AST_FRAMES,
        num_mel_bins=cases.AST_MELS,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return fill(ASTForAudioClassification(config).eval(), scale=2.0)


def make_hugging_face() -> dict[str, np.ndarray]:
    values = {}
    x = tensor(numbers((2, cases.AST_FRAMES, cases.AST_MELS), 1))
    for stride in cases.AST_STRIDES:
        model = hugging_face(stride)
        with torch.inference_mode():
            output = model(x, output_hidden_states=True)
        values[f"hf{stride}/logits"] = output.logits.numpy()
        for number, state in enumerate(output.hidden_states):
            values[f"hf{stride}/hidden{number}"] = state.numpy()
        save_file({k: v.contiguous() for k, v in model.state_dict().items()}, HERE / f"ast{stride}_memory.safetensors")
        with tempfile.TemporaryDirectory() as folder:
            model.save_pretrained(folder)
            (HERE / f"ast{stride}_disk.safetensors").write_bytes((Path(folder) / "model.safetensors").read_bytes())
    return values


def make_front_ends() -> dict[str, np.ndarray]:
    ast = ASTFeatureExtractor()(cases.waveform(16000), sampling_rate=16000, return_tensors="np")["input_values"]
    y = torch.from_numpy(cases.waveform(32000))[None]
    spectrogram = Spectrogram(n_fft=1024, hop_length=320, pad_mode="reflect", freeze_parameters=True)
    bands = LogmelFilterBank(
        sr=32000, n_fft=1024, n_mels=64, fmin=50, fmax=14000, ref=1.0, amin=1e-10, top_db=None, freeze_parameters=True
    )
    with torch.inference_mode():
        panns = bands(spectrogram(y))[0, 0].numpy()
    return {"frontend/ast": ast[0, :120:4].astype(np.float32), "frontend/panns": panns[::4]}


# --- The original transformer ---------------------------------------------------------------------------------------


def make_original() -> dict[str, np.ndarray]:
    model = Transformer(**cases.AST_SIZES, n_mels=cases.AST_MELS, n_frames=cases.AST_FRAMES, stride=10).eval()
    fill(model, scale=2.0)
    state = {f"module.{name}": value for name, value in model.state_dict().items()}
    state |= {"module.v.head.weight": torch.ones(3, 12), "module.v.head_dist.bias": torch.ones(3)}
    torch.save(state, HERE / "ast_original.pth")
    torch.save(state, HERE / "ast_original_older.pth", _use_new_zipfile_serialization=False)
    with torch.inference_mode():
        logits = model(tensor(numbers((2, 1, cases.AST_MELS, cases.AST_FRAMES), 1)))
    return {"original/logits": logits.numpy()}


# --- PANNs ----------------------------------------------------------------------------------------------------------


def make_panns() -> dict[str, np.ndarray]:
    values = {}
    x = tensor(numbers((2, 1, cases.PANNS_MELS, cases.PANNS_FRAMES), 1))
    for kind, channels in cases.PANNS.items():
        model = Panns(kind, channels, cases.PANNS_MELS, cases.PANNS_EMBED, cases.PANNS_CLASSES).eval()
        fill(model, scale=2.0)
        front_end = {"spectrogram_extractor.stft.conv_real.weight": torch.ones(3, 1, 4)}
        optimizer = torch.optim.Adam(model.parameters())
        saved = {"iteration": 7, "model": front_end | model.state_dict(), "optimizer": optimizer.state_dict()}
        torch.save(saved, HERE / f"panns_{kind}.pth", _use_new_zipfile_serialization=kind == "Cnn6")
        with torch.inference_mode():
            output = model(x.transpose(2, 3))
        values |= {f"{kind}/{name}": value.numpy() for name, value in output.items()}
    return values


# --- Tensors of every kind ---------------------------------------------------------------------------------------


def make_tensors() -> dict[str, np.ndarray]:
    """Types, strides and shared storages as they occur in files, inside tables and lists."""
    base = torch.arange(24.0).reshape(4, 6) / 7
    tensors = {
        "float64": base.double(),
        "half": base.half(),
        "bfloat16": base.bfloat16(),
        "transposed": base.t(),
        "sliced": base[1:3, ::2],
        "column": base[:, 2],
        "again": base,
        "int64": torch.tensor([-(2**60), 5]),
        "uint8": torch.tensor([0, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False, True]),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "parameter": nn.Parameter(base[0].clone()),
    }
    saved = {"tensors": tensors, "list": [torch.ones(2), 7, 0.5], "text": "left out", "numpy": np.arange(3)}
    torch.save(saved, HERE / "tensors.pth")
    torch.save(saved, HERE / "tensors_older.pth", _use_new_zipfile_serialization=False)
    values = {name: (t.float() if t.dtype in (torch.half, torch.bfloat16) else t) for name, t in tensors.items()}
    return {f"tensors/{name}": value.detach().numpy() for name, value in values.items()}


# --- One training step ----------------------------------------------------------------------------------------------


def training_step(model: nn.Module, forward: object, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Loss, gradients (some of their entries, and their norms) and some weights after one step of SGD."""
    x = tensor(numbers(shape, 1)).requires_grad_()
    logits = forward(model, x)
    loss = nn.functional.cross_entropy(logits, torch.arange(shape[0]) % cases.STEP_CLASSES)
    loss.backward()
    values = {"loss": loss, "logits": logits, "grad_x": cases.some_entries(x.grad.numpy())}
    for name, parameter in model.named_parameters():
        values[f"grad_{name}"] = cases.some_entries(parameter.grad.numpy())
        values[f"norm_{name}"] = parameter.grad.double().norm()
    torch.optim.SGD(model.parameters(), lr=0.1).step()
    values |= {f"after_{name}": cases.some_entries(p.detach().numpy()) for name, p in model.named_parameters()}
    return {k: np.float32(v.detach().numpy() if torch.is_tensor(v) else v) for k, v in values.items()}


def make_steps() -> dict[str, np.ndarray]:
    cnn6 = fill(Panns("Cnn6", (64, 128, 256, 512), 64, 512, cases.STEP_CLASSES))
    sizes = {"dim": 96, "depth": 3, "num_heads": 4, "mlp_dim": 192, "num_classes": cases.STEP_CLASSES}
    eps = {"eps": 1e-6, "head_eps": 1e-6, "distilled": False}
    tiny = fill(Transformer(**sizes, n_mels=64, n_frames=128, stride=16, **eps))
    steps = {
        "step_cnn6": training_step(cnn6, lambda m, x: m(x.transpose(2, 3))["logits"], cases.CNN6_SHAPE),
        "step_tiny": training_step(tiny, lambda m, x: m(x), cases.TINY_SHAPE),
    }
    return {f"{case}/{name.replace('_v.', '_')}": value for case, step in steps.items() for name, value in step.items()}


if __name__ == "__main__":
    torch.manual_seed(0)
    everything = make_hugging_face() | make_front_ends() | make_original() | make_panns() | make_tensors()
    everything |= make_steps()
    np.savez_compressed(HERE / "models.npz", **everything)
